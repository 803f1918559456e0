"""A publication of many facts: nothing is lost where a page shows the first of many, and what is read later is the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)
from random_worlds import examples, worlds
from webpages import Read
from worlds import add

from aa_ld import errors, load
from aa_ld.ask import answered
from aa_ld.fact import SCOPE, Fact, read_facts
from aa_ld.infer import infer
from aa_ld.publish import answers, downloads, graph_files
from aa_ld.publish.building import of_each
from aa_ld.publish.few import MOST
from aa_ld.publish.linked import Site
from aa_ld.publish.page_of_advice import page_of_advice
from aa_ld.publish.paged import PAGE
from aa_ld.publish.resources import KINDS, PARTS, folder_of
from aa_ld.publish.site import page_of, pages
from aa_ld.publish.spool import Spool, read
from aa_ld.question import Question
from aa_ld.store import open_layers
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE, graph_iri

INVENTED = 720
DATA = NamedNode(graph_iri("data"))


def invented() -> Iterator[Quad]:
    """Facts on one drug, seen in mice, each with an evidence line in one publication."""

    def said(iri: str, **values: str) -> Iterator[Quad]:
        for name, value in values.items():
            yield Quad(NamedNode(iri), NamedNode(BASE + name), NamedNode(BASE + value), DATA)

    drug = BASE + "InventedDrug"
    yield Quad(NamedNode(drug), NamedNode(RDF_TYPE), NamedNode(PREFIXES["owl"] + "Class"), DATA)
    above = NamedNode(PREFIXES["rdfs"] + "subClassOf")
    yield Quad(NamedNode(drug), above, NamedNode(BASE + "Treatment"), DATA)
    for number in range(INVENTED):
        fact, line = f"{BASE}fact/invented-{number}", f"{BASE}evidence/invented-{number}"
        yield Quad(NamedNode(fact), NamedNode(RDF_TYPE), NamedNode(BASE + "Association"), DATA)
        words = Literal(f"The invented drug was given, case {number}.", language="en")
        yield Quad(NamedNode(fact), NamedNode(PREFIXES["rdfs"] + "label"), words, DATA)
        yield from said(
            fact, subject="InventedDrug", predicate="isAssociatedWith", object="Interleukin4", polarity="Positive",
            certainty="Reported", species="Mouse", population="NotApplicable", evidence=f"evidence/invented-{number}",
        )  # fmt: skip
        yield Quad(NamedNode(line), NamedNode(RDF_TYPE), NamedNode(BASE + "EvidenceLine"), DATA)
        yield from said(
            line, publication="publication/pmid-32533873", stance="Supports", certainty="Reported", wording="NotQuoted",
            kind="StudyFinding",
        )  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Site:
    kb = load()
    kb.layers.extend(invented(), "data")
    return Site(kb.inferred())


@pytest.fixture(scope="module")
def made(site) -> dict[str, Read]:
    return {
        path: Read(read(data).decode())
        for path, data in pages(site)
        if re.fullmatch(r"[^/]+\.html|question/.*", path)
    }


def csv_of(site: Site, question: Question) -> bytes:
    return downloads._csv(site, question).read()


def words(page: Read) -> str:
    return " ".join(" ".join(page.text).split())


# What is shown of many


def test_every_fact_stands_in_the_list_of_facts_once(site, made):
    """The list goes over several pages, and no fact is lost between them or told twice."""
    listed = [path for path in made if re.fullmatch(r"facts(-\d+)?\.html", path)]
    told = Counter(link for path in listed for link in made[path].links if link.startswith("./fact/"))

    assert len(listed) == -(-len(site.facts) // PAGE) == 2
    assert set(told.values()) == {1}
    assert set(told) == {site.way(iri, "./") for iri in site.facts}


def test_the_pages_of_a_list_lead_to_one_another(made):
    """From each to the next and to the one before."""
    assert "./facts-2.html" in made["facts.html"].links
    assert "./facts.html" in made["facts-2.html"].links
    assert "Page 2 of 2" in words(made["facts-2.html"])
    assert "Page 1 of" not in words(made["terms.html"])


@pytest.mark.parametrize("path", ["Mouse.html", "InventedDrug.html", "isAssociatedWith.html", "changes.html"])
def test_a_page_with_many_facts_shows_the_first_and_says_how_many_there_are(made, path):
    """None of them is shown whole, and none is cut without a word."""
    page = made[path]
    found = re.search(rf"The first {MOST} of (\d+) are shown", words(page))

    assert found is not None
    assert int(found[1]) >= INVENTED
    assert "./facts.html" in page.links


def test_an_answer_with_many_rows_shows_the_first_and_leads_to_the_table(site, made):
    """The count is that of all rows, which stand in the table; a question on one fact at a time has none."""
    question = site.questions["fact-evidence"]
    total = site.answer(question).total
    told = words(made["question/fact-evidence.html"])

    assert total == sum(1 for _ in answers.all_rows(site.layers, question)) > answers.MOST_ROWS
    assert f"{total:,} rows, of which the first 1,000 are shown." in told
    assert "the table has all" not in told


def test_the_table_of_a_long_answer_has_all_rows(site, monkeypatch):
    """It is written row by row, and says what it says where the answer is short."""
    question = site.questions["treatments-toward-th2"]
    whole = csv_of(site, question)
    monkeypatch.setattr(answers, "MOST_ROWS", 2)
    short = Site(site.layers)

    assert len(short.answer(question).answer) == 2
    assert csv_of(short, question) == whole


def test_what_a_long_answer_is_silent_on_goes_by_all_rows(site, monkeypatch):
    """A treatment that stands in a row behind the first ones is not said to be silent, nor a denial lost."""
    monkeypatch.setattr(answers, "MOST_ROWS", 2)
    told, expected = {}, {}
    for name, question in site.questions.items():
        shown = answers.shown(site.layers, question, site.names, site.facts)
        whole = answered(site.layers, question, site.names, {}, site.facts)
        told[name] = (shown.total, shown.answer.silent, {fact.iri for fact in shown.answer.denied})
        of_others = {fact.iri for fact in whole.denied} | {
            iri
            for iri, fact in whole.facts.items()
            if fact.polarity == BASE + "Negative" and iri not in shown.answer.facts
        }
        expected[name] = (len(whole), whole.silent, of_others)

    assert {name: found[:2] for name, found in told.items()} == {
        name: found[:2] for name, found in expected.items()
    }
    assert all(told[name][2] <= expected[name][2] for name in told)
    assert any(found[2] for found in told.values())


def test_no_question_has_a_limit_of_its_own(site):
    """The first rows are asked for by one, so a second would be none."""
    assert not [
        name for name, question in site.questions.items() if re.search(r"(?i)\blimit\b", question.text)
    ]


def test_the_page_of_advice_says_where_it_would_hold_too_much(site, monkeypatch):
    """It names what answers instead, keeps the disclaimer, and runs no script."""
    monkeypatch.setattr("aa_ld.publish.page_of_advice.MOST", 5)
    page = page_of_advice(site)

    assert "too many for one page" in page.body
    assert "aa-ld advise" in page.body
    assert "not medical advice" in page.body
    assert "<script" not in page.head + page.body


def with_turtle(text: str) -> Site:
    """The review with what a user says beside it."""
    kb = load("review")
    head = f"@prefix aa: <{BASE}> . @prefix ex: <https://example.org/> . @prefix fact: <{BASE}fact/> . @prefix rdfs: <{PREFIXES['rdfs']}> .\n"
    kb.layers.add_quads(parse(head + text, RdfFormat.TURTLE), "data")
    kb.infer()
    return Site(kb.layers)


def plenty(number: int, name: str = "fact:p") -> str:
    return "".join(
        f"{name}{n} a aa:Association ; aa:subject aa:Dupilumab ; aa:polarity aa:Positive ; aa:evidence [] .\n"
        for n in range(number)
    )


def test_what_says_no_or_is_in_conflict_is_never_behind_the_first_facts():
    """Five hundred others do not hide it, and the page says how many of all it is."""
    site = with_turtle(
        plenty(MOST + 10)
        + "fact:zz a aa:Association ; aa:subject aa:Dupilumab ; aa:polarity aa:Negative ; aa:evidence [] .\n"
        "fact:zy a aa:Association ; aa:subject aa:Dupilumab ; aa:polarity aa:Positive ; aa:evidence [] .\n"
        "<https://w3id.org/aa-ld/conflict/c> a aa:Conflict ; aa:between fact:zy .\n"
    )
    few = site.about(BASE + "Dupilumab")["subject"]
    page = words(Read(page_of(site, site.resources[BASE + "Dupilumab"])[1].decode()))

    assert [fact.iri for fact in few.shown[:2]] == [f"{BASE}fact/zy", f"{BASE}fact/zz"]
    assert (
        f"The first {MOST} of {few.total} are shown. Of all, 2 say no or are in conflict; these come first."
        in page
    )


def test_facts_without_a_kind_or_a_page_stand_in_the_list():
    """A fact that lacks its class ends nothing, and one of another namespace is where the other pages say it is."""
    site = with_turtle("fact:x rdfs:label 'X.'@en ; aa:evidence [] .\n" + plenty(2, "ex:e"))
    page = Read(next(data for path, data in pages(site) if path == "facts.html").decode())

    assert "Without a kind (1)" in words(page)
    assert {"./fact/x.html", "https://example.org/e0", "https://example.org/e1"} <= set(page.links)


def test_many_things_that_lead_to_one_are_counted_where_they_are_cut():
    """Of a cohort and of a term, with where the others are."""
    conflicts = "".join(
        f"<{BASE}conflict/c{n}> a aa:Conflict ; aa:between <{BASE}cohort/co>, aa:Dupilumab .\n"
        for n in range(MOST + 20)
    )
    site = with_turtle(f"<{BASE}cohort/co> a aa:Cohort .\n{conflicts}")
    told = {
        iri: words(Read(page_of(site, site.resources[iri])[1].decode()))
        for iri in (BASE + "cohort/co", BASE + "Dupilumab")
    }

    assert all(
        f"The first {MOST} of {MOST + 20} are shown; the data hold all." in page for page in told.values()
    )


def test_many_denials_are_told_by_the_first_and_their_number(monkeypatch):
    """What a question is silent on goes by all of them."""
    monkeypatch.setattr(answers, "MOST_DENIALS", 3)
    site = with_turtle(
        "".join(
            f"fact:n{n} a aa:Association ; aa:subject aa:Dupilumab ; aa:polarity aa:Negative ; aa:evidence [] .\n"
            for n in range(9)
        )
    )
    cut = [
        each.answer
        for name, each in ((n, site.answer(q)) for n, q in site.questions.items())
        if each.answer.denials > 3
    ]

    assert cut
    assert all(len(answer.denied) == 3 for answer in cut)
    assert any(
        "more loaded facts about what is named here" in note for answer in cut for note in answer.notes()
    )


def test_a_reason_is_found_among_many_facts_that_name_a_fact():
    """Only what says that it is a reason counts."""
    many = "".join(
        f"fact:o{n} a aa:Association ; aa:subject aa:Dupilumab ; aa:object fact:it ; aa:evidence [] .\n"
        for n in range(MOST + 5)
    )
    site = with_turtle(
        many + "fact:it a aa:Association ; rdfs:label 'It.'@en ; aa:evidence [] .\n"
        "fact:zr a aa:Explanation ; rdfs:label 'The reason.'@en ; aa:predicate aa:isReasonFor ; aa:subject aa:Th2 ; aa:object fact:it ; aa:evidence [] .\n"
    )

    assert "The reason that the source gives The reason." in words(
        Read(page_of(site, site.resources[f"{BASE}fact/it"])[1].decode())
    )


def test_odd_identifiers_lead_to_their_facts_too():
    """One in a language, and one of a fact that has no folder."""
    site = with_turtle(
        "fact:x <http://purl.org/dc/terms/identifier> 'Q1'@en ; a aa:Association ; aa:evidence [] .\n"
        "aa:TopFact a aa:Association ; aa:evidence [] .\n"
    )

    assert (site.key_of("Q1"), site.key_of("TopFact")) == (f"{BASE}fact/x", f"{BASE}TopFact")


def test_what_is_called_like_a_layer_and_is_none_keeps_its_triples():
    """A user may speak of a graph that nobody opened."""
    site = with_turtle(f"<{BASE}graph/mine> rdfs:label 'mine' .\n")
    files = dict(of_each(site))

    assert b"mine" in read(files["graph/mine.nt"])


# What is read later


def naive_about(facts: list[Fact]) -> dict[str, dict[str, list[str]]]:
    """The facts that name a term by the first place in which they do, gone through one by one."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        places = [*(("subject", iri) for iri in fact.subjects), *(("object", iri) for iri in fact.objects)]
        places += sorted(fact.scope, key=lambda each: SCOPE.index(each[0]))
        places += [("predicate", fact.predicate), ("polarity", fact.polarity), ("certainty", fact.certainty)]
        seen = set()
        for role, iri in places:
            if iri not in seen and iri.startswith("http"):
                seen.add(iri)
                found[iri][role].append(fact.iri)
    return found


