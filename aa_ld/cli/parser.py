"""What the command line takes, verb by verb."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from aa_ld import __version__
from aa_ld.cli import fairness, merging, nanopubs, publishing, sources
from aa_ld.cli.arguments import (
    FILE_HELP,
    Parser,
    add_endpoint,
    add_filters,
    add_format,
    add_inferred,
    add_rules,
    add_source,
    add_sources,
    seconds,
)
from aa_ld.cli.curation_parser import add_curation
from aa_ld.cli.ontologies_parser import VERBS as ONTOLOGIES
from aa_ld.cli.ontologies_parser import add_ontologies
from aa_ld.cli.serving_parser import add_mcp, add_serve

Command = Callable[[argparse.Namespace], int]

_EXAMPLES = """\
Examples:
  aa-ld ask treatments-toward-th2          which treatments shift the balance toward Th2?
  aa-ld ask treatments-that-may-worsen     which may worsen matters, in whom, and why?
  aa-ld questions                          all questions that can be asked
  aa-ld explain SF32                       one fact, down to the sentence it rests on
  aa-ld explain dupilumab --why-not treatments-toward-th2
  aa-ld infer                              what follows from the facts, each with its proof
  aa-ld advise --has 'alopecia areata' --has 'extrinsic atopic dermatitis'
  aa-ld draw balance -o balance.svg        a picture of it
  aa-ld facts --hedged                     what the authors hold back on
  aa-ld show IFN-γ                         what a term means and what is said about it
  aa-ld validate my-facts.ttl              check your own facts against the shapes
  aa-ld import my-facts.tsv -o facts.ttl   a table of facts as Turtle; export gives one
  aa-ld merge mondo.owl -o merged.ttl      ontologies of others with ours, and what does not fit
  aa-ld diff old.ttl new.ttl               what changed, and what follows from that
  aa-ld sparql 'SELECT ?f WHERE { ?f a aa:RiskStatement }'
  aa-ld serve --open                       a web page to ask all this, and a SPARQL endpoint
