"""What stands: retraction, supersession, the knowledge of a day, and readings that are not sure."""

from __future__ import annotations

import datetime
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from aa_ld import load
from aa_ld.cli import main
from aa_ld.errors import DateError, FallenFactError, ParameterValueError
from aa_ld.infer import infer
from aa_ld.standing import Wanted, end_of, start_of, take_out
from aa_ld.store import open_layers
from aa_ld.vocab import PREFIXES

PILOT = "publication:pmid-30121698"
HEAD = "".join(
    f"@prefix {p}: <{PREFIXES[p]}> .\n"
    for p in ("aa", "dcterms", "evidence", "fact", "publication", "rdfs", "xsd")
)
NOTICE = """<http://example.org/notice> a aa:StatusNotice ; aa:concerns {concerns} ; aa:status aa:{status} ;
  dcterms:date "{date}"^^xsd:{form} ; dcterms:source "an invented editor" ."""


def noticed(tmp_path, concerns=PILOT, status="Retracted", date="2024-05-31", form="date"):
    """A file of the user's own with one notice."""
    path = tmp_path / "notice.ttl"
    body = NOTICE.format(concerns=concerns, status=status, date=date, form=form)
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def ids(kb, **filters):
    return {fact.id for fact in kb.facts(**filters)}


def test_facts_of_a_retracted_publication_are_gone_from_what_is_listed(tmp_path):
    """Without its publication, nothing is said of it any more."""
    lost = ids(load()) - ids(load(data=noticed(tmp_path)))

    assert lost == {"AG09", "LF230", "LF231"}


def test_what_rested_on_a_retracted_publication_is_gone(tmp_path):
    """The prediction from the action of the drug falls with the action, and no other conclusion does."""
    kb = load(data=noticed(tmp_path))
    before, after = (k.inferred().subjects("inferred") for k in (load(), kb))
    told = [item for item in kb.fallen() if item.fact.derivation]

    assert {item.fact.iri for item in told} == before - after
    assert [item.fact.subjects for item in told] == [(PREFIXES["aa"] + "Secukinumab",)]
    assert after - before == set()


def test_what_fell_is_told_with_its_reason(tmp_path):
    """Each thing that fell says which publication and since when, or on what it rested."""
    told = {item.fact.id: item.why for item in load(data=noticed(tmp_path)).fallen()}

    assert told["LF230"].endswith("was retracted (2024-05-31)")
    assert told[None].startswith("it rests on: Secukinumab inhibits")


def test_answers_stay_without_what_was_retracted(tmp_path, capsys):
    """A trial that was retracted is not among the failed trials, and the answer says that it was left out."""
    assert main(["ask", "treatments-that-failed", "--format", "json"]) == 0
    assert "LF230" in capsys.readouterr().out
    assert main(["ask", "treatments-that-failed", "--format", "json", "--data", str(noticed(tmp_path))]) == 0
    said = capsys.readouterr()

    assert "LF230" not in said.out
    assert "LF230" in said.err
    assert "was retracted (2024-05-31)" in said.err
    assert "1 conclusion fell with them" in said.err


def test_queries_of_ones_own_see_what_stands_only(tmp_path):
    """The engine behind `sparql` takes out the same."""
    query = "SELECT ?fact { ?fact dcterms:identifier 'LF230' }"
    here, gone = (load(data=data).sparql(query).value for data in ((), noticed(tmp_path)))

    assert len(json.loads(here)["results"]["bindings"]) == 1
    assert json.loads(gone)["results"]["bindings"] == []


def test_a_fact_that_fell_is_not_called_unknown(tmp_path):
    """Asked to explain it, the tool says that it does not stand."""
    with pytest.raises(FallenFactError, match="does not stand"):
        load(data=noticed(tmp_path)).explain("LF230")


def test_what_was_retracted_is_there_on_request_and_says_so(tmp_path):
    """With include="retracted", the facts are back, and their publication is marked."""
    kb = load(data=noticed(tmp_path), include="retracted")

    assert ids(kb) == ids(load())
    assert "[retracted 2024-05-31]" in kb.explain("LF230").to_text()


def test_a_superseded_fact_falls_alone(tmp_path):
    """A notice may concern one fact; the others of the publication stand."""
    path = noticed(tmp_path, "fact:secukinumab-without-effect", "Superseded")
    fact = next(f for f in load().facts(about="secukinumab") if f.id == "LF230")
    path.write_text(
        path.read_text().replace("fact:secukinumab-without-effect", f"<{fact.iri}>"), encoding="utf-8"
    )

    assert ids(load()) - ids(load(data=path)) == {"LF230"}


