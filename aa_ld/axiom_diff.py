"""Compare two versions of an ontology, axiom by axiom: what came, what went, what an annotation says now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal, Triple

from aa_ld.axioms import RDFS, Axiom, Part, read_axioms, shown
from aa_ld.vocab import compact


class AxiomChange(NamedTuple):
    """One axiom that differs.

    term  the IRI that it is about; empty for axioms about no single term
    kind  as in SubClassOf; of an annotation its property, by its short name
    old   the axiom before, in words; empty where there was none
    new   the axiom after, in words; empty where there is none any more
    """

    term: str
    kind: str
    old: str
    new: str


class AxiomDiff:
    """What differs between two versions of an ontology; true where something does.

    labels   of the terms, by IRI, from the newer version where it has one
    """

    def __init__(self, changes: Iterable[AxiomChange], labels: dict[str, str]) -> None:
        self.changes = sorted(changes)
        self.labels = labels

    def __bool__(self) -> bool:
        return bool(self.changes)

    def to_text(self) -> str:
        """For people: by term, what went with -, what came with +, and what an annotation says now.

        >>> AxiomDiff([], {}).to_text()
        'Both say the same.'
        """
        if not self.changes:
            return "Both say the same."
        by_term: dict[str, list[AxiomChange]] = defaultdict(list)
        for change in self.changes:
            by_term[change.term].append(change)
        lines = []
        for term, changes in by_term.items():
            label = self.labels.get(term, "")
            name = compact(term) if term else "No single term"
            lines += ["", f"{label} ({name})" if label else name]
            for each in changes:
                if each.old and each.new:
                    lines.append(f"  {each.kind}: {each.old} → {each.new}")
                else:
                    lines.append(f"  {'+' if each.new else '-'} {each.kind} {each.new or each.old}")
        came, went = sum(not each.old for each in self.changes), sum(not each.new for each in self.changes)
        other = len(self.changes) - came - went
        lines += [
            "",
            f"{came} axioms came, {went} went, {other} annotations say something else; {len(by_term)} terms.",
        ]
        return "\n".join(lines[1:])

    def to_json(self) -> str:
        """For programs: an object with `same` and the list `changes`."""
        content = {"same": not self.changes, "changes": [change._asdict() for change in self.changes]}
        return json.dumps(content, ensure_ascii=False, indent=2)


def diff_axioms(old: Iterable[Triple], new: Iterable[Triple]) -> AxiomDiff:
    """What differs between two versions of an ontology; how blank nodes are called does not count.

    >>> from pyoxigraph import NamedNode
    >>> one = Triple(NamedNode("urn:a"), NamedNode(RDFS + "subClassOf"), NamedNode("urn:b"))
    >>> diff_axioms([], [one]).to_text().splitlines()[1]
    '  + SubClassOf <urn:b>'
    """
    before, after = ({axiom.key: axiom for axiom in read_axioms(each)} for each in (old, new))
    labels = {
        str(axiom.subject): _label(axiom)
        for each in (before, after)
        for axiom in each.values()
        if _label(axiom)
    }
    gone = [axiom for key, axiom in before.items() if key not in after]
    come = [axiom for key, axiom in after.items() if key not in before]
    changes = _paired(gone, come, labels)
    return AxiomDiff(changes, {iri[1:-1]: label for iri, label in labels.items()})


def _paired(gone: list[Axiom], come: list[Axiom], labels: dict[str, str]) -> list[AxiomChange]:
    """Changes; one value of an annotation in the place of one other is one change."""
    slots: dict[tuple[str, str], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for at, axioms in enumerate((gone, come)):
        for axiom in axioms:
            slots[_term(axiom.subject), _kind(axiom)][at].append(_words(axiom, labels))
    changes = []
    for (term, kind), (old, new) in slots.items():
        if len(old) == len(new) == 1 and ":" in kind:
            changes.append(AxiomChange(term, kind, old[0], new[0]))
            continue
        changes += [AxiomChange(term, kind, each, "") for each in old]
        changes += [AxiomChange(term, kind, "", each) for each in new]
    return changes


def _term(subject: Part) -> str:
    return subject[1:-1] if isinstance(subject, str) else ""


def _kind(axiom: Axiom) -> str:
    return compact(str(axiom.said[0])) if axiom.kind == "Annotation" else axiom.kind


def _words(axiom: Axiom, labels: dict[str, str]) -> str:
    if axiom.kind == "Annotation":
        return shown(axiom.said[2], labels)
    left = shown(axiom.subject, labels) + " " if isinstance(axiom.subject, tuple) else ""
    return left + shown(axiom.said, labels)


def _label(axiom: Axiom) -> str:
    if axiom.kind != "Annotation" or axiom.said[0] != RDFS + "label":
        return ""
    value = axiom.triples[0].object
    return value.value if isinstance(value, Literal) else ""
