"""What follows, as a user meets it on the command line: real processes, real files, wrong input too."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, parse

from aa_ld import places
from aa_ld.ask import DISCLAIMER
from aa_ld.rule import read_rules
from aa_ld.vocab import PREFIXES

REPOSITORY = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(REPOSITORY)}
TOWARD = "treatments-toward-th2"
REVIEW = ("--source", "review")


def run(*words: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aa_ld", *words],
        capture_output=True, text=True, encoding="utf-8", cwd=REPOSITORY, timeout=120, check=False,
        env={**ENVIRONMENT, "PYTHONHASHSEED": seed},
    )  # fmt: skip


@cache
def output(*words: str) -> str:
    """What a good call prints; it is asked once."""
    done = run(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def key(category: str) -> str:
    """The short name of the one conclusion of a class that follows from the review alone."""
    conclusions = json.loads(output("infer", *REVIEW, "--format", "json"))["conclusions"]
    (iri,) = (c["fact"] for c in conclusions if c["class"] == category)
    return iri.removeprefix("fact:")[: len("derived-") + 8]


def assert_clear(done: subprocess.CompletedProcess[str], status: int, *fragments: str) -> None:
    """A clear sentence, the right exit status, never a traceback, nothing on stdout."""
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    for fragment in fragments:
        assert fragment in done.stderr
    assert done.stdout == ""


# infer


def test_infer_tells_what_follows_and_by_which_rules():
    """A line a rule, a line a conclusion, and how to see a proof."""
    out = " ".join(output("infer", *REVIEW).split())

    assert all(name in out for name in read_rules())
    assert f"{key('aa:AxisEffect')} Local immunotherapy is stated to have an effect on Th2: raised" in out
    assert "See the proof of one with aa-ld explain ID." in out
    assert out.endswith(DISCLAIMER)


def test_infer_as_json_gives_rules_and_whole_conclusions():
    """The number that each rule gave, and each conclusion with its derivation."""
    found = json.loads(output("infer", *REVIEW, "--format", "json"))

    assert set(found["rules"]) == set(read_rules())
    assert sum(found["rules"].values()) == len(found["conclusions"])
    assert all(c["derivation"]["premises"] for c in found["conclusions"])
    assert sorted(c["class"] for c in found["conclusions"]) == [
        "aa:AxisEffect",
        "aa:BalanceShift",
        "aa:RiskInference",
    ]


def test_the_layer_is_the_same_in_turtle_and_in_n_triples():
    """Both are complete, and the Turtle is in the layout of this project."""
    turtle, lines = (output("infer", "--format", form) for form in ("ttl", "nt"))

    assert set(parse(turtle, RdfFormat.TURTLE)) == set(parse(lines, RdfFormat.N_TRIPLES))
    assert lines.splitlines() == sorted(set(lines.splitlines()))
    assert f"{PREFIXES['fact']}derived-" in lines


def test_the_turtle_of_the_layer_is_in_canonical_layout(tmp_path):
    """What is generated looks like what is written by hand."""
    path = tmp_path / "inferred.ttl"
    path.write_text(output("infer", "--format", "ttl"), encoding="utf-8")

    assert run("format", "--check", str(path)).returncode == 0


def test_two_processes_print_the_same_bytes():
    """What is printed does not hang on how a process orders its sets."""
    for form in ("nt", "ttl", "json"):
        first, second = (run("infer", "--format", form, seed=seed) for seed in ("1", "2"))

        assert first.stdout == second.stdout
        assert "derived-" in first.stdout


def test_without_a_fact_all_that_rested_on_it_falls():
    """The one stated effect of the review carries its verdict and its risk."""
    out = output("infer", *REVIEW, "--without", "SF30")
    whole, changed = (
        json.loads(output("infer", *REVIEW, *more, "--format", "json"))
        for more in ((), ("--without", "SF30"))
    )

    assert "Without SF30, 3 of the conclusions no longer stand." in out
    assert out.rstrip().endswith(DISCLAIMER)
    assert changed == {
        "without": ["fact:local-immunotherapy-induces-type-2-inflammation"],
        "fallen": sorted(conclusion["fact"] for conclusion in whole["conclusions"]),
        "risen": [],
    }


def test_without_a_fact_that_nothing_rests_on_nothing_falls():
    """That is said, too."""
    assert "Without SF16, 0 of the conclusions no longer stand." in output(
        "infer", *REVIEW, "--without", "SF16"
    )


def test_several_facts_may_go_at_once():
    """What falls is what rested on any of them."""
    found = json.loads(output("infer", *REVIEW, "--without", "SF16", "SF30", "--format", "json"))

    assert len(found["without"]) == 2
    assert len(found["fallen"]) == 3


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        (["--without", "SF99"], ["UnknownTermError", "SF99"]),
        (["--without", "dupilumab"], ["ParameterValueError", "kind asked for: fact"]),
        (["--without", "{effect}"], ["would follow again", "aa-ld explain {effect}"]),
        (["--without", "SF30", "--format", "ttl"], ["Use table or json"]),
        (["--without", "SF30", "--format", "nt"], ["Use table or json"]),
        (["--without"], ["expected at least one argument"]),
        (["--format", "xml"], ["invalid choice"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_a_wrong_call_of_infer_ends_with_status_2(words, fragments):
    """What is wrong, and what to do."""
    effect = key("aa:AxisEffect")
    filled, said = ([text.replace("{effect}", effect) for text in texts] for texts in (words, fragments))

    assert_clear(run("infer", *filled), 2, *said)


# Rules of one's own

VERDICT = places.rule_files()["verdict"].read_text(encoding="utf-8")
MINE = """#+ title: What a source says to induce an axis concerns whoever is given it
#+ description: A rule of a user's own.
#+ uses: [PharmacologicalAction]
#+ gives: RiskInference
#+ certainty: weakest premise, at most Possible
#+ sentence: {subject} concerns {object}, so say I.

PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX prov: <http://www.w3.org/ns/prov#>

CONSTRUCT {
  ?conclusion a aa:RiskInference ; aa:subject ?agent ; aa:predicate aa:worsensConditionOf ; aa:object ?population ;
    aa:polarity aa:Positive ; aa:population ?population ; prov:wasDerivedFrom ?action .
}
WHERE {
  ?action a aa:PharmacologicalAction ; aa:subject ?agent ; aa:predicate aa:induces ; aa:population ?population .
  BIND(IRI(CONCAT(STR(?action), "-mine")) AS ?conclusion)
}
"""


def rule_file(folder: Path, text: str, name: str = "mine.rq") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_rule_of_ones_own_is_carried_out_beside_the_shipped(tmp_path):
    """Its conclusions stand with a proof, as firm as it promises at most; what they lack is told, status 1."""
    done = run("infer", *REVIEW, "--rules", rule_file(tmp_path, MINE), "--format", "json")
    found = json.loads(done.stdout)
    (mine,) = (c for c in found["conclusions"] if c["derivation"]["rule"] == "rule:mine")

    assert done.returncode == 1
    assert "findings in what follows by these rules" in done.stderr
    assert found["rules"]["mine"] == 1
    assert mine["sentence"].startswith("Local immunotherapy concerns")
    assert [premise["id"] for premise in mine["derivation"]["premises"]] == ["SF30"]
    assert mine["certainty"] == "aa:Possible"
    assert {name: number for name, number in found["rules"].items() if name != "mine"} == json.loads(
        output("infer", *REVIEW, "--format", "json")
    )["rules"]


def test_what_follows_by_a_rule_of_ones_own_is_explained(tmp_path):
    """With the rule at hand the whole proof is told, down to the sentence; a server is not written to for it."""
    rules = ("--rules", rule_file(tmp_path, MINE))
    found = json.loads(run("infer", *REVIEW, *rules, "--format", "json").stdout)
    (mine,) = (c["fact"] for c in found["conclusions"] if c["derivation"]["rule"] == "rule:mine")
    told = output("explain", mine, *REVIEW, *rules)

    assert "follows by the rule rule:mine: What a source says to induce an axis" in told
    assert told.index("because:") < told.index("SF30") < told.index("characters 1418")
    assert_clear(run("explain", mine, *REVIEW), 2, "UnknownTermError")
    assert_clear(
        run("explain", mine, *rules, "--endpoint", "http://127.0.0.1:1/"), 2, "explain --rules --endpoint"
    )


def test_without_knows_rules_of_ones_own(tmp_path):
    """What rested on a fact by such a rule falls, too."""
    words = ("infer", *REVIEW, "--rules", rule_file(tmp_path, MINE), "--without", "SF30", "--format", "json")

    assert len(json.loads(output(*words))["fallen"]) == 4


@pytest.mark.parametrize(
    ("name", "text", "fragments"),
    [
        ("mine.rq", VERDICT.replace("WHERE {", "WHERE {\n  OPTIONAL { ?x aa:a ?y }", 1), ["BrokenRuleError: mine", "OPTIONAL"]),
        ("mine.rq", "", ["EmptyFileError"]),
        ("mine.rq", "SELECT * { ?s ?p ?o }", ["BrokenRuleError: mine", "lacks title"]),
        ("mine.rq", MINE.replace("PREFIX prov: <http://www.w3.org/ns/prov#>\n", ""), ["BrokenRuleError: mine", "no SPARQL 1.1"]),
        ("mine.rq", MINE.replace("{subject}", "{subject!x}"), ["BrokenRuleError: mine", "slot subject"]),
        ("mine.rq", MINE.replace("{subject}", "{subject:>99999999999}"), ["BrokenRuleError: mine", "slot subject"]),
        ("mine.rq", MINE.replace("gives: RiskInference", "gives: PharmacologicalAction")
         .replace("a aa:RiskInference", "a aa:PharmacologicalAction"), ["CyclicRulesError: mine"]),
        ("verdict.rq", MINE, ["BrokenRuleError", "There is a rule verdict already.", "another name"]),
        ("my rule.rq", MINE, ["BrokenRuleError", "letters, digits"]),
        ("a>b.rq", MINE, ["BrokenRuleError", "letters, digits"]),
    ],
    ids=["outside", "empty", "no header", "no prefix", "conversion", "width", "circle", "taken", "blank", "sign"],
)  # fmt: skip
def test_a_rule_that_cannot_be_carried_out_is_refused(tmp_path, name, text, fragments):
    """Before anything runs, with what is wrong and what to do."""
    assert_clear(run("infer", "--rules", rule_file(tmp_path, text, name)), 3, *fragments)


def test_a_rule_file_that_is_not_there_is_told(tmp_path):
    """As any other file."""
    assert_clear(run("infer", "--rules", str(tmp_path / "none.rq")), 3, "MissingFileError", "none.rq")


# explain


def test_a_proof_is_shown_in_every_form():
    """Text and Markdown for people, JSON and PROV for programs, Mermaid for a picture."""
    risk = key("aa:RiskInference")
    texts = {
        form: output("explain", risk, *REVIEW, "--format", form)
        for form in ("text", "md", "json", "mermaid", "prov")
    }
    (record,) = json.loads(texts["json"])
    prov = list(parse(texts["prov"], RdfFormat.TURTLE))

    assert "follows by the rule rule:endotype-risk-unstated" in " ".join(texts["text"].split())
    assert texts["md"].startswith(f"## {risk}")
    assert record["derivation"]["premises"][0]["derivation"]["premises"][0]["id"] == "SF30"
    assert texts["mermaid"].startswith("flowchart BT\n")
    assert any(quad.predicate.value == PREFIXES["prov"] + "wasDerivedFrom" for quad in prov)


@pytest.mark.parametrize("form", ["text", "md", "json", "mermaid", "prov"])
def test_the_disclaimer_stands_with_a_proof_and_never_breaks_it(form):
    """Below what people read, and on standard error beside what programs read."""
    done = run("explain", key("aa:RiskInference"), *REVIEW, "--format", form)

    assert DISCLAIMER in (done.stdout if form in ("text", "md") else done.stderr)


def test_why_not_is_told_as_text_markdown_and_json():
    """The same reason in each."""
    words = ("explain", "dupilumab", *REVIEW, "--why-not", TOWARD)
    record = json.loads(output(*words, "--format", "json"))
    (sentence,) = (reason["sentence"] for reason in record["reasons"])

    assert sentence in " ".join(output(*words).split())
    assert sentence in output(*words, "--format", "md")
    assert output(*words).rstrip().endswith(DISCLAIMER)


def test_why_not_of_a_treatment_that_the_review_does_not_name_is_silence():
    """It is said to be no no."""
    assert "silent, which is not a no" in " ".join(
        output("explain", "tralokinumab", *REVIEW, "--why-not", TOWARD).split()
    )


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        (["derived-00000000"], ["UnknownTermError"]),
        (["derived-"], ["UnknownTermError"]),
        (["dupilumab", "--why-not", "treatment-toward-th2"], ["UnknownQuestionError", TOWARD]),
        (["dupilumb", "--why-not", TOWARD], ["UnknownTermError", "dupilumab"]),
        (["SF30", "--why-not", TOWARD], ["ParameterValueError", "kind asked for: treatment"]),
        (["dupilumab", "--why-not", TOWARD, "--format", "prov"], ["Use text, md or json."]),
        (["dupilumab", "--why-not"], ["expected one argument"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_a_wrong_call_of_explain_ends_with_status_2(words, fragments):
    """What is wrong, and what is nearest."""
    assert_clear(run("explain", *words), 2, *fragments)


# What follows counts only where it is asked for


def test_facts_that_follow_are_listed_only_on_request():
    """A conclusion is never taken for what a source says."""
    words = ("facts", "--about", "local immunotherapy", *REVIEW)
    said, all_facts = (
        {fact["fact"] for fact in json.loads(output(*words, *more, "--format", "json"))}
        for more in ((), ("--inferred",))
    )

    assert len([name for name in all_facts - said if name.startswith("fact:derived-")]) == 3
    assert said < all_facts
    assert not any(name.startswith("fact:derived-") for name in said)


def test_a_query_finds_what_follows_only_on_request():
    """The same query, with and without the rules."""
    query = "SELECT ?f WHERE { ?f a aa:RiskInference }"
    plain, inferred = (
        json.loads(output("sparql", query, *REVIEW, *more, "--format", "json"))["results"]["bindings"]
        for more in ((), ("--inferred",))
    )

    assert plain == []
    assert [row["f"]["value"].rsplit("/", 1)[-1][:16] for row in inferred] == [key("aa:RiskInference")]


# draw


@pytest.mark.parametrize("figure", ["balance", "matrix"])
def test_a_figure_goes_to_standard_output_or_to_a_file(figure, tmp_path):
    """The same bytes, but for the last line end; where it went is told."""
    path = tmp_path / "figure.svg"
    done = run("draw", figure, "-o", str(path))

    assert ElementTree.fromstring(path.read_bytes()).tag.endswith("svg")
    assert path.read_text(encoding="utf-8").rstrip("\n") == output("draw", figure).rstrip("\n")
    assert (done.returncode, done.stdout) == (0, "")
    assert f"Wrote {path}" in done.stderr


def test_a_figure_can_be_of_one_treatment_and_in_words():
    """Only the rows of this treatment are left."""
    rows = [line for line in output("draw", "matrix", "--treatment", "dupilumab", "--format", "table").splitlines()
            if line.startswith("| ")][2:]  # fmt: skip

    assert rows
    assert all(row.startswith("| dupilumab |") for row in rows)


@pytest.mark.parametrize(
    ("words", "status", "fragments"),
    [
        (["balanc"], 2, ["ParameterValueError", "Nearest: balance"]),
        (["balance", "--treatment", "dupilumb"], 2, ["UnknownTermError", "dupilumab"]),
        (
            ["balance", "--treatment", "interferon gamma"],
            2,
            ["ParameterValueError", "kind asked for: treatment"],
        ),
        (["balance", "--format", "png"], 2, ["invalid choice"]),
        ([], 2, ["required: balance|matrix"]),
        (["balance", "-o", "{folder}/none/x.svg"], 3, ["none/x.svg"]),
        (["balance", "-o", "{folder}"], 3, ["directory"]),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_a_wrong_call_of_draw_is_told(words, status, fragments, tmp_path):
    """A wrong word ends with status 2, a place that cannot be written to with 3."""
    assert_clear(run("draw", *(word.format(folder=tmp_path) for word in words)), status, *fragments)


# advise

PATIENT = ("--has", "alopecia areata", "extrinsic AD", "--lab", "IgE=high", "--had", "dupilumab")


def test_advice_in_words_warns_the_patient_whom_the_review_warns_about():
    """With the disclaimer first and last."""
    out = output("advise", *PATIENT, *REVIEW)

    assert out.strip().splitlines()[0] == out.strip().splitlines()[-1] == DISCLAIMER
    assert "[SF32]" in out
    assert output("advise", *PATIENT, *REVIEW, "--format", "md").startswith(DISCLAIMER)


def test_a_profile_is_read_from_words_json_or_turtle(tmp_path):
    """The advice is the same."""
    (tmp_path / "p.json").write_text(
        json.dumps(
            {"has": ["alopecia areata", "extrinsic AD"], "labs": {"IgE": "high"}, "had": ["dupilumab"]}
        )
    )
    docs = output("advise", "--profile", "docs/profile.json", *REVIEW, "--format", "json")

    assert output("advise", "--profile", str(tmp_path / "p.json"), *REVIEW, "--format", "json") == output(
        "advise", *PATIENT, *REVIEW, "--format", "json"
    )
    assert output("advise", "--profile", "docs/profile.ttl", *REVIEW, "--format", "json") == docs


@pytest.mark.parametrize(
    ("words", "status", "fragments"),
    [
        ([], 3, ["ProfileError", "no disease"]),
        (["--has", "alopecia areata", "--profile", "x.json"], 2, ["UsageError", "--profile FILE"]),
        (["--has", "alopecia areatta"], 2, ["UnknownTermError", "alopecia areata"]),
        (["--has", "dupilumab"], 3, ["ProfileError", "kind asked for: disease"]),
        (["--has", "alopecia areata", "--lacks", "alopecia areata"], 3, ["ProfileError", "Keep one"]),
        (["--has", "alopecia areata", "--lab", "IgE=purple"], 3, ["ProfileError", "high, normal, low"]),
        (["--has", "alopecia areata", "--lab", "IgE"], 3, ["ProfileError"]),
        (["--has", "alopecia areata", "--format", "ttl"], 2, ["invalid choice"]),
        (["--profile", "{folder}/none.json"], 3, ["MissingFileError"]),
        (["--profile", "{folder}/broken.json"], 3, ["ProfileError", "line 1"]),
        (["--profile", "{folder}/broken.ttl"], 3, ["RdfSyntaxError"]),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_a_wrong_profile_is_told(words, status, fragments, tmp_path):
    """A wrong call ends with status 2, a profile that cannot be with 3."""
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "broken.ttl").write_text("aa:x a .")

    assert_clear(run("advise", *(word.format(folder=tmp_path) for word in words)), status, *fragments)


# Everything together


def test_what_follows_from_all_that_is_shipped_is_valid():
    """The shapes find nothing in any layer once the rules have run."""
    from aa_ld import load

    kb = load()
    kb.infer()

    assert list(kb.validate()) == []


def test_conclusions_in_a_file_are_made_anew_and_not_taken_over(tmp_path):
    """The layer given back as a file changes nothing, and an invented conclusion is no conclusion."""
    layer = run("infer", "--source", "review", "--format", "ttl").stdout
    path = tmp_path / "layer.ttl"
    path.write_text(layer.replace("aa:TowardTh2", "aa:TowardTh1"), encoding="utf-8")

    assert run("infer", "--source", "review", "--data", str(path), "--format", "ttl").stdout == layer
