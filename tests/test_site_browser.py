"""The published pages in a real browser: read, searched, asked; by mouse, by keys, on a phone, in the dark, without scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aa_ld import load
from aa_ld.publish import publish

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
#: Where `npm install axe-core vnu-jar` was carried out; see .ci/run.
TOOLS = Path(os.environ.get("AA_LD_WEB_TOOLS", "/nonexistent")) / "node_modules"
AXE, VALIDATOR = TOOLS / "axe-core/axe.min.js", TOOLS / "vnu-jar/build/dist/vnu.jar"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]

#: One page of each kind.
KINDS = {
    "first": "index.html", "term": "InterferonGamma.html",
    "fact": "fact/local-immunotherapy-may-worsen-extrinsic.html",
    "derived": "fact/derived-1074e1cf2c33085fc77cf317.html", "publication": "publication/pmid-32533873.html",
    "question": "question/treatments-toward-th2.html", "conflict": "conflict/atopic-dermatitis-and-severity.html",
    "cohort": "cohort/dupilumab-biopsies.html", "rule": "rule/predicted-effect.html", "shape": "shape/RiskStatement.html",
    "source": "source/review-abstract.html", "matrix": "matrix.html", "conflicts": "conflicts.html",
    "terms": "terms.html", "publications": "publications.html", "questions": "questions.html", "rules": "rules.html",
    "changes": "changes.html", "about": "about.html", "query": "sparql.html",
}  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_):
        """Stay quiet."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("site") / "deep" / "er"
    publish(load(), made)
    return made


