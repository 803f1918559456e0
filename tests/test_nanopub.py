"""Signed nanopublications: the same bytes from the same key, found when tampered with, superseded, retracted, sent on command only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata as installed
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from aa_ld import cli, errors, load
from aa_ld.exchange import describe, export, facts_of, read
from aa_ld.exchange.keys import Signer, open_signer, orcid_of
from aa_ld.publish.metadata import read_metadata
from aa_ld.publish.nanopubs import nanopubs
from aa_ld.publish.spool import read as bytes_of
from aa_ld.vocab import PREFIXES

NPX = PREFIXES["npx"]
ME = "0000-0000-0000-0001"  # zeros with the sign that proves them: nobody's
FACTS = [
    PREFIXES["fact"] + name
    for name in ("local-immunotherapy-may-worsen-extrinsic", "activated-cells-produce-interferon-gamma", "record-volume")
]  # fmt: skip


def has_library() -> bool:
    try:
        version = installed.version("nanopub")
    except installed.PackageNotFoundError:
        return False
    return tuple(int(part) for part in version.split(".")[:3]) >= (2, 2, 2)


needs_library = pytest.mark.skipif(
    not has_library(), reason="pip install 'aa-ld[nanopub]' (needs Python 3.12)"
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Path:
    """A folder with keys in the forms that people have, all of one key; and another key."""
    from Crypto.PublicKey import RSA

    folder = tmp_path_factory.mktemp("keys")
    key, other = RSA.generate(2048), RSA.generate(2048)
    made = {
        "pkcs8.pem": key.export_key("PEM", pkcs=8),
        "pkcs1.pem": key.export_key("PEM", pkcs=1),
        "key.der": key.export_key("DER", pkcs=8),
        "id_rsa": b64encode(key.export_key("DER", pkcs=8)),  # as the library stores its own
        "locked.pem": key.export_key("PEM", passphrase="a secret", pkcs=8, protection="PBKDF2WithHMAC-SHA1AndAES256-CBC"),
        "public.pem": key.public_key().export_key("PEM"),
        "id_rsa.pub": key.public_key().export_key("OpenSSH"),
        "short.pem": RSA.generate(1024).export_key("PEM"),
        "other.pem": other.export_key("PEM", pkcs=8),
        "text.pem": b"This is no key.",
        "cut.pem": key.export_key("PEM", pkcs=8)[:400],
        "empty.pem": b"",
    }  # fmt: skip
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def me(keys) -> Signer:
    return open_signer(str(keys / "pkcs8.pem"), ME)


@pytest.fixture
def layers():
    """The layers of the review, to be changed by a test."""
    return load("review").layers


def published(layers, facts, folder, signer, **changes):
    """Sign facts over what lies in a folder, and put the files there; gives what was done."""
    from aa_ld.publish.signed import signed

    done = signed(layers, facts, read_metadata(layers)._replace(**changes), signer, folder)
    for each in done.files:
        place = folder / each.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(each.data.read())
    return done.tally


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.trig"))}


def said(folder: Path, name: str, predicate: str) -> set[str]:
    """The values of a predicate of npx in a file."""
    quads = parse((folder / "nanopubs/signed" / name).read_bytes(), RdfFormat.TRIG)
    return {quad.object.value for quad in quads if quad.predicate.value == NPX + predicate}


def of_fact(folder: Path, fact: str) -> set[str]:
    """The names of all files about a fact, of whatever time."""
    root = folder / "nanopubs/signed"
    return {path.name for path in root.glob("RA*.trig") if fact in said(folder, path.name, "introduces")}


# Signing


@needs_library
def test_the_same_facts_date_and_key_give_the_same_bytes(layers, me, keys, tmp_path):
    """In whatever form the key is kept; no clock is read."""
    again = open_signer(str(keys / "pkcs1.pem"), f"https://orcid.org/{ME}")
    published(layers, FACTS, tmp_path / "a", me)
    published(layers, FACTS, tmp_path / "b", again)

    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert len(of_fact(tmp_path / "a", FACTS[0])) == 1


@needs_library
def test_a_signed_nanopublication_reads_back_as_its_fact(layers, me):
    """Hedge, scope, evidence and all."""
    from aa_ld.exchange.signing import signed_nanopubs

    text = signed_nanopubs(layers, describe(layers, FACTS), me)
    unsigned = read(export(layers, FACTS, "nanopub"), "nanopub")

    assert facts_of(read({"facts.trig": text}, "nanopub")) == facts_of(unsigned)


@needs_library
def test_who_signs_is_told_as_given_and_nothing_more(layers, keys, me, tmp_path):
    """No name is made up; one that is given stands there."""
    from aa_ld.exchange.signing import signed_nanopubs

    named = open_signer(str(keys / "id_rsa"), ME, "A. Curator")
    plain, told = (signed_nanopubs(layers, describe(layers, FACTS[:1]), who) for who in (me, named))

    assert 'foaf:name "A. Curator"' in told
    assert "foaf:name" not in plain
    assert f"<https://orcid.org/{ME}>" in plain


@needs_library
def test_the_reference_implementations_find_every_signature_valid(layers, me, tmp_path):
    """nanopub-java, where its jars are, and the library in Rust, where it is installed: index and retraction too."""
    published(layers, FACTS, tmp_path, me)
    published(layers, FACTS[:2], tmp_path, me, version="9.0.0")
    files = sorted((tmp_path / "nanopubs/signed").glob("RA*.trig"))
    asked = 0

    assert len(files) == 6  # three facts, a retraction, two indexes
    jars = os.environ.get("AA_LD_NANOPUB_JARS", "")
    if (java := shutil.which("java")) and os.path.isdir(jars):
        command = [java, "-cp", f"{jars}/*", "org.nanopub.CheckNanopub", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert "Summary: 6 trusty with signature;" in done.stdout, done.stdout
        asked += 1
    try:
        import nanopub_sign
    except ImportError:
        pass
    else:
        for path in files:
            nanopub_sign.Nanopub(path.read_text(encoding="utf-8")).check()
        asked += 1
    if not asked:
        pytest.skip("neither AA_LD_NANOPUB_JARS nor pip install nanopub-sign")


@needs_library
def test_whatever_a_literal_holds_is_signed_and_kept(layers, keys, tmp_path, capfd):
    """Signs of all kinds, forms that the library rewrites, and forms that are none; a blank node is refused."""
    note, xsd = NamedNode(PREFIXES["skos"] + "editorialNote"), PREFIXES["xsd"]
    graph = next(layers.store.quads_for_pattern(NamedNode(FACTS[0]), None, None)).graph_name
    hostile = [
        Literal('a\r\nb\t"\\ \u202e 😀 e\u0301 \x7f ~~~ARTIFACTCODE~~~ <https://w3id.org/aa-ld/nanopub/x> }'),
        *(Literal(text, datatype=NamedNode(xsd + kind)) for text, kind in (("1.50", "decimal"), ("007", "integer"), ("abc", "integer"), ("2026-13-45", "date"))),
        Literal("x", language="zh-Hant"),
    ]  # fmt: skip
    for each in hostile:
        layers.store.add(Quad(NamedNode(FACTS[0]), note, each, graph))
    signer = open_signer(str(keys / "pkcs8.pem"), ME, 'A "quoted"\nname 😀\\')
    published(layers, FACTS[:1], tmp_path, signer)

    assert published(layers, FACTS[:1], tmp_path, signer).kept == 1
    assert "Traceback" not in capfd.readouterr().err
    layers.store.add(Quad(NamedNode(FACTS[0]), note, BlankNode(), graph))
    with pytest.raises(errors.NanopubError, match="blank node"):
        published(layers, FACTS[:1], tmp_path, signer)


# Tampering


@needs_library
def test_tampered_files_are_found(layers, me, keys, tmp_path):
    """A changed word; a changed word under the name of what it says now, which the library alone lets pass; another's key."""
    from nanopub.trustyuri.rdf import RdfHasher, RdfUtils
    from nanopub.utils import extract_np_metadata
    from rdflib import Dataset

    from aa_ld.exchange.signing import check, sign

    text = sign(*_parts(layers, FACTS[0]), me).text
    changed = text.replace("aa:certainty aa:Possible", "aa:certainty aa:Asserted")
    data = Dataset()
    data.parse(data=changed, format="trig")
    name = extract_np_metadata(data)
    renamed = changed.replace(
        name.trusty,
        RdfHasher.make_hash(RdfUtils.get_quads(data), baseuri=str(name.namespace), hashstr=" "),
    )
    stranger = open_signer(str(keys / "other.pem"), ME)

    assert changed != text
    assert check(text, "x").signer == f"https://orcid.org/{ME}"
    for wrong in (changed, renamed, text.replace(me.public, stranger.public), text.replace("npx:hasSignature ", "npx:hasNone ")):  # fmt: skip
        with pytest.raises(errors.NanopubError, match=r"not what was signed"):
            check(wrong, "x")


