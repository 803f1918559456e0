"""OWL axioms, read from triples: what an ontology says, whatever its blank nodes are called.

An axiom is a kind and its parts. A part is an IRI or a literal as N-Triples
writes it, or an expression: a tuple of an operator and its parts, in which
order counts only where OWL says so. Two files say the same axiom if and only
if the values are equal.
Specification: OWL 2 Mapping to RDF Graphs, https://www.w3.org/TR/owl2-mapping-to-rdf/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pyoxigraph import BlankNode, NamedNode, Triple

from aa_ld.vocab import PREFIXES, RDF_TYPE, compact

OWL, RDF, RDFS = (PREFIXES[name] for name in ("owl", "rdf", "rdfs"))
SWRL = "http://www.w3.org/2003/11/swrl#"
THING, NOTHING = f"<{OWL}Thing>", f"<{OWL}Nothing>"

#: An IRI or a literal, or an operator and its parts.
Part = str | tuple["Part", ...]

#: Predicates that say something of OWL, and the kind of axiom that they make.
_KINDS = {
    RDFS + "subClassOf": "SubClassOf",
    OWL + "equivalentClass": "EquivalentTo",
    OWL + "disjointWith": "DisjointWith",
    OWL + "disjointUnionOf": "DisjointUnionOf",
    RDFS + "subPropertyOf": "SubPropertyOf",
    OWL + "equivalentProperty": "EquivalentPropertyTo",
    OWL + "inverseOf": "InverseOf",
    OWL + "propertyDisjointWith": "DisjointPropertyWith",
    OWL + "propertyChainAxiom": "SubPropertyChain",
    RDFS + "domain": "Domain",
    RDFS + "range": "Range",
    OWL + "hasKey": "HasKey",
    OWL + "sameAs": "SameAs",
    OWL + "differentFrom": "DifferentFrom",
}
_ENTITIES = {
    OWL + name
    for name in (
        "Class",
        "ObjectProperty",
        "DatatypeProperty",
        "AnnotationProperty",
        "NamedIndividual",
        "Ontology",
    )
} | {RDFS + "Datatype"}
_CHARACTERISTICS = {
    OWL + f"{name}Property"
    for name in (
        "Functional",
        "InverseFunctional",
        "Transitive",
        "Symmetric",
        "Asymmetric",
        "Reflexive",
        "Irreflexive",
    )
}
_GROUPS = {
    OWL + "AllDisjointClasses": "AllDisjointClasses",
    OWL + "AllDisjointProperties": "AllDisjointProperties",
    OWL + "AllDifferent": "AllDifferent",
}

#: Operators of expressions by the predicate that makes them; the order of parts counts for none of these.
_SETS = {OWL + "intersectionOf": "and", OWL + "unionOf": "or", OWL + "oneOf": "one of"}
_QUANTIFIED = {
    OWL + "someValuesFrom": "some", OWL + "allValuesFrom": "only", OWL + "hasValue": "value", OWL + "hasSelf": "self",
    OWL + "minCardinality": "min", OWL + "maxCardinality": "max", OWL + "cardinality": "exactly",
    OWL + "minQualifiedCardinality": "min", OWL + "maxQualifiedCardinality": "max", OWL + "qualifiedCardinality": "exactly",
}  # fmt: skip


class Axiom(NamedTuple):
    """An axiom: its kind, what it is about, what it says of that, and the triples that say it.

    kind     as in SubClassOf; Type for what something is, Annotation for all that has no meaning to a reasoner
    subject  an IRI or an expression
    said     an IRI, a literal or an expression; of an annotation, ("property", value)
    triples  with blank nodes; equal axioms of two files have other ones, so they do not count for equality
    """

    kind: str
    subject: Part
    said: Part
    triples: tuple[Triple, ...] = ()

    @property
    def key(self) -> tuple[str, Part, Part]:
        """What makes it this axiom."""
        return self[:3]

    def signature(self) -> set[str]:
        """The IRIs that it speaks of."""
        return {each for part in (self.subject, self.said) for each in iris(part)}


def iris(part: Part) -> Iterator[str]:
    """The IRIs in a part, with their angle brackets."""
    if isinstance(part, str):
        if part.startswith("<"):
            yield part
        return
    for each in part[1:]:
        yield from iris(each)


def read_axioms(triples: Iterable[Triple]) -> list[Axiom]:
    """The axioms that triples say, in the order of the triples; annotations of axioms among them.

    >>> from pyoxigraph import RdfFormat, parse
    >>> text = '''@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix : <urn:> .
    ... :a owl:equivalentClass [ owl:intersectionOf ( :c [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :b ] ) ] .'''
    >>> (axiom,) = read_axioms(quad.triple for quad in parse(text, RdfFormat.TURTLE))
    >>> axiom.kind, axiom.said
    ('EquivalentTo', ('and', '<urn:c>', ('some', '<urn:p>', '<urn:b>')))
    """
    graph = _Graph(triples)
    found = []
    for triple in graph.rooted:
        found.append(graph.axiom(triple))
    for node in graph.roots:
        found.extend(graph.group(node))
    for node in graph.about.keys() - graph.seen:  # they stand in a circle, to which nothing leads
        found.append(Axiom("Other", "", "", tuple(graph.about[node])))
    return found


class _Graph:
    """Triples by subject, with the blank nodes that stand for expressions."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.about: dict[BlankNode, list[Triple]] = defaultdict(list)
        self.rooted: list[Triple] = []
        used: set[object] = set()
        for triple in dict.fromkeys(triples):
            if isinstance(triple.subject, BlankNode):
                self.about[triple.subject].append(triple)
            else:
                self.rooted.append(triple)
            if isinstance(triple.object, BlankNode):
                used.add(triple.object)
        self.roots = [node for node in self.about if node not in used]
        self.seen: set[BlankNode] = set()
        self._within: set[BlankNode] = set()

    def axiom(self, triple: Triple) -> Axiom:
        """The axiom of a triple about something with a name."""
        predicate, subject = triple.predicate.value, str(triple.subject)
        below: list[Triple] = [triple]
        said = self.part(triple.object, below)
        if predicate == RDF_TYPE:
            kind = "Declaration" if str(said)[1:-1] in _ENTITIES else "Type"
            kind = "Characteristic" if str(said)[1:-1] in _CHARACTERISTICS else kind
            return Axiom(kind, subject, said, tuple(below))
        if predicate in _KINDS:
            return Axiom(_KINDS[predicate], subject, said, tuple(below))
        return Axiom("Annotation", subject, (predicate, f"<{predicate}>", said), tuple(below))

    def group(self, node: BlankNode) -> Iterator[Axiom]:
        """The axioms of a blank node that nothing points to: a group, an annotation of an axiom, a general axiom."""
        below: list[Triple] = []
        said = self.said_of(node, below)
        kind = next(
            (
                _GROUPS[k.value]
                for k in said.get(RDF_TYPE, ())
                if isinstance(k, NamedNode) and k.value in _GROUPS
            ),
            "",
        )
        if kind:
            lists = said.get(OWL + "members", []) or said.get(OWL + "distinctMembers", [])
            members = self.members(lists[0], below) if lists else []
            yield Axiom(kind, "", ("of", *sorted(members, key=str)), tuple(below))
            return
        if NamedNode(SWRL + "Imp") in said.get(RDF_TYPE, ()):
            yield Axiom("Rule", "", self.node(node, below), tuple(dict.fromkeys(below)))
            return
        if f"{OWL}annotatedSource" in said:
            yield self.note(said, below)
            return
        general = [t for t in self.about[node] if t.predicate.value in _KINDS]
        for triple in general:
            parts: list[Triple] = [triple]
            yield Axiom(
                _KINDS[triple.predicate.value],
                self.part(node, parts),
                self.part(triple.object, parts),
                tuple(dict.fromkeys(parts)),
            )
        if not general:
            yield Axiom("Other", "", self.node(node, below), tuple(below))

    def note(self, said: Mapping[str, list[object]], below: list[Triple]) -> Axiom:
        """What a reified annotation says of an axiom; the axiom is told by its three terms."""
        about = [said.get(f"{OWL}annotated{name}", [""])[0] for name in ("Source", "Property", "Target")]
        subject, on, target = (self.part(each, below) for each in about)
        notes = [
            (f"<{predicate}>", f"<{predicate}>", self.part(value, below))
            for predicate, values in said.items()
            if predicate != RDF_TYPE and not predicate.startswith(f"{OWL}annotated")
            for value in values
        ]
        return Axiom("AxiomAnnotation", subject, ("note", on, target, *sorted(notes, key=str)), tuple(below))

    def said_of(self, node: BlankNode, below: list[Triple]) -> dict[str, list[object]]:
        """The values of a blank node by predicate."""
        self.seen.add(node)
        below += self.about[node]
        said: dict[str, list[object]] = defaultdict(list)
        for triple in self.about[node]:
            said[triple.predicate.value].append(triple.object)
        return said

    def members(self, node: object, below: list[Triple]) -> list[Part]:
        """The members of a list."""
        found: list[Part] = []
        passed: set[BlankNode] = set()
        while isinstance(node, BlankNode) and node not in passed:
            passed.add(node)
            said = self.said_of(node, below)
            found += [self.part(each, below) for each in said.get(RDF + "first", [])]
            node = next(iter(said.get(RDF + "rest", [])), None)
        return found

    def part(self, term: object, below: list[Triple]) -> Part:
        """A term as a part of an axiom; `below` takes the triples that say it."""
        if not isinstance(term, BlankNode):
            return str(term)
        if term in self._within:
            return ("node", "circle")
        self._within.add(term)
        try:
            return self.node(term, below)
        finally:
            self._within.discard(term)

    def node(self, node: BlankNode, below: list[Triple]) -> Part:
        """A blank node as an expression; one of no known form as all that is said of it."""
        said = self.said_of(node, below)
        if RDF + "first" in said:
            own = len(self.about[node])
            del below[len(below) - own :]
            return ("list", *self.members(node, below))
        for predicate, operator in _SETS.items():
            if predicate in said:
                return (operator, *sorted(self.members(said[predicate][0], below), key=_named_first))
        if OWL + "complementOf" in said:
            return ("not", self.part(said[OWL + "complementOf"][0], below))
        if OWL + "onProperty" in said:
            return self.restriction(said, below)
        if OWL + "inverseOf" in said:
            return ("inverse", self.part(said[OWL + "inverseOf"][0], below))
        known = [(predicate, self.part(each, below)) for predicate, values in said.items() for each in values]
        return ("node", *sorted(((f"<{p}>", f"<{p}>", value) for p, value in known), key=str))

    def restriction(self, said: Mapping[str, list[object]], below: list[Triple]) -> Part:
        """A restriction on a property; the class of a cardinality stands last."""
        on = self.part(said[OWL + "onProperty"][0], below)
        for predicate, operator in _QUANTIFIED.items():
            if predicate in said:
                value = self.part(said[predicate][0], below)
                qualified = said.get(OWL + "onClass", []) + said.get(OWL + "onDataRange", [])
                return (operator, on, value, *(self.part(each, below) for each in qualified))
        return ("restriction", on)


