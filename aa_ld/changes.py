"""What differs between two versions of facts, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: What may be said of a fact, in the order in which it is told.
KINDS = (
    "added", "removed", "polarity-flipped", "content-changed", "certainty-raised", "certainty-lowered",
    "hedge-added", "hedge-dropped", "hedge-raised", "hedge-lowered", "hedge-reworded", "scope-narrowed",
    "scope-widened", "scope-changed", "evidence-added", "evidence-removed", "evidence-changed",
    "sentence-reworded", "note-changed", "identifier-changed", "implied-changed",
    "conclusion-risen", "conclusion-fallen", "conclusion-raised", "conclusion-lowered", "conclusion-regrounded", "other",
)  # fmt: skip


class Change(NamedTuple):
    """One thing that differs.

    kind     one of KINDS
    iri      the fact, the conclusion, or whatever else differs
    key      its short name
    sentence what it says, in the newer version where there is one
    what     the property, in words; empty where the kind says all
    old      the value before, in words
    new      the value after, in words
    """

    kind: str
    iri: str
    key: str
    sentence: str
    what: str = ""
    old: str = ""
    new: str = ""


class Diff:
    """What differs between two versions, by kind; true where something does."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.changes = sorted(changes, key=lambda c: (KINDS.index(c.kind), c.key, c.what, c.old, c.new))

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def to_text(self) -> str:
        """For people: a heading a kind, an entry a change.

        >>> Diff([]).to_text()
        'Both say the same.'
        """
        if not self.changes:
            return "Both say the same."
        lines: list[str] = []
        for kind in dict.fromkeys(change.kind for change in self.changes):
            found = [change for change in self.changes if change.kind == kind]
            lines += ["", f"{HEADINGS[kind]} ({len(found)})"]
            for change in found:
                lines.append(f"  {change.key}  {change.sentence}".rstrip())
                if change.old or change.new:
                    label = f"{change.what}: " if change.what else ""
                    lines.append(f"      {label}{change.old or 'nothing'} → {change.new or 'nothing'}")
        return "\n".join(lines[1:])

    def to_json(self) -> str:
        """For programs: an object with `same` and the list `changes`."""
        import json

        content = {"same": not self.changes, "changes": [change._asdict() for change in self.changes]}
        return json.dumps(content, ensure_ascii=False, indent=2)


#: What each kind is called for people.
HEADINGS = {
    "added": "Added",
    "removed": "Removed",
    "polarity-flipped": "Now says the opposite",
    "content-changed": "Says something else",
    "certainty-raised": "Put more firmly",
    "certainty-lowered": "Put less firmly",
    "hedge-added": "Hedged now",
    "hedge-dropped": "No longer hedged",
    "hedge-raised": "Hedge leaves more",
    "hedge-lowered": "Hedge leaves less",
    "hedge-reworded": "Hedge in other words",
    "scope-narrowed": "Holds for less",
    "scope-widened": "Holds for more",
    "scope-changed": "Holds for something else",
    "evidence-added": "Evidence added",
    "evidence-removed": "Evidence removed",
    "evidence-changed": "Evidence changed",
    "sentence-reworded": "Worded anew",
    "note-changed": "Note changed",
    "identifier-changed": "Identifier changed",
    "implied-changed": "Read from the context, or no longer",
    "conclusion-risen": "Follows now",
    "conclusion-fallen": "No longer follows",
    "conclusion-raised": "Follows more firmly",
    "conclusion-lowered": "Follows less firmly",
    "conclusion-regrounded": "Follows on other grounds",
    "other": "Besides the facts",
}
