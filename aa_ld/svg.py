"""Figures as SVG: the paper they are drawn on, and the text that stands for them.

A figure is one column, narrow enough for a phone, so that its words stay
readable there. Text is measured on the safe side, wrapped, and never laid over
other text. Colours come from one table with a light and a dark side; nothing
is told by colour alone. No script, no font and no image comes from elsewhere.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element, SubElement, indent, tostring

#: How wide a figure is, in its own units, and the edge that stays free.
WIDTH, EDGE = 400.0, 12.0

#: Sizes of text: a heading, a subheading, everything else, and the least.
HEADING, SUBHEADING, BODY, SMALL = 17.0, 14.0, 12.0, 11.0

ADVICE = "For research, not medical advice."

#: Class and property to the colour in light and in dark surroundings.
COLOURS: dict[tuple[str, str], tuple[str, str]] = {
    ("paper", "fill"): ("#ffffff", "#15191e"),
    ("ink", "fill"): ("#1c2128", "#e6e9ed"),
    ("soft", "fill"): ("#55606b", "#a7b0ba"),
    ("rule", "stroke"): ("#d5dae0", "#353c45"),
    ("middle", "stroke"): ("#7d8792", "#7f8a96"),
    ("shape", "fill"): ("#55606b", "#a7b0ba"),
    ("left", "stroke"): ("#0b5f9e", "#5cb3ea"),
    ("left-solid", "fill"): ("#0b5f9e", "#5cb3ea"),
    ("left-light", "fill"): ("#e3eff8", "#1b3346"),
    ("right", "stroke"): ("#b8500a", "#f0a24c"),
    ("right-solid", "fill"): ("#b8500a", "#f0a24c"),
    ("right-light", "fill"): ("#fbebdd", "#46301b"),
    ("more", "fill"): ("#eedff2", "#43284d"),
    ("more", "stroke"): ("#762a83", "#cfa3dc"),
    ("less", "fill"): ("#ddf0de", "#1d3d27"),
    ("less", "stroke"): ("#1b7837", "#86cf97"),
    ("same", "fill"): ("#e9ecef", "#2d333b"),
    ("same", "stroke"): ("#55606b", "#a7b0ba"),
    ("mixed", "fill"): ("#ffffff", "#15191e"),
    ("mixed", "stroke"): ("#1c2128", "#e6e9ed"),
}

_FORMS = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}",
    ".bold{font-weight:600}",
    ".firm{stroke-width:2}",
    ".hedged{stroke-width:1.4;stroke-dasharray:3 2.4}",
    ".rule{stroke-width:1}",
    ".middle{stroke-width:1.4}",
)


class Table(NamedTuple):
    """What a figure shows, in words: the heads of the columns and the rows."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Figure(NamedTuple):
    """A drawn figure and the words that stand for it.

    title        what it shows
    description  what its marks mean, and what an empty place means
    svg          the picture, a whole SVG document
    table        every mark in words

    >>> table = Table(("treatment", "verdict"), (("a", "toward Th2"),))
    >>> print(Figure("Shifts", "One row.", "<svg/>", table).to_table())
    Shifts
    <BLANKLINE>
    One row.
    <BLANKLINE>
    For research, not medical advice.
    <BLANKLINE>
    | treatment | verdict |
    | --- | --- |
    | a | toward Th2 |
    """

    title: str
    description: str
    svg: str
    table: Table

    def __repr__(self) -> str:
        return f"<Figure: {self.title}>"

    def to_svg(self) -> str:
        """The picture, for a file of its own or for a web page."""
        return self.svg

    def to_table(self) -> str:
        """The same in words, as Markdown: title, description, one row a mark."""
        lines = [self.title, "", self.description, "", ADVICE]
        if self.table.rows:
            body = [self.table.heads, tuple("---" for _ in self.table.heads), *self.table.rows]
            lines += [
                "",
                *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in body),
            ]
        return "\n".join(lines)

    def _repr_svg_(self) -> str:
        return self.svg


