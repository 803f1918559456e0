"""What follows from facts, worked out a second time: slowly, with plain loops, and without any rule file.

Written from the immunologist's model: signs of the members of an axis, one
verdict a setting, risk only for a group that an axis dominates. The tests hold
the shipped rules against it. Terms are local names of ours, "Interleukin4".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

#: From firm to guarded.
CERTAINTIES = (
    "Asserted",
    "Likely",
    "Presupposed",
    "Attributed",
    "Reported",
    "Implied",
    "Possible",
    "Recommended",
)

#: The steps that a prediction goes down.
STEPS = ("Asserted", "Likely", "Reported", "Possible")

#: Signs of Th2 and of Th1 to verdict and extent.
TABLE = {
    ("Raised", "Lowered"): ("TowardTh2", "Absolute"),
    ("Raised", "Unchanged"): ("TowardTh2", "Absolute"),
    ("Unchanged", "Lowered"): ("TowardTh2", "Relative"),
    ("Lowered", "Raised"): ("TowardTh1", "Absolute"),
    ("Unchanged", "Raised"): ("TowardTh1", "Absolute"),
    ("Lowered", "Unchanged"): ("AwayFromTh2", "Relative"),
    ("Lowered", "Lowered"): ("Undetermined", "NotApplicable"),
    ("Raised", "Raised"): ("Undetermined", "NotApplicable"),
    ("Unchanged", "Unchanged"): ("NoShift", "NotApplicable"),
    ("Raised", None): ("TowardTh2", "Relative"),
    ("Lowered", None): ("AwayFromTh2", "Relative"),
    ("Unchanged", None): ("Undetermined", "NotApplicable"),
    (None, "Lowered"): ("TowardTh2", "Relative"),
    (None, "Raised"): ("TowardTh1", "Relative"),
    (None, "Unchanged"): ("Undetermined", "NotApplicable"),
}


class Scope(NamedTuple):
    """In whom, where, when: signs are compared only where all of it is the same."""

    population: str = "NotStated"
    compartment: str = "NotStated"
    time: str = "NotStated"
    species: str = "NotStated"
    response: str = "NotApplicable"
    cohort: str = "NotApplicable"


class Fact(NamedTuple):
    """A source fact that rules may read.

    kind      "AxisMembership", "PharmacologicalAction" or "BiomarkerChange"
    standing  of a membership: how firmly it stands for the axis, or None
    direction of a change: where the level went, or None
    disputed  whether an evidence line disputes it
    """

    name: str
    kind: str
    subjects: tuple[str, ...]
    predicate: str
    objects: tuple[str, ...]
    scope: Scope = Scope()
    certainty: str = "Asserted"
    positive: bool = True
    disputed: bool = False
    standing: str | None = None
    direction: str | None = None


class World(NamedTuple):
    """All that conclusions are drawn from.

    axes       term to the axis that it stands at as a whole
    contested  mediators that the curator bars
    within     group to all groups that contain it, itself included
    dominated  group to the axis that dominates in it
    """

    facts: tuple[Fact, ...]
    axes: Mapping[str, str]
    contested: frozenset[str]
    within: Mapping[str, frozenset[str]]
    dominated: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        facts = "\n".join(map(str, self.facts))
        return f"<World dominated={self.dominated}\n{facts}>"


#: Agent, axis and scope to the signs found, each with the facts that give it.
Found = dict[tuple[str, str, Scope], list[tuple[str, tuple[Fact, ...]]]]


class Conclusion(NamedTuple):
    """What follows, with all that it rests on.

    about     the axis, "Th1Th2Balance", or the group at risk
    signs     of an effect: its directions; of a verdict: those of Th2, then those of Th1
    verdict   verdict and extent of a balance shift, else None
    premises  names of source facts, or conclusions
    """

    kind: str
    agent: str
    about: str
    tier: str
    scope: Scope
    signs: tuple[frozenset[str], ...]
    verdict: tuple[str, str] | None
    certainty: str
    assumptions: frozenset[str]
    premises: frozenset[str | Conclusion]


def conclude(world: World) -> set[Conclusion]:
    """All that follows."""
    effects = _measured(world) | _predicted(world) | _stated(world)
    return effects | _verdicts(world, effects) | _risks(world, effects)


def weakest(certainties: Iterable[str]) -> str:
    """The most guarded of them."""
    return max(certainties, key=CERTAINTIES.index)


def _one_step_lower(certainty: str) -> str:
    """The next of the four steps; what is at the bottom stays."""
    lower = [step for step in STEPS if CERTAINTIES.index(step) > CERTAINTIES.index(certainty)]
    return lower[0] if lower else certainty


def _members(world: World, standing: str) -> dict[str, set[tuple[str, Fact]]]:
    """Mediator to each axis it may stand for in a conclusion, and the fact that says so."""
    memberships = [fact for fact in world.facts if fact.kind == "AxisMembership"]
    barred = set(world.contested)
    denied = set()
    for fact in memberships:
        if fact.standing == "Contested":
            barred |= set(fact.subjects)
        if not fact.positive:
            denied |= {
                (mediator, world.axes.get(term)) for mediator in fact.subjects for term in fact.objects
            }
    members: dict[str, set[tuple[str, Fact]]] = defaultdict(set)
    for fact in memberships:
        if fact.standing != standing or not fact.positive or fact.disputed:
            continue
        for mediator in fact.subjects:
            for term in fact.objects:
                axis = world.axes.get(term)
                if axis and mediator not in barred and (mediator, axis) not in denied:
                    members[mediator].add((axis, fact))
    return members


def _actions(world: World, does: str) -> list[tuple[str, str, Fact]]:
    """Agent, target, fact: what one agent alone is said to do, undenied and undisputed."""
    facts = [f for f in world.facts if f.kind == "PharmacologicalAction" and f.predicate == does]
    denied = {(a, t) for f in facts if not f.positive for a in f.subjects for t in f.objects}
    usable = [f for f in facts if f.positive and not f.disputed and len(f.subjects) == 1]
    return [(f.subjects[0], t, f) for f in usable for t in f.objects if (f.subjects[0], t) not in denied]


def _effects(
    tier: str,
    found: Found,
    assumptions: frozenset[str] = frozenset(),
) -> set[Conclusion]:
    """One effect an agent, axis and scope, from all signs found for it."""
    effects = set()
    for (agent, axis, scope), signs in found.items():
        premises = {fact for _, facts in signs for fact in facts}
        certainty = weakest(fact.certainty for fact in premises)
        effects.add(
            Conclusion(
                "AxisEffect",
                agent,
                axis,
                tier,
                scope,
                (frozenset(sign for sign, _ in signs),),
                None,
                _one_step_lower(certainty) if tier == "PredictedTier" else certainty,
                assumptions,
                frozenset(fact.name for fact in premises),
            )
        )
    return effects


def _stated(world: World) -> set[Conclusion]:
    found: Found = defaultdict(list)
    for does, sign in (("induces", "Raised"), ("inhibits", "Lowered")):
        for agent, target, action in _actions(world, does):
            if target in world.axes:
                found[agent, world.axes[target], action.scope].append((sign, (action,)))
    return _effects("StatedTier", found)


def _predicted(world: World) -> set[Conclusion]:
    effects: set[Conclusion] = set()
    for standing, assumptions in (("Canonical", ()), ("Shared", ("HubServesAxes",))):
        members = _members(world, standing)
        found: Found = defaultdict(list)
        for agent, target, action in _actions(world, "inhibits"):
            for axis, membership in members.get(target, ()):
                found[agent, axis, action.scope].append(("Lowered", (action, membership)))
        effects |= _effects("PredictedTier", found, frozenset(("ActionLowersAxis", *assumptions)))
    return effects


def _measured(world: World) -> set[Conclusion]:
    members = _members(world, "Canonical")
    found: Found = defaultdict(list)
    for fact in world.facts:
        if (
            fact.kind != "BiomarkerChange"
            or fact.disputed
            or fact.scope.cohort == "NotStated"
            or not fact.positive
            or len(fact.subjects) > 1
        ):
            continue
        for analyte in fact.objects:
            for axis, membership in members.get(analyte, ()):
                found[fact.subjects[0], axis, fact.scope].append((str(fact.direction), (fact, membership)))
    return _effects("MeasuredTier", found)


def _by_setting(effects: set[Conclusion]) -> dict[tuple[str, str, Scope], dict[str, set[Conclusion]]]:
    """Agent, tier and scope to the effects on each axis: a setting."""
    settings: dict[tuple[str, str, Scope], dict[str, set[Conclusion]]] = defaultdict(lambda: defaultdict(set))
    for effect in effects:
        settings[effect.agent, effect.tier, effect.scope][effect.about].add(effect)
    return settings


def _signs(effects: Iterable[Conclusion]) -> frozenset[str]:
    return frozenset(sign for effect in effects for sign in effect.signs[0])


def _touched(world: World) -> set[tuple[str, str]]:
    """Agent and axis: the agent acts in any way on something that anyone files under the axis."""
    filed: dict[str, set[str]] = defaultdict(set)
    for fact in world.facts:
        if fact.kind == "AxisMembership":
            for mediator in fact.subjects:
                filed[mediator] |= {world.axes[term] for term in fact.objects if term in world.axes}
    actions = [fact for fact in world.facts if fact.kind == "PharmacologicalAction"]
    for term, axis in world.axes.items():
        filed[term].add(axis)
    return {(a, axis) for fact in actions for a in fact.subjects for t in fact.objects for axis in filed[t]}


def _verdicts(world: World, effects: set[Conclusion]) -> set[Conclusion]:
    verdicts, touched = set(), _touched(world)
    for (agent, tier, scope), axes in _by_setting(effects).items():
        th2, th1 = _signs(axes.get("Th2", ())), _signs(axes.get("Th1", ()))
        if not th2 and not th1:
            continue
        premises = frozenset(axes.get("Th2", set()) | axes.get("Th1", set()))
        certainty, assumptions = weakest(effect.certainty for effect in premises), frozenset[str]()
        if len(th2) > 1 or len(th1) > 1:
            verdict = ("Contradictory", "NotApplicable")
        else:
            verdict = TABLE[min(th2, default=None), min(th1, default=None)]
            if not th2 or not th1:
                if (agent, "Th1" if th2 else "Th2") in touched:
                    continue  # that the other axis stays unchanged cannot be assumed
                certainty = weakest((certainty, "Possible"))
                assumptions = frozenset({"OtherAxisUnchanged"})
        unknown = frozenset({"NotStated"})
        verdicts.add(
            Conclusion(
                "BalanceShift",
                agent,
                "Th1Th2Balance",
                tier,
                scope,
                (th2 or unknown, th1 or unknown),
                verdict,
                certainty,
                assumptions,
                premises,
            )
        )
    return verdicts


def _risks(world: World, effects: set[Conclusion]) -> set[Conclusion]:
    risks: dict[tuple[str, str, Scope, str, Scope, frozenset[str]], set[Conclusion]] = defaultdict(set)
    for (agent, tier, scope), axes in _by_setting(effects).items():
        if scope.species not in ("Human", "NotStated"):
            continue
        for group, axis in world.dominated:
            if _signs(axes.get(axis, ())) != {"Raised"}:
                continue
            for people, assumptions in _people(world, group, scope.population):
                narrowed = scope._replace(population=people)
                risks[agent, tier, scope, axis, narrowed, assumptions] |= axes[axis]
    return {
        Conclusion(
            "RiskInference",
            agent,
            narrowed.population,
            tier,
            narrowed,
            (),
            None,
            weakest((*(effect.certainty for effect in premises), "Possible")),
            assumptions,
            frozenset(premises),
        )
        for (agent, tier, _, _, narrowed, assumptions), premises in risks.items()
    }


def _people(world: World, group: str, population: str) -> list[tuple[str, frozenset[str]]]:
    """Those who belong both to the group and to the population, and what is assumed of them."""
    if population == "NotStated":
        return [(group, frozenset({"GroupIsDominated", "PopulationApplies"}))]
    both = {
        narrow
        for narrow, wide in ((group, population), (population, group))
        if wide in world.within.get(narrow, ())
    }
    return [(people, frozenset({"GroupIsDominated"})) for people in both]
