"""The verb: read, standardise, unite, look for conflicts, pass the gate, and only then put the output in place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from aa_ld.collecting import without_collecting
from aa_ld.errors import UsageError, nearest
from aa_ld.merging import gate, near, words
from aa_ld.merging.aside import Aside, Task
from aa_ld.merging.catalogue import Catalogue
from aa_ld.merging.coherence import disjoint_but_matched
from aa_ld.merging.conflict import ERROR, KINDS, NOTE, SEVERITIES, WARNING, Conflict, ranked
from aa_ld.merging.headers import FOLLOW, KEEP, Plan, folded_axioms, plan, read_catalog, unresolved
from aa_ld.merging.licences import licence_conflicts, stated
from aa_ld.merging.mappings import mapping_conflicts
from aa_ld.merging.output import beside, put, syntax_of, write_as
from aa_ld.merging.reading import (
    AGAINST,
    IMPORTED,
    MAPPING,
    Input,
    Read,
    Spools,
    Told,
    ours,
    read_all,
)
from aa_ld.merging.reading import (
    near as near_ours,
)
from aa_ld.merging.runs import Counts
from aa_ld.merging.terms import term_conflicts

#: What --fail-on takes beside the kinds of conflicts and their severities.
EVERYTHING, NOTHING = "any", "none"


class Options(NamedTuple):
    """How to merge.

    mappings     further mapping sets, in RDF or SSSOM
    with_ours    whether the shipped ontology and facts are an input
    imports      "keep", "drop" or "follow"
    catalog      IRI to file, for imports that are followed
    against      an earlier merge, to compare with
    fail_on      kinds or severities of conflicts that stop the merge; nothing is written then
    hermit       whether HermiT looks at the part near ours too
    """

    mappings: tuple[str, ...] = ()
    with_ours: bool = True
    imports: str = KEEP
    catalog: str = ""
    against: str = ""
    fail_on: tuple[str, ...] = (ERROR,)
    hermit: bool = False


class Source(NamedTuple):
    """An input in the report: what it is, what it holds, and what the others have of it."""

    name: str
    also: tuple[str, ...]
    role: str
    syntax: str
    sha256: str
    triples: int
    repeated: int
    new: int
    shared: int
    respelt: dict[str, int]
    licences: tuple[str, ...]


class Merged(NamedTuple):
    """What a merge did.

    output      the file, or nothing where only the report was wanted, and whether it was written
    triples     of the merged graph
    sources     the inputs
    counts      further counts; lost is what no line of the output stands for
    plan        the ontology header and the imports
    checks      what was checked by what
    conflicts   what was found, gravest first
    stopped     the kinds of conflicts that kept the output from being written
    """

    output: str | None
    written: bool
    triples: int
    sources: tuple[Source, ...]
    counts: dict[str, Any]
    plan: Plan
    checks: tuple[gate.Checked, ...]
    conflicts: tuple[Conflict, ...]
    stopped: tuple[str, ...]


def merge(
    files: Iterable[str],
    output: str | None = None,
    options: Options | None = None,
    told: Told = lambda *_: None,
) -> Merged:
    """Merge files, and the shipped knowledge unless told otherwise, into one file, and say what was done.

    Without an output there is a report only. The output is written only if nothing was found that `fail_on` names; an
    older file of the same name stays as it is until then.

    Raises UsageError for a wrong option or ending, the errors of aa_ld.intake
    for a file that cannot be read, MappingSetError, UnresolvedImportError,
    MissingExtraError, and OSError where the output cannot be written.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     done = merge([], f"{folder}/ours.nt")
    >>> done.written, [c.kind for c in done.conflicts if c.grave == "error"]
    (True, [])
    """
    options = options or Options()
    syntax = syntax_of(output) if output else ""
    check_fail_on(options.fail_on)
    with ExitStack() as stack, without_collecting():
        folder = tempfile.TemporaryDirectory(prefix="aa-ld-", ignore_cleanup_errors=True)
        lines = Path(stack.enter_context(folder)) / "merged.nt"
        sources = _read(files, options, Spools(lines.parent, stack), told)
        aside = Aside(sources, options.with_ours, told)
        stack.callback(aside.stop)
        catalogue = Catalogue(sources)
        given = plan(sources, options.imports)
        packed = (output or "").lower().endswith(".gz")
        task = Task(
            sources, given.added, given.without, folded_axioms(catalogue), lines, options.with_ours,
            lasting=bool(output) and not (syntax or packed),
        )  # fmt: skip
        counts, conflicts, checks = _worked(aside, task, catalogue, told)
        if options.hermit:
            found, more = _reasoned(catalogue, lines, options, conflicts, told)
            conflicts += found
            checks += more
        conflicts = ranked(conflicts)
        stopped = _stopped(conflicts, options.fail_on)
        if output and not stopped:
            told("writing", 0, 0)
            if syntax or packed or not put(lines, output):
                with beside(output) as target:
                    write_as(lines, syntax, target, packed=packed)
        return Merged(
            output, bool(output) and not stopped, counts.written, _sources(sources, counts), _counted(sources, counts), given, tuple(checks),
            tuple(conflicts), stopped,
        )  # fmt: skip


def check_fail_on(wanted: Iterable[str]) -> None:
    """Raise UsageError for a word that is no kind of conflict and no severity."""
    known = [*SEVERITIES, *KINDS, EVERYTHING, NOTHING]
    for word in wanted:
        if word not in known:
            what = f"There is no kind of conflict called {word}."
            raise UsageError(
                "--fail-on", what, f"Use one or more of {', '.join(known)}.", nearest(word, known)
            )


def _read(files: Iterable[str], options: Options, spools: Spools, told: Told) -> list[Read]:
    given = [Input(str(path), (str(path),)) for path in files]
    given += [Input(path, (path,), MAPPING) for path in options.mappings]
    given += [Input(options.against, (options.against,), AGAINST)] if options.against else []
    given = [ours()] * options.with_ours + given
    if not any(each.role != AGAINST for each in given):
        raise UsageError("merge", "There is nothing to merge.", "Name a file, or leave out --without-ours.")
    given = [each._replace(name=name) for each, name in zip(given, _names(given), strict=True)]
    sources = read_all(given, spools, told)
    if options.imports == FOLLOW:
        catalog = read_catalog(options.catalog) if options.catalog else {}
        while missing := unresolved(sources, catalog):
            sources += read_all([Input(iri, (path,), IMPORTED) for iri, path in missing], spools, told)
    return sources


def _names(given: list[Input]) -> list[str]:
    """The last part of each path, or as much of it as tells it from the others."""
    names = [os.path.basename(each.name) for each in given]
    return [
        each.name if names.count(name) > 1 or not name else name
        for each, name in zip(given, names, strict=True)
    ]


def _worked(
    aside: Aside, task: Task, catalogue: Catalogue, told: Told
) -> tuple[Counts, list[Conflict], list[gate.Checked]]:
    """Unite the inputs, look what there is to find, and say what was checked by what."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as beside_us:
        # Beside us another process works, or the engine, which answers without Python's lock.
        doing = beside_us.submit(aside.work, task)
        try:
            conflicts, checks = _look(catalogue, told)
            done = doing.result()
        except BaseException:
            aside.stop()
            raise
    checks += [done.checked] if done.checked else []
    return done.counts, conflicts + done.drifted, checks


