"""The command that publishes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aa_ld.cli.arguments import FILE_HELP, Parser
from aa_ld.cli.nanopubs import add_signing, signer_of
from aa_ld.cli.output import say
from aa_ld.cli.progress import Bar
from aa_ld.errors import KeyFileError
from aa_ld.vocab import printable

if TYPE_CHECKING:
    from aa_ld.publish.signed import Tally

VERBS = ("publish",)


def add_publishing(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Describe publish."""
    publish_ = verbs.add_parser(
        "publish",
        help="everything that puts the knowledge on the web, in one folder",
        examples="Examples:\n  aa-ld publish site/\n  aa-ld publish site/ --site https://example.org/aa-ld/\n"
        "  aa-ld publish site.zip\n  aa-ld publish site/ --key key.pem --orcid YOUR-ORCID\n",
        description="Write pages, files for machines and records for archives into a folder, which needs no server of its "
        "own, or into one ZIP file. Nothing is sent anywhere. What was published there before is replaced when the new "
        "is whole; its versions stay.",
    )
    publish_.add_argument("folder", metavar="DIR|FILE.zip", help="where to write; made if there is none")
    publish_.add_argument(
        "--site",
        default="",
        metavar="URL",
        help="where the folder will stand; the rules for w3id.org are made for it",
    )
    add_signing(publish_)
    publish_.add_argument("--data", nargs="+", action="extend", default=[], metavar="FILE", help=FILE_HELP)


def publish(arguments: argparse.Namespace) -> int:
    """Publish into a folder."""
    from aa_ld.cli.files import protect
    from aa_ld.cli.opening import tell_of
    from aa_ld.knowledge import load
    from aa_ld.publish import publish as written

    protect(arguments.folder)
    _keep_apart(arguments.key, arguments.folder)
    signer = signer_of(arguments)
    kb = load("all", arguments.data)
    tell_of(kb, arguments.data)
    with _tidy_when_ended(), Bar() as bar:
        done = written(kb, arguments.folder, bar, site=arguments.site, signer=signer)
    packed = Path(arguments.folder).is_file()
    first = "index.html in it" if packed else Path(arguments.folder) / "index.html"
    say(f"{done.files:,} files in {arguments.folder}. First page: {first}")
    if not arguments.site:
        sys.stderr.write("For the rules of w3id.org say where the folder will stand: --site URL.\n")
    if done.tally:
        _tell_signed(done.tally)
    return 0


@contextmanager
def _tidy_when_ended() -> Iterator[None]:
    """Take away what is half done, too, where a terminal that closes or a machine that shuts down ends the command."""
    import signal  # here, as whoever only asks would wait for it
    import threading

    named = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    here = threading.current_thread() is threading.main_thread()  # no other may say what a signal does
    taken = [number for number in named if here and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _leave(number: int, _: object) -> None:
    sys.exit(128 + number)


def _keep_apart(key: str | None, folder: str) -> None:
    """Raise KeyFileError for a key in the folder to publish, which is replaced and then seen by everybody."""
    if key and Path(key).resolve().is_relative_to(Path(folder).resolve()):
        what = "The key lies in the folder that is published."
        raise KeyFileError(printable(key, 300), what, "Move it where nobody but you can read it.")


def _tell_signed(tally: Tally) -> None:
    said = f"Signed nanopublications: {tally.new} new, {tally.superseding} in the place of earlier ones, {tally.kept} kept"
    sys.stderr.write(
        f"{said}, {tally.retracted} retracted. Nothing was sent; that takes aa-ld nanopub send.\n"
    )
    if tally.foreign:
        sys.stderr.write(
            f"{tally.foreign} that lay there are signed by another key, so they were neither superseded nor retracted.\n"
        )
