"""Everything that can go wrong, as one family.

    AaLdError
    ├── UsageError                      exit 2: the call has to change
    │   ├── UnknownQuestionError
    │   ├── UnknownParameterError
    │   ├── MissingParameterError
    │   ├── ParameterValueError
    │   ├── UnknownColumnError
    │   ├── UnknownSourceError
    │   ├── UnknownTermError
    │   ├── UnknownFilterError
    │   ├── NotExplainableError
    │   ├── QueryRefusedError
    │   ├── QuerySyntaxError
    │   ├── QueryStoppedError
    │   └── MissingExtraError
    ├── RemoteError                     exit 4: a remote service failed
    │   ├── UnreachableError
    │   ├── NotAnEndpointError
    │   ├── AccessDeniedError
    │   ├── RemoteTimeoutError
    │   ├── RemoteAnswerError
    │   ├── RemoteRefusedError
    │   ├── RedirectRefusedError
    │   ├── NotPushedError
    │   ├── VerificationError
    │   └── ChangedValueError
    └── InputError                      exit 3: the input has to change
        ├── MissingFileError
        ├── NotAFileError
        ├── EmptyFileError
        ├── FileTooLargeError
        ├── UnknownSyntaxError
        ├── EncodingError
        ├── RdfSyntaxError
        ├── NestingError
        ├── EntityError
        ├── RemoteContextError
        ├── ParserStoppedError
        ├── NotATreeError
        ├── SourceTextError
        ├── RedefinedFactError
        ├── ReasonerError
        ├── BrokenQuestionError
        ├── BrokenRuleError
        ├── CyclicRulesError
        └── ProfileError

Each error says what is wrong and where, what is nearest, and what to do next;
its `code` is a heading of docs/errors.md.
"""

from __future__ import annotations

from collections.abc import Iterable


class AaLdError(Exception):
    """The root of the family.

    where   the file, term or argument at fault
    what    one sentence that says what is wrong
    remedy  one sentence that says what to do
    nearest names that may have been meant, best first

    >>> print(UnknownQuestionError("ask", "No question has this name.", "List them with aa-ld questions."))
    UnknownQuestionError: ask
      No question has this name.
      List them with aa-ld questions.   (docs: errors.md#unknown-question)
    """

    code = "error"
    exit_status = 5

    def __init__(self, where: str, what: str, remedy: str, nearest: Iterable[str] = ()) -> None:
        super().__init__(where, what, remedy)
        self.where = where
        self.what = what
        self.remedy = remedy
        self.nearest = list(nearest)

    def __str__(self) -> str:
        near = f" Nearest: {', '.join(self.nearest)}." if self.nearest else ""
        return (
            f"{type(self).__name__}: {self.where}\n"
            f"  {self.what}{near}\n"
            f"  {self.remedy}   (docs: errors.md#{self.code})"
        )


class UsageError(AaLdError):
    """The call has to change."""

    code = "usage"
    exit_status = 2


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
    """The query was stopped: too long, too deep, or too much memory."""

    code = "query-stopped"


class MissingExtraError(UsageError):
    """The verb needs an optional part that is not installed."""

    code = "missing-extra"


class RemoteError(AaLdError):
    """A remote service failed."""

    code = "remote"
    exit_status = 4


class UnreachableError(RemoteError):
    """Nothing answers there: no such host, no connection, or no trusted certificate."""

    code = "unreachable"


class NotAnEndpointError(RemoteError):
    """Something answers there, but it is no SPARQL endpoint."""

    code = "not-an-endpoint"


class AccessDeniedError(RemoteError):
    """The server wants credentials, or other ones."""

    code = "access-denied"


class RemoteTimeoutError(RemoteError):
    """The server took too long."""

    code = "remote-timeout"


class RemoteAnswerError(RemoteError):
    """The answer is cut off, or is not what was asked for."""

    code = "remote-answer"


class RemoteRefusedError(RemoteError):
    """The server answers with an error; what it says is shown."""

    code = "remote-refused"

    def __init__(
        self, where: str, what: str, remedy: str, nearest: Iterable[str] = (), *, status: int = 0
    ) -> None:
        super().__init__(where, what, remedy, nearest)
        self.status = status


class RedirectRefusedError(RemoteError):
    """The server sends the request to another host, where nothing of ours is sent."""

    code = "redirect-refused"


class NotPushedError(RemoteError):
    """The server does not hold the layers that are asked about."""

    code = "not-pushed"


class VerificationError(RemoteError):
    """What the server holds after loading is not what was sent; what stood there before still stands."""

    code = "verification"


class ChangedValueError(RemoteError):
    """The server would keep another value than the one that is sent."""

    code = "changed-value"


class InputError(AaLdError):
    """The input has to change."""

    code = "input"
    exit_status = 3


class MissingFileError(InputError):
    """There is no such file."""

    code = "missing-file"


class NotAFileError(InputError):
    """The path leads to something that cannot be read as a file."""

    code = "not-a-file"


class EmptyFileError(InputError):
    """The file holds nothing."""

    code = "empty-file"


class FileTooLargeError(InputError):
    """The file is larger than this command takes."""

    code = "file-too-large"


class UnknownSyntaxError(InputError):
    """Neither the name nor the content says which RDF syntax this is."""

    code = "unknown-syntax"


class EncodingError(InputError):
    """The file is not UTF-8."""

    code = "encoding"


class RdfSyntaxError(InputError):
    """The file is not what its syntax asks for; line and column are said."""

    code = "rdf-syntax"


class NestingError(InputError):
    """The file nests deeper than any honest file does."""

    code = "nesting"


class EntityError(InputError):
    """The XML declares entities, which can read files or explode."""

    code = "entity"


class RemoteContextError(InputError):
    """The JSON-LD asks for a context from the network."""

    code = "remote-context"


class ParserStoppedError(InputError):
    """The parser was stopped: it took too long, or it fell over."""

    code = "parser-stopped"


class NotATreeError(InputError):
    """A blank node is shared or stands in a circle, so it has no place in the layout."""

    code = "not-a-tree"

    def __init__(self, node: str) -> None:
        super().__init__(
            node,
            "This has no place in the layout: a blank node used twice or in a circle, or a form of RDF 1.2.",
            "Give it an IRI.",
        )


class SourceTextError(InputError):
    """A source text is not the one that the spans were taken from."""

    code = "source-text"


class RedefinedFactError(InputError):
    """A user's file says something new of a shipped fact or of its evidence."""

    code = "redefined-fact"


class ReasonerError(InputError):
    """The reasoner cannot take the axioms."""

    code = "reasoner"


class BrokenQuestionError(InputError):
    """A .rq file lacks a part of its header, or the header and the query disagree."""

    code = "broken-question"


class BrokenRuleError(InputError):
    """A rule lacks a part of its header, or is not of the form that can explain itself."""

    code = "broken-rule"


class CyclicRulesError(InputError):
    """Rules that rest on what they themselves conclude."""

    code = "cyclic-rules"


class ProfileError(InputError):
    """A patient profile contradicts itself, cannot be, or is not of its form."""

    code = "profile"


def nearest(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """The names most like this one, best first; case does not count.

    >>> nearest("InterferonGama", ["InterferonGamma", "Dupilumab"])
    ['InterferonGamma']
    """
    from difflib import get_close_matches  # costs 10 ms, needed only when something is wrong

    by_folded: dict[str, str] = {}
    for candidate in names:
        by_folded.setdefault(candidate.casefold(), candidate)
    found = get_close_matches(name.casefold(), list(by_folded), n=most, cutoff=0.5)
    return [by_folded[folded] for folded in found]
