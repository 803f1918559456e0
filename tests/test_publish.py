"""Publishing: one folder with files for machines and records for archives, whole or not at all."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from apache import apache, asked
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from aa_ld import cli, errors, load
from aa_ld.axioms import read_axioms
from aa_ld.exchange import facts_of, read
from aa_ld.knowledge import Knowledge
from aa_ld.publish import publish
from aa_ld.publish.beside import beside
from aa_ld.publish.building import MARK, files
from aa_ld.publish.linked import Site
from aa_ld.publish.redirects import w3id
from aa_ld.publish.resources import path_of
from aa_ld.publish.room import room_beside
from aa_ld.publish.schema_org import embedded
from aa_ld.vocab import BASE, PREFIXES, compact

REPOSITORY = Path(__file__).parents[1]
SITE = "https://example.org/aa-ld/"
FORMATS = {
    "ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML,
    "owl": RdfFormat.RDF_XML, "nq": RdfFormat.N_QUADS, "trig": RdfFormat.TRIG,
}  # fmt: skip


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Every file of a publication."""
    return dict(files(load(), site=SITE))


@pytest.fixture
def small(monkeypatch) -> Knowledge:
    """Facts whose publication has few files, for how these come to their place."""
    few = [("index.html", b"first"), ("version/0.0.2/aa.ttl", b"# " + bytes(range(256)) * 9), (MARK, b"{}")]
    monkeypatch.setattr("aa_ld.publish.building.of_each", lambda *_: [("A.ttl", b"each")])
    monkeypatch.setattr("aa_ld.publish.building.of_the_whole", lambda *_: few)
    return load("review")


def triples(data: bytes, ending: str) -> list[Quad]:
    return list(parse(data, FORMATS[ending]))


# Files for machines


def test_every_thing_of_ours_has_its_files(made):
    """Each IRI that anything is said of has a file in every syntax where its IRI says, or is a part that leads on."""
    kb = load()
    layers = kb.inferred()
    said = {
        q.subject.value
        for q in layers.store.quads_for_pattern(None, None, None)
        if isinstance(q.subject, NamedNode)
    }
    ours = {iri for iri in said if iri.startswith(BASE) and iri != BASE and not iri.endswith("/project")}
    missing = {
        iri
        for iri in ours
        for ending in ("ttl", "jsonld", "nt", "rdf")
        if f"{path_of(iri)}.{ending}" not in made
    }

    assert missing == set()


def test_all_syntaxes_of_a_thing_say_the_same(made):
    """Whatever is parsed from Turtle is parsed from JSON-LD, N-Triples and RDF/XML too, for everything there is."""
    stems = {path.rpartition(".")[0] for path in made if path.endswith(".rdf")}

    assert len(stems) > 1_500
    for stem in stems:
        said = [
            {a.key for a in read_axioms(q.triple for q in triples(made[f"{stem}.{e}"], e))}
            for e in ("ttl", "jsonld", "nt", "rdf")
        ]
        assert said[0] == said[1] == said[2] == said[3], stem


@pytest.mark.reference
def test_rdflib_reads_what_is_written(made):
    """Another parser finds as many triples, in a drawn sample of each syntax and in every dump."""
    from rdflib import Dataset, Graph

    for path in sorted(made)[::97]:
        ending = path.rpartition(".")[2]
        if ending in ("ttl", "nt", "rdf", "jsonld") and path not in ("codemeta.jsonld", "dataset.jsonld"):
            names = {"rdf": "xml", "jsonld": "json-ld", "ttl": "turtle"}
            graph = Graph().parse(data=made[path], format=names.get(ending, ending))
            assert len(graph) == len(set(triples(made[path], ending))), path
    whole = Dataset()
    whole.parse(data=made["data/aa-ld.nq"], format="nquads")
    assert sum(len(g) for g in whole.graphs()) == len(triples(made["data/aa-ld.nq"], "nq"))


def test_the_dumps_hold_everything_once(made):
    """N-Quads and TriG, packed or not, are all layers."""
    layers = load().inferred()
    wanted = {str(q) for q in layers.store.quads_for_pattern(None, None, None) if "_:" not in str(q)}
    quads = {str(q) for q in triples(made["data/aa-ld.nq"], "nq") if "_:" not in str(q)}

    assert quads == wanted
    assert gzip.decompress(made["data/aa-ld.nq.gz"]) == made["data/aa-ld.nq"]
    trig = {
        str(q) for q in triples(gzip.decompress(made["data/aa-ld.trig.gz"]), "trig") if "_:" not in str(q)
    }
    assert trig == wanted