def test_facts_about_a_term_are_those_that_name_it(site):
    """Of every term, by the place in which they name it, as many and the first of them."""
    facts = read_facts(site.layers)
    naive = naive_about(facts)
    told = {iri: site.about(iri) for iri in [*site.resources, *naive]}
    between = site.layers.store.quads_for_pattern(None, NamedNode(BASE + "between"), None)
    marked = {quad.object.value for quad in between} | {
        f.iri for f in facts if f.polarity == BASE + "Negative"
    }

    def first(found: list[str]) -> list[str]:
        return (sorted(found, key=lambda iri: iri not in marked) if len(found) > MOST else found)[:MOST]

    assert {iri for iri, about in told.items() if about} == set(naive)
    for iri, about in told.items():
        assert {role: few.total for role, few in about.items()} == {
            role: len(f) for role, f in naive[iri].items()
        }
        assert {role: [f.iri for f in few.shown] for role, few in about.items()} == {
            role: first(found) for role, found in naive[iri].items()
        }


def test_a_fact_is_the_same_whether_it_is_read_alone_or_with_all(site):
    """With its evidence, its premises and theirs."""
    assert {iri: site.facts[iri] for iri in site.facts} == {
        fact.iri: fact for fact in read_facts(site.layers)
    }


def test_what_follows_from_a_fact_is_what_rests_on_it(site):
    """The premises of conclusions, read the other way."""
    resting = defaultdict(set)
    for fact in read_facts(site.layers):
        for premise in fact.derivation.premises if fact.derivation else ():
            resting[premise.iri].add(fact.iri)

    assert {iri: set(site.following(iri)) for iri in site.facts} == {iri: resting[iri] for iri in site.facts}


