"""The command line, as a user meets it: real processes, real files, wrong input too."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
VERBS = ["ask", "questions", "facts", "show", "explain", "sparql", "validate", "reason", "format", "doctor"]
ENVIRONMENT = {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(REPOSITORY)}


def run(*words: str, stdin: str = "", cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aa_ld", *words],
        input=stdin, capture_output=True, text=True, encoding="utf-8", cwd=cwd, env=ENVIRONMENT, timeout=120, check=False,
    )  # fmt: skip


def assert_clear(done: subprocess.CompletedProcess[str], status: int, *fragments: str) -> None:
    """A clear sentence, the right exit status, never a traceback, nothing on stdout."""
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    for fragment in fragments:
        assert fragment in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_starts_with_examples(verb):
    """A person sees first how to use it."""
    done = run(verb, "--help")

    assert done.returncode == 0
    assert done.stdout.startswith("Examples:\n  aa-ld " + verb)


def test_the_help_names_every_verb_and_starts_with_examples():
    """No verb is hidden."""
    done = run("--help")

    assert done.stdout.startswith("Examples:")
    assert all(f"\n    {verb} " in done.stdout or f"\n    {verb}\n" in done.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_example_of_the_help_that_needs_no_file_runs(verb):
    """What the help shows works."""
    import shlex

    for line in run(verb, "--help").stdout.split("\n\n")[0].splitlines()[1:]:
        words = shlex.split(line)[1:]
        if not any(word.endswith((".ttl", ".rq", "/", ".owl", ".nt")) for word in words):
            done = run(*words)
            assert done.returncode == 0, (line, done.stderr)
            assert done.stdout


def test_a_newcomer_reads_the_answer_with_its_evidence():
    """Local immunotherapy, stated, asserted, sentence 9; dupilumab is named as one without a row."""
    out = run("ask", "treatments-toward-th2", "--source", "review").stdout

    for words in ("local", "immunotherapy", "stated", "induces type 2", "asserted", "not stated", "[SF30]",
                  "sentence 9", "characters 1418–1487", "Exp Dermatol 2020;29(8):726-732",
                  "No row for: dupilumab.", "--why-not treatments-toward-th2", "Silence is not a no.",
                  "For research, not medical advice."):  # fmt: skip
        assert words in out


def test_an_empty_answer_says_that_silence_is_not_a_no():
    """Nothing stated is said in words, not shown as an empty table."""
    out = run("ask", "treatments-away-from-th2", "--source", "review").stdout

    assert "not stated in the loaded sources" in out
    assert "Silence is not a no." in out
    assert "For research, not medical advice." in out


def test_json_rows_are_sparql_results():
    """Programs get the standard form on stdout, and the notes go to stderr."""
    done = run("ask", "treatments-toward-th2", "--source", "review", "--format", "json")
    results = json.loads(done.stdout)

    assert results["head"]["vars"][0] == "treatment"
    assert (
        results["results"]["bindings"][0]["treatment"]["value"] == "https://w3id.org/aa-ld/LocalImmunotherapy"
    )
    assert "Silence is not a no." in done.stderr


@pytest.mark.parametrize(
    ("format", "first"), [("csv", "treatment,"), ("tsv", "?treatment\t"), ("md", "### Which")]
)
def test_other_forms_of_an_answer(format, first):
    """Tables for spreadsheets and for documents."""
    assert run("ask", "treatments-toward-th2", "--format", format).stdout.startswith(first)


def test_questions_as_json_say_what_they_answer():
    """Each question has name, title, description, parameters, returns and cq; all forty are covered."""
    found = json.loads(run("questions", "--format", "json").stdout)

    assert all({"name", "title", "description", "parameters", "returns", "cq"} <= set(q) for q in found)
    assert {cq for q in found for cq in q["cq"]} == {f"CQ{n:02d}" for n in range(1, 41)}


def test_a_parameter_is_given_in_words():
    """A label, a synonym, a short name and an IRI mean the same."""
    spellings = ["IFN-γ", "interferon gamma", "aa:InterferonGamma", "https://w3id.org/aa-ld/InterferonGamma"]
    answers = {
        run("ask", "which-cells-produce", "--mediator", s, "--format", "csv").stdout for s in spellings
    }

    assert len(answers) == 1
    assert "ActivatedNkg2d" in answers.pop()


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        (["ask", "treatment-toward-th2"], ["UnknownQuestionError", "treatments-toward-th2"]),
        (["ask", "which-cells-produce", "--mediatr", "IL-4"], ["UnknownParameterError", "mediator"]),
        (
            ["ask", "which-cells-produce", "--mediator", "interferon gama"],
            ["UnknownTermError", "interferon gamma"],
        ),
        (
            ["ask", "which-cells-produce", "--mediator", "dupilumab"],
            ["ParameterValueError", "kind asked for: mediator"],
        ),
        (["ask", "which-cells-produce", "--mediator", "x> } DROP ALL #"], ["UnknownTermError"]),
        (["ask", "which-cells-produce", "--mediator", "<http://a> <http://b>"], ["UnknownTermError"]),
        (["ask", "which-cells-produce", "--mediator"], ["needs a value"]),
        (["ask", "fact-evidence"], ["MissingParameterError", "fact"]),
        (["explain", "SF99"], ["UnknownTermError"]),
        (["explain", "aa:Polarity"], ["NotExplainableError", "silent"]),
        (["show", "dupilumb"], ["UnknownTermError", "dupilumab"]),
        (["facts", "--certainty", "posible"], ["possible"]),
        (["facts", "--about", "nonsense-term-xyz"], ["UnknownTermError"]),
        (["aks", "x"], ["invalid choice", "Nearest: ask"]),
        (["ask", "mechanism-chain", "--format", "xml"], ["invalid choice"]),
        (["show"], ["required: TERM"]),
        (["sparql"], ["Give either a query"]),
        (["sparql", "SELECT ?s WHERE { ?s ?p ?o", "--timeout", "0"], ["no number of seconds"]),
        (["questions", "nothing-like-that"], ["UnknownQuestionError"]),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else "",
)
def test_a_wrong_call_ends_with_status_2_and_a_clear_sentence(words, fragments):
    """What is wrong, and what is nearest."""
    assert_clear(run(*words), 2, *fragments)


UNREADABLE = [
    ("missing.ttl", None, "MissingFileError"),
    ("folder.ttl", "folder", "NotAFileError"),
    ("empty.ttl", b"", "EmptyFileError"),
    ("latin.ttl", "aa:é a aa:B .".encode("latin-1"), "EncodingError"),
    (
        "broken.ttl",
        b"@prefix aa: <https://w3id.org/aa-ld/> .\naa:A a aa:B\naa:C a aa:D .\n",
        "RdfSyntaxError",
    ),
    ("deep.ttl", b"<a:a> <a:p> " + b"(" * 10_000 + b")" * 10_000 + b" .", "NestingError"),
]
CALLS = [["ask", "mechanism-chain", "--data"], ["validate"], ["format"]]


@pytest.mark.parametrize(
    ("words", "name", "content", "error"),
    [(call, *case) for call in CALLS for case in UNREADABLE if (call, case[1]) != (["format"], "folder")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_input_that_cannot_be_read_ends_with_status_3(tmp_path, words, name, content, error):
    """Each ends with a clear sentence; nothing is half written."""
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    done = run(*words, str(path))

    assert_clear(done, 3, error, name)
    assert [p.name for p in tmp_path.iterdir()] == ([name] if content is not None else [])
    if isinstance(content, bytes):
        assert path.read_bytes() == content


def test_broken_turtle_is_told_with_line_and_column(tmp_path):
    """A person can go there."""
    path = tmp_path / "broken.ttl"
    path.write_text("@prefix aa: <https://w3id.org/aa-ld/> .\n\naa:A a aa:B ; ; aa:c .\n")

    assert "broken.ttl:3:" in run("validate", str(path)).stderr


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path, ending, mark):
    """Files come from all kinds of editors."""
    text = "@prefix aa: <https://w3id.org/aa-ld/> .\naa:LocalImmunotherapy aa:x aa:Dupilumab .\n"
    path = tmp_path / "mine.ttl"
    path.write_text(mark + text.replace("\n", ending), encoding="utf-8", newline="")
    done = run("ask", "treatments-toward-th2", "--data", str(path))

    assert done.returncode == 0, done.stderr


def shipped_block(name: str) -> tuple[str, str]:
    """The prefixes of the review's file, and one block of it."""
    blocks = (REPOSITORY / "ontology/facts/review.ttl").read_text(encoding="utf-8").split("\n\n")
    return blocks[0], next(b for b in blocks if b.startswith(name))


