"""One spelling for each IRI: what the same thing is called in the wild, and what it is called here.

The table is spellings.tsv beside this module: a pattern of the whole IRI, and
the IRI it becomes. MeSH is spelt as NLM mints it, OBO terms as the OBO Foundry
does: http://id.nlm.nih.gov/mesh/…, http://purl.obolibrary.org/obo/….
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple


class Spelling(NamedTuple):
    """A wild spelling: whose identifiers they are, a pattern of the whole IRI, what it becomes."""

    name: str
    found: re.Pattern[str]
    becomes: str


class _Template(Formatter):
    """Formats as str.format does, and knows one word more: `upper`."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return str(value).upper() if format_spec == "upper" else str(value)


@cache
def spellings() -> tuple[Spelling, ...]:
    """The table, read once."""
    path = Path(__file__).with_name("spellings.tsv")
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return tuple(Spelling(name, re.compile(found), becomes) for name, found, becomes in rows)


#: What most IRIs begin with, rightly spelt: looked at first, as thirty patterns are slow to try at each IRI.
RIGHT = rb"http://(?:www\.w3\.org/|id\.nlm\.nih\.gov/mesh/[A-Za-z]|purl\.obolibrary\.org/obo/)"

#: The host in a pattern of an IRI.
_HOST = re.compile(r"https?\??://((?:\(\?:[^)]*\)|[^/(])+)")


@cache
def _any() -> re.Pattern[bytes]:
    wrong = b"|".join(s.found.pattern.encode() for s in spellings())
    return re.compile(b"<(?!" + RIGHT + b")(?:" + wrong + b")>")


@cache
def wild_ahead() -> bytes:
    """A pattern that fails where what follows, behind a <, is an IRI in a wild spelling; fast where it is not."""
    wild = [spelling.found.pattern for spelling in spellings()]
    hosts = sorted({host[1] for host in map(_HOST.match, wild) if host})
    ahead = rb"https?://(?:%s)[/#]" % "|".join(hosts).encode()
    return rb"(?!(?!%s)(?=%s)(?:%s)>)" % (RIGHT, ahead, "|".join(wild).encode())


def warm() -> None:
    """Read the table, while files can still be opened."""
    _any()
    wild_ahead()


def name_of(iri: str) -> str:
    """Whose identifier a wild spelling is."""
    return next(spelling.name for spelling in spellings() if spelling.found.fullmatch(iri))


def canonical(iri: str) -> str:
    """An IRI in its one spelling.

    >>> canonical("https://identifiers.org/mesh:D000506")
    'http://id.nlm.nih.gov/mesh/D000506'
    >>> canonical("https://bioregistry.io/doid:986")
    'http://purl.obolibrary.org/obo/DOID_986'
    """
    if _any().match(b"<%s>" % iri.encode()):
        spelling = next(each for each in spellings() if each.found.fullmatch(iri))
        if found := spelling.found.fullmatch(iri):
            return _Template().format(spelling.becomes, *found.groups())
    return iri


def respell(lines: list[bytes], text: bytes) -> tuple[list[bytes], dict[str, int]]:
    """Lines of N-Triples with each IRI in its one spelling, and how many IRIs of which kind were spelt anew.

    `text` is the same lines as one text: most texts have nothing to spell
    anew, which one search tells. Literals are left alone.
    """
    counts: dict[str, int] = {}
    if not _any().search(text):
        return lines, counts

    def anew(term: bytes) -> bytes:
        if not _any().fullmatch(term):
            return term
        iri = term[1:-1].decode()
        name = name_of(iri)
        counts[name] = counts.get(name, 0) + 1
        return b"<" + canonical(iri).encode() + b">"

    result = []
    for line in lines:
        if _any().search(line):
            s, p, o = line[:-2].split(b" ", 2)
            result.append(b" ".join((anew(s), anew(p), anew(o), b".")))
        else:
            result.append(line)
    return result, counts
