"""What each tool does: it calls a verb and tells the answer as text and as a record, whole or in parts.

The first argument is what the server has opened; the others are those of the
schemas in aa_ld.mcp.offer, already checked. Errors are those of the verbs.
"""

from __future__ import annotations

import json
from typing import Any

from pyoxigraph import NamedNode

from aa_ld.advise import Advice
from aa_ld.ask import Answer
from aa_ld.errors import UnknownQuestionError
from aa_ld.fact import read_facts
from aa_ld.knowledge import SOURCES
from aa_ld.mcp.opened import Opened
from aa_ld.mcp.results import result
from aa_ld.mcp.told import Told, brief, line, page, told
from aa_ld.names import Names
from aa_ld.question import Question, find_question, read_questions
from aa_ld.sparql import run_query
from aa_ld.terminal import answer_text
from aa_ld.vocab import INFERRED, PREFIXES, compact

_WIDTH = 120
_MEMORY = 512 << 20  # bytes that a query may take


def list_questions(opened: Opened, about: str | None = None) -> Told:  # noqa: ARG001 - tools are called alike
    """The questions by name and title, or those that a word or a name fits, described.

    >>> list_questions(Opened("review"), "treatments-toward-th2").record["questions"][0]["name"]
    'treatments-toward-th2'
    """
    if about is None:
        found = [{"name": q.name, "title": q.title} for q in read_questions().values()]
        text = "\n".join(f"{each['name']}: {each['title']}" for each in found)
        return told(
            text + "\n\nDescribe one with about: NAME; answer one with ask.",
            {"questions": found},
            [],
            facts=False,
        )
    described = [_described(question) for question in _fitting(about)]
    return told("\n\n".join(map(_in_words, described)), {"questions": described}, [], facts=False)


def _fitting(about: str) -> list[Question]:
    """The question of this name, else those whose words have all words of this text."""
    try:
        return [find_question(about)]
    except UnknownQuestionError:
        words = about.casefold().split()
        found = [
            question
            for question in read_questions().values()
            if all(word in f"{question.title} {question.description}".casefold() for word in words)
        ]
        if not found or not words:
            raise
        return found


def _described(question: Question) -> dict[str, Any]:
    record = question.record()
    kept = {name: record[name] for name in ("name", "title", "description", "row", "parameters")}
    return {**kept, "columns": record["returns"]}


def _in_words(record: dict[str, Any]) -> str:
    lines = [f"{record['name']}: {record['title']}", record["description"], record["row"]]
    for each in record["parameters"]:
        default = f", by default {each['default']}" if each["default"] else ""
        lines.append(f"  parameter {each['name']} ({each['type']}): {each['description']}{default}")
    columns = ", ".join(each["name"] for each in record["columns"])
    return "\n".join([*lines, f"  columns: {columns}"])


def ask(  # noqa: PLR0913 - what the schema has
    opened: Opened,
    question: str,
    *,
    parameters: dict[str, str] | None = None,
    source: str | None = None,
    skip: int = 0,
    most: int = 25,
) -> Told:
    """The answer to a question, or a part of its rows, each with its evidence.

    >>> ask(Opened("review"), "treatments-toward-th2").record["rows"][0]["treatment"]
    'aa:LocalImmunotherapy'
    """
    whole = opened.knowledge(source).ask(question, **(parameters or {}))
    answer, notes = _part(whole, skip, most)
    text = answer_text(answer, _WIDTH)
    references = [
        {"key": first.partition("]")[0].lstrip("["), "lines": [first, *rest]}
        for first, *rest in answer.references()
    ]
    record = {
        "question": answer.question.name,
        "title": answer.question.title,
        "asked": {name: compact(iri) for name, iri in answer.asked.items()},
        "rows": answer.to_dicts(),
        "evidence": references,
        "total": len(whole),
    }
    return told(text, record, [*answer.notes(), *notes, *opened.warnings(source)])


def _part(answer: Answer, skip: int, most: int) -> tuple[Answer, list[str]]:
    """An answer with a part of its rows, and the facts that these name; what is silent stays that of the whole."""
    results = json.loads(answer.results)
    bindings, notes = page(results["results"]["bindings"], skip, most, "ask", "row")
    if not notes:
        return answer, []
    results["results"]["bindings"] = bindings
    part = Answer(answer.question, json.dumps(results).encode(), answer.names, answer.asked)
    named = {term.value for row in part for term in row.values() if isinstance(term, NamedNode)}
    part.facts = {iri: fact for iri, fact in answer.facts.items() if iri in named}
    part.given, part.silent, part.denied = answer.given, answer.silent, answer.denied
    return part, notes


