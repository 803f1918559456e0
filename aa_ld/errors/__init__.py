"""Everything that can go wrong, as one family.

    AaLdError
    ├── UsageError                      exit 2: the call has to change
    │   ├── UnknownQuestionError
    │   ├── UnknownParameterError
    │   ├── MissingParameterError
    │   ├── ParameterValueError
    │   ├── DateError
    │   ├── UnknownColumnError
    │   ├── UnknownSourceError
    │   ├── UnknownTermError
    │   ├── UnknownFilterError
    │   ├── FallenFactError
    │   ├── NotExplainableError
    │   ├── QueryRefusedError
    │   ├── QuerySyntaxError
    │   ├── QueryStoppedError
    │   ├── MissingExtraError
    │   ├── ProtectedFileError
    │   ├── AddressError
    │   ├── TokenError
    │   ├── StoreFolderError
    │   ├── ForkError
    │   ├── RequestError
    │   └── BusyError
    ├── RemoteError                     exit 4: a remote service failed
    │   ├── UnreachableError
    │   ├── NotAnEndpointError
    │   ├── AccessDeniedError
    │   ├── RemoteTimeoutError
    │   ├── RemoteAnswerError
    │   ├── RemoteRefusedError
    │   ├── RedirectRefusedError
    │   ├── InTheClearError
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
        ├── ProfileError
        ├── TableError
        ├── NotTabularError
        ├── ExchangeFileError
        ├── MappingSetError
        ├── KeyFileError
        ├── NanopubError
        └── UnresolvedImportError

Each error says what is wrong and where, what is nearest, and what to do next;
its `code` is a heading of docs/errors.md.
"""

from __future__ import annotations

from aa_ld.errors.base import AaLdError, InputError, RemoteError, UsageError, nearest
from aa_ld.errors.input import (
    BrokenQuestionError,
    BrokenRuleError,
    CyclicRulesError,
    EmptyFileError,
    EncodingError,
    EntityError,
    ExchangeFileError,
    FileTooLargeError,
    KeyFileError,
    MappingSetError,
    MissingFileError,
    NanopubError,
    NestingError,
    NotAFileError,
    NotATreeError,
    NotTabularError,
    ParserStoppedError,
    ProfileError,
    RdfSyntaxError,
    ReasonerError,
    RedefinedFactError,
    RemoteContextError,
    SourceTextError,
    TableError,
    UnknownSyntaxError,
    UnresolvedImportError,
)
from aa_ld.errors.remote import (
    AccessDeniedError,
    ChangedValueError,
    InTheClearError,
    NotAnEndpointError,
    NotPushedError,
    RedirectRefusedError,
    RemoteAnswerError,
    RemoteRefusedError,
    RemoteTimeoutError,
    UnreachableError,
    VerificationError,
)
from aa_ld.errors.serving import (
    AddressError,
    BusyError,
    ForkError,
    RequestError,
    StoreFolderError,
    TokenError,
)
from aa_ld.errors.usage import (
    DateError,
    FallenFactError,
    MissingExtraError,
    MissingParameterError,
    NotExplainableError,
    ParameterValueError,
    ProtectedFileError,
    QueryRefusedError,
    QueryStoppedError,
    QuerySyntaxError,
    UnknownColumnError,
    UnknownFilterError,
    UnknownParameterError,
    UnknownQuestionError,
    UnknownSourceError,
    UnknownTermError,
)

__all__ = [
    "AaLdError",
    "AccessDeniedError",
    "AddressError",
    "BrokenQuestionError",
    "BrokenRuleError",
    "BusyError",
    "ChangedValueError",
    "CyclicRulesError",
    "DateError",
    "EmptyFileError",
    "EncodingError",
    "EntityError",
    "ExchangeFileError",
    "FallenFactError",
    "FileTooLargeError",
    "ForkError",
    "InTheClearError",
    "InputError",
    "KeyFileError",
    "MappingSetError",
    "MissingExtraError",
    "MissingFileError",
    "MissingParameterError",
    "NanopubError",
    "NestingError",
    "NotAFileError",
    "NotATreeError",
    "NotAnEndpointError",
    "NotExplainableError",
    "NotPushedError",
    "NotTabularError",
    "ParameterValueError",
    "ParserStoppedError",
    "ProfileError",
    "ProtectedFileError",
    "QueryRefusedError",
    "QueryStoppedError",
    "QuerySyntaxError",
    "RdfSyntaxError",
    "ReasonerError",
    "RedefinedFactError",
    "RedirectRefusedError",
    "RemoteAnswerError",
    "RemoteContextError",
    "RemoteError",
    "RemoteRefusedError",
    "RemoteTimeoutError",
    "RequestError",
    "SourceTextError",
    "StoreFolderError",
    "TableError",
    "TokenError",
    "UnknownColumnError",
    "UnknownFilterError",
    "UnknownParameterError",
    "UnknownQuestionError",
    "UnknownSourceError",
    "UnknownSyntaxError",
    "UnknownTermError",
    "UnreachableError",
    "UnresolvedImportError",
    "UsageError",
    "VerificationError",
    "nearest",
]
