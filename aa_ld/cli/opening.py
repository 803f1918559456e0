"""What commands open: the knowledge with files of the user's own, and the texts of sources."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from aa_ld.errors import SourceTextError, UsageError
from aa_ld.knowledge import Knowledge, load
from aa_ld.vocab import compact


def open_knowledge(arguments: Namespace) -> Knowledge:
    """The shipped layers that are asked for, and the user's files; what is wrong in those is told.

    With --endpoint, the layers that a server holds. Raises UsageError for both.
    """
    if getattr(arguments, "endpoint", None):
        from aa_ld.endpoint.opened import open_endpoint

        if getattr(arguments, "data", None):
            what = "Files of your own lie here, and the question is asked in a server."
            raise UsageError("--data --endpoint", what, "Push the files first, or leave out --endpoint.")
        if getattr(arguments, "as_of", None) or getattr(arguments, "include", None):
            what = "What stands is decided where layers are opened, and a server holds all that was pushed to it."
            raise UsageError("--endpoint", what, "Leave out --as-of and --include, or --endpoint.")
        return open_endpoint(arguments.endpoint, getattr(arguments, "source", "all"))
    kb = load(arguments.source, arguments.data, arguments.as_of, arguments.include)
    tell_of(kb, arguments.data)
    return kb


def tell_of(kb: Knowledge, files: Sequence[str]) -> None:
    """Tell what was left out, and how much is wrong in the user's files."""
    sys.stderr.write(left_out(kb))
    if not files:
        return
    own = kb.layers.subjects("data")
    found = sum(1 for finding in kb.validate() if finding.focus in own)
    if found:
        sys.stderr.write(
            f"{_counted(found, 'finding')} in your files, so answers may be wrong; "
            f"see aa-ld validate {' '.join(files)}\n"
        )


def texts_of(arguments: Namespace, kb: Knowledge) -> dict[str, str] | None:
    """The texts of a folder by digest; at least one must be a text that spans were taken from."""
    if not arguments.sources:
        return None
    from aa_ld.spans import read_sources, source_texts

    texts = read_sources(Path(arguments.sources))
    wanted = source_texts(kb.layers)
    if not set(texts) & set(wanted):
        here = "; ".join(
            f"{len(text)} characters, SHA-256 {digest}" for digest, text in sorted(texts.items())[:5]
        )
        looked_for = "; ".join(f"{length} characters, SHA-256 {digest}" for digest, length in wanted.items())
        raise SourceTextError(
            arguments.sources,
            f"None of the {len(texts)} .txt files here is a text that spans were taken from. Found: {here or 'none'}.",
            f"Looked for: {looked_for}.",
        )
    return texts


def left_out(kb: Knowledge) -> str:
    """What was taken out because it does not stand, a line for each ground; nothing where all stands."""
    if not kb.standing.facts:
        return ""
    if kb.wanted.as_of is None:
        return _fallen_lines(kb)
    kinds = [reason.kind for reason in kb.standing.facts.values()]
    later = len({reason.about for reason in kb.standing.facts.values() if reason.kind == "later"})
    undated = kinds.count("undated")
    told = f"As of {kb.wanted.as_of}, {_counted(len(kinds), 'fact')} left out: "
    told += f"{_counted(later, 'publication')} not certainly out by then"
    told += f", {_counted(undated, 'fact')} from publications without a date" if undated else ""
    return f"{told}. See aa-ld facts --fallen --as-of {kb.wanted.as_of}\n"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _fallen_lines(kb: Knowledge) -> str:
    facts: dict[str, list[str]] = {}
    fallen = kb.fallen()
    for item in fallen:
        if not item.fact.derivation:
            facts.setdefault(item.why, []).append(item.fact.id or compact(item.fact.iri))
    conclusions = sum(1 for item in fallen if item.fact.derivation)
    lines = [
        f"Left out: {', '.join(ids[:5])}{' ...' if len(ids) > 5 else ''}: {why}."
        for why, ids in facts.items()
    ]
    if conclusions:
        lines.append(f"{_counted(conclusions, 'conclusion')} fell with them.")
    return "\n".join([*lines, "See aa-ld facts --fallen with the same files.\n"])