def test_two_builds_give_the_same_bytes(made):
    """No clock, no random name."""
    assert dict(files(load(), site=SITE)) == made


def test_no_two_things_stand_in_one_file():
    """A term may be called as a file is: each path is given once."""
    paths = [path for path, _ in files(load("review"), site=SITE)]

    assert len(paths) == len(set(paths))


def test_no_path_of_this_machine_gets_out(made):
    """Neither the folder of the checkout nor that of the package."""
    marks = [str(REPOSITORY).encode(), str(Path.home()).encode()]

    assert [path for path, data in made.items() if any(mark in data for mark in marks if len(mark) > 5)] == []


# Descriptions and records


def test_the_catalogue_tells_the_truth_about_each_file(made):
    """Sizes and digests are those of the files; every address is a file of the folder."""
    from hashlib import sha256

    quads = triples(made["catalogue.ttl"], "ttl")
    said = {
        (q.subject.value, q.predicate.value.rpartition("#")[2]): q.object
        for q in quads
        if isinstance(q.subject, NamedNode)
    }
    loads = [iri for iri, name in said if name == "downloadURL"]

    assert len(loads) > 50
    for iri in loads:
        data = made[iri.removeprefix(BASE)]
        assert said[iri, "byteSize"].value == str(len(data)), iri
        assert said[said[iri, "checksum"].value, "checksumValue"].value == sha256(data).hexdigest(), iri


def test_void_counts_are_those_of_the_data(made):
    """Triples, classes and properties, counted anew from the dump."""
    quads = triples(made["data/aa-ld.nq"], "nq")
    void = "http://rdfs.org/ns/void#"
    said = {
        q.predicate.value: q.object.value
        for q in triples(made["catalogue.ttl"], "ttl")
        if q.subject == NamedNode(BASE + "dataset")
    }

    assert int(said[void + "triples"]) == len(quads)
    assert int(said[void + "properties"]) == len({q.predicate for q in quads})
    assert int(said[void + "distinctSubjects"]) == len({q.subject for q in quads})
    types = {
        q.object
        for q in quads
        if q.predicate.value == PREFIXES["rdf"] + "type" and isinstance(q.object, NamedNode)
    }
    assert int(said[void + "classes"]) == len(types)


def test_all_records_tell_one_version_one_title_and_one_licence(made):
    """Citation, code, deposit, crate, data package and the header of the ontology agree."""
    header = {
        q.predicate.value: q.object.value
        for q in triples(made["aa.ttl"], "ttl")
        if q.subject == NamedNode(BASE) and isinstance(q.object, Literal)
    }
    version, title = header[PREFIXES["owl"] + "versionInfo"], header[PREFIXES["dcterms"] + "title"]
    crate = {each["@id"]: each for each in json.loads(made["ro-crate-metadata.json"])["@graph"]}
    package, zenodo, whole = (
        json.loads(made[name]) for name in ("datapackage.json", ".zenodo.json", "dataset.jsonld")
    )

    assert {crate["./"]["version"], package["version"], zenodo["version"], whole["version"]} == {version}
    assert {crate["./"]["name"], package["title"], zenodo["title"], whole["name"]} == {title}
    assert f"version: {version}\n" in made["CITATION.cff"].decode()
    assert {crate["./"]["license"]["@id"], package["licenses"][0]["path"], whole["license"]} == {
        "https://creativecommons.org/publicdomain/zero/1.0/"
    }


def test_the_deposit_has_only_what_zenodo_takes(made):
    """Fields and values are of its schema of deposits: one that is not makes a deposit fail, when it is too late."""
    told = json.loads(made[".zenodo.json"])
    fields = "title description upload_type access_right license version publication_date language keywords creators related_identifiers"

    assert set(told) == set(fields.split())
    assert (told["upload_type"], told["access_right"], told["license"]) == ("dataset", "open", "cc-zero")
    assert [set(each) for each in told["creators"]] == [{"name"}]
    (related,) = told["related_identifiers"]
    assert (related["relation"], related["scheme"]) == ("isDocumentedBy", "url")
    assert len(told["language"]) == 3
    assert date.fromisoformat(told["publication_date"])