def explain(  # noqa: PLR0913 - what the schema has
    opened: Opened,
    name: str,
    *,
    why_not: str | None = None,
    source: str | None = None,
    skip: int = 0,
    most: int = 5,
) -> Told:
    """A fact, or each fact about a term, with its proof; or why a treatment is not in an answer.

    >>> explain(Opened("review"), "SF32").record["facts"][0]["evidence"][0]["hedge"]
    'may'
    """
    kb = opened.knowledge(source)
    if why_not is not None:
        found = kb.why_not(name, why_not)
        at_fault = {fact.iri: fact for reason in found.reasons for fact in reason.facts}
        known = {**at_fault, **{fact.iri: fact for fact in found.known}}
        facts, notes = page(list(known.values()), skip, most, "explain", "fact")
        record = {
            "title": f"Why {found.names.label(found.treatment)} is not in the answer to {found.question.name}",
            "facts": [brief(fact, found.names) for fact in facts],
            "reasons": [reason.sentence for reason in found.reasons],
            "total": len(known),
        }
        return told(found.to_text(), record, [*notes, *opened.warnings(source)])
    explanation = kb.explain(name)
    facts, notes = page(explanation.facts, skip, most, "explain", "fact")
    part = explanation._replace(facts=facts)
    record = {
        "title": part.title,
        "facts": json.loads(part.to_json()),
        "reasons": [],
        "total": len(explanation.facts),
    }
    return told(part.to_text(), record, [*notes, *opened.warnings(source)])


def show_term(opened: Opened, term: str, source: str | None = None, skip: int = 0, most: int = 20) -> Told:
    """What a term means, and the facts about it, each with what must be told with it.

    >>> show_term(Opened("review"), "IFN-γ").record["label"]
    'interferon gamma'
    """
    kb = opened.knowledge(source)
    description = kb.show(term)
    names: Names = description.names
    keys, notes = page([key for key, _ in description.facts], skip, most, "show_term", "fact")
    iris = [names.find(key) for key in keys]
    facts = [brief(fact, names) for fact in (read_facts(kb.layers, iris) if iris else [])]
    text = description._replace(facts=[]).to_text()
    if facts:
        text += f"\n\nFacts about it ({len(description.facts)}):\n" + "\n".join(map(line, facts))
    else:
        notes = ["No loaded fact is about it: the loaded sources are silent on it, which is not a no."]
    record = {
        "iri": description.iri,
        "label": description.label,
        "definition": description.definition,
        "synonyms": description.synonyms,
        "types": [compact(iri) for iri in description.types + description.parents],
        "below": [compact(iri) for iri in description.children],
        "alignments": description.alignments,
        "others": description.others,
        "facts": facts,
        "total": len(description.facts),
    }
    return told(text, record, [*notes, *opened.warnings(source)], facts=bool(facts))


def advise(  # noqa: PLR0913 - what the schema has
    opened: Opened,
    has: list[str],
    *,
    lacks: list[str] | None = None,
    labs: dict[str, str] | None = None,
    had: list[str] | None = None,
    source: str | None = None,
    skip: int = 0,
    most: int = 6,
) -> Told:
    """What speaks for and against each treatment for a profile; treatments on which loaded facts are silent stand in each part.

    >>> told = advise(Opened("review"), ["alopecia areata", "extrinsic AD"])
    >>> [each["label"] for each in told.record["treatments"]]
    ['dupilumab', 'local immunotherapy']
    """
    kb = opened.knowledge(source)
    whole = kb.advise(kb.profile(has, lacks or (), labs or {}, had or ()))
    spoken = [option for option in whole.options if not option.silent]
    silent = [option for option in whole.options if option.silent]
    options, notes = page(spoken, skip, most, "advise", "treatment")
    fields = {name: getattr(whole, name) for name in whole._fields}  # iterating gives the options alone
    part = Advice(**{**fields, "options": (*options, *silent)})
    record = {**json.loads(part.to_json()), "total": len(spoken)}
    if notes:
        notes = [notes[0].removesuffix(".") + ", by name and not by merit."]
    return told(part.to_text(), record, [*notes, *opened.warnings(source)])


def sparql(  # noqa: PLR0913 - what the schema has
    opened: Opened,
    query: str,
    *,
    inferred: bool = False,
    seconds: float = 10.0,
    most: int = 100,
    source: str | None = None,
) -> Told:
    """What a query of the assistant's own gives, run behind the gate in a process that is killed when its time is over.

    >>> sparql(Opened("review"), "ASK { ?risk a aa:RiskStatement }").record["boolean"]
    True
    """
    kb = opened.knowledge(source)
    layers = (*SOURCES[kb.source], *([INFERRED] if inferred else []))
    found = run_query(query, layers, kb.data, seconds, _MEMORY, wanted=kb.wanted)
    text, record, notes = result(found, most)
    if not record["total"] and found.kind != "boolean":
        notes += Names(kb.layers).undeclared(query)
    return told(text, record, [*notes, *opened.warnings(source)])


def read(opened: Opened, iri: str) -> tuple[str, str]:
    """The media type and the text of a thing by its IRI: a question as SPARQL, a fact explained, a term described.

    Raises UnknownQuestionError and UnknownTermError.

    >>> read(Opened("review"), PREFIXES["question"] + "treatments-toward-th2")[0]
    'application/sparql-query'
    """
    if iri.startswith(PREFIXES["question"]):
        return "application/sparql-query", find_question(iri.removeprefix(PREFIXES["question"])).text
    kb = opened.knowledge()
    found = Names(kb.inferred())
    tool = explain if found.is_fact(found.find(iri)) else show_term
    return "text/plain", tool(opened, iri).text