def _named_first(part: Part) -> tuple[bool, str]:
    return isinstance(part, tuple), str(part)


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def shown(part: Part, labels: Mapping[str, str]) -> str:  # noqa: PLR0911 - one for each kind of expression
    """A part for people: labels where there are any, else short names, in the words of Manchester syntax.

    >>> shown(("some", "<urn:p>", "<urn:b>"), {"<urn:p>": "carries", "<urn:b>": "CD8"})
    'carries some CD8'
    """
    if isinstance(part, str):
        if not part.startswith("<"):
            return part
        label = labels.get(part)
        return (f"'{label}'" if " " in label else label) if label else compact(part[1:-1])
    operator, *rest = part
    inner = [
        f"({text})" if isinstance(each, tuple) else text for each in rest for text in [shown(each, labels)]
    ]
    if operator in ("and", "or"):
        return f" {operator} ".join(inner)
    if operator in ("not", "inverse"):
        return f"{operator} {inner[0]}"
    if operator in ("of", "one of", "list", "node"):
        return "{" + ", ".join(inner) + "}"
    if operator == "note":
        return f"on {inner[0]} {_cut(inner[1])}: {', '.join(each[1:-1] for each in inner[2:])}"
    if operator in ("some", "only", "value", "self", "min", "max", "exactly"):
        return f"{inner[0]} {operator} {' '.join(inner[1:])}"
    return " ".join(inner)
