"""The facts of the review: complete, read as the text is worded, and silent where it is silent."""

import csv
import re
from pathlib import Path

import pytest

from aa_ld import load, places
from aa_ld.fact import read_facts
from aa_ld.spans import read_sources
from aa_ld.store import rows
from aa_ld.vocab import PREFIXES, compact

SHARED = Path(__file__).parents[2] / "shared"
KB = load("review")
FACTS = {fact.id: fact for fact in read_facts(KB.layers)}
AA = PREFIXES["aa"]
beside = pytest.mark.skipif(
    not SHARED.exists(), reason="the tables the facts were curated from are not beside this checkout"
)


def table(name: str) -> list[dict[str, str]]:
    with (SHARED / "domain" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def line(identifier: str):
    (only,) = FACTS[identifier].evidence
    return only


@pytest.mark.parametrize(("letter", "count"), [("SF", 35), ("M", 18), ("U", 12), ("B", 9), ("K", 5)], ids=str)
def test_every_claim_and_every_row_of_the_record_is_a_fact(letter, count):
    """35 claims, 18 MeSH rows, 12 substances, 9 bibliographic values, 5 keywords."""
    assert sorted(i for i in FACTS if re.fullmatch(rf"{letter}\d\d", i)) == [
        f"{letter}{n:02d}" for n in range(1, count + 1)
    ]


def test_all_polarities_are_positive():
    """The abstract contains no negated statement."""
    assert {compact(fact.polarity) for fact in FACTS.values()} == {"aa:Positive"}


@beside
def test_each_focus_is_the_span_that_was_curated():
    """Offsets of all 35 claims and all rows of the record, to the character."""
    curated = {
        r["fact_id"]: (int(r["file_start"]), int(r["file_end"]))
        for name in ("review_facts.tsv", "review_mesh.tsv", "review_biblio.tsv")
        for r in table(name)
        if r["file_start"]
    }
    found = {i: (line(i).focus.start, line(i).focus.end) for i in FACTS}

    assert found == curated


@beside
def test_each_hedge_is_the_one_that_was_curated():
    """The hedged claims are those of the table, with its words."""
    hedged = ("hedged", "possible", "recommendation", "asserted link")
    curated = {
        r["fact_id"]: r["hedge_words"].rpartition("... ")[2]
        for r in table("review_facts.tsv")
        if r["certainty"].startswith(hedged)
    }
    found = {i: fact.evidence[0].hedge for i, fact in FACTS.items() if fact.evidence[0].hedge}

    assert found == curated


@beside
def test_each_certainty_is_the_one_that_was_curated():
    """No claim is firmer, and none is more guarded, than the table has it."""
    words = {
        "hedged-attributed": "Attributed", "hedged-reported": "Reported", "possible": "Possible",
        "presupposed": "Presupposed", "implied by juxtaposition": "Implied", "recommendation": "Recommended",
        "asserted link": "Possible", "asserted": "Asserted",
    }  # fmt: skip
    for row in table("review_facts.tsv"):
        expected = next(value for key, value in words.items() if row["certainty"].startswith(key))
        assert compact(FACTS[row["fact_id"]].certainty) == f"aa:{expected}", row["fact_id"]


@beside
def test_every_span_is_proven_against_the_abstract():
    """All of them, and the words of the hedges stand where they are said to."""
    texts = read_sources(SHARED / "sources")
    report = KB.validate(texts)

    assert texts
    assert list(report) == []


@beside
def test_each_sentence_is_where_it_was_found():
    """Ten sentences, offsets and digests."""
    query = f"""PREFIX aa: <{AA}> PREFIX oa: <{PREFIXES["oa"]}>
        SELECT ?n ?start ?end ?sha WHERE {{ ?s a aa:Sentence ; aa:number ?n ; aa:span ?span .
        ?span oa:start ?start ; oa:end ?end ; aa:sha256 ?sha }} ORDER BY ?n"""
    found = [
        (r["n"].value, r["start"].value, r["end"].value, r["sha"].value[:12]) for r in rows(KB.layers, query)
    ]
    curated = [
        (r["sentence"][1:], r["file_start"], r["file_end"], r["sha256_12"])
        for r in table("review_sentences.tsv")
    ]

    assert found == curated


# Readings that the curator must not smooth over.


def test_tolerance_loss_and_exposure_stand_side_by_side():
    """Two effects of one cause; no fact says that one leads to the other."""
    assert FACTS["SF04"].subjects == FACTS["SF05"].subjects == (AA + "InterferonGammaProduction",)
    assert not [
        f
        for f in FACTS.values()
        if AA + "ImmuneToleranceDisruption" in f.subjects and AA + "SelfAntigenExposure" in f.objects
    ]


def test_open_antecedents_are_modelled_as_processes_and_said_to_be_read():
    """The cause is the production, and the two disruptions together."""
    assert "subject" in FACTS["SF04"].implied
    assert "subject" in FACTS["SF05"].implied
    for identifier in ("SF07", "SF08"):
        assert set(FACTS[identifier].subjects) == {
            AA + "ImmuneToleranceDisruption",
            AA + "SelfAntigenExposure",
        }
        assert "subject" in FACTS[identifier].implied


def test_interleukin_6_keeps_the_grouping_of_the_review_with_its_source():
    """It is listed under Th2 by a fact, implied, and contested as a term; no axiom says so."""
    assert AA + "Interleukin6" in FACTS["SF29"].subjects
    assert compact(FACTS["SF29"].certainty) == "aa:Implied"
    assert AA + "Th2Cytokine" not in KB.show("interleukin-6").parents


def test_serum_qualifies_the_three_interleukins_only():
    """IgE and eosinophils have no stated compartment, and are no cytokines."""
    found = {
        i: compact(FACTS[i].scope_of("compartment")[0]) for i in ("SF24", "SF25", "SF26", "SF27", "SF28")
    }

    assert found == {
        "SF24": "aa:Serum", "SF25": "aa:Serum", "SF26": "aa:Serum", "SF27": "aa:NotStated", "SF28": "aa:NotStated",
    }  # fmt: skip
    assert AA + "Cytokine" not in KB.show("IgE").parents + KB.show("eosinophil").parents


def test_which_disease_may_worsen_is_not_said():
    """The condition stays open, the group is the one with extrinsic atopic dermatitis."""
    fact = FACTS["SF32"]

    assert [compact(v) for v in fact.scope_of("condition")] == ["aa:NotStated"]
    assert fact.scope_of("population") == (AA + "PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis",)
    assert compact(fact.certainty) == "aa:Possible"


def test_one_cited_patient_and_own_experience_are_two_kinds_of_evidence():
    """Never two patients."""
    assert line("SF20").sample_size == line("SF21").sample_size == "1"
    assert compact(line("SF20").kind) == "aa:SinglePatientReport"
    assert compact(line("SF22").kind) == "aa:OwnExperienceReport"
    assert compact(line("SF22").sample_size) == "aa:NotStated"


def test_the_same_proposition_hedged_and_bare_stays_two_facts():
    """The bare repeat never erases the hedge of the first sentence."""
    assert FACTS["SF01"].objects == FACTS["SF13"].objects
    assert compact(FACTS["SF01"].certainty) == "aa:Attributed"
    assert line("SF01").hedge and not line("SF13").hedge


def test_the_bare_repeat_points_to_the_hedged_sentence():
    """Whoever shows the one shows the hedge of the other."""
    assert FACTS["SF13"].scope_of("repeats") == (FACTS["SF01"].iri,)
    assert "conventionally understood" in KB.explain("SF13").to_text()


def test_complication_has_a_direction_and_co_occurrence_has_none():
    """Two wordings, two predicates."""
    assert compact(FACTS["SF10"].predicate) == "aa:hasComplication"
    assert compact(FACTS["SF15"].predicate) == "aa:canCooccurWith"
    assert compact(FACTS["SF15"].certainty) == "aa:Presupposed"


def test_cells_are_never_t_cells_and_tolerance_is_never_privilege():
    """The words of the text are kept."""
    words = " ".join(fact.sentence + (fact.note or "") for fact in FACTS.values()).casefold()

    assert "t cell" not in words
    assert "privilege" not in words
    assert FACTS["SF02"].subjects == (AA + "ActivatedNkg2dPositiveCd8PositiveCell",)


# What the abstract does not say.

UNSAID = [
    "diphencyprone", "dpcp", "sadbe", "dncb", "squaric", "contact", "sensiti", "shift", "il-4r", "il-13", "il-15",
    "il-2 ", "il-12", "il-17", "il-22", "il-31", "il-33", "interleukin-13", "interleukin-2 ", "tnf", "tumor necrosis", "jak",
    "stat3", "cxcl", "ccl", "cxcr", "ccr", "mhc", "hla", "mica", "ulbp", "nk cell", "natural killer", "regulatory",
    "mast cell", "tofacitinib", "baricitinib", "corticosteroid", "antihistamine", "placebo", "compared with", "versus",
    "healthy", "p value", "percent", "mice", "mouse",
]  # fmt: skip


@pytest.mark.parametrize("word", UNSAID)
def test_the_review_is_not_made_to_say(word):
    """Nothing that the abstract leaves out is attributed to it; curator's notes may say that it is left out."""
    said = " ".join(fact.sentence for fact in FACTS.values()).casefold()

    assert word not in said


def test_no_number_but_the_one_patient_and_the_record():
    """The abstract gives no n, no effect size, no p value and no comparator."""
    claims = [fact for identifier, fact in FACTS.items() if identifier.startswith("SF")]
    sizes = {e.sample_size for fact in claims for e in fact.evidence if not e.sample_size.startswith("http")}
    comparators = {compact(value) for fact in claims for value in fact.scope_of("comparator")}

    assert sizes == {"1"}
    assert comparators == {"aa:NotStated"}


def test_dupilumab_has_no_action_and_no_place_on_the_balance():
    """What it binds is background knowledge, which is not here."""
    classes = {compact(f.category) for f in FACTS.values() if AA + "Dupilumab" in f.subjects}

    assert classes == {"aa:ClinicalOutcome"}


def test_local_immunotherapy_has_no_agent_below_it():
    """No agent is named."""
    assert KB.show("local immunotherapy").children == []


def test_interferon_gamma_is_produced_and_no_level_of_it_is_claimed():
    """Cells produce it; that it is raised in serum is not said."""
    assert not [f for f in FACTS.values() if AA + "InterferonGamma" in f.subjects and f.scope_of("direction")]


def test_the_index_is_never_a_domain_fact():
    """A MeSH heading says what the indexer filed, not what the disease does."""
    for identifier, fact in FACTS.items():
        if identifier[0] in "MU":
            assert fact.subjects == (PREFIXES["publication"] + "pmid-32533873",)


def test_the_ontology_has_no_claim_of_the_review_as_an_axiom():
    """No mediator is below a Th1 or Th2 group, no disease below a category of diseases."""
    text = places.layer_files("ontology")[0].read_text(encoding="utf-8")

    for group in ("Th1Cytokine", "Th2Cytokine", "Type1InflammatoryDisease", "Type2InflammatoryDisease"):
        assert f"rdfs:subClassOf aa:{group}" not in text
