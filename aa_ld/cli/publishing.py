"""The command that publishes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from aa_ld.cli.arguments import FILE_HELP, Parser
from aa_ld.cli.files import protect
from aa_ld.cli.output import say
from aa_ld.cli.progress import Bar

VERBS = ("publish",)


def add_publishing(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Describe publish."""
    publish_ = verbs.add_parser(
        "publish",
        help="everything that puts the knowledge on the web, in one folder",
        examples="Examples:\n  aa-ld publish site/\n  aa-ld publish site/ --site https://example.org/aa-ld/\n",
        description="Write pages, files for machines and records for archives into a folder, which needs no server of its "
        "own. Nothing is sent anywhere. A folder that was published before is replaced when the new one is whole; its "
        "versions stay.",
    )
    publish_.add_argument("folder", metavar="DIR", help="where to write; made if there is none")
    publish_.add_argument(
        "--site",
        default="",
        metavar="URL",
        help="where the folder will stand; the rules for w3id.org are made for it",
    )
    publish_.add_argument("--data", nargs="+", action="extend", default=[], metavar="FILE", help=FILE_HELP)


def publish(arguments: argparse.Namespace) -> int:
    """Publish into a folder."""
    from aa_ld.knowledge import load
    from aa_ld.publish import publish as written

    protect(arguments.folder)
    kb = load("all", arguments.data)
    with Bar() as bar:
        count = written(kb, arguments.folder, bar, site=arguments.site)
    say(f"{count:,} files in {arguments.folder}. First page: {Path(arguments.folder) / 'index.html'}")
    if not arguments.site:
        sys.stderr.write("For the rules of w3id.org say where the folder will stand: --site URL.\n")
    return 0
