"""`aa-ld export` to the formats of others: choose facts, write files, say what was left out."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from aa_ld.ask import DISCLAIMER
from aa_ld.cli.files import check_output, deliver, protect
from aa_ld.cli.nanopubs import no_signing, signer_of
from aa_ld.cli.opening import open_knowledge
from aa_ld.errors import UsageError
from aa_ld.names import Names
from aa_ld.vocab import PREFIXES

if TYPE_CHECKING:
    from aa_ld.exchange import Export
    from aa_ld.exchange.keys import Signer
    from aa_ld.fact import Fact
    from aa_ld.knowledge import Knowledge


def export_exchange(arguments: Namespace, form: str) -> int:
    """Write facts in one of the formats of aa_ld.exchange, by name."""
    from aa_ld.exchange import FORMATS, exported

    chosen = FORMATS[form]
    if form != "nanopub":
        no_signing(arguments)
    signer = signer_of(arguments)
    _check_target(arguments.output, form, one_file=chosen.is_one_file())
    kb = open_knowledge(arguments)
    if arguments.inferred:
        kb.inferred()
    found = _chosen(kb, arguments)
    if not found:
        sys.stderr.write("No facts: the loaded sources state none of this kind. Silence is not a no.\n")
        return 0
    done = exported(kb.layers, found, form)
    if signer:
        done = _signed(kb, done, signer)
    if chosen.is_one_file() and arguments.output is None:
        sys.stdout.write(done.files[chosen.files[0]])
    else:
        if chosen.is_one_file():
            check_output(arguments.output)
        else:
            protect(arguments.output)
        _write(done, arguments.output, one_file=chosen.is_one_file())
    written = len(found) - len(done.skipped)
    where = f" to {arguments.output}" if arguments.output else ""
    sys.stderr.write(f"{'1 fact' if written == 1 else f'{written} facts'} written{where}.\n")
    _tell_skipped(done, Names(kb.layers), arguments.output if not chosen.is_one_file() else None)
    sys.stderr.write(DISCLAIMER + "\n")
    return 0


def _signed(kb: Knowledge, done: Export, signer: Signer) -> Export:
    """What is to be exported, as signed nanopublications."""
    from aa_ld.exchange import read
    from aa_ld.exchange.signing import signed_nanopubs

    return done._replace(
        files={"facts.trig": signed_nanopubs(kb.layers, read(done.files, "nanopub"), signer)}
    )


def _chosen(kb: Knowledge, arguments: Namespace) -> list[Fact]:
    """The facts that match the filters; of these, those that are named, if any are."""
    from aa_ld.facts import FILTERS

    filters = {name: getattr(arguments, name) for name in FILTERS if getattr(arguments, name) is not None}
    found = kb.facts(hedged=arguments.hedged, **filters)
    if not arguments.facts:
        return found
    names = Names(kb.layers)
    named = {names.find(name, PREFIXES["aa"] + "Fact") for name in arguments.facts}
    return [fact for fact in found if fact.iri in named]


def _check_target(target: str | None, format: str, *, one_file: bool) -> None:
    """Raise UsageError where the output cannot be what the format needs: a file, or a folder."""
    if target is None:
        if one_file:
            return
        what, remedy = "This format has several files.", "Name a folder with -o."
    elif one_file and Path(target).is_dir():
        what, remedy = f"{target} is a folder, and this format is one file.", "Name a file."
    elif not one_file and Path(target).exists() and not Path(target).is_dir():
        what, remedy = f"{target} is a file, and this format has several.", "Name a folder."
    else:
        return
    raise UsageError(f"export --format {format}", what, remedy)


def _write(done: Export, target: str, *, one_file: bool) -> None:
    if one_file:
        (text,) = done.files.values()
        deliver(text, target)
        return
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in done.files.items():
        deliver(text, str(folder / name))


def _tell_skipped(done: Export, names: Names, folder: str | None) -> None:
    """Each reason with the facts that were left out for it."""
    reasons: dict[str, list[str]] = {}
    for fact, reason in done.skipped:
        reasons.setdefault(reason, []).append(names.key(fact))
    for reason, keys in sorted(reasons.items()):
        shown = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
        sys.stderr.write(f"Left out, because {reason}: {shown}.\n")
    if done.skipped and folder:
        sys.stderr.write(f"The whole list is {Path(folder) / 'skipped.tsv'}.\n")
