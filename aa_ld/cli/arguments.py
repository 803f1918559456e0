"""The parser of the command line, and the options that verbs share."""

from __future__ import annotations

import argparse
import sys
from typing import Any, NoReturn

FILE_HELP = (
    "an RDF file of your own, loaded beside the shipped knowledge (Turtle, JSON-LD, RDF/XML, ...; .gz too)"
)


class Parser(argparse.ArgumentParser):
    """A parser whose help starts with examples and whose errors name what is nearest."""

    def __init__(self, examples: str = "", **kwargs: Any) -> None:
        self.examples = examples
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs)

    def format_help(self) -> str:
        """Examples first, then what argparse says."""
        return f"{self.examples}\n{super().format_help()}" if self.examples else super().format_help()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is; exit status 2."""
        command = self.prog
        hint = _nearest_choice(message)
        sys.stderr.write(f"{command}: {message}{hint}\n  See {command} --help.\n")
        raise SystemExit(2)


def add_source(parser: Parser) -> None:
    """Which layers count, and files of the user's own."""
    parser.add_argument(
        "--source",
        choices=["review", "all"],
        default="all",
        help="which shipped layers count (all); --data always does",
    )
    parser.add_argument("--data", nargs="+", action="extend", default=[], metavar="FILE", help=FILE_HELP)
    parser.add_argument(
        "--as-of", metavar="DATE", help="the knowledge as it stood then: 2020, 2020-07 or 2020-07-03"
    )
    parser.add_argument(
        "--include",
        choices=["retracted", "superseded", "unsure"],
        action="append",
        default=[],
        help="take in what is left out: facts that do not stand, marked as such, or, for the rules, unsure readings",
    )


def add_endpoint(parser: Parser) -> None:
    """A server that holds the layers."""
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="ask the SPARQL server that the layers were pushed to; see aa-ld push",
    )


def add_sources(parser: Parser) -> None:
    """A folder with the texts of sources."""
    parser.add_argument(
        "--sources", metavar="DIR", help="a folder with the texts of sources, to prove spans against"
    )


def add_filters(parser: Parser) -> None:
    """Which facts are meant; see aa_ld.facts.FILTERS."""
    for name, meaning in [
        ("about", "the term that they speak of"),
        ("certainty", "how firmly they are said"),
        ("polarity", "positive or negative"),
        ("population", "the group that they speak of"),
        ("kind", "the kind of evidence"),
        ("part", "the part of the text, as in 'sentence 9'"),
    ]:
        parser.add_argument(f"--{name}", metavar="TERM", help=meaning)
    parser.add_argument("--class", dest="category", metavar="TERM", help="the class of fact")
    parser.add_argument("--hedged", action="store_true", default=None, help="only those with a hedge")


def add_format(parser: Parser, default: str, *others: str) -> None:
    """The form of what is said; the first is the default."""
    parser.add_argument("--format", choices=[default, *others], default=default, help=f"default: {default}")


def add_inferred(parser: Parser) -> None:
    """Whether what follows by the rules counts too."""
    parser.add_argument(
        "--inferred", action="store_true", help="carry out the rules first, and count what follows too"
    )


def add_rules(parser: Parser) -> None:
    """Rules of the user's own."""
    parser.add_argument(
        "--rules",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="rules of your own beside the shipped",
    )


def seconds(text: str) -> float:
    """A time limit as it is typed. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds between 0 and 86400")
    return value


def _nearest_choice(message: str) -> str:
    """The choice that a mistyped word comes nearest to, taken from argparse's own message."""
    found = message.partition("invalid choice: ")[2]
    if not found:
        return ""
    from aa_ld.errors import nearest

    word, _, choices = found.partition(" (choose from ")
    names = [name.strip(" '\")") for name in choices.split(",")]
    close = nearest(word.strip("'\""), names, most=1)
    return f"\n  Nearest: {close[0]}." if close else ""