def own_fact(folder: Path, *changes: tuple[str, str]) -> Path:
    """A file with a fact of one's own: a shipped block under another name, changed."""
    prefixes, block = shipped_block("fact:dupilumab-efficacy-alopecia-areata")
    block = block.replace("fact:dupilumab-efficacy-alopecia-areata", "fact:mine-1").replace('"SF21"', '"MY1"')
    for old, new in changes:
        assert old in block
        block = block.replace(old, new)
    path = folder / "mine.ttl"
    path.write_text(f"{prefixes}\n\n{block}\n", encoding="utf-8")
    return path


def test_a_users_own_fact_is_answered_beside_the_shipped_ones(tmp_path):
    """Under its own identifier, whichever shipped sources count."""
    done = run("ask", "outcomes-under-treatment", "--data", str(own_fact(tmp_path)), "--source", "review")

    assert "[MY1]" in done.stdout
    assert "[SF21]" in done.stdout


def test_a_negative_finding_is_not_shown_like_a_positive_one(tmp_path):
    """A column says so as soon as one row is negative."""
    path = own_fact(tmp_path, ("aa:Positive", "aa:Negative"), ("dupilumab showed", "dupilumab never showed"))
    done = run("ask", "outcomes-under-treatment", "--data", str(path))

    assert "POLARITY" in done.stdout
    assert "negative" in done.stdout
    assert "POLARITY" not in run("ask", "outcomes-under-treatment").stdout


