"""The advisor in the published site decides as the package does: the same record, the same refusals, for any profile."""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from webpages import Read

from aa_ld import advise as advice
from aa_ld import argument, groups, load, places, profile
from aa_ld.advise import advise
from aa_ld.errors import ProfileError
from aa_ld.names import Names
from aa_ld.profile import profile_from_json, read_profile
from aa_ld.publish.linked import Site
from aa_ld.publish.markup import framed
from aa_ld.publish.page_of_advice import SCRIPTS, page_of_advice
from aa_ld.publish.page_of_term import page_of_term
from aa_ld.publish.site import ASSETS
from aa_ld.store import Layers
from aa_ld.vocab import PREFIXES

NODE = shutil.which("node")
#: Those that decide; the others show.
DECIDE = [name for name in SCRIPTS if name.startswith(("advise-groups", "advise-profile", "advise-argument"))]
HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())

needs_node = pytest.mark.skipif(
    NODE is None, reason="node is not installed, which runs the scripts of the page"
)


class Page:
    """The scripts of the page over the data of a site, in one process of node that takes a profile a line."""

    def __init__(self, layers: Layers, folder: Path) -> None:
        self.layers = layers
        self.html = framed(page_of_advice(Site(layers))).decode()
        stored = re.search(
            '<script type="application/json" id="advisor-data">(.*?)</script>', self.html, re.S
        )
        self.data = json.loads(stored[1])
        (folder / "data.json").write_text(stored[1], encoding="utf-8")
        scripts = [str(places.site_files()[name]) for name in DECIDE]
        driver = Path(__file__).with_name("advisor.js")
        self.process = subprocess.Popen(
            [str(NODE), str(driver), str(folder / "data.json"), *scripts],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def told(self, entries: dict) -> dict:
        """What the page makes of the entries of a form, terms by their short names."""
        self.process.stdin.write(json.dumps(entries) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def profiles(self) -> st.SearchStrategy[dict]:
        """Any entries that the form lets somebody make, contradictions too."""
        terms = {
            part: [self.data["terms"][pick[0]][0] for pick in picks]
            for part, picks in self.data["pick"].items()
        }
        told = [self.data["terms"][marker][0] for marker, _ in self.data["labs"]]
        markers = st.sampled_from(told) | st.sampled_from(terms["labs"])
        outcomes = st.none() | st.sampled_from(terms["outcome"])
        return st.fixed_dictionaries(
            {
                "has": st.lists(st.sampled_from(terms["has"]), min_size=1, max_size=3) | st.just([]),
                "lacks": st.just([]) | st.lists(st.sampled_from(terms["lacks"]), max_size=2),
                "labs": _listed(markers, st.sampled_from(self.data["levels"]), 4),
                "had": _listed(st.sampled_from(terms["had"]), outcomes, 3),
            }
        )  # fmt: skip

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def _listed(names: st.SearchStrategy[str], values: st.SearchStrategy, most: int) -> st.SearchStrategy[list]:
    """Pairs in any order, of which some have one name twice."""
    pairs = st.tuples(names, values)
    return st.lists(pairs, max_size=most, unique_by=lambda pair: pair[0]) | st.lists(pairs, max_size=most)


def told_by_python(layers: Layers, entries: dict) -> dict:
    """What the package makes of the same."""
    words = {
        "has": entries["has"], "lacks": entries["lacks"], "labs": [f"{marker}={level}" for marker, level in entries["labs"]],
        "had": [treatment + (f"={outcome}" if outcome else "") for treatment, outcome in entries["had"]],
    }  # fmt: skip
    try:
        read = read_profile(layers, **words)
    except ProfileError as error:
        return {"refused": str(error)}
    return {"record": json.loads(advise(layers, read).to_json()), "profile": read}


def told_by_page(page: Page, entries: dict) -> dict:
    """What the page says, in the form of told_by_python; what it hands out is read back as a profile."""
    theirs = page.told(entries)
    assert theirs["back"], "the link that holds the profile leads elsewhere"
    read = {"profile": profile_from_json(page.layers, theirs["file"])} if "file" in theirs else {}
    return {key: theirs[key] for key in ("refused", "record") if key in theirs} | read


@pytest.fixture(scope="module")
def reads_once():
    """A store that nobody changes is read once: what reads it gives what it gave."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argument, "rows", cache(argument.rows))
        patch.setattr(groups, "rows", cache(groups.rows))
        patch.setattr(advice, "rows", cache(advice.rows))
        facts = cache(lambda source, iris: tuple(argument.read_facts(source, list(iris))))
        patch.setattr(
            argument,
            "_read",
            lambda source, iris: list(facts(source, tuple(sorted(filter(None, iris))))) if iris else [],
        )
        patch.setattr(profile, "Names", cache(Names))
        patch.setattr(advice, "Names", cache(Names))
        yield


@pytest.fixture(scope="module")
def shipped(tmp_path_factory, reads_once):
    page = Page(load().inferred(), tmp_path_factory.mktemp("shipped"))
    yield page
    page.close()


# A world of a stranger's, hostile in every label, in which every way of arguing is met.

HOSTILE = (
    '</script><script>alert(1)</script><!--<script>"><img src=x onerror=alert(1)>\u202e]]> \u2028 ß İ 𝒜 = '
)
TREATMENTS = ("Dupilumab", "LocalImmunotherapy", "Tofacitinib", "Poison")
DISEASES = (
    "AlopeciaAreata",
    "AtopicDermatitis",
    "ExtrinsicAtopicDermatitis",
    "IntrinsicAtopicDermatitis",
    "MiteAllergy",
    "Ache",
    "DullAche",
)
PEOPLE = (
    "PatientWithAlopeciaAreata", "PatientWithAtopicDermatitis", "PatientWithAlopeciaAreataAndAtopicDermatitis",
    "PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis", "PatientWithAlopeciaAreataAndIntrinsicAtopicDermatitis",
    "PatientWithAlopeciaAreataAndMiteAllergy", "PatientWithAche", "AilingWithAche", "Sufferer", "HealthyVolunteer", "Person",
    "NotStated", "NotApplicable", "DiseaseAsConcept",
)  # fmt: skip
MARKERS = ("ImmunoglobulinE", "Eosinophil", "Interleukin4", "Venom")
SAID = {
    "effect": ("Improved", "Worsened", "NewOnset", "NoEffect", "OtherAlopecia"),
    "species": ("Human", "Mouse", "NotStated"), "responseGroup": ("Responder", "NonResponder", "NotApplicable"),
    "direction": ("Raised", "Lowered", "Unchanged"), "verdict": ("TowardTh2", "TowardTh1", "AwayFromTh2", "Undetermined"),
    "tier": ("StatedTier", "MeasuredTier", "PredictedTier"),
}  # fmt: skip
KINDS = (
    "ClinicalOutcome", "ClinicalOutcome", "RiskStatement", "RiskInference", "BalanceShift", "BalanceShift",
    "PrognosticStatement", "BiomarkerObservation", "BiomarkerObservation", "Association", "PharmacologicalAction", "Classification",
)  # fmt: skip
#: Of what facts of a kind are, where that is not treatments and diseases.
ABOUT = {
    "BiomarkerObservation": (MARKERS, (*DISEASES, *TREATMENTS)), "Association": (MARKERS, (*DISEASES, *TREATMENTS)),
    "PrognosticStatement": ((*MARKERS, *DISEASES), TREATMENTS),
}  # fmt: skip

TERMS = """
aa:Ache a owl:Class ; rdfs:subClassOf aa:Disease . aa:DullAche a owl:Class ; rdfs:subClassOf aa:Ache .
aa:SharpAche a owl:Class ; rdfs:subClassOf aa:Ache . aa:OldAche a owl:Class ; rdfs:subClassOf aa:DullAche .
aa:Poison a owl:Class ; rdfs:subClassOf aa:Treatment . aa:Venom a owl:Class ; rdfs:subClassOf aa:Mediator .
aa:Sufferer a owl:Class ; rdfs:subClassOf aa:Person .
aa:PatientWithAche a owl:Class ; rdfs:subClassOf aa:Sufferer ; aa:dominatedBy aa:Th1 ; owl:disjointWith aa:PatientWithAlopeciaAreataAndMiteAllergy ;
  owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( aa:Person [ a owl:Restriction ; owl:onProperty aa:hasCondition ; owl:someValuesFrom aa:Ache ] ) ] .
aa:PatientWithOldAche a owl:Class ; rdfs:subClassOf aa:PatientWithAche ; aa:dominatedBy aa:Th2 , aa:Th17 ;
  owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( aa:PatientWithAche [ a owl:Restriction ; owl:onProperty aa:hasCondition ; owl:someValuesFrom aa:OldAche ] ) ] .
