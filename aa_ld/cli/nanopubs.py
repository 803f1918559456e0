"""`aa-ld nanopub`: check signed nanopublications, and send them to a server; and the options of whoever signs."""

from __future__ import annotations

import argparse
import os
import sys
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from aa_ld.cli.arguments import Parser, add_format
from aa_ld.errors import UsageError
from aa_ld.vocab import printable

if TYPE_CHECKING:
    from aa_ld.exchange.keys import Signer
    from aa_ld.publish.sending import Looked

VERBS = ("nanopub",)


def add_nanopub(verbs: argparse._SubParsersAction[Parser]) -> None:
    """The verb nanopub."""
    nanopub_ = verbs.add_parser(
        "nanopub",
        help="check signed nanopublications, or send them to a server",
        examples="Examples:\n  aa-ld publish site/ --key key.pem --orcid YOUR-ORCID\n"
        "  aa-ld nanopub check site/\n  aa-ld nanopub send site/ --dry-run\n  aa-ld nanopub send site/\n"
        "  aa-ld nanopub send site/ --server https://example.org/np/\n",
        description="check: is each file what was signed? Exit status 1 where one is not. send: all are checked, then "
        "each is sent, by default to the server that the network has for tests. What was sent to any other can be "
        "retracted, but never taken back. Needs aa-ld[nanopub] on Python 3.12 or newer.",
    )
    nanopub_.add_argument("action", choices=["check", "send"], help="what to do")
    nanopub_.add_argument(
        "files", nargs="+", metavar="FILE|DIR", help="files of one nanopublication each, or a folder published with --key"
    )  # fmt: skip
    nanopub_.add_argument(
        "--server", metavar="URL", help="where to send them; by default the server for tests"
    )
    nanopub_.add_argument(
        "--dry-run", action="store_true", help="check, and say what would be sent; send nothing"
    )
    add_format(nanopub_, "text", "json")


def add_signing(parser: Parser) -> None:
    """Who signs nanopublications."""
    parser.add_argument(
        "--key", metavar="FILE", help="sign nanopublications with this private RSA key; needs aa-ld[nanopub]"
    )
    parser.add_argument(
        "--orcid", default="", metavar="ORCID", help="your ORCID iD, which stands in what you sign"
    )
    parser.add_argument("--name", default="", metavar="NAME", help="your name, if it shall stand there too")


def signer_of(arguments: Namespace) -> Signer | None:
    """Who signs, by the options of add_signing; None without a key."""
    if not arguments.key:
        if arguments.orcid or arguments.name:
            option = "--orcid" if arguments.orcid else "--name"
            raise UsageError(option, "Nothing is signed without a key.", "Give --key FILE, too.")
        return None
    from aa_ld.exchange.keys import open_signer

    found = open_signer(arguments.key, arguments.orcid, arguments.name, _passphrase)
    if os.name == "posix" and os.stat(arguments.key).st_mode & 0o077:
        sys.stderr.write(
            f"Others on this machine can read {printable(arguments.key, 300)}; chmod 600 ends that.\n"
        )
    return found


def no_signing(arguments: Namespace) -> None:
    """Raise UsageError where something shall be signed that cannot be."""
    if arguments.key or arguments.orcid or arguments.name:
        what = "Only nanopublications are signed."
        raise UsageError("export --key", what, "Say --format nanopub, or leave the key out.")


def _passphrase() -> str:
    """From the environment, or asked for at a terminal; empty where there is neither."""
    from aa_ld.exchange.keys import PASSPHRASE

    found = os.environ.get(PASSPHRASE, "")
    if found or not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return found
    from getpass import getpass

    return getpass("Passphrase of the key: ", sys.stderr)


def nanopub(arguments: Namespace) -> int:
    """Check nanopublications, and send them."""
    from aa_ld.cli.progress import Bar
    from aa_ld.publish.sending import looked_at

    sending = arguments.action == "send"
    if not sending and (arguments.server or arguments.dry_run):
        raise UsageError("nanopub check", "Nothing is sent by check.", "Say nanopub send.")
    with Bar() as bar:
        found = looked_at(arguments.files, bar)
    if not sending:
        return _tell(found, arguments.format)
    wrong = [each for each in found if each.error]
    if wrong and wrong[0].error:
        sys.stderr.write(f"Nothing was sent: {len(wrong)} of {len(found)} files cannot be.\n")
        raise wrong[0].error
    return _send(found, arguments)


def _tell(found: list[Looked], form: str) -> int:
    from aa_ld.cli.output import as_json, say
    from aa_ld.exchange.keys import fingerprint

    wrong = [each for each in found if each.error]
    if form == "json":
        records = [
            {"file": each.path, "valid": True, "iri": each.held.iri, "signedBy": each.held.signer, "key": fingerprint(each.held.key)}
            if each.held
            else {"file": each.path, "valid": False, "error": each.error.code if each.error else "", "message": each.error.what if each.error else ""}
            for each in found
        ]  # fmt: skip
        say(as_json(records))
        return 1 if wrong else 0
    for each in wrong:
        if each.error:
            say(f"{each.path}\n  {each.error.what}\n  {each.error.remedy}")
    who = sorted(
        {
            f"{each.held.signer or 'nobody named'}, key {fingerprint(each.held.key)}"
            for each in found
            if each.held
        }
    )
    say(
        f"{len(found) - len(wrong)} of {len(found)} are what was signed"
        + (f", by {'; '.join(who)}." if who else ".")
    )
    return 1 if wrong else 0


def _send(found: list[Looked], arguments: Namespace) -> int:
    from aa_ld.cli.output import as_json, say
    from aa_ld.publish.sending import send, test_server

    server = arguments.server or test_server()
    held = [each.held for each in found if each.held]
    told: Callable[[str], object] = say if arguments.format == "text" else lambda _: None
    sent: list[str] = []
    if arguments.dry_run:
        size = sum(len(each.text.encode()) for each in held)
        for each in held:
            told(each.iri)
        told(f"{len(held)} nanopublications, {size:,} bytes, would be sent to {server}. Nothing was sent.")
    else:
        try:
            for iri in send(held, server):
                sent.append(iri)
                told(iri)
        finally:
            if len(sent) < len(held):
                sys.stderr.write(
                    f"{len(sent)} of {len(held)} were sent. The rest can be sent by the same call.\n"
                )
        told(f"{len(sent)} nanopublications were sent to {server}.")
    if arguments.format == "json":
        say(as_json({"server": server, "sent": sent, "dryRun": arguments.dry_run}))
    return 0
