"""Cytokine balance in alopecia areata as linked data that answers.

>>> from aa_ld import load
>>> load().ask("treatments-toward-th2").column("treatment")
['local immunotherapy']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aa_ld.ask import Answer
    from aa_ld.errors import AaLdError
    from aa_ld.explain import Explanation
    from aa_ld.fact import EvidenceLine, Fact, Span
    from aa_ld.knowledge import Knowledge, load
    from aa_ld.question import Question, read_questions
    from aa_ld.report import Finding, Report
    from aa_ld.turtle import format_turtle

__version__ = "0.2.0"

#: Public name to the module that holds it. They are imported on first use, so
#: that the command line starts without what it does not need.
_HOMES = {
    "AaLdError": "errors",
    "Answer": "ask",
    "EvidenceLine": "fact",
    "Explanation": "explain",
    "Fact": "fact",
    "Finding": "report",
    "Knowledge": "knowledge",
    "Question": "question",
    "Report": "report",
    "Span": "fact",
    "format_turtle": "turtle",
    "load": "knowledge",
    "read_questions": "question",
}

__all__ = [
    "AaLdError",
    "Answer",
    "EvidenceLine",
    "Explanation",
    "Fact",
    "Finding",
    "Knowledge",
    "Question",
    "Report",
    "Span",
    "format_turtle",
    "load",
    "read_questions",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'aa_ld' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"aa_ld.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
