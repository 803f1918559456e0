"""`aa-ld merge`: ontologies of others with ours into one file, and a report of what was done."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace

from aa_ld.cli.arguments import Parser

VERBS = ("merge",)


def add_verbs(verbs: argparse._SubParsersAction[Parser]) -> None:
    """The parser of `merge`."""
    verb = verbs.add_parser(
        "merge",
        help="merge ontologies and mappings of others with ours into one file, and report conflicts",
        examples="Examples:\n  aa-ld merge mondo.owl cl.owl -o merged.ttl\n"
        "  aa-ld merge doid.owl --mappings doid_mesh.sssom.tsv -o merged.nt.gz --report merge.html\n"
        "  aa-ld merge a.owl b.owl --without-ours -o both.owl --fail-on unsatisfiable,contradiction\n"
        "  aa-ld merge ro.owl -o merged.ttl --imports follow --catalog catalog-v001.xml --hermit\n",
        description="Merge files into one graph in one spelling, and say what came from where and what does not go together. "
        "The shipped ontology and facts are an input too. The output is written whole or not at all: not where "
        "something is found that --fail-on names. Exit status 1 then.",
    )
    verb.add_argument(
        "files", nargs="*", metavar="FILE",
        help="RDF in any common syntax, OWL functional or Manchester syntax, or SSSOM mappings (TSV); .gz too",
    )  # fmt: skip
    verb.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="the merged file, without which there is a report only; its ending says the syntax (.ttl .nt .nq .trig .owl .jsonld, .gz)",
    )
    verb.add_argument("--report", metavar="FILE", help="write the whole report here: .txt, .json or .html")
    verb.add_argument("--without-ours", action="store_true", help="leave out the shipped ontology and facts")
    verb.add_argument(
        "--mappings",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="mapping sets, in SSSOM or RDF",
    )
    verb.add_argument(
        "--imports",
        choices=["keep", "follow", "drop"],
        default="keep",
        help="what becomes of owl:imports: kept as they are (default), followed by --catalog, or dropped; nothing is ever fetched",
    )
    verb.add_argument("--catalog", metavar="FILE", default="", help="where imports lie: a catalog-v001.xml")
    verb.add_argument(
        "--against",
        metavar="FILE",
        default="",
        help="an earlier merge; the report tells what is new and what is gone",
    )
    verb.add_argument(
        "--fail-on",
        metavar="WORD,…",
        default="unsatisfiable,inconsistent,ours-redefined,answer-drift,inferred-drift",
        help="kinds of conflicts, or error, warning, note, any, none (%(default)s)",
    )
    verb.add_argument(
        "--hermit", action="store_true", help="let HermiT look at the part near ours too; needs aa-ld[reason]"
    )
    verb.add_argument("--all", action="store_true", help="show every conflict, not the first few of a kind")


def merge(arguments: Namespace) -> int:
    """Merge, and report; exit status 1 where the output was not written."""
    from aa_ld.cli.files import check_output, deliver
    from aa_ld.cli.progress import Bar
    from aa_ld.collecting import left_to_the_system, without_collecting
    from aa_ld.merging.merged import Options
    from aa_ld.merging.merged import merge as merge_files
    from aa_ld.merging.report import as_text
    from aa_ld.terminal import styled, width_of

    check_output(arguments.output)
    ending = _report_ending(arguments.report)
    options = Options(
        tuple(arguments.mappings), not arguments.without_ours, arguments.imports, arguments.catalog, arguments.against,
        tuple(word for word in arguments.fail_on.split(",") if word), arguments.hermit,
    )  # fmt: skip
    with Bar() as bar, without_collecting():
        done = merge_files(arguments.files, arguments.output, options, bar)
        left_to_the_system()
    if arguments.report:
        deliver(_written(done, ending), arguments.report)
    width, style = width_of(sys.stdout), styled(sys.stdout)
    sys.stdout.write(as_text(done, width, style=style, most=0 if arguments.all else 5))
    if arguments.output and not done.written:
        sys.stderr.write(
            f"Not written, because of {', '.join(done.stopped)}. An older {arguments.output} stays as it was.\n"
        )
    return 1 if done.stopped else 0


def _report_ending(name: str | None) -> str:
    from aa_ld.cli.files import check_output
    from aa_ld.errors import UsageError

    if name is None:
        return ""
    check_output(name)
    ending = name.lower().rsplit(".", 1)[-1]
    if ending not in ("txt", "json", "html"):
        raise UsageError(name, "The ending says no form of a report.", "Use .txt, .json or .html.")
    return ending


def _written(done: object, ending: str) -> str:
    from aa_ld.merging.merged import Merged
    from aa_ld.merging.page import as_page
    from aa_ld.merging.report import as_json, as_text

    assert isinstance(done, Merged)
    forms = {"json": as_json, "html": as_page}
    return forms[ending](done) if ending in forms else as_text(done, most=0)
