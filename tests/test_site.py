"""The published pages for people, as text: every link leads somewhere, nothing of a stranger's is carried out."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from pyoxigraph import RdfFormat, serialize
from webpages import Read, target

import aa_ld
from aa_ld import errors, load
from aa_ld.ask import DISCLAIMER
from aa_ld.changes import Change, Diff
from aa_ld.names import Names
from aa_ld.publish.building import files
from aa_ld.publish.lines import quads
from aa_ld.publish.linked import Site
from aa_ld.publish.since import since
from aa_ld.publish.site import pages
from aa_ld.publish.spool import read as read_content
from aa_ld.vocab import BASE, PREFIXES

RISK = "fact/local-immunotherapy-may-worsen-extrinsic.html"


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Every file of a publication, those for machines too."""
    return dict(files(load()))


@pytest.fixture(scope="module")
def read(made) -> dict[str, Read]:
    """Every page, read; those that only lead on are the machines' side."""
    return {
        path: Read(data.decode())
        for path, data in made.items()
        if path.endswith(".html") and b"<main" in data
    }


def site_of(kb, earlier=None) -> dict[str, bytes]:
    return {path: read_content(data) for path, data in pages(Site(kb.inferred()), earlier=earlier or {})}


def words(page: Read) -> str:
    return " ".join(" ".join(page.text).split())


# Whole


def test_every_page_is_well_formed(read):
    """Tags close in order, no id is given twice, and no script or style stands in a tag."""
    wrong = {path: page.wrong for path, page in read.items() if page.wrong}
    twice = {path for path, page in read.items() if len(page.ids) != len(set(page.ids))}

    assert wrong == {}
    assert twice == set()


def test_every_link_leads_somewhere(made, read):
    """Every link and everything loaded is a file of the publication, and every place in a page is there."""
    broken = []
    for path, page in read.items():
        for link in [*page.links, *page.loaded]:
            led = target(path, link)
            if led is None:
                assert link.startswith(("http://", "https://")), (path, link)
            elif led[0] not in made or (led[1] and led[0] in read and led[1] not in read[led[0]].ids):
                broken.append((path, link))

    assert broken == []


def test_what_assistants_are_told_leads_somewhere(made):
    """Every file that llms.txt names is there, the advisor among them."""
    named = re.findall(r"\]\(([^)]+)\)", made["llms.txt"].decode())

    assert "advise.html" in named
    assert [name for name in named if name not in made] == []


def test_nothing_is_loaded_from_elsewhere(read):
    """Style, scripts, pictures and files lie in the folder, and the policy of each page allows nothing else."""
    assert {link for page in read.values() for link in page.loaded if "//" in link} == set()


def test_every_page_has_a_strict_policy_and_the_disclaimer(made, read):
    """No script but ours runs; and no page is without the sentence that this is no advice."""
    for path in read:
        text = made[path].decode()
        policy = re.search('Content-Security-Policy" content="([^"]*)"', text)

        assert policy and "default-src 'none'" in policy[1] and "unsafe-inline" not in policy[1], path
        assert ("wasm-unsafe-eval" in policy[1]) == (path == "sparql.html"), path
        assert DISCLAIMER in text, path


def test_every_resource_has_a_page(made):
    """Each term, fact, publication, question, rule, shape, cohort, conflict and graph has one, beside its files."""
    layers = load().inferred()

    assert [each.path for each in Site(layers).resources.values() if f"{each.path}.html" not in made] == []


def test_pages_do_not_depend_on_chance():
    """The same knowledge gives the same bytes."""
    assert list(site_of(load("review")).items()) == list(site_of(load("review")).items())


def test_the_first_page_is_small_and_needs_no_script(made, read):
    """Page, style and script are under 100 kB as they travel; questions and chart are in the page itself."""
    travels = (
        "index.html",
        "assets/style.css",
        "assets/published.css",
        "assets/search.js",
        "assets/logo.svg",
    )
    first = read["index.html"]

    assert sum(len(gzip.compress(made[path])) for path in travels) < 100_000
    assert "Which treatments shift the cytokine balance toward Th2?" in words(first)
    assert b"<svg" in made["index.html"]


# What pages say


def test_no_answer_on_the_first_page_claims_more_than_its_source(read):
    """Beside what a source says of an arm stands that it claims no shift; conflicts are places, not pairs of sources."""
    first = words(read["index.html"])

    assert "Local immunotherapy induces type 2 inflammation" in first
    assert "induces type 2 inflammation (no shift is claimed)" in first
    assert "places where sources disagree or seem to, side by side" in first


