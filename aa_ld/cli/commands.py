"""One function a verb: open what is asked for, call the verb, print what came back."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from aa_ld.ask import DISCLAIMER
from aa_ld.cli.opening import open_knowledge, texts_of
from aa_ld.cli.output import as_json, say, write
from aa_ld.errors import UsageError
from aa_ld.knowledge import Knowledge, load, load_edited
from aa_ld.names import Names
from aa_ld.terminal import answer_markdown, answer_text, facts_text, grid, styled, width_of, wrapped
from aa_ld.vocab import compact

if TYPE_CHECKING:
    from aa_ld.report import Finding, Report


def ask(arguments: Namespace) -> int:
    """Answer a question."""
    if arguments.question is None:
        return questions(Namespace(name=None, format="json" if arguments.format == "json" else "table"))
    answer = open_knowledge(arguments).ask(arguments.question, **arguments.params)
    if arguments.format == "table":
        say(answer_text(answer, width_of(sys.stdout), styled(sys.stdout)))
    elif arguments.format == "md":
        say(answer_markdown(answer))
    else:
        write(answer.serialize(arguments.format))
        for note in [*answer.about(), *answer.readings(), *answer.notes()]:
            sys.stderr.write(note + "\n")
    return 0


def questions(arguments: Namespace) -> int:
    """List the questions, or describe one."""
    from aa_ld.question import find_question, read_questions

    found = [find_question(arguments.name)] if arguments.name else list(read_questions().values())
    if arguments.format == "json":
        say(as_json([q.record() for q in found]))
    elif arguments.name:
        say(wrapped(_question_text(found[0]), width_of(sys.stdout)))
    else:
        say(
            "\n".join(
                grid(["question", "what it asks"], [[q.name, q.title] for q in found], width_of(sys.stdout))
            )
        )
        say("\nAsk one with aa-ld ask QUESTION; see its parameters with aa-ld questions QUESTION.")
    return 0


def facts(arguments: Namespace) -> int:
    """List facts."""
    from aa_ld.explain import Explanation
    from aa_ld.facts import FILTERS

    kb = open_knowledge(arguments)
    if arguments.fallen:
        return _fallen(kb, arguments)
    if arguments.inferred:
        kb.inferred()
    filters = {name: getattr(arguments, name) for name in FILTERS if getattr(arguments, name) is not None}
    found = kb.facts(hedged=arguments.hedged, **filters)
    names = Names(kb.layers)
    if arguments.format == "json":
        say(Explanation("facts", found, names, {}, {}, {}).to_json())
        sys.stderr.write(DISCLAIMER + "\n")
    elif found:
        say(facts_text(found, names, width_of(sys.stdout)))
        count = "1 fact" if len(found) == 1 else f"{len(found)} facts"
        say(
            wrapped(
                f"\n{count}. See what one rests on with aa-ld explain ID.\n{DISCLAIMER}", width_of(sys.stdout)
            )
        )
    else:
        say("No facts: the loaded sources state none of this kind. Silence is not a no.")
    return 0


def _fallen(kb: Knowledge, arguments: Namespace) -> int:
    """List what does not stand, facts and then conclusions, with the reason."""
    items = kb.fallen()
    if arguments.format == "json":
        record = [
            {"id": item.fact.id, "fact": compact(item.fact.iri), "sentence": item.fact.sentence,
             "derived": item.fact.derivation is not None, "kind": item.reason.kind, "why": item.why}
            for item in items
        ]  # fmt: skip
        say(as_json(record))
    elif items:
        body = [[item.fact.id or compact(item.fact.iri)[:21], item.fact.sentence, item.why] for item in items]
        say("\n".join(grid(["id", "what it said", "why it does not stand"], body, width_of(sys.stdout))))
    else:
        say("Everything that is loaded stands.")
    return 0


def show(arguments: Namespace) -> int:
    """Describe a term."""
    description = open_knowledge(arguments).show(arguments.term)
    if arguments.format == "json":
        say(description.to_json())
    else:
        say(wrapped(description.to_text(), width_of(sys.stdout)))
        if description.facts:
            say(f"\n{DISCLAIMER}")
    return 0


def sparql(arguments: Namespace) -> int:
    """Run a query of the user's own."""
    from aa_ld.cli.results import print_result

    query = _query(arguments)
    kb = open_knowledge(arguments)
    result = kb.sparql(query, timeout=arguments.timeout, inferred=arguments.inferred)
    if result.kind == "rows" and b'"bindings":[]' in result.value.replace(b" ", b""):  # type: ignore[union-attr]
        sys.stderr.write("".join(line + "\n" for line in Names(kb.layers).undeclared(query)))
    return print_result(result, arguments.format)


