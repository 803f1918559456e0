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
from test_publish_many import invented

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
    "changes": "changes.html", "about": "about.html", "query": "sparql.html", "advice": "advise.html",
}  # fmt: skip


#: The two patients whom a button of the advisor enters.
EXTRINSIC = "Alopecia areata with extrinsic atopic dermatitis"
UNTYPED = "Alopecia areata, type of atopic dermatitis unknown"


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
_COLOURS = ("first", "derived", "question", "conflict", "matrix", "about", "query", "advice")


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
            if kind == "advice":
                page.click(f"text={EXTRINSIC}")
            page.evaluate(
                "[...document.querySelectorAll('details')].slice(0, 12).forEach((each) => { each.open = true; })"
            )
            page.add_script_tag(path=str(AXE))
            broken = page.evaluate(_AXE % (_ALL if scheme == "light" else "{runOnly: ['color-contrast']}"))
            found += [(scheme, kind, *each) for each in broken]

    assert found == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: set AA_LD_WEB_TOOLS")
def test_pages_of_very_many_facts_break_no_rule_and_lead_on(tab, url, folder):
    """Lists of several pages, a page that shows the first of many, and the rows of a long answer, on a phone too."""
    kb = load()
    kb.layers.extend(invented(), "data")
    publish(kb, folder.parent / "many")
    page = tab("facts.html", base=url.replace("/er/", "/many/"), bypass_csp=True)
    found = []
    for path in ("facts.html", "Mouse.html", "question/fact-evidence.html"):
        page.goto(url.replace("/er/", "/many/") + path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.add_script_tag(path=str(AXE))
        found += [(path, *each) for each in page.evaluate(_AXE % _ALL)]
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.set_viewport_size({"width": 1200, "height": 900})
    page.goto(url.replace("/er/", "/many/") + "facts.html")
    page.click("text=next")
    page.wait_for_url("**/facts-2.html")

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


# The advisor.


def told_of(page, treatment: str, section: str):
    """What the advisor tells of a treatment under one heading."""
    article = page.locator(f"article.treatment[aria-label='{treatment}']")
    return article.locator("div.argued", has=page.get_by_role("heading", name=section, exact=True))


def in_view(page, selector: str) -> bool:
    """Whether the whole of something is on the screen, and nothing lies over it."""
    return page.evaluate(
        """(selector) => { const it = document.querySelector(selector), box = it.getBoundingClientRect();
          return box.top >= 0 && box.bottom <= innerHeight && box.height > 0 &&
            it.contains(document.elementFromPoint(box.left + 20, box.top + box.height / 2)); }""",
        selector,
    )


def test_the_advisor_warns_the_patient_of_the_review(tab):
    """Local immunotherapy: may worsen, possible, of the same group, with hedge, publication and proof; never an efficacy."""
    page = tab("advise.html")
    page.click(f"text={EXTRINSIC}")
    against = told_of(page, "local immunotherapy", "Against")
    words = against.inner_text()

    assert (
        "Local immunotherapy may worsen the condition of patients with alopecia areata and extrinsic" in words
    )
    assert against.locator("mark").first.inner_text() == "may"
    assert against.locator(".mark.hedged").first.inner_text() == "possible"
    assert "Of whom: same group" in words and "author inference" in words
    assert against.get_by_role("link", name="PubMed").count() >= 1
    assert "follows by the rule" in against.locator(".proof").first.text_content()
    assert "rests on SF30 in Exp Dermatol 2020" in words
    assert told_of(page, "local immunotherapy", "For").count() == 0
    against.locator("a.said").first.click()
    page.wait_for_url("**/" + KINDS["fact"])


def test_where_the_type_is_unknown_the_advisor_says_what_is_needed(tab):
    """The same warning stands as one that applies only if the dermatitis is extrinsic; no type is taken to follow."""
    page = tab("advise.html", color_scheme="dark", viewport={"width": 390, "height": 844})
    page.click(f"text={UNTYPED}")
    only_if = told_of(page, "local immunotherapy", "Against, if more holds of the patient")

    assert "may worsen the condition" in only_if.inner_text()
    assert (
        "applies only if the atopic dermatitis is extrinsic atopic dermatitis; its type is not stated"
        in only_if.inner_text()
    )
    assert told_of(page, "local immunotherapy", "Against").count() == 0
    open_groups = page.locator("details", has_text="Open: something is not stated").text_content()
    assert (
        "patient with alopecia areata and extrinsic atopic dermatitis (atopic dermatitis is stated, its type is not"
        in open_groups
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_profile_is_entered_and_mended_by_keys_alone(tab):
    """By a synonym, an arrow and Enter; what cannot be true of one person is refused in the words of the package."""
    page = tab("advise.html")
    page.focus("#has")
    page.keyboard.type("aa")
    assert page.get_attribute("#has", "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert page.inner_text(f"#{page.get_attribute('#has', 'aria-activedescendant')}").startswith(
        "alopecia areata"
    )
    page.keyboard.press("Enter")
    for typed in ("extrinsic AD", "intrinsic AD"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    assert "are two types of atopic dermatitis, as [SF19] divides it" in page.inner_text("#answer .notice")
    assert (
        page.inner_text("#state").startswith("Not answered.")
        and page.get_attribute("#state", "role") == "status"
    )
    assert page.is_disabled("#save")

    for _ in range(3):  # the chips stand behind the field; the last is the type that was entered too much
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.ariaLabel") == "Remove intrinsic atopic dermatitis"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "has"
    assert (
        page.inner_text("#state")
        == "Answered below for a patient with alopecia areata, extrinsic atopic dermatitis."
    )
    page.focus("#labs")
    page.keyboard.type("ige")
    page.keyboard.press("Escape")
    assert page.get_attribute("#labs", "aria-expanded") == "false"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.inner_text("[data-part=labs] .chips span") == "immunoglobulin E: high"
    page.keyboard.type("zzzz")
    assert page.inner_text("#labs-list") == "Nothing here has this name. Silence is not a no."


def test_the_whole_profile_is_told_as_a_sentence(tab):
    """To those who listen: what is absent, what was found, and that a treatment was given before."""
    page = tab("advise.html#has=aa:AlopeciaAreata&lacks=aa:MiteAllergy&lab=IgE=high&had=dupilumab=no effect")

    assert page.inner_text("#state") == (
        "Answered below for a patient with alopecia areata, without mite allergy; immunoglobulin E: high; "
        "given before: dupilumab, outcome: no effect."
    )


@pytest.mark.parametrize(("width", "height"), [(1200, 900), (390, 844), (320, 400)])
def test_the_disclaimer_is_always_in_view(tab, width, height):
    """At the top, in the middle and at the end, before an answer and after; what has the focus is not under it."""
    page = tab("advise.html", viewport={"width": width, "height": height})
    assert in_view(page, ".always")
    page.click(f"text={EXTRINSIC}")
    for share in (0, 0.3, 0.6, 1):
        page.evaluate("(share) => scrollTo(0, share * document.documentElement.scrollHeight)", share)
        assert in_view(page, ".always"), share
    assert page.inner_text(".always strong") == "For research, not medical advice."
    page.evaluate("document.querySelector('.letters a:last-child').click()")
    assert page.evaluate("document.activeElement.tagName") == "H3"
    page.evaluate("document.querySelector('.letters').querySelectorAll('a')[3].click()")
    assert in_view(page, ":focus")


def test_a_profile_leaves_as_a_file_and_as_a_link_and_nothing_else_leaves(tab, tmp_path):
    """The file is read by the package, the link enters the same again; nothing is asked for, and nothing is stored."""
    from aa_ld.profile import profile_from_file
    from aa_ld.vocab import compact

    page = tab("advise.html")
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.click(f"text={UNTYPED}")
    page.fill("#lacks", "mite allergy")
    page.press("#lacks", "Enter")
    page.select_option("#level", "normal")
    page.fill("#labs", "eosinophil")
    page.press("#labs", "Enter")
    page.select_option("#outcome", label="no effect")
    page.fill("#had", "dupilumab")
    page.press("#had", "Enter")
    assert "Given before to this patient, outcome: no effect." in page.inner_text(
        "article[aria-label=dupilumab]"
    )
    with page.expect_download() as given:
        page.click("#save")
    assert given.value.suggested_filename == "profile.json"
    given.value.save_as(tmp_path / "profile.json")
    read = profile_from_file(load().layers, tmp_path / "profile.json")

    assert [compact(iri) for iri in (*read.has, *read.lacks)] == [
        "aa:AlopeciaAreata",
        "aa:AtopicDermatitis",
        "aa:MiteAllergy",
    ]
    assert {compact(marker): level for marker, level in read.labs.items()} == {"aa:Eosinophil": "normal"}
    assert {compact(treatment): compact(outcome) for treatment, outcome in read.had.items()} == {
        "aa:Dupilumab": "aa:NoEffect"
    }
    assert [url for url in asked if not url.startswith("blob:")] == []
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.url.endswith("advise.html")  # nothing of the patient stands in the history of the browser

    way, answer = page.get_attribute("#link", "href"), page.inner_text("#answer")
    again = tab("advise.html" + way)
    assert again.inner_text("#answer") == answer
    cut_off = tab("advise.html#has=aa:AlopeciaAreata&has=aa:Nonsense&lab=IgE=high&had=%E0%A4")
    assert "Left out of the link, as nothing here has this name: aa:Nonsense" in cut_off.inner_text(
        "#answer .notice"
    )
    assert cut_off.inner_text("[data-part=labs] .chips span") == "immunoglobulin E: high"
    assert cut_off.inner_text("#state").endswith("with alopecia areata; immunoglobulin E: high.")
    cut_off.click("#clear")
    assert cut_off.inner_text("#state") == "Name a disease to begin." and cut_off.inner_text("#answer") == ""


def test_the_advisor_works_from_a_disk_on_paper_and_says_so_where_it_cannot(tab, folder):
    """From file:; on paper with profile, disclaimer and everything unfolded; without scripts with a clear word."""
    page = tab("advise.html#has=aa:AlopeciaAreata&had=aa:Dupilumab", base=f"file://{folder}/")
    assert not page.is_visible("#notice")
    page.emulate_media(media="print")
    page.wait_for_selector("#answer details:not([open])", state="detached")
    assert not page.is_visible("#desk") and page.is_visible(".always")
    assert page.inner_text(".on-paper dd").startswith("alopecia areata")
    page.emulate_media(media="screen")
    page.wait_for_selector("#answer details:not([open])", state="attached")

    silent = tab("advise.html", java_script_enabled=False)
    assert silent.is_visible("#notice") and not silent.is_visible("#desk")
    assert "aa-ld advise" in silent.inner_text("#notice") and in_view(silent, ".always")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: set AA_LD_WEB_TOOLS")
def test_the_form_of_the_advisor_breaks_no_rule_of_accessibility(tab):
    """With its list open, and with a profile that is refused."""
    page = tab("advise.html", bypass_csp=True)
    page.add_script_tag(path=str(AXE))
    page.click(f"text={EXTRINSIC}")
    page.fill("#has", "intrinsic AD")
    page.press("#has", "Enter")
    page.press("#labs", "ArrowDown")

    assert page.is_visible("#labs-list") and page.is_visible("#answer .notice")
    assert page.evaluate(_AXE % _ALL) == []


def test_the_advisor_carries_out_nothing_of_a_stranger(tab, tmp_path):
    """Labels that are scripts are shown as their signs, in the list, in the chips and in the answer."""
    from test_advisor_page import page_over

    (tmp_path / "assets").mkdir()
    for name, data in page_over(150).items():
        (tmp_path / name).write_bytes(data)
    page = tab("advise.html", base=f"file://{tmp_path}/")
    page.click("#has")
    assert "<script>alert(1)</script>" in page.inner_text("#has-list")
    for part in ("has", "labs", "had"):
        page.fill(f"#{part}", "onerror")
        page.press(f"#{part}", "Enter")
    for shown in ("[data-part=has] .chips", "[data-part=labs] .chips", "[data-part=had] .chips", "#answer"):
        assert "<script>alert(1)</script>" in page.inner_text(shown), shown
    assert page.locator("main img").count() == 0


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