def test_the_citation_of_the_repository_names_this_version():
    """Nobody has to remember to change it in two places."""
    said = (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")
    version = load().layers.store.quads_for_pattern(
        NamedNode(BASE), NamedNode(PREFIXES["owl"] + "versionInfo"), None
    )

    assert f"version: {next(version).object.value}\n" in said


def test_the_crate_and_the_package_name_files_that_are_there(made):
    """With sizes and columns as they are."""
    for part in json.loads(made["ro-crate-metadata.json"])["@graph"]:
        if part["@type"] == "File":
            assert len(made[part["@id"]]) == int(part["contentSize"])
    for table in json.loads(made["datapackage.json"])["resources"]:
        text = made[table["path"]].decode()
        header = next(csv.reader(io.StringIO(text), delimiter=table["dialect"]["delimiter"]))
        assert [field["name"] for field in table["schema"]["fields"]] == header, table["path"]
        assert len(made[table["path"]]) == table["bytes"]


def test_the_tables_are_the_answers(made):
    """A row a row, in words, with the IRI beside."""
    rows = list(csv.DictReader(io.StringIO(made["tables/treatments-that-may-worsen.csv"].decode())))
    answer = load().ask("treatments-that-may-worsen")

    assert [row["treatment"] for row in rows] == answer.column("treatment")
    assert all(row["treatment_iri"].startswith(BASE) for row in rows)


def test_the_nanopublications_are_all_there_and_named_by_the_index(made):
    """One a fact, and they read back as the facts they were made from."""
    singles = [
        path
        for path in made
        if path.startswith("nanopubs/") and path.rpartition("/")[2] not in ("all.trig", "index.trig")
    ]
    named = {
        q.object.value
        for q in triples(made["nanopubs/index.trig"], "trig")
        if q.predicate.value.endswith("includesElement")
    }
    facts = facts_of(read({"facts.trig": made["nanopubs/all.trig"].decode()}, "nanopub"))

    assert len(singles) == len(facts) > 300
    assert named == {f"{BASE}fact/{path[len('nanopubs/') : -len('.trig')]}/nanopub/" for path in singles}


def test_a_fact_is_a_claim_to_search_engines(made):
    """Never a plain statement: its sentence with the hedge is the text, and its certainty stands beside."""
    kb = load()
    layers = kb.inferred()
    from aa_ld.publish.metadata import read_metadata
    from aa_ld.publish.schema_org import schema_org

    metadata = read_metadata(layers)
    for each in Site(layers).resources.values():
        told = schema_org(each, metadata)
        assert told["@context"] == {"@vocab": "https://schema.org/"}
        if each.kind == "fact":
            assert told["@type"] == "Claim"
            assert told["text"] == each.label
            assert told["creativeWorkStatus"]


def test_nothing_in_a_record_can_end_the_script_that_holds_it():
    """Labels are data, whatever stands in them."""
    hostile = "</script><script>alert(1)</script> ]]> <!-- & \u202e"

    assert "<" not in embedded({"name": hostile})
    assert json.loads(embedded({"name": hostile})) == {"name": hostile}


# The folder


def test_a_publication_is_written_whole_and_replaced_whole(tmp_path, monkeypatch):
    """An old one stands when a new one fails in the middle; versions of before stay beside the new one."""
    kb, folder = load("review"), tmp_path / "site"
    publish(kb, folder)
    old = folder / "version" / "0.0.1"
    old.mkdir()
    (old / "aa.ttl").write_text("# as it was\n")
    signed = folder / "nanopubs" / "signed"
    signed.mkdir()
    (signed / f"RA{'x' * 43}.trig").write_text("# signed by somebody\n")
    before = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))

    def fails(*_: object):
        yield "half.html", b"half"
        raise OSError(28, "No space left on device")

    for half in ("of_each", "of_the_whole"):  # which two processes write, side by side
        with monkeypatch.context() as patch:
            patch.setattr(f"aa_ld.publish.building.{half}", fails)
            with pytest.raises(OSError, match="No space"):
                publish(kb, folder)
        assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) == before
        assert os.listdir(tmp_path) == ["site"]

    publish(kb, folder)
    assert (old / "aa.ttl").read_text() == "# as it was\n"
    assert [path.read_text() for path in signed.iterdir()] == ["# signed by somebody\n"]
    assert os.listdir(tmp_path) == ["site"]


