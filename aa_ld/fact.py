"""Facts as values: what a source says, how firmly, of whom, on what evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES, compact

_AA = PREFIXES["aa"]
_OA = PREFIXES["oa"]

#: Properties of a fact that say where, when, in whom and how much it holds.
SCOPE = (
    "population", "context", "species", "compartment", "comparator", "time", "site",
    "direction", "effect", "condition", "measure", "role", "concept", "qualifier", "majorTopic",
)  # fmt: skip

_ABOUT = """
PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?fact ?line ?s ?p ?o WHERE {{
  {values}
  ?fact aa:evidence ?line .
  {{ ?fact aa:evidence ?line . BIND(?fact AS ?s) ?fact ?p ?o }}
  UNION {{ ?fact aa:evidence ?line . BIND(?line AS ?s) ?line ?p ?o }}
  UNION {{ ?fact aa:evidence ?line . ?line aa:span|aa:focus ?s . ?s ?p ?o }}
}} ORDER BY ?fact ?line ?s ?p ?o"""


class Span(NamedTuple):
    """A contiguous piece of a source text: offsets in code points, end exclusive, and its SHA-256."""

    iri: str
    start: int
    end: int
    sha256: str
    source: str


class EvidenceLine(NamedTuple):
    """One source that speaks for or against a fact. Terms are IRIs; `sample_size` is a count or an IRI."""

    iri: str
    publication: str
    kind: str
    stance: str
    certainty: str
    wording: str
    design: str
    sample_size: str
    hedge: str | None
    cue: str | None
    span: Span | None
    focus: Span | None
    part: str


class Fact(NamedTuple):
    """What a source says. Terms are IRIs, except that objects and scope values may be literals in words.

    `scope` maps the name of a property ("population") to its value; a value
    may be the IRI of "not stated". `implied` names the properties whose value
    was read from the context.
    """

    iri: str
    id: str | None
    category: str
    sentence: str
    subjects: tuple[str, ...]
    predicate: str
    objects: tuple[str, ...]
    polarity: str
    certainty: str
    scope: dict[str, str]
    implied: tuple[str, ...]
    note: str | None
    evidence: tuple[EvidenceLine, ...]


def read_facts(source: Source, iris: Iterable[str] | None = None) -> list[Fact]:
    """The facts of a source, or those with the given IRIs, by identifier.

    A fact without any evidence line is no fact and is left out; validate finds it.

    >>> from aa_ld.store import open_layers
    >>> [fact.id for fact in read_facts(open_layers())][-3:]
    ['U10', 'U11', 'U12']
    """
    values = "" if iris is None else f"VALUES ?fact {{ {' '.join(f'<{iri}>' for iri in iris)} }}"
    about: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    lines: dict[str, list[str]] = defaultdict(list)
    for row in rows(source, _ABOUT.format(values=values)):
        subject, predicate, value = (_text(row[name]) for name in ("s", "p", "o"))
        if value not in about[subject][predicate]:
            about[subject][predicate].append(value)
        fact, line = _text(row["fact"]), _text(row["line"])
        if line not in lines[fact]:
            lines[fact].append(line)
    facts = [_fact(iri, about, lines[iri]) for iri in lines]
    return sorted(facts, key=lambda fact: (fact.id or "~", fact.iri))


def _fact(iri: str, about: dict[str, dict[str, list[str]]], lines: list[str]) -> Fact:
    own = about[iri]

    def one(name: str) -> str:
        return next(iter(own.get(_AA + name, [])), "")

    return Fact(
        iri=iri,
        id=next(iter(own.get(PREFIXES["dcterms"] + "identifier", [])), None),
        category=next(iter(own.get(PREFIXES["rdf"] + "type", [])), ""),
        sentence=next(iter(own.get(PREFIXES["rdfs"] + "label", [])), compact(iri)),
        subjects=tuple(own.get(_AA + "subject", [])),
        predicate=one("predicate"),
        objects=tuple(own.get(_AA + "object", [])),
        polarity=one("polarity"),
        certainty=one("certainty"),
        scope={name: own[_AA + name][0] for name in SCOPE if own.get(_AA + name)},
        implied=tuple(value.removeprefix(_AA) for value in own.get(_AA + "implied", [])),
        note=next(iter(own.get(PREFIXES["skos"] + "editorialNote", [])), None),
        evidence=tuple(_line(line, about) for line in lines),
    )


def _line(iri: str, about: dict[str, dict[str, list[str]]]) -> EvidenceLine:
    own = about[iri]

    def one(name: str) -> str:
        return next(iter(own.get(_AA + name, [])), "")

    return EvidenceLine(
        iri=iri,
        publication=one("publication"),
        kind=one("kind"),
        stance=one("stance"),
        certainty=one("certainty"),
        wording=one("wording"),
        design=one("design"),
        sample_size=one("sampleSize"),
        hedge=one("hedge") or None,
        cue=one("cue") or None,
        span=_span(one("span"), about),
        focus=_span(one("focus"), about),
        part=one("part"),
    )


def _span(iri: str, about: dict[str, dict[str, list[str]]]) -> Span | None:
    own = about.get(iri, {})
    try:
        start, end = int(own[_OA + "start"][0]), int(own[_OA + "end"][0])
    except (KeyError, IndexError, ValueError):
        return None
    digest = next(iter(own.get(_AA + "sha256", [])), "")
    return Span(iri, start, end, digest, next(iter(own.get(_OA + "hasSource", [])), ""))


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
