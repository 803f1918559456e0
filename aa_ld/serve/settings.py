"""What a server is started with: what it holds, where it listens, and what a query may take."""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import NamedTuple

#: Most bytes of the body of a request: triples for the graph store, or an update.
MOST_BODY = 32 << 20


class Settings(NamedTuple):
    """All options of `aa-ld serve`.

    source, data, as_of, include   what is held, as for aa_ld.load
    host, port  where it listens; port 0 is any free one
    timeout     seconds that a request may take, from its arrival to its answer
    max_rows    rows, or triples, that an answer may have
    max_bytes   bytes that an answer may have
    memory      bytes that one query may take beside what is held
    workers     queries that may take long at the same time; 0 for as many as there are processors
    cors        the origin whose pages may read answers, "*" for all; None: all, where only public data is read
    token       who may write says this; empty: nobody may
    store       a folder in which changes last; empty: they last as long as the process
    cached      bytes of answers that are kept to be given again; 0 for none
    told        whether a line is written for each request
    """

    source: str = "all"
    data: tuple[str, ...] = ()
    as_of: str | None = None
    include: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 7180
    timeout: float = 30.0
    max_rows: int = 100_000
    max_bytes: int = 64 << 20
    memory: int = 1 << 30
    workers: int = 0
    cors: str | None = None
    token: str = ""
    store: str = ""
    cached: int = 64 << 20
    told: bool = False

    @property
    def most_long(self) -> int:
        """How many queries may take long at the same time."""
        return self.workers or max(os.cpu_count() or 1, 1)

    @property
    def allowed_origin(self) -> str:
        """The origin whose pages may read answers; empty for none.

        What ships is public. What a user added, or may change, is nobody's
        business that the user did not name.
        """
        if self.cors is not None:
            return self.cors
        return "" if self.data or self.token else "*"

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a name or an address is that of this machine itself.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