def _look(catalogue: Catalogue, told: Told) -> tuple[list[Conflict], list[gate.Checked]]:
    """What is found in the triples that the report needs, and what was checked by what."""
    told("looking", 0, 0)
    found = [*mapping_conflicts(catalogue), *term_conflicts(catalogue), *disjoint_but_matched(catalogue)]
    found += [*licence_conflicts(catalogue.sources), *_no_ontology(catalogue), *gate.harmful(catalogue)]
    fast, checks = gate.fast_check(catalogue)
    return found + fast, checks


def _reasoned(
    catalogue: Catalogue, lines: Path, options: Options, found: list[Conflict], told: Told
) -> tuple[list[Conflict], list[gate.Checked]]:
    """What HermiT finds, beside what was found already."""
    told("reasoning", 0, 0)
    module = (
        near.meaning(catalogue, lines, near_ours(ours()))
        if options.with_ours
        else lines.read_bytes().splitlines()
    )
    return gate.hermit_check(catalogue, module, found)


def _no_ontology(catalogue: Catalogue) -> list[Conflict]:
    terms = {words.SUBCLASS, words.EQUIVALENT, *words.MATCHES, "not"}
    classes = {
        f"<{iri}>".encode()
        for iri in (words.OWL + "Class", words.RDFS + "Class", words.ONTOLOGY, words.OWL + "ObjectProperty")
    }
    found = []
    for source in catalogue.sources:
        typed = {o for _, o in source.rows(words.TYPE)}
        if (
            source.about["syntax"] != "SSSOM"
            and not typed & classes
            and not any(source.tables.get(name) for name in terms)
        ):
            what = (
                f"{source.name} has no class, no property and no mapping: it is data, or not what you meant."
            )
            found.append(Conflict("no-ontology", what, (), (source.name,)))
    return found


def _stopped(conflicts: list[Conflict], fail_on: Iterable[str]) -> tuple[str, ...]:
    wanted = set(fail_on) - {NOTHING}
    if EVERYTHING in wanted:
        wanted |= {ERROR, WARNING, NOTE}
    return tuple(dict.fromkeys(c.kind for c in conflicts if {c.kind, c.grave} & wanted))


def _sources(sources: list[Read], counts: Counts) -> tuple[Source, ...]:
    return tuple(
        Source(
            read.name, tuple(read.names[1:]), read.role, read.about["syntax"], read.sha256, read.about["triples"],
            read.about["triples"] - counts.new[n] - counts.shared[n], counts.new[n], counts.shared[n], read.about["respelt"],
            tuple(stated(read)),
        )
        for n, read in enumerate(sources) if read.role != AGAINST
    )  # fmt: skip


def _counted(sources: list[Read], counts: Counts) -> dict[str, Any]:
    """Further counts. Nothing may be lost: each distinct triple is written, or one stands in its place."""
    own = len(sources)
    distinct = sum(counts.new) + counts.union_of_shared
    result: dict[str, Any] = {
        "read": sum(read.about["triples"] for read in sources if read.role != AGAINST),
        "distinct": distinct - counts.new[own], "added": counts.new[own], "replaced": counts.replaced,
        "lost": distinct - counts.replaced - counts.written,
    }  # fmt: skip
    if any(read.role == AGAINST for read in sources):
        result["against"] = {"gained": counts.gained, "lost": counts.lost, "examples": counts.examples}
    return result
