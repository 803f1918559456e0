"""`aa-ld fair`: how FAIR a publication is, with what fails."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from aa_ld.cli.arguments import Parser, add_format

if TYPE_CHECKING:
    from aa_ld.fair import Fairness

#: Where a folder is said to stand that is published only to be looked at; a name that nobody can have.
_NOWHERE = "https://example.org/aa-ld/"


def add_fair(verbs: argparse._SubParsersAction[Parser]) -> None:
    """The verb fair."""
    fair = verbs.add_parser(
        "fair",
        help="how FAIR a publication is, by the tests of others, with what fails and what to do",
        examples="Examples:\n  aa-ld fair\n  aa-ld fair public/\n  aa-ld fair public/ --only CN1 DOC1\n"
        "  aa-ld fair https://example.org/aa-ld/ --format json\n",
        description="Look at a published folder by the tests of FOOPS!, F-UJI, OBO, SIB and SSSOM: passed, failed with "
        "what to do, or in need of somebody else's register. Only with a URL is anything asked of the network. Exit status 1 "
        "where something failed that can be mended.",
    )
    fair.add_argument(
        "place", nargs="?", metavar="DIR|URL",
        help="the published folder or site; without it, one is published to look at, and goes again",
    )  # fmt: skip
    fair.add_argument("--only", nargs="+", action="extend", default=[], metavar="ID", help="only these tests")
    add_format(fair, "text", "json")


def fair(arguments: Namespace) -> int:
    """Look at a publication, and tell."""
    from aa_ld.cli.output import say
    from aa_ld.fair.outcome import FAILED
    from aa_ld.terminal import width_of, wrapped

    found = _checked(arguments)
    say(found.to_json() if arguments.format == "json" else wrapped(found.to_text(), width_of(sys.stdout)))
    return 1 if found.having(FAILED) else 0


def _checked(arguments: Namespace) -> Fairness:
    from aa_ld.fair import Folder, Site, check

    if arguments.place is not None:
        on_web = arguments.place.lower().startswith(("http://", "https://"))
        return check(Site(arguments.place) if on_web else Folder(arguments.place), arguments.only)
    import os
    import tempfile

    from aa_ld.knowledge import load
    from aa_ld.publish import publish

    if sys.stderr.isatty():
        sys.stderr.write("Publishing into a folder that goes again ...\n")
    with tempfile.TemporaryDirectory() as name:
        folder = os.path.join(name, "published")
        publish(load(), folder, site=_NOWHERE)
        return check(Folder(folder), arguments.only)._replace(where="what aa-ld publish writes")
