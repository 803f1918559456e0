"""What the command line takes for the verbs on ontologies."""

from __future__ import annotations

import argparse

from aa_ld.cli.arguments import Parser, add_format

VERBS = ("extract", "align", "release")


def _share(text: str) -> float:
    """A number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1")
    return value


def add_ontologies(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Describe extract, align and release."""
    extract = verbs.add_parser(
        "extract",
        help="the part of a large ontology that some terms need",
        examples="Examples:\n  aa-ld extract MONDO:0005340 --from mondo.owl -o alopecia.ttl\n"
        "  aa-ld extract CL:0000084 --from cl.owl --method module -o t-cell.ttl\n"
        "  aa-ld extract --from mondo.owl -o for-aa.ttl        all terms to which ours are aligned\n",
        description="Take terms, all that is wider and what is said of them (subset), or all axioms that bear on them "
        "(module: whatever follows about them from the whole follows from the part). The part names its source.",
    )
    extract.add_argument(
        "terms",
        nargs="*",
        metavar="TERM",
        help="IRIs, PREFIX:ID or labels; default: all to which ours are aligned",
    )
    extract.add_argument(
        "--from",
        required=True,
        metavar="FILE",
        help="the ontology, in any RDF syntax or in OWL functional or Manchester syntax, .gz too; or ours",
    )
    extract.add_argument("--method", choices=["subset", "module"], default="subset", help="default: subset")
    extract.add_argument(
        "-o", "--output", metavar="FILE", help="write here, .ttl or .nt, not to standard output"
    )

    align = verbs.add_parser(
        "align",
        help="propose mappings between ontologies, each with what speaks for it",
        examples="Examples:\n  aa-ld align mondo.owl                       ours to another\n"
        "  aa-ld align doid.owl mondo.owl -o proposals.sssom.tsv\n"
        "  aa-ld align mondo.nt mesh.nt --measure mondo_exactmatch_mesh.sssom.tsv\n",
        description="Compare labels, synonyms and identifiers of two ontologies. Nothing is accepted: proposals are to be "
        "looked at. Pairs that a mapping set states or denies are not proposed.",
    )
    align.add_argument("files", nargs="+", metavar="FILE", help="one ontology, to align ours to it, or two")
    align.add_argument(
        "--mappings",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="SSSOM tables: what was curated or denied",
    )
    align.add_argument(
        "--measure", metavar="FILE", help="a SSSOM table of known mappings: say how many proposals are right"
    )
    align.add_argument(
        "--least", type=_share, default=0.5, metavar="N", help="the least confidence, 0 to 1 (0.5)"
    )
    align.add_argument("-o", "--output", metavar="FILE", help="write the proposals here as a SSSOM table")
    add_format(align, "text", "json", "sssom")

    release = verbs.add_parser(
        "release",
        help="the ontology as others load it: OWL, OBO, JSON-LD, mappings",
        examples="Examples:\n  aa-ld release products/\n  aa-ld release products/ --with for-aa.ttl     makes aa-full too\n",
        description="Write aa.owl, aa.ttl, aa.jsonld, aa.nt, aa.obo, aa-base and aa.sssom.tsv into a folder, with the "
        "annotations that others look for. aa-full is ours with the parts of others that are given.",
    )
    release.add_argument("folder", metavar="DIR", help="where to write; made if there is none")
    release.add_argument(
        "--with",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="parts of other ontologies; see aa-ld extract",
    )
    add_format(release, "text", "json")
