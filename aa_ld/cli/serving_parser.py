"""What `aa-ld serve` and `aa-ld mcp` take."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from aa_ld.cli.arguments import Parser, add_source, seconds

_LARGEST = 1 << 40


def add_serve(verbs: argparse._SubParsersAction[Parser]) -> None:
    """The verb serve."""
    serve = verbs.add_parser(
        "serve",
        help="a SPARQL endpoint and a web page on this machine, over the shipped knowledge and files of your own",
        examples="Examples:\n  aa-ld serve --open\n  aa-ld serve --port 0 --data my-facts.ttl\n"
        "  AA_LD_SERVE_TOKEN=… aa-ld serve --update --store my-store/\n",
        description="Answer SPARQL 1.1 over HTTP, for reading; --update lets those write who have the token. "
        "Needs aa-ld[serve]. Ctrl-C ends it.",
    )
    serve.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (127.0.0.1, this machine only)"
    )
    serve.add_argument("--port", type=_whole(0, 65_535), default=7180, help="0 for any free one (7180)")
    serve.add_argument("--open", action="store_true", help="open the page in a browser")
    serve.add_argument(
        "--timeout", type=seconds, default=30.0, metavar="SECONDS", help="stop a query after this long (30)"
    )
    serve.add_argument(
        "--max-rows", type=_whole(1), default=100_000, metavar="N", help="most rows of an answer (100000)"
    )
    serve.add_argument(
        "--max-bytes",
        type=_whole(1),
        default=64 << 20,
        metavar="N",
        help="most bytes of an answer (67108864)",
    )
    serve.add_argument(
        "--memory",
        type=_whole(64),
        default=1024,
        metavar="MB",
        help="most memory that one query may take (1024)",
    )
    serve.add_argument(
        "--workers", type=_whole(0, 256), default=0, metavar="N",
        help="queries that may take long at the same time (as many as there are processors)",
    )  # fmt: skip
    serve.add_argument(
        "--cors", metavar="ORIGIN", help="the origin whose web pages may read answers; * for all"
    )
    serve.add_argument(
        "--update", action="store_true", help="let those write who send the token in AA_LD_SERVE_TOKEN"
    )
    serve.add_argument("--token-file", metavar="FILE", help="the file that holds the token instead")
    serve.add_argument(
        "--store", metavar="DIR", help="keep what is written in this folder, and begin with what it has"
    )
    serve.add_argument("--quiet", action="store_true", help="no line for each request")
    add_source(serve)


def add_mcp(verbs: argparse._SubParsersAction[Parser]) -> None:
    """The verb mcp."""
    mcp = verbs.add_parser(
        "mcp",
        help="a server for assistants (Model Context Protocol) on standard input and output",
        examples="Examples:\n  aa-ld mcp\n  aa-ld mcp --source review\n  aa-ld mcp --data my-facts.ttl\n",
        description="Offer the knowledge, with its evidence, to an assistant that speaks the Model Context Protocol. "
        "Nothing is written and nothing is fetched. Needs aa-ld[mcp]; a client starts it, see docs/mcp.md.",
    )
    add_source(mcp)


def _whole(least: int, most: int = _LARGEST) -> Callable[[str], int]:
    def whole(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else -1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is no whole number from {least} to {most}")
        return value

    return whole