def test_a_file_that_changes_a_shipped_fact_is_refused(tmp_path):
    """Its words would stand under the name of the review."""
    prefixes, block = shipped_block("fact:local-immunotherapy-induces")
    path = tmp_path / "mine.ttl"
    path.write_text(f"{prefixes}\n\n{block.replace('aa:Positive', 'aa:Negative')}\n", encoding="utf-8")

    assert_clear(
        run("ask", "treatments-toward-th2", "--data", str(path)), 3, "RedefinedFactError", "mine.ttl"
    )
    assert "described anew" in run("validate", str(path)).stdout


def test_findings_in_a_users_file_are_told_before_an_answer(tmp_path):
    """An answer over a broken file is not given in silence."""
    path = own_fact(tmp_path, ("  aa:population aa:PatientWithAlopeciaAreataAndAtopicDermatitis ;\n", ""))

    assert "findings in your files" in run("facts", "--data", str(path)).stderr


def test_a_file_without_anything_of_ours_does_not_pass(tmp_path):
    """A mistyped namespace is a finding."""
    path = tmp_path / "mine.ttl"
    path.write_text("<https://w3id.org/aald/fact/x> a <https://w3id.org/aald/Fact> .")
    done = run("validate", str(path))

    assert done.returncode == 1
    assert "Nothing in these files" in done.stdout


def test_a_shipped_identifier_cannot_be_taken(tmp_path):
    """Nothing else may be cited as SF32."""
    path = own_fact(tmp_path, ('"MY1"', '"SF32"'))

    assert_clear(run("explain", "SF32", "--data", str(path)), 3, "RedefinedFactError", "identifier")


def test_what_a_source_denies_is_not_called_silence(tmp_path):
    """A no is a no: it stands below the answer, and the treatment is not listed as not stated."""
    prefixes, block = shipped_block("fact:local-immunotherapy-may-worsen-extrinsic")
    block = block.replace("fact:local-immunotherapy-may-worsen-extrinsic", "fact:mine-2").replace(
        '"SF32"', '"MY2"'
    )
    block = block.replace("aa:LocalImmunotherapy", "aa:Dupilumab").replace("aa:Positive", "aa:Negative")
    block = block.replace("Local immunotherapy may worsen", "Dupilumab may not worsen")
    path = tmp_path / "mine.ttl"
    path.write_text(f"{prefixes}\n\n{block}\n", encoding="utf-8")
    out = run("ask", "treatments-that-may-worsen", "--data", str(path)).stdout

    assert "A loaded fact says no: [MY2] Dupilumab may not worsen" in out
    assert "Not stated in the loaded sources for: dupilumab" not in out


def test_a_fact_in_another_namespace_is_shown_like_any_other(tmp_path):
    """Its key, the place of its span and what was read from the context."""
    path = own_fact(
        tmp_path,
        ("fact:mine-1", "<http://example.org/mine>"),
        ("  aa:measure", "  aa:implied aa:population ;\n  aa:measure"),
    )
    out = run("ask", "outcomes-under-treatment", "--data", str(path)).stdout

    assert "[MY1]" in out
    assert "characters 1087–1196" in out
    assert "Read from the context, not worded: population." in out


def test_a_reading_is_told_beside_every_form_of_an_answer():
    """Programs hear on standard error what people read below the table."""
    assert (
        "[SF34] Read from the context, not worded: population."
        in run("ask", "recommendations", "--format", "csv").stderr
    )