def test_a_publication_in_one_file_holds_the_same_and_goes_on_as_a_folder_does(tmp_path, monkeypatch):
    """The same files and bytes each time; versions of before stay; an old one stands when a new one fails."""
    kb, archive = load("review"), tmp_path / "site.zip"
    publish(kb, tmp_path / "site")
    count = publish(kb, archive).files
    first = archive.read_bytes()
    with ZipFile(archive, "a") as added:
        added.writestr("version/0.0.1/aa.ttl", "# as it was\n")
    assert publish(kb, archive).files == count
    with ZipFile(archive) as found:
        held = {name: found.read(name) for name in found.namelist()}
    old = held.pop("version/0.0.1/aa.ttl")
    kept = archive.read_bytes()

    def fails(*_: object):
        yield "half.html", b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aa_ld.publish.building.of_the_whole", fails)
    with pytest.raises(OSError, match="No space"):
        publish(kb, archive)

    assert old == b"# as it was\n"
    assert held == {
        path.relative_to(tmp_path / "site").as_posix(): path.read_bytes()
        for path in (tmp_path / "site").rglob("*")
        if path.is_file()
    }
    assert archive.read_bytes() == kept
    assert sorted(os.listdir(tmp_path)) == ["site", "site.zip"]
    archive.unlink()
    monkeypatch.undo()
    publish(kb, archive)
    assert archive.read_bytes() == first


@pytest.mark.parametrize(
    "content", [b"", b"no archive", "of others"], ids=["empty", "no archive", "of others"]
)
def test_an_archive_that_is_somebody_elses_is_not_replaced(tmp_path, content):
    """An empty file, a file that is no archive, and one that holds other things stay as they are."""
    archive = tmp_path / "site.zip"
    if isinstance(content, str):
        with ZipFile(archive, "w") as made:
            made.writestr("../mine.txt", content)
    else:
        archive.write_bytes(content)
    before = archive.read_bytes()

    with pytest.raises(errors.UsageError, match="none that aa-ld publish has made"):
        publish(load("review"), archive)
    assert archive.read_bytes() == before
    assert os.listdir(tmp_path) == ["site.zip"]


@pytest.mark.parametrize("name", ["site", "site.zip"])
def test_a_link_to_a_publication_stays_a_link(tmp_path, small, name):
    """What it leads to is replaced, and made where there is nothing yet; nothing is left beside either."""
    (tmp_path / "disk").mkdir()
    place, link = tmp_path / "disk" / f"1{name}", tmp_path / name
    link.symlink_to(place)

    for _ in range(2):
        publish(small, link)
        assert link.is_symlink()
        assert place.is_file() if name.endswith("zip") else (place / "index.html").is_file()
        assert os.listdir(tmp_path / "disk") == [place.name]


def test_a_publication_may_be_read_by_whom_the_user_lets_read(tmp_path, small):
    """A new folder follows the user's mask, and one that is replaced keeps its permissions, as a file does."""
    before = os.umask(0o027)
    try:
        publish(small, tmp_path / "site")
        first = (tmp_path / "site").stat().st_mode & 0o777
        for place in (tmp_path / "site", tmp_path / "site.zip"):
            publish(small, place)
            place.chmod(0o711)
            publish(small, place)
    finally:
        os.umask(before)

    assert first == 0o750
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("site", "site.zip")] == [0o711, 0o711]


@pytest.mark.parametrize("when", ["aside", "in place"])
def test_an_old_folder_comes_back_when_it_cannot_be_replaced(tmp_path, small, monkeypatch, when):
    """Whether somebody interrupts between the two moves, or the second one fails."""
    site = tmp_path / "site"
    publish(small, site)
    (site / "mine.txt").write_text("from before")
    move, moves = os.replace, []

    def interrupted(source, target):
        moves.append(target)
        if when == "in place" and len(moves) == 2:
            raise OSError(39, "Directory not empty", str(source), None, str(target))
        move(source, target)
        if when == "aside" and len(moves) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises((OSError, KeyboardInterrupt)):
        publish(small, site)

    assert (site / "mine.txt").read_text() == "from before"
    assert os.listdir(tmp_path) == ["site"]


