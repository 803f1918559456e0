"""`aa-ld mcp`, as an assistant's client meets it: the client of the official SDK, in memory and over standard input and output."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import jsonschema
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import MCPError

from aa_ld.ask import DISCLAIMER
from aa_ld.cli import main
from aa_ld.mcp import Opened, offer
from aa_ld.mcp.results import result
from aa_ld.mcp.server import made
from aa_ld.mcp.told import REMINDER
from aa_ld.question import read_questions
from aa_ld.sparql import Result
from aa_ld.vocab import BASE, PREFIXES

REPOSITORY = Path(__file__).parents[1]
TOWARD = "treatments-toward-th2"
EXTRINSIC = ["alopecia areata", "extrinsic atopic dermatitis"]

#: One good call of each tool.
GOOD = {
    "list_questions": {"about": TOWARD},
    "ask": {"question": TOWARD},
    "explain": {"name": "SF32"},
    "show_term": {"term": "IFN-γ"},
    "advise": {"has": EXTRINSIC},
    "sparql": {"query": "SELECT ?s ?c { ?f a aa:RiskStatement ; rdfs:label ?s ; aa:certainty ?c }"},
}

#: Calls that cannot be answered: tool, arguments, the code of the error, and words of its message.
WRONG = [
    ("list_questions", {"about": "zeppelin"}, "unknown-question", ["zeppelin"]),
    ("ask", {"question": "tretments-toward-th2"}, "unknown-question", ["Nearest: treatments-toward-th2"]),
    ("ask", {"qestion": TOWARD}, "unknown-parameter", ["qestion", "Nearest: question"]),
    ("ask", {}, "missing-parameter", ["question"]),
    ("ask", {"question": 5}, "parameter-value", ["ask, question", "no string"]),
    ("ask", {"question": TOWARD, "most": 1000}, "parameter-value", ["ask, most", "100"]),
    ("ask", {"question": TOWARD, "parameters": {"a": 1}}, "parameter-value", ["ask, parameters, a"]),
    ("ask", {"question": TOWARD, "parameters": {"a": "b"}}, "unknown-parameter", ["parameter a"]),
    ("ask", {"question": "raised-markers", "skip": 500}, "parameter-value", ["There are 51 rows."]),
    ("explain", {"name": "SF99"}, "unknown-term", ["SF99", "Nearest: SF"]),
    ("explain", {"name": "dupilumab", "why_not": "x"}, "unknown-question", ["x"]),
    ("show_term", {"term": "dupilumap"}, "unknown-term", ["Nearest: dupilumab"]),
    ("advise", {"has": []}, "profile", ["alopecia areata"]),
    ("advise", {"has": EXTRINSIC, "labs": {"IgE": "huge"}}, "profile", ["Nearest: high"]),
    ("sparql", {"query": "SELECT * { ?s ?p"}, "query-syntax", ["query:1:"]),
    ("sparql", {"query": "DROP ALL"}, "query-refused", ["DROP changes data"]),
    ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}, "query-refused", ["SERVICE"]),
    ("sparql", {"query": "ASK {}", "seconds": 31}, "parameter-value", ["sparql, seconds", "30"]),
    ("sparql", {"query": "x" * 100_001}, "parameter-value", ["longer than 100000 characters"]),
    ("explain", {"name": "\x1b[31m"}, "unknown-term", ["\\x1b[31m"]),
    ("aks", {}, "unknown-parameter", ["Nearest: ask"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def opened():
    return Opened()


def calls(opened, *wanted):
    """What each call gives, all over one connection in memory; a failed call of a resource gives its error."""

    async def run():
        found = []
        async with Client(made(opened)) as client:
            for name, *arguments in wanted:
                try:
                    found.append(await getattr(client, name)(*arguments))
                except MCPError as error:
                    found.append(error)
        return found

    return anyio.run(run)


def call(opened, tool, arguments):
    (found,) = calls(opened, ("call_tool", tool, arguments))
    return found


def text_of(found):
    return found.content[0].text


def test_the_tools_are_the_verbs_that_an_assistant_needs(opened):
    """Six tools, each with a schema that is one, and a hint that it only reads."""
    (listed,) = calls(opened, ("list_tools",))

    assert [tool.name for tool in listed.tools] == list(GOOD)
    for tool in listed.tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.annotations.read_only_hint
        assert not tool.annotations.open_world_hint


def test_an_assistant_is_told_what_it_must_not_leave_out(opened):
    """When it connects, and again in each tool that gives facts."""
    for word in ("certainty", "hedge", "population", "polarity", "not a no", DISCLAIMER[:-1]):
        assert word in offer.INSTRUCTIONS
    for tool in offer.TOOLS[1:]:
        told = json.dumps([tool.description, tool.result()])
        assert all(word in told for word in ("certainty", "hedge", "population")) or tool.name == "advise"
        assert "not a no" in told or "unknown" in told


@pytest.mark.parametrize("tool", GOOD)
def test_each_tool_answers_in_text_and_as_a_record(opened, tool):
    """The record is of the schema that was offered; both have the disclaimer, and the reminder where facts are told."""
    found = call(opened, tool, GOOD[tool])
    offered = next(each for each in offer.TOOLS if each.name == tool)

    assert not found.is_error
    jsonschema.validate(found.structured_content, offered.result())
    assert found.structured_content["disclaimer"] == DISCLAIMER
    assert text_of(found).count(DISCLAIMER) == (2 if tool == "advise" else 1)
    assert text_of(found).endswith(DISCLAIMER)
    assert (REMINDER in text_of(found)) == (tool != "list_questions")


def test_every_question_is_answered_with_evidence(opened):
    """Text and record of all questions without a required parameter; each row names a fact that the evidence explains."""
    names = [n for n, q in read_questions().items() if not any(p.text.startswith("required") for p in q.parameters.values())]  # fmt: skip
    found = calls(opened, *(("call_tool", "ask", {"question": name, "most": 3}) for name in names))

    for name, each in zip(names, found, strict=True):
        assert not each.is_error, (name, text_of(each))
        record = each.structured_content
        assert record["total"] >= len(record["rows"]) > 0
        assert record["evidence"]
        for row in record["rows"]:
            assert "certainty" in row
            assert "hedge" in row


def test_the_flagship_answer_of_the_review_is_one_row(opened):
    """The source can be chosen call by call, and the answer says what the review is silent on."""
    found = call(opened, "ask", {"question": TOWARD, "source": "review"})

    assert [row["treatment"] for row in found.structured_content["rows"]] == ["aa:LocalImmunotherapy"]
    assert any("dupilumab" in note for note in found.structured_content["notes"])
    assert "[SF30] Local immunotherapy induces type 2 inflammation." in text_of(found)


def test_a_hedge_is_in_text_and_record(opened):
    """The one word on which the warning hangs."""
    found = call(opened, "explain", {"name": "SF32"})
    (line,) = found.structured_content["facts"][0]["evidence"]

    assert line["hedge"] == "may"
    assert line["span"]["start"] < line["span"]["end"]
    assert "hedge: “may”" in text_of(found)


def test_parts_of_an_answer_make_up_the_whole(opened):
    """Nothing is left out and nothing told twice, and each part says which part it is."""
    parts = [{"question": "raised-markers", "skip": skip, "most": 20} for skip in (0, 20, 40)]
    *found, whole = calls(
        opened,
        *(("call_tool", "ask", each) for each in parts),
        ("call_tool", "ask", {"question": "raised-markers", "most": 100}),
    )

    rows = [row for each in found for row in each.structured_content["rows"]]
    assert rows == whole.structured_content["rows"]
    assert "Rows 41 to 51 of 51; these are the last." in text_of(found[-1])
    told = {each["key"] for part in found for each in part.structured_content["evidence"]}
    assert told == {each["key"] for each in whole.structured_content["evidence"]}


def test_each_fact_about_a_term_has_what_must_be_told_with_it(opened):
    """Also where facts are only listed."""
    found = call(opened, "show_term", {"term": "dupilumab", "most": 100}).structured_content

    assert len(found["facts"]) == found["total"] > 20
    for fact in found["facts"]:
        assert fact["certainty"]
        assert fact["polarity"]
        assert fact["population"]
        assert fact["publications"]


def test_a_term_without_facts_is_silence(opened):
    """It is said to be no no."""
    found = call(opened, "show_term", {"term": "aa:Fact"})

    assert found.structured_content["facts"] == []
    assert "silent on it, which is not a no" in text_of(found)


def test_advice_in_parts_has_every_treatment_once(opened):
    """By name; and those on which sources are silent stand in every part."""
    parts = [("call_tool", "advise", {"has": EXTRINSIC, "skip": skip, "most": 4}) for skip in (0, 4)]
    first, second = calls(opened, *parts)
    names = [[t["label"] for t in part.structured_content["treatments"] if not t["silent"]] for part in (first, second)]  # fmt: skip

    assert len(names[0]) == 4
    assert not set(names[0]) & set(names[1])
    assert "by name and not by merit" in text_of(first)
    assert text_of(first).startswith(DISCLAIMER)


def test_why_a_treatment_is_not_in_an_answer_is_told(opened):
    """With the facts at fault."""
    found = call(opened, "explain", {"name": "omalizumab", "why_not": TOWARD})

    assert any("readout" in reason for reason in found.structured_content["reasons"])
    assert [fact["key"] for fact in found.structured_content["facts"]][:1] == ["AX30"]


def test_a_conclusion_is_marked_as_inferred_with_what_it_assumes(opened):
    """So that nobody takes it for a finding of a publication."""
    row = next(
        r
        for r in call(opened, "ask", GOOD["ask"]).structured_content["rows"]
        if str(r["fact"]).startswith("fact:derived-")
    )
    (fact,) = call(opened, "explain", {"name": row["fact"]}).structured_content["facts"]

    assert fact["derivation"]["premises"]
    assert fact["derivation"]["assumptions"]


@pytest.mark.parametrize(("tool", "arguments", "code", "words"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_call_is_told_what_to_do(opened, tool, arguments, code, words):
    """An error of the tool, with the same in a record; never a traceback."""
    found = call(opened, tool, arguments)

    assert found.is_error
    assert found.structured_content["code"] == code
    for word in words:
        assert word in text_of(found)
    assert f"errors.md#{code}" in text_of(found)
    assert "Traceback" not in text_of(found)


def test_a_query_that_would_never_end_is_stopped_and_others_are_answered_meanwhile(opened):
    """A question of another tool does not wait for it."""
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?i) }"
    took = {}

    async def run():
        async with Client(made(opened)) as client, anyio.create_task_group() as tasks:

            async def timed(name, tool, arguments):
                began = time.monotonic()
                took[name] = (await client.call_tool(tool, arguments), time.monotonic() - began)

            tasks.start_soon(timed, "endless", "sparql", {"query": endless, "seconds": 2})
            await anyio.sleep(0.2)
            tasks.start_soon(timed, "meanwhile", "ask", GOOD["ask"])

    anyio.run(run)

    assert took["endless"][0].structured_content["code"] == "query-stopped"
    assert took["endless"][1] < 10
    assert not took["meanwhile"][0].is_error
    assert took["meanwhile"][1] < took["endless"][1]


def test_many_rows_are_cut_and_counted(opened):
    """The assistant is told how many there are."""
    found = call(opened, "sparql", {"query": "SELECT * { ?s ?p ?o }", "most": 2})

    assert len(found.structured_content["rows"]) == 2
    assert found.structured_content["total"] > 10_000
    assert "Rows 1 to 2 of" in text_of(found)


def test_one_row_that_is_too_long_is_an_error_and_not_a_cut_text():
    """A text that was cut could say something else."""
    long = '{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"%s"}}]}}'

    with pytest.raises(Exception, match="larger than 100,000 characters"):
        result(Result("rows", (long % ("x" * 100_001)).encode()), 10)


def test_triples_and_yes_or_no_are_results_too(opened):
    """CONSTRUCT gives Turtle; no is told as silence."""
    built = call(
        opened, "sparql", {"query": "CONSTRUCT { ?f a ?c } { ?f a aa:RiskStatement, ?c }", "most": 9}
    )
    denied = call(opened, "sparql", {"query": "ASK { ?f a aa:Nothing }"})

    assert "aa:RiskStatement" in built.structured_content["triples"]
    assert denied.structured_content["boolean"] is False
    assert "not a no" in text_of(denied)


def test_a_word_that_nothing_declares_is_told_when_a_query_finds_nothing(opened):
    """A slip looks like silence otherwise."""
    found = call(opened, "sparql", {"query": "SELECT ?f { ?f a aa:RiskStatment }"})

    assert "aa:RiskStatment is declared nowhere. Nearest: risk statement." in text_of(found)


def test_what_has_an_iri_is_a_resource(opened):
    """Questions are listed; facts and terms are found by their IRI."""
    fact = PREFIXES["fact"] + "local-immunotherapy-may-worsen-extrinsic"
    listed, templates, query, told, term, unknown = calls(
        opened,
        ("list_resources",),
        ("list_resource_templates",),
        *(
            ("read_resource", iri)
            for iri in (PREFIXES["question"] + TOWARD, fact, BASE + "Dupilumab", BASE + "fact/none")
        ),
    )

    assert len(listed.resources) == len(read_questions())
    assert {each.uri_template for each in templates.resource_templates} == {
        BASE + "fact/{slug}",
        BASE + "{term}",
    }
    assert "SELECT" in query.contents[0].text
    assert "hedge: “may”" in told.contents[0].text
    assert "no hedge; population:" in term.contents[0].text
    assert isinstance(unknown, MCPError)
    assert "No loaded file declares this term." in unknown.message


def test_a_server_of_the_review_alone_stays_with_it():
    """What was left out at the start cannot be asked for."""
    found = call(Opened("review"), "ask", {"question": TOWARD, "source": "all"})

    assert found.is_error
    assert "This is none of review." in text_of(found)


def test_what_was_left_out_is_told_with_every_answer():
    """The knowledge of a day is not taken for that of today."""
    opened = Opened(as_of="2019")
    (found,) = calls(opened, ("call_tool", "ask", {"question": "raised-markers"}))

    assert "Answers are as the sources stood by 2019." in text_of(found)
    assert any("left out" in note for note in found.structured_content["notes"])


def test_findings_in_files_of_the_users_own_are_told_with_every_answer(tmp_path):
    """An answer from a broken file is not told as if it were a good one."""
    broken = tmp_path / "own.ttl"
    broken.write_text(
        (REPOSITORY / "docs/example.ttl").read_text(encoding="utf-8").replace("aa:Positive", "aa:Perhaps"),
        encoding="utf-8",
    )

    assert "findings, so answers may be wrong" in " ".join(Opened(data=[broken]).warnings())
    assert Opened(data=[REPOSITORY / "docs/example.ttl"]).warnings() == ()


def test_a_client_talks_to_a_real_process():
    """The command as a client starts it: both handshakes, a tool, an error, and nothing else on standard output."""

    async def run(mode):
        started = StdioServerParameters(
            command=sys.executable,
            args=["-m", "aa_ld", "mcp", "--source", "review"],
            cwd=REPOSITORY,
            env={"PYTHONPATH": str(REPOSITORY)},
        )
        async with Client(stdio_client(started), mode=mode) as client:
            good = await client.call_tool("ask", GOOD["ask"])
            bad = await client.call_tool("explain", {"name": "SF99"})
            query = await client.call_tool("sparql", GOOD["sparql"])
            return good, bad, query

    for mode in ("auto", "legacy"):
        good, bad, query = anyio.run(run, mode)

        assert [row["treatment"] for row in good.structured_content["rows"]] == ["aa:LocalImmunotherapy"]
        assert bad.is_error
        assert query.structured_content["rows"][0]["c"] == "aa:Possible"


def test_rubbish_and_the_end_of_input_end_nothing_badly():
    """Lines that are no message get an answer or none; the process ends well, and no traceback is seen."""
    lines = b'no json\n{"jsonrpc": "2.0", "id": 1, "method": "no/such"}\n\xff\xfe\n[[[[\n{"id": {}}\n'
    done = subprocess.run(
        [sys.executable, "-m", "aa_ld", "mcp", "--source", "review"],
        input=lines, capture_output=True, cwd=REPOSITORY, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    for line in done.stdout.splitlines():
        assert json.loads(line)["jsonrpc"] == "2.0"


def test_an_interrupt_ends_it_while_it_waits():
    """Ctrl-C is not waited for until somebody types something."""
    started = subprocess.Popen(
        [sys.executable, "-m", "aa_ld", "mcp", "--source", "review"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY,
    )  # fmt: skip
    with started:
        assert started.stdin is not None
        assert started.stdout is not None
        started.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        started.stdin.flush()
        started.stdout.readline()
        started.send_signal(signal.SIGINT)

        assert started.wait(timeout=20) == 130
        assert started.stderr.read() == b""


def test_without_the_sdk_the_remedy_is_told(monkeypatch, capsys):
    """Whoever has not installed the extra is told how to."""
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    status = main(["mcp", "--source", "review"])

    assert status == 2
    assert "pip install 'aa-ld[mcp]'" in capsys.readouterr().err


def test_only_the_server_imports_the_sdk():
    """So that nothing else starts slower for it."""
    found = subprocess.run(
        [sys.executable, "-c", "import sys, aa_ld.cli.parser as p, aa_ld.mcp.tools; p._parser();"
         "print([m for m in ('mcp', 'mcp_types', 'pydantic', 'anyio', 'jsonschema') if m in sys.modules])"],
        capture_output=True, text=True, cwd=REPOSITORY, check=True,
    )  # fmt: skip

    assert found.stdout.strip() == "[]"
    users = [
        path.name
        for path in (REPOSITORY / "aa_ld").rglob("*.py")
        if any(line.strip().startswith(("import mcp", "from mcp")) for line in path.read_text().splitlines())
    ]
    assert users == ["server.py"]
