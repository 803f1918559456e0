"""`aa-ld fair`: each test passes on a folder that is whole, and sees the folder that breaks it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from aa_ld import __version__, load
from aa_ld.cli import main
from aa_ld.errors import (
    MissingFileError,
    NotAFileError,
    ParameterValueError,
    RemoteAnswerError,
    RemoteError,
    UnreachableError,
    UsageError,
)
from aa_ld.fair import Folder, Site, check
from aa_ld.fair.rules import target
from aa_ld.fair.table import FAMILIES, TESTS
from aa_ld.fair.web import send
from aa_ld.publish import publish
from aa_ld.publish.redirects import w3id
from aa_ld.vocab import BASE

SITE = "https://example.org/aa"
HTML = "text/html"
VERSION = f"version/{__version__}"
APACHE = shutil.which("apache2") or shutil.which("httpd", path="/usr/sbin:/usr/bin")
MODULES = Path("/usr/lib/apache2/modules")


def page(title, record=None):
    embedded = f'<script type="application/ld+json">{json.dumps(record)}</script>' if record else ""
    return f'<!doctype html><html lang="en"><head><title>{title}</title>{embedded}</head><body></body></html>'


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """What aa-ld publish writes, once."""
    folder = tmp_path_factory.mktemp("published") / "site"
    publish(load(), folder, site=SITE)
    return folder


@pytest.fixture(scope="module")
def whole(published, tmp_path_factory):
    """The same, with a first page so plain that it can be broken line by line."""
    folder = tmp_path_factory.mktemp("whole") / "site"
    shutil.copytree(published, folder, copy_function=os.link)  # no byte of it is changed in place
    record = json.loads((folder / "dataset.jsonld").read_text())
    put(folder, "index.html", page("Cytokine balance", record))
    return folder


def put(folder, path, text):
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.write_text(text, encoding="utf-8")


def broken(whole, folder, path, change, *, terms=False):
    """A folder like the whole one, but for one file: changed, or gone where the change is None.

    The files of terms are many, and few tests look at them.
    """
    folder.mkdir()
    top = path.split("/")[0]
    for entry in entries(whole, terms):
        if entry.name != top:
            os.symlink(entry.path, folder / entry.name)
    if "/" in path:
        shutil.copytree(whole / top, folder / top, copy_function=os.link)
    old = (whole / path).read_text(encoding="utf-8") if (whole / path).exists() else ""
    if change is not None:
        new = change(old)
        assert new != old
        put(folder, path, new)
    elif "/" in path:
        (folder / path).unlink()
    return folder


@cache
def entries(whole, terms):
    names = set(re.findall(rf"<loc>{SITE}/([^/<]+)</loc>", (whole / "sitemap.xml").read_text()))
    return [
        each
        for each in os.scandir(whole)
        if terms or each.is_dir() or each.name.partition(".")[0] not in names
    ]


def without(pattern):
    """A change that takes out what a pattern finds."""
    return lambda text: re.sub(pattern, "", text)


def instead(old, new):
    return lambda text: text.replace(old, new)


def header(name):
    """The ontology without a property of its header."""
    return "aa.ttl", lambda text: re.sub(rf"(?m)(?<=^aa:\n)((?:  .*\n)*?)  {name} .*\n", r"\1", text)


def record_without(key):
    return lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != key})


def front_without(key):
    """The first page, with a record that lacks a key."""
    return lambda text: re.sub(rf'"{key}": ("[^"]*"|\[[^\]]*\]), ', "", text)


def dataset(name):
    """The catalogue without a property of the data set."""
    return "catalogue.ttl", lambda text: re.sub(rf"(?m)(?<=^aa:dataset\n)((?:  .*\n)*?)(?:  {name} .*\n)+", r"\1", text)  # fmt: skip


DCAT = r"<http://www\.w3\.org/ns/dcat#"

#: The test, the file that is changed, the change, and words of what is told.
BREAKS = [
    ("PURL1", "aa.ttl", lambda t: t.replace(BASE, "https://example.org/x/"), "example.org is none"),
    ("URI2", "aa.jsonld", lambda t: t.replace(f'"{BASE}"', '"https://example.org/x/"'), "aa.jsonld"),
    ("VER1", *header("owl:versionIRI"), "none"),
    ("VER2", f"{VERSION}/aa.owl", None, f"{VERSION}/aa.owl"),
    ("HTTP1", "aa.ttl", lambda t: t.replace(BASE, "urn:x:"), "urn"),
    ("OM1", *header("dcterms:title"), "title"),
    ("OM2", *header("dcterms:bibliographicCitation"), "citation"),
    ("OM3", *header("bibo:status"), "status"),
    ("OM4.1", *header("dcterms:license"), "None"),
    ("OM4.2", "aa.ttl", instead("<https://creativecommons.org/publicdomain/zero/1.0/>", '"CC0"'), "no address"),
    ("OM5.1", *header("dcterms:created"), "day of creation"),
    ("OM5.2", *header("dcterms:publisher"), "publisher"),
    ("FIND1", *header("vann:preferredNamespacePrefix"), "None"),
    ("FIND2", *header("vann:preferredNamespacePrefix"), "no prefix"),
    ("RDF1", "aa.owl", lambda t: t[:-200], "aa.owl is no RDF"),
    ("CN1", "w3id/.htaccess", without(r"RewriteRule \^\$ \S+/aa\.owl .*\n"), "application/rdf+xml"),
    ("CN1", "index.html", None, "text/html (index.html)"),
    ("CN1", "w3id/.htaccess", None, "w3id/.htaccess is not there"),
    ("CN1", "w3id/.htaccess", instead("^$", "^($"), "broken pattern"),
    ("CN1", "robots.txt", without("Sitemap"), "robots.txt"),
    ("DOC1", "index.html", None, "index.html is not there"),
    ("DOC1", "index.html", without("<title>.*</title>"), "no title"),
    ("DOC1", "index.html", lambda t: "just text", "no HTML"),
    ("VOC1", "aa.ttl", lambda t: re.sub(r"(?m)(?<=^aa:\n)(  a owl:Ontology ;\n)(?:  .*\n)*", r"\1", t), "Only words"),
    ("VOC2", "aa.ttl", lambda t: re.sub(r"(?m)^foaf:Project\n  a owl:Class", "foaf:Project\n  a owl:NamedIndividual", t), "No class"),
    ("VOC3", "aa.ttl", without('  rdfs:label "dupilumab"@en ;\n'), "1 of"),
    ("VOC4", "aa.ttl", without("  skos:definition .*nonproprietary name dupilumab.*\n"), "1 of"),
    ("FsF-F1-01D", "catalogue.ttl", instead("aa:dataset", "<urn:x:dataset>"), "urn:x:dataset"),
    ("FsF-F1-02D", "catalogue.ttl", instead("aa:dataset", "<https://example.org/dataset>"), "example.org"),
    ("FsF-F1-02D", "dataset.html", None, "dataset.html"),
    ("FsF-F2-01M", "index.html", front_without("keywords"), "keywords"),
    ("FsF-F2-01M", "index.html", instead('"Dataset"', '"Thing"'), "embeds no schema:Dataset"),
    ("FsF-F3-01M", "kgx/nodes.tsv", None, "kgx/nodes.tsv"),
    ("FsF-F4-01M", "index.html", without("(?s)<script.*</script>"), "embeds no"),
    ("FsF-A1-01M", "dataset.jsonld", record_without("isAccessibleForFree"), "Neither"),
    ("FsF-A1-02M", *dataset(DCAT + "landingPage>"), "landingPage"),
    ("FsF-A1-03D", "catalogue.ttl", lambda t: re.sub(DCAT + r"downloadURL> <https:(\S+)aa\.owl>", r"<http://www.w3.org/ns/dcat#downloadURL> <ftp:\1aa.owl>", t), "ftp:"),
    ("FsF-I1-01M", "index.html", without("(?s)<script.*</script>"), "embeds no"),
    ("FsF-I1-01M", "catalogue.ttl", lambda t: t[:-100], "catalogue.ttl is no RDF"),
    ("FsF-I2-01M", "catalogue.ttl", lambda t: re.sub(r"(?m)^  prov:.*\n", "", re.sub(r"http://(rdfs|spdx|xmlns)\.(org|com)/", "http://example.org/", t)), "Only dcat, dcterms"),
    ("FsF-I3-01M", "catalogue.ttl", lambda t: re.sub(rf"(?m)^  (dcterms:conformsTo|{DCAT}(isVersionOf|previousVersion|theme)>) .*\n", "", t), "No related"),
    ("FsF-R1-01MD", "data/aa-ld.nq", lambda t: t + "\n", "aa-ld.nq"),
    ("FsF-R1-01MD", "dataset.jsonld", record_without("variableMeasured"), "variableMeasured"),
    ("FsF-R1.1-01M", "catalogue.ttl", lambda t: t.replace("creativecommons.org/publicdomain/zero/1.0", "example.org/mine"), "no licence"),
    ("FsF-R1.2-01M", *dataset("prov:wasGeneratedBy"), "activity, sources, agent"),
    ("FsF-R1.3-01M", "dataset.jsonld", record_without("http://purl.org/dc/terms/conformsTo"), "no profile"),
    ("FsF-R1.3-02D", "catalogue.ttl", lambda t: re.sub(r"media-types/\w+/[\w+-]+>", "media-types/application/x-mine>", t), "No file"),
    ("fp-001-open", "aa.ttl", lambda t: t.replace("publicdomain/zero/1.0", "licenses/by-nc/4.0"), "by-nc"),
    ("fp-002-format", "aa.owl", instead("owl:Ontology", "owl:Class"), "no ontology"),
    ("fp-004-versioning", "aa.ttl", lambda t: t.replace(f"{VERSION}>", "version/latest>"), "number or a day"),
    ("fp-006-textual-definitions", "aa.owl", without(r"<(obo:)?IAO_0000115[^>]*>[^<]*nonproprietary name dupilumab[^<]*</(obo:)?IAO_0000115>"), "missing-definition aa:Dupilumab"),
    ("fp-008-documented", "index.html", None, "index.html is not there"),
    ("fp-012-naming-conventions", "aa.owl", without(r"<rdfs:label[^>]*>dupilumab</rdfs:label>"), "missing-label aa:Dupilumab"),
    ("robot-report", "aa.owl", without(r"<rdfs:label[^>]*>dupilumab</rdfs:label>"), "missing-label aa:Dupilumab"),
    ("sib-executables", "queries.ttl", lambda t: t.replace("  a sh:SPARQLSelectExecutable ;\n", "", 1), "question:atopy-and-severity"),
    ("sib-comments", "queries.ttl", lambda t: re.sub(r'(?m)^  rdfs:comment ".*\n', "", t, count=1), "question:atopy-and-severity"),
    ("sib-queries", "queries.ttl", lambda t: t.replace("PREFIX dcterms: <http://purl.org/dc/terms/>\n", "", 1), "question:atopy-and-severity"),
    ("sib-prefixes", "queries.ttl", instead("sh:declare ", "sh:names "), "question:atopy-and-severity"),
    ("sib-keywords", "queries.ttl", lambda t: re.sub(r"(?m)^  schema:keywords .*\n", "", t), "question:atopy-and-severity"),
    ("sib-void", "catalogue.ttl", instead("void#classPartition", "void#parts"), "class"),
    ("sssom-mapping_set_id", "aa.sssom.tsv", without("# mapping_set_id: .*\n"), "mapping_set_id"),
    ("sssom-license", "aa.sssom.tsv", without("# license: .*\n"), "license"),
    ("sssom-mapping_set_version", "aa.sssom.tsv", without("# mapping_set_version: .*\n"), "mapping_set_version"),
    ("sssom-curie_map", "aa.sssom.tsv", without("#   MESH: .*\n"), "MESH"),
    ("sssom-mappings", "aa.sssom.tsv", lambda t: t.replace("semapv:ManualMappingCuration", "", 1), "1."),
    ("own-resources", "Dupilumab.nt", None, "Dupilumab"),
    ("own-names", "sitemap.xml", instead("</urlset>", f"<url><loc>{SITE}/aa</loc></url></urlset>"), "aa.ttl"),
    ("own-pages", "fact/local-immunotherapy-may-worsen-extrinsic.html", None, "fact/local-immunotherapy-may-worsen-extrinsic"),
    ("own-checksums", "tables/facts.tsv", lambda t: t.replace("dupilumab", "dupilumap", 1), "tables/facts.tsv"),
    ("own-crate", "kgx/edges.tsv", lambda t: t + "x", "kgx/edges.tsv"),
    ("own-crate", "ro-crate-metadata.json", instead('"File"', '"Thing"'), "no files"),
    ("own-citation", "CITATION.cff", without("(?m)^authors:.*\n"), "authors"),
    ("own-logo", "logo.svg", None, "logo.svg"),
]  # fmt: skip

#: What no folder can have by itself.
REGISTERS = {"URI1", "OM3", "FIND2", "FIND3", "FIND_3_BIS", "FsF-F1-02D", "FsF-F4-01M", "FsF-A2-01M", "fp-003-uris", "sib-target"}  # fmt: skip


@pytest.fixture(scope="module")
def found(whole):
    return check(Folder(whole))


def test_a_whole_folder_fails_nothing(found):
    """All that can be mended here is mended; what somebody else has to register is told as such."""
    assert [(each.id, each.detail) for each in found.having("failed")] == []
    assert {each.id for each in found.having("needs registration")} == REGISTERS


def test_every_test_has_a_folder_that_breaks_it():
    """Only those that look at nothing but a register have none."""
    assert {test.id for test in TESTS} - {name for name, *_ in BREAKS} == {
        "URI1", "FIND3", "FIND_3_BIS", "FsF-A2-01M", "fp-003-uris", "sib-target",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "path", "change", "words"), BREAKS, ids=[f"{b[0]}-{b[1]}" for b in BREAKS])
def test_a_broken_folder_is_seen(whole, tmp_path, name, path, change, words):  # noqa: PLR0917
    """The test that it breaks fails, says what is wrong, and what to do."""
    (finding,) = check(
        Folder(broken(whole, tmp_path / "b", path, change, terms=name.startswith("own-"))), [name]
    ).findings

    assert finding.status == "failed", finding.detail
    assert words in finding.detail
    assert finding.remedy


def test_a_registered_name_passes(whole, tmp_path):
    """A DOI, a catalogue and an endpoint count once they are written down."""
    more = 'bibo:doi "10.0000/example" ; <https://schema.org/includedInDataCatalog> <https://example.org/catalogue> ;\n'
    one = broken(
        whole, tmp_path / "1", "aa.ttl", instead("  a owl:Ontology ;\n", f"  a owl:Ontology ;\n  {more}")
    )
    two = broken(whole, tmp_path / "2", "catalogue.ttl", instead("aa:dataset\n", 'aa:dataset\n  dcterms:identifier "https://doi.org/10.0000/example" ;\n'))  # fmt: skip
    three = broken(whole, tmp_path / "3", "queries.ttl", instead("  a sh:SPARQLExecutable ;\n", "  a sh:SPARQLExecutable ;\n  schema:target <https://example.org/sparql> ;\n"))  # fmt: skip

    for folder, names in (
        (one, ["OM3", "FIND_3_BIS"]),
        (two, ["FsF-A2-01M", "FsF-F4-01M"]),
        (three, ["sib-target"]),
    ):
        assert {each.id: each.status for each in check(Folder(folder), names).findings} == dict.fromkeys(
            names, "passed"
        )


def test_ids_are_told_once_and_each_has_a_remedy():
    """24 tests of FOOPS!, 17 metrics of F-UJI; no id twice."""
    ids = [test.id for test in TESTS]
    count = {family: sum(test.family == family for test in TESTS) for family in FAMILIES}

    assert len(set(ids)) == len(ids)
    assert (count["FOOPS!"], count["F-UJI"]) == (24, 17)
    assert all(test.remedy or test.registry for test in TESTS)
    assert {test.family for test in TESTS} == set(FAMILIES)


def test_rubbish_in_place_of_every_file_is_told_and_breaks_nothing(whole, tmp_path):
    """No test falls over, whatever stands in the files that it reads."""
    rubbish = [
        "[[1]]",
        "a\tb\n" + "x" * 200_000,
        "<![if",
        "@prefix : <http://[> . : a <http://www.w3.org/2002/07/owl#Ontology> .",
    ]
    for number, text in enumerate(rubbish):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in ("aa.ttl", "aa.owl", "aa.jsonld", "catalogue.ttl", "queries.ttl", "dataset.jsonld", "index.html",
                     "aa.sssom.tsv", "robots.txt", "sitemap.xml", "ro-crate-metadata.json", "CITATION.cff"):  # fmt: skip
            put(folder, name, text)
        put(folder, "w3id/.htaccess", text)

        assert len(check(Folder(folder)).findings) == len(TESTS)


def test_a_file_that_leads_out_of_the_folder_is_not_read(whole, tmp_path):
    """Whatever a record names."""
    record = json.dumps({"@graph": [{"@type": "File", "@id": "../../etc/passwd"}]})
    (finding,) = check(Folder(broken(whole, tmp_path / "b", "ro-crate-metadata.json", lambda _: record)), ["own-crate"]).findings  # fmt: skip

    assert "leads out of the folder" in finding.detail


def test_what_is_no_publication_is_refused(tmp_path):
    """With what to do."""
    put(tmp_path, "a file", "x")

    with pytest.raises(MissingFileError, match="no such folder"):
        Folder(tmp_path / "none")
    with pytest.raises(NotAFileError, match="no folder"):
        Folder(tmp_path / "a file")
    with pytest.raises(UsageError, match=r"neither aa\.ttl"):
        Folder(tmp_path)
    for url in ("https://", "https://[", "ftp://example.org/", "https://example.org/?a"):
        with pytest.raises(UsageError, match="no URL"):
            Site(url)


def test_a_test_that_there_is_not_is_told_with_what_is_nearest(whole):
    """A misspelt id is no passed test."""
    with pytest.raises(ParameterValueError, match="Nearest: VOC1"):
        check(Folder(whole), ["VOC11"])


def test_the_report_has_the_score_and_what_to_do(whole, tmp_path):
    """Text by family, with one line a remedy; JSON with the same."""
    report = check(Folder(broken(whole, tmp_path / "b", "index.html", None, terms=True)))
    text, record = report.to_text(), json.loads(report.to_json())

    assert "The ontology, by FOOPS!: 17 of 24 passed, 2 failed, 5 need registration." in text
    assert "DOC1, FsF-F2-01M, FsF-F4-01M, FsF-I1-01M, fp-008-documented: Publish with pages" in text
    assert record["tests"] == len(TESTS) == record["passed"] + record["failed"] + record["needs registration"]
    assert record["failed"] == 6


def test_the_command_tells_of_what_would_be_published(capsys):
    """Without a folder, one is published and looked at; the status says whether something is to be mended."""
    status = main(["fair", "--format", "json"])
    record = json.loads(capsys.readouterr().out)

    assert status == (1 if record["failed"] else 0)
    assert record["tests"] == len(TESTS)
    assert "CN1" not in {each["id"] for each in record["findings"] if "htaccess" in each["detail"] and each["status"] == "failed"}  # fmt: skip


def test_the_command_passes_a_folder_and_fails_another(whole, tmp_path, capsys):
    """Exit status 0, 1 and 2."""
    bad = broken(whole, tmp_path / "b", "index.html", None)

    assert main(["fair", str(whole), "--only", "DOC1"]) == 0
    assert "1 of 1 passed." in capsys.readouterr().out
    assert main(["fair", str(bad), "--only", "DOC1"]) == 1
    assert "To mend here:" in capsys.readouterr().out
    assert main(["fair", str(tmp_path / "none")]) == 3
    assert main(["fair", str(whole), "--only", "DOC"]) == 2


# On the web


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {".ttl": "text/turtle", ".owl": "application/rdf+xml", ".jsonld": "application/ld+json",
                      ".html": "text/html", "": "text/plain"}  # fmt: skip

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def static(whole):
    """A server of files that knows nothing of IRIs, as most are."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(whole)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def at_home(url, names=None):
    """What asks servers, but for those that are not on this machine: names lead where they are told, or nowhere."""

    def ask(iri, accept):
        for start, leads in (names or {}).items():
            if iri.startswith(start):
                return send(leads + iri.removeprefix(start), accept)
        if not iri.startswith(url):
            raise UnreachableError(iri, "No connection, or it broke: not on this machine.", "None.")
        return send(iri, accept)

    return ask


