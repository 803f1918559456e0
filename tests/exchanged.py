"""What the shipped files say of each fact, read without the package, to hold exports against; and random facts."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from aa_ld.store import Layers, open_layers

ONTOLOGY = Path(__file__).parents[1] / "ontology"
AA = "https://w3id.org/aa-ld/"
OA = "http://www.w3.org/ns/oa#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"

#: What the text of the task names, and more: properties that say whether, how surely, which way, where, when, in whom.
QUALIFYING = (
    "polarity", "certainty", "direction", "effect", "verdict", "extent", "tier", "population", "species",
    "compartment", "comparator", "time", "context", "responseGroup", "cohort", "condition", "measure", "site",
    "th1Direction", "th2Direction", "role", "axisStanding", "value", "interval", "signConvention",
)  # fmt: skip
LINE = ("publication", "kind", "design", "stance", "certainty", "wording", "hedge", "cue", "sampleSize")


@cache
def shipped() -> frozenset[Triple]:
    """Every triple of the shipped facts and of what follows from them, as the files have it."""
    files = [
        ONTOLOGY / "facts" / "review.ttl",
        *(ONTOLOGY / "facts" / "literature").glob("*.ttl"),
        ONTOLOGY / "inferred.ttl",
    ]
    return frozenset(quad.triple for file in files for quad in parse(file.read_bytes(), RdfFormat.TURTLE))


@cache
def said() -> dict[str, dict[str, frozenset[str]]]:
    """Subject to predicate to objects in N-Triples, of the shipped files."""
    return by_subject(shipped())


@cache
def facts() -> tuple[str, ...]:
    """The IRIs of the shipped facts, and of those that follow."""
    return tuple(sorted(iri for iri, own in said().items() if own.keys() & {AA + "evidence", AA + "rule"}))


@cache
def predicates() -> frozenset[str]:
    """What facts say of their subjects."""
    return frozenset(p[1:-1] for fact in facts() for p in said()[fact][AA + "predicate"])


def by_subject(triples) -> dict[str, dict[str, frozenset[str]]]:
    """Subject to predicate to objects in N-Triples."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for triple in triples:
        found[triple.subject.value][triple.predicate.value].add(str(triple.object))
    return {s: {p: frozenset(o) for p, o in own.items()} for s, own in found.items()}


def picture(fact: str, about: dict[str, dict[str, frozenset[str]]]) -> dict[str, object]:
    """What must be equal on both sides: content, qualifications, and the evidence down to spans and publications."""
    own = about.get(fact, {})
    seen: dict[str, object] = {
        p: own.get(p, frozenset()) for p in own.keys() | {AA + name for name in QUALIFYING}
    }
    for line in own.get(AA + "evidence", ()):
        evidence = about.get(line[1:-1], {})
        seen[line] = {name: evidence.get(AA + name, frozenset()) for name in LINE}
        for publication in evidence.get(AA + "publication", ()):
            # Triples that are asserted besides may have a publication as their subject.
            record = about.get(publication[1:-1], {})
            seen[publication] = {p: values for p, values in record.items() if p not in predicates()}
        for span in evidence.get(AA + "span", frozenset()) | evidence.get(AA + "focus", frozenset()):
            seen[span] = {
                p: about.get(span[1:-1], {}).get(p) for p in (OA + "start", OA + "end", AA + "sha256")
            }
    for cohort in own.get(AA + "cohort", ()):
        if cohort.startswith(f"<{AA}cohort/"):
            seen[cohort] = about.get(cohort[1:-1], {})
    return seen


# Random facts, with everything in a literal that ever broke a file.