def test_everything_that_is_said_stands_in_a_file(site):
    """No triple on a term of ours or a part of it is left out of the files of resources."""
    told = {t for each in site.resources.values() if each.kind != "graph" for t in each.triples}
    wanted = {
        quad.triple
        for quad in site.layers.store
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(BASE) and quad.subject.value != BASE
        and folder_of(quad.subject.value) in {*KINDS, *PARTS} and not isinstance(quad.object, BlankNode)
    }  # fmt: skip

    assert wanted - told == set()


def test_a_key_leads_to_its_fact(site):
    """Those with an identifier, those without, and those that follow."""
    assert {site.key_of(site.names.key(iri)) for iri in site.facts} == set(site.facts)
    assert site.key_of("SF999") is None


@examples(15)
@given(worlds())
def test_what_is_read_later_is_the_same_in_any_world(world):
    """Facts about terms, what follows, keys and pages, over facts of all kinds with what the rules make of them."""
    layers = open_layers(("ontology",))
    add(layers, world.facts)
    infer(layers)
    site, facts = Site(layers), read_facts(layers)
    naive = naive_about(facts)
    told = {
        iri: {role: [fact.iri for fact in few.shown] for role, few in site.about(iri).items()}
        for iri in naive
    }
    paths = Counter(page_of(site, site.resources[iri])[0] for iri in site.facts if iri in site.resources)

    assert told == naive
    assert {iri: site.facts[iri] for iri in site.facts} == {fact.iri: fact for fact in facts}
    assert set(paths.values()) <= {1}
    assert paths.total() + len(site.facts.elsewhere) == len(facts)


