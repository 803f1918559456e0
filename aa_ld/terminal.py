"""Answers and facts as people read them: aligned tables, Markdown, references below."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from aa_ld.ask import DISCLAIMER, EVIDENCE_COLUMNS, Answer
from aa_ld.fact import Fact
from aa_ld.names import Names
from aa_ld.vocab import PREFIXES

#: Columns of evidence that a table shows beside the answer's own.
_BESIDE = ("certainty", "population")


def width_of(stream: TextIO) -> int:
    """How many columns a table may take: those of the terminal, else COLUMNS, else 100."""
    try:
        return max(40, int(os.environ["COLUMNS"]))
    except (KeyError, ValueError):
        pass
    try:
        return max(40, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError, AttributeError):
        return 100


def styled(stream: TextIO) -> bool:
    """Whether to use bold and dim: on a terminal, unless NO_COLOR is set."""
    return bool(getattr(stream, "isatty", lambda: False)()) and not os.environ.get("NO_COLOR")


def answer_text(answer: Answer, width: int, style: bool = False) -> str:
    """An answer for a terminal: title, table, references, and what the sources are silent on."""
    bold, dim = ("\x1b[1m", "\x1b[2m") if style else ("", "")
    end = "\x1b[0m" if style else ""
    head, body = _table(answer)
    lines = [f"{bold}{answer.question.title}{end}", ""]
    if body:
        lines += [*grid(head, body, width, bold, end), ""]
        for first, *rest in references(answer):
            lines += [
                *_wrapped(first, width, ""),
                *(f"{dim}{text}{end}" for t in rest for text in _wrapped(t, width, "  ")),
            ]
        lines.append("")
    lines += [text for note in notes(answer) for text in _wrapped(note, width, "")]
    return "\n".join(lines)


def answer_markdown(answer: Answer) -> str:
    """An answer as Markdown: a table, then the references as a list."""
    head, body = _table(answer)
    lines = [f"### {_cell(answer.question.title)}", ""]
    if body:
        lines += [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
        lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in body]
        lines += [
            "",
            *(f"- {_cell(first)} *{_cell(' · '.join(rest))}*" for first, *rest in references(answer)),
            "",
        ]
    return "\n".join(lines + [_cell(note) for note in notes(answer)])


def notes(answer: Answer) -> list[str]:
    """What stands below an answer: why it is empty, who is left out, what it is not."""
    found = []
    if not len(answer):
        found.append("No rows: this is not stated in the loaded sources. Silence is not a no.")
    if answer.silent:
        silent = ", ".join(answer.names.label(iri) for iri in answer.silent)
        found.append(f"Not stated in the loaded sources for: {silent}. Silence is not a no.")
    if answer.question.advice:
        found.append(DISCLAIMER)
    return found


def references(answer: Answer) -> list[list[str]]:
    """One entry a fact: the sentence for people, then what stands behind it."""
    names = answer.names
    entries: dict[tuple[str, str], list[str]] = {}
    for row in answer:
        show = {name: names.show(row.get(name)) for name in EVIDENCE_COLUMNS}
        if not show["fact"]:
            continue
        hedge = f"hedge “{show['hedge']}”" if show["hedge"] else "no hedge"
        where = f", compartment: {show['compartment']}" if show["compartment"] else ""
        entries.setdefault(
            (str(row["fact"].value), show["span"]),  # type: ignore[attr-defined]
            [
                f"[{names.key(row['fact'].value)}] {show['statement']}",  # type: ignore[attr-defined]
                f"{show['polarity']}, {show['certainty']}, {hedge}; {show['kind']}; "
                f"population: {show['population']}{where}",
                f"{show['source']}, {show['part']}, {_characters(show['span'])}",
            ],
        )
    cited = [
        [f"[{names.key(iri)}] {names.label(iri)}"]
        for iri in sorted(_cited(answer) - {fact for fact, _ in entries})
    ]
    return list(entries.values()) + cited


def _cited(answer: Answer) -> set[str]:
    """Facts that a row names beside its own."""
    values = (getattr(row.get(name), "value", "") for row in answer for name in answer.columns)
    return {str(value) for value in values if str(value).startswith(PREFIXES["fact"])}


def facts_text(facts: list[Fact], names: Names, width: int) -> str:
    """Facts as a table: identifier, sentence, certainty and the words of the hedge."""
    body = [
        [
            fact.id or "",
            fact.sentence,
            names.label(fact.certainty),
            next((f"“{line.hedge}”" for line in fact.evidence if line.hedge), ""),
            ", ".join(dict.fromkeys(names.label(line.part) for line in fact.evidence)),
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


def _table(answer: Answer) -> tuple[list[str], list[list[str]]]:
    """The answer's own columns, those beside them and a reference; columns without any value are left out."""
    own = [name for name in answer.columns if name not in EVIDENCE_COLUMNS]
    head = [*own, *_BESIDE, "evidence"]
    body: list[list[str]] = []
    for row in answer:
        cells = [_shown(row.get(name), answer.names) for name in [*own, *_BESIDE, "fact"]]
        if cells not in body:
            body.append(cells)
    used = [i for i in range(len(head)) if any(cells[i] for cells in body)]
    return [head[i] for i in used], [[cells[i] for i in used] for cells in body]


def _shown(term: object, names: Names) -> str:
    """A term in a cell: facts by their key in brackets, which the references explain."""
    iri = str(getattr(term, "value", ""))
    return f"[{names.key(iri)}]" if iri.startswith(PREFIXES["fact"]) else names.show(term)


def _characters(span: str) -> str:
    parts = span.rsplit("-", 2)
    return f"characters {parts[1]}–{parts[2]}" if len(parts) == 3 and parts[2].isdigit() else span


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


def progress(text: str) -> None:
    """Say on a terminal what is going on; nothing where nobody looks."""
    if sys.stderr.isatty():
        sys.stderr.write(text + "\n")
