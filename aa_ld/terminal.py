"""Answers and facts as people read them: aligned tables, Markdown, references below."""

from __future__ import annotations

import os
from typing import TextIO

from aa_ld.ask import Answer
from aa_ld.fact import Fact
from aa_ld.names import Names
from aa_ld.vocab import printable


def width_of(stream: TextIO) -> int:
    """How many columns a table may take: those of the terminal, else COLUMNS, else 100."""
    try:
        return max(40, int(os.environ["COLUMNS"]))
    except (KeyError, ValueError):
        pass
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):
        columns = 0
    return max(40, columns or 100)


def styled(stream: TextIO) -> bool:
    """Whether to use bold and dim: on a terminal, unless NO_COLOR is set."""
    return bool(getattr(stream, "isatty", lambda: False)()) and not os.environ.get("NO_COLOR")


def answer_text(answer: Answer, width: int, style: bool = False) -> str:
    """An answer for a terminal: title, table, references, and what the sources are silent on."""
    bold, dim = ("\x1b[1m", "\x1b[2m") if style else ("", "")
    end = "\x1b[0m" if style else ""
    head, body = answer.table()
    lines = [f"{bold}{text}{end}" for text in _wrapped(answer.question.title, width, "")]
    lines += [text for line in answer.about() for text in _wrapped(line, width, "")] + [""]
    if body:
        lines += [*grid(head, body, width, bold, end), "", "Evidence, in our words:"]
        for first, *rest in answer.references():
            lines += _wrapped(first, width, "")
            lines += [f"{dim}{text}{end}" for t in rest for text in _wrapped(t, width, "  ")]
        lines.append("")
    lines += [text for note in answer.notes() for text in _wrapped(note, width, "")]
    return "\n".join(lines)


def answer_markdown(answer: Answer) -> str:
    """An answer as Markdown: a table, then the references as a list."""
    head, body = answer.table()
    lines = [f"### {_cell(answer.question.title)}", "", *(_cell(line) + "\n" for line in answer.about())]
    if body:
        lines += [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
        lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in body]
        lines += [
            "",
            *(f"- {_cell(first)} *{_cell(' · '.join(rest))}*" for first, *rest in answer.references()),
            "",
        ]
    return "\n".join(lines + [_cell(note) for note in answer.notes()])


def facts_text(facts: list[Fact], names: Names, width: int) -> str:
    """Facts as a table: identifier, sentence, certainty and the words of the hedge."""
    body = [
        [
            printable(names.key(fact.iri) if fact.id or fact.derivation else ""),
            printable(fact.sentence),
            names.label(fact.certainty),
            next((f"“{printable(line.hedge)}”" for line in fact.evidence if line.hedge), ""),
            ", ".join(dict.fromkeys(names.label(line.part or line.publication) for line in fact.evidence)),
        ]
        for fact in facts
    ]
    return "\n".join(grid(["id", "fact", "certainty", "hedge", "where"], body, width))


def grid(head: list[str], body: list[list[str]], width: int, bold: str = "", end: str = "") -> list[str]:
    """Rows in aligned columns, cells wrapped to the width; where they cannot fit, one block a row."""
    widths = _widths([head, *body], width)
    if sum(widths) + 2 * (len(widths) - 1) > width:
        return _blocks(head, body, width, bold, end)
    lines = [bold + "  ".join(h.upper().ljust(w) for h, w in zip(head, widths, strict=True)).rstrip() + end]
    for row in body:
        cells = [_wrapped(value, w, "") or [""] for value, w in zip(row, widths, strict=True)]
        for i in range(max(map(len, cells))):
            parts = [
                (cell[i] if i < len(cell) else "").ljust(w) for cell, w in zip(cells, widths, strict=True)
            ]
            lines.append("  ".join(parts).rstrip())
    return lines


def _blocks(head: list[str], body: list[list[str]], width: int, bold: str, end: str) -> list[str]:
    room = max(map(len, head)) + 2
    lines = []
    for row in body:
        for name, value in zip(head, row, strict=True):
            first, *rest = _wrapped(value, max(20, width - room), "") or [""]
            lines += [
                f"{bold}{name.upper().ljust(room)}{end}{first}".rstrip(),
                *(" " * room + text for text in rest),
            ]
        lines.append("")
    return lines[:-1]


def _widths(table: list[list[str]], width: int) -> list[int]:
    """Natural widths, the widest cut down first until a line fits."""
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    words = [
        max((len(word) for row in table for word in row[i].split()), default=0) for i in range(len(widths))
    ]
    floors = [max(len(table[0][i]), min(20, word)) for i, word in enumerate(words)]
    room = width - 2 * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda i: widths[i] - floors[i])
        if widths[widest] <= floors[widest]:
            break
        widths[widest] -= 1
    return widths


def wrapped(text: str, width: int) -> str:
    """Lines wrapped to the width, what is wrapped set in below its beginning; web addresses stay whole."""
    lines = []
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        first, *rest = _wrapped(line.strip(), width - len(indent), "") or [""]
        lines.append(indent + first)
        lines += [
            part for text in [" ".join(rest)] if text for part in _wrapped(text, width, indent + "    ")
        ]
    return "\n".join(lines)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    if len(text) + len(indent) <= width:
        return [indent + text]
    from textwrap import wrap

    return wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _cell(text: str) -> str:
    return "".join("\\" + char if char in "\\`*_[]<>|" else char for char in text.replace("\n", " "))