def _parts(layers, fact):
    from aa_ld.exchange.nanopub import graphs_of
    from aa_ld.exchange.signing import NAMES

    return [parts for _, parts in graphs_of(layers, describe(layers, [fact]), NAMES)]


@needs_library
def test_what_is_no_signed_nanopublication_is_told_apart(layers, me, tmp_path, capsys):
    """Unsigned, several in one, none at all, no RDF, no text, not there."""
    made = {
        "unsigned.trig": export(layers, FACTS[:1], "nanopub")["facts.trig"].encode(),
        "several.trig": export(layers, FACTS, "nanopub")["facts.trig"].encode(),
        "none.trig": b"<http://example.org/a> <http://example.org/b> <http://example.org/c> .",
        "broken.trig": b"{ this is no TriG",
        "bytes.trig": bytes(range(256)),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    paths = [str(tmp_path / name) for name in [*made, "nowhere.trig"]]

    assert cli.main(["nanopub", "check", "--format", "json", *paths]) == 1
    told = {Path(each["file"]).stem: each for each in json.loads(capsys.readouterr().out)}
    assert {name: each["error"] for name, each in told.items()} == {
        "unsigned": "nanopublication", "several": "nanopublication", "none": "nanopublication",
        "broken": "rdf-syntax", "bytes": "rdf-syntax", "nowhere": "missing-file",
    }  # fmt: skip
    assert "not signed" in told["unsigned"]["message"]
    assert not any(each["valid"] for each in told.values())


# Versions


@needs_library
def test_what_did_not_change_is_kept_and_what_changed_is_superseded(layers, me, tmp_path):
    """A new version signs only the fact that says something else; the old one stays where its name leads."""
    published(layers, FACTS, tmp_path, me)
    first = contents(tmp_path)
    label = NamedNode(PREFIXES["rdfs"] + "label")
    graph = next(layers.store.quads_for_pattern(NamedNode(FACTS[1]), label, None)).graph_name
    layers.store.add(Quad(NamedNode(FACTS[1]), label, Literal("In other words.", language="en"), graph))
    (old,) = of_fact(tmp_path, FACTS[1])
    old_index = first["index.trig"]

    tally = published(layers, FACTS, tmp_path, me, version="9.0.0", issued="2030-01-01")

    assert (tally.new, tally.kept, tally.superseding, tally.retracted) == (0, 2, 1, 0)
    (new,) = of_fact(tmp_path, FACTS[1]) - {old}
    assert said(tmp_path, new, "supersedes") == {_named(old)}
    assert _named(new) in said(tmp_path, "index.trig", "includesElement")
    assert _named(old) not in said(tmp_path, "index.trig", "includesElement")
    (before,) = said(tmp_path, "index.trig", "supersedes")
    assert first[before.rpartition("/")[2] + ".trig"] == old_index
    assert {
        name: data for name, data in contents(tmp_path).items() if name in first and name.startswith("RA")
    } == {name: data for name, data in first.items() if name.startswith("RA")}

    whole = contents(tmp_path)
    published(layers, FACTS, tmp_path, me, version="9.0.0", issued="2030-01-01")
    assert contents(tmp_path) == whole


def _named(file: str) -> str:
    from aa_ld.exchange.signing import NAMES

    return NAMES + file.removesuffix(".trig")


@needs_library
def test_what_is_stated_no_more_is_retracted_and_may_come_back(layers, me, tmp_path):
    """The retraction stands in every later index; a fact that comes back has a new name and supersedes it."""
    published(layers, FACTS, tmp_path, me)
    (old,) = of_fact(tmp_path, FACTS[2])

    tally = published(layers, FACTS[:2], tmp_path, me)
    assert (tally.kept, tally.retracted) == (2, 1)
    everything = tmp_path / "nanopubs/signed"
    (retraction,) = {
        p.name for p in everything.glob("RA*.trig") if _named(old) in said(tmp_path, p.name, "retracts")
    }
    assert _named(retraction) in said(tmp_path, "index.trig", "includesElement")
    assert "fact:record-volume" in (everything / "index.trig").read_text(encoding="utf-8")
    assert (everything / old).is_file()

    once = contents(tmp_path)
    assert published(layers, FACTS[:2], tmp_path, me).retracted == 0
    assert contents(tmp_path) == once

    published(layers, FACTS, tmp_path, me)
    (back,) = of_fact(tmp_path, FACTS[2]) - {old}
    assert said(tmp_path, back, "supersedes") == {_named(retraction)}
    assert _named(retraction) not in said(tmp_path, "index.trig", "includesElement")


@needs_library
def test_what_another_key_signed_is_left_alone(layers, me, keys, tmp_path):
    """Servers would not heed it; how many there are is told."""
    published(layers, FACTS, tmp_path, me)
    stranger = open_signer(str(keys / "other.pem"), ME)
    (old,) = of_fact(tmp_path, FACTS[0])

    tally = published(layers, FACTS[:1], tmp_path, stranger)

    assert (tally.new, tally.retracted, tally.foreign) == (1, 0, 3)
    (new,) = of_fact(tmp_path, FACTS[0]) - {old}
    assert said(tmp_path, new, "supersedes") == set()
    assert said(tmp_path, "index.trig", "supersedes") == set()


@needs_library
def test_a_tampered_or_missing_file_of_before_stops_a_publication(layers, me, tmp_path):
    """Nothing is signed on top of what was not signed so."""
    published(layers, FACTS, tmp_path, me)
    (name,) = of_fact(tmp_path, FACTS[0])
    place = tmp_path / "nanopubs/signed" / name
    good = place.read_text(encoding="utf-8")

    place.write_text(good.replace("aa:Possible", "aa:Asserted"), encoding="utf-8")
    with pytest.raises(errors.NanopubError, match=name):
        published(layers, FACTS, tmp_path, me)
    (other,) = of_fact(tmp_path, FACTS[1])
    shutil.copy(tmp_path / "nanopubs/signed" / other, place)
    with pytest.raises(errors.NanopubError, match="It holds"):
        published(layers, FACTS, tmp_path, me)
    place.unlink()
    with pytest.raises(errors.MissingFileError, match=name):
        published(layers, FACTS, tmp_path, me)


@needs_library
def test_an_index_of_very_many_goes_on_in_another(layers, me, tmp_path, monkeypatch, capsys):
    """Each part appends the one before; the last one is the index."""
    from aa_ld.publish import sending, signed

    monkeypatch.setattr(signed, "MOST_NAMED", 2)
    published(layers, FACTS, tmp_path, me)
    (part,) = said(tmp_path, "index.trig", "appendsIndex")

    elements = said(tmp_path, "index.trig", "includesElement") | said(
        tmp_path, f"{part[-45:]}.trig", "includesElement"
    )
    assert len(elements) == 3
    paths = [each.path for each in sending.looked_at([str(tmp_path)])]
    assert Path(paths[3]).stem == part[-45:]
    assert len(paths) == 5

    place = tmp_path / signed.FOLDER / f"{part[-45:]}.trig"
    place.write_bytes(place.with_name("index.trig").read_bytes())  # which would append itself for ever
    assert cli.main(["nanopub", "check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert str(place) in told and "Put the file back that has this name." in told


def test_an_unsigned_index_tells_what_is_stated_no_more(layers, tmp_path):
    """The index of the folder before names it; published again, the index is the same."""
    known = read_metadata(layers)

    def index(facts: list[str]) -> str:
        made = dict(nanopubs(layers, describe(layers, facts), known, tmp_path))
        (tmp_path / "nanopubs").mkdir(exist_ok=True)
        text = bytes_of(made["nanopubs/index.trig"])
        (tmp_path / "nanopubs/index.trig").write_bytes(text)
        return text.decode()

    assert "npx:retracts" not in index(FACTS)
    gone = index(FACTS[:2])
    assert f"npx:retracts <{FACTS[2]}/nanopub/>" in gone
    assert "Stated before, and no more: fact:record-volume." in gone
    assert index(FACTS[:2]) == gone
    assert "npx:retracts" not in index(FACTS)
    (tmp_path / "nanopubs/index.trig").write_bytes(b"\xff")
    with pytest.raises(errors.UsageError):
        index(FACTS)


# The whole folder


@needs_library
def test_a_publication_with_a_key_holds_both_and_never_the_key(keys, tmp_path, capsys):
    """Signed ones beside unsigned ones, in the catalogue too, and their names lead to their files."""
    from aa_ld.fair.rules import target
    from aa_ld.publish import publish

    kb, folder = load(as_of="2008"), tmp_path / "site"
    private = (keys / "id_rsa").read_bytes()[200:240]
    signer = open_signer(str(keys / "id_rsa"), ME)
    done = publish(kb, folder, site="https://example.org/aa-ld/", signer=signer)

    assert done.tally.new == len(kb.facts()) > 5
    assert not [path for path in folder.rglob("*") if path.is_file() and private in path.read_bytes()]
    assert "nanopubs/signed/index.trig" in (folder / "catalogue.ttl").read_text(encoding="utf-8")
    rules = (folder / "w3id/.htaccess").read_text(encoding="utf-8")
    (name,) = said(folder, "index.trig", "hasSignatureTarget")
    wanted = f"https://example.org/aa-ld/nanopubs/signed/{name[-45:]}.trig"
    assert target(rules, name.partition("aa-ld/")[2] + "/assertion", "*/*") == wanted
    assert cli.main(["nanopub", "check", str(folder)]) == 0
    assert str(done.tally.new + 1) in capsys.readouterr().out


# Keys


@needs_library
def test_keys_are_read_in_the_forms_that_people_have(keys, me, monkeypatch):
    """PEM of two kinds, DER, bare base64, and encrypted with its passphrase."""
    for name in ("pkcs1.pem", "key.der", "id_rsa"):
        assert open_signer(str(keys / name), ME).public == me.public, name
    assert open_signer(str(keys / "locked.pem"), ME, passphrase=lambda: "a secret").public == me.public


@needs_library
def test_what_is_no_key_to_sign_with_is_refused(keys, tmp_path):
    """Each with what is wrong, and nothing of the file in the message."""
    wanted = {
        "public.pem": "public key", "id_rsa.pub": "public key", "short.pem": "1024 bits", "text.pem": "no RSA key",
        "cut.pem": "no RSA key", "locked.pem": "no passphrase",
    }  # fmt: skip
    for name, message in wanted.items():
        with pytest.raises(errors.KeyFileError, match=message) as caught:
            open_signer(str(keys / name), ME, passphrase=lambda: "")
        body = (keys / name).read_bytes().splitlines()
        assert not [line for line in body if len(line) > 20 and line.decode() in str(caught.value)]
    with pytest.raises(errors.KeyFileError, match="does not open"):
        open_signer(str(keys / "locked.pem"), ME, passphrase=lambda: "wrong")
    (tmp_path / "large").write_bytes(b"A" * 100_000)
    for path, kind in (
        (str(keys / "empty.pem"), errors.EmptyFileError),
        (str(keys), errors.NotAFileError),
        (str(keys / "nowhere"), errors.MissingFileError),
        (str(tmp_path / "large"), errors.FileTooLargeError),
    ):
        with pytest.raises(kind):
            open_signer(path, ME)


@needs_library
def test_a_key_is_never_shown(me, keys):
    """Neither in what a signer shows nor in what a command says."""
    assert repr(me) == str(me)
    assert "PRIVATE" not in repr(me)
    assert me.profile.private_key[100:140] not in repr(me)


def test_an_orcid_id_is_proven_by_its_last_sign():
    """A slip of a digit is found before anything is signed."""
    assert orcid_of(f"http://orcid.org/{ME}/") == f"https://orcid.org/{ME}"
    for wrong in (
        "",
        "me",
        "0000-0000-0000-0002",
        "0000-0000-0000-000X",
        f"https://example.org/{ME}",
        ME + "> <x",
    ):
        with pytest.raises(errors.ParameterValueError):
            orcid_of(wrong)


def test_signing_without_the_library_or_to_the_wrong_end_is_told(keys_or_none, tmp_path, capsys):
    """What to install; that a key needs a person, and a person a key; that only nanopublications are signed."""
    calls = [
        ["publish", str(tmp_path / "site"), "--orcid", ME],
        ["publish", str(tmp_path / "site"), "--name", "Somebody"],
        ["export", "SF32", "--key", keys_or_none, "--orcid", ME],
        ["export", "SF32", "--format", "kgx-jsonl", "-o", str(tmp_path / "out"), "--key", keys_or_none],
        ["nanopub", "check", "--dry-run", keys_or_none],
    ]

    for words in calls:
        assert cli.main(words) == 2, words
    told = capsys.readouterr()
    assert "--orcid\n  Nothing is signed without a key" in told.err
    assert "--name\n  Nothing is signed without a key" in told.err
    assert told.err.count("Only nanopublications are signed") == 2
    assert told.out == ""
    assert not (tmp_path / "site").exists()
    if not has_library():
        assert cli.main(["publish", str(tmp_path / "site"), "--key", keys_or_none, "--orcid", ME]) == 2
        assert "pip install 'aa-ld[nanopub]', on Python 3.12" in capsys.readouterr().err


@pytest.fixture
def keys_or_none(tmp_path) -> str:
    """A path that no call here gets as far as reading."""
    return str(tmp_path / "key.pem")


@needs_library
def test_a_key_in_the_folder_to_publish_is_not_lost(keys, tmp_path, capsys):
    """It would be replaced with the folder, or shown to everybody."""
    place = tmp_path / "site" / "key.pem"
    place.parent.mkdir()
    shutil.copy(keys / "pkcs8.pem", place)

    assert cli.main(["publish", str(tmp_path / "site"), "--key", str(place), "--orcid", ME]) == 3
    assert "lies in the folder" in capsys.readouterr().err
    assert place.is_file()


@needs_library
def test_export_signs_too(keys, tmp_path, capsys, monkeypatch):
    """With an encrypted key, whose passphrase comes from the environment."""
    monkeypatch.setenv("AA_LD_KEY_PASSPHRASE", "a secret")
    place = tmp_path / "one.trig"
    words = [
        "export",
        "SF32",
        "--format",
        "nanopub",
        "--key",
        str(keys / "locked.pem"),
        "--orcid",
        ME,
        "-o",
        str(place),
    ]

    (keys / "locked.pem").chmod(0o600)
    assert cli.main(words) == 0
    assert "Others on this machine" not in capsys.readouterr().err
    (keys / "locked.pem").chmod(0o644)
    assert cli.main(words) == 0
    assert "Others on this machine can read" in capsys.readouterr().err
    assert cli.main(["nanopub", "check", str(place)]) == 0
    told = capsys.readouterr()
    assert f"1 of 1 are what was signed, by https://orcid.org/{ME}" in told.out
    assert "a secret" not in told.out + told.err


# Sending


@pytest.fixture
def registry():
    """A server that keeps what is sent to it; gives its URL, the bodies, and the statuses to answer with."""
    bodies: list[bytes] = []
    statuses: list[int] = []

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/trig"
            assert "Authorization" not in self.headers
            status = statuses.pop(0) if statuses else 201
            if status == 201:
                bodies.append(body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keeps)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/np/", bodies, statuses
    server.shutdown()
    server.server_close()


@needs_library
def test_nanopublications_are_sent_as_they_are_and_the_index_last(layers, me, tmp_path, registry, capsys):
    """Byte by byte; a dry run sends nothing, and what was interrupted can be sent again."""
    url, bodies, statuses = registry
    published(layers, FACTS, tmp_path, me)
    files = contents(tmp_path)

    assert cli.main(["nanopub", "send", str(tmp_path), "--server", url, "--dry-run"]) == 0
    assert "Nothing was sent" in capsys.readouterr().out
    assert bodies == []
    statuses += [201, 400]
    assert cli.main(["nanopub", "send", str(tmp_path), "--server", url]) == 4
    assert "1 of 4 were sent" in capsys.readouterr().err
    bodies.clear()
    assert cli.main(["nanopub", "send", str(tmp_path), "--server", url]) == 0
    assert f"4 nanopublications were sent to {url}" in capsys.readouterr().out
    assert sorted(bodies) == sorted({data for name, data in files.items() if name.startswith("RA")})
    assert bodies[-1] == files["index.trig"]


@needs_library
def test_nothing_is_sent_where_one_file_is_not_what_was_signed(layers, me, tmp_path, registry, capsys):
    """Unsigned or tampered with: the good ones stay here too."""
    url, bodies, _ = registry
    published(layers, FACTS, tmp_path, me)
    (name,) = of_fact(tmp_path, FACTS[0])
    place = tmp_path / "nanopubs/signed" / name
    unsigned = tmp_path / "unsigned.trig"
    unsigned.write_text(export(layers, FACTS[:1], "nanopub")["facts.trig"], encoding="utf-8")

    assert cli.main(["nanopub", "send", str(tmp_path), str(unsigned), "--server", url]) == 3
    place.write_text(
        place.read_text(encoding="utf-8").replace("aa:Possible", "aa:Asserted"), encoding="utf-8"
    )
    assert cli.main(["nanopub", "send", str(tmp_path), "--server", url]) == 3
    assert (
        cli.main(
            ["nanopub", "send", str(tmp_path / "nanopubs/signed/all.trig"), "--server", "ftp://example.org"]
        )
        == 3
    )
    assert cli.main(["nanopub", "send", str(tmp_path / "nanopubs"), "--server", url]) == 2
    assert bodies == []
    assert capsys.readouterr().err.count("Nothing was sent: 1 of") == 3


@needs_library
def test_the_default_server_is_that_for_tests(layers, me, tmp_path, capsys):
    """As the library names it; asked without sending."""
    published(layers, FACTS[:1], tmp_path, me)

    assert cli.main(["nanopub", "send", str(tmp_path), "--dry-run", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "test" in told["server"]
    assert (told["sent"], told["dryRun"]) == ([], True)
