"""A remote service failed: exit status 4."""

from __future__ import annotations

from collections.abc import Iterable

from aa_ld.errors.base import RemoteError


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


class InTheClearError(RemoteError):
    """A password or a token would travel unencrypted over a network, where others can read it."""

    code = "in-the-clear"


class NotPushedError(RemoteError):
    """The server does not hold the layers that are asked about."""

    code = "not-pushed"


class VerificationError(RemoteError):
    """What the server holds after loading is not what was sent; what stood there before still stands."""

    code = "verification"


class ChangedValueError(RemoteError):
    """The server would keep another value than the one that is sent."""

    code = "changed-value"
