"""HTTP, with care: who gets credentials, how long to wait, what may be sent twice, what counts as an answer.

Standard library only. Every request of the package to a server goes through
`Wire.send`. An answer that is cut off is a failure, whatever its status says.
"""

from __future__ import annotations

import http.client
import random
import ssl
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from typing import IO, Any, NamedTuple, NoReturn
from urllib.parse import urlsplit

from aa_ld import errors
from aa_ld.endpoint.credentials import PLAIN, USER, Credentials, ask_for_credentials, in_the_clear
from aa_ld.vocab import printable

#: Seconds without a sign of life; seconds for a whole answer; tries of what may be sent again.
IDLE, WHOLE, TRIES = 60.0, 3600.0, 6

_AGAIN = (429, 502, 503, 504)
_LONGEST_WAIT = 30.0
_BLOCK = 1 << 16
_MOST = 1 << 30  # bytes of an answer


class Answer(NamedTuple):
    """A whole answer of a server: status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Wire:
    """The way to one server.

    credentials  who we are; asked for at a terminal where the server wants to know and nothing is given
    idle         seconds that a connection may be silent
    whole        seconds that one answer may take in all
    tries        how often what may be sent again is sent
    pause        seconds before the second try; later ones wait longer
    """

    def __init__(  # noqa: PLR0913
        self,
        url: str,
        credentials: Credentials,
        *,
        idle: float = IDLE,
        whole: float = WHOLE,
        tries: int = TRIES,
        pause: float = 0.5,
    ) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self.credentials = credentials
        self.idle, self.whole, self.tries, self.pause = idle, whole, tries, pause
        self._digest = _Digest(credentials)
        self._opener = urllib.request.build_opener(
            _StayHere(), self._digest, urllib.request.HTTPSHandler(context=ssl.create_default_context())
        )
        self._asked = False

    def send(
        self, request: urllib.request.Request, *, again: bool, patience: float = 0.0, tries: int = 0
    ) -> Answer:
        """Send a request, give the whole answer.

        again  whether sending it twice does no more than sending it once; only
               then is it tried again after a lost connection, 429 or 503
        patience  seconds that the server may be silent, if more than usual
        tries     how often at most, if not as usual

        Raises RemoteError: UnreachableError, AccessDeniedError,
        RemoteTimeoutError, RemoteAnswerError (cut off), RemoteRefusedError
        (with its status) and RedirectRefusedError.
        """
        tries = tries or self.tries
        for count in range(1, tries + 1):
            try:
                return self._once(request, max(patience, self.idle))
            except _Lost as lost:
                if not again or count == tries:
                    raise lost.error from None
                time.sleep(max(lost.wait, self.pause * 2 ** (count - 1) * random.uniform(0.5, 1.0)))
        raise AssertionError("a loop that always ends within")

    def _once(self, request: urllib.request.Request, idle: float) -> Answer:
        if self.credentials.token:
            check_way(request.full_url, "token")
            request.add_unredirected_header("Authorization", f"Bearer {self.credentials.token}")
        setattr(request, "answered", False)  # noqa: B010 - whether a challenge was answered in this sending
        began = time.monotonic()
        try:
            with self._opener.open(request, timeout=idle) as response:
                return self._whole(response, began, max(self.whole, idle))
        except urllib.error.HTTPError as error:
            with error:
                return self._refused(request, error, idle)
        except errors.AaLdError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise self._no_trust(error) from None
        except urllib.error.URLError as error:
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise self._no_trust(error.reason) from None
            self._lost(error.reason if isinstance(error.reason, BaseException) else error)
        except (OSError, http.client.HTTPException) as error:
            self._lost(error)

    def _whole(self, response: Any, began: float, most: float) -> Answer:
        """Read an answer to its end; the end has to be where the headers say."""
        blocks, size = [], 0
        while block := response.read1(_BLOCK):
            blocks.append(block)
            size += len(block)
            if time.monotonic() - began > most:
                raise _Lost(self._late())
            if size > _MOST:
                raise self._error(
                    errors.RemoteAnswerError, f"The answer is larger than {_MOST >> 20} MB.", "Ask for less."
                )
        if response.length:  # what Content-Length promised and nobody sent; chunks are counted by the library
            raise http.client.IncompleteRead(b"", response.length)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, headers, b"".join(blocks))

    def _refused(self, request: urllib.request.Request, error: urllib.error.HTTPError, idle: float) -> Answer:
        status = error.code
        if status == 401 and not self._asked and not any(self.credentials):
            self._asked = True
            found = ask_for_credentials(self.host)
            if found:
                self.credentials = self._digest.credentials = found
                return self._once(request, idle)
        said = self._said(error)
        if status in (401, 403):
            what = f"The server answers {status}: {said or 'it wants to know who you are'}"
            remedy = f"Set {USER} and its password or token, or write them to netrc; see docs/endpoints.md."
            raise self._error(errors.AccessDeniedError, what, remedy)
        what = f"The server answers {status}: {said or error.reason or 'and says nothing'}"
        refused = errors.RemoteRefusedError(
            self.host, self._plain(what), "What the server says is the place to begin.", status=status
        )
        # 504 of a gateway may be gone when tried again; of aa-ld serve it is the time limit of the query.
        if status in _AGAIN and not (status == 504 and error.headers.get("Server", "").startswith("aa-ld")):
            raise _Lost(refused, _wait_of(error.headers.get("Retry-After")))
        raise refused

    def _said(self, error: urllib.error.HTTPError) -> str:
        try:
            text = error.read(2000).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return ""
        return printable(" ".join(text.split()), 300)

    def _lost(self, reason: BaseException) -> NoReturn:
        if isinstance(reason, TimeoutError):
            raise _Lost(self._late()) from None
        if isinstance(reason, http.client.IncompleteRead):
            what, kind = "The answer is cut off before its end.", errors.RemoteAnswerError
            raise _Lost(self._error(kind, what, "Try again; a limit on the way may cut it.")) from None
        said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        what = f"No connection, or it broke: {said}."
        raise _Lost(self._error(errors.UnreachableError, what, "Is the server running, and the URL right?"))

    def _late(self) -> errors.RemoteError:
        what = f"The server was silent for {self.idle:g} seconds, or took longer than {self.whole:g} in all."
        return self._error(errors.RemoteTimeoutError, what, "Ask for less, or try again later.")

    def _no_trust(self, error: ssl.SSLCertVerificationError) -> errors.RemoteError:
        what = f"The certificate is not trusted: {error.verify_message}."
        remedy = "Nothing was sent. Set SSL_CERT_FILE to the certificate of its authority, if you trust it."
        return self._error(errors.UnreachableError, what, remedy)

    def _error(self, kind: type[errors.RemoteError], what: str, remedy: str) -> errors.RemoteError:
        return kind(self.host, self._plain(what), remedy)

    def _plain(self, text: str) -> str:
        return printable(self.credentials.redacted(text), 600)


class _Lost(Exception):  # noqa: N818
    """A failure that may be gone when tried again, after so many seconds at least."""

    def __init__(self, error: errors.RemoteError, wait: float = 0.0) -> None:
        super().__init__(error)
        self.error = error
        self.wait = wait


def check_way(url: str, secret: str) -> None:
    """Raise InTheClearError where a secret would be sent unencrypted to another machine."""
    if in_the_clear(url):
        what = f"The {secret} would travel unencrypted, where others can read it. Nothing was sent."
        remedy = f"Give the https: URL of the server; set {PLAIN}=1 if the network is yours alone."
        raise errors.InTheClearError(printable(urlsplit(url).netloc, 300), what, remedy)


def _wait_of(said: str | None) -> float:
    """The seconds that Retry-After asks for, as number or date, within reason."""
    if not said:
        return 0.0
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(said).timestamp() - time.time()
        except (TypeError, ValueError):
            return 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT)


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows a redirect of a GET on the same host, and no other: elsewhere nothing is sent."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - as the library has it
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        where = printable(f"{new.scheme}://{new.hostname}{new.path}", 300)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc) or req.get_method() not in ("GET", "HEAD"):
            raise errors.RedirectRefusedError(
                old.netloc,
                f"The server sends this request to {where} ({code}), where nothing was sent.",
                "If that is the place, give its URL.",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Digest(urllib.request.AbstractDigestAuthHandler, urllib.request.BaseHandler):
    """Answers a challenge, Basic or Digest, and from then on says who we are unasked.

    The library would send every body twice: once to be refused, once more.
    """

    handler_order = 490

    def __init__(self, credentials: Credentials) -> None:
        super().__init__(_Passwords(self))
        self.credentials = credentials
        self._challenge = ""

    def https_request(self, request: urllib.request.Request) -> urllib.request.Request:
        if self._challenge and not self.credentials.token:
            self._add(request)
        return request

    http_request = https_request

    def http_error_401(  # as the library has it
        self, req: urllib.request.Request, _fp: IO[bytes], _code: int, _msg: str, headers: Any
    ) -> Any:
        """Try again with what the challenge asks for; a second refusal is one."""
        offered = headers.get_all("WWW-Authenticate") or []
        known = [each for each in offered if each.lower().startswith(("digest ", "basic"))]
        if not self.credentials.user or not known or getattr(req, "answered", True):
            return None
        setattr(req, "answered", True)  # noqa: B010
        self._challenge = next((each for each in known if each.lower().startswith("digest ")), known[0])
        return self.parent.open(req, timeout=req.timeout)

    def _add(self, request: urllib.request.Request) -> None:
        scheme, _, rest = self._challenge.partition(" ")
        if scheme.lower() == "basic":
            from base64 import b64encode

            check_way(request.full_url, "password")
            pair = f"{self.credentials.user}:{self.credentials.password}".encode()
            request.add_unredirected_header("Authorization", f"Basic {b64encode(pair).decode()}")
            return
        pairs = urllib.request.parse_http_list(rest)
        found = self.get_authorization(request, urllib.request.parse_keqv_list(pairs))
        if found:
            request.add_unredirected_header("Authorization", f"Digest {found}")


class _Passwords(urllib.request.HTTPPasswordMgr):
    """The one name and password of a server, whatever realm it speaks of."""

    def __init__(self, handler: _Digest) -> None:
        super().__init__()
        self.handler = handler

    def find_user_password(self, _realm: str, _authuri: str) -> tuple[str | None, str | None]:
        who = self.handler.credentials
        return (who.user, who.password) if who.user else (None, None)
