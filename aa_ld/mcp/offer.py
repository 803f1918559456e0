"""The tools that are offered: their names, what an assistant is told of them, and what they take and give.

Schemas are JSON Schema 2020-12, as the protocol asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from aa_ld.mcp import tools
from aa_ld.mcp.told import Told

Schema = dict[str, Any]

#: What an assistant reads when it connects.
INSTRUCTIONS = """\
Cytokine balance in alopecia areata: what publications say, how firmly, in whom and on what evidence.

Whoever repeats something from here repeats with it:
- its certainty and its hedge ("may", "suggest"), as the source puts it; a possibility is never told as a finding;
- its polarity, as some facts say no, and its population, as what holds in one group is not said of another;
- its evidence: the key of the fact, such as SF30, and the publication.
That nothing is said of something is not a no: say "not stated in the loaded sources". Facts that disagree stand side by
side; tell both. What follows by a rule is no finding of a publication: say that it was inferred, and what it assumes.
For research, not medical advice: say so whenever treatments are spoken of.

Begin with ask, or with list_questions if no question is known to fit; explain a row by the key of its fact; look up a word
with show_term. sparql is for what no question asks. Messages name commands of the command line: a tool of the same name does
the same, and --name VALUE is "parameters": {"name": "VALUE"}. Nothing is written and nothing is fetched."""

_EVIDENCE = (
    "Each row says certainty, hedge, polarity and population; repeat them with what you repeat. "
    "What is not in the answer is not stated, which is not a no. For research, not medical advice."
)


class Tool(NamedTuple):
    """One tool: what it is called and does, its arguments and what it gives, as JSON Schema, and the function."""

    name: str
    title: str
    description: str
    arguments: dict[str, Schema]
    required: tuple[str, ...]
    gives: dict[str, Schema]
    run: Callable[..., Told]

    def takes(self, sources: Sequence[str]) -> Schema:
        """The schema of the arguments, for a server that has these choices of sources."""
        about = "review: the review alone; all: every loaded publication (where both are offered, all is the default)"
        source = {"type": "string", "enum": list(sources), "description": about}
        own = {**self.arguments, **({} if self.name == "list_questions" else {"source": source})}
        return {
            "type": "object",
            "properties": own,
            "required": list(self.required),
            "additionalProperties": False,
        }

    def result(self) -> Schema:
        """The schema of the structured part of what it gives."""
        own = {
            **self.gives,
            "notes": _texts("what has to be told with the answer: what is silent, left out or denied"),
            "disclaimer": _text("what has to be told wherever treatments are spoken of"),
        }
        return {"type": "object", "properties": own, "required": list(own)}


def _text(about: str, most: int = 500) -> Schema:
    return {"type": "string", "description": about, "minLength": 1, "maxLength": most}


def _texts(about: str) -> Schema:
    return {"type": "array", "items": {"type": "string", "maxLength": 10_000}, "description": about}


def _records(about: str) -> Schema:
    return {"type": "array", "items": {"type": "object"}, "description": about}


def _names(about: str) -> Schema:
    return {"type": "array", "items": _text("a name", 200), "maxItems": 50, "description": about}


def _by_name(about: str) -> Schema:
    values = {"type": "string", "minLength": 1, "maxLength": 500}
    return {"type": "object", "additionalProperties": values, "maxProperties": 50, "description": about}


def _whole(about: str, least: int, most: int, default: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default, "description": about}


def _page(things: str, most: int, default: int) -> dict[str, Schema]:
    return {
        "skip": _whole(f"the number of {things} to leave out from the beginning, to go on", 0, 1_000_000, 0),
        "most": _whole(f"the most {things} to give", 1, most, default),
    }


_TOTAL: Schema = {"type": "integer", "description": "how many there are; those here may be fewer"}

TOOLS: tuple[Tool, ...] = (
    Tool(
        "list_questions",
        "List the questions that can be asked",
        "List the questions that ask answers, with their titles; with a name or words, describe those that fit, with "
        "parameters and columns.",
        {"about": _text("the name of a question, or words that its title or description has")},
        (),
        {"questions": _records("name, title and, if asked about, description, parameters and columns")},
        tools.list_questions,
    ),
    Tool(
        "ask",
        "Answer a question, with the evidence of every row",
        "Answer one of the questions of list_questions, for example treatments-toward-th2, treatments-that-may-worsen, "
        "outcomes-under-treatment or conflicting-facts. " + _EVIDENCE,
        {
            "question": _text("its name, its title, or a competency question such as CQ17"),
            "parameters": _by_name(
                'its parameters by name, as in {"treatment": "dupilumab"}; list_questions tells which it has'
            ),
            **_page("rows", 100, 25),
        },
        ("question",),
        {
            "question": _text("the name"),
            "title": _text("the question in words"),
            "asked": {"type": "object", "description": "each parameter and the term that was asked about"},
            "rows": _records("short names of terms; certainty, hedge, polarity, population and source in each row"),
            "evidence": _records("each fact that a row names: its key, and lines on what stands behind it"),
            "total": _TOTAL,
        },
        tools.ask,
    ),
    Tool(
        "explain",
        "Explain a fact or a term, down to the sentences it rests on",
        "Explain a fact by its key (SF32), or each fact about a term (dupilumab): scope, hedge, evidence, span; of what was "
        "inferred the whole proof. With why_not, tell why a treatment is not in the answer to a question. " + _EVIDENCE,
        {
            "name": _text("the key of a fact, a label, a short name such as aa:Dupilumab, or an IRI"),
            "why_not": _text("the name of a question in whose answer the treatment is not"),
            **_page("facts", 50, 5),
        },
        ("name",),
        {
            "title": _text("what is explained", 10_000),
            "facts": _records("facts with scope, evidence lines, and derivations with their premises"),
            "reasons": _texts("with why_not: what is missing or stands in the way"),
            "total": _TOTAL,
        },
        tools.explain,
    ),
    Tool(
        "show_term",
        "What a term means, and what is said about it",
        "Describe a term: definition, synonyms, place among the other terms, alignments to MeSH and other vocabularies, and "
        "the facts about it, each with certainty, hedge and population. That no fact is about it is not a no.",
        {"term": _text("a label, a synonym, a short name such as aa:Dupilumab, or an IRI"), **_page("facts", 100, 20)},
        ("term",),
        {
            "iri": _text("its IRI"),
            "label": _text("its label", 10_000),
            "definition": {"type": ["string", "null"], "description": "its definition"},
            "synonyms": _texts("other names"),
            "alignments": {"type": "object", "description": "exact, close, broad, ... to the IRIs aligned so"},
            "facts": _records("facts about it, each with certainty, hedge, polarity and population"),
            "total": _TOTAL,
        },
        tools.show_term,
    ),
    Tool(
        "advise",
        "What loaded sources say for and against each treatment, for one profile",
        "For the profile of a patient: the groups it fits, and what loaded facts argue for and against each treatment. This is "
        "research information and not medical advice: tell that first. Treatments stand by name: nothing is ranked, so do not "
        "rank. Tell of every argument whether it speaks of this patient, under which assumption, how firmly, and what speaks "
        "against. What the profile does not say is unknown: do not fill it in, and ask rather than guess.",
        {
            "has": _names("diseases that the patient has, such as alopecia areata, extrinsic atopic dermatitis"),
            "lacks": _names("diseases that the patient is known not to have"),
            "labs": _by_name('laboratory findings, as in {"IgE": "high"}: high, normal or low'),
            "had": _names("treatments given before: dupilumab, or dupilumab=worsened"),
            **_page("treatments", 50, 6),
        },
        ("has",),
        {
            "profile": {"type": "object", "description": "the profile as it was understood"},
            "groups": _records("groups of patients that it fits, that are open, or that it does not fit"),
            "labs": _records("what is known of each laboratory marker"),
            "treatments": _records("by name: arguments with section, scope, certainty, hedges and grounds"),
            "total": _TOTAL,
        },
        tools.advise,
    ),
    Tool(
        "sparql",
        "Run a read-only SPARQL 1.1 query",
        "Query the knowledge itself. The default graph holds all layers; prefixes such as aa:, fact:, evidence:, question:, "
        "rdfs:, skos:, dcterms:, oa:, prov: need no declaration. A fact has rdfs:label (its sentence), aa:subject, aa:predicate, "
        "aa:object, aa:polarity, aa:certainty, aa:population and aa:evidence, whose node has aa:hedge, aa:publication and "
        "aa:stance: select certainty, polarity, population and hedge with what you look for, as a row tells only what was "
        "selected. Example: SELECT ?s ?c WHERE { ?f a aa:RiskStatement ; rdfs:label ?s ; aa:certainty ?c }. SERVICE, updates and "
        "files are refused. No rows means that nothing is stated, or that the query has another word for it: not a no.",
        {
            "query": _text("SELECT, ASK, CONSTRUCT or DESCRIBE", 100_000),
            "inferred": {"type": "boolean", "default": False, "description": "whether what follows by the rules counts too"},
            "seconds": {
                "type": "number", "exclusiveMinimum": 0, "maximum": 30, "default": 10,
                "description": "the seconds after which the query is stopped",
            },
            "most": _whole("the most rows, or triples, to give", 1, 1000, 100),
        },
        ("query",),
        {
            "kind": {"type": "string", "enum": ["rows", "boolean", "triples"], "description": "what the query gives"},
            "columns": _texts("of rows: the variables"),
            "rows": _records("of rows: short names of terms, texts and numbers; unbound variables are left out"),
            "boolean": {"type": ["boolean", "null"], "description": "of ASK"},
            "triples": {"type": "string", "description": "of CONSTRUCT and DESCRIBE: Turtle"},
            "total": _TOTAL,
        },
        tools.sparql,
    ),
)  # fmt: skip
