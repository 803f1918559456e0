"""Published RDF before readers of others: Apache Jena and Raptor; rdflib and Oxigraph are asked in test_publish.py."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from servers import fuseki_jar

from aa_ld import load
from aa_ld.publish import publish

pytestmark = pytest.mark.reference

SYNTAXES = ("ttl", "nt", "rdf", "jsonld")
_BLANK = re.compile(rb"_:\S+")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A published folder."""
    folder = tmp_path_factory.mktemp("published") / "site"
    publish(load(), folder, site="https://example.org/aa-ld/")
    return folder


#: Jena mixes what it logs with what it writes, unless told otherwise.
_LOGGING = """status = error
appender.err.type = Console
appender.err.name = err
appender.err.target = SYSTEM_ERR
appender.err.layout.type = PatternLayout
appender.err.layout.pattern = %-5p %m%n
rootLogger.level = WARN
rootLogger.appenderRef.err.ref = err
"""


def jena(made: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """A command of Jena, from the jar that Fuseki comes in."""
    java, jar = shutil.which("java"), fuseki_jar()
    if not java or not jar:
        pytest.skip("Jena is not installed: set AA_LD_FUSEKI_JAR, or see docs/endpoints.md")
    with tempfile.TemporaryDirectory() as folder:
        logging = Path(folder) / "log4j2.properties"
        logging.write_text(_LOGGING)
        options = ["-Xmx700m", "-XX:TieredStopAtLevel=1", f"-Dlog4j.configurationFile={logging}"]
        command = [java, *options, "-cp", jar, *words]
        return subprocess.run(command, cwd=made, capture_output=True, timeout=300, check=False)


def lines(data: bytes) -> Counter[bytes]:
    """How often each triple is told, whatever its blank nodes are called."""
    return Counter(_BLANK.sub(b"_:", line) for line in data.splitlines() if line.strip())


def in_every_syntax(made: Path) -> list[str]:
    """The paths, without ending, of what there is in all four syntaxes."""
    stems = [str(path.relative_to(made).with_suffix("")) for path in sorted(made.rglob("*.rdf"))]
    return [stem for stem in stems if all((made / f"{stem}.{ending}").is_file() for ending in SYNTAXES)]


def test_jena_reads_everything_and_finds_the_same_in_every_syntax(made):
    """With its checks of IRIs and literals on: no error, no warning, and the same triples in the same number."""
    stems = in_every_syntax(made)
    told = []
    for ending in SYNTAXES:
        done = jena(made, "riotcmd.riot", "--check", "--output=nt", *(f"{stem}.{ending}" for stem in stems))
        assert (done.returncode, done.stderr) == (0, b""), done.stderr[:2000]
        told.append(lines(done.stdout))

    assert len(stems) > 1_500
    assert told[0] == told[1] == told[2] == told[3]
    rest = [
        str(p.relative_to(made))
        for e in ("owl", "trig", "nq", "ttl", "jsonld")
        for p in sorted(made.rglob(f"*.{e}"))
    ]
    rest = [
        path for path in rest if path.rpartition(".")[0] not in set(stems) and path != "data/context.jsonld"
    ]
    done = jena(made, "riotcmd.riot", "--check", "--output=nq", *rest)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr[:2000]


def test_jena_finds_what_is_wrong(made, tmp_path):
    """The check above can fail: a relative IRI, a date that is none, an unfinished file."""
    for text in ("<a b> <http://example.org/p> 1 .", "<http://example.org/s> <http://example.org/p>"):
        (tmp_path / "x.ttl").write_text(text)
        assert jena(tmp_path, "riotcmd.riot", "--check", "--output=nt", "x.ttl").stderr != b""
    bad = '<http://example.org/s> <http://example.org/p> "2026-13-01"^^<http://www.w3.org/2001/XMLSchema#date> .'
    (tmp_path / "x.nt").write_text(bad)
    assert b"WARN" in jena(tmp_path, "riotcmd.riot", "--check", "--output=nt", "x.nt").stderr


def test_nothing_published_needs_rdf_1_2(made):
    """Triple terms are in one export format only, which is made on request; so every reader of RDF 1.1 will do."""
    assert [str(path) for path in made.rglob("*.ttl") if b"<<" in path.read_bytes()] == []


def test_jena_counts_what_void_tells(made):
    """The partitions by class and by property, counted anew by another engine over the dump."""
    query = """SELECT ?kind ?what (COUNT(*) AS ?n) WHERE { GRAPH ?g {
      { ?s ?what ?o BIND("property" AS ?kind) } UNION { ?s a ?what FILTER(isIRI(?what)) BIND("class" AS ?kind) } } }
    GROUP BY ?kind ?what"""
    done = jena(made, "arq.arq", "--data=data/aa-ld.nq", "--results=CSV", query)
    counted = {
        (row["kind"], row["what"]): int(row["n"]) for row in csv.DictReader(io.StringIO(done.stdout.decode()))
    }
    void = "http://rdfs.org/ns/void#"
    said: dict[object, dict[str, str]] = {}
    for quad in parse((made / "catalogue.ttl").read_bytes(), RdfFormat.TURTLE):
        if quad.predicate.value.startswith(void) and hasattr(quad.object, "value"):
            said.setdefault(quad.subject, {})[quad.predicate.value.removeprefix(void)] = quad.object.value
    told = {("class", each["class"]): int(each["entities"]) for each in said.values() if "class" in each}
    told |= {
        ("property", each["property"]): int(each["triples"]) for each in said.values() if "property" in each
    }

    assert len(counted) > 200, done.stderr[:1000]
    assert told == counted


# Raptor


def raptor(
    syntax: str, paths: Iterable[Path], data: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Raptor's rapper; it takes one file a call."""
    binary = shutil.which("rapper")
    if not binary:
        pytest.skip("Raptor is not installed: apt-get install raptor2-utils")
    command = [binary, "-q", "-i", syntax, "-o", "ntriples"]
    if data is not None:
        return subprocess.run(
            [*command, "-", "http://example.org/"], input=data, capture_output=True, timeout=120, check=False
        )
    listed = "\0".join(map(str, paths)).encode()
    each = ["xargs", "-0", "-n1", *command]
    return subprocess.run(each, input=listed, capture_output=True, timeout=300, check=False)


def test_raptor_reads_everything_but_json_ld_and_finds_the_same(made):
    """Turtle and N-Triples one behind the other, RDF/XML file by file, of every third thing: no error, no warning."""
    stems = in_every_syntax(made)[::3]
    told = []
    for ending, syntax in (("nt", "ntriples"), ("ttl", "turtle")):
        done = raptor(syntax, [], b"\n".join((made / f"{stem}.{ending}").read_bytes() for stem in stems))
        assert (done.returncode, done.stderr) == (0, b""), done.stderr[:1000]
        told.append(lines(done.stdout))
    done = raptor("rdfxml", [made / f"{stem}.rdf" for stem in stems])
    assert (done.returncode, done.stderr) == (0, b""), done.stderr[:1000]

    assert told[0] == told[1] == lines(done.stdout)
    for whole in ("data/aa-ld.nq",):
        done = raptor("nquads", [made / whole])
        assert (done.returncode, done.stderr) == (0, b""), done.stderr[:1000]
        assert len(done.stdout.splitlines()) == len((made / whole).read_bytes().splitlines())
    done = raptor("turtle", [], b"<http://example.org/s> <http://example.org/p> .")
    assert done.returncode != 0