def test_a_site_is_looked_at_as_the_folder_is(static):
    """The same tests; the name that w3id.org does not know needs registration."""
    found = check(Site(static, at_home(static, {"https://creativecommons.org/": static + "aa.nt?"})))

    assert [(each.id, each.detail) for each in found.having("failed")] == []
    assert {each.id for each in found.having("needs registration")} == REGISTERS | {"CN1", "VER2"}


def test_a_licence_that_nobody_answers_for_fails(static):
    """On the web it is asked for."""
    (finding,) = check(Site(static, at_home(static)), ["OM4.2"]).findings

    assert finding.status == "failed"
    assert "not on this machine" in finding.detail


def test_nothing_on_the_other_side_is_told(static, capsys):
    """Exit status 4, and 2 where something answers that is no publication."""
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        assert main(["fair", f"http://127.0.0.1:{port}/"]) == 4
    assert "UnreachableError" in capsys.readouterr().err
    assert main(["fair", static + "fact/"]) == 2
    assert "neither aa.ttl" in capsys.readouterr().err


class Elsewhere(Quiet):
    """Leads in a circle, to a file of this machine, or to nothing that is an address."""

    def do_GET(self):
        self.send_response(302)
        self.send_header(
            "Location", {"/round": "/round", "/file": "file:///etc/passwd"}.get(self.path, "http://[/")
        )
        self.end_headers()