"""


def parse(argv: list[str]) -> tuple[Command, argparse.Namespace]:
    """The verb to run and its arguments. Exits with status 0 on --help, 2 on a wrong call."""
    parser = _parser()
    params: dict[str, str] = {}
    if argv[:1] == ["ask"]:
        argv, params = _take_params(argv, parser)
    arguments = parser.parse_args(argv)
    if arguments.verb is None:
        parser.print_help()
        raise SystemExit(0)
    arguments.params = params
    if arguments.verb == "ask" and arguments.question is None:
        _find_question(arguments, parser)
    from importlib import import_module

    home = next((module for module, verbs in _HOMES.items() if arguments.verb in verbs), "commands")
    name = "import_" if arguments.verb == "import" else arguments.verb  # import is a word of Python's own
    return getattr(import_module(f"aa_ld.cli.{home}"), name), arguments


#: Modules to the verbs whose functions they hold; those of all others are in aa_ld.cli.commands.
_HOMES = {
    "inference": ("infer", "explain", "reason", "advise", "draw"),
    "curation": ("import", "export", "add", "diff"),
    "sources": sources.VERBS,
    "remote": ("push",),
    "ontologies": ONTOLOGIES,
    "publishing": publishing.VERBS,
    "nanopubs": nanopubs.VERBS,
    "serving": ("serve", "mcp"),
    "merging": merging.VERBS,
    "fairness": ("fair",),
}

#: The options of `ask` itself; every other one is a parameter of the question.
_ASK_OPTIONS = ("--source", "--data", "--endpoint", "--as-of", "--include", "--format", "--help", "-h")


def _take_params(argv: list[str], parser: Parser) -> tuple[list[str], dict[str, str]]:
    """The parameters of a question, --name value or --name=value, and the words that are left."""
    rest, params = [], {}
    words = iter(argv)
    for word in words:
        name, given, value = word[2:].partition("=")
        if not word.startswith("--") or word == "--" or f"--{name}" in _ASK_OPTIONS:
            rest.append(word)
            continue
        found = value if given else next(words, None)
        if found is None:
            parser.error(f"--{name} needs a value")
        if name in params:
            parser.error(f"--{name} is given twice")
        params[name] = found
    return rest, params


def _find_question(arguments: argparse.Namespace, parser: Parser) -> None:
    """`ask --data FILE QUESTION`: the last word is the question, unless it is a file."""
    if arguments.data and not os.path.exists(arguments.data[-1]):
        arguments.question = arguments.data.pop()
    if arguments.question is None and (
        arguments.data or arguments.params or arguments.format not in ("table", "json")
    ):
        parser.error("ask needs the name of a question; list them with aa-ld questions")


def _parser() -> Parser:
    parser = Parser(
        prog="aa-ld",
        examples=_EXAMPLES,
        description="Cytokine balance in alopecia areata: what sources say, how firmly, and on what evidence.",
        epilog="For research, not medical advice.",
    )
    parser.add_argument("--version", action="version", version=f"aa-ld {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
    _reading(verbs)
    _inference(verbs)
    _checking(verbs)
    add_curation(verbs)
    add_ontologies(verbs)
    publishing.add_publishing(verbs)
    nanopubs.add_nanopub(verbs)
    sources.add_verbs(verbs)
    _remote(verbs)
    add_serve(verbs)
    merging.add_verbs(verbs)
    add_mcp(verbs)
    fairness.add_fair(verbs)
    return parser


def _reading(verbs: argparse._SubParsersAction[Parser]) -> None:
    ask = verbs.add_parser(
        "ask",
        help="answer a shipped question, with the evidence of every row",
        examples="Examples:\n  aa-ld ask treatments-toward-th2\n"
        "  aa-ld ask outcomes-under-treatment --treatment dupilumab --format json\n"
        '  aa-ld ask "Which statements are hedged, and with which words?"\n',
        description="Answer a shipped question. Its parameters are options: --treatment dupilumab.",
    )
    ask.add_argument(
        "question", nargs="?", metavar="QUESTION", help="name or title; without it, all are listed"
    )
    add_source(ask)
    add_endpoint(ask)
    add_format(ask, "table", "json", "csv", "tsv", "md")

    questions = verbs.add_parser(
        "questions",
        help="list the shipped questions, or describe one",
        examples="Examples:\n  aa-ld questions\n  aa-ld questions mechanism-chain\n",
        description="List the questions that can be asked, or describe one with its parameters.",
    )
    questions.add_argument("name", nargs="?", metavar="QUESTION", help="describe this one")
    add_format(questions, "table", "json")

    facts = verbs.add_parser(
        "facts",
        help="list facts, by what they are about and how firmly they are said",
        examples="Examples:\n  aa-ld facts --about dupilumab\n  aa-ld facts --hedged\n  aa-ld facts --fallen --as-of 2020\n"
        '  aa-ld facts --class "biomarker observation" --certainty reported\n',
        description="List the facts that match every filter given.",
    )
    add_filters(facts)
    facts.add_argument(
        "--fallen",
        action="store_true",
        help="those that do not stand, with the reason, and what fell with them",
    )
    add_inferred(facts)
    add_source(facts)
    add_endpoint(facts)
    add_format(facts, "table", "json")

    show = verbs.add_parser(
        "show",
        help="what a term means, what it is aligned to, what is said about it",
        examples="Examples:\n  aa-ld show IFN-γ\n  aa-ld show aa:PatientWithAlopeciaAreata\n",
        description="Describe a term.",
    )
    show.add_argument("term", metavar="TERM", help="a label, a short name or an IRI")
    add_source(show)
    add_endpoint(show)
    add_format(show, "text", "json")

    sparql = verbs.add_parser(
        "sparql",
        help="run a query of your own",
        examples="Examples:\n  aa-ld sparql 'SELECT ?s WHERE { ?f a aa:RiskStatement ; rdfs:label ?s }'\n"
        "  aa-ld sparql -f query.rq --format csv\n",
        description="Run a read-only SPARQL 1.1 query over the shipped knowledge. Our prefixes are declared.",
    )
    sparql.add_argument("query", nargs="?", metavar="QUERY", help="the query; or use -f")
    sparql.add_argument(
        "-f", "--file", metavar="FILE", help="read the query from a file; - is standard input"
    )
    sparql.add_argument(
        "--timeout", type=seconds, default=30.0, metavar="SECONDS", help="stop after this long (30)"
    )
    add_inferred(sparql)
    add_source(sparql)
    add_endpoint(sparql)
    add_format(sparql, "table", "json", "csv", "tsv", "ttl", "nt")


def _inference(verbs: argparse._SubParsersAction[Parser]) -> None:
    infer = verbs.add_parser(
        "infer",
        help="carry out the rules, and tell what follows from the facts",
        examples="Examples:\n  aa-ld infer\n  aa-ld infer --source review --format ttl > inferred.ttl\n"
        "  aa-ld infer --without SF30\n  aa-ld infer --data my-facts.ttl --rules my-rule.rq\n",
        description="Carry out the rules in memory. Nothing is written; --format ttl or nt gives the layer. "
        "With --endpoint they run inside the server, and what follows replaces its graph inferred.",
    )
    infer.add_argument(
        "--without",
        nargs="+",
        action="extend",
        default=[],
        metavar="FACT",
        help="what falls if these facts go",
    )
    add_rules(infer)
    add_source(infer)
    add_endpoint(infer)
    add_format(infer, "table", "json", "ttl", "nt")

    explain = verbs.add_parser(
        "explain",
        help="a fact, or each fact about a term, with its proof, down to the sentences it rests on",
        examples="Examples:\n  aa-ld explain SF32\n  aa-ld explain dupilumab\n"
        "  aa-ld explain SF32 --sources my-texts/\n"
        "  aa-ld explain 'local immunotherapy' --format mermaid\n"
        "  aa-ld explain omalizumab --why-not treatments-toward-th2\n"
        "  aa-ld explain derived-45389c60 --rules my-rule.rq\n",
        description="Explain a fact, or each fact about a term: scope, hedge, evidence and span; of what follows "
        "by rules the whole proof.",
    )
    explain.add_argument("term", metavar="FACT|TERM", help="identifier, label, short name or IRI")
    explain.add_argument(
        "--why-not", metavar="QUESTION", help="why the treatment is not in the answer to this question"
    )
    add_rules(explain)
    add_source(explain)
    add_endpoint(explain)
    add_sources(explain)
    add_format(explain, "text", "md", "json", "mermaid", "prov")

    reason = verbs.add_parser(
        "reason",
        help="classify the ontology with HermiT, and explain what cannot be",
        examples="Examples:\n  aa-ld reason\n  aa-ld reason my-terms.ttl\n",
        description="Reason over the ontology, and over files of your own beside it. Needs aa-ld[reason]. "
        "Exit status 1 where something cannot be.",
    )
    reason.add_argument("files", nargs="*", metavar="FILE", help=FILE_HELP)
    reason.add_argument(
        "--no-why", action="store_true", help="do not look for the axioms to blame, which takes a while"
    )
    add_format(reason, "text", "json")

    advise = verbs.add_parser(
        "advise",
        help="for a patient profile: the groups it fits, and what speaks for and against each treatment",
        examples="Examples:\n  aa-ld advise --has 'alopecia areata' --has 'extrinsic atopic dermatitis'\n"
        "  aa-ld advise --has 'alopecia areata' --has 'atopic dermatitis' --lab IgE=high --had dupilumab\n"
        "  aa-ld advise --profile patient.json --format md\n",
        description="What loaded sources say for and against each treatment, for one profile. Research information, "
        "not medical advice. Unknowns stay unknown, and nothing is ranked.",
    )
    for name, metavar, meaning in [
        ("has", "DISEASE", "a disease that the patient has"),
        ("lacks", "DISEASE", "a disease that the patient is known not to have"),
        ("lab", "MARKER=high|normal|low", "a laboratory finding"),
        ("had", "TREATMENT[=OUTCOME]", "a treatment given before, as in dupilumab=worsening"),
    ]:
        advise.add_argument(
            f"--{name}", nargs="+", action="extend", default=[], metavar=metavar, help=meaning
        )
    advise.add_argument("--profile", metavar="FILE", help="a profile in JSON or Turtle, instead of the above")
    add_source(advise)
    add_endpoint(advise)
    add_format(advise, "text", "md", "json")

    draw = verbs.add_parser(
        "draw",
        help="a figure as SVG: the balance chart, or the evidence matrix",
        examples="Examples:\n  aa-ld draw balance -o balance.svg\n  aa-ld draw matrix --format table\n"
        "  aa-ld draw balance --treatment dupilumab > dupilumab.svg\n",
        description="Draw a figure from the loaded facts and what follows from them; --format table gives the same "
        "in words.",
    )
    draw.add_argument("figure", metavar="balance|matrix", help="which figure")
    draw.add_argument("--treatment", metavar="TERM", help="one treatment only")
    draw.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to standard output")
    add_source(draw)
    add_format(draw, "svg", "table")


def _checking(verbs: argparse._SubParsersAction[Parser]) -> None:
    validate = verbs.add_parser(
        "validate",
        help="check facts against the shapes, and spans against their texts",
        examples="Examples:\n  aa-ld validate\n  aa-ld validate my-facts.ttl\n"
        "  aa-ld validate --sources my-texts/ --format json\n"
        "  aa-ld validate --profile obo my-ontology.owl\n",
        description="Check the shipped knowledge, or files of your own beside it. Exit status 1 on findings.",
    )
    validate.add_argument("files", nargs="*", metavar="FILE", help=FILE_HELP)
    validate.add_argument("--engine", choices=["sparql", "pyshacl"], default="sparql", help="default: sparql")
    validate.add_argument(
        "--profile",
        choices=["obo"],
        help="obo: the checks that the OBO community runs over an ontology, over FILE or over our release",
    )
    add_sources(validate)
    add_endpoint(validate)
    add_format(validate, "text", "json", "ttl", "sarif")

    format_ = verbs.add_parser(
        "format",
        help="put Turtle files into the one layout of this project",
        examples="Examples:\n  aa-ld format my-facts.ttl\n  aa-ld format --check ontology/ shapes/\n",
        description="Rewrite Turtle files in canonical layout. Comments are not kept; how many go is said.",
    )
    format_.add_argument("files", nargs="+", metavar="FILE|DIR", help="Turtle files, or folders of them")
    format_.add_argument(
        "--check", action="store_true", help="change nothing; exit status 1 where layout differs"
    )

    doctor = verbs.add_parser(
        "doctor",
        help="what is installed, what was found, and whether it works",
        examples="Examples:\n  aa-ld doctor\n",
        description="Look at the installation and say what is missing.",
    )
    add_format(doctor, "text", "json")


def _remote(verbs: argparse._SubParsersAction[Parser]) -> None:
    push = verbs.add_parser(
        "push",
        help="load the knowledge, or RDF files of your own, into a SPARQL server",
        examples="Examples:\n  aa-ld push http://localhost:7878\n"
        "  aa-ld push http://localhost:8890/sparql big.nt.gz --graph https://example.org/mine\n"
        "  aa-ld push http://localhost:3030/ds --graph review\n",
        description="Load graphs so that readers see the old one or the new one, and compare digests before they do. "
        "Credentials come from the environment or netrc, or are asked for; see docs/endpoints.md.",
    )
    push.add_argument("url", metavar="URL", help="the query service of the server, or what has it")
    push.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help=FILE_HELP.replace(", loaded beside the shipped knowledge", ""),
    )
    push.add_argument(
        "--graph",
        nargs="+",
        action="extend",
        default=[],
        metavar="IRI",
        help="where triples of files go that name no graph (graph:data); without files, the layers to push (all)",
    )
    push.add_argument(
        "--swap",
        choices=["move", "version"],
        default="",
        help="exchange graphs, or load versions and point to them; as fits the server if not given",
    )
    add_format(push, "table", "json")
