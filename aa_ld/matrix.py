"""The evidence matrix: what each treatment is said to act on, and what was measured to change under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple
from xml.etree.ElementTree import Element

from aa_ld.fact import Fact, read_facts
from aa_ld.names import Names
from aa_ld.store import Source, rows
from aa_ld.svg import BODY, EDGE, SMALL, SUBHEADING, WIDTH, Figure, Paper, Table, measured, number, wrapped
from aa_ld.vocab import PREFIXES, printable

_AA = PREFIXES["aa"]
_HEAD = f"PREFIX aa: <{_AA}>\n"
_FACTS = _HEAD + (
    "SELECT DISTINCT ?fact WHERE { VALUES ?kind { aa:PharmacologicalAction aa:BiomarkerChange } ?fact a ?kind }"
)
_ARMS = (
    _HEAD
    + """
SELECT DISTINCT ?term ?axis ?standing WHERE {
  { ?membership a aa:AxisMembership ; aa:subject ?term ; aa:object ?what ; aa:polarity aa:Positive ;
      aa:axisStanding ?standing . ?what aa:atPole ?axis }
  UNION { ?term aa:atPole ?axis . BIND(aa:Canonical AS ?standing) }
  UNION { ?term aa:axisStanding ?standing }
}"""
)

_TITLE = "What treatments act on, and what changed under them"
_DESCRIPTION = (
    "One mark is what the loaded facts say of one treatment and one mediator, process or arm: a square where "
    "a source says what the treatment does to it, a circle where its level was measured under treatment. "
    "An empty cell means not stated in the loaded sources, neither yes nor no. No mark says that a treatment "
    "helps or harms, and a mark holds only in the settings of its facts."
)
_HEADS = ("treatment", "acts on or changes", "kind", "sign", "certainty", "facts")

ACTION, CHANGE = "action", "measured change"

#: What a predicate or a direction does to its object.
_SIGNS = {
    "induces": "+", "expands": "+", "inhibits": "−", "opposes": "−",
    "Raised": "+", "Lowered": "−", "Unchanged": "0",
}  # fmt: skip
#: A source says that it is not so: no sign of the other way, and no zero.
_DENIED = "¬"
_TONES = {"+": "more", "−": "less", "0": "same"}

_EMPTY = "An empty cell, or no row, means: not stated in the loaded sources, neither yes nor no."
_COUNTED = (
    "A panel holds an arm and what sources name as its canonical members; what is contested, contributory, "
    "a readout or nonspecific is counted for no arm."
)
_SHARED, _NO_ARM = "shared by several arms", "counted for no arm"

#: The column of treatments, the side of a cell, how many stand in a row, how long a head may get in one line.
_NAMES, _CELL, _MOST, _UPWARD = 138.0, 26.0, 9, 132.0


class Mark(NamedTuple):
    """What is said of one treatment and one target. IRIs but for the last four.

    kind   ACTION or CHANGE
    signs  "+", "−", "0" or "¬"; several where sources or settings disagree
    firm   whether a source asserts each of the signs
    """

    treatment: str
    target: str
    kind: str
    signs: str
    firm: bool
    certainty: str
    said: tuple[str, ...]


def evidence_matrix(source: Source, treatment: str | None = None) -> Figure:
    """Draw treatments against what they act on and what changed under them.

    `treatment` keeps one treatment and those below it. An empty figure says so.

    Raises UnknownTermError or ParameterValueError where `treatment` is none.

    >>> from aa_ld.store import open_layers
    >>> figure = evidence_matrix(open_layers(["ontology", "review"]))
    >>> [row[:4] for row in figure.table.rows]
    [('local immunotherapy', 'type 2 inflammation', 'action', '+')]
    """
    names = Names(source)
    wanted = None if treatment is None else names.find(treatment, _AA + "Treatment")
    facts = read_facts(source, [row["fact"].value for row in rows(source, _FACTS)])  # type: ignore[attr-defined]
    marks = _marks([fact for fact in facts if len(fact.subjects) == 1], names)
    if wanted is not None:
        allowed = names.members(wanted)
        marks = [mark for mark in marks if mark.treatment in allowed]
    title = _TITLE if wanted is None else f"{_TITLE}: {names.label(wanted)}"
    paper = Paper("aa-matrix", title, _DESCRIPTION, _table(marks, names))
    if marks:
        _legend(paper)
    else:
        paper.paragraph(
            EDGE, "Nothing is stated here in the loaded sources; that is not a no.", WIDTH - 2 * EDGE
        )
        paper.rule()
    _panels(paper, marks, names, _arms(source, names))
    together = sum(len(fact.subjects) > 1 for fact in facts)
    if together and wanted is None:
        words = "1 fact speaks" if together == 1 else f"{together} facts speak"
        paper.paragraph(
            EDGE, f"{words} of several treatments together and is not drawn for each.", WIDTH - 2 * EDGE
        )
        paper.rule()
    return paper.figure()


def _marks(facts: Iterable[Fact], names: Names) -> list[Mark]:
    cells: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        kind = CHANGE if fact.category == _AA + "BiomarkerChange" else ACTION
        for target in fact.objects:
            if _signs_of(fact):
                cells[fact.subjects[0], target, kind].append(fact)
    return sorted(
        (_mark(*cell, found, names) for cell, found in cells.items()),
        key=lambda mark: (
            names.label(mark.treatment).casefold(),
            _counted(names.label(mark.target)),
            mark.kind,
        ),
    )


def _mark(treatment: str, target: str, kind: str, facts: list[Fact], names: Names) -> Mark:
    signs = {sign for fact in facts for sign in _signs_of(fact)}
    asserted = {sign for fact in facts if fact.certainty == _AA + "Asserted" for sign in _signs_of(fact)}
    return Mark(
        treatment,
        target,
        kind,
        "".join(sign for sign in "+−0¬" if sign in signs).replace("+−", "±"),
        signs <= asserted,
        ", ".join(sorted({names.label(fact.certainty) for fact in facts})),
        tuple(f"[{names.key(fact.iri)}] {printable(fact.sentence)}" for fact in facts),
    )


def _signs_of(fact: Fact) -> set[str]:
    """What a fact says, and what the lines that dispute it say against it."""
    words = fact.scope_of("direction") or (fact.predicate,)
    signs = {_SIGNS[word.removeprefix(_AA)] for word in words if word.removeprefix(_AA) in _SIGNS}
    if fact.polarity == _AA + "Negative":
        return {_DENIED} if signs else set()
    disputed = [line.stance == _AA + "Disputes" for line in fact.evidence]
    return (set() if all(disputed) else signs) | ({_DENIED} if any(disputed) and signs else set())


def _table(marks: list[Mark], names: Names) -> Table:
    label = names.label
    body = (
        (label(m.treatment), label(m.target), m.kind, m.signs, m.certainty, " ".join(m.said)) for m in marks
    )
    return Table(_HEADS, tuple(body))


def _arms(source: Source, names: Names) -> dict[str, str]:
    """Term to the name of the arm that it is counted for; a contested one has none."""
    axes: dict[str, set[str]] = defaultdict(set)
    shared, contested = set(), set()
    for row in rows(source, _ARMS):
        term, standing = row["term"].value, row["standing"].value.removeprefix(_AA)  # type: ignore[attr-defined]
        if standing == "Contested":
            contested.add(term)
        elif standing in ("Canonical", "Shared") and "axis" in row:
            axes[term].add(row["axis"].value)  # type: ignore[attr-defined]
            shared |= {term} if standing == "Shared" else set()
    return {
        term: _SHARED if term in shared or len(found) > 1 else names.label(min(found))
        for term, found in axes.items()
        if term not in contested
    }


def _panels(paper: Paper, marks: list[Mark], names: Names, arms: dict[str, str]) -> None:
    """A panel for each arm, then the others; a panel with many columns is cut into several."""
    last = {_SHARED: 1, _NO_ARM: 2}
    targets = {mark.target for mark in marks}

    def place(target: str) -> tuple[int, list[tuple[int, str]]]:
        arm = arms.get(target, _NO_ARM)
        return last.get(arm, 0), _counted(arm)

    for _, group in groupby(sorted(targets, key=place), key=place):
        columns = sorted(group, key=lambda target: _counted(names.label(target)))
        arm = arms.get(columns[0], _NO_ARM)
        panels = -(-len(columns) // _MOST)
        size = -(-len(columns) // panels)
        for i in range(panels):
            part = f" ({i + 1} of {panels})" if panels > 1 else ""
            _panel(paper, arm + part, columns[i * size : (i + 1) * size], marks, names)


def _panel(paper: Paper, title: str, columns: list[str], marks: list[Mark], names: Names) -> None:
    _heads(paper, title[:1].upper() + title[1:], [names.label(target) for target in columns])
    here = 0
    for treatment, own in groupby(marks, key=lambda mark: mark.treatment):
        found = [mark for mark in own if mark.target in columns]
        if found:
            here += 1
            _row(paper, names.label(treatment), columns, found, names)
    silent = len({mark.treatment for mark in marks}) - here
    if silent:
        paper.y += 4
        words = f"{silent} other treatment{'s' if silent > 1 else ''} in this figure: not stated here."
        paper.paragraph(EDGE, words, WIDTH - 2 * EDGE, SMALL, "soft")
    paper.rule()


def _heads(paper: Paper, title: str, labels: list[str]) -> None:
    """The name of the panel, and beside it the names of its columns, read upward, in two lines at most."""
    tall = _UPWARD
    while any(len(wrapped(label, tall, SMALL)) > 2 for label in labels):
        tall += 6
    upward = [wrapped(label, tall, SMALL) for label in labels]
    across = wrapped(title, _NAMES - 12, SUBHEADING)
    high = max([measured(line, SMALL) for lines in upward for line in lines] + [18.0 * len(across)])
    paper.y += 4 + high
    for i, line in enumerate(reversed(across)):
        paper.text(EDGE, paper.y - 3 - 18 * i, line, SUBHEADING, "ink bold")
    for i, lines in enumerate(upward):
        first = _middle(i) + 4 - 5.5 * (len(lines) - 1)
        for j, line in enumerate(lines):
            x, y = number(first + 11 * j), number(paper.y)
            paper.text(first + 11 * j, paper.y, line, SMALL, transform=f"rotate(-90 {x} {y})")
    paper.y += 5


def _row(paper: Paper, name: str, columns: list[str], marks: list[Mark], names: Names) -> None:
    """A treatment: its name at the left, its marks; an action stands above a change in the same cell."""
    paper.element("line", "rule", x1=EDGE, x2=_middle(len(columns) - 1) + _CELL / 2, y1=paper.y, y2=paper.y)
    lines = wrapped(name, _NAMES - 8, BODY)
    by_cell = {target: [mark for mark in marks if mark.target == target] for target in columns}
    tall = max(_CELL * max(map(len, by_cell.values())), 15.6 * len(lines) + 6)
    for i, line in enumerate(lines):
        paper.text(EDGE, paper.y + tall / 2 + 4 + 15.6 * (i - (len(lines) - 1) / 2), line)
    for i, target in enumerate(columns):
        found = by_cell[target]
        for j, mark in enumerate(found):
            middle = paper.y + tall / 2 + _CELL * (j - (len(found) - 1) / 2)
            told = f"{name}, {names.label(target)}: {mark.kind} {mark.signs}, {mark.certainty}. {' '.join(mark.said)}"
            _shape(paper, (mark.kind, mark.signs, mark.firm), (_middle(i), middle), paper.mark(told))
    paper.y += tall


def _shape(paper: Paper, form: tuple[str, str, bool], at: tuple[float, float], into: Element) -> None:
    """A mark of some kind, with its signs, asserted or not."""
    kind, signs, firm = form
    x, y = at
    css = f"{_TONES.get(signs, 'mixed')} {'firm' if firm else 'hedged'}"
    if kind == ACTION:
        paper.element("rect", f"action {css}", into, x=x - 8.5, y=y - 8.5, width=17, height=17, rx=2)
    else:
        paper.element("circle", f"change {css}", into, cx=x, cy=y, r=9)
    size = {1: 13.0, 2: 11.0}.get(len(signs), 9.0)
    paper.text(x, y + 0.35 * size, signs, size, "ink bold", text_anchor="middle")


def _legend(paper: Paper) -> None:
    entries = (
        (ACTION, "+", True, "square: a source says that the treatment induces or expands it"),
        (ACTION, "−", True, "a source says that the treatment inhibits or opposes it"),
        (CHANGE, "+", True, "circle: the level was measured and was raised under treatment"),
        (CHANGE, "−", True, "the level was lowered"),
        (CHANGE, "0", True, "the level was measured and did not change"),
        (CHANGE, "±", True, "two signs: sources or settings disagree"),
        (ACTION, _DENIED, True, "a source says that it is not so"),
        (ACTION, "−", False, "dashed: said less firmly than asserted"),
    )
    for kind, signs, firm, words in entries:
        top = paper.y
        _shape(paper, (kind, signs, firm), (EDGE + 10, top + 10), paper.root)
        paper.y += 2.5
        paper.paragraph(EDGE + 28, words, WIDTH - 2 * EDGE - 28)
        paper.y = max(paper.y, top + 20) + 2
    paper.y += 4
    paper.paragraph(EDGE, _EMPTY, WIDTH - 2 * EDGE, BODY, "ink bold")
    paper.y += 4
    paper.paragraph(EDGE, _COUNTED, WIDTH - 2 * EDGE, BODY, "soft")
    paper.rule()


def _middle(column: int) -> float:
    return EDGE + _NAMES + _CELL * (column + 0.5)


def _counted(label: str) -> list[tuple[int, str]]:
    """A key by which interleukin 4 comes before interleukin 13."""
    parts = ("".join(group) for _, group in groupby(label.casefold(), key=str.isdecimal))
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