_ODD = st.sampled_from(
    ["\t", "\n", "\r", "\r\n", '"', "'", "\\", "|", "''", '"""', "\u200f", "\u202e", "\u2028", "\u0000"[:0], "\x01", "\x7f",
     "\x85", "\ufeff", "IFN-γ", "é", "e\u0301", "𝛼", "<b>", "&amp;", "{}", "@id", "a:b", "^^", "@en", ",", "null", "#", "%20", "`"]
)  # fmt: skip
TEXTS = st.lists(_ODD | st.text(max_size=6), max_size=5).map("".join)
TERMS = st.sampled_from(
    [AA + "Dupilumab", AA + "InterferonGamma", AA + "PatientWithAlopeciaAreata", "http://example.org/term", "http://example.org/ü?x=1#y",
     "urn:isbn:0", "doi:10.1000/x", "http://id.nlm.nih.gov/mesh/D000506", AA + "fact/other"]
).map(NamedNode)  # fmt: skip
LITERALS = st.one_of(
    TEXTS.map(Literal),
    st.builds(
        lambda text, tag: Literal(text, language=tag),
        TEXTS,
        st.sampled_from(["en", "ar", "de-ch", "zh-hant"]),
    ),
    st.integers(-(10**25), 10**25).map(lambda n: Literal(str(n), datatype=NamedNode(XSD + "integer"))),
    st.sampled_from(["01", "+5", "-0", "1e3", "x"]).map(
        lambda t: Literal(t, datatype=NamedNode(XSD + "integer"))
    ),
    st.sampled_from(["true", "false", "1"]).map(lambda t: Literal(t, datatype=NamedNode(XSD + "boolean"))),
    st.sampled_from(["1.50", "1.5E0", "INF"]).map(lambda t: Literal(t, datatype=NamedNode(XSD + "double"))),
    st.builds(lambda text: Literal(text, datatype=NamedNode("http://example.org/type")), TEXTS),
    st.just(Literal("2026-11-22", datatype=NamedNode(XSD + "date"))),
)
_PREDICATES = [
    AA + name for name in ("inhibits", "worsensConditionOf", "hasLevelIn", "changesLevelOf", "bringsAbout")
]
_SCOPES = (
    "population",
    "species",
    "compartment",
    "comparator",
    "time",
    "context",
    "responseGroup",
    "condition",
    "value",
)


def _aa(*names: str) -> st.SearchStrategy[NamedNode]:
    return st.sampled_from([NamedNode(AA + name) for name in names])


@st.composite
def random_facts(draw: st.DrawFn) -> tuple[list[str], list[Triple]]:
    """One to four facts, and all triples about them: evidence, publications, cohorts, conflicts, odd words."""
    triples: list[Triple] = []
    iris = [f"{AA}fact/f{number}" for number in range(draw(st.integers(1, 4)))]

    def say(subject: str, predicate: str, value) -> None:
        name = predicate if ":" in predicate else AA + predicate
        triples.append(Triple(NamedNode(subject), NamedNode(name), value))

    for number, fact in enumerate(iris):
        say(fact, RDF + "type", draw(_aa("MechanismLink", "BiomarkerChange", "RiskStatement")))
        say(fact, RDFS + "label", draw(LITERALS))
        for subject in draw(st.lists(TERMS, min_size=1, max_size=2)):
            say(fact, "subject", subject)
        for value in draw(st.lists(TERMS | TERMS | TERMS | TERMS | LITERALS, min_size=1, max_size=2)):
            say(fact, "object", value)
        say(fact, "predicate", NamedNode(draw(st.sampled_from(_PREDICATES))))
        say(fact, "polarity", draw(_aa("Positive", "Positive", "Positive", "Negative")))
        say(fact, "certainty", draw(_aa("Asserted", "Asserted", "Likely", "Possible", "Reported")))
        for name in draw(st.lists(st.sampled_from(_SCOPES), unique=True, max_size=4)):
            say(fact, name, draw(TERMS | LITERALS | _aa("NotStated")))
        for name in draw(
            st.lists(st.sampled_from(["Raised", "Lowered", "Unchanged"]), unique=True, max_size=2)
        ):
            say(fact, "direction", NamedNode(AA + name))
        if draw(st.booleans()):
            say(fact, "http://example.org/own", draw(LITERALS | TERMS))
        for order in range(draw(st.integers(1, 2))):
            line, paper = f"{AA}evidence/e{number}-{order}", f"{AA}publication/p{draw(st.integers(0, 2))}"
            say(fact, "evidence", NamedNode(line))
            say(line, RDF + "type", NamedNode(AA + "EvidenceLine"))
            say(line, "stance", draw(_aa("Supports", "Supports", "Disputes")))
            say(line, "publication", NamedNode(paper))
            say(line, "sampleSize", draw(LITERALS | _aa("NotStated")))
            if draw(st.booleans()):
                say(line, "hedge", draw(LITERALS))
            say(paper, RDF + "type", NamedNode(AA + "Publication"))
            say(paper, RDFS + "label", draw(LITERALS))
        if draw(st.booleans()):
            say(fact, "cohort", NamedNode(AA + "cohort/c"))
            say(AA + "cohort/c", RDFS + "label", draw(LITERALS))
    if len(iris) > 1 and draw(st.booleans()):
        for fact in iris[:2]:
            say(AA + "conflict/x", "between", NamedNode(fact))
    return iris, list(dict.fromkeys(triples))


def world(triples: list[Triple]) -> Layers:
    """The ontology, and these triples beside it."""
    layers = open_layers(["ontology"])
    layers.add_quads((Quad(t.subject, t.predicate, t.object) for t in triples), "literature")
    return layers
