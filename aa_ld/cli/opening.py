"""What commands open: the knowledge with files of the user's own, and the texts of sources."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from aa_ld.errors import SourceTextError, UsageError
from aa_ld.knowledge import Knowledge, load


def open_knowledge(arguments: Namespace) -> Knowledge:
    """The shipped layers that are asked for, and the user's files; what is wrong in those is told.

    With --endpoint, the layers that a server holds. Raises UsageError for both.
    """
    if getattr(arguments, "endpoint", None):
        from aa_ld.endpoint.opened import open_endpoint

        if getattr(arguments, "data", None):
            what = "Files of your own lie here, and the question is asked in a server."
            raise UsageError("--data --endpoint", what, "Push the files first, or leave out --endpoint.")
        return open_endpoint(arguments.endpoint, getattr(arguments, "source", "all"))
    kb = load(arguments.source, arguments.data)
    if arguments.data:
        own = kb.layers.subjects("data")
        found = sum(1 for finding in kb.validate() if finding.focus in own)
        if found:
            files = " ".join(arguments.data)
            sys.stderr.write(
                f"{'1 finding' if found == 1 else f'{found} findings'} in your files, so answers may be wrong; "
                f"see aa-ld validate {files}\n"
            )
    return kb


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