def test_the_page_about_the_whole_lists_files_that_hold_many_things(made, read):
    """A file for each nanopublication would be three pages of names; one file names them."""
    about = made["about.html"].decode()
    single = RISK.removeprefix("fact/").replace(".html", ".trig")

    assert f"nanopubs/{single}" in made
    assert single not in about and single not in made["index.html"].decode()
    assert 'href="./nanopubs/index.trig"' in about
    assert "A file for each nanopublication lies in nanopubs/" in words(read["about.html"])


def test_a_hedged_fact_shows_its_hedge_in_words(read):
    """The certainty, the hedge, the population and the place in the text stand on the page."""
    told = words(read[RISK])

    for expected in (
        "possible", "the authors hedge: “may”", "patient with alopecia areata and extrinsic atopic dermatitis",
        "sentence 9", "characters 1410–1577", "PubMed", "How to cite this fact", "SF32",
    ):  # fmt: skip
        assert expected in told, expected


def test_what_is_not_stated_is_said_to_be_not_stated(read):
    """A value that says that there is no value is shown, not left out."""
    assert "disease that changes not stated" in words(read[RISK])


def test_a_conclusion_shows_its_proof_down_to_the_publications(made, read):
    """Every premise, however deep, is on the page, and so is every publication at the ends."""
    kb = load()
    kb.inferred()
    shift = next(
        f for f in kb.explain("dupilumab").facts if f.derivation and f.category.endswith("BalanceShift")
    )
    told = words(read[shift.iri.removeprefix(BASE) + ".html"])
    names = Names(kb.layers)

    for ground in shift.grounds().values():
        assert " ".join(ground.sentence.split()) in told
        for line in ground.evidence:
            assert names.label(line.publication) in told


def test_a_fact_leads_to_its_nanopublication(made, read):
    """So that it can be cited on its own, conclusions too."""
    led = {
        path: [target(path, link)[0] for link in page.links if link.endswith(".trig")]
        for path, page in read.items()
        if path.startswith("fact/")
    }

    assert {path for path, links in led.items() if len(links) != 1} == set()
    assert all(
        f"<{BASE}{path.removesuffix('.html')}/nanopub/Head> {{".encode() in made[links[0]]
        for path, links in led.items()
    )


def test_the_heading_of_the_first_page_promises_no_more_than_its_rows(made, read):
    """Rows speak of mice and volunteers, and follow by rules, so neither alopecia areata nor sources stand in it."""
    (heading,) = re.findall(r"<h1>(.*?)</h1>", made["index.html"].decode())
    told = words(read["index.html"])

    assert "alopecia areata" not in heading
    assert "source" not in heading
    assert {"mouse", "volunteer", "predicted"} <= set(re.findall(r"\w+", told))


def signposts(made, path: str) -> set[tuple[str, str]]:
    head = made[path].decode().partition("</head>")[0]
    found = re.findall(r'<link rel="([a-z-]+)"[^>]*href="([^"]+)"', head)
    return {(rel, href) for rel, href in found if rel not in ("stylesheet", "icon", "alternate", "canonical")}


def test_signposts_lead_from_each_page_to_what_it_is_about(made, read):
    """Under which name to cite it, what it is, what describes it, under which licence, of which whole it is a part."""
    cc0 = ("license", "https://creativecommons.org/publicdomain/zero/1.0/")
    fact = signposts(made, "fact/local-immunotherapy-may-worsen-extrinsic.html")
    paper = signposts(made, "publication/pmid-32533873.html")
    whole = signposts(made, "index.html")

    assert fact >= {
        cc0, ("cite-as", BASE + "fact/local-immunotherapy-may-worsen-extrinsic"),
        ("type", "https://schema.org/Claim"), ("type", "https://schema.org/AboutPage"), ("collection", BASE + "dataset"),
        *(("describedby", f"local-immunotherapy-may-worsen-extrinsic.{end}") for end in ("ttl", "jsonld", "nt", "rdf")),
    }  # fmt: skip
    assert ("type", "https://schema.org/ScholarlyArticle") in paper
    assert not {rel for rel, _ in paper} & {"license"}, "the licence of an article is not ours to tell"
    assert whole >= {
        cc0, ("cite-as", f"{BASE}version/{aa_ld.__version__}"), ("type", "https://schema.org/Dataset"),
        ("describedby", "catalogue.ttl"), ("describedby", "dataset.jsonld"), ("describedby", "ro-crate-metadata.json"),
        ("item", "data/aa-ld.nq.gz"), ("item", "aa.owl"), ("author", BASE + "project"),
    }  # fmt: skip
    assert {href for rel, href in whole if rel in ("describedby", "item")} <= set(made)
    bare = {path for path in read if path.startswith("fact/") and not signposts(made, path)}
    assert bare == set()


