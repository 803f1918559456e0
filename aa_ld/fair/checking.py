"""Run the tests, and tell what they found."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple

from aa_ld.errors import ParameterValueError, nearest
from aa_ld.fair.outcome import FAILED, PASSED, REGISTRATION, Outcome, Unreadable, failed
from aa_ld.fair.places import Place
from aa_ld.fair.publication import Publication
from aa_ld.fair.table import FAMILIES, TESTS, Test
from aa_ld.vocab import printable


class Finding(NamedTuple):
    """What one test found.

    status  "passed", "failed" or "needs registration"
    detail  what was found, in a sentence
    remedy  what to do; empty where the test passed
    """

    id: str
    family: str
    title: str
    status: str
    detail: str
    remedy: str


class Fairness(NamedTuple):
    """What all tests found, in the order of the table."""

    where: str
    findings: tuple[Finding, ...]

    def having(self, status: str) -> list[Finding]:
        """The findings of a status."""
        return [each for each in self.findings if each.status == status]

    def to_text(self) -> str:
        """For a terminal: by family, then the score, then what to do."""
        lines = []
        width = max((len(each.id) for each in self.findings), default=0)
        for family, about in FAMILIES.items():
            own = [each for each in self.findings if each.family == family]
            if own:
                lines += [f"{about}: {_score(own)}", *(_line(each, width) for each in own), ""]
        return "\n".join([f"Looked at: {self.where}", "", *lines, *self._end()])

    def to_json(self) -> str:
        """For a program."""
        record = {
            "where": self.where,
            "tests": len(self.findings),
            **{status: len(self.having(status)) for status in (PASSED, FAILED, REGISTRATION)},
            "findings": [each._asdict() for each in self.findings],
        }
        return json.dumps(record, indent=2, ensure_ascii=False)

    def _end(self) -> list[str]:
        lines = [f"All in all: {_score(self.findings)}"]
        todo = {FAILED: "To mend here:", REGISTRATION: "To be registered by whoever publishes:"}
        for status, head in todo.items():
            found = self.having(status)
            lines += ["", head] if found else []
            by_remedy: dict[str, list[str]] = {}
            for each in found:
                by_remedy.setdefault(each.remedy, []).append(each.id)
            lines += [f"  {', '.join(ids)}: {remedy}" for remedy, ids in by_remedy.items()]
        return lines


def _line(finding: Finding, width: int) -> str:
    return f"  {finding.status:<18}  {finding.id:<{width}}  {finding.title}: {finding.detail}"


def _score(findings: Collection[Finding]) -> str:
    count = {status: sum(each.status == status for each in findings) for status in (FAILED, REGISTRATION)}
    good = len(findings) - sum(count.values())
    text = f"{good} of {len(findings)} passed"
    text += f", {count[FAILED]} failed" if count[FAILED] else ""
    needs = "needs" if count[REGISTRATION] == 1 else "need"
    return text + (f", {count[REGISTRATION]} {needs} registration" if count[REGISTRATION] else "") + "."


def check(place: Place, only: Collection[str] = ()) -> Fairness:
    """Run the tests over a folder or a site; `only` names some of them.

    Raises ParameterValueError for a test that there is not.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from aa_ld.fair.places import Folder
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = (Path(name) / "aa.ttl").write_text("<https://w3id.org/x/> a <http://www.w3.org/2002/07/owl#Ontology> .")
    ...     found = check(Folder(name), ["PURL1", "FIND1"])
    >>> [(each.id, each.status) for each in found.findings]
    [('PURL1', 'passed'), ('FIND1', 'failed')]
    """
    known = [test.id for test in TESTS]
    for name in only:
        if name not in known:
            what = "There is no such test."
            raise ParameterValueError(
                printable(name, 60), what, "aa-ld fair lists all.", nearest(name, known)
            )
    publication = Publication(place)
    chosen = [test for test in TESTS if not only or test.id in only]
    return Fairness(place.where, tuple(_run(test, publication) for test in chosen))


def _run(test: Test, publication: Publication) -> Finding:
    try:
        outcome: Outcome = test.probe(publication)
    except Unreadable as reason:
        outcome = failed(str(reason))
    remedy = "" if outcome.status == PASSED else test.registry or test.remedy
    if outcome.status == FAILED:
        remedy = test.remedy
    return Finding(test.id, test.family, test.title, outcome.status, printable(outcome.detail), remedy)