# Layers as files


def canonical(data: bytes, ending: str) -> set[str]:
    syntax = {
        "ttl": RdfFormat.TURTLE,
        "nt": RdfFormat.N_TRIPLES,
        "rdf": RdfFormat.RDF_XML,
        "jsonld": RdfFormat.JSON_LD,
    }
    held = Dataset(Quad(q.subject, q.predicate, q.object) for q in parse(data, syntax[ending]))
    held.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in held}


@pytest.mark.parametrize("lot", [30, 20_000])
def test_a_layer_is_the_same_in_every_syntax_however_many_lots_it_has(site, monkeypatch, lot):
    """Expressions without names stay with what they hang on."""
    monkeypatch.setattr(graph_files, "_LOT", lot)
    for iri in site.resources.of("graph"):
        told = {
            path.rpartition(".")[2]: canonical(data.read(), path.rpartition(".")[2])
            for path, data in graph_files.files_of_graph(site.layers, site.resources[iri])
        }
        graph = NamedNode(iri)

        assert len(told["nt"]) == sum(1 for _ in site.layers.store.quads_for_pattern(None, None, None, graph))
        assert told["ttl"] == told["nt"] == told["rdf"] == told["jsonld"]


def test_an_expression_that_hangs_on_terms_of_two_lots_is_no_tree(monkeypatch):
    """It is refused as within one lot, and not told twice."""
    monkeypatch.setattr(graph_files, "_LOT", 1)
    plain = Spool.of([b"<urn:a> <urn:p> _:x .\n<urn:b> <urn:p> _:x .\n_:x <urn:q> <urn:c> .\n"])

    with pytest.raises(errors.NotATreeError):
        list(graph_files._lots(graph_files._told(plain)))
