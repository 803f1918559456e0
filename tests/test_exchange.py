"""Exports: nothing is lost, nothing is firmer, other way round or wider than in the facts, and bytes do not move.

What is exported is read again here by other means than the package's own readers.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
import rdflib
from exchanged import (
    AA,
    ONTOLOGY,
    RDF,
    XSD,
    by_subject,
    facts,
    picture,
    predicates,
    random_facts,
    said,
    shipped,
    world,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from aa_ld import load, places
from aa_ld.ask import DISCLAIMER
from aa_ld.cli import curation_parser, main, parser
from aa_ld.errors import (
    AaLdError,
    ExchangeFileError,
    NestingError,
    RdfSyntaxError,
    RemoteContextError,
    UsageError,
)
from aa_ld.exchange import FORMATS, Export, describe, export, exported, facts_of, read
from aa_ld.exchange.jsonld import generated_context, shipped_context
from aa_ld.knowledge import Knowledge
from aa_ld.store import open_layers
from aa_ld.vocab import PREFIXES

REPOSITORY = Path(__file__).parents[1]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
REIFIES = NamedNode(RDF + "reifies")
MODEL = REPOSITORY.parent / "shared" / "data" / "biolink" / "biolink_model.owl.ttl"
BIOLINK = PREFIXES["biolink"]
ENUMERATIONS = {
    "knowledge_level": "KnowledgeLevelEnum",
    "agent_type": "AgentTypeEnum",
    "subject_direction_qualifier": "DirectionQualifierEnum",
    "object_direction_qualifier": "DirectionQualifierEnum",
    "response_context_qualifier": "ResponseEnum",
}
#: Predicates of Biolink that say more than a source says within limits.
FIRM = {
    "biolink:causes",
    "biolink:contributes_to",
    "biolink:has_adverse_event",
    "biolink:produces",
    "biolink:has_phenotype",
}
JUNK = (
    "",
    '"',
    "'",
    "\\",
    "{",
    "}",
    "[",
    "<",
    ">",
    "|",
    "\t",
    "\n",
    "@",
    "^^",
    "null",
    "1",
    ":",
    "_:b",
    "\0",
    "\ud800",
    "aa:",
    "\\u12",
    ".",
)
SOME = settings(max_examples=25, deadline=None, database=None, derandomize=True)


@cache
def knowledge() -> Knowledge:
    kb = load()
    kb.inferred()
    return kb


@cache
def exports(form: str) -> Export:
    """All shipped facts, and what follows from them, in one format."""
    return exported(knowledge().layers, facts(), form)


# Independent readings: what other people's tools make of a file.


@cache
def triples_of(form: str) -> frozenset[Triple]:
    """All triples of an export, read by a library alone; the own columns of tables are Turtle in cells."""
    if form.startswith("kgx"):
        turtle = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        for row in [row for name in TABLES for row in table(form, name)]:
            own = ((column, cell) for column, cells in row.items() if ":" in column for cell in cells)
            turtle += "".join(f"<{row['iri']}> {column} {cell} .\n" for column, cell in own)
        return frozenset(quad.triple for quad in parse(turtle, RdfFormat.TURTLE))
    ((name, text),) = exports(form).files.items()
    if form == "jsonld-by-reference":
        text = json.dumps(
            {**json.loads(text), **json.loads((REPOSITORY / "ontology" / "context.jsonld").read_text())}
        )
    syntax = {"jsonld": RdfFormat.JSON_LD, "trig": RdfFormat.TRIG}.get(
        name.rpartition(".")[2], RdfFormat.TURTLE
    )
    return frozenset(quad.triple for quad in parse(text, syntax))


@cache
def table(form: str, name: str) -> list[dict]:
    """Rows of KGX, read with csv or json alone."""
    files = exports(form).files
    if form == "kgx-jsonl":
        return [json.loads(line) for line in files[f"{name}.jsonl"].splitlines()]
    lines = files[f"{name}.tsv"].splitlines()
    unquoted = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert unquoted == list(csv.DictReader(lines, delimiter="\t")), "no rule of quoting is needed"
    return [
        {
            name: value.split("|") if ":" in name or name in SEVERAL else value
            for name, value in row.items()
            if value
        }
        for row in unquoted
    ]


def asserted_contents(form: str) -> set[tuple[str, str, str]]:
    """What a reader who knows nothing of facts takes for true: triples between terms, or edges that say more than a relation."""
    if form.startswith("kgx"):
        iris = {row["id"]: row["iri"] for row in table(form, "nodes")}
        return {
            (iris[edge["subject"]], edge["original_predicate"], f"<{iris[edge['object']]}>")
            for edge in table(form, "edges")
            if edge["predicate"] != "biolink:related_to"
        }
    return {
        (t.subject.value, t.predicate.value, str(t.object))
        for t in triples_of(form)
        if t.predicate.value in predicates()
    }


TABLES = ("nodes", "edges", "negated_edges")
SEVERAL = ("category", "publications", "has_evidence", "synonym", "equivalent_identifiers")
KGX = ("kgx", "kgx-jsonl")
ONE_FILE = [name for name, form in FORMATS.items() if form.is_one_file()]


def contents(fact: str) -> set[tuple[str, str, str]]:
    """Subject, predicate and object of a fact, each with each."""
    own = said()[fact]
    return {
        (s[1:-1], p[1:-1], o)
        for s in own[AA + "subject"]
        for p in own[AA + "predicate"]
        for o in own[AA + "object"]
    }


# Every format.


@pytest.mark.parametrize("form", FORMATS)
def test_every_fact_is_there_or_left_out_with_a_reason(form):
    """What an export holds and what it lists as left out are together all facts, and no fact is both."""
    done = exports(form)
    there = {fact.iri for fact in read(done.files, form)}
    left_out = {skipped.fact for skipped in done.skipped}

    assert there | left_out == set(facts())
    assert there & left_out == set()
    assert all(skipped.reason for skipped in done.skipped)


@pytest.mark.parametrize("form", FORMATS)
def test_the_reader_gives_back_what_the_writer_was_given(form):
    """All triples of each fact, its evidence, cohort and publications, and so the same values."""
    back = read(exports(form).files, form)
    kept = [fact.iri for fact in back]

    assert back == describe(knowledge().layers, kept)
    given = {fact.iri: fact for fact in knowledge().facts()}
    if len(kept) == len(given):
        assert facts_of(back) == list(given.values())


@pytest.mark.parametrize("form", FORMATS)
@given(world_=random_facts())
@SOME
def test_a_round_trip_over_random_facts_loses_nothing(form, world_):
    """Quotes, tabs, line ends, bidirectional marks, odd numbers, IRIs that look like short names: all come back."""
    iris, triples = world_
    layers = world(triples)
    done = exported(layers, iris, form)
    kept = set(iris) - {skipped.fact for skipped in done.skipped}

    assert read(done.files, form) == describe(layers, kept)


def test_two_builds_give_the_same_bytes():
    """No clock, no random name, no order of a set: also with other hash seeds, in other processes."""
    code = (
        "import hashlib, sys; from aa_ld import load; from aa_ld.exchange import FORMATS, export;"
        "kb = load(); kb.inferred(); found = kb.facts();"
        "print([hashlib.sha256(repr(export(kb.layers, found, f)).encode()).hexdigest() for f in FORMATS])"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY)},
        )
        for seed in ("1", "2")
    ]  # fmt: skip
    first, second = (process.communicate(timeout=120)[0] for process in processes)

    assert first
    assert first == second


def test_an_export_asks_for_nothing_but_rows():
    """Anything that can run a SELECT gives the same files, a server too."""

    class Server:
        def select(self, query: str) -> bytes:
            return knowledge().layers.select(query)

    some = facts()[:30]
    for form in ("kgx", "rdf12", "nanopub"):
        assert export(Server(), some, form) == export(knowledge().layers, some, form)


def test_an_unknown_format_is_named():
    """The error says which there are."""
    with pytest.raises(UsageError, match="no such format"):
        export(knowledge().layers, [], "jsonl-d")


# RDF formats: pictures of each fact.


@pytest.mark.parametrize("form", FORMATS)
def test_polarity_certainty_direction_scope_and_evidence_are_equal_on_both_sides(form):
    """Read by another library, each fact has the same qualifications and the same evidence as in the shipped files."""
    there = by_subject(triple for triple in triples_of(form) if not isinstance(triple.object, Triple))
    kept = set(facts()) - {skipped.fact for skipped in exports(form).skipped}
    differing = {
        fact: differing_parts(picture(fact, said()), picture(fact, there))
        for fact in kept
        if picture(fact, there) != picture(fact, said())
    }

    assert len(kept) > 250

    assert differing == {}


def differing_parts(wanted: dict, found: dict) -> dict:
    return {
        name: (wanted.get(name), found.get(name))
        for name in wanted | found
        if wanted.get(name) != found.get(name)
    }


# RDF 1.2.


def test_each_fact_speaks_of_its_triple():
    """In RDF 1.2 every fact reifies its content, subject first."""
    spoken = {
        (t.subject.value, (t.object.subject.value, t.object.predicate.value, str(t.object.object)))
        for t in triples_of("rdf12")
        if t.predicate == REIFIES
    }

    assert spoken == {(fact, content) for fact in facts() for content in contents(fact)}


def test_what_is_not_turtle_is_refused_with_its_place():
    """An error of ours, with line and column."""
    with pytest.raises(RdfSyntaxError, match="line 1"):
        read({"facts.ttl": "aa:x aa:y"}, "rdf12")
    with pytest.raises(NestingError):
        read({"facts.ttl": "<a:b> <a:c> " + "[<a:d> " * 600}, "rdf12")


# KGX.


@cache
def biolink() -> rdflib.Graph:
    if not MODEL.exists():
        pytest.skip("the Biolink model is not beside this checkout")
    graph = rdflib.Graph()
    graph.parse(MODEL)
    return graph


def test_every_word_of_biolink_that_the_ontology_names_is_in_the_model():
    """Classes, predicates, qualifiers and values of enumerations: none is from memory."""
    named = {
        q.object
        for q in open_layers(["ontology"]).store
        if getattr(q.object, "value", "").startswith(BIOLINK)
    }
    unknown = {term.value for term in named if (rdflib.URIRef(term.value), None, None) not in biolink()}

    assert len(named) > 50
    assert unknown == set()


def test_every_word_of_an_export_is_in_the_biolink_model():
    """Each predicate is a kind of related_to, each category a NamedThing, each slot and each value declared."""
    graph, term = biolink(), lambda name: rdflib.URIRef(name.replace("biolink:", BIOLINK))
    predicates_ = set(graph.transitive_subjects(rdflib.RDFS.subPropertyOf, term("biolink:related_to")))
    things = set(graph.transitive_subjects(rdflib.RDFS.subClassOf, term("biolink:NamedThing")))
    edges = [*table("kgx", "edges"), *table("kgx", "negated_edges")]
    slots = {name for row in [*edges, *table("kgx", "nodes")] for name in row if ":" not in name}

    assert {
        term(edge[slot]) for edge in edges for slot in ("predicate", "qualified_predicate") if slot in edge
    } <= predicates_
    assert {term(c) for node in table("kgx", "nodes") for c in node["category"]} <= things
    assert {term(c) for edge in edges for c in edge["category"]} == {term("biolink:Association")}
    assert {slot for slot in slots if (term("biolink:" + slot), None, None) not in graph} == set()
    for slot, enumeration in ENUMERATIONS.items():
        values = {term(f"biolink:{enumeration}#{edge[slot]}") for edge in edges if slot in edge}
        assert values, slot
        assert {value for value in values if (value, None, None) not in graph} == set()


@pytest.mark.parametrize("form", KGX)
def test_every_edge_links_two_nodes_and_every_identifier_is_one_node(form):
    """Ends, contexts, evidence and publications of edges are rows of the nodes."""
    nodes = {row["id"]: row for row in table(form, "nodes")}
    linked = {
        value
        for name in ("edges", "negated_edges")
        for row in table(form, name)
        for slot in ("subject", "object", "publications", "has_evidence", "population_context_qualifier",
                     "species_context_qualifier", "anatomical_context_qualifier", "disease_context_qualifier")
        for value in ([row[slot]] if isinstance(row.get(slot, []), str) else row.get(slot, []))
        for value in value.split("|")
    }  # fmt: skip

    assert len(nodes) == len(table(form, "nodes")) == len({row["iri"] for row in nodes.values()})
    assert linked - set(nodes) == set()
    assert {"MONDO:0005340", "DRUGBANK:DB12159", "PMID:32533873", "NCBITaxon:9606"} <= set(nodes)


@pytest.mark.parametrize("form", KGX)
def test_who_reads_edges_alone_learns_no_hedged_disputed_or_concluded_thing(form):
    """Subject, predicate and object of such a fact say only that there is a relation, and no qualifier says which way."""
    disputed = {iri[1:-1] for own in said().values() for iri in own.get(AA + "between", ())}
    loose = 0
    for edge in table(form, "edges"):
        own = said()[edge["iri"]]
        lines = [said()[line[1:-1]] for line in own.get(AA + "evidence", ())]
        hedged = any(AA + "hedge" in line for line in lines) or own[AA + "certainty"] != {f"<{AA}Asserted>"}
        joint = len(own[AA + "subject"]) * len(own[AA + "object"]) > 1
        if hedged or joint or edge["iri"] in disputed or AA + "rule" in own:
            loose += 1
            assert edge["predicate"] == "biolink:related_to"
            assert not edge.keys() & {
                "qualified_predicate",
                "subject_direction_qualifier",
                "object_direction_qualifier",
            }
        elif not firm(edge["iri"]):
            assert edge["predicate"] not in FIRM, "within limits only a wide predicate is told"
    assert loose > 100


@pytest.mark.parametrize("form", KGX)
def test_a_no_stands_apart_and_is_negated(form):
    """No negative fact is among the edges, and each that is told has `negated`, and no broader predicate than ours."""
    negative = {fact for fact in facts() if said()[fact][AA + "polarity"] == {f"<{AA}Negative>"}}
    apart = table(form, "negated_edges")

    assert {edge["iri"] for edge in table(form, "edges")} & negative == set()
    assert {edge["iri"] for edge in apart} <= negative
    assert {str(edge["negated"]).lower() for edge in apart} == {"true"}
    assert {str(edge["negated"]).lower() for edge in table(form, "edges")} == {"false"}
    assert {edge["predicate"] for edge in apart} == {
        "biolink:ameliorates_condition", "biolink:associated_with", "biolink:causes",
    }  # fmt: skip


@pytest.mark.parametrize("form", KGX)
def test_ends_and_directions_of_edges_are_those_of_the_fact(form):
    """The subject is a subject, the object an object, increased is raised, and decreased is lowered."""
    iris = {row["id"]: row["iri"] for row in table(form, "nodes")}
    words = {"increased": "Raised", "decreased": "Lowered"}
    by_predicate = {
        "inhibits": "decreased",
        "induces": "increased",
        "expands": "increased",
        "amplifies": "increased",
    }
    seen = set()
    for edge in [*table(form, "edges"), *table(form, "negated_edges")]:
        own = said()[edge["iri"]]
        assert f"<{iris[edge['subject']]}>" in own[AA + "subject"]
        assert f"<{iris[edge['object']]}>" in own[AA + "object"]
        for slot in ("subject_direction_qualifier", "object_direction_qualifier"):
            if slot in edge and AA + "direction" in own:
                assert own[AA + "direction"] == {f"<{AA}{words[edge[slot]]}>"}
            elif slot in edge:
                assert edge[slot] == by_predicate[edge["original_predicate"].removeprefix(AA)]
            seen.add(edge.get(slot))
    assert {"increased", "decreased"} <= seen


def test_what_biolink_is_told_of_knowledge_and_agents():
    """A prediction is no assertion, a conclusion is not by hand, and a source that does not vouch leaves it open."""
    levels = {
        edge["iri"].rpartition("/")[2]: (edge["knowledge_level"], edge["agent_type"])
        for edge in table("kgx", "edges")
    }
    concluded = {kind for name, kind in levels.items() if name.startswith("derived-")}

    assert levels["local-immunotherapy-may-worsen-extrinsic"] == ("prediction", "manual_agent")
    assert levels["serum-interleukin-4-raised"] == ("not_provided", "manual_agent")
    assert levels["adalimumab-inhibits-tumor-necrosis-factor-pmid-33100536"] == (
        "knowledge_assertion",
        "manual_agent",
    )
    assert concluded == {("prediction", "automated_agent"), ("logical_entailment", "automated_agent")}


def test_publications_are_those_that_support():
    """A line that speaks against a fact does not make its publication one that reports it."""
    fact = AA + "fact/adalimumab-inhibits-tumor-necrosis-factor-pmid-33100536"
    mine = [
        t
        for t in shipped()
        if t.subject.value == fact or f"<{t.subject.value}>" in said()[fact][AA + "evidence"]
    ]
    turned = [
        Triple(t.subject, t.predicate, NamedNode(AA + "Disputes"))
        if t.predicate.value == AA + "stance"
        else t
        for t in mine
    ]
    rows = [
        next(csv.DictReader(export(world(triples), [fact], "kgx")["edges.tsv"].splitlines(), delimiter="\t"))
        for triples in (mine, turned)
    ]

    assert [bool(row["publications"]) for row in rows] == [True, False]
    assert [row["predicate"] for row in rows] == ["biolink:affects", "biolink:related_to"]


def test_the_list_of_what_is_left_out_is_a_file():
    """Two columns, a reason for each fact."""
    files = exports("kgx").files
    rows = list(csv.DictReader(files["skipped.tsv"].splitlines(), delimiter="\t"))

    assert [(row["fact"], row["reason"]) for row in rows] == exports("kgx").skipped


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda text: text.replace("\tiri\t", "\turi\t", 1), "no column iri"),
        (lambda text: text + "one cell\n", "1 cells"),
        (lambda text: text.replace("\taa:Positive\t", "\tPositive\t", 1), "neither a short name"),
        (lambda text: text.replace("https://w3id.org/aa-ld/fact/", "<not an iri>", 3), "no IRI"),
    ],
)
def test_a_table_that_was_changed_is_refused_with_its_place(change, what):
    """The file and the line are named."""
    files = exports("kgx").files
    with pytest.raises(ExchangeFileError, match=what) as caught:
        read({**files, "edges.tsv": change(files["edges.tsv"])}, "kgx")

    assert caught.value.where.startswith("edges.tsv:")


# What others got wrong.


def firm(fact: str) -> bool:
    """Whether the shipped files say it without reserve, of everyone, and nobody says otherwise."""
    own = said()[fact]
    lines = [said()[line[1:-1]] for line in own.get(AA + "evidence", ())]
    empty = {f"<{AA}NotStated>", f"<{AA}NotApplicable>"}
    limits = {"population", "species", "compartment", "comparator", "time", "context", "site", "responseGroup", "cohort",
              "condition", "direction", "effect", "verdict", "measure", "role", "axisStanding", "value", "interval"}  # fmt: skip
    return (
        own[AA + "certainty"] == {f"<{AA}Asserted>"}
        and own[AA + "polarity"] == {f"<{AA}Positive>"}
        and bool(lines)
        and not any(AA + "hedge" in line or line[AA + "stance"] != {f"<{AA}Supports>"} for line in lines)
        and all(own.get(AA + name, frozenset()) <= empty for name in limits)
        and not any(f"<{fact}>" in other.get(AA + "between", ()) for other in said().values())
        and len(own[AA + "subject"]) == len(own[AA + "object"]) == 1
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_refuted_fact_is_not_exported_as_asserted(form):
    """No triple of a negative fact stands in a file for readers of triples."""
    refuted = {
        c for fact in facts() if said()[fact][AA + "polarity"] == {f"<{AA}Negative>"} for c in contents(fact)
    }

    assert refuted
    assert asserted_contents(form) & refuted == set()


@pytest.mark.parametrize("form", ONE_FILE)
def test_a_hedge_is_not_dropped(form):
    """What readers of triples see is firm in some fact: not hedged, not limited, not disputed, not concluded."""
    firmly = {content for fact in facts() if firm(fact) for content in contents(fact)}

    assert asserted_contents(form) - firmly == set()


@pytest.mark.parametrize("form", FORMATS)
def test_no_direction_is_inverted(form):
    """No triple has the ends of a fact swapped, where no fact says so, and raised stays raised."""
    swapped = {
        (o[1:-1], p, f"<{s}>") for fact in facts() for s, p, o in contents(fact) if o.startswith("<")
    } - {content for fact in facts() for content in contents(fact)}

    assert swapped
    assert asserted_contents(form) & swapped == set()


@pytest.mark.parametrize("form", FORMATS)
def test_no_name_is_random(form):
    """A second export in the same process gives the same bytes, and no blank node or uuid is in it."""
    done = exports(form)

    assert exported(knowledge().layers, reversed(facts()), form) == done
    assert not any("_:" in text or "urn:uuid" in text for text in done.files.values())


PLAIN = AA + "fact/adalimumab-inhibits-tumor-necrosis-factor-pmid-33100536"


def changed(predicate: str, value: str | None, of: str = PLAIN) -> list[Triple]:
    """The triples of a plain fact and its evidence, a value of one node put in place of those that were there."""
    (line,) = said()[PLAIN][AA + "evidence"]
    node = NamedNode(line[1:-1] if of == "line" else of)
    name = NamedNode(predicate if ":" in predicate else AA + predicate)
    kept = [
        t
        for t in shipped()
        if t.subject.value in (PLAIN, line[1:-1]) and (t.subject, t.predicate) != (node, name)
    ]
    meant = Literal("may") if predicate == "hedge" else NamedNode(AA + (value or ""))
    return kept if value is None else [*kept, Triple(node, name, meant)]


def other_fact(polarity: str) -> list[Triple]:
    """Another fact of the same content."""
    node = NamedNode(PLAIN + "-too")
    own = [t for t in shipped() if t.subject.value == PLAIN and t.predicate.value != AA + "polarity"]
    return [Triple(node, t.predicate, t.object) for t in own] + [
        Triple(node, NamedNode(AA + "polarity"), NamedNode(AA + polarity))
    ]


def says(form: str, triples: list[Triple], content: tuple[str, str, str]) -> bool:
    """Whether a reader of triples, or of subject, predicate and object of edges, learns this content."""
    files = export(world(triples), [PLAIN], form)
    if form == "kgx":
        rows = csv.DictReader(files["edges.tsv"].splitlines(), delimiter="\t")
        return any(row["predicate"] == "biolink:affects" for row in rows)
    ((name, text),) = files.items()
    syntax = RdfFormat.TRIG if name.endswith(".trig") else RdfFormat.TURTLE
    quads = {(q.subject.value, q.predicate.value, str(q.object)) for q in parse(text, syntax)}
    return content in quads


@pytest.mark.parametrize("form", ["rdf12", "nanopub", "kgx"])
def test_only_what_is_plain_is_said_plainly(form):
    """Each way in which a source holds back, one at a time, keeps the triple of the fact out of the file."""
    (content,) = contents(PLAIN)
    subject = f"{AA}Etanercept"
    ways = {
        "as it is": changed("note", None),
        "another says so too": [*changed("note", None), *other_fact("Positive")],
        "negative": changed("polarity", "Negative"),
        "another denies it": [*changed("note", None), *other_fact("Negative")],
        "likely": changed("certainty", "Likely"),
        "hedged": changed("hedge", "", of="line"),
        "disputed": changed("stance", "Disputes", of="line"),
        "of several": [
            *changed("note", None),
            Triple(NamedNode(PLAIN), NamedNode(AA + "subject"), NamedNode(subject)),
        ],
        "in conflict": changed("between", PLAIN.removeprefix(AA), of=AA + "conflict/x"),
        "replaced": changed("http://purl.org/dc/terms/isReplacedBy", "fact/y"),
    }
    if form != "kgx":
        ways["of some"] = changed("population", "PatientWithAlopeciaAreata")
        ways["in a way not foreseen"] = changed("http://example.org/dose", "High")

    assert [way for way, triples in ways.items() if says(form, triples, content)] == [
        "as it is",
        "another says so too",
    ]


def test_a_finding_of_no_change_is_no_edge():
    """There is no value for it in Biolink, and an edge without it would tell of a relation."""
    unchanged = {fact for fact in facts() if said()[fact].get(AA + "direction") == {f"<{AA}Unchanged>"}}
    reasons = {skipped.reason for skipped in exports("kgx").skipped if skipped.fact in unchanged}

    assert len(unchanged) > 3
    assert (
        unchanged & {row["iri"] for name in ("edges", "negated_edges") for row in table("kgx", name)} == set()
    )
    assert any("no change" in reason for reason in reasons)


@cache
def few(form: str) -> dict[str, str]:
    """A short export: a firm fact, a hedged one and a denied one."""
    names = ("/adalimumab-inhibits-tumor", "/local-immunotherapy-may-worsen", "/apremilast-not-against")
    return export(knowledge().layers, [fact for fact in facts() if any(name in fact for name in names)], form)


@pytest.mark.parametrize("form", FORMATS)
@given(data=st.data())
@SOME
def test_a_damaged_file_is_refused_in_words(form, data):
    """Whatever stands in a file, it is read, or an error of the family says what is wrong."""
    name = data.draw(st.sampled_from(sorted(FORMATS[form].files)))
    text = few(form)[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 40, len(text))))
    damaged = text[:start] + data.draw(st.sampled_from(JUNK)) + text[end:]
    try:
        read({**few(form), name: damaged}, form)
    except AaLdError as error:
        assert error.what
        assert error.remedy


# JSON-LD.


def test_the_shipped_context_is_the_generated_one():
    """Every property and class that shipped facts use is in it, and nothing else."""
    assert places.context_file().read_text(encoding="utf-8") == generated_context(
        describe(knowledge().layers, facts())
    )


def test_every_word_of_shipped_facts_has_a_short_name_in_the_context():
    """No key of the shipped facts is a longer name than it has to be."""
    document = json.loads(exports("jsonld").files["facts.jsonld"])
    keys = {key for node in document["@graph"] for key in node}
    kinds = {kind for node in document["@graph"] for kind in [node["type"]] if isinstance(kind, str)}

    assert {name for name in keys | kinds if ":" in name} == set()
    assert keys - set(document["@context"]) == set()


def test_rdflib_reads_the_same_triples_from_json_ld():
    """Another library, which knows nothing of ours, reads what the files say."""
    graph = rdflib.Graph()
    graph.parse(data=exports("jsonld").files["facts.jsonld"], format="json-ld")
    turtle = rdflib.Graph()
    turtle.parse(data=exports("nt").files["facts.nt"], format="nt")

    assert set(graph) == set(turtle)


def test_the_context_may_stand_under_its_address():
    """Then the file is the same but for the context, and is read without the network."""
    here, there = (
        json.loads(exports(form).files["facts.jsonld"]) for form in ("jsonld", "jsonld-by-reference")
    )

    assert there["@context"] == "https://w3id.org/aa-ld/data/context.jsonld"
    assert here["@context"] == shipped_context()
    assert here["@graph"] == there["@graph"]


def test_a_context_from_elsewhere_is_refused():
    """Nothing is ever fetched."""
    for context in (
        '"http://example.org/c"',
        '[{}, "http://example.org/c"]',
        '{"@import": "http://example.org/c"}',
    ):
        with pytest.raises(RemoteContextError):
            read({"facts.jsonld": f'{{"@graph": [{{"@context": {context}}}]}}'}, "jsonld")


# Nanopublications.


@cache
def nanopubs() -> dict[str, dict[str, set[tuple[str, str, str]]]]:
    """Nanopublication to name of graph to triples, read by rdflib."""
    dataset = rdflib.Dataset()
    dataset.parse(data=exports("nanopub").files["facts.trig"], format="trig")
    found: dict[str, dict[str, set[tuple[str, str, str]]]] = {}
    for s, p, o, graph in dataset.quads():
        publication, _, part = str(graph).rpartition("/")
        found.setdefault(publication + "/", {}).setdefault(part, set()).add((s.n3(), p.n3(), o.n3()))
    return found


def test_each_fact_is_one_nanopublication_of_four_graphs():
    """The head names the other three, the provenance speaks of the assertion, and the publication info of the whole."""
    assert set(nanopubs()) == {fact + "/nanopub/" for fact in facts()}
    for this, graphs in nanopubs().items():
        head = {(p.rpartition("#")[2], o) for s, p, o in graphs["Head"] if s == f"<{this}>"}
        assert head == {
            ("type>", "<http://www.nanopub.org/nschema#Nanopublication>"),
            ("hasAssertion>", f"<{this}assertion>"),
            ("hasProvenance>", f"<{this}provenance>"),
            ("hasPublicationInfo>", f"<{this}pubinfo>"),
        }
        assert set(graphs) == {"Head", "assertion", "provenance", "pubinfo"}
        assert any(s == f"<{this}assertion>" for s, _, _ in graphs["provenance"])
        assert {s for s, _, _ in graphs["pubinfo"]} == {f"<{this}>"}
        assert graphs["assertion"]


def test_the_date_of_a_nanopublication_is_that_of_the_release():
    """It stands once, in the header of the ontology; no clock is read."""
    header = (ONTOLOGY / "aa.ttl").read_text(encoding="utf-8")
    day = header.partition('dcterms:issued "')[2][:10]
    created = {
        o for graphs in nanopubs().values() for _, p, o in graphs["pubinfo"] if p.endswith("terms/created>")
    }

    # rdflib writes the same moment with another zone.
    assert {text.replace("+00:00", "Z") for text in created} == {f'"{day}T00:00:00Z"^^<{XSD}dateTime>'}


def test_hedges_stand_in_the_provenance_and_certainty_in_the_assertion():
    """Who reads the assertion alone still sees how firm it is."""
    graphs = nanopubs()[AA + "fact/local-immunotherapy-may-worsen-extrinsic/nanopub/"]
    certainty = {o for _, p, o in graphs["assertion"] if p == f"<{AA}certainty>"}
    hedges = {o for _, p, o in graphs["provenance"] if p == f"<{AA}hedge>"}

    assert certainty == {f"<{AA}Possible>"}
    assert hedges == {'"may"'}


def test_a_nanopublication_without_its_parts_is_refused():
    """The error names the nanopublication."""
    text = export(knowledge().layers, facts()[:1], "nanopub")["facts.trig"]
    with pytest.raises(ExchangeFileError, match="introduces") as caught:
        read({"facts.trig": text.replace("npx:introduces", "npx:describes")}, "nanopub")

    assert caught.value.where == f"<{facts()[0]}/nanopub/>"


def test_the_nanopub_library_finds_every_nanopublication_valid():
    """The library of the nanopublication network agrees; versions before 2.2.2 call anything valid."""
    library = pytest.importorskip("nanopub", reason="pip install nanopub (needs Python 3.12)")
    version = tuple(int(part) for part in metadata.version("nanopub").split(".")[:3])
    if version < (2, 2, 2):
        pytest.skip("nanopub before 2.2.2 calls tampered files valid")
    whole = rdflib.Dataset()
    whole.parse(data=exports("nanopub").files["facts.trig"], format="trig")
    by_publication: dict[str, rdflib.Dataset] = {}
    for s, p, o, graph in whole.quads():
        dataset = by_publication.setdefault(str(graph).rpartition("/")[0], rdflib.Dataset())
        dataset.graph(graph).add((s, p, o))

    assert len(by_publication) == len(facts())
    assert all(library.Nanopub(rdf=dataset).is_valid for dataset in by_publication.values())
    broken = next(iter(by_publication.values()))
    broken.remove_graph(next(g for g in broken.graphs() if str(g.identifier).endswith("provenance")))
    with pytest.raises(Exception, match=r"nanopub|graph"):
        assert library.Nanopub(rdf=broken).is_valid


# The command line.


def test_every_format_can_be_asked_for_on_the_command_line():
    """The parser, which imports no format, names all of them."""
    _, arguments = parser.parse(["export"])
    formats = next(
        action.choices
        for verbs in parser._parser()._actions if verbs.dest == "verb"
        for action in verbs.choices["export"]._actions if action.dest == "format"
    )  # fmt: skip

    assert set(formats) == {*FORMATS, *curation_parser.TABLES}
    assert arguments.format is None


def test_an_export_goes_to_standard_output_with_its_talk_apart(capsys):
    """What is written can be piped; how much it was, and the disclaimer, are on the other stream."""
    assert main(["export", "--format", "rdf12", "SF32", "SF30"]) == 0
    out, told = capsys.readouterr()

    assert {fact.id for fact in facts_of(read({"facts.ttl": out}, "rdf12"))} == {"SF30", "SF32"}
    assert told.splitlines()[0] == "2 facts written."
    assert DISCLAIMER in told


def test_an_export_of_several_files_fills_a_folder_and_tells_what_was_left_out(capsys, tmp_path):
    """Filters choose facts; each reason is told once, with the facts."""
    folder = tmp_path / "new" / "kgx"
    assert main(["export", "--format", "kgx", "--source", "review", "-o", str(folder)]) == 0
    told = capsys.readouterr().err
    files = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}

    assert set(files) == {"nodes.tsv", "edges.tsv", "negated_edges.tsv", "skipped.tsv"}
    assert f"{len(read(files, 'kgx'))} facts written to {folder}." in told
    assert "Left out, because Biolink has no predicate for aa:shouldConsider: SF34." in told
    assert f"The whole list is {folder / 'skipped.tsv'}." in told
    assert files["skipped.tsv"].count("\n") == 1 + 79 - len(read(files, "kgx"))


def test_conclusions_go_out_when_they_are_asked_for(capsys, tmp_path):
    """With --inferred, each with its rule and its premises."""
    target = tmp_path / "facts.jsonld"
    call = ["export", "--format", "jsonld", "--class", "risk inference", "-o", str(target)]
    assert main(call) == 0
    assert "No facts" in capsys.readouterr().err
    assert not target.exists()

    assert main([*call, "--inferred"]) == 0
    (node,) = [
        n for n in json.loads(target.read_text(encoding="utf-8"))["@graph"] if n["type"] == "RiskInference"
    ]
    assert node["rule"].startswith("aa:rule/endotype-risk")
    assert node["wasDerivedFrom"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--format", "kgx"], "several files"),
        (["--format", "kgx", "-o", "FILE"], "several"),
        (["--format", "nt", "-o", "."], "one file"),
        (["--format", "nt", "NoSuchFact"], "No loaded file declares"),
    ],
)
def test_a_call_that_cannot_be_carried_out_is_refused(words, what, capsys, tmp_path):
    """Exit status 2, a sentence on what to do, and nothing written."""
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")

    assert main(["export", *(str(file) if word == "FILE" else word for word in words)]) == 2
    out, told = capsys.readouterr()
    assert what in told
    assert out == ""
    assert file.read_text(encoding="utf-8") == "mine"