def test_a_conflict_without_one_side_is_none(tmp_path):
    """Where all facts of one side fell, nothing stands against the other any more."""
    conflict = NamedNode(PREFIXES["conflict"] + "eosinophils-in-biopsies")
    layers = load(data=noticed(tmp_path, "publication:pmid-9216531")).layers

    assert list(layers.store.quads_for_pattern(conflict, None, None)) == []


def test_a_fact_stands_on_while_another_line_carries_it(tmp_path):
    """A second source that is as firm keeps the fact; its own line alone is told then."""
    fact = next(f for f in load().facts(about="secukinumab") if f.id == "LF230")
    layers = open_layers()
    second = NamedNode(PREFIXES["evidence"] + "second")
    line = NamedNode(fact.evidence[0].iri)
    for quad in list(layers.store.quads_for_pattern(line, None, None)):
        layers.store.add(Quad(second, quad.predicate, quad.object, quad.graph_name))
    graph = layers.graph("literature")
    publication = NamedNode(PREFIXES["aa"] + "publication")
    for quad in list(layers.store.quads_for_pattern(second, publication, None)):
        layers.store.remove(quad)
    other = NamedNode(PREFIXES["publication"] + "pmid-9216531")
    layers.store.add(Quad(second, publication, other, graph))
    layers.store.add(Quad(NamedNode(fact.iri), NamedNode(PREFIXES["aa"] + "evidence"), second, graph))
    notice(layers, PREFIXES["publication"] + "pmid-30121698")
    standing = take_out(layers, Wanted())

    assert fact.iri not in standing.facts
    assert list(layers.store.quads_for_pattern(line, None, None)) == []
    assert list(layers.store.quads_for_pattern(second, publication, None)) != []


def test_a_fact_falls_where_what_is_left_is_less_firm():
    """A weaker line does not carry what the stronger one said."""
    layers = open_layers()
    fact = next(f for f in load().facts(about="secukinumab") if f.id == "LF230")
    graph, second = layers.graph("literature"), NamedNode(PREFIXES["evidence"] + "second")
    for name, value in (
        ("publication", "publication/pmid-9216531"),
        ("certainty", "Possible"),
        ("stance", "Supports"),
    ):
        layers.store.add(
            Quad(second, NamedNode(PREFIXES["aa"] + name), NamedNode(PREFIXES["aa"] + value), graph)
        )
    layers.store.add(Quad(NamedNode(fact.iri), NamedNode(PREFIXES["aa"] + "evidence"), second, graph))
    notice(layers, PREFIXES["publication"] + "pmid-30121698")

    assert take_out(layers, Wanted()).facts[fact.iri].kind == "weaker"


def notice(layers, concerned: str, date: str = "2024-05-31") -> None:
    """Put a notice of retraction into layers."""
    node, graph = NamedNode("http://example.org/notice"), layers.graph("data")
    said = {
        PREFIXES["rdf"] + "type": NamedNode(PREFIXES["aa"] + "StatusNotice"),
        PREFIXES["aa"] + "concerns": NamedNode(concerned),
        PREFIXES["aa"] + "status": NamedNode(PREFIXES["aa"] + "Retracted"),
        PREFIXES["dcterms"] + "date": Literal(date, datatype=NamedNode(PREFIXES["xsd"] + "date")),
    }
    for predicate, value in said.items():
        layers.store.add(Quad(node, NamedNode(predicate), value, graph))


def test_only_what_was_certainly_out_counts():
    """A publication of 2020 without month counts from the last day of 2020 on, the review from its own day."""
    review_out, day_before = load("review", as_of="2020-07-03"), load("review", as_of="2020-07-02")

    assert ids(review_out) == ids(load("review"))
    assert ids(day_before) == set()
    years = {r.date for r in load(as_of="2020-12-30").standing.facts.values() if r.kind == "later"}
    assert "2020" in years
    years = {r.date for r in load(as_of="2020-12-31").standing.facts.values() if r.kind == "later"}
    assert "2020" not in years


def test_a_publication_without_a_date_is_never_said_to_have_been_out():
    """Who does not know when something came out cannot say that it was known."""
    undated = {r.about for r in load(as_of="2026").standing.facts.values()}

    assert undated == {PREFIXES["publication"] + "pmid-23014334"}


def test_a_later_retraction_does_not_touch_an_earlier_day(tmp_path):
    """As the knowledge stood in 2020, the trial of 2018 stood; a notice that may be of then counts."""
    later, maybe = noticed(tmp_path), (tmp_path / "maybe")
    maybe.mkdir()

    assert "LF230" in ids(load(data=later, as_of="2020"))
    assert "LF230" not in ids(load(data=noticed(maybe, date="2020", form="gYear"), as_of="2020-06"))