def test_a_negative_finding_says_no(read):
    """A fact of negative polarity is marked in words wherever it is listed."""
    kb = load()
    negative = next(f for f in kb.facts() if f.polarity.endswith("Negative"))

    assert "says no" in words(read[negative.iri.removeprefix(BASE) + ".html"])


def test_a_term_shows_definition_hierarchy_alignments_and_facts(read):
    """What people look for on the page of a term."""
    told = words(read["InterferonGamma.html"])

    for expected in (
        "also: IFN-γ",
        "mediator › cytokine › interferon gamma",
        "mesh:D007371",
        "Facts about it",
    ):
        assert expected in told.replace("\u203a", "›"), expected


@pytest.mark.parametrize("name", sorted(load("review").questions()))
def test_a_question_shows_its_whole_answer(name, read):
    """Every row of the answer is on the page of the question."""
    kb = load()
    question = kb.questions()[name]
    told = words(read[f"question/{name}.html"])
    needs = any(each.text.startswith("required") for each in question.parameters.values())

    assert " ".join(question.title.split()) in told
    if not needs:
        _, rows = kb.ask(name).table()
        assert {
            cell for row in rows for cell in row if " ".join(cell.strip("[]").split()) not in told
        } == set()


def test_conflicts_stand_side_by_side(read):
    """Both sides of each conflict are on one page."""
    kb = load()
    told = words(read["conflicts.html"])
    between = kb.select(f"SELECT ?l {{ ?c <{BASE}between> ?f . ?f <{PREFIXES['rdfs']}label> ?l }}")
    labels = [row["l"]["value"] for row in json.loads(between)["results"]["bindings"]]

    assert len(labels) >= 2
    assert [label for label in labels if " ".join(label.split()) not in told] == []


def test_the_figures_stand_beside_their_words(made, read):
    """Each picture has a table that says the same, row by row."""
    kb = load()
    for path, name in (("index.html", "balance"), ("matrix.html", "matrix")):
        rows = kb.draw(name).table.rows
        assert made[path].count(b'<th scope="row">') == len(rows)
        assert all(row[0] in words(read[path]) for row in rows)


def test_changes_are_told_fact_by_fact():
    """What differs from an earlier version stands on the page of changes."""
    change = Change(
        "certainty-lowered", BASE + "fact/x", "SF1", "A < B.", "certainty", "asserted", "possible"
    )
    page = Read(site_of(load("review"), {"0.1.0": Diff([change])})["changes.html"].decode())

    assert "Since version 0.1.0 Put less firmly (1) A < B. certainty: asserted → possible" in words(page)


def test_changes_are_worked_out_from_what_was_published_before(tmp_path):
    """A version that lies in the folder is compared with this one, conclusions too; one that cannot be read is named."""
    new = list(quads(load().inferred()))
    old = [quad for quad in new if "/interleukin-13-stands-for-th2-doi" not in str(quad.subject)]
    folder = tmp_path / "version" / "0.1.0"
    folder.mkdir(parents=True)
    (folder / "aa-ld.nq.gz").write_bytes(gzip.compress(serialize(old, format=RdfFormat.N_QUADS)))
    (diff,) = since(tmp_path, new, "9.9.9").values()

    assert {change.key for change in diff if change.kind == "added"} == {"AX16"}
    assert any(change.kind == "conclusion-regrounded" for change in diff)
    assert since(tmp_path, new, "0.1.0") == {}

    (folder / "aa-ld.nq.gz").write_bytes(b"no archive")
    with pytest.raises(errors.UsageError, match="earlier version"):
        since(tmp_path, new, "9.9.9")


