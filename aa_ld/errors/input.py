"""The input has to change: exit status 3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aa_ld.errors.base import InputError


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


class TableError(InputError):
    """Rows or cells of a table have to change; nothing of it was taken.

    `faults` holds all that is wrong, by row and column; aa_ld.curation.faults says what one is.
    """

    code = "table"

    def __init__(self, where: str, what: str, remedy: str, faults: Iterable[Any] = ()) -> None:
        super().__init__(where, what, remedy)
        self.faults = list(faults)


class NotTabularError(InputError):
    """A fact says something for which the table has no column."""

    code = "not-tabular"


class ExchangeFileError(InputError):
    """A file is not of the form that an export of facts has."""

    code = "exchange-file"


class MappingSetError(InputError):
    """A mapping set lacks a column, a prefix or an identifier."""

    code = "mapping-set"


class UnresolvedImportError(InputError):
    """An ontology imports another that is not at hand."""

    code = "unresolved-import"


class KeyFileError(InputError):
    """The file is no private key that can sign."""

    code = "key-file"


class NanopubError(InputError):
    """The nanopublication is not signed, not what was signed, or cannot be signed."""

    code = "nanopublication"