class Paper:
    """An SVG that grows downward. `y` is where the next thing may begin."""

    def __init__(self, name: str, title: str, description: str, table: Table) -> None:
        self.title, self.description, self.table = title, description, table
        # Two figures on one page must not share names, and the same figure has the same bytes.
        self.key = f"{name}-{sha256(repr((title, description, table)).encode()).hexdigest()[:8]}"
        self.y = EDGE
        self.root = Element("svg", _head(self.key))
        self.element("title", id=f"{self.key}-title").text = title
        said = [description, ADVICE, *(_told(table.heads, row) for row in table.rows)]
        self.element("desc", id=f"{self.key}-desc").text = " ".join(said)
        self.element("style").text = stylesheet(self.key)
        self.defs = self.element("defs")
        self.ground = self.element("rect", "paper", width=WIDTH)
        self._heading()

    def element(
        self, tag: str, css: str = "", into: Element | None = None, **attributes: float | str
    ) -> Element:
        """Put an element on the paper; numbers are rounded so that every machine writes the same."""
        own = {"class": css} if css else {}
        own |= {key.replace("_", "-"): number(value) for key, value in attributes.items()}
        return SubElement(self.root if into is None else into, tag, own)

    def mark(self, told: str) -> Element:
        """A group of shapes that are one mark; a pointer held over it shows what it tells."""
        group = self.element("g")
        self.element("title", into=group).text = told
        return group

    def text(self, x: float, y: float, words: str, size: float = BODY, css: str = "ink", **more: str) -> None:
        """One line of text on its base line."""
        self.element("text", css, None, x=x, y=y, font_size=size, **more).text = words

    def paragraph(self, x: float, words: str, width: float, size: float = BODY, css: str = "ink") -> None:
        """Wrapped text from `y` on; `y` goes below it."""
        for line in wrapped(words, width, size):
            self.text(x, self.y + 0.85 * size, line, size, css)
            self.y += 1.3 * size

    def rule(self) -> None:
        """A thin line across, with air on both sides."""
        self.y += 6
        self.element("line", "rule", x1=EDGE, x2=WIDTH - EDGE, y1=self.y, y2=self.y)
        self.y += 8

    def figure(self) -> Figure:
        """End the paper here."""
        height = number(round(self.y + EDGE))
        self.root.set("viewBox", f"0 0 {number(WIDTH)} {height}")
        self.root.set("height", number(1.2 * float(height)))
        self.ground.set("height", height)
        if not len(self.defs):
            self.root.remove(self.defs)
        indent(self.root)
        svg = tostring(self.root, encoding="unicode") + "\n"
        return Figure(self.title, self.description, svg, self.table)

    def _heading(self) -> None:
        self.paragraph(EDGE, self.title, WIDTH - 2 * EDGE, HEADING, "ink bold")
        self.y += 3
        self.paragraph(EDGE, ADVICE, WIDTH - 2 * EDGE, BODY, "ink bold")
        self.y += 8


def stylesheet(key: str) -> str:
    """The style of one figure; it reaches nothing outside it.

    >>> stylesheet("x").count("#x .paper{fill:#15191e}")
    1
    """
    light, dark = (
        "".join(f"#{key} .{css}{{{name}:{pair[side]}}}" for (css, name), pair in COLOURS.items())
        for side in (0, 1)
    )
    forms = "".join(f"#{key} {form}" for form in _FORMS)
    fit = f"#{key}{{max-width:100%;height:auto}}"
    return f"{fit}{forms}{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"


def wrapped(words: str, width: float, size: float) -> list[str]:
    """Text in lines of at most this width; a word that is longer than a line is cut.

    >>> wrapped("toward Th2, relative", 80, 12)
    ['toward Th2,', 'relative']
    """
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if measured(longer, size) <= width:
            lines[-1] = longer
            continue
        lines += pieces(word, width, size)
    return [line for line in lines if line]


def pieces(word: str, width: float, size: float) -> list[str]:
    """A word in pieces that fit, each but the last with a hyphen; most words are one.

    >>> pieces("diphenylcyclopropenone", 120, 12)
    ['diphenylcyclopr-', 'openone']
    """
    found = [word]
    while measured(found[-1], size) > width and len(found[-1]) > 1:
        long = found.pop()
        fit = sum(measured(long[: i + 1] + "-", size) <= width for i in range(len(long))) or 1
        found += [long[:fit] + "-", long[fit:]]
    return found


def measured(words: str, size: float) -> float:
    """How wide a line is at most, whatever the font: a little more than most letters need.

    >>> measured("Th2", 10)
    18.0
    """
    return round(sum(1.1 if east_asian_width(letter) in "WF" else 0.6 for letter in words) * size, 2)


def number(value: float | str) -> str:
    """A number as written in the picture, without needless digits.

    >>> number(3.0), number(0.126)
    ('3', '0.13')
    """
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def _head(key: str) -> dict[str, str]:
    return {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": key,
        "role": "img",
        "aria-labelledby": f"{key}-title",
        "aria-describedby": f"{key}-desc",
        "width": number(1.2 * WIDTH),
    }


def _told(heads: tuple[str, ...], row: tuple[str, ...]) -> str:
    """A row as a sentence: its first cell, then what the others say of it."""
    pairs = zip(heads[1:], row[1:], strict=True)
    return f"{row[0]}: {'; '.join(f'{head} {cell}' for head, cell in pairs if cell).rstrip('.')}."
