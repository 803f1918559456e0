"""What a validation found, and the four ways to write it down.

A report is the same bytes every time: findings stand by severity, file, line,
check and node. No time and no path of a machine gets in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from aa_ld.vocab import PREFIXES, compact

if TYPE_CHECKING:
    from pyoxigraph import Triple

_SH = PREFIXES["sh"]
_RANK = {"violation": 0, "warning": 1, "info": 2}
_SARIF_LEVEL = {"violation": "error", "warning": "warning", "info": "note"}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Finding(NamedTuple):
    """One thing that a check found.

    check     the name of the constraint, such as Fact-evidence
    severity  violation, warning or info
    focus     the IRI of the node at fault
    value     the value at fault as IRI or text; empty where something is missing
    message   one sentence that says what is wrong
    remedy    one sentence that says what to do
    file      the file in which the node stands, empty where not known
    line      its line there from 1, or 0
    """

    check: str
    severity: str
    focus: str
    value: str
    message: str
    remedy: str
    file: str = ""
    line: int = 0


class Report:
    """The findings of one validation, in a fixed order.

    >>> Report([]).conforms, len(Report([]))
    (True, 0)
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._findings = sorted(findings, key=_order)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    def __repr__(self) -> str:
        return f"<Report: {len(self)} findings>"

    def __len__(self) -> int:
        return len(self._findings)

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings and remarks may stand."""
        return not any(finding.severity == "violation" for finding in self)

    def to_text(self) -> str:
        """For people: one finding in two lines, and a sentence at the end.

        >>> print(Report([]).to_text(), end="")
        Nothing found.
        """
        blocks = []
        for f in self:
            place = f"{f.file}:{f.line}: " if f.line else f"{f.file}: " if f.file else ""
            blocks.append(f"{place}{f.severity}: {f.message}\n  {f.remedy}   ({f.check})\n")
        return "".join(blocks) + _summary(self)

    def to_json(self) -> str:
        """For programs: an object with `conforms` and the list `findings`."""
        import json

        content = {"conforms": self.conforms, "findings": [finding._asdict() for finding in self]}
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"

    def to_sarif(self) -> str:
        """For code review tools: SARIF 2.1.0, one result a finding, one rule a check."""
        import json

        checks = sorted({f.check: f for f in self}.items())
        rules = [{"id": name, "help": {"text": f.remedy}} for name, f in checks]
        results = [_sarif_result(f) for f in self]
        driver = {"name": "aa-ld validate", "informationUri": PREFIXES["aa"], "rules": rules}
        run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
        content = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"

    def to_turtle(self) -> str:
        """For SHACL tools: an sh:ValidationReport, every node with an IRI.

        The IRI of a result is a digest of what it says, so that the same
        findings give the same bytes.
        """
        from aa_ld.turtle import write_turtle

        return write_turtle(_triples(self))


def _order(f: Finding) -> tuple[int, str, int, str, str, str]:
    return _RANK[f.severity], f.file, f.line, f.check, f.focus, f.value


def _summary(report: Report) -> str:
    if not len(report):
        return "Nothing found.\n"
    parts = []
    for severity in _RANK:
        count = sum(finding.severity == severity for finding in report)
        if count:
            parts.append(f"{count} {severity}{'s' if count > 1 else ''}")
    return ", ".join(parts) + ".\n"


def _sarif_result(f: Finding) -> dict[str, object]:
    location: dict[str, object] = {"logicalLocations": [{"fullyQualifiedName": f.focus}]}
    if f.file:
        physical: dict[str, object] = {"artifactLocation": {"uri": f.file}}
        if f.line:
            physical["region"] = {"startLine": f.line}
        location["physicalLocation"] = physical
    text = f"{f.message} {f.remedy}"
    level = _SARIF_LEVEL[f.severity]
    return {"ruleId": f.check, "level": level, "message": {"text": text}, "locations": [location]}


def _triples(report: Report) -> list[Triple]:
    from pyoxigraph import Literal, NamedNode, Triple

    def sh(name: str) -> NamedNode:
        return NamedNode(_SH + name)

    a = NamedNode(PREFIXES["rdf"] + "type")
    node = NamedNode(PREFIXES["shape"] + "report")
    triples = [
        Triple(node, a, sh("ValidationReport")),
        Triple(node, sh("conforms"), Literal(report.conforms)),
    ]
    for f in report:
        result = NamedNode(PREFIXES["shape"] + "result-" + _digest(f))
        triples += [
            Triple(node, sh("result"), result),
            Triple(result, a, sh("ValidationResult")),
            Triple(result, sh("focusNode"), NamedNode(f.focus)),
            Triple(result, sh("resultMessage"), Literal(f"{f.message} {f.remedy}")),
            Triple(result, sh("resultSeverity"), sh(f.severity.capitalize())),
            Triple(result, sh("sourceConstraint"), NamedNode(PREFIXES["shape"] + f.check)),
            Triple(result, sh("sourceConstraintComponent"), sh("SPARQLConstraintComponent")),
        ]
        if f.value:
            is_iri = f.value.startswith(("http://", "https://"))
            value = NamedNode(f.value) if is_iri else Literal(f.value)
            triples.append(Triple(result, sh("value"), value))
    return triples


def _digest(f: Finding) -> str:
    from hashlib import sha256

    return sha256("\n".join((f.check, f.focus, f.value)).encode()).hexdigest()[:16]


def filled(template: str, focus: str, value: str, is_iri: bool) -> str:
    """A message with short names in the places of {$this} and {?value}.

    >>> filled("Fact {$this} has no label.", "https://w3id.org/aa-ld/fact/x", "", False)
    'Fact fact:x has no label.'
    """
    shown = compact(value) if is_iri else f"“{value}”"
    return template.replace("{$this}", compact(focus)).replace("{?value}", shown)
