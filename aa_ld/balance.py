"""The balance chart: toward which arm each treatment points, on what grounds, and where no side follows."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pyoxigraph import NamedNode

from aa_ld.names import Names
from aa_ld.store import Source, rows
from aa_ld.svg import BODY, EDGE, SMALL, SUBHEADING, WIDTH, Figure, Paper, Table, measured, number
from aa_ld.vocab import PREFIXES

_AA = PREFIXES["aa"]
_SHIFTS = f"SELECT ?fact ?p ?o WHERE {{ ?fact a <{_AA}BalanceShift> ; ?p ?o }}"
_ANY_DERIVED = f"SELECT ?fact WHERE {{ ?fact <{_AA}rule> ?rule }} LIMIT 1"

_TITLE = "Where treatments point on the balance of Th1 and Th2"
_DESCRIPTION = (
    "One row is one conclusion that rules draw for a treatment from the loaded facts, in one setting. "
    "A mark to the right points toward Th2, a mark to the left toward Th1 or away from Th2; a mark on the "
    "line points to neither. No row says that a treatment helps or harms. A treatment without a row is one "
    "on which nothing follows; that is silence, not a no."
)
_HEADS = (
    "treatment", "verdict", "extent", "assumption", "tier", "certainty", "Th2", "Th1",
    "population", "compartment", "time", "response", "species", "cohort",
    "conclusion",
)  # fmt: skip

#: What stands in the setting: the name of the property and what people call it.
_SETTING = {
    "population": "population", "compartment": "compartment", "time": "time",
    "responseGroup": "response", "species": "species", "cohort": "cohort",
}  # fmt: skip

#: Verdicts that have a side. Away from Th2 lies on the other side of Th2, yet says nothing of a rise of Th1.
_SIDES = {"TowardTh2": "right", "TowardTh1": "left", "AwayFromTh2": "left"}
_SIGNS = {"Undetermined": "?", "Contradictory": "×", "NoShift": "="}
_TIERS = ("StatedTier", "MeasuredTier", "PredictedTier")
_NO_VALUES = {"NotApplicable": "", "NotStated": "not stated"}
_WAYS = "Right: toward Th2. Left: toward Th1 or away from Th2; away does not say that Th1 rises."
_ONE_ARM = "if the other arm does not change"

#: The column of words, the middle line of the chart, and how long a full bar is.
_WORDS, _MIDDLE, _FULL, _HALF, _TALL = 232.0, 322.0, 62.0, 31.0, 14.0


class Shift(NamedTuple):
    """One conclusion on the balance.

    `key` is its short name, for aa-ld explain; `verdict`, `extent` and `tier`
    are local names of ours, the rest is words.
    `arms` are the directions of Th2 and of Th1; `setting` has the words of
    population, compartment, time, response, species and cohort.
    """

    fact: str
    key: str
    treatment: str
    verdict: str
    extent: str
    tier: str
    firm: bool
    one_arm: bool
    words: dict[str, str]
    arms: tuple[str, str]
    setting: tuple[str, ...]

    def row(self) -> tuple[str, ...]:
        """The conclusion as a row of the table."""
        note = _ONE_ARM if self.one_arm else ""
        said = (self.words[name] for name in ("verdict", "extent"))
        return (
            self.treatment, *said, note, self.words["tier"], self.words["certainty"], *self.arms, *self.setting,
            self.key,
        )  # fmt: skip


class Form(NamedTuple):
    """How a bar looks: its side ("left" or "right"), whether it is absolute, whether it is asserted."""

    side: str
    absolute: bool
    firm: bool


def balance_chart(source: Source, treatment: str | None = None) -> Figure:
    """Draw toward which arm of the balance treatments point, a row for each conclusion and setting.

    The source is one in which the rules were carried out (`Knowledge.inferred()`).
    `treatment` keeps one treatment and those below it. An empty figure says why.

    Raises UnknownTermError or ParameterValueError where `treatment` is none.

    >>> from aa_ld.knowledge import load
    >>> figure = balance_chart(load("review").inferred())
    >>> [row[:3] for row in figure.table.rows]
    [('local immunotherapy', 'toward Th2', 'relative')]
    """
    names = Names(source)
    wanted = None if treatment is None else names.find(treatment, _AA + "Treatment")
    shifts = _shifts(source, names, wanted)
    title = _TITLE if wanted is None else f"{_TITLE}: {names.label(wanted)}"
    paper = Paper("aa-balance", title, _DESCRIPTION, Table(_HEADS, tuple(shift.row() for shift in shifts)))
    if shifts:
        _patterns(paper)
        _legend(paper)
    else:
        paper.paragraph(EDGE, _nothing(source), WIDTH - 2 * EDGE)
        paper.rule()
    for name, group in groupby(shifts, key=lambda shift: shift.treatment):
        _group(paper, name, list(group))
    return paper.figure()


def _shifts(source: Source, names: Names, wanted: str | None) -> list[Shift]:
    told: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(source, _SHIFTS):
        fact, predicate = row["fact"].value, row["p"].value  # type: ignore[attr-defined]
        told[fact][predicate.removeprefix(_AA)].append(row["o"])
    allowed = None if wanted is None else names.members(wanted)
    found = [
        _shift(fact, own, names)
        for fact, own in told.items()
        if allowed is None or allowed & {_iri(term) for term in own["subject"]}
    ]
    return sorted(found, key=_place)


def _place(shift: Shift) -> tuple[object, ...]:
    tier = _TIERS.index(shift.tier) if shift.tier in _TIERS else len(_TIERS)
    return shift.treatment.casefold(), shift.treatment, tier, shift.setting, shift.verdict, shift.fact


def _shift(fact: str, own: dict[str, list[object]], names: Names) -> Shift:
    def words(name: str) -> str:
        terms = own.get(name) or [NamedNode(_AA + "NotStated")]
        return " and ".join(sorted(_NO_VALUES.get(_local(term), names.show(term)) for term in terms))

    def local(name: str) -> str:
        """The one value; where there are two, neither is picked."""
        found = sorted({_local(term) for term in own.get(name, ())})
        return found[0] if len(found) == 1 else ""

    return Shift(
        fact=fact,
        key=names.key(fact),
        treatment=words("subject"),
        verdict=local("verdict"),
        extent=local("extent"),
        tier=local("tier"),
        firm=local("certainty") == "Asserted",
        one_arm="OtherAxisUnchanged" in map(_local, own.get("assumption", ())),
        words={name: words(name) for name in ("verdict", "extent", "tier", "certainty")},
        arms=(words("th2Direction"), words("th1Direction")),
        setting=tuple(words(name) for name in _SETTING),
    )


def _nothing(source: Source) -> str:
    if rows(source, _ANY_DERIVED):
        return "Nothing follows here from the loaded sources. They are silent; that is not a no."
    return (
        "Nothing follows from the loaded sources, or the rules were not carried out on them. "
        "That is silence, not a no."
    )


def _group(paper: Paper, name: str, shifts: list[Shift]) -> None:
    """A treatment: its name, the two sides named once more, its rows."""
    top = paper.y
    paper.paragraph(EDGE, name, _WORDS, SUBHEADING, "ink bold")
    for x, side, anchor in ((_MIDDLE - _FULL, "Th1", "start"), (_MIDDLE + _FULL, "Th2", "end")):
        paper.text(x, top + 0.85 * SUBHEADING, side, SMALL, "soft bold", text_anchor=anchor)
    paper.y += 4
    line = paper.element("line", "middle", x1=_MIDDLE, x2=_MIDDLE, y1=top)
    for i, shift in enumerate(shifts):
        paper.y += 9 if i else 0
        _row(paper, shift)
    line.set("y2", number(paper.y))
    paper.rule()


def _row(paper: Paper, shift: Shift) -> None:
    """One conclusion: the words at the left, the mark level with the verdict."""
    mark = paper.mark(_told(shift))
    _mark(paper, shift, paper.y + _TALL / 2 + 1, mark)
    extent = f", {shift.words['extent']}" if shift.words["extent"] else ""
    paper.paragraph(EDGE, shift.words["verdict"] + extent, _WORDS, BODY + 1, "ink bold")
    if shift.one_arm:
        paper.paragraph(EDGE, _ONE_ARM, _WORDS)
    _tier_shape(paper, shift.tier, EDGE + 5, paper.y + 6)
    paper.paragraph(EDGE + 16, f"{shift.words['tier']} · {shift.words['certainty']}", _WORDS - 16)
    arms = [f"Th2 {shift.arms[0]}", f"Th1 {shift.arms[1]}"]
    both = " · ".join(arms)
    for words in [*([both] if measured(both, BODY) <= _WORDS else arms), *_setting(shift)]:
        paper.paragraph(EDGE, words, _WORDS, BODY, "soft")


def _mark(paper: Paper, shift: Shift, y: float, into: Element) -> None:
    side = _SIDES.get(shift.verdict)
    if side is None:
        _sign(paper, shift.words["verdict"], _SIGNS.get(shift.verdict, "?"), y, into)
    else:
        _bar(paper, Form(side, shift.extent == "Absolute", shift.firm), (_MIDDLE, y), into)


def _bar(paper: Paper, form: Form, at: tuple[float, float], into: Element) -> None:
    """A bar with a point: full and plain where absolute, half as long and hatched where relative."""
    (side, absolute, firm), (x, y) = form, at
    way = 1 if side == "right" else -1
    length, tall = (_FULL if absolute else _HALF), _TALL / 2
    neck, tip = x + way * (length - 8), x + way * length
    corners = ((x, y - tall), (neck, y - tall), (tip, y), (neck, y + tall), (x, y + tall))
    shape = "M" + "L".join(f"{number(a)} {number(b)}" for a, b in corners) + "Z"
    css = f"bar {side} {'firm' if firm else 'hedged'} {'absolute' if absolute else 'relative'}"
    if absolute:
        paper.element("path", f"{css} {side}-{'solid' if firm else 'light'}", into, d=shape)
    else:
        # Paper beneath the hatching keeps the middle line from shining through.
        fill = f"url(#{paper.key}-{side}-{'firm' if firm else 'hedged'})"
        paper.element("path", css, into, d=shape, fill=fill)


def _sign(paper: Paper, word: str, sign: str, y: float, into: Element) -> None:
    """A sign on the line, and the word below it: no side."""
    _circled(paper, sign, (_MIDDLE, y), into)
    if word:
        wide = 0.6 * SMALL * len(word) + 6
        paper.element("rect", "paper", into, x=_MIDDLE - wide / 2, y=y + 11, width=wide, height=15)
        paper.text(_MIDDLE, y + 22, word, SMALL, "soft", text_anchor="middle")


def _circled(paper: Paper, sign: str, at: tuple[float, float], into: Element) -> None:
    paper.element("circle", "mixed firm sign", into, cx=at[0], cy=at[1], r=8)
    paper.text(at[0], at[1] + 4.2, sign, BODY, "ink bold", text_anchor="middle")


def _tier_shape(paper: Paper, tier: str, x: float, y: float) -> None:
    """Square for what is stated, circle for what was measured, triangle for what is predicted."""
    if tier == "StatedTier":
        paper.element("rect", "shape", x=x - 4.5, y=y - 4.5, width=9, height=9)
    elif tier == "MeasuredTier":
        paper.element("circle", "shape", cx=x, cy=y, r=5)
    elif tier == "PredictedTier":
        low = number(y + 4.5)
        corners = f"M{number(x)} {number(y - 5)}L{number(x + 5.5)} {low}L{number(x - 5.5)} {low}Z"
        paper.element("path", "shape", d=corners)


def _setting(shift: Shift) -> list[str]:
    """In whom, where and when, in words; then what is not stated; then which people were followed."""
    pairs = [(name, word) for name, word in zip(_SETTING.values(), shift.setting, strict=True) if word]
    stated = [word for name, word in pairs if word != "not stated" and name != "cohort"]
    missing = [name for name, word in pairs if word == "not stated"]
    cohort = [word for name, word in pairs if name == "cohort" and word != "not stated"]
    if not stated and not cohort:
        return ["setting not stated"]
    words = "; ".join([*stated, *([f"not stated: {', '.join(missing)}"] if missing else [])])
    return [*([words] if words else []), *cohort]


def _told(shift: Shift) -> str:
    extent = f", {shift.words['extent']}" if shift.words["extent"] else ""
    note = f", {_ONE_ARM}" if shift.one_arm else ""
    grounds = f"{shift.words['tier']}, {shift.words['certainty']}; {'; '.join(_setting(shift))}"
    return f"{shift.treatment}: {shift.words['verdict']}{extent}{note} ({grounds})"


def _patterns(paper: Paper) -> None:
    """Hatchings: dense where firm, thin and wide where hedged."""
    for side in ("left", "right"):
        for kind, gap, thick in (("firm", 4.0, 2.2), ("hedged", 5.0, 0.9)):
            hatch = paper.element(
                "pattern", "", paper.defs, id=f"{paper.key}-{side}-{kind}", patternUnits="userSpaceOnUse",
                width=gap, height=gap, patternTransform="rotate(45)",
            )  # fmt: skip
            paper.element("rect", "paper", hatch, width=gap, height=gap)
            paper.element("line", side, hatch, x1=0, x2=0, y1=0, y2=gap, stroke_width=2 * thick)


def _legend(paper: Paper) -> None:
    """What the marks mean: bars, signs on the line, shapes of the tiers."""
    bars = (
        (True, True, "absolute: the arm it points to rises and the other does not"),
        (False, True, "relative: that arm does not rise, or one arm alone is known"),
        (False, False, "dashed and light: less than asserted, absolute or relative"),
    )
    signs = (
        ("?", "undetermined: no side follows"),
        ("×", "contradictory: members of one arm differ"),
        ("=", "no shift"),
    )
    tiers = (
        "stated: a text says it",
        "measured under treatment",
        "predicted from what the treatment acts on",
    )
    paper.paragraph(EDGE, _WAYS, WIDTH - 2 * EDGE, BODY, "soft")
    paper.y += 4
    for absolute, firm, words in bars:
        _bar(paper, Form("right", absolute, firm), (EDGE, paper.y + 9), paper.root)
        _entry(paper, words)
    for sign, words in signs:
        _circled(paper, sign, (EDGE + 10, paper.y + 9), paper.root)
        _entry(paper, words)
    for tier, words in zip(_TIERS, tiers, strict=True):
        _tier_shape(paper, tier, EDGE + 10, paper.y + 9)
        _entry(paper, words)
    paper.rule()


def _entry(paper: Paper, words: str) -> None:
    top = paper.y
    paper.y += 2
    paper.paragraph(EDGE + 76, words, WIDTH - 2 * EDGE - 76)
    paper.y = max(paper.y, top + 18) + 2


def _local(term: object) -> str:
    return _iri(term).removeprefix(_AA)


def _iri(term: object) -> str:
    return str(getattr(term, "value", ""))
