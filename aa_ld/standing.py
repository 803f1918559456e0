"""What stands: facts whose source was retracted or superseded, or was not out yet, are taken out of the layers.

A notice of status says that a publication or a fact no longer stands, since
when and who says so. Facts are never deleted from the files: they are taken
out when layers are opened, before anything is asked or inferred, so whatever
would rest on them never comes about.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from aa_ld.errors import DateError, ParameterValueError, nearest
from aa_ld.store import Layers, rows
from aa_ld.vocab import PREFIXES, RDF_TYPE

#: What is left out unless it is asked for.
LEFT_OUT = ("retracted", "superseded", "unsure")

_AA, _DCTERMS = PREFIXES["aa"], PREFIXES["dcterms"]
_CONFIDENCE = NamedNode(_AA + "confidence")
_MEDIUM, _ACCEPTED = (NamedNode(_AA + name) for name in ("MediumConfidence", "AcceptedMediumConfidence"))
_LABEL = NamedNode(PREFIXES["rdfs"] + "label")
_EVIDENCE, _BETWEEN = NamedNode(_AA + "evidence"), NamedNode(_AA + "between")
_NOTICE = NamedNode(_AA + "StatusNotice")
_SIDES = (_BETWEEN, NamedNode(_AA + "firstSide"), NamedNode(_AA + "secondSide"))

_HEAD = f"PREFIX aa: <{_AA}>\nPREFIX dcterms: <{_DCTERMS}>\nPREFIX rdfs: <{PREFIXES['rdfs']}>\n"
_NOTICES = (
    _HEAD
    + """SELECT ?notice ?concerned ?status ?date ?by {
  ?notice a aa:StatusNotice ; aa:concerns ?concerned ; aa:status ?status .
  OPTIONAL { ?notice dcterms:date ?date } OPTIONAL { ?notice dcterms:isReplacedBy ?by }
} ORDER BY ?notice ?concerned ?status ?date ?by"""
)
_LINES = (
    _HEAD
    + """SELECT ?fact ?line ?publication ?issued {
  ?fact aa:evidence ?line . ?line aa:publication ?publication . OPTIONAL { ?publication dcterms:issued ?issued }
} ORDER BY ?fact ?line ?issued"""
)
_FIRMNESS = (
    _HEAD
    + """SELECT ?fact ?line ?rank ?most ?stance {
  ?fact aa:evidence ?line ; aa:certainty/aa:rank ?rank . ?line aa:certainty/aa:rank ?most ; aa:stance ?stance }"""
)


class Wanted(NamedTuple):
    """What shall count, beside all that stands today.

    as_of    a year, month or day: only what was certainly out by its end counts,
             and only notices that may have been given by then; None for today
    include  what stays in nevertheless, of LEFT_OUT. "unsure" lets the rules use
             facts that the curator read with medium confidence
    """

    as_of: str | None = None
    include: tuple[str, ...] = ()


class Reason(NamedTuple):
    """Why a fact does not stand.

    kind    "retracted", "superseded", "later" (than the date asked for), "undated",
            "weaker" (what is left of the evidence does not carry it), or "rests" (on a fact that fell)
    about   the publication or the fact that the reason is about
    date    since when, as written in the notice or the publication; empty where not stated
    notice  the IRI of the notice, empty where there is none
    by      what stands in its place, empty where nothing is named
    """

    kind: str
    about: str
    date: str = ""
    notice: str = ""
    by: str = ""


class Standing(NamedTuple):
    """What was taken out of layers.

    facts   IRI of a fact to the reason why it does not stand
    quads   all that was said of these facts, their lines and their conflicts
    """

    facts: dict[str, Reason]
    quads: tuple[Quad, ...]


def end_of(date: str) -> str:
    """The last day that a year, a month or a day may mean.

    Raises DateError for anything else.

    >>> end_of("2020"), end_of("2020-02"), end_of("2020-07-03")
    ('2020-12-31', '2020-02-29', '2020-07-03')
    """
    year, month, day = _parts(date)
    if not month:
        return f"{year:04}-12-31"
    return f"{year:04}-{month:02}-{day or _days(year, month):02}"


def start_of(date: str) -> str:
    """The first day that a year, a month or a day may mean.

    >>> start_of("2020"), start_of("2020-02")
    ('2020-01-01', '2020-02-01')
    """
    year, month, day = _parts(date)
    return f"{year:04}-{month or 1:02}-{day or 1:02}"


def _parts(date: str) -> tuple[int, int, int]:
    """Year, month and day; 0 for what is not said."""
    parts = date.split("-")
    numbers = [int(p) if p.isascii() and p.isdigit() else 0 for p in parts] + [0, 0]
    year, month, day = numbers[:3]
    lengths = [len(part) for part in parts]
    fits = lengths == [4, 2, 2][: len(parts)] and year and all(numbers[: len(parts)])
    if not fits or month > 12 or (day and day > _days(year, month)):
        raise DateError(
            date, "This is no date.", "Write a year, a month or a day: 2020, 2020-07 or 2020-07-03."
        )
    return year, month, day


def _days(year: int, month: int) -> int:
    from calendar import monthrange

    return monthrange(year, month)[1]


def take_out(layers: Layers, wanted: Wanted) -> Standing:
    """Take facts that do not stand out of opened layers, and tell which and why.

    A fact stands on while a line of evidence is left that carries its certainty.
    A conflict between fewer than two facts that stand is none.

    Raises DateError, and ParameterValueError for another word in `include`.

    >>> from aa_ld.store import open_layers
    >>> standing = take_out(open_layers(), Wanted(as_of="2019"))
    >>> len(standing.facts) > 100, sorted({reason.kind for reason in standing.facts.values()})
    (True, ['later', 'undated'])
    """
    as_of, include = wanted
    for word in include:
        if word not in LEFT_OUT:
            raise ParameterValueError(
                f"include {word}", "There is nothing of this name to take in.",
                f"Use {', '.join(LEFT_OUT)}.", nearest(word, LEFT_OUT),
            )  # fmt: skip
    if "unsure" in include:
        _accept(layers)
    notices = _notices(layers, as_of, include)
    if not notices and as_of is None:
        return Standing({}, ())
    fallen, lines = _fallen(layers, notices, None if as_of is None else end_of(as_of))
    return Standing(fallen, tuple(_removed(layers, fallen, lines)))


def _accept(layers: Layers) -> None:
    """Mark readings of which the curator is not sure as taken in on request, so that rules use them."""
    for quad in list(layers.store.quads_for_pattern(None, _CONFIDENCE, _MEDIUM)):
        layers.store.remove(quad)
        layers.store.add(Quad(quad.subject, _CONFIDENCE, _ACCEPTED, quad.graph_name))


def _notices(layers: Layers, as_of: str | None, include: Collection[str]) -> dict[str, Reason]:
    """What notices concern, by IRI, with the reason; one that may be younger than `as_of` counts, a later one does not."""
    if next(layers.store.quads_for_pattern(None, NamedNode(RDF_TYPE), _NOTICE), None) is None:
        return {}
    found: dict[str, Reason] = {}
    for row in rows(layers, _NOTICES):
        notice, concerned, status = (row[name].value for name in ("notice", "concerned", "status"))  # type: ignore[attr-defined]
        kind, date = status.removeprefix(_AA).lower(), _text(row.get("date"))
        if as_of is not None and _day(start_of, date) > end_of(as_of):
            continue
        if kind in include:
            _mark(layers, concerned, f" [{kind} {date}]" if date else f" [{kind}]")
        elif kind in LEFT_OUT:
            found.setdefault(concerned, Reason(kind, concerned, date, notice, _text(row.get("by"))))
    return found


def _mark(layers: Layers, iri: str, words: str) -> None:
    """Let what stays in only because it was asked for say so wherever its label is shown."""
    for quad in list(layers.store.quads_for_pattern(NamedNode(iri), _LABEL, None)):
        if isinstance(quad.object, Literal) and not quad.object.value.endswith(words):
            layers.store.remove(quad)
            marked = Literal(quad.object.value + words, language=quad.object.language)
            layers.store.add(Quad(quad.subject, _LABEL, marked, quad.graph_name))


def _fallen(
    layers: Layers, notices: dict[str, Reason], until: str | None
) -> tuple[dict[str, Reason], set[str]]:
    """Facts that do not stand, with the reason, and lines of evidence that do not."""
    gone: dict[str, Reason] = {}
    of_fact: dict[str, set[str]] = {}
    for row in rows(layers, _LINES):
        fact, line, publication = (row[name].value for name in ("fact", "line", "publication"))  # type: ignore[attr-defined]
        of_fact.setdefault(fact, set()).add(line)
        reason = notices.get(publication) or _not_yet(publication, _text(row.get("issued")), until)
        if reason:
            gone.setdefault(line, reason)
    fallen = {fact: notices[fact] for fact in of_fact if fact in notices}
    carried = _carried(layers, set(gone))
    for fact, lines in of_fact.items():
        lost = sorted(lines & set(gone))
        if lost and fact not in fallen and fact not in carried:
            reason = gone[lost[0]]
            fallen[fact] = reason if lines <= set(gone) else reason._replace(kind="weaker")
    while found := {
        fact: Reason("rests", other) for fact, other in _resting(layers, fallen) if fact not in fallen
    }:
        fallen |= found
    return fallen, set(gone)


def _resting(layers: Layers, fallen: Collection[str]) -> Iterator[tuple[str, str]]:
    """Facts that speak of a fallen fact, each with it."""
    for other in sorted(fallen):
        for side in (NamedNode(_AA + "subject"), NamedNode(_AA + "object")):
            for quad in layers.store.quads_for_pattern(None, side, NamedNode(other)):
                if isinstance(quad.subject, NamedNode):
                    yield quad.subject.value, other


def _not_yet(publication: str, issued: str, until: str | None) -> Reason | None:
    """Why a publication does not count on a day: it was not certainly out, or nobody knows when it came out."""
    if until is None:
        return None
    last = _day(end_of, issued)
    if not last:
        return Reason("undated", publication)
    return Reason("later", publication, issued) if last > until else None


def _day(which: Callable[[str], str], date: str) -> str:
    """A day of a date in the data, empty where it is none; validate tells that."""
    try:
        return which(date)
    except DateError:
        return ""


def _carried(layers: Layers, gone: set[str]) -> set[str]:
    """Facts with a line that is left, supports them, and is as firm as they are."""
    found = set()
    for row in rows(layers, _FIRMNESS):
        fact, line, stance = (row[name].value for name in ("fact", "line", "stance"))  # type: ignore[attr-defined]
        firm = int(row["most"].value) >= int(row["rank"].value)  # type: ignore[attr-defined]
        if line not in gone and firm and stance == _AA + "Supports":
            found.add(fact)
    return found


def _removed(layers: Layers, facts: Collection[str], lines: Collection[str]) -> list[Quad]:
    """Take out all that is said of facts and lines, and conflicts that are none any more; give what was taken."""
    store = layers.store
    quads = [q for iri in (*facts, *lines) for q in store.quads_for_pattern(NamedNode(iri), None, None)]
    quads += [q for line in lines for q in store.quads_for_pattern(None, _EVIDENCE, NamedNode(line))]
    quads += [
        q for fact in facts for side in _SIDES for q in store.quads_for_pattern(None, side, NamedNode(fact))
    ]
    lines_of_fallen = {q.object for q in quads if q.predicate == _EVIDENCE}
    quads += [q for line in lines_of_fallen for q in store.quads_for_pattern(line, None, None)]  # type: ignore[arg-type]
    taken = dict.fromkeys(quads)
    for quad in taken:
        store.remove(quad)
    touched = {q.subject for q in taken if q.predicate == _BETWEEN}
    for conflict in sorted(touched, key=str):
        if sum(1 for _ in store.quads_for_pattern(conflict, _BETWEEN, None)) < 2:
            rest = list(store.quads_for_pattern(conflict, None, None))
            for quad in rest:
                store.remove(quad)
            taken.update(dict.fromkeys(rest))
    return list(taken)


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""
