"""One function a verb: open what is asked for, call the verb, print what came back."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from aa_ld.ask import DISCLAIMER
from aa_ld.errors import UsageError
from aa_ld.knowledge import Knowledge, load
from aa_ld.terminal import answer_markdown, answer_text, facts_text, grid, notes, styled, width_of, wrapped
from aa_ld.vocab import compact


def ask(arguments: Namespace) -> int:
    """Answer a question."""
    if arguments.question is None:
        return questions(Namespace(name=None, format="json" if arguments.format == "json" else "table"))
    answer = _open(arguments).ask(arguments.question, **arguments.params)
    if arguments.format == "table":
        _print(answer_text(answer, width_of(sys.stdout), styled(sys.stdout)))
    elif arguments.format == "md":
        _print(answer_markdown(answer))
    else:
        _write(answer.serialize(arguments.format))
        for note in notes(answer):
            sys.stderr.write(note + "\n")
    return 0


def questions(arguments: Namespace) -> int:
    """List the questions, or describe one."""
    from aa_ld.question import find_question, read_questions

    found = [find_question(arguments.name)] if arguments.name else list(read_questions().values())
    if arguments.format == "json":
        _print(_json([_question_record(q) for q in found]))
    elif arguments.name:
        _print(_question_text(found[0]))
    else:
        _print(
            "\n".join(
                grid(["question", "what it asks"], [[q.name, q.title] for q in found], width_of(sys.stdout))
            )
        )
        _print("\nAsk one with aa-ld ask QUESTION; see its parameters with aa-ld questions QUESTION.")
    return 0


def facts(arguments: Namespace) -> int:
    """List facts."""
    from aa_ld.explain import Explanation
    from aa_ld.facts import FILTERS
    from aa_ld.names import Names

    kb = _open(arguments)
    filters = {name: getattr(arguments, name) for name in FILTERS if getattr(arguments, name)}
    found = kb.facts(hedged=arguments.hedged, **filters)
    names = Names(kb.layers)
    if arguments.format == "json":
        _print(Explanation("facts", found, names, {}, {}).to_json())
    elif found:
        _print(facts_text(found, names, width_of(sys.stdout)))
        _print(f"\n{len(found)} facts. See what one rests on with aa-ld explain ID. {DISCLAIMER}")
    else:
        _print("No facts: the loaded sources state none of this kind. Silence is not a no.")
    return 0


def show(arguments: Namespace) -> int:
    """Describe a term."""
    description = _open(arguments).show(arguments.term)
    text = wrapped(description.to_text(), width_of(sys.stdout))
    _print(description.to_json() if arguments.format == "json" else text)
    return 0


def explain(arguments: Namespace) -> int:
    """Explain a fact or a term."""
    explanation = _open(arguments).explain(arguments.term, _texts(arguments))
    if arguments.format == "json":
        _print(explanation.to_json())
        return 0
    if arguments.format == "text":
        _print(wrapped(explanation.to_text(), width_of(sys.stdout)))
    else:
        _print(explanation.to_markdown())
    _print(f"\n{DISCLAIMER}")
    return 0


def sparql(arguments: Namespace) -> int:
    """Run a query of the user's own."""
    from aa_ld.cli.results import print_result

    query = _query(arguments)
    result = _open(arguments).sparql(query, timeout=arguments.timeout)
    return print_result(result, arguments.format)


def validate(arguments: Namespace) -> int:
    """Check knowledge against the shapes."""
    from aa_ld.intake import read_text
    from aa_ld.report import Report

    kb = load("all", arguments.files)
    texts = _texts(arguments)
    report = kb.validate(texts, arguments.engine, {name: read_text(name) for name in arguments.files})
    if arguments.files:
        own = kb.layers.subjects("data")
        report = Report(finding for finding in report if finding.focus in own)
    write = {
        "text": report.to_text,
        "json": report.to_json,
        "ttl": report.to_turtle,
        "sarif": report.to_sarif,
    }
    _print(write[arguments.format]().rstrip("\n"))
    if arguments.format == "text":
        sys.stderr.write(_about_spans(kb, texts))
    return 0 if report.conforms else 1


def _about_spans(kb: Knowledge, texts: dict[str, str] | None) -> str:
    """Whether the spans were proven, and what is missing where not."""
    from aa_ld.spans import unproven

    if texts is None:
        return "Spans were checked for form only; give --sources DIR to prove them against the texts.\n"
    missing = unproven(kb.layers, texts)
    if missing:
        return f"Not proven, because their text is not in the folder: {', '.join(map(compact, missing))}.\n"
    return "Every span was proven against its text.\n"


def format(arguments: Namespace) -> int:  # noqa: A001 - a verb is named once
    """Put Turtle files into canonical layout."""
    from aa_ld.cli.layout import format_files

    return format_files(arguments.files, check=arguments.check)


def doctor(arguments: Namespace) -> int:
    """Look at the installation."""
    from aa_ld.cli.doctor import examine

    return examine(arguments.format)


def _open(arguments: Namespace) -> Knowledge:
    return load(arguments.source, arguments.data)


def _texts(arguments: Namespace) -> dict[str, str] | None:
    if not arguments.sources:
        return None
    from aa_ld.spans import read_sources

    return read_sources(Path(arguments.sources))


def _query(arguments: Namespace) -> str:
    if (arguments.query is None) == (arguments.file is None):
        raise UsageError("sparql", "Give either a query or -f FILE.", "See aa-ld sparql --help.")
    if arguments.file is None:
        return str(arguments.query)
    if arguments.file == "-":
        return sys.stdin.read()
    from aa_ld.intake import read_text

    return read_text(arguments.file)


def _question_record(question) -> dict[str, object]:  # type: ignore[no-untyped-def]
    return {
        "name": question.name,
        "title": question.title,
        "description": question.description,
        "row": question.row,
        "parameters": [
            {"name": name, "type": p.category, "description": p.text, "default": p.default}
            for name, p in question.parameters.items()
        ],
        "returns": [{"name": name, "description": text} for name, text in question.returns.items()],
        "cq": list(question.cq),
        "tags": list(question.tags),
    }


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


def _json(value: object) -> str:
    import json

    return json.dumps(value, indent=2, ensure_ascii=False)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    if not data.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