def test_redirects_lead_to_the_web_or_nowhere():
    """A circle ends, and no file is opened."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        with pytest.raises(RemoteAnswerError, match="more than 8 redirects"):
            send(f"{url}/round")
        with pytest.raises(RemoteAnswerError, match="file:///etc/passwd"):
            send(f"{url}/file")
        with pytest.raises(RemoteError):
            send(f"{url}/broken")
    finally:
        server.shutdown()


@pytest.fixture(scope="module")
def apache(whole):
    """An Apache on loopback: the folder under /site/, and under /name/ the rules for w3id.org, which lead there."""
    if not APACHE or not (MODULES / "mod_rewrite.so").exists():
        pytest.skip("Apache httpd is not installed")
    root = Path(
        tempfile.mkdtemp()
    )  # an Apache that root starts reads as nobody, who may not look into pytest's folders
    root.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (root / "name").mkdir()
    for name in (
        "aa.ttl",
        "aa.owl",
        "aa.jsonld",
        "catalogue.ttl",
        "index.html",
        "dataset.html",
        f"{VERSION}/aa.ttl",
    ):
        put(root / "site", name, (whole / name).read_text(encoding="utf-8"))
    url = f"http://127.0.0.1:{port}"
    (root / "name" / ".htaccess").write_text(w3id(f"{url}/site/"))
    modules = ["mpm_event", "authz_core", "dir", "headers", "mime", "rewrite", "unixd"]
    loads = [
        f"LoadModule {m}_module {MODULES}/mod_{m}.so" for m in modules if (MODULES / f"mod_{m}.so").exists()
    ]
    conf = root / "httpd.conf"
    types = "AddType text/turtle .ttl\nAddType application/rdf+xml .owl .rdf\nAddType application/ld+json .jsonld\nAddType application/n-triples .nt\nAddType text/html .html"
    conf.write_text(
        "\n".join(loads)
        + f"\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {root}/pid\nErrorLog {root}/log\n"
        f"User #{os.getuid() or 65534}\nGroup #{os.getgid() or 65534}\nTypesConfig /dev/null\n{types}\nDocumentRoot {root}\n"
        f"<Directory />\nOptions +FollowSymLinks\nAllowOverride All\nRequire all granted\n</Directory>\n"
    )
    server = subprocess.Popen([APACHE, "-X", "-f", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    for _ in range(100):
        if (root / "pid").exists() and server.poll() is None:
            break
        time.sleep(0.05)
    assert server.poll() is None, (root / "log").read_text() if (root / "log").exists() else "no log"
    yield url
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=10)
    shutil.rmtree(root)


def test_a_name_that_is_registered_passes_what_needed_it(apache):
    """By a real Apache that follows the rules which aa-ld publish writes for w3id.org."""
    names = {BASE: f"{apache}/name/"}
    wanted = ["URI1", "CN1", "DOC1", "FsF-F1-02D"]
    found = check(Site(f"{apache}/site/", at_home(apache, names)), wanted)

    assert {each.id: (each.status, each.detail) for each in found.findings if each.status != "passed"} == {}


def test_rules_lead_where_apache_leads(apache):
    """What is read from the rules without a network is what Apache answers."""
    rules = w3id(f"{apache}/site/")
    paths = ["", "Dupilumab", "fact/x", VERSION, "aa.ttl", ".well-known/void", "fact/x/nanopub/Head"]
    for path in paths:
        for accept in (HTML, "text/turtle", "application/ld+json", "application/rdf+xml", "*/*"):
            request = urllib.request.Request(f"{apache}/name/{path}", headers={"Accept": accept})
            opener = urllib.request.build_opener(NoRedirect)
            with pytest.raises(urllib.error.HTTPError) as answer:
                opener.open(request, timeout=10)

            assert target(rules, path, accept) == answer.value.headers["Location"]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def test_our_own_publication_fails_nothing(published):
    """What is not passed needs a registration that only people can make."""
    findings = check(Folder(published)).findings

    assert {finding.status for finding in findings} <= {"passed", "needs registration"}, [
        finding.id for finding in findings if finding.status == "failed"
    ]
