"""Everything of ours that has an IRI, where its page and its files lie, and what is said of it.

What has no page of its own, such as an evidence line or a span, is told on the
page of what it belongs to, and its IRI leads there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from aa_ld import places
from aa_ld.executables import question_triples, rule_triples
from aa_ld.question import read_questions
from aa_ld.rule import read_rules
from aa_ld.vocab import BASE, PREFIXES

#: Folders of IRIs that have pages, and what they are called; terms are at the top.
KINDS = {
    "": "term", "fact": "fact", "publication": "publication", "cohort": "cohort", "conflict": "conflict",
    "question": "question", "rule": "rule", "shape": "shape", "source": "source", "graph": "graph",
}  # fmt: skip

#: Folders of IRIs that are told elsewhere, and the properties by which they are found there.
PARTS = {"evidence", "span", "part", "setting"}
_LONGEST = 200  # bytes of the name of a file, as far as it is taken from an IRI


class Resource(NamedTuple):
    """Something of ours.

    iri      its IRI
    kind     one of the values of KINDS
    path     where its files lie under the folder, without ending: fact/SF32-…
    label    its name for people
    triples  what is said of it, and of its parts; of a graph, what is said of the graph itself
    parts    the IRIs of its parts
    """

    iri: str
    kind: str
    path: str
    label: str
    triples: list[Triple]
    parts: tuple[str, ...]


def folder_of(iri: str) -> str:
    """The folder of an IRI of ours: "fact", or "" for a term."""
    return iri.removeprefix(BASE).rpartition("/")[0]


def path_of(iri: str) -> str:
    """Where the files of an IRI of ours lie, as segments that no file system takes amiss and that lead nowhere else.

    >>> path_of(BASE + "fact/../../etc")
    'fact/%2E%2E/%2E%2E/etc'
    """
    segments = unquote(iri.removeprefix(BASE)).split("/")
    return "/".join(_segment(each) for each in segments)


def _segment(text: str) -> str:
    safe = quote(text, safe="-_.~") or "%20"
    if len(safe) > _LONGEST:  # a disk takes 255 bytes, with an ending
        safe = f"{safe[:_LONGEST].rstrip('%')}~{sha256(text.encode()).hexdigest()[:16]}"
    return safe.replace(".", "%2E") if set(safe) <= {"."} else safe


def resources_beside() -> Iterator[Resource]:
    """Questions, rules and shapes, which are files of their own and stand in no layer.

    >>> {each.kind for each in resources_beside()} == {"question", "rule", "shape"}
    True
    """
    for question in read_questions().values():
        iri = PREFIXES["question"] + question.name
        yield Resource(iri, "question", path_of(iri), question.title, list(question_triples(question)), ())
    for rule in read_rules().values():
        yield Resource(rule.iri, "rule", path_of(rule.iri), rule.title, list(rule_triples(rule)), ())
    for path in places.shape_files():
        quads = list(parse(path=str(path), format=RdfFormat.TURTLE))
        iri = PREFIXES["shape"] + path.stem
        yield Resource(
            iri,
            "shape",
            path_of(iri),
            f"shapes of {path.stem}",
            [q.triple for q in quads],
            _shapes(quads, iri),
        )


def _shapes(quads: Iterable[Quad], own: str) -> tuple[str, ...]:
    found = {q.subject.value for q in quads if isinstance(q.subject, NamedNode)}
    return tuple(sorted(iri for iri in found if iri.startswith(PREFIXES["shape"]) and iri != own))
