"""Cytokine balance in alopecia areata as linked data that answers.

>>> from aa_ld import load
>>> load("review").ask("treatments-toward-th2").column("treatment")
['local immunotherapy']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aa_ld.advise import Advice
    from aa_ld.ask import Answer
    from aa_ld.errors import AaLdError
    from aa_ld.explain import Explanation
    from aa_ld.fact import Derivation, EvidenceLine, Fact, Span
    from aa_ld.groups import Profile
    from aa_ld.infer import Inference
    from aa_ld.knowledge import Knowledge, load
    from aa_ld.question import Question, read_questions
    from aa_ld.report import Finding, Report
    from aa_ld.rule import Rule, read_rules
    from aa_ld.svg import Figure
    from aa_ld.turtle import format_turtle
    from aa_ld.why_not import WhyNot

__version__ = "0.7.0"

#: Public name to the module that holds it. They are imported on first use, so
#: that the command line starts without what it does not need.
_HOMES = {
    "AaLdError": "errors",
    "Advice": "advise",
    "Answer": "ask",
    "Derivation": "fact",
    "EvidenceLine": "fact",
    "Explanation": "explain",
    "Fact": "fact",
    "Figure": "svg",
    "Finding": "report",
    "Inference": "infer",
    "Knowledge": "knowledge",
    "Profile": "groups",
    "Question": "question",
    "Report": "report",
    "Rule": "rule",
    "Span": "fact",
    "WhyNot": "why_not",
    "format_turtle": "turtle",
    "load": "knowledge",
    "read_questions": "question",
    "read_rules": "rule",
}

__all__ = [
    "AaLdError",
    "Advice",
    "Answer",
    "Derivation",
    "EvidenceLine",
    "Explanation",
    "Fact",
    "Figure",
    "Finding",
    "Inference",
    "Knowledge",
    "Profile",
    "Question",
    "Report",
    "Rule",
    "Span",
    "WhyNot",
    "format_turtle",
    "load",
    "read_questions",
    "read_rules",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'aa_ld' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"aa_ld.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
