"""Requests and replies of HTTP, as far as the rest of the server has to know of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl

from aa_ld.errors import (
    AaLdError,
    BusyError,
    FileTooLargeError,
    InputError,
    QueryRefusedError,
    QueryStoppedError,
    RequestError,
    StoreFolderError,
    UnknownSyntaxError,
    UnknownTermError,
)
from aa_ld.errors.usage import UnknownQuestionError

FORM, QUERY, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
TEXT, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"

_MOST_FIELDS = 1000
_UTF8 = ("utf-8", "utf8", "us-ascii")

#: Status of the answer to an error, of the first kind that it is.
_STATUSES: tuple[tuple[type[AaLdError], int], ...] = (
    (QueryRefusedError, 403),
    (UnknownTermError, 404),
    (UnknownQuestionError, 404),
    (FileTooLargeError, 413),
    (UnknownSyntaxError, 415),
    (BusyError, 503),
    (StoreFolderError, 507),
    (InputError, 400),
)
_STOPPED = {"time": 504, "memory": 507, "size": 507, "crash": 422}


class Request(NamedTuple):
    """A request whose body has been read.

    path     decoded, from the root of the server
    fields   what stands after the question mark, as it came
    headers  names in small letters
    """

    method: str
    path: str
    fields: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def accept(self) -> str:
        """The header Accept."""
        return self.headers.get("accept", "")

    @property
    def kind(self) -> str:
        """The media type of the body."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def check_charset(self) -> None:
        """Raise RequestError where the body is said to be in another encoding than UTF-8."""
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset" and value.strip(" \"'").lower() not in _UTF8:
                raise RequestError("request", "The body is not in UTF-8.", "Send it as UTF-8.", status=415)

    def text(self) -> str:
        """The body as text. Raises RequestError where it is not UTF-8."""
        self.check_charset()
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError:
            raise RequestError("request", "The body is not in UTF-8.", "Send it as UTF-8.") from None


class Reply(NamedTuple):
    """An answer: status, media type, body, and further headers."""

    status: int
    kind: str = ""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def with_headers(self, *headers: tuple[str, str]) -> Reply:
        """The same with more headers."""
        return self._replace(headers=(*self.headers, *headers))


def fields_of(text: str) -> dict[str, list[str]]:
    """Names to values of a form or of what follows a question mark. Raises RequestError where it is none."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise RequestError("request", "The fields are not in UTF-8.", "Encode them as UTF-8.") from None
    except ValueError:
        raise RequestError("request", f"There are more than {_MOST_FIELDS} fields.", "Send fewer.") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def not_allowed(method: str, allowed: Iterable[str]) -> Reply:
    """The answer to a method that is not there."""
    names = ", ".join(allowed)
    text = f"RequestError: request\n  {method} is not allowed here.\n  Use one of {names}.\n"
    return Reply(405, TEXT, text.encode(), (("Allow", names),))


def reply_to(error: AaLdError) -> Reply:
    """The answer that tells an error: the same words as on a terminal, and the status that fits."""
    if isinstance(error, RequestError):
        status = error.status
    elif isinstance(error, QueryStoppedError):
        status = _STOPPED.get(error.reason, 400)
    else:
        status = next((number for kind, number in _STATUSES if isinstance(error, kind)), 400)
    more = {401: (("WWW-Authenticate", 'Bearer realm="aa-ld"'),), 503: (("Retry-After", "1"),)}.get(
        status, ()
    )
    return Reply(status, TEXT, f"{error}\n".encode("utf-8", "replace"), more)
