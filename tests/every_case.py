"""Every case that the model tells apart, each with a treatment and mediators of its own, in one world.

Random worlds meet the rare cases rarely. Here each sign of one arm meets each
sign of the other, each part of a scope differs once, and each thing that bars a
conclusion stands once beside each thing that would give one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from oracle import CERTAINTIES, Fact, Scope, World
from random_worlds import DECOYS, DOMINATED, EXTRINSIC, SCOPES, SHIPPED, STANDINGS

DIRECTIONS = ("Raised", "Lowered", "Unchanged")
DOES = ("inhibits", "induces", "opposes", "expands")
HERE = Scope(**{part: values[0] for part, values in SCOPES.items()})

#: The facts of one case; "AGENT" and "MEDIATOR" become its own.
Case = list[Fact]

_MEMBER = Fact("", "AxisMembership", ("MEDIATOR",), "standsFor", ("Th2",), Scope("NotApplicable"))
CANONICAL = _MEMBER._replace(standing="Canonical")
SHARED = _MEMBER._replace(standing="Shared")
OTHER = CANONICAL._replace(subjects=("MEDIATOR-other",), objects=("Th1",))
CHANGE = Fact("", "BiomarkerChange", ("AGENT",), "changesLevelOf", ("MEDIATOR",), HERE, direction="Raised")
ACTION = Fact("", "PharmacologicalAction", ("AGENT",), "inhibits", ("MEDIATOR",), Scope(*HERE[:4]))
STATED = ACTION._replace(predicate="induces", objects=("Type2Inflammation",))

#: What gives an effect each: the fact that says what the treatment did, and the membership that it needs.
GIVING: tuple[tuple[Fact, Fact | None], ...] = (
    (CHANGE, CANONICAL), (ACTION, CANONICAL), (ACTION, SHARED), (STATED, None),
)  # fmt: skip


def subsets(values: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [part for size in range(len(values) + 1) for part in combinations(values, size)]


def signs() -> Iterator[Case]:
    """Each set of signs of one arm with each of the other, measured and stated; predictions of one arm and of both."""
    for th2, th1 in product(subsets(DIRECTIONS), repeat=2):
        yield [
            CANONICAL, OTHER,
            *(CHANGE._replace(direction=sign) for sign in th2),
            *(CHANGE._replace(direction=sign, objects=("MEDIATOR-other",)) for sign in th1),
        ]  # fmt: skip
    for th2, th1 in product(subsets(DOES[:2]), repeat=2):
        yield [
            *(STATED._replace(predicate=does) for does in th2),
            *(STATED._replace(predicate=does, objects=("Type1Inflammation",)) for does in th1),
        ]
    both = ACTION._replace(objects=("MEDIATOR", "MEDIATOR-other"))
    yield [CANONICAL, OTHER, both]
    yield [SHARED, SHARED._replace(objects=("Th1",)), ACTION]
    yield [SHARED, SHARED._replace(objects=("Th17",)), OTHER, both]
    yield [CANONICAL, CANONICAL, SHARED, ACTION, ACTION._replace(certainty="Likely")]


def settings_apart() -> Iterator[Case]:
    """Two facts alike but for one part of the scope, or for the tier."""
    scopes = [HERE._replace(**{part: value}) for part, values in SCOPES.items() for value in values]
    for scope in scopes:
        acted = Scope(*scope[:4])
        yield [CANONICAL, CHANGE, CHANGE._replace(direction="Lowered", scope=scope)]
        yield [CANONICAL, OTHER, CHANGE, CHANGE._replace(objects=("MEDIATOR-other",), scope=scope)]
        yield [STATED, STATED._replace(predicate="inhibits", scope=acted)]
        yield [CANONICAL, OTHER, ACTION, ACTION._replace(objects=("MEDIATOR-other",), scope=acted)]
        yield [SHARED, OTHER, ACTION, ACTION._replace(objects=("MEDIATOR-other",), scope=acted)]
    bare = HERE._replace(response="NotApplicable", cohort="NotApplicable")
    yield [CANONICAL, STATED, ACTION, CHANGE._replace(direction="Lowered", scope=bare)]
    yield [CANONICAL, STATED, ACTION]


def people_at_risk() -> Iterator[Case]:
    """Each population and species, each axis raised, in each way; and what is not simply raised."""
    for population, species in product((*SCOPES["population"], "Patient", EXTRINSIC), SCOPES["species"]):
        scope = HERE._replace(population=population, species=species)
        raised = CHANGE._replace(scope=scope)
        for axis in ("Th1", "Th2", "Th17"):
            yield [CANONICAL._replace(objects=(axis,)), raised]
        acted = STATED._replace(scope=Scope(*scope[:4]))
        other = acted._replace(objects=("Type1Inflammation",))
        yield from ([acted], [other], [acted, other])
        for sign in ("Lowered", "Unchanged"):
            yield [CANONICAL, raised, raised._replace(direction=sign)]


def bars() -> Iterator[Case]:
    """Each thing that may bar a conclusion beside each thing that gives one."""
    for told, member in GIVING:
        needed = [member] if member else []
        for variant in variants(told):
            yield [*needed, variant]
        for beside in (told._replace(positive=False), told._replace(positive=False, disputed=True)):
            yield [*needed, told, beside]
            yield [*needed, told, beside._replace(kind=DECOYS[told.kind])]
            yield [*needed, told, beside._replace(subjects=("AGENT", "AGENT-other"))]
            yield [*needed, told, beside._replace(subjects=("AGENT-other",))]
            yield [*needed, told, beside._replace(objects=("MEDIATOR-other",))]
            yield [*needed, told, beside._replace(scope=beside.scope._replace(time="week 24"))]
            yield [
                *needed,
                told,
                *(beside._replace(predicate=does) for does in DOES if does != told.predicate),
            ]
        if member:
            for variant in variants(member):
                yield [variant, told]
                yield [member, variant, told]
                yield [member, variant._replace(objects=("Th1",)), told]
            for standing in STANDINGS:
                yield [member._replace(standing=standing), told]
                yield [member, member._replace(standing=standing, objects=("Th1",), positive=False), told]
                yield [member, member._replace(standing=standing, kind=DECOYS[member.kind]), told]
            yield [member._replace(subjects=("Interleukin6",)), told._replace(objects=("Interleukin6",))]


def variants(fact: Fact) -> Iterator[Fact]:
    """A fact, and all that it may be instead."""
    yield fact
    yield fact._replace(positive=False)
    yield fact._replace(disputed=True)
    yield fact._replace(kind=DECOYS[fact.kind])
    yield fact._replace(subjects=(*fact.subjects, f"{fact.subjects[0]}-other"))
    yield from (fact._replace(certainty=certainty) for certainty in CERTAINTIES)
    yield from (fact._replace(predicate=does) for does in DOES if fact.kind == "PharmacologicalAction")


def other_arms_touched() -> Iterator[Case]:
    """One arm is known, and the treatment acts in some way on something that is filed in some way under the other."""
    for sign, axis, other in (("Raised", "Th2", "Th1"), ("Lowered", "Th1", "Th2"), ("Raised", "Th2", "Th17")):
        known = [CANONICAL._replace(objects=(axis,)), CHANGE._replace(direction=sign)]
        touching = ACTION._replace(objects=("MEDIATOR-other",), predicate="opposes")
        filed = OTHER._replace(objects=(other,), standing="Contributory")
        yield from ([*known, touching, variant] for variant in variants(filed))
        yield from ([*known, variant, filed] for variant in variants(touching))


def every_case() -> World:
    """All cases in one world, in which two axes dominate in each of two groups, one within the other."""
    facts = []
    cases = [*signs(), *settings_apart(), *people_at_risk(), *bars(), *other_arms_touched()]
    for number, case in enumerate(cases):
        for place, fact in enumerate(case):
            facts.append(
                fact._replace(
                    name=f"case-{number}-{place}",
                    subjects=tuple(own_name(term, number) for term in fact.subjects),
                    objects=tuple(own_name(term, number) for term in fact.objects),
                )
            )
    return SHIPPED._replace(facts=tuple(facts), dominated=DOMINATED)


def own_name(term: str, number: int) -> str:
    """The name that stands for a placeholder in this case."""
    return term.replace("AGENT", f"Agent{number}").replace("MEDIATOR", f"Mediator{number}")