def validate(arguments: Namespace) -> int:
    """Check knowledge against the shapes."""
    from aa_ld.intake import read_text
    from aa_ld.report import Report

    if arguments.profile:
        return _validate_profile(arguments)
    kb, replaced = _to_validate(arguments)
    texts = texts_of(arguments, kb)
    files = {name: read_text(name) for name in arguments.files if not name.endswith(".gz")}
    report = kb.validate(texts, arguments.engine, files)
    if arguments.files:
        own = kb.layers.subjects("data")
        report = Report(
            [*(f for f in report if f.focus in own), *_about_files(kb, arguments.files, replaced)]
        )
    _say_report(report, arguments.format)
    if arguments.format == "text":
        say(_what_was_checked(kb, bool(arguments.files), texts, report))
    return 0 if report.conforms else 1


def _say_report(report: Report, form: str) -> None:
    forms = {
        "text": report.to_text,
        "json": report.to_json,
        "ttl": report.to_turtle,
        "sarif": report.to_sarif,
    }
    say(forms[form]().rstrip("\n"))


def _validate_profile(arguments: Namespace) -> int:
    """Check an ontology as the OBO community does: files, or our own release."""
    from aa_ld.release.checks import check_files, read_checks

    if arguments.endpoint or arguments.sources or arguments.engine != "sparql":
        what = "The checks of a profile are queries over ontologies in files; spans, servers and pySHACL have nothing to do with them."
        raise UsageError("validate --profile", what, "Leave --endpoint, --sources and --engine out.")
    report = check_files(arguments.files)
    _say_report(report, arguments.format)
    if arguments.format == "text":
        what = "the files" if arguments.files else "aa.owl of aa-ld release"
        say(f"{len(read_checks())} checks were run over {what}.")
    return 0 if report.conforms else 1


def _to_validate(arguments: Namespace) -> tuple[Knowledge, set[str]]:
    """What is checked, and the IRIs that files describe anew."""
    if arguments.endpoint:
        if arguments.files:
            what = "Files of your own lie here, and the layers in a server are checked."
            raise UsageError("validate --endpoint", what, "Give one or the other.")
        return open_knowledge(arguments), set()
    return load_edited(arguments.files) if arguments.files else (load(), set())


def _about_files(kb: Knowledge, files: list[str], replaced: set[str]) -> list[Finding]:
    """That a file replaces shipped subjects, or holds nothing that any shape checks."""
    from aa_ld.report import Finding

    found = [
        Finding(
            "replaced", "warning", iri, "", f"{compact(iri)} is described anew, in place of the shipped description.",
            "This is what an edited copy does; a fact of your own needs an IRI of its own.", files[0],
        )
        for iri in sorted(replaced)
    ]  # fmt: skip
    if not any(kb.layers.kinds("data")):
        found.append(
            Finding(
                "nothing-checked", "violation", "", "", "Nothing in these files is of a kind that the shapes check.",
                "Facts are in the namespace https://w3id.org/aa-ld/; see docs/model.md.", files[0],
            )
        )  # fmt: skip
    return found


def _what_was_checked(kb: Knowledge, own: bool, texts: dict[str, str] | None, report: Report) -> str:
    """How many facts, and whether their spans were proven."""
    from aa_ld.spans import unproven

    inside = kb.layers.subjects("data") if own else None
    count = sum(1 for fact in kb.facts() if inside is None or fact.iri in inside)
    said = f"{count} facts were checked. " if count != 1 else "1 fact was checked. "
    if texts is None:
        return said + "Spans were checked for form only; give --sources DIR to prove them against the texts."
    missing = [iri for iri in unproven(kb.layers, texts) if inside is None or iri in inside]
    if missing:
        return (
            said + f"Not proven, because their text is not in the folder: {', '.join(map(compact, missing))}."
        )
    unproved = sum(1 for finding in report if finding.check.startswith("Span-proof"))
    if unproved:
        return said + f"Not every span could be proven against its text: {unproved} findings above say so."
    return said + "Every span was proven against its text."


def format(arguments: Namespace) -> int:  # noqa: A001 - a verb is named once
    """Put Turtle files into canonical layout."""
    from aa_ld.cli.layout import format_files

    return format_files(arguments.files, check=arguments.check)


def doctor(arguments: Namespace) -> int:
    """Look at the installation."""
    from aa_ld.cli.doctor import examine

    return examine(arguments.format)


def _query(arguments: Namespace) -> str:
    if (arguments.query is None) == (arguments.file is None):
        raise UsageError("sparql", "Give either a query or -f FILE.", "See aa-ld sparql --help.")
    if arguments.file is None:
        return str(arguments.query)
    if arguments.file == "-":
        return sys.stdin.read()
    from aa_ld.intake import read_text

    return read_text(arguments.file)


def _question_text(question) -> str:  # type: ignore[no-untyped-def]
    lines = [question.title, "", question.description, "", question.row]
    if question.parameters:
        lines += ["", "Parameters:"]
        for name, p in question.parameters.items():
            default = f" (default {p.default})" if p.default else ""
            lines.append(f"  --{name}  {p.text}, a value of {p.category}{default}")
    lines += ["", "Columns:", *(f"  {name}  {text}" for name, text in question.returns.items())]
    lines += ["", f"Answers {', '.join(question.cq)}. Ask it with aa-ld ask {question.name}."]
    return "\n".join(lines)
