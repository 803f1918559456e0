"""What `aa-ld serve` cannot start with, and what it cannot answer."""

from __future__ import annotations

from collections.abc import Iterable

from aa_ld.errors.base import UsageError


class AddressError(UsageError):
    """The address cannot be listened on: it is taken, not of this machine, or not allowed."""

    code = "address"


class TokenError(UsageError):
    """Updates are asked for, and nothing says who may make them."""

    code = "token"


class StoreFolderError(UsageError):
    """The folder for updates cannot be used."""

    code = "store-folder"


class ForkError(UsageError):
    """This system cannot copy a process, which `aa-ld serve` rests on."""

    code = "fork"


class RequestError(UsageError):
    """An HTTP request that is not one of SPARQL 1.1; `status` is the status of the answer."""

    code = "request"

    def __init__(
        self, where: str, what: str, remedy: str, nearest: Iterable[str] = (), *, status: int = 400
    ) -> None:
        super().__init__(where, what, remedy, nearest)
        self.status = status


class BusyError(UsageError):
    """Too many queries at once; this one was not begun, or made room for others."""

    code = "busy"