@pytest.fixture(scope="module")
def url(folder) -> str:
    """The folder served below another path, as it may stand anywhere."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder.parent)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/er/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def tab(browser, url):
    """Opens pages; afterwards nothing was said on the console, and nobody else was asked for anything."""
    contexts, wrong = [], []

    def opened(path="index.html", base=url, **settings):
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **settings})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on(
            "console",
            lambda said: wrong.append((page.url, said.text)) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: wrong.append((page.url, str(error))))
        page.on("dialog", lambda dialog: wrong.append((page.url, dialog.message)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((base, "blob:" + base.split("/er/")[0], "data:"))
                else wrong.append((page.url, asked.url))
            ),
        )
        page.goto(base + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def run(page) -> str:
    """Press Run and wait for what is said then."""
    page.click("#run")
    page.locator("#state").filter(has_text=re.compile(r"\d+ ms|Not answered|Stopped")).wait_for()
    return page.inner_text("#state")


def rewrite(page, query: str) -> None:
    """Put another query into the editor, by keys."""
    page.click(".cm-content")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(query)


def test_every_kind_of_page_opens_in_light_in_dark_and_on_a_phone(tab):
    """No page is wider than a phone, none says anything on the console, none asks another host."""
    for scheme, width in (("light", 1200), ("dark", 390)):
        page = tab(color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in KINDS.values():
            page.goto(page.url.split("/er/")[0] + "/er/" + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.inner_text("h1"), path


#: All rules but those that are tried out only; what is broken, the first place, and why.
_AXE = """axe.run(%s).then((result) => result.violations.map((broken) =>
  [broken.id, broken.nodes[0].html.slice(0, 200), broken.nodes[0].failureSummary]))"""

_ALL = "{rules: {'target-size': {enabled: true}}}"  # of WCAG 2.2, and off unless asked for

#: Pages whose colours are all that there are: in the dark, only these are asked.
_COLOURS = ("first", "derived", "question", "conflict", "matrix", "about", "query")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: set AA_LD_WEB_TOOLS")
def test_no_kind_of_page_breaks_a_rule_of_accessibility(tab):
    """WCAG 2.2 AA and best practice, as axe-core checks them, in light and in dark."""
    found = []
    for scheme in ("light", "dark"):
        page = tab(color_scheme=scheme, bypass_csp=True)
        for kind in KINDS if scheme == "light" else _COLOURS:
            page.goto(page.url.split("/er/")[0] + "/er/" + KINDS[kind])
            if kind == "query":
                page.wait_for_selector(".cm-content")
                run(page)
            page.evaluate(
                "[...document.querySelectorAll('details')].slice(0, 12).forEach((each) => { each.open = true; })"
            )
            page.add_script_tag(path=str(AXE))
            broken = page.evaluate(_AXE % (_ALL if scheme == "light" else "{runOnly: ['color-contrast']}"))
            found += [(scheme, kind, *each) for each in broken]

    assert found == []


def test_the_search_is_used_by_keys_alone(tab):
    """A synonym, an arrow, Enter: the term; what nobody has is said to be silence."""
    page = tab()
    page.keyboard.press("/")
    page.keyboard.type("IFN-γ")
    page.wait_for_selector("#found li")
    assert page.get_attribute("#find", "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#find", "aria-activedescendant") == "found-0"
    page.keyboard.press("Enter")
    page.wait_for_url("**/InterferonGamma.html")
    page.fill("#find", "zzzz")
    page.wait_for_selector("text=Silence is not a no.")

    assert page.inner_text("h1") == "interferon gamma"


def test_keys_alone_lead_through_a_page(tab):
    """The first key leads past the head; every stop is visible."""
    page = tab(KINDS["fact"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(({width, height}) => width * height)(document.activeElement.getBoundingClientRect())"
        )
        assert seen > 0 and page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_a_question_is_run_edited_and_saved_in_the_page(tab):
    """From its page to the editor; the engine is loaded only then; the second run takes less than a second."""
    page = tab(KINDS["question"])
    loaded = []
    page.on("request", lambda asked: loaded.append(asked.url.rsplit("/", 1)[-1]))
    page.click("text=Edit and run")
    page.wait_for_selector(".cm-content")
    page.wait_for_selector("html[data-ready]")
    assert "oxigraph.wasm" not in loaded
    assert run(page).startswith("9 rows in")
    assert {"oxigraph.wasm", "aa-ld.nq"} <= set(loaded)
    assert "local immunotherapy" in page.inner_text("#table")

    began = page.evaluate("performance.now()")
    run(page)
    assert page.evaluate("performance.now()") - began < 1000

    with page.expect_download() as given:
        page.click("text=Save as CSV")
    text = Path(given.value.path()).read_text(encoding="utf-8")
    assert text.splitlines()[0].startswith("treatment,tier,says") and len(text.splitlines()) == 10

    rewrite(page, "ASK { ?x a <https://w3id.org/aa-ld/RiskStatement> }")
    run(page)
    assert page.inner_text("#table") == "Yes."
    rewrite(page, "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y } LIMIT 3")
    assert "characters" in run(page)
    rewrite(page, "SELECT ?x WHERE {")
    assert run(page) == "Not answered."
    assert "error at 1:" in page.inner_text("#problem")


def test_the_answer_in_the_page_is_that_of_the_package(tab):
    """Every question that needs nothing gives as many rows in the browser as in the package."""
    page = tab("sparql.html")
    page.wait_for_selector("html[data-ready]")
    kb = load()
    for name in ("conflicting-facts", "treatments-that-may-worsen", "mechanism-chain", "hedged-facts"):
        page.select_option("#question", name)
        page.wait_for_selector(f'#about a[href="question/{name}.html"]')
        count = len(kb.ask(name))
        assert run(page).startswith(f"{count} row"), name


def test_a_query_without_end_is_ended(tab):
    """The time that was allowed is kept, and the next query is answered."""
    page = tab("sparql.html")
    page.wait_for_selector(".cm-content")
    page.select_option("#seconds", "5")
    rewrite(page, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    page.click("#run")
    page.wait_for_selector("text=Stopped after 5 seconds", timeout=20_000)
    rewrite(page, "SELECT (COUNT(*) AS ?n) WHERE { ?a a <https://w3id.org/aa-ld/RiskStatement> }")
    assert run(page).startswith("1 row")


def test_the_editor_offers_our_words(tab):
    """A label brings its short name: nobody has to know how a term is spelt."""
    page = tab("sparql.html")
    page.wait_for_selector(".cm-content")
    rewrite(page, "SELECT * WHERE { ?x aa:subject ")
    page.keyboard.type("immunother", delay=20)
    page.wait_for_selector(".cm-tooltip-autocomplete")

    assert "aa:LocalImmunotherapy" in page.inner_text(".cm-tooltip-autocomplete")


def test_pages_are_read_without_scripts(tab):
    """First page, question and proof are whole; the query page says what it needs."""
    page = tab(java_script_enabled=False)
    assert "Local immunotherapy may worsen" in page.inner_text("main")
    page.goto(page.url.replace("index.html", KINDS["derived"]))
    assert "follows by the rule" in page.inner_text(".proof")
    page.goto(page.url.replace(KINDS["derived"], "sparql.html"))
    assert page.is_visible("#notice")


def test_the_folder_works_from_a_disk(tab, folder):
    """Pages, style and search work from file:; the query page says that it does not."""
    page = tab(base=f"file://{folder}/")
    page.fill("#find", "dupilumab")
    page.wait_for_selector("#found li")
    assert page.evaluate("getComputedStyle(document.querySelector('.glance')).display") == "grid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/Dupilumab.html")
    page.goto(f"file://{folder}/sparql.html")
    assert page.is_visible("#notice") and not page.is_visible("#desk")


def test_a_browser_carries_out_nothing_of_a_stranger(tab, browser, tmp_path):
    """A label that is a script is shown as its signs, on the page and in the search."""
    from test_site import HOSTILE, site_of, triple

    path = tmp_path / "own.nt"
    said = HOSTILE.replace('"', '\\"')
    path.write_text(
        triple("Hostile", "rdf:type", "owl:Class") + triple("Hostile", "rdfs:label", said), encoding="utf-8"
    )
    for name, data in site_of(load("review", [str(path)])).items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(data)
    page = tab("Hostile.html", base=f"file://{tmp_path}/site/")
    page.fill("#find", "onerror")
    page.wait_for_selector("#found li")

    assert "<script>alert(1)</script>" in page.inner_text("h1")
    assert "<script>alert(1)</script>" in page.inner_text("#found")


@pytest.mark.skipif(
    not (VALIDATOR.exists() and shutil.which("java")),
    reason="the Nu validator is not installed: set AA_LD_WEB_TOOLS",
)
def test_every_kind_of_page_is_valid_html(folder):
    """The Nu Html Checker finds no error on a page of each kind, nor on any question."""
    wanted = [folder / path for path in KINDS.values()] + sorted((folder / "question").glob("*.html"))
    found = subprocess.run(
        ["java", "-Xss8m", "-jar", str(VALIDATOR), "--errors-only", "--format", "gnu", *map(str, wanted)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert re.sub(r"file:\S*/er/", "", found.stderr) == ""