@given(st.dates(min_value=datetime.date(1000, 1, 1)))
def test_a_day_is_its_own_first_and_last_day(day):
    """A whole date means one day; its month and its year begin before and end after it."""
    text = day.isoformat()

    assert start_of(text) == end_of(text) == text
    assert start_of(text[:7]) <= text <= end_of(text[:7])
    assert start_of(text[:4]) <= start_of(text[:7]) <= end_of(text[:7]) <= end_of(text[:4])


@pytest.mark.parametrize(
    "date", ["", "20", "2020-13", "2020-02-30", "2020-7", "2020-07-03T00:00", "٢٠٢٠", "-2020", "2020-00"]
)
def test_what_is_no_date_is_refused(date):
    """A date that cannot be is a fault of the call, never a silent everything."""
    with pytest.raises(DateError):
        load(as_of=date)


def test_a_later_day_never_knows_less():
    """Knowledge of the shipped sources grows with the day."""
    known = [ids(load(as_of=str(year))) for year in range(2004, 2027, 2)]

    assert all(earlier <= later for earlier, later in pairwise(known))
    assert len(set(map(len, known))) > 5


def test_unsure_readings_carry_conclusions_on_request_only_and_mark_them():
    """With include="unsure" the rules use them; what rests on one says so, what does not stays as it was."""
    plain, more = load().inferred(), load(include="unsure").inferred()
    new = more.subjects("inferred") - plain.subjects("inferred")
    marked = {f.iri for f in load(include="unsure").facts() if "not sure of this reading" in f.sentence}

    assert marked == {f.iri for f in load().facts() if "not sure of this reading" in f.sentence} != set()
    for quad in more.store.quads_for_pattern(None, NamedNode(PREFIXES["prov"] + "wasDerivedFrom"), None):
        if quad.object.value in marked:
            own = more.store.quads_for_pattern(quad.subject, NamedNode(PREFIXES["aa"] + "confidence"), None)
            assert [q.object.value for q in own] == [PREFIXES["aa"] + "AcceptedMediumConfidence"]
            assert quad.subject.value in new


def test_an_unsure_action_predicts_on_request_only():
    """The action of a treatment, read without being sure, predicts nothing, and on request something marked."""
    layers = {}
    for include in ((), ("unsure",)):
        opened = open_layers()
        action = next(f for f in load().facts(about="secukinumab") if f.id == "AG09")
        confidence = NamedNode(PREFIXES["aa"] + "confidence")
        for quad in list(opened.store.quads_for_pattern(NamedNode(action.iri), confidence, None)):
            opened.store.remove(quad)
            opened.store.add(
                Quad(
                    quad.subject, confidence, NamedNode(PREFIXES["aa"] + "MediumConfidence"), quad.graph_name
                )
            )
        take_out(opened, Wanted(include=include))
        infer(opened)
        subject = NamedNode(PREFIXES["aa"] + "subject")
        found = opened.store.quads_for_pattern(
            None, subject, NamedNode(PREFIXES["aa"] + "Secukinumab"), opened.graph("inferred")
        )
        layers[include] = [q.subject for q in found]
        if include:
            said = next(opened.store.quads_for_pattern(layers[include][0], confidence, None))
            assert said.object.value.endswith("AcceptedMediumConfidence")

    assert layers[()] == []
    assert len(layers["unsure",]) == 1


def test_a_word_that_nothing_can_be_taken_in_by_gets_the_nearest():
    """A misspelt word of --include is refused."""
    with pytest.raises(ParameterValueError, match="retracted"):
        load(include="retractd")


def test_without_notices_everything_stands(capsys):
    """Nothing is told where nothing was taken out."""
    assert load().fallen() == []
    assert main(["facts", "--fallen"]) == 0

    assert capsys.readouterr() == ("Everything that is loaded stands.\n", "")


def test_the_fallen_of_a_day_are_listed_for_programs(capsys):
    """The JSON of what does not stand has one record a fact, with kind and reason."""
    assert main(["facts", "--fallen", "--as-of", "2020-07-02", "--source", "review", "--format", "json"]) == 0
    records = json.loads(capsys.readouterr().out)

    assert {record["kind"] for record in records if not record["derived"]} == {"later"}
    assert {record["kind"] for record in records if record["derived"]} == {"rests"}
    assert sum(not record["derived"] for record in records) == 79
