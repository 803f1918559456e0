"""What keeps naive inference away: the words of the project that do it, and a house without some of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from oracle import Conclusion, Fact, Scope
from pyoxigraph import RdfFormat, parse
from worlds import add, conclusions

from aa_ld import places
from aa_ld.infer import infer
from aa_ld.rule import parse_rule
from aa_ld.store import Layers, rows
from aa_ld.vocab import PREFIXES

AA_PATIENT = "PatientWithAlopeciaAreata"
WITH_ATOPIC = "PatientWithAlopeciaAreataAndAtopicDermatitis"
EXTRINSIC = "PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis"
INTRINSIC = "PatientWithAlopeciaAreataAndIntrinsicAtopicDermatitis"


class Guard(NamedTuple):
    """The words of a file that keep a naive step from being taken, and what stands there without them."""

    file: str
    words: str
    instead: str


RULES, QUESTIONS = "queries/rules/", "queries/"

GUARDS: dict[int | str, Guard] = {
    1: Guard(RULES + "verdict-one-axis.rq", "weakest premise, at most Possible", "weakest premise"),
    2: Guard(RULES + "measured-effect.rq", ' " ", STR(?compartment),', ""),
    3: Guard(
        RULES + "verdict-one-axis.rq",
        """  MINUS {
    ?oneMixed a aa:AxisEffect ; aa:setting ?setting ; aa:object ?axis ; aa:direction ?oneWay .
    ?twoMixed a aa:AxisEffect ; aa:setting ?setting ; aa:object ?axis ; aa:direction ?otherWay .
    FILTER(STR(?oneWay) < STR(?otherWay))
  }
