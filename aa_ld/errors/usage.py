"""The call has to change: exit status 2."""

from __future__ import annotations

from collections.abc import Iterable

from aa_ld.errors.base import UsageError


class UnknownQuestionError(UsageError):
    """No shipped question has this name."""

    code = "unknown-question"


class UnknownParameterError(UsageError):
    """The question has no such parameter."""

    code = "unknown-parameter"


class MissingParameterError(UsageError):
    """The question cannot be answered without this parameter."""

    code = "missing-parameter"


class ParameterValueError(UsageError):
    """The value is not of the parameter's type."""

    code = "parameter-value"


class DateError(UsageError):
    """The value is no year, month or day."""

    code = "date"


class UnknownColumnError(UsageError):
    """The answer has no such column."""

    code = "unknown-column"


class UnknownSourceError(UsageError):
    """There is no such choice of sources."""

    code = "unknown-source"


class UnknownTermError(UsageError):
    """No loaded file declares this term."""

    code = "unknown-term"


class UnknownFilterError(UsageError):
    """Facts cannot be filtered by this."""

    code = "unknown-filter"


class FallenFactError(UsageError):
    """The fact was taken out, as it does not stand."""

    code = "fallen-fact"


class NotExplainableError(UsageError):
    """The term is no fact, and no fact is about it."""

    code = "not-explainable"


class QueryRefusedError(UsageError):
    """The query asks for something that reading does not need: network, files, change."""

    code = "query-refused"


class QuerySyntaxError(UsageError):
    """The query is not SPARQL 1.1."""

    code = "query-syntax"


class QueryStoppedError(UsageError):
    """The query was stopped: too long, too deep, or too much memory.

    `reason` is "time", "memory", "size" (of the answer) or "crash" where that is known.
    """

    code = "query-stopped"

    def __init__(
        self, where: str, what: str, remedy: str, nearest: Iterable[str] = (), *, reason: str = ""
    ) -> None:
        super().__init__(where, what, remedy, nearest)
        self.reason = reason


class MissingExtraError(UsageError):
    """The verb needs an optional part that is not installed."""

    code = "missing-extra"


class ProtectedFileError(UsageError):
    """The file belongs to the package, and no command writes there."""

    code = "protected-file"
