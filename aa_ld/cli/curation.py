"""Commands of the curator: a table in, a table out, one fact by dialogue, two versions compared."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from aa_ld.cli.curation_parser import FORMATS, TABLES
from aa_ld.cli.files import check_output, deliver
from aa_ld.cli.nanopubs import no_signing
from aa_ld.cli.opening import open_knowledge
from aa_ld.cli.output import say
from aa_ld.cli.progress import Bar
from aa_ld.errors import UsageError
from aa_ld.knowledge import SOURCES, load
from aa_ld.names import Names
from aa_ld.vocab import PREFIXES, printable

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple

#: Endings of tables.
_OF_TABLES = (".tsv", ".csv", ".xlsx", ".xlsm")


def import_(arguments: Namespace) -> int:
    """Turn a table of facts into Turtle, checked, all of it or nothing."""
    from aa_ld.curation.importing import import_table, replaced_told, told

    check_output(arguments.output)
    if arguments.template:
        return _template(arguments.output)
    if arguments.file is None:
        raise UsageError("import", "No table is named.", "Name a .tsv or .xlsx file, or give --template.")
    _check_kept(arguments.file, arguments.output)
    kb = load("all", arguments.data)
    with Bar() as bar:
        done = import_table(kb.layers, arguments.file, _texts(arguments.sources), bar)
        del kb  # what is loaded takes as much memory as what is written
        bar("writing", 0, 0)
        turtle = done.to_turtle() if done.conforms and not arguments.check else ""
    remark = replaced_told(done.replaced)
    if remark:
        sys.stderr.write(remark + "\n")
    if done.places:
        (sys.stdout if arguments.check else sys.stderr).write(told(done.places, arguments.file) + "\n")
    count = _counted(len(done.facts))
    if not done.conforms:
        sys.stderr.write(f"Nothing was written: the shapes find fault with this table of {count}.\n")
        return 1
    if arguments.check:
        say(f"{count}, nothing wrong." if not done.places else f"{count}, no fault that bars them.")
        return 0
    deliver(turtle, arguments.output, count)
    return 0


def _check_kept(table: str, output: str | None) -> None:
    """Raise an error where Turtle would be written over the table, or under the name of one."""
    if output and (
        Path(output).resolve() == Path(table).resolve() or Path(output).suffix.lower() in _OF_TABLES
    ):
        what = "What is written is Turtle, and this is the name of a table."
        raise UsageError(output, what, "Let the name after -o end in .ttl.")


def _template(output: str | None) -> int:
    """An empty table, as a workbook where the name says so."""
    from aa_ld.curation.columns import COLUMNS, template

    if output and output.lower().endswith(".xlsx"):
        from aa_ld.curation.workbook import write_book

        meanings = {column.name: column.meaning for column in COLUMNS.values()}
        deliver(write_book([list(COLUMNS)], meanings), output, "a table without facts")
    else:
        deliver(template(), output, "a table without facts")
    return 0


def export(arguments: Namespace) -> int:
    """Give facts as a table that reads back as the same triples, as a workbook, or in a format of others."""
    from aa_ld.facts import FILTERS

    endings = {**{form: form for form in TABLES}, **{end: form for form, end in FORMATS.items() if end}}
    ending = Path(arguments.output or "").suffix.lower().removeprefix(".")
    if arguments.format is None and ending not in ("", "txt", *endings):
        what = f"No format goes with the ending .{printable(ending, 20)}."
        raise UsageError(arguments.output, what, f"Let it end in .{', .'.join(endings)}, or give --format.")
    form = arguments.format or endings.get(ending, "tsv")
    if form in FORMATS:
        from aa_ld.cli.exchanging import export_exchange

        return export_exchange(arguments, form)
    no_signing(arguments)
    check_output(arguments.output)
    if arguments.inferred:
        what = "A conclusion has a derivation in place of evidence lines, and a table has no column for it."
        raise UsageError(f"export --inferred --format {form}", what, f"Take one of {', '.join(FORMATS)}.")
    kb = open_knowledge(arguments)
    filters = {name: getattr(arguments, name) for name in FILTERS if getattr(arguments, name) is not None}
    found = [fact.iri for fact in kb.facts(hedged=arguments.hedged, **filters)]
    if arguments.facts:
        names = Names(kb.layers)
        named = dict.fromkeys(names.find(name, PREFIXES["aa"] + "Fact") for name in arguments.facts)
        found = [iri for iri in named if iri in found]
    if not found:
        sys.stderr.write("No facts: the loaded sources state none of this kind. Silence is not a no.\n")
        return 0
    module, _, function = TABLES[form].partition(":")
    content = getattr(import_module(module), function)(kb.layers, found)
    if isinstance(content, bytes) and arguments.output is None and sys.stdout.isatty():
        what = f"This form is none that a terminal shows ({form})."
        raise UsageError("export", what, f"Give -o FILE.{form}.")
    deliver(content, arguments.output, _counted(len(found)))
    return 0


def add(arguments: Namespace) -> int:
    """Ask for one fact, show it, and write it once that is agreed to."""
    from aa_ld.cli.dialogue import Dialogue

    check_output(arguments.output)
    old = arguments.output if arguments.output and Path(arguments.output).exists() else None
    kb = load("all", [*arguments.data, *([old] if old and old not in arguments.data else [])])
    try:
        done = Dialogue(kb.layers, _texts(arguments.sources)).run()
        if done is None:
            sys.stderr.write("Nothing was written.\n")
            return 1
        _, _, blocks = done.to_turtle().partition("\n\n")  # without the prefixes
        sys.stderr.write(f"\n{blocks}\n")
        target = arguments.output or "standard output"
        sys.stderr.write(f"Write this to {target}? [y/N] ")
        sys.stderr.flush()
        agreed = input().strip().casefold() in ("y", "yes")
    except EOFError:
        sys.stderr.write("\nNothing was written.\n")
        return 1
    if not agreed:
        sys.stderr.write("Nothing was written.\n")
        return 1
    deliver(_joined(old, done.triples), arguments.output, "1 fact")
    return 0


def diff(arguments: Namespace) -> int:
    """Tell what differs between two versions of facts; exit status 1 where something does."""
    from aa_ld.diff import diff as compare
    from aa_ld.diff import read_version
    from aa_ld.terminal import width_of, wrapped

    old, new = read_version(arguments.old), read_version(arguments.new)
    if arguments.axioms or not (_has_facts(old) or _has_facts(new)):
        from aa_ld.axiom_diff import diff_axioms

        axioms = diff_axioms((quad.triple for quad in old), (quad.triple for quad in new))
        say(axioms.to_json() if arguments.format == "json" else axioms.to_text())
        return 1 if axioms else 0
    found = compare(old, new, SOURCES[arguments.source])
    say(found.to_json() if arguments.format == "json" else wrapped(found.to_text(), width_of(sys.stdout)))
    return 1 if found else 0


def _has_facts(quads: Iterable[Quad]) -> bool:
    """Whether anything has evidence, as facts have; an ontology has none."""
    evidence = PREFIXES["aa"] + "evidence"
    return any(quad.predicate.value == evidence for quad in quads)


def _texts(folder: str | None) -> dict[str, str] | None:
    if folder is None:
        return None
    from aa_ld.curation.texts import read_texts

    return read_texts(Path(folder))


def _joined(old: str | None, triples: Iterable[Triple]) -> str:
    """The triples of a file, if there is one, and new ones, as Turtle."""
    from aa_ld.intake import read_rdf
    from aa_ld.turtle import write_turtle

    before = [quad.triple for quad in read_rdf(old)] if old else []
    return write_turtle([*before, *triples])


def _counted(facts: int) -> str:
    return f"{facts:,} fact{'' if facts == 1 else 's'}"