""",
        "",
    ),
    4: Guard(
        RULES + "verdict-one-axis.rq",
        "  MINUS { ?otherEffect a aa:AxisEffect ; aa:setting ?setting ; aa:object ?other }\n",
        "",
    ),
    5: Guard(RULES + "predicted-effect.rq", "  MINUS { ?target aa:axisStanding aa:Contested }\n", ""),
    6: Guard(RULES + "predicted-effect.rq", " ;\n    aa:axisStanding aa:Canonical .", " ."),
    7: Guard(
        RULES + "stated-effect.rq",
        "?action a aa:PharmacologicalAction ; aa:subject ?agent ;",
        "?action aa:subject ?agent ;",
    ),
    8: Guard(QUESTIONS + "outcomes-under-treatment.rq", "aa:effect ?effect ;", "aa:effect aa:Improved ;"),
    9: Guard(
        QUESTIONS + "outcomes-under-treatment.rq",
        "aa:ClinicalOutcome ; aa:object ?condition .",
        "aa:ClinicalOutcome .",
    ),
    10: Guard(
        QUESTIONS + "where-treatments-break-the-chain.rq",
        "?link a aa:MechanismLink ; aa:subject ?target ;",
        "?link aa:subject ?target ;",
    ),
    11: Guard(
        RULES + "predicted-effect.rq",
        "?action a aa:PharmacologicalAction ; aa:subject ?agent ;",
        "?action aa:subject ?agent ;",
    ),
    12: Guard(
        RULES + "stated-effect.rq",
        "(aa:inhibits aa:Lowered)",
        "(aa:inhibits aa:Lowered) (aa:opposes aa:Lowered)",
    ),
    13: Guard(
        RULES + "measured-effect.rq",
        "  MINUS { ?differing a aa:AxisMembership ; aa:subject ?analyte ; aa:axisStanding aa:Contested }\n",
        "",
    ),
    14: Guard(
        QUESTIONS + "treatments-that-may-worsen.rq",
        "?fact a aa:RiskStatement ; aa:subject ?treatment ; aa:predicate aa:worsensConditionOf ; aa:object ?group",
        "?fact aa:subject ?treatment ; aa:object ?group",
    ),
    15: Guard("ontology/aa.ttl", "aa:dominatedBy aa:Th2 ;", "aa:dominatedBy aa:Th1 ;"),
    16: Guard(
        RULES + "endotype-risk.rq",
        "?scope aa:isWithin ?group ; aa:isWithin ?population .",
        "?scope aa:isWithin ?population .",
    ),
    17: Guard(RULES + "measured-effect.rq", ', " ", STR(?cohort)', ""),
    18: Guard(
        QUESTIONS + "which-cells-produce.rq",
        "?fact a aa:Phenotype ; aa:subject ?cell ;",
        "?fact a aa:Phenotype ; aa:subject ?other ;",
    ),
    19: Guard(QUESTIONS + "levels-of-mediator.rq", "aa:direction ?direction .", "aa:direction aa:Raised ."),
    20: Guard(
        QUESTIONS + "complications.rq",
        "?fact a aa:Association ; aa:subject ?disease ;",
        "?fact aa:subject ?disease ;",
    ),
    "R2": Guard(
        RULES + "stated-effect.rq",
        "  MINUS { ?action a aa:PharmacologicalAction ; aa:subject ?agent, ?fellow . FILTER(?fellow != ?agent) }\n",
        "",
    ),
    "R7": Guard(RULES + "endotype-risk-unstated.rq", "  FILTER(?species IN (aa:Human, aa:NotStated))\n", ""),
    "R8": Guard(
        RULES + "hub-effect.rq", "certainty: one step below the weakest premise", "certainty: weakest premise"
    ),
}


class House:
    """The files of the project, with the words of some taken out."""

    def __init__(self, changed: Mapping[str, str] | None = None) -> None:
        self.changed = changed or {}

    def text(self, file: str) -> str:
        """The text of a file, as changed."""
        return self.changed.get(file) or (places.ROOT / file).read_text(encoding="utf-8")

    def opened(self, *, review: bool = False) -> Layers:
        """Layers with the ontology, and with the review where it is wanted."""
        layers = Layers()
        wanted = {"ontology": "ontology/aa.ttl"} | ({"review": "ontology/facts/review.ttl"} if review else {})
        for layer, file in wanted.items():
            layers.add_quads(parse(input=self.text(file), format=RdfFormat.TURTLE), layer)
        return layers

    def follows(self, *facts: Fact) -> list[Conclusion]:
        """What the rules conclude from facts."""
        layers = self.opened()
        add(layers, [fact._replace(name=f"fact-{n}") for n, fact in enumerate(facts)])
        files = places.rule_files()
        infer(layers, [parse_rule(rule, self.text(f"{RULES}{rule}.rq")) for rule in files])
        return conclusions(layers)

    def answers(self, question: str, turtle: str) -> list[dict[str, str]]:
        """The rows of a question over the review and some invented facts, in local names."""
        layers = self.opened(review=True)
        prefixes = "".join(f"@prefix {prefix}: <{base}> .\n" for prefix, base in PREFIXES.items())
        layers.add_quads(parse(input=prefixes + turtle, format=RdfFormat.TURTLE), "data")
        return [
            {column: getattr(value, "value", "").rsplit("/", 1)[-1] for column, value in row.items()}
            for row in rows(layers, self.text(f"{QUESTIONS}{question}.rq"))
        ]


# Facts in short

UNSTATED = Scope()


def member(mediator: str, axis: str, standing: str = "Canonical") -> Fact:
    return Fact(
        "", "AxisMembership", (mediator,), "standsFor", (axis,), Scope("NotApplicable"), standing=standing
    )


def action(
    agent: str, does: str, target: str, scope: Scope = UNSTATED, kind: str = "PharmacologicalAction"
) -> Fact:
    return Fact("", kind, (agent,), does, (target,), scope)


def change(agent: str, analyte: str, direction: str, scope: Scope) -> Fact:
    return Fact("", "BiomarkerChange", (agent,), "changesLevelOf", (analyte,), scope, direction=direction)


def source_fact(slug: str, body: str) -> str:
    """A fact of an invented publication, as Turtle."""
    return f"""
fact:{slug} {body} ; rdfs:label "{slug}" ; aa:certainty aa:Asserted ; aa:evidence evidence:{slug} .
evidence:{slug} aa:kind aa:StudyFinding ; aa:publication publication:example ; aa:stance aa:Supports .
"""


SERUM = Scope(AA_PATIENT, "Serum", "week 12", "Human", "NotApplicable", "one")
IFN, IL4, IL13 = (
    member("InterferonGamma", "Th1"),
    member("Interleukin4", "Th2"),
    member("Interleukin13", "Th2"),
)
