"""What the scripts of the pages read: the index of the search, the questions, and the words that the editor offers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby

from pyoxigraph import Literal, NamedNode

from aa_ld.publish.linked import SKOS, Site
from aa_ld.publish.markup import address
from aa_ld.publish.resources import KINDS, path_of
from aa_ld.publish.spool import Spool
from aa_ld.vocab import BASE, PREFIXES, compact, printable

_KINDS = {
    "term": 0,
    "question": 1,
    "fact": 2,
    "publication": 3,
    "cohort": 4,
    "conflict": 5,
    "rule": 6,
    "shape": 7,
}
_MOST = 300  # signs of a label in the index


def index(site: Site) -> Spool:
    """The index as a script, which a browser loads from a folder too: [label, synonyms, kind, path] for each page."""
    made = Spool()
    made.write(b"window.aaIndex = [")
    for number, iri in enumerate(_in_order(site)):
        made.write(b"," * bool(number) + _json(_entry(site, iri)))
    made.write(b"];\n")
    return made


def _in_order(site: Site) -> Iterator[str]:
    """What has a page, by kind and label; facts, which may be very many, by IRI."""
    resources = site.resources
    kinds = sorted({*KINDS.values()} - {"fact"}, key=lambda kind: _KINDS.get(kind, 9))
    for rank, group in groupby(kinds, key=lambda kind: _KINDS.get(kind, 9)):
        if rank == _KINDS["publication"]:
            yield from resources.of("fact")
        yield from sorted(resources.of(*group), key=lambda iri: (resources.label(iri).casefold(), iri))


def _entry(site: Site, iri: str) -> list[str]:
    also = [v.value for v in site.said(iri).get(SKOS + "altLabel", ()) if isinstance(v, Literal)]
    if iri in site.facts:
        also.append(site.names.key(iri))
    also += [value.rsplit("/", 1)[-1] for value in _matches(site, iri)]
    label, others = printable(site.resources.label(iri), _MOST), [printable(each, _MOST) for each in also]
    return [label, " | ".join(others), site.resources.kind(iri), address(f"{path_of(iri)}.html")]


def _matches(site: Site, iri: str) -> list[str]:
    return sorted(v.value for v in site.said(iri).get(SKOS + "exactMatch", ()) if isinstance(v, NamedNode))


def questions(site: Site) -> bytes:
    """The questions for the query page: name, title, what a row is, the query."""
    found = [
        {"name": q.name, "title": q.title, "row": q.row, "query": q.text} for q in site.questions.values()
    ]
    return _json(found) + b"\n"


def words(site: Site) -> bytes:
    """What the editor offers: classes and properties as the data use them (as VoID counts them), and all terms of ours.

    Each is [short name, label, kind, how often it is used].
    """
    counted = site.usage
    used = counted.properties + counted.classes
    kinds = dict.fromkeys(site.resources.of("term"), "term")
    kinds |= dict.fromkeys(counted.properties, "property") | dict.fromkeys(counted.classes, "class")
    entries = [
        [compact(iri), printable(site.names.label(iri), 100), kind, used[iri]]
        for iri, kind in sorted(kinds.items(), key=lambda item: (-used[item[0]], item[0]))
    ]
    prefixes = {
        "prefixes": {name: PREFIXES[name] for name in sorted(PREFIXES)},
        "base": BASE,
        "words": entries,
    }
    return _json(prefixes) + b"\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