aa:AilingWithAche a owl:Class ; rdfs:subClassOf aa:Person ;
  owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( aa:PatientWithAche [ a owl:Restriction ; owl:onProperty aa:hasCondition ; owl:someValuesFrom aa:Disease ] ) ] .
fact:aches a aa:Classification ; aa:predicate aa:isClassifiedInto ; aa:subject aa:Ache ; aa:object aa:DullAche , aa:SharpAche ;
  aa:polarity aa:Positive ; aa:certainty aa:Asserted ; rdfs:label "aches"@en ; aa:evidence evidence:aches .
evidence:aches a aa:EvidenceLine ; aa:publication publication:strange ; aa:stance aa:Supports .
publication:strange a aa:Publication .
conflict:strange a aa:Conflict ; aa:between fact:strange-1 , fact:strange-2 , fact:none ; aa:conflictKind aa:Tension ; aa:ground aa:DifferentDesigns .
"""  # fmt: skip


def strange(seed: int, size: int) -> str:
    """Invented facts in Turtle, with values drawn from all that there are."""
    drawn = random.Random(seed)
    hostile = json.dumps(HOSTILE, ensure_ascii=False)
    lines = [
        TERMS,
        *(
            f"aa:{name} rdfs:label {hostile}@en ; skos:altLabel {hostile}@en ."
            for name in ("Ache", "Poison", "Venom", "Sufferer", "PatientWithOldAche")
        ),
    ]
    lines.append(
        f"publication:strange rdfs:label {hostile}@en ; skos:exactMatch <javascript:alert(1)> . conflict:strange rdfs:label {hostile}@en ."
    )
    for number in range(size):
        kind, name = drawn.choice(KINDS), f"strange-{number}"
        subjects = drawn.sample(ABOUT.get(kind, (TREATMENTS, DISEASES))[0], drawn.choice((1, 1, 1, 1, 2)))
        objects = drawn.sample(ABOUT.get(kind, (TREATMENTS, DISEASES))[1], drawn.choice((0, 1, 1, 2)))
        said = [f"aa:subject aa:{each}" for each in subjects] + [f"aa:object aa:{each}" for each in objects]
        said += [f"aa:population aa:{each}" for each in drawn.sample(PEOPLE, drawn.choice((0, 1, 1, 1, 2)))]
        for part, values in SAID.items():
            said += [
                f"aa:{part} aa:{each}" for each in drawn.sample(values, drawn.choice((0, 0, 1, 1, 1, 2)))
            ]
        label = json.dumps(f"Strange {number} {HOSTILE if number % 9 == 0 else ''}", ensure_ascii=False)
        said += [
            f"rdfs:label {label}@en",
            f"aa:polarity aa:{drawn.choice(('Positive', 'Positive', 'Negative'))}",
            "aa:certainty aa:Possible",
        ]
        said += [f'dcterms:identifier "S{drawn.randrange(10**3)}"'] if drawn.random() < 0.5 else []
        stances = drawn.choice((("Supports",),) * 5 + (("Supports", "Disputes"),))
        for stance in stances:
            said.append(f"aa:evidence evidence:{name}-{stance}")
            lines.append(
                f"evidence:{name}-{stance} a aa:EvidenceLine ; aa:publication publication:strange ; aa:stance aa:{stance} ; aa:hedge {hostile} ."
            )
        lines.append(f"fact:{name} a aa:{kind} ; aa:predicate aa:wasFollowedBy ; {' ; '.join(said)} .")
        if drawn.random() < 0.2 and number:
            lines.append(
                f"fact:link-{number} a aa:ArgumentLink ; aa:predicate aa:isReasonFor ; aa:subject fact:strange-{drawn.randrange(number)} ; aa:object fact:{name} ;\n"
                f"  aa:polarity aa:Positive ; aa:certainty aa:Possible ; rdfs:label {hostile}@en ; aa:evidence evidence:link-{number} .\n"
                f"evidence:link-{number} a aa:EvidenceLine ; aa:publication publication:strange ; aa:stance aa:Supports ."
            )
    return HEAD + "\n".join(lines)  # fmt: skip


def page_over(size: int) -> dict[str, bytes]:
    """The page over invented facts, and what it loads, by path."""
    kb = load("review")
    kb.layers.add_quads(parse(strange(7, size), RdfFormat.TURTLE), "data")
    found = {
        "advise.html": framed(page_of_advice(Site(kb.inferred()))),
        "assets/search-index.js": b"window.aaIndex = [];",
    }
    return found | {f"assets/{name}": places.site_files()[name].read_bytes() for name in ASSETS}


@pytest.fixture(scope="module")
def invented(tmp_path_factory, reads_once):
    kb = load("review")
    kb.layers.add_quads(parse(strange(7, 150), RdfFormat.TURTLE), "data")
    page = Page(kb.inferred(), tmp_path_factory.mktemp("invented"))
    yield page
    page.close()


@needs_node
def test_the_page_decides_as_the_package_does(shipped):
    """Over the shipped layers, any entries give the same record or the same refusal, and the file leads back."""

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(shipped.profiles())
    def holds(entries):
        assert told_by_page(shipped, entries) == told_by_python(shipped.layers, entries)

    holds()


@needs_node
def test_the_page_decides_as_the_package_does_over_a_stranger_s_data(invented):
    """With hostile labels, groups of every form and facts of every kind, most of them odd, nothing differs either."""
    met = set()

    @settings(max_examples=400, deadline=None, derandomize=True, database=None)
    @given(invented.profiles())
    def holds(entries):
        assert told_by_page(invented, entries) == told_by_python(invented.layers, entries)
        record = invented.told(entries).get("record", {"treatments": []})
        met.update(
            a[part] for t in record["treatments"] for a in t["arguments"] for part in ("section", "scope")
        )

    holds()

    assert set(argument.SECTIONS) <= met
    assert {"same group", "wider group", "type not stated", "one response group", "narrower group", "other group",
            "other people", "animals only", "population not stated", "not about people"} <= met  # fmt: skip


# The page.


def test_a_stranger_s_texts_stay_texts_in_the_page_and_in_its_data(tmp_path, reads_once):
    """No label ends the data, opens a tag or turns the line around; what is shown of a fact is its signs."""
    kb = load("review")
    kb.layers.add_quads(parse(strange(3, 40), RdfFormat.TURTLE), "data")
    html = framed(page_of_advice(Site(kb.inferred()))).decode()
    page = Read(html)
    before, _, rest = html.partition('<script type="application/json" id="advisor-data">')
    stored, _, after = rest.partition("</script>")

    assert page.wrong == []
    assert "onerror=alert(1)" in " ".join(page.text) and not any(
        link.startswith("javascript:") for link in page.links
    )
    assert "<img src=x" not in html and "<script>alert" not in html and "\u202e" not in before + after
    assert any("</script><script>alert(1)" in label for _, label, *_ in json.loads(stored)["terms"])


def test_the_page_is_small_and_its_scripts_are_ours():
    """What travels is under 150 kB; and nothing in the scripts asks for anything, stores anything or reads text as HTML."""
    data = framed(page_of_advice(Site(load().inferred())))
    assets = {
        name: places.site_files()[name].read_bytes()
        for name in (*SCRIPTS, "advise.css", "style.css", "published.css", "search.js")
    }
    scripts = "".join(assets[name].decode() for name in SCRIPTS)

    assert len(gzip.compress(data)) + sum(len(gzip.compress(each)) for each in assets.values()) < 150_000
    assert not re.search(
        r"fetch|XMLHttp|WebSocket|sendBeacon|Worker|localStorage|sessionStorage|cookie|innerHTML|outerHTML|insertAdjacent|document\.write|eval\(",
        scripts,
    )
    assert b"connect-src 'none'" in data


def test_every_treatment_can_be_read_without_scripts():
    """The page says that it has not started, and leads to what is said of each treatment; a treatment leads to the page."""
    site = Site(load("review").inferred())
    page = Read(page_of_advice(site).body)

    assert "The advisor has not started." in " ".join(page.text)
    assert {"./Dupilumab.html", "./LocalImmunotherapy.html"} <= set(page.links)
    assert 'href="./advise.html"' in page_of_term(site, site.resources[PREFIXES["aa"] + "Dupilumab"]).body
    assert "advise.html" not in page_of_term(site, site.resources[PREFIXES["aa"] + "AlopeciaAreata"]).body
