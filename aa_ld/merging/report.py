"""The merge report, as text for a terminal and as JSON; aa_ld.merging.page has it as a web page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from aa_ld.merging.conflict import KINDS, SEVERITIES, Conflict
from aa_ld.merging.merged import Merged

_SHOWN = 5
_MARKS = {"error": "✗", "warning": "!", "note": "·"}
_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "note": "\x1b[2m"}


def as_json(merged: Merged) -> str:
    """Everything, as JSON."""
    sources = [
        {**source._asdict(), "also": list(source.also), "licences": list(source.licences)}
        for source in merged.sources
    ]
    header = {
        "chosen": merged.plan.chosen,
        "others": list(merged.plan.others),
        "imports": {k: list(v) for k, v in merged.plan.imports.items()},
    }
    document: dict[str, Any] = {
        "output": merged.output, "written": merged.written, "triples": merged.triples, "counts": merged.counts, "header": header,
        "sources": sources, "checks": [check._asdict() for check in merged.checks], "stopped": list(merged.stopped),
        "conflicts": [conflict.as_dict() for conflict in merged.conflicts],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def by_kind(merged: Merged) -> dict[tuple[str, str], list[Conflict]]:
    """Conflicts by severity and kind, gravest first."""
    found: dict[tuple[str, str], list[Conflict]] = {}
    for conflict in merged.conflicts:
        found.setdefault((conflict.grave, conflict.kind), []).append(conflict)
    return found


def headline(merged: Merged) -> list[str]:
    """What was done, in a few sentences."""
    count = len(merged.sources)
    inputs = "1 input" if count == 1 else f"{count} inputs"
    counts = merged.counts
    if merged.written:
        first = f"Merged {inputs} into {merged.output}: {merged.triples:,} triples."
    elif not merged.output:
        stopping = f", and would stop, because of {', '.join(merged.stopped)}" if merged.stopped else ""
        first = f"Merging {inputs} gives {merged.triples:,} triples{stopping}. Nothing was written: that needs -o OUT."
    else:
        first = f"Nothing was written to {merged.output}: found {', '.join(merged.stopped)}."
    repeated = counts["read"] - counts["distinct"]
    lines = [
        first,
        f"{counts['read']:,} triples were read, {repeated:,} of them said before; {counts['replaced']:,} were replaced by {counts['added']:,} of the header or folded; {counts['lost']:,} were lost.",
    ]
    found = by_kind(merged)
    totals = {
        grave: sum(len(some) for (each, _), some in found.items() if each == grave) for grave in SEVERITIES
    }
    words = [f"{number:,} {grave}{'' if number == 1 else 's'}" for grave, number in totals.items()]
    lines.append("Found: " + ", ".join(words) + ".")
    if "against" in counts:
        lines.append(
            f"Against the earlier merge: {counts['against']['gained']:,} triples gained, {counts['against']['lost']:,} gone."
        )
    return lines


def about_header(merged: Merged) -> list[str]:
    """What became of the ontology headers and the imports."""
    plan = merged.plan
    lines = [
        f"Header: {plan.chosen}; {len(plan.others)} other{'' if len(plan.others) == 1 else 's'} kept as provenance."
        if plan.chosen
        else "No input has an ontology header."
    ]
    for fate, words in (
        ("kept", "kept, not fetched"),
        ("satisfied", "satisfied by an input"),
        ("dropped", "dropped, as asked"),
    ):
        if fate in plan.imports:
            lines.append(f"Imports {words}: {', '.join(plan.imports[fate])}.")
    return lines


def as_text(merged: Merged, width: int = 100, *, style: bool = False, most: int = _SHOWN) -> str:
    """The report for a terminal: what was done, what was found, gravest first, what came from where.

    most  conflicts of a kind that are shown; 0 shows all
    """
    return "\n".join(_lines(merged, width, style, most)) + "\n"


def _lines(merged: Merged, width: int, style: bool, most: int) -> Iterator[str]:
    bold, end = ("\x1b[1m", "\x1b[0m") if style else ("", "")
    first, *rest = headline(merged)
    yield from (f"{bold}{line}{end}" for line in wrap(first, width))
    for line in [*rest, *about_header(merged)]:
        yield from wrap(line, width, break_long_words=False, break_on_hyphens=False)
    for (grave, kind), some in by_kind(merged).items():
        colour = _COLOURS[grave] if style else ""
        yield ""
        yield f"{colour}{_MARKS[grave]} {grave.upper()}{end if style else ''}  {bold}{KINDS[kind].title}{end}  {len(some):,}  [{kind}]"
        shown = some[:most] if most else some
        advice = {conflict.advice for conflict in some}
        for conflict in shown:
            yield from _item(conflict, width, with_remedy=len(advice) > 1)
        if len(some) > len(shown):
            yield f"    … and {len(some) - len(shown):,} more; --report FILE has them all."
        if len(advice) == 1:
            yield from wrap("→ " + advice.pop(), width, initial_indent="  ", subsequent_indent="    ")
    yield ""
    yield f"{bold}Checked{end}"
    for check in merged.checks:
        yield from wrap(
            f"{check.found}: {check.over}; by {check.by}.",
            width,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    yield ""
    yield from _sources(merged, width, bold, end)


def _item(conflict: Conflict, width: int, *, with_remedy: bool) -> Iterator[str]:
    yield from wrap(
        conflict.what,
        width,
        initial_indent="  - ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    missing = [name for name in conflict.files if name not in conflict.what]
    if missing and not conflict.details:
        yield from wrap("in " + ", ".join(missing), width, initial_indent="    ", subsequent_indent="    ")
    for line in conflict.details[:12]:
        yield from wrap(
            line,
            width,
            initial_indent="      ",
            subsequent_indent="        ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    if len(conflict.details) > 12:
        yield f"      … and {len(conflict.details) - 12:,} more lines"
    if with_remedy:
        yield from wrap("→ " + conflict.advice, width, initial_indent="    ", subsequent_indent="      ")


def _sources(merged: Merged, width: int, bold: str, end: str) -> Iterator[str]:
    from aa_ld.terminal import grid

    head = ["input", "syntax", "triples", "only here", "shared", "repeated", "respelt"]
    body = [
        [
            "; ".join((source.name, *source.also)), source.syntax, f"{source.triples:,}", f"{source.new:,}", f"{source.shared:,}",
            f"{source.repeated:,}", ", ".join(f"{n:,} {name}" for name, n in sorted(source.respelt.items())),
        ]
        for source in merged.sources
    ]  # fmt: skip
    yield from grid(head, body, width, bold, end)