def test_a_folder_that_cannot_be_replaced_is_told_before_work_begins(tmp_path, small, monkeypatch):
    """The one in which somebody is, and one on which a disk is mounted."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(errors.UsageError, match=r"you are in it"):
        publish(small, ".")
    (tmp_path / "disk" / "below").mkdir(parents=True)
    (tmp_path / "disk" / MARK).touch()
    monkeypatch.chdir(tmp_path / "disk" / "below")
    with pytest.raises(errors.UsageError, match=r"you are in it"):
        publish(small, "..")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path).name == "disk")
    with pytest.raises(errors.UsageError, match=r"a disk is mounted there") as raised:
        publish(small, "disk")

    assert "aa-ld publish disk/site" in str(raised.value)
    assert os.listdir(tmp_path) == ["disk"]


@pytest.mark.parametrize("name", ["site", "site.ZIP"])
def test_a_full_disk_is_named_by_what_was_asked_for(tmp_path, small, monkeypatch, name):
    """An error while writing names no file, and the system knows none."""

    def full(*_: object):
        yield "half.html", b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aa_ld.publish.building.of_the_whole", full)
    with pytest.raises(OSError, match="No space") as raised:
        publish(small, tmp_path / name)

    assert raised.value.filename == str(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_links_that_lead_to_themselves_and_pipes_are_no_bug_of_ours(tmp_path, small, capsys):
    """A link in a circle is an error of the disk, and a pipe is not waited for."""
    (tmp_path / "site").symlink_to("site")
    os.mkfifo(tmp_path / "site.zip")

    assert cli.main(["publish", str(tmp_path / "site")]) == 3
    assert str(tmp_path / "site") in capsys.readouterr().err
    assert cli.main(["publish", str(tmp_path / "site.zip")]) == 2
    assert "none that aa-ld publish has made" in capsys.readouterr().err
    assert sorted(os.listdir(tmp_path)) == ["site", "site.zip"]


def test_a_damaged_archive_of_ours_is_told_and_stays(tmp_path, small):
    """Bytes of an earlier version were overwritten: going on without it would lose it."""
    archive = tmp_path / "site.zip"
    publish(small, archive)
    with ZipFile(archive) as found:
        at = next(each.header_offset for each in found.infolist() if each.filename.startswith("version/"))
    data = bytearray(archive.read_bytes())
    data[at + 60 : at + 100] = bytes(40)
    archive.write_bytes(data)

    with pytest.raises(errors.UsageError, match="is damaged"):
        publish(small, archive)
    assert archive.read_bytes() == bytes(data)
    assert os.listdir(tmp_path) == ["site.zip"]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_publication_that_is_ended_leaves_nothing_beside_it(tmp_path):
    """As by a terminal that closes: no folder and no process stays."""
    command = [sys.executable, "-m", "aa_ld", "publish", "site"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as running:
        while running.poll() is None and not list(tmp_path.glob(".site.*/new/*")):
            time.sleep(0.02)
        running.send_signal(signal.SIGHUP)

    assert running.returncode == 128 + signal.SIGHUP
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="files are held as POSIX does")
def test_two_publications_do_not_write_to_one_place_at_once(tmp_path, small, capsys):
    """The second is refused, as it would take away what the first has signed; another place beside it is free."""
    with room_beside(tmp_path / "site"):
        code = cli.main(["publish", str(tmp_path / "site")])
        publish(small, tmp_path / "site.zip")
    with room_beside(tmp_path / "site.zip"), room_beside(tmp_path / "site"):
        pass

    assert code == 2
    assert "Another aa-ld publish is writing this at the moment" in capsys.readouterr().err
    assert sorted(os.listdir(tmp_path)) == ["site.zip"]


def test_a_folder_may_be_named_from_where_one_stands(tmp_path, small, monkeypatch):
    """Nobody is in the way of a publication to a folder without its whole path, twice."""
    monkeypatch.chdir(tmp_path)

    assert publish(small, "site").files == publish(small, "site").files
    assert os.listdir(tmp_path) == ["site"]


@pytest.mark.skipif(os.name != "posix", reason="files are held as POSIX does")
def test_what_a_publication_left_that_was_killed_is_taken_away_by_the_next(tmp_path, small):
    """Its room and nothing else, though it be called alike."""
    code = (
        "import os, signal; from pathlib import Path; from aa_ld.publish.room import room_beside\n"
        f"with room_beside(Path({str(tmp_path / 'site')!r})) as room:\n"
        "    (room / 'new').mkdir(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], check=False, cwd=REPOSITORY)
    (tmp_path / ".site.mine").mkdir()
    left = len(os.listdir(tmp_path))
    publish(small, tmp_path / "site")

    assert left == 2
    assert sorted(os.listdir(tmp_path)) == [".site.mine", "site"]


@pytest.mark.skipif(os.name != "posix", reason="files are held as POSIX does")
def test_a_publication_that_was_killed_between_two_moves_comes_back(tmp_path, small):
    """The old one lay beside its place, and nothing in its place: its versions stay."""
    code = (
        "import os, signal; from pathlib import Path; from aa_ld.publish.room import room_beside\n"
        f"with room_beside(Path({str(tmp_path / 'site')!r})) as room:\n"
        f"    os.replace({str(tmp_path / 'site')!r}, room / 'old'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    publish(small, tmp_path / "site")
    (tmp_path / "site/version/0.0.1").mkdir()
    subprocess.run([sys.executable, "-c", code], check=False, cwd=REPOSITORY)
    gone = not (tmp_path / "site").exists()
    publish(small, tmp_path / "site")

    assert gone
    assert (tmp_path / "site/version/0.0.1").is_dir()
    assert os.listdir(tmp_path) == ["site"]


def test_a_file_that_the_disk_takes_only_a_part_of_is_never_taken_for_whole(tmp_path):
    """A limit on the size of files stops a write in the middle, as a full disk does; that is told, whatever comes next."""
    code = (
        "import resource, sys; from pathlib import Path; from aa_ld.publish.building import _write\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        f"print(_write(Path({str(tmp_path)!r}), [('whole', b'x' * 1000), ('cut', b'x' * 1500)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=REPOSITORY
    )

    assert "File too large" in done.stderr
    assert done.stdout == ""


def told(work) -> str:
    """What comes of work that is done beside nothing."""
    try:
        with beside(work) as found:
            pass
    except (ValueError, MemoryError) as error:
        return type(error).__name__
    return str(found)


def sum_of_two(tell) -> int:
    return 2 + 2


def fails(tell) -> int:
    raise ValueError("no")


def ended(tell) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


def test_work_beside_is_done_once_and_its_errors_are_raised():
    """Whether a second process may be made or not, as beside a thread; one that is ended from outside is told."""
    code = "from test_publish import *; print(told(lambda tell: 4), told(fails), told(ended) if os.cpu_count() > 1 else 'MemoryError')"
    places = os.pathsep.join([str(REPOSITORY / "tests"), str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    alone = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": places},
    )
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    crowded = [told(lambda tell: 4), told(fails)]
    done.set()
    thread.join()

    with get_context("fork").Pool(1) as pool:
        pooled = pool.apply(told, [sum_of_two])

    assert pooled == "[4]"
    assert crowded == ["[4]", "ValueError"]
    assert alone.stdout.split() == ["[4]", "ValueError", "MemoryError"]


def test_what_is_somebody_elses_is_not_replaced(tmp_path, capsys):
    """A folder with other things, a file, a folder of the package."""
    (tmp_path / "mine.txt").write_text("mine")

    assert cli.main(["publish", str(tmp_path)]) == 2
    assert "has not put there" in capsys.readouterr().err
    assert cli.main(["publish", str(tmp_path / "mine.txt")]) == 2
    assert cli.main(["publish", str(REPOSITORY / "ontology")]) == 2
    assert cli.main(["publish", str(tmp_path / "new"), "--site", "ftp://example.org"]) == 2
    assert sorted(os.listdir(tmp_path)) == ["mine.txt"]


def test_facts_that_no_table_can_tell_are_named_beside_the_table():
    """A property of somebody's own keeps a fact out of the table, and nothing out of the publication."""
    kb = load("review")
    odd = [fact.iri for fact in kb.facts()][3:5]
    kb.layers.add_quads(
        [Quad(NamedNode(iri), NamedNode("http://example.org/p"), Literal("x")) for iri in odd], "data"
    )
    table, left_out = (
        dict(files(kb))[f"tables/{name}.tsv"].decode().splitlines() for name in ("facts", "facts.left-out")
    )
    told = {line.split("\t")[0] for line in table[1:]}

    assert {line.split("\t")[0] for line in left_out[1:]} == set(map(compact, odd))
    assert all("http://example.org/p" in line for line in left_out[1:])
    assert told == {compact(fact.iri) for fact in kb.facts() if fact.evidence} - set(map(compact, odd))