def test_the_search_knows_synonyms_and_identifiers(made):
    """The index has every page, with other names and identifiers."""
    index = json.loads(made["assets/search-index.js"].removeprefix(b"window.aaIndex = ").removesuffix(b";\n"))
    found = {path: (label, also) for label, also, _, path in index}

    assert found["InterferonGamma.html"][0] == "interferon gamma"
    assert "IFN-γ" in found["InterferonGamma.html"][1]
    assert "D007371" in found["InterferonGamma.html"][1]
    assert "SF32" in found[RISK][1]


# Strangers

HOSTILE = (
    '"><img src=x onerror=alert(1)><script>alert(1)</script>]]>\u202eevil\u2066 ${title} javascript:alert(1)'
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> dict[str, bytes]:
    """A site with a fact of a stranger's, hostile in every text and IRI."""
    said = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    path = tmp_path_factory.mktemp("hostile") / "own.nt"
    lines = [
        ("Hostile", "rdf:type", "owl:Class"), ("Hostile", "rdfs:label", said), ("Hostile", "skos:definition", said + "x" * 100_000),
        ("Hostile", "skos:altLabel", said), ("Hostile", "skos:exactMatch", "<javascript:alert(1)>"),
        ("Hostile", "rdfs:subClassOf", "aa:Hostile"),
        ("fact/%2E%2E/%2E%2E/%2E%2E/etc/passwd", "rdf:type", "aa:ClinicalOutcome"),
        ("fact/%2E%2E/%2E%2E/%2E%2E/etc/passwd", "rdfs:label", said),
        ("fact/hostile", "rdf:type", "aa:ClinicalOutcome"), ("fact/hostile", "rdfs:label", said),
        ("fact/hostile", "dcterms:identifier", said), ("fact/hostile", "aa:subject", "aa:Hostile"),
        ("fact/hostile", "aa:predicate", "aa:wasFollowedBy"), ("fact/hostile", "aa:object", "aa:AlopeciaAreata"),
        ("fact/hostile", "aa:polarity", "aa:Positive"), ("fact/hostile", "aa:certainty", "aa:Possible"),
        ("fact/hostile", "aa:population", "aa:NotStated"), ("fact/hostile", "aa:evidence", "aa:evidence/hostile"),
        ("evidence/hostile", "rdf:type", "aa:EvidenceLine"), ("evidence/hostile", "aa:hedge", said),
        ("evidence/hostile", "aa:publication", "aa:publication/hostile"), ("evidence/hostile", "aa:kind", "<javascript:alert(2)>"),
        ("publication/hostile", "rdf:type", "aa:Publication"), ("publication/hostile", "rdfs:label", said),
    ]  # fmt: skip
    path.write_text("".join(triple(*line) for line in lines), encoding="utf-8")
    return site_of(load("review", [str(path)]))


def triple(subject: str, predicate: str, value: str) -> str:
    def expanded(name: str) -> str:
        prefix, _, local = name.partition(":")
        return f"<{PREFIXES[prefix]}{local}>"

    shown = (
        value
        if value.startswith("<")
        else expanded(value)
        if re.match(r"^[a-z]+:[A-Za-z]", value)
        else f'"{value}"'
    )
    return f"<{BASE}{subject}> {expanded(predicate)} {shown} .\n"


def test_hostile_texts_stay_texts(hostile):
    """Markup, scripts and signs that turn the direction are shown as signs; no link carries a script."""
    met = 0
    for path, data in hostile.items():
        if path.endswith(".html"):
            page = Read(data.decode())
            met += "onerror=alert(1)" in words(page)

            assert page.wrong == [], path
            assert not {"x"} & set(page.loaded), path
            assert not any(link.startswith("javascript:") for link in page.links), path
            shown = re.sub(
                r'<script type="application/(ld.)?json".*?</script>', "", data.decode(), flags=re.S
            )  # nobody reads that
            assert "\u202e" not in shown and "\u2066" not in shown, path
    assert met >= 4


def test_no_page_leads_out_of_the_folder(hostile, tmp_path):
    """An IRI with dots lies where its signs are, under the folder."""
    for path in hostile:
        assert (tmp_path / path).resolve().is_relative_to(tmp_path.resolve()), path
        assert ".." not in path.split("/")


def test_hostile_texts_cannot_end_the_index(hostile):
    """The index of the search is JSON behind an assignment, whatever labels say."""
    text = hostile["assets/search-index.js"].decode()

    assert HOSTILE.split("\u202e", maxsplit=1)[0] in {
        entry[0].split("\\u202e")[0] for entry in json.loads(text[17:-2])
    }
