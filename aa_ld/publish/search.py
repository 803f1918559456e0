"""What the scripts of the pages read: the index of the search, the questions, and the words that the editor offers."""

from __future__ import annotations

import json
from collections import Counter

from pyoxigraph import Literal, NamedNode

from aa_ld.publish.linked import SKOS, Site
from aa_ld.publish.markup import address
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE, compact, printable

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


def index(site: Site) -> bytes:
    """The index as a script, which a browser loads from a folder too: [label, synonyms, kind, path] for each page."""
    entries = []
    for each in sorted(
        site.resources.values(), key=lambda r: (_KINDS.get(r.kind, 9), r.label.casefold(), r.iri)
    ):
        also = [v.value for v in site.said(each.iri).get(SKOS + "altLabel", ()) if isinstance(v, Literal)]
        if each.iri in site.facts:
            also.append(site.names.key(each.iri))
        also += [value.rsplit("/", 1)[-1] for value in _matches(site, each.iri)]
        label = printable(each.label, _MOST)
        entries.append(
            [label, " | ".join(printable(a, _MOST) for a in also), each.kind, address(f"{each.path}.html")]
        )
    return b"window.aaIndex = " + _json(entries) + b";\n"


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
    used: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    for said in site.said.values():
        for predicate, values in said.items():
            used[predicate] += len(values)
            kinds[predicate] = "property"
            if predicate == RDF_TYPE:
                for value in values:
                    if isinstance(value, NamedNode):
                        used[value.value] += 1
                        kinds[value.value] = "class"
    for each in site.resources.values():
        if each.kind == "term":
            kinds.setdefault(each.iri, "term")
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