def test_what_is_wrong_in_the_users_files_is_told_when_they_are_published(tmp_path, small, capsys):
    """A fact that lacks what facts have gets a page and stands in no list; whoever publishes it hears so."""
    half = tmp_path / "half.ttl"
    half.write_text(f"<{PREFIXES['fact']}half> a <{BASE}BiomarkerObservation> .\n")

    assert cli.main(["publish", str(tmp_path / "site"), "--data", str(half)]) == 0
    assert f"in your files, so answers may be wrong; see aa-ld validate {half}" in capsys.readouterr().err


def test_no_iri_leads_out_of_the_folder(tmp_path):
    """Dots, percent signs, blanks and line ends in an IRI become a name in the folder, or nothing at all."""
    nasty = [
        "fact/../../../etc/passwd",
        "fact/%2e%2e/x",
        "fact//x",
        "fact/a b",
        "../x",
        "fact/.",
        "é/ü",
        "fact/" + "x" * 5000,
    ]

    for each in nasty:
        path = path_of(BASE + each)
        assert not {"..", "."} & set(path.split("/")), path
        assert "" not in path.split("/"), path
        assert max(map(len, path.split("/"))) < 240, path
        assert (tmp_path / path).resolve().is_relative_to(tmp_path.resolve())


def test_a_disk_that_does_not_tell_case_apart_is_told(tmp_path, monkeypatch):
    """Classes and properties of ours differ in the case of a letter; there one would overwrite the other.

    Such a disk answers to both names, and lists the first that was given, for files and for folders.
    """
    from aa_ld.publish import building

    for path in ("Certainty.ttl", "Fact/x.ttl"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("there already, as such a disk would say of the same in small letters")
    listed = os.listdir
    monkeypatch.setattr("os.listdir", lambda folder: [each.lower() for each in listed(folder)])

    for path in ("Certainty.ttl", "Fact/x.ttl"):
        with pytest.raises(errors.UsageError, match="capital letters"):
            building._write(tmp_path, [(path, b"")])


def test_two_things_of_one_name_are_found_on_a_disk_and_in_an_archive(tmp_path):
    """Also where two pieces of work that go on side by side have made them."""
    from aa_ld.publish import building

    twice = [("fact/x.ttl", b"one"), ("fact/x.ttl", b"two")]
    with pytest.raises(errors.UsageError, match="Two things"):
        building._write(tmp_path, twice)
    with pytest.raises(errors.UsageError, match="Two things"):
        building._write(tmp_path, twice[1:])
    with pytest.raises(errors.UsageError, match="Two things"):
        list(building._apart(twice))
    assert (tmp_path / "fact/x.ttl").read_bytes() == b"one"


def test_hostile_texts_change_no_file_but_their_own(tmp_path):
    """A term of a user's own with markup, control signs and a long label is published as text."""
    label = "<script>alert(1)</script>]]>\u202e" + "x" * 100_000
    data = tmp_path / "own.nt"
    data.write_text(
        f'<{BASE}Hostile> <{PREFIXES["rdf"]}type> <{PREFIXES["owl"]}Class> .\n'
        f'<{BASE}Hostile> <{PREFIXES["rdfs"]}label> "{label}" .\n', encoding="utf-8",
    )  # fmt: skip
    found = dict(files(load("review", [str(data)])))

    assert [
        q.object.value for q in triples(found["Hostile.rdf"], "rdf") if isinstance(q.object, Literal)
    ] == [label]
    assert (MARK in found) and (b"<script>alert" not in found["sitemap.xml"])


# IRIs


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A site published and served by Apache, behind the rules of w3id.org on another path; gives both URLs."""
    root = tmp_path_factory.mktemp("web")
    documents = root / "documents"
    (documents / "w3id").mkdir(parents=True)
    os.chmod(root, 0o755)
    for part in root.parents:
        if os.access(part, os.W_OK) and part != Path("/"):
            os.chmod(part, part.stat().st_mode | 0o055)
    with apache(documents) as url:
        site = f"{url}/site/"
        publish(load(), documents / "site", site=site)
        (documents / "w3id" / ".htaccess").write_text(w3id(site))
        yield f"{url}/w3id/", site


def followed(url: str, accept: str) -> tuple[list[int], dict[str, str], bytes, str]:
    """The statuses on the way, the headers and body at its end, and where that was."""
    statuses = []
    for _ in range(5):
        status, headers, body = asked(url, accept)
        statuses.append(status)
        if status not in (301, 302, 303):
            break
        url = headers["location"]
    return statuses, headers, body, url


@pytest.mark.server
def test_every_kind_of_iri_leads_to_every_format(served):
    """One of each kind, in each format: 303, then the file, of the right type, that speaks of it."""
    w3, _ = served
    layers = load().inferred()
    one_of: dict[str, str] = {}
    for each in Site(layers).resources.values():
        one_of.setdefault(each.kind, each.iri)
        for part in each.parts[:1]:
            one_of.setdefault(part.removeprefix(BASE).split("/")[0], part)
    wanted = {
        "text/turtle": "ttl",
        "application/ld+json": "jsonld",
        "application/n-triples": "nt",
        "application/rdf+xml": "rdf",
    }

    assert len(one_of) >= 11
    for kind, iri in one_of.items():
        for media, ending in wanted.items():
            statuses, headers, body, _ = followed(w3 + quote(iri.removeprefix(BASE)), media)
            assert statuses == [303, 200], (kind, media)
            assert headers["content-type"].split(";")[0] == media, (kind, media)
            assert headers["access-control-allow-origin"] == "*"
            quads = list(parse(body, FORMATS[ending]))
            assert quads, (kind, media)
            assert kind == "graph" or any(iri in str(quad) for quad in quads), (kind, media)


@pytest.mark.server
def test_redirects_carry_what_browsers_of_others_need(served):
    """Cross-origin headers stand on the 303 itself, and caches learn that the answer depends on Accept."""
    w3, _ = served
    status, headers, _ = asked(w3 + "AlopeciaAreata", "text/turtle")

    assert status == 303
    assert headers["access-control-allow-origin"] == "*"
    assert "accept" in headers["vary"].lower()


@pytest.mark.server
def test_a_version_leads_to_the_file_of_that_version(served, made):
    """The immutable file, in what is asked for; the ontology without a version leads to the newest."""
    w3, site = served
    version = json.loads(made[MARK])["version"]

    for media, name in (
        ("text/turtle", "aa.ttl"),
        ("application/rdf+xml", "aa.owl"),
        ("application/ld+json", "aa.jsonld"),
    ):
        statuses, _, body, url = followed(f"{w3}version/{version}", media)
        assert (statuses, url) == ([303, 200], f"{site}version/{version}/{name}")
        assert body == made[name]
        statuses, _, body, url = followed(w3, media)
        assert (statuses, url, body) == ([303, 200], site + name, made[name])


@pytest.mark.server
def test_browsers_are_led_to_pages_and_nanopublications_to_their_file(served):
    """By what browsers send; a nanopublication by its own IRI, and by that of one of its graphs."""
    w3, site = served
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    fact = "fact/local-immunotherapy-may-worsen-extrinsic"

    assert asked(w3 + fact, browser)[1]["location"] == f"{site}{fact}.html"
    for tail in ("/nanopub/", "/nanopub/assertion"):
        statuses, headers, body, _ = followed(w3 + fact + tail, "application/trig")
        assert statuses == [303, 200]
        assert headers["content-type"] == "application/trig"
        assert b"/nanopub/assertion" in body
    signed = f"nanopub/RA{'x' * 43}"
    for tail in ("", "/assertion"):
        assert asked(w3 + signed + tail, "*/*")[1]["location"] == f"{site}nanopubs/signed/{signed[8:]}.trig"
    assert followed(w3 + "aa.obo", "*/*")[0] == [302, 200]
    assert followed(w3 + ".well-known/void", "text/turtle")[0] == [302, 200]


def test_a_site_that_is_no_url_is_refused():
    """Before anything is written into a rule."""
    for nasty in ("example.org", "https://exa mple.org/", "https://example.org/$1", 'https://example.org/"x'):
        with pytest.raises(errors.UsageError):
            w3id(nasty)
