"""What the server tells of itself, for programs: service description, VoID, and the questions.

Specifications: https://www.w3.org/TR/sparql11-service-description/,
https://www.w3.org/TR/void/. Questions are told as the SPARQL examples of SIB
are (https://github.com/sib-swiss/sparql-examples): sh:SPARQLExecutable.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.executables import question_triples
from aa_ld.question import Question
from aa_ld.serve.queries import write_triples
from aa_ld.serve.settings import Settings
from aa_ld.vocab import BASE, PREFIXES

_SD, _VOID = "http://www.w3.org/ns/sparql-service-description#", "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_CC0 = NamedNode("https://creativecommons.org/publicdomain/zero/1.0/")
_TITLE = "Cytokine balance in alopecia areata: what sources say, how firmly, and on what evidence"
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
            "Turtle", "JSON-LD", "N-Triples", "RDF_XML")  # fmt: skip


def _word(prefix: str, name: str) -> NamedNode:
    return NamedNode(PREFIXES[prefix] + name)


_TYPE = _word("rdf", "type")


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=_word("xsd", "integer"))


def service(url: str, held: Mapping[str, Any], settings: Settings) -> Iterator[Triple]:
    """The service description of the endpoint at `url`, that holds this."""
    endpoint, data = NamedNode(url + "/sparql"), NamedNode(url + "/sparql#dataset")
    default = NamedNode(url + "/sparql#default-graph")
    yield Triple(endpoint, _TYPE, NamedNode(_SD + "Service"))
    yield Triple(endpoint, NamedNode(_SD + "endpoint"), endpoint)
    for name in ["SPARQL11Query", *(["SPARQL11Update"] if settings.token else [])]:
        yield Triple(endpoint, NamedNode(_SD + "supportedLanguage"), NamedNode(_SD + name))
    yield Triple(endpoint, NamedNode(_SD + "feature"), NamedNode(_SD + "UnionDefaultGraph"))
    for name in _RESULTS:
        yield Triple(endpoint, NamedNode(_SD + "resultFormat"), NamedNode(_FORMATS + name))
    yield Triple(endpoint, NamedNode(_SD + "defaultDataset"), data)
    yield Triple(data, _TYPE, NamedNode(_SD + "Dataset"))
    yield Triple(data, _word("rdfs", "seeAlso"), NamedNode(url + "/.well-known/void"))
    yield Triple(data, NamedNode(_SD + "defaultGraph"), default)
    yield Triple(default, _TYPE, NamedNode(_SD + "Graph"))
    yield Triple(default, NamedNode(_VOID + "triples"), _number(held["triples"]))
    for number, (graph, count) in enumerate(sorted(held["graphs"].items()), 1):
        named, content = NamedNode(f"{url}/sparql#named-{number}"), NamedNode(f"{url}/sparql#graph-{number}")
        yield Triple(data, NamedNode(_SD + "namedGraph"), named)
        yield Triple(named, _TYPE, NamedNode(_SD + "NamedGraph"))
        yield Triple(named, NamedNode(_SD + "name"), NamedNode(graph))
        yield Triple(named, NamedNode(_SD + "graph"), content)
        yield Triple(content, _TYPE, NamedNode(_SD + "Graph"))
        yield Triple(content, NamedNode(_VOID + "triples"), _number(count))


def void(url: str, held: Mapping[str, Any], settings: Settings) -> Iterator[Triple]:
    """The VoID description of what is held."""
    data = NamedNode(url + "/.well-known/void#dataset")
    yield Triple(data, _TYPE, NamedNode(_VOID + "Dataset"))
    yield Triple(data, _word("dcterms", "title"), Literal(_TITLE, language="en"))
    if not settings.data and not settings.token:
        yield Triple(data, _word("dcterms", "license"), _CC0)
    yield Triple(data, NamedNode(_VOID + "sparqlEndpoint"), NamedNode(url + "/sparql"))
    yield Triple(data, NamedNode(_VOID + "triples"), _number(held["triples"]))
    yield Triple(data, NamedNode(_VOID + "uriSpace"), Literal(BASE))
    yield Triple(data, NamedNode(_VOID + "exampleResource"), _word("aa", "AlopeciaAreata"))
    yield Triple(data, _word("rdfs", "seeAlso"), NamedNode(url + "/questions"))
    for name in ("aa", "oa", "prov", "skos", "dcterms"):
        yield Triple(data, NamedNode(_VOID + "vocabulary"), NamedNode(PREFIXES[name]))
    for graph, count in sorted(held["graphs"].items()):
        yield Triple(data, NamedNode(_VOID + "subset"), NamedNode(graph))
        yield Triple(NamedNode(graph), _TYPE, NamedNode(_VOID + "Dataset"))
        yield Triple(NamedNode(graph), NamedNode(_VOID + "triples"), _number(count))


def questions(url: str, found: Iterable[Question]) -> Iterator[Triple]:
    """The questions as executables of SHACL, with the endpoint that answers them."""
    for question in found:
        yield from question_triples(question)
        yield Triple(_word("question", question.name), _word("schema", "target"), NamedNode(url + "/sparql"))


def document(triples: Iterable[Triple], kind: str) -> bytes:
    """Triples in one of the forms of aa_ld.serve.queries.TRIPLES."""
    out = io.BytesIO()
    found = list(triples)
    write_triples(found, kind, out, len(found))
    return out.getvalue()
