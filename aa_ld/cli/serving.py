"""`aa-ld serve` and `aa-ld mcp`: the knowledge for browsers and queries, and for assistants."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from aa_ld.cli.files import protect
from aa_ld.errors import StoreFolderError, TokenError, UsageError

if TYPE_CHECKING:
    from aa_ld.serve import Served, Settings

#: The environment variable that holds the token.
TOKEN = "AA_LD_SERVE_TOKEN"

_SHORTEST = 16
_MAKE = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"


def serve(arguments: Namespace) -> int:
    """Serve until interrupted."""
    from aa_ld.serve import serve

    settings = _settings(arguments)
    served = serve(settings)
    sys.stdout.write(_greeting(served))
    sys.stdout.flush()
    if not settings.is_local:
        sys.stderr.write(
            f"Warning: {settings.host} can be reached from other machines, and nobody is asked who they are. "
            "Put a proxy with TLS before it; see docs/serve.md.\n"
        )
    if arguments.open:
        import webbrowser

        webbrowser.open(served.url)
    served.run()
    sys.stderr.write("\nEnded.\n")
    return 0


def mcp(arguments: Namespace) -> int:
    """Serve an assistant on standard input and output, until it ends."""
    from aa_ld.mcp import Opened, serve

    opened = Opened(arguments.source, arguments.data, arguments.as_of, arguments.include)
    for warning in opened.warnings():
        sys.stderr.write(warning + "\n")
    if sys.stdin.isatty():
        sys.stderr.write(
            "This speaks the Model Context Protocol on standard input and output: a client starts it, "
            "see docs/mcp.md. Ctrl-D ends it.\n"
        )
    serve(opened)
    return 0


def _settings(arguments: Namespace) -> Settings:
    from aa_ld.serve import Settings

    if not arguments.update and (arguments.store or arguments.token_file):
        what = "Without --update nothing is written, so there is nothing to keep and no token to ask for."
        raise UsageError("serve", what, "Add --update, or leave out --store and --token-file.")
    if arguments.store:
        protect(arguments.store)
        if arguments.data and os.path.exists(os.path.join(arguments.store, "store.nq")):
            what = "The folder holds a store already, and files would be added to it at every start."
            raise StoreFolderError(
                arguments.store, what, "Leave out --data, and push the files to the server."
            )
    return Settings(
        source=arguments.source,
        data=tuple(arguments.data),
        as_of=arguments.as_of,
        include=tuple(arguments.include),
        host=arguments.host,
        port=arguments.port,
        timeout=arguments.timeout,
        max_rows=arguments.max_rows,
        max_bytes=arguments.max_bytes,
        memory=arguments.memory << 20,
        workers=arguments.workers,
        cors=arguments.cors,
        token=_token(arguments.token_file) if arguments.update else "",
        store=arguments.store or "",
        told=not arguments.quiet,
    )


def _token(path: str | None) -> str:
    """The token, from the file or the environment. Raises TokenError where there is none, or a short one."""
    where = path or TOKEN
    try:
        found = open(path, encoding="utf-8").read().strip() if path else os.environ.get(TOKEN, "").strip()  # noqa: SIM115
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise TokenError(where, f"The token cannot be read: {reason}.", f"Make one with {_MAKE}.") from None
    if not found:
        what = "Updates are asked for, and there is no token that says who may make them."
        raise TokenError(where, what, f"Set {TOKEN}, or name a --token-file. Make a token with {_MAKE}.")
    if len(found) < _SHORTEST or not found.isascii() or any(char.isspace() for char in found):
        what = f"The token has fewer than {_SHORTEST} signs, or others than those of ASCII."
        raise TokenError(where, what, f"Make one with {_MAKE}.")
    return found


def _greeting(served: Served) -> str:
    url = served.url
    lines = [
        f"aa-ld serves {served.triples:,} triples at {url}",
        *served.remarks,
        "",
        f"  page      {url}/",
        f"  SPARQL    {url}/sparql",
        f"  questions {url}/questions",
        f"  a term    {url}/AlopeciaAreata",
        "",
        "Try in another terminal:",
        f"  aa-ld ask treatments-toward-th2 --endpoint {url}/sparql",
        f"  curl {url}/sparql --data-urlencode 'query=SELECT ?s {{ ?f a aa:RiskStatement ; rdfs:label ?s }}'",
        "",
        "For research, not medical advice. Ctrl-C ends it.",
    ]
    return "\n".join(lines) + "\n"
