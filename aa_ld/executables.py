"""Questions and rules as executables of SHACL, which is how the examples of SIB are told.

Convention: https://github.com/sib-swiss/sparql-examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.question import Question
from aa_ld.rule import Rule
from aa_ld.vocab import PREFIXES


def question_triples(question: Question) -> Iterator[Triple]:
    """A question: its words, its query, and the prefixes of that for editors that complete names by them.

    >>> from aa_ld.question import find_question
    >>> sum(1 for _ in question_triples(find_question("treatments-toward-th2"))) > 5
    True
    """
    iri = NamedNode(PREFIXES["question"] + question.name)
    yield from _executable(iri, "Select", question.title, question.description, question.text)
    for tag in question.tags:
        yield Triple(iri, _word("schema", "keywords"), Literal(tag))
    yield from _prefixes(iri.value, question.text)


def rule_triples(rule: Rule) -> Iterator[Triple]:
    """A rule: its words and its query."""
    iri = NamedNode(rule.iri)
    yield Triple(iri, _word("rdf", "type"), _word("aa", "Rule"))
    yield from _executable(iri, "Construct", rule.title, rule.description, rule.text)


def _executable(iri: NamedNode, form: str, title: str, description: str, query: str) -> Iterator[Triple]:
    yield Triple(iri, _word("rdf", "type"), _word("sh", "SPARQLExecutable"))
    yield Triple(iri, _word("rdf", "type"), _word("sh", f"SPARQL{form}Executable"))
    yield Triple(iri, _word("rdfs", "label"), Literal(title, language="en"))
    yield Triple(iri, _word("rdfs", "comment"), Literal(description, language="en"))
    yield Triple(iri, _word("sh", form.lower()), Literal(query))


def _prefixes(iri: str, query: str) -> Iterator[Triple]:
    node = NamedNode(f"{iri}#prefixes")
    yield Triple(NamedNode(iri), _word("sh", "prefixes"), node)
    for prefix, namespace in sorted(set(re.findall(r"(?im)^PREFIX\s+([\w.-]+):\s*<([^>]+)>", query))):
        declared = NamedNode(f"{iri}#prefix-{prefix}")
        yield Triple(node, _word("sh", "declare"), declared)
        yield Triple(declared, _word("sh", "prefix"), Literal(prefix))
        address = Literal(namespace, datatype=_word("xsd", "anyURI"))
        yield Triple(declared, _word("sh", "namespace"), address)


def _word(prefix: str, name: str) -> NamedNode:
    return NamedNode(PREFIXES[prefix] + name)
