"""Who we are to a server: from the environment, from netrc, or asked for; never from the command line.

Nothing here is ever printed: `Credentials` shows itself without its secrets,
and `redacted` takes them out of whatever a server or a library says.
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple
from urllib.parse import urlsplit

#: The environment variables that hold a name, a password, and a token.
USER, PASSWORD, TOKEN = "AA_LD_ENDPOINT_USER", "AA_LD_ENDPOINT_PASSWORD", "AA_LD_ENDPOINT_TOKEN"

#: The environment variable that lets them travel unencrypted.
PLAIN = "AA_LD_ENDPOINT_PLAIN"

_SHORTEST = 3  # shorter secrets are not taken out of messages, which would have no words left


class _Fields(NamedTuple):
    user: str = ""
    password: str = ""
    token: str = ""


class Credentials(_Fields):
    """A name with a password, or a token, or nothing.

    >>> Credentials("curator", "secret")
    <Credentials of curator>
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return (
            f"<Credentials of {self.user}>" if self.user else f"<Credentials: {'token' * bool(self.token)}>"
        )

    def __str__(self) -> str:
        return repr(self)

    def redacted(self, text: str) -> str:
        """A text without these secrets, as they are and as Basic authentication writes them.

        >>> Credentials("curator", "secret").redacted("no entry for curator:secret")
        'no entry for curator:•••'
        """
        from base64 import b64encode
        from urllib.parse import quote

        basic = b64encode(f"{self.user}:{self.password}".encode()).decode() if self.user else ""
        secrets = {
            self.password,
            self.token,
            basic,
            quote(self.password, safe=""),
            quote(self.token, safe=""),
        }
        for secret in sorted(secrets, key=len, reverse=True):
            if len(secret) >= _SHORTEST:
                text = text.replace(secret, "•••")
        return text


def find_credentials(url: str) -> Credentials:
    """What the environment or netrc holds for the host of a URL; nothing where they hold nothing.

    The variables are AA_LD_ENDPOINT_USER with AA_LD_ENDPOINT_PASSWORD, or
    AA_LD_ENDPOINT_TOKEN. netrc is the file that the variable NETRC names, or
    ~/.netrc. A netrc that cannot be read counts as none.
    """
    token, user = os.environ.get(TOKEN, ""), os.environ.get(USER, "")
    if token or user:
        return Credentials(user, os.environ.get(PASSWORD, ""), token)
    return _of_netrc(urlsplit(url).hostname or "")


def in_the_clear(url: str) -> bool:
    """Whether what is sent to a URL can be read on the way, and nobody said that this does not matter.

    >>> in_the_clear("http://data.example.org/sparql"), in_the_clear("http://localhost:7878/query")
    (True, False)
    """
    from ipaddress import ip_address

    parts = urlsplit(url)
    if parts.scheme == "https" or os.environ.get(PLAIN):
        return False
    host = parts.hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


def _of_netrc(host: str) -> Credentials:
    import netrc

    path = os.environ.get("NETRC") or os.path.expanduser("~/.netrc")
    try:
        found = netrc.netrc(path).authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return Credentials()
    return Credentials(found[0], found[2] or "") if found else Credentials()


def ask_for_credentials(host: str) -> Credentials | None:
    """Ask a person at a terminal; None where there is no terminal."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    from getpass import getpass

    sys.stderr.write(f"{host} asks who you are.\nName: ")
    sys.stderr.flush()
    user = sys.stdin.readline().strip()
    return Credentials(user, getpass("Password: ", sys.stderr)) if user else None
