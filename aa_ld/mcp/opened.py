"""What a server has opened: one knowledge for each choice of sources, and what is to be said of it in every answer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from aa_ld.errors import ParameterValueError
from aa_ld.knowledge import SOURCES, Knowledge, load


class Opened:
    """The knowledge that tools answer from, opened once for each choice of sources.

    source, data, as_of, include  as aa_ld.load takes them; a server that was
                                  started on the review alone stays with it

    Raises the errors of aa_ld.load.

    >>> opened = Opened("review")
    >>> opened.choices, len(opened.knowledge("review").ask("treatments-toward-th2"))
    (('review',), 1)
    """

    def __init__(
        self,
        source: str = "all",
        data: Iterable[str | Path] = (),
        as_of: str | None = None,
        include: Iterable[str] = (),
    ) -> None:
        self._rest = (tuple(data), as_of, tuple(include))
        self._loaded = {source: load(source, *self._rest)}
        self.source = source
        self.choices = tuple(SOURCES) if source == "all" else (source,)
        self._warnings: dict[str, tuple[str, ...]] = {}

    def knowledge(self, source: str | None = None) -> Knowledge:
        """The knowledge of a choice of sources, that of the start if none is named. Raises ParameterValueError."""
        chosen = source or self.source
        if chosen not in self.choices:
            what = f"This server was started on the source {self.source} alone."
            raise ParameterValueError(f"source: {chosen}", what, f"Use one of {', '.join(self.choices)}.")
        if chosen not in self._loaded:
            self._loaded[chosen] = load(chosen, *self._rest)
        return self._loaded[chosen]

    def warnings(self, source: str | None = None) -> tuple[str, ...]:
        """What has to be said with every answer: what was left out, and findings in files of the user's own."""
        kb = self.knowledge(source)
        if kb.source not in self._warnings:
            self._warnings[kb.source] = tuple(_warnings(kb))
        return self._warnings[kb.source]


def _warnings(kb: Knowledge) -> Iterable[str]:
    if kb.wanted.as_of is not None:
        yield f"Answers are as the sources stood by {kb.wanted.as_of}."
    if kb.standing.facts:
        count = len(kb.standing.facts)
        yield f"{count} fact{'s' * (count != 1)} left out, as they do not stand or were not out by then; aa-ld facts --fallen lists them."
    if kb.data:
        own = kb.layers.subjects("data")
        found = sum(1 for finding in kb.validate() if finding.focus in own)
        if found:
            yield f"The files of the user's own have {found} finding{'s' * (found != 1)}, so answers may be wrong; see aa-ld validate."