def test_a_value_is_found_by_its_own_label():
    """A word that is a property, too, means the value where a value is asked for."""
    assert "SF29" in run("facts", "--certainty", "implied").stdout
    assert_clear(run("facts", "--population", "dupilumab"), 2, "ParameterValueError")


def test_a_given_parameter_is_no_default():
    """Only what nobody gave is called a default."""
    assert "default" not in run("ask", "levels-of-mediator", "--mediator", "IL-6").stdout


def test_a_fact_about_a_group_is_about_its_disease():
    """Definitions are followed: a warning on patients with a disease is about the disease."""
    for term in ("extrinsic atopic dermatitis", "atopic dermatitis"):
        assert "SF32" in run("facts", "--about", term).stdout
    assert "SF04" in run("facts", "--about", "interferon gamma").stdout


def test_a_misspelt_word_in_a_query_without_rows_is_told():
    """Zero rows may be a slip."""
    done = run("sparql", "SELECT ?f WHERE { ?f a aa:RiskStatment }")

    assert "aa:RiskStatment is declared nowhere. Nearest: risk statement." in done.stderr


def test_what_was_asked_about_is_said_even_when_nobody_gave_it():
    """A default is no secret, above all where the answer is empty."""
    out = run("ask", "levels-of-mediator").stdout

    assert "mediator: interferon gamma (default; change it with --mediator)" in out
    assert "not stated" in out


def test_a_folder_without_the_right_text_is_an_error(tmp_path):
    """One changed character makes another text."""
    (tmp_path / "text.txt").write_text("something else")

    assert_clear(run("validate", "--sources", str(tmp_path)), 3, "SourceTextError", "2558 characters")
    assert_clear(run("explain", "SF32", "--sources", str(tmp_path)), 3, "SourceTextError")


def test_the_question_may_stand_after_the_data(tmp_path):
    """Options and question in any order."""
    done = run("ask", "--data", str(own_fact(tmp_path)), "outcomes-under-treatment")

    assert "[MY1]" in done.stdout
    assert "SF21" in run("ask", "--treatment", "dupilumab", "outcomes-under-treatment").stdout


@pytest.mark.parametrize("name", ["name", "self", "source"])
def test_a_parameter_may_be_called_like_one_of_ours(name):
    """It is unknown, not a bug; --source is an option."""
    done = run("ask", "treatments-toward-th2", f"--{name}", "x")

    assert done.returncode == 2
    assert "bug" not in done.stderr


@pytest.mark.parametrize("redirect", [">&-", "2>&-", ">/dev/full"])
def test_a_closed_or_full_output_is_no_traceback(redirect):
    """Whatever the shell did to the streams."""
    environment = {k: v for k, v in ENVIRONMENT.items() if k != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        f"{sys.executable} -m aa_ld ask treatments-toward-th2 {redirect}",
        shell=True, capture_output=True, text=True, cwd=REPOSITORY, env=environment, check=False,
    )  # fmt: skip

    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 3)


def test_control_characters_of_a_users_file_do_not_reach_the_terminal(tmp_path):
    """No label can steer a terminal."""
    path = own_fact(tmp_path, ('"Reportedly, dupilumab', '"\\u001B[31mReportedly, \\u202E dupilumab'))
    for words in (["facts"], ["ask", "outcomes-under-treatment"], ["explain", "MY1"], ["validate"]):
        done = run(*words, *([] if words == ["validate"] else ["--data"]), str(path))
        assert "\x1b" not in done.stdout + done.stderr, words
        assert "\u202e" not in done.stdout + done.stderr, words


def test_validate_passes_on_the_shipped_knowledge():
    """No finding of any kind."""
    done = run("validate")

    assert done.returncode == 0, done.stdout


def test_validate_names_file_line_term_and_remedy(tmp_path):
    """A misspelt term is found where it stands, with the nearest right one; exit status 1."""
    shipped = (REPOSITORY / "ontology/facts/review.ttl").read_text(encoding="utf-8")
    blocks = shipped.split("\n\n")
    block = next(b for b in blocks if b.startswith("fact:local-immunotherapy-induces"))
    path = tmp_path / "mine.ttl"
    text = f"{blocks[0]}\n\n{block.replace('aa:Type2Inflammation', 'aa:Type2Inflamation')}\n"
    path.write_text(text, encoding="utf-8")
    done = run("validate", str(path))
    line = text.splitlines().index(next(x for x in text.splitlines() if x.startswith("fact:local"))) + 1

    assert done.returncode == 1
    assert "aa:Type2Inflamation" in done.stdout
    assert "aa:Type2Inflammation" in done.stdout
    assert f"mine.ttl:{line}" in done.stdout


