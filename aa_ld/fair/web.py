"""Asking a web server, as anybody would: GET, with what is accepted, redirects followed, nothing sent that is secret.

The Wire of aa_ld.endpoint stays on one host, since it may carry credentials.
Here there are none, and an IRI at w3id.org leads to another host by design.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import IO, Any, NamedTuple
from urllib.parse import urljoin

from aa_ld import __version__
from aa_ld.errors import RemoteAnswerError, RemoteTimeoutError, UnreachableError
from aa_ld.vocab import printable

#: Seconds that a server may be silent, bytes of an answer, redirects of one request.
IDLE, MOST, HOPS = 20.0, 256 << 20, 8


class Reply(NamedTuple):
    """A whole answer.

    status  of the last server asked
    url     where the answer came from
    kind    its media type, without parameters
    hops    the status of each redirect on the way
    """

    status: int
    url: str
    kind: str
    body: bytes
    hops: tuple[int, ...] = ()


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the redirects are looked at here."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - as the library has it
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """No request."""


_OPENER = urllib.request.build_opener(_Stay())


def send(url: str, accept: str = "*/*") -> Reply:
    """GET a URL, through redirects to other hosts too, and give the answer whatever its status.

    Raises UnreachableError, RemoteTimeoutError, and RemoteAnswerError for an
    answer that is cut off, too large, or leads in a circle or away from the web.
    """
    hops: list[int] = []
    where = url
    while len(hops) <= HOPS:
        if not where.lower().startswith(("http://", "https://")):
            what = f"It leads to {printable(where, 200)}."
            raise RemoteAnswerError(printable(url, 200), what, "Mend the redirect.")
        status, headers, body = _once(where.partition("#")[0], accept)
        if status not in (301, 302, 303, 307, 308) or not headers.get("Location"):
            kind = (headers.get("Content-Type") or "").partition(";")[0].strip().lower()
            return Reply(status, where, kind, body, tuple(hops))
        hops.append(status)
        where = urljoin(where, headers["Location"])
    raise RemoteAnswerError(
        printable(url, 200), f"There are more than {HOPS} redirects.", "Mend the redirects."
    )


def _once(url: str, accept: str) -> tuple[int, Any, bytes]:
    shown = printable(url.partition("://")[2].partition("/")[0], 200)
    headers = {"Accept": accept, "User-Agent": f"aa-ld/{__version__} fair"}
    try:
        with _OPENER.open(urllib.request.Request(url, headers=headers), timeout=IDLE) as response:
            return response.status, response.headers, _body(response, shown)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, _body(error, shown)
    except TimeoutError:
        raise _late(shown) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _late(shown) from None
        said = getattr(error.reason, "strerror", None) or str(error.reason)
        raise _lost(shown, said) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _lost(shown, str(error) or type(error).__name__) from None


def _body(response: Any, shown: str) -> bytes:
    body: bytes = response.read(MOST + 1)
    if len(body) > MOST:
        raise RemoteAnswerError(
            shown, f"The answer is larger than {MOST >> 20} MB.", "This is no publication of ours."
        )
    return body


def _late(shown: str) -> RemoteTimeoutError:
    return RemoteTimeoutError(shown, f"The server was silent for {IDLE:g} seconds.", "Try again later.")


def _lost(shown: str, said: str) -> UnreachableError:
    what = f"No connection, or it broke: {printable(said, 200)}."
    return UnreachableError(shown, what, "Is this machine on the network, and the URL right?")
