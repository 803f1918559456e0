"""The ontology as a flat file of the OBO format, as far as it can be said there.

Classes are terms, properties are typedefs, values are instances. A definition
by a wider class and relations is an intersection; members of a disjoint group
are told apart pair by pair. What OBO has no words for is left out and listed.
Specification: OBO Flat File Format 1.4, https://owlcollab.github.io/oboformat/doc/obo-syntax.html.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aa_ld.exchange.nodes import curie
from aa_ld.release.annotated import DEFINITION, RELATED, REPLACED_BY, SYNONYM, XREF
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE

_OWL, _RDFS, _RDF, _SKOS = (PREFIXES[name] for name in ("owl", "rdfs", "rdf", "skos"))
_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "", "{": "\\{", "}": "\\}"}
)

#: What is said elsewhere, or in another way, and need not be listed as left out.
_SAID = frozenset(
    [
        RDF_TYPE,
        _RDFS + "label",
        _SKOS + "definition",
        _SKOS + "altLabel",
        PREFIXES["dcterms"] + "isReplacedBy",
    ]
)
_FRAMES = {
    "Class": "Term",
    "ObjectProperty": "Typedef",
    "DatatypeProperty": "Typedef",
    "AnnotationProperty": "Typedef",
    "NamedIndividual": "Instance",
}


class Obo(NamedTuple):
    """An ontology in OBO: its text, and the triples that it has no words for, as (term, property)."""

    text: str
    left_out: list[tuple[str, str]]


def write_obo(triples: Iterable[Triple], ontology: str = "aa-ld") -> Obo:
    """An annotated ontology (see aa_ld.release.annotated) as OBO; the terms of ours, in a fixed order.

    ontology  its name in the header

    >>> from aa_ld.release.products import ontology_triples
    >>> from aa_ld.release import annotated
    >>> "id: aa:AlopeciaAreata" in write_obo(annotated(ontology_triples())).text
    True
    """
    graph = _Graph(triples)
    frames = []
    for iri in sorted(each.value for each in graph.about if isinstance(each, NamedNode)):
        frame = graph.frame_of(iri) if iri.startswith(BASE) else ""
        if frame:
            lines = sorted(set(graph.clauses(NamedNode(iri), frame)), key=_order)
            frames.append("\n".join([f"[{frame}]", f"id: {_id(iri)}", *lines]))
    version = graph.text(NamedNode(BASE), _OWL + "versionInfo")
    head = [
        "format-version: 1.4",
        *[f"data-version: {version}"] * bool(version),
        f"default-namespace: {ontology}",
        f"idspace: aa {BASE}",
        f"ontology: {ontology}",
    ]
    return Obo("\n\n".join(["\n".join(head), *frames]) + "\n", sorted(set(graph.left_out)))


#: The order of clauses in a frame, as the specification advises.
_CLAUSES = (
    "name", "def", "synonym", "xref", "property_value", "instance_of", "domain", "range", "is_a", "intersection_of",
    "disjoint_from", "relationship", "is_metadata_tag", "is_obsolete", "replaced_by",
)  # fmt: skip


def _order(line: str) -> tuple[int, bool, str]:
    word, _, rest = line.partition(": ")
    return _CLAUSES.index(word), " " in rest.partition(" ! ")[0], line  # a genus before its relations


def _id(iri: str) -> str:
    return "aa:" + iri.removeprefix(BASE) if iri.startswith(BASE) else curie(iri)


def _quoted(text: str) -> str:
    return '"' + text.translate(_ESCAPES) + '"'


class _Graph:
    """The triples by subject, and what of them cannot be said."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.about: dict[object, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
        self.left_out: list[tuple[str, str]] = []
        for triple in triples:
            self.about[triple.subject][triple.predicate.value].append(triple.object)
        self.apart: dict[str, list[str]] = defaultdict(list)
        for node, said in list(self.about.items()):
            if isinstance(node, BlankNode) and NamedNode(_OWL + "AllDisjointClasses") in said[RDF_TYPE]:
                members = [
                    m.value for m in self.members(said[_OWL + "members"][0]) if isinstance(m, NamedNode)
                ]
                for one, other in combinations(sorted(members), 2):
                    self.apart[one].append(other)

    def text(self, node: object, predicate: str) -> str:
        """The first value of a property, as text."""
        found = self.about[node][predicate]
        return min((each.value for each in found if isinstance(each, Literal)), default="")

    def frame_of(self, iri: str) -> str:
        """The kind of frame of a term, or nothing."""
        kinds = {kind.value.removeprefix(_OWL) for kind in self.about[NamedNode(iri)][RDF_TYPE]}  # type: ignore[attr-defined]
        return next((frame for kind, frame in _FRAMES.items() if kind in kinds), "")

    def members(self, node: object) -> Iterator[object]:
        """The members of a list."""
        while isinstance(node, BlankNode):
            yield from self.about[node][_RDF + "first"]
            node = next(iter(self.about[node][_RDF + "rest"]), None)

    def clauses(self, term: NamedNode, frame: str) -> Iterator[str]:
        """The lines of a frame, but its head."""
        said = self.about[term]
        yield f"name: {self.text(term, _RDFS + 'label').translate(_ESCAPES)}"
        if NamedNode(_OWL + "AnnotationProperty") in said[RDF_TYPE]:
            yield "is_metadata_tag: true"
        for kind in said[RDF_TYPE]:
            if frame == "Instance" and isinstance(kind, NamedNode) and kind.value.startswith(BASE):
                yield f"instance_of: {self._named(kind)}"
        for other in self.apart.get(term.value, ()) if frame == "Term" else ():
            yield f"disjoint_from: {self._named(NamedNode(other))}"
        for predicate, values in said.items():
            for value in values:
                lines = self._said(frame, predicate, value)
                if lines is None and predicate not in _SAID:
                    self.left_out.append((term.value, predicate))
                yield from lines or ()

    def _said(self, frame: str, predicate: str, value: object) -> list[str] | None:  # noqa: PLR0911
        """One triple as clauses; None where OBO has no words for it."""
        if isinstance(value, Literal):
            return _of_literal(predicate, value)
        if isinstance(value, BlankNode):
            return self._anonymous(predicate, value)
        assert isinstance(value, NamedNode)
        if predicate in (_RDFS + "subClassOf", _RDFS + "subPropertyOf"):
            return [f"is_a: {self._named(value)}"]
        if predicate == _OWL + "disjointWith" and frame == "Term":
            return [f"disjoint_from: {self._named(value)}"]
        if predicate in (_RDFS + "domain", _RDFS + "range") and frame == "Typedef":
            return [f"{predicate.removeprefix(_RDFS)}: {self._named(value)}"]
        if predicate == REPLACED_BY.value:
            return [f"replaced_by: {_id(value.value)}"]
        if predicate in _SAID or predicate.startswith((_OWL, _RDFS)):
            return None
        return [f"property_value: {_property(predicate)} {_id(value.value)}"]

    def _anonymous(self, predicate: str, node: BlankNode) -> list[str] | None:
        """A definition by genus and relations, or a relation to some of a class."""
        if predicate == _OWL + "equivalentClass":
            return self._intersection(node)
        some = self._some(node) if predicate == _RDFS + "subClassOf" else ""
        return [f"relationship: {some}"] if some else None

    def _some(self, node: object) -> str:
        """A relation to some of a class, as OBO writes it; nothing where this is none."""
        on, some = (self.about[node][_OWL + name] for name in ("onProperty", "someValuesFrom"))
        if not (on and some and isinstance(on[0], NamedNode) and isinstance(some[0], NamedNode)):
            return ""
        return f"{_id(on[0].value)} {self._named(some[0])}"

    def _intersection(self, node: BlankNode) -> list[str] | None:
        lists = self.about[node][_OWL + "intersectionOf"]
        lines = []
        for member in self.members(lists[0]) if lists else ():
            if isinstance(member, NamedNode):
                lines.append(f"intersection_of: {self._named(member)}")
                continue
            some = self._some(member)
            if not some:
                return None
            lines.append(f"intersection_of: {some}")
        return lines if len(lines) > 1 else None

    def _named(self, term: NamedNode) -> str:
        label = self.text(term, _RDFS + "label")
        return _id(term.value) + (f" ! {' '.join(label.split())}" if label else "")


def _of_literal(predicate: str, value: Literal) -> list[str] | None:
    if predicate == DEFINITION.value:
        return [f"def: {_quoted(value.value)} []"]
    if predicate in (SYNONYM.value, RELATED.value):
        return [f"synonym: {_quoted(value.value)} {'EXACT' if predicate == SYNONYM.value else 'RELATED'} []"]
    if predicate == XREF.value:
        return [f"xref: {value.value}"]
    if predicate == _OWL + "deprecated":
        return ["is_obsolete: true"] if value.value in ("true", "1") else []
    if predicate in _SAID or predicate.startswith((_OWL, _RDFS)):
        return None
    datatype = value.datatype.value.replace(PREFIXES["xsd"], "xsd:").replace(
        _RDF + "langString", "xsd:string"
    )
    return [f"property_value: {_property(predicate)} {_quoted(value.value)} {datatype}"]


def _property(iri: str) -> str:
    return _id(iri) if iri.startswith(BASE) else iri
