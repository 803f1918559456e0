"""What the command line takes for the verbs of the curator."""

from __future__ import annotations

import argparse

from aa_ld.cli.arguments import FILE_HELP, Parser, add_filters, add_format, add_inferred, add_source
from aa_ld.cli.nanopubs import add_signing

#: Tables of facts, each with the function that makes it: opened layers and the IRIs of facts to text or bytes.
TABLES = {
    "tsv": "aa_ld.curation.exporting:export_table",
    "xlsx": "aa_ld.curation.exporting:export_book",
}

#: Formats of others, each with the ending of a file name that means it, if one does; see aa_ld.exchange.
FORMATS = {
    "ttl": "ttl", "nt": "nt", "rdf12": "", "jsonld": "jsonld", "jsonld-by-reference": "",
    "kgx": "", "kgx-jsonl": "", "nanopub": "trig",
}  # fmt: skip

_OUTPUT = "write to this file, not to standard output; never among the files of the package"


def add_curation(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Describe import, export, add and diff."""
    import_ = verbs.add_parser(
        "import",
        help="turn a table of facts into Turtle: all of it, or nothing",
        examples="Examples:\n  aa-ld import --template -o my-facts.xlsx\n  aa-ld import my-facts.xlsx --check\n"
        "  aa-ld import my-facts.tsv -o my-facts.ttl\n  aa-ld import my-facts.xlsx --sources my-texts/\n",
        description="Read a table with a row for each fact and evidence line, check it, and give Turtle. What is wrong "
        "is told by row and column. Exit status 1 where the shapes find something, 3 where cells have to change.",
    )
    import_.add_argument("file", nargs="?", metavar="FILE", help="a table, .tsv or .xlsx")
    import_.add_argument(
        "--template",
        action="store_true",
        help="an empty table with all columns; -o FILE.xlsx gives a workbook",
    )
    import_.add_argument("--check", action="store_true", help="only check; write nothing")
    _add_files(import_)

    export = verbs.add_parser(
        "export",
        help="facts as a table or workbook that reads back as the same, or in a format of others",
        examples="Examples:\n  aa-ld export --about dupilumab -o dupilumab.xlsx\n  aa-ld export SF30 SF32\n"
        "  aa-ld export --inferred --format kgx -o graph/\n  aa-ld export --certainty possible -o facts.jsonld\n"
        "  aa-ld export SF32 --format nanopub --key key.pem --orcid YOUR-ORCID\n",
        description="Give the facts that are named, or else those that match every filter given, as aa-ld facts does. "
        "What a format cannot tell truthfully is left out, and told with the reason.",
    )
    export.add_argument("facts", nargs="*", metavar="FACT", help="identifier, short name or IRI")
    add_filters(export)
    export.add_argument("-o", "--output", metavar="FILE|DIR", help=_OUTPUT)
    add_inferred(export)
    add_source(export)
    export.add_argument(
        "--format", choices=[*TABLES, *FORMATS], help="default: as the name after -o ends, else tsv"
    )
    add_signing(export)

    add = verbs.add_parser(
        "add",
        help="be asked for one fact, question by question",
        examples="Examples:\n  aa-ld add -o my-facts.ttl\n  aa-ld add --sources my-texts/ -o my-facts.ttl\n",
        description="Ask for one fact on the terminal. Each answer is checked before the next is asked; the sentence "
        "and the Turtle are shown before anything is written. A file that exists is added to.",
    )
    _add_files(add)

    diff = verbs.add_parser(
        "diff",
        help="what differs between two versions of facts or of an ontology",
        examples="Examples:\n  aa-ld diff old.ttl new.ttl\n  aa-ld diff old/ontology new/ontology --format json\n  aa-ld diff mondo-2025.owl mondo-2026.owl\n",
        description="Compare two files, or two folders with all Turtle files in them: facts and what follows from them, "
        "or ontologies axiom by axiom. Exit status 1 where they differ.",
    )
    diff.add_argument("old", metavar="OLD", help="a file with facts, or a folder")
    diff.add_argument("new", metavar="NEW", help="the same, later")
    diff.add_argument(
        "--source",
        choices=["review", "all"],
        default="all",
        help="which shipped facts count for what follows (all)",
    )
    diff.add_argument(
        "--axioms",
        action="store_true",
        help="compare ontologies, axiom by axiom; the default where neither version has facts",
    )
    add_format(diff, "text", "json")


def _add_files(parser: Parser) -> None:
    parser.add_argument(
        "--sources", metavar="DIR", help="a folder with the texts that spans are taken from, NAME.txt each"
    )
    parser.add_argument("--data", nargs="+", action="extend", default=[], metavar="FILE", help=FILE_HELP)
    parser.add_argument("-o", "--output", metavar="FILE", help=_OUTPUT)
