"""The ontology with the annotations that tools of the OBO community look for, made from those that we write.

    skos:definition              IAO_0000115
    skos:altLabel                oboInOwl:hasExactSynonym; of a value, which is a word for it, hasRelatedSynonym
    skos:exactMatch, closeMatch  oboInOwl:hasDbXref, as a CURIE
    dcterms:isReplacedBy         IAO_0100001 of a deprecated term

Nothing is typed twice: what stands in ontology/aa.ttl is the source.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.exchange.nodes import curie
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE

OBO_IN_OWL = PREFIXES["oboInOwl"]
_OBO, _SKOS, _OWL, _RDFS = (PREFIXES[name] for name in ("obo", "skos", "owl", "rdfs"))

DEFINITION = NamedNode(_OBO + "IAO_0000115")
REPLACED_BY = NamedNode(_OBO + "IAO_0100001")
SYNONYM = NamedNode(OBO_IN_OWL + "hasExactSynonym")
RELATED = NamedNode(OBO_IN_OWL + "hasRelatedSynonym")
XREF = NamedNode(OBO_IN_OWL + "hasDbXref")

#: What is made from what stands as it is, and how all that is made is declared.
_COPIED = {
    NamedNode(_SKOS + "definition"): DEFINITION,
    NamedNode(PREFIXES["dcterms"] + "isReplacedBy"): REPLACED_BY,
}
_MADE = {
    DEFINITION: ("definition", "Says in a sentence what a term means."),
    REPLACED_BY: ("term replaced by", "Names the term to be used in the place of a deprecated one."),
    SYNONYM: ("has exact synonym", "Gives another name for the same."),
    RELATED: (
        "has related synonym",
        "Gives a word that is used for the term and may be used for others too.",
    ),
    XREF: (
        "database cross-reference",
        "Gives the identifier of a term elsewhere that means the same or nearly so.",
    ),
}
_OTHER_NAME = NamedNode(_SKOS + "altLabel")
_MATCHES = frozenset(NamedNode(_SKOS + name) for name in ("exactMatch", "closeMatch"))
_TYPE, _LABEL = NamedNode(RDF_TYPE), NamedNode(_RDFS + "label")
_ANNOTATION, _VALUE = NamedNode(_OWL + "AnnotationProperty"), NamedNode(_OWL + "NamedIndividual")
_KINDS = frozenset(
    NamedNode(_OWL + name)
    for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual")
)


def annotated(ontology: Iterable[Triple]) -> list[Triple]:
    """The triples of an ontology and what is made from them; each once.

    >>> from aa_ld.release.products import ontology_triples
    >>> made = annotated(ontology_triples())
    >>> sorted(t.object.value for t in made if t.subject.value.endswith("/AlopeciaAreata") and t.predicate == XREF)[0]
    'DOID:986'
    """
    given = list(ontology)
    kinds = {t.subject: t.object for t in given if t.predicate == _TYPE and t.object in _KINDS}
    labels = {(t.subject, t.object) for t in given if t.predicate == _LABEL}
    made: set[Triple] = set()
    for each in given:
        if each.subject in kinds and _is_ours(each.subject) and (each.subject, each.object) not in labels:
            made.update(_made_from(each, kinds[each.subject] == _VALUE))
    used = {triple.predicate for triple in made}
    if made:
        used.add(DEFINITION)  # by which these words are defined themselves
    declared = [
        triple
        for iri, (label, definition) in _MADE.items()
        if iri in used
        for triple in (
            Triple(iri, _TYPE, _ANNOTATION),
            Triple(iri, _LABEL, Literal(label, language="en")),
            Triple(iri, DEFINITION, Literal(definition, language="en")),
        )
    ]
    return list(dict.fromkeys([*given, *sorted(made, key=str), *declared]))


def _made_from(triple: Triple, is_value: bool) -> Iterable[Triple]:
    if triple.predicate in _COPIED:
        yield Triple(triple.subject, _COPIED[triple.predicate], triple.object)
    elif triple.predicate == _OTHER_NAME:
        yield Triple(triple.subject, RELATED if is_value else SYNONYM, triple.object)
    elif triple.predicate in _MATCHES and isinstance(triple.object, NamedNode):
        yield Triple(triple.subject, XREF, Literal(curie(triple.object.value)))


def _is_ours(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(BASE)