@pytest.mark.parametrize("format", ["json", "sarif"])
def test_validate_speaks_json(format):
    """For editors and pipelines."""
    assert json.loads(run("validate", "--format", format).stdout)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * FROM <file:///etc/passwd> WHERE { ?s ?p ?o }",
        "SELECT * FROM <http://127.0.0.1:9/x> WHERE { ?s ?p ?o }",
        "LOAD <file:///etc/passwd>",
        "INSERT DATA { <a:a> <a:b> <a:c> }",
    ],
)
def test_a_query_that_reaches_out_is_refused(query):
    """Reading what is loaded is all that a query can do."""
    assert_clear(run("sparql", query), 2, "QueryRefusedError")


def test_a_query_of_the_user_is_answered():
    """Our prefixes are declared already."""
    query = "SELECT ?label WHERE { ?fact a aa:RiskStatement ; rdfs:label ?label }"
    done = run("sparql", query, "--format", "csv")

    assert done.stdout.splitlines()[1].startswith("Local immunotherapy may worsen")
    assert run("sparql", "-f", "-", "--format", "csv", stdin=query).stdout == done.stdout


def test_a_query_with_a_mistake_is_told_where():
    """Line and column of what cannot be read."""
    assert_clear(run("sparql", "SELECT ?s WHERE {\n ?s ?p }"), 2, "QuerySyntaxError", "2:")


def test_a_query_without_end_is_stopped():
    """The limit holds, and the sentence says what to do."""
    began = time.monotonic()
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    done = run("sparql", query, "--timeout", "2")

    assert_clear(done, 2, "QueryStoppedError")
    assert time.monotonic() - began < 30


def test_ask_and_construct_are_answered():
    """All four query forms of SPARQL work."""
    assert run("sparql", "ASK { aa:Dupilumab a owl:Class }").stdout.strip() == "true"
    construct = run("sparql", "CONSTRUCT { ?s a aa:X } WHERE { ?s a aa:RiskStatement }", "--format", "ttl")
    assert "aa:X" in construct.stdout


def test_a_closed_pipe_is_no_error():
    """`aa-ld facts | head -1` ends quietly."""
    done = subprocess.run(
        f"{sys.executable} -m aa_ld facts --format json | head -c 10; echo ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, cwd=REPOSITORY, env=ENVIRONMENT, check=True,
    )  # fmt: skip

    assert done.stdout.endswith("0\n")
    assert done.stderr in ("", "For research, not medical advice.\n"), (
        "at most the disclaimer, however soon the pipe closes"
    )


def test_an_interrupt_ends_quietly_and_leaves_no_child():
    """Ctrl-C during a long query: one sentence, status 130, no process left behind."""
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    process = subprocess.Popen(
        [sys.executable, "-m", "aa_ld", "sparql", query],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY, env=ENVIRONMENT,
    )  # fmt: skip
    time.sleep(2.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert err == "Interrupted; nothing was left half done.\n"


def test_format_puts_a_file_in_order_and_says_so(tmp_path):
    """The second run has nothing to do."""
    path = tmp_path / "mine.ttl"
    path.write_text("@prefix aa: <https://w3id.org/aa-ld/> . aa:B a aa:C . aa:A a aa:C .")

    assert run("format", "--check", str(path)).returncode == 1
    assert run("format", str(path)).returncode == 0
    assert run("format", "--check", str(path)).returncode == 0
    assert path.read_text().splitlines()[2] == "aa:A"


def test_no_color_is_honoured_and_a_pipe_gets_none():
    """No escape sequences where nobody wants them."""
    assert "\x1b" not in run("ask", "treatments-toward-th2").stdout


def test_the_disclaimer_stands_on_every_treatment_answer():
    """Whoever reads of a treatment reads that this is no advice."""
    for question in json.loads(run("questions", "--format", "json").stdout):
        if "treatment" in [column["name"] for column in question["returns"]] and "fact" not in [
            p["name"] for p in question["parameters"]
        ]:
            assert "For research, not medical advice." in run("ask", question["name"]).stdout, question[
                "name"
            ]


def test_a_bug_is_no_traceback(tmp_path):
    """Even our own mistake ends with a sentence and status 5."""
    code = (
        "import sys, aa_ld.knowledge as k\n"
        "def boom(*a): raise RuntimeError('boom')\n"
        "k.open_layers = boom\n"
        "from aa_ld.cli import main\n"
        "sys.exit(main(['facts']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=ENVIRONMENT,
        check=False,
    )

    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert "This is a bug in aa-ld" in done.stderr
