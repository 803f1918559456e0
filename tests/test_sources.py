"""Texts of others: proven where they are at hand, fetched only on request, and never kept in the package."""

from __future__ import annotations

import json
import threading
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import pytest

from aa_ld import load
from aa_ld.cli import main
from aa_ld.errors import ParameterValueError, RemoteAnswerError, RemoteRefusedError, UnreachableError
from aa_ld.pubmed import Server, fetch

REPOSITORY = Path(__file__).parents[1]
SHARED = REPOSITORY.parent / "shared" / "sources" / "review-abstract.txt"

ARTICLE = """<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>
<Article PubModel="Print-Electronic"><Journal><JournalIssue CitedMedium="Internet"><Volume>{volume}</Volume><Issue>{issue}</Issue>
<PubDate><Year>{year}</Year><Month>{month}</Month></PubDate></JournalIssue><ISOAbbreviation>{journal}</ISOAbbreviation></Journal>
<ArticleTitle>{title}.</ArticleTitle><Pagination><MedlinePgn>{pages}</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">{doi}</ELocationID><Abstract>{abstract}</Abstract>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>{types}</PublicationTypeList>
<ArticleDate DateType="Electronic"><Year>{eyear}</Year><Month>{emonth}</Month><Day>{eday}</Day></ArticleDate></Article>
<ChemicalList>{chemicals}</ChemicalList><MeshHeadingList>{mesh}</MeshHeadingList>
<KeywordList Owner="NOTNLM">{keywords}</KeywordList></MedlineCitation></PubmedArticle>"""
OF_AN_INVENTED_PAPER = {
    "pmid": "1", "volume": "2", "issue": "3", "year": "2020", "month": "Aug", "journal": "Ex Tests", "title": "On hair",
    "pages": "4-5", "doi": "10.9999/example", "eyear": "2020", "emonth": "07", "eday": "03", "keywords": "", "chemicals": "",
    "abstract": '<AbstractText Label="METHODS">We <i>looked</i> &amp; saw.</AbstractText><AbstractText>So be it.</AbstractText>',
    "types": "", "mesh": "",
}  # fmt: skip
TEXT = """On hair

Ex Tests. 2020 Aug;2(3):4-5. doi: 10.9999/example. Epub 2020 Jul 3.


Methods: We looked & saw.

So be it."""


class EUtilities(ThreadingHTTPServer):
    """A server that behaves as E-utilities do: POST to efetch.fcgi, three requests a second, XML or a plain refusal."""

    def __init__(self, records: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.records, self.times, self.bodies, self.script = records, [], [], []
        self.limit = 3
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/entrez/eutils"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        now, server = time.monotonic(), self.server
        server.times.append(now)
        server.bodies.append(fields)
        if (
            self.path != "/entrez/eutils/efetch.fcgi"
            or fields["db"] != ["pubmed"]
            or fields["retmode"] != ["xml"]
        ):
            return self.answer(400, '{"error":"Invalid db name specified"}')
        if fields.get("api_key", ["good"]) != ["good"]:
            return self.answer(400, f'{{"error":"API key invalid","api-key":"{fields["api_key"][0]}"}}')
        if sum(1 for then in server.times if now - then < 1) > server.limit:
            return self.answer(
                429, '{"error":"API rate limit exceeded","count":"4","limit":"3"}', {"Retry-After": "1"}
            )
        if server.script:
            return server.script.pop(0)(self)
        found = "".join(server.records[i] for i in fields["id"][0].split(",") if i in server.records)
        return self.answer(
            200,
            f'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM" "https://dtd.nlm.nih.gov/x.dtd">\n<PubmedArticleSet>{found}</PubmedArticleSet>',
        )

    def answer(self, status: int, body: str, headers: dict[str, str] | None = None, cut: int = 0) -> None:
        content = body.encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/xml",
            "Content-Length": str(len(content)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) - cut])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def eutils():
    server = EUtilities({"1": ARTICLE.format(**OF_AN_INVENTED_PAPER)})
    yield server
    server.shutdown()
    server.server_close()


def quick(server: EUtilities, key: str = "") -> Server:
    """The server, with pauses noted instead of waited for."""
    pauses: list[float] = []
    found = Server(server.address, key, pauses.append)
    server.pauses = pauses
    return found


def test_a_record_becomes_text(eutils):
    """Title, citation and abstract in our layout; formatting in the XML leaves no trace."""
    assert fetch(["1"], quick(eutils)) == {"1": TEXT}


def test_a_record_that_pubmed_does_not_know_is_missing(eutils):
    """An unknown identifier is left out, the others come."""
    assert list(fetch(["7", "PMID:1", "https://pubmed.ncbi.nlm.nih.gov/1/"], quick(eutils))) == ["1"]


def test_requests_keep_the_limit_of_the_service(eutils, monkeypatch):
    """Five requests in a row, each of one record, are never more than three in a second."""
    monkeypatch.setattr("aa_ld.pubmed._AT_ONCE", 1)
    fetch(["1", "2", "3", "4", "5"], Server(eutils.address))

    assert len(eutils.times) == 5, "no request was refused, so none came twice"
    assert eutils.times[4] - eutils.times[0] > 1


def test_a_refusal_for_haste_is_waited_out(eutils):
    """After 429, the pause that the service asks for is kept, and the request comes again."""
    eutils.limit = 1
    eutils.times.append(time.monotonic())

    assert fetch(["1"], Server(eutils.address)) == {"1": TEXT}
    assert eutils.times[2] - eutils.times[1] >= 1


@pytest.mark.parametrize(
    "failure",
    [
        lambda h: h.answer(502, "Bad Gateway"),
        lambda h: h.answer(503, "down", {"Retry-After": "2"}),
        lambda h: h.answer(200, "<PubmedArticleSet></PubmedArticleSet>", cut=5),
        lambda h: h.connection.close(),
    ],
    ids=["502", "503", "cut off", "dropped"],
)
def test_a_failure_that_passes_is_not_told(eutils, failure):
    """What may go well later is tried again, with growing pauses."""
    eutils.limit = 99
    eutils.script = [failure, failure]

    assert fetch(["1"], quick(eutils)) == {"1": TEXT}
    assert len(eutils.pauses) == 2
    assert eutils.pauses[1] >= eutils.pauses[0] >= 1


def test_a_service_that_stays_down_is_told(eutils):
    """After five tries the answer of the service is shown."""
    eutils.limit = 99
    eutils.script = [lambda h: h.answer(503, "maintenance")] * 9

    with pytest.raises(RemoteRefusedError, match="maintenance"):
        fetch(["1"], quick(eutils))
    assert len(eutils.times) == 5


def test_a_wrong_key_is_refused_once_and_not_shown(eutils):
    """A refusal that stays is not tried again, and no message carries the key."""
    with pytest.raises(RemoteRefusedError) as caught:
        fetch(["1"], quick(eutils, key="sEcReT"))

    assert len(eutils.times) == 1
    assert "API key invalid" in str(caught.value)
    assert "sEcReT" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<html><body>Sign in to the network</body></html>", "Sign in to the network"),
        ("Sign in", "no XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><PubmedArticleSet>&b;</PubmedArticleSet>', "entities"),
        ("<eFetchResult><ERROR>ID list is empty!</ERROR></eFetchResult>", "ID list is empty"),
    ],
)
def test_what_is_no_record_is_refused(eutils, body, says):
    """A page of a hotel, an error inside an answer, or a trap is no record."""
    eutils.script = [lambda h: h.answer(200, body)]

    with pytest.raises(RemoteAnswerError, match=says):
        fetch(["1"], quick(eutils))


def test_without_the_internet_it_says_what_to_do(eutils):
    """Where nothing answers, the message names the address and another way."""
    address = eutils.address
    eutils.shutdown()
    eutils.server_close()

    with pytest.raises(UnreachableError, match="save the text of the record by hand"):
        fetch(["1"], Server(address, wait=lambda _: None))


@pytest.mark.parametrize("word", ["", "0", "x", "10.1111/exd.14129", "123456789", "1,2", "٣"])
def test_what_is_no_pubmed_identifier_is_refused_before_anything_is_sent(word):
    """A DOI is no PMID."""
    with pytest.raises(ParameterValueError, match="no PubMed identifier"):
        fetch([word], Server("http://127.0.0.1:9"))


def test_the_command_writes_texts_that_git_leaves_alone(eutils, tmp_path, monkeypatch, capsys):
    """A record a file, in a folder of its own; unknown ones are told and give exit status 1."""
    monkeypatch.setenv("AA_LD_EUTILS", eutils.address)
    folder = tmp_path / "texts"

    assert main(["sources", "fetch", "1", "7", "-o", str(folder)]) == 1
    assert (folder / "pmid-1.txt").read_text(encoding="utf-8") == TEXT
    assert (folder / ".gitignore").read_text().endswith("*\n")
    assert "PubMed has no record of 7." in capsys.readouterr().err


def test_a_text_that_is_there_is_not_overwritten(eutils, tmp_path, monkeypatch, capsys):
    """Unless asked to, with --force; the same text again is no change."""
    monkeypatch.setenv("AA_LD_EUTILS", eutils.address)
    own = tmp_path / "pmid-1.txt"
    own.write_text("mine", encoding="utf-8")

    assert main(["sources", "fetch", "1", "-o", str(tmp_path)]) == 2
    assert own.read_text(encoding="utf-8") == "mine"
    assert main(["sources", "fetch", "1", "-o", str(tmp_path), "--force"]) == 0
    assert main(["sources", "fetch", "1", "-o", str(tmp_path)]) == 0
    assert own.read_text(encoding="utf-8") == TEXT
    capsys.readouterr()


def review_as_xml() -> str:
    """The record of the review as PubMed's XML, made from its text."""
    head, rest = SHARED.read_text(encoding="utf-8").split("\n\n\n", 1)
    title, _ = head.split("\n\n")
    abstract, keywords, _, types, _, mesh, *substances = [part for part in rest.split("\n\n") if part]
    bullets = {
        name: [line.strip(" •") for line in part.split("\n") if line]
        for name, part in (("types", types), ("mesh", mesh), ("substances", substances[0]))
    }
    headings: dict[str, list[str]] = {}
    for row in bullets["mesh"]:
        name, _, qualifier = row.partition(" / ")
        headings.setdefault(name, []).append(qualifier)
    return ARTICLE.format(
        pmid="32533873", volume="29", issue="8", year="2020", month="Aug", journal="Exp Dermatol", title=escape(title),
        pages="726-732", doi="10.1111/exd.14129", eyear="2020", emonth="7", eday="3",
        abstract=f"<AbstractText>{escape(abstract)}</AbstractText>",
        keywords="".join(f"<Keyword>{escape(k)}</Keyword>" for k in keywords.removeprefix("Keywords: ").removesuffix(".").split("; ")),
        types="".join(f"<PublicationType>{t}</PublicationType>" for t in bullets["types"]),
        chemicals="".join(f"<Chemical><NameOfSubstance>{s}</NameOfSubstance></Chemical>" for s in bullets["substances"]),
        mesh="".join(
            f"<MeshHeading><DescriptorName MajorTopicYN='N'>{name}</DescriptorName>"
            + "".join(f"<QualifierName MajorTopicYN='{'NY'[q.endswith('*')]}'>{q.removesuffix('*')}</QualifierName>" for q in qualifiers if q)
            + "</MeshHeading>"
            for name, qualifiers in headings.items()
        ),
    )  # fmt: skip


@pytest.mark.skipif(not SHARED.exists(), reason="the text of the review is not on this machine")
def test_a_fetched_record_of_the_review_is_the_text_that_spans_point_into(
    eutils, tmp_path, monkeypatch, capsys
):
    """From XML as PubMed has it comes the very text, to the byte, and every span is proven against it."""
    eutils.records["32533873"] = review_as_xml()
    monkeypatch.setenv("AA_LD_EUTILS", eutils.address)

    assert main(["sources", "fetch", "-o", str(tmp_path)]) == 0
    assert (
        sha256((tmp_path / "pmid-32533873.txt").read_bytes()).digest() == sha256(SHARED.read_bytes()).digest()
    )
    assert "the very text that spans point into" in capsys.readouterr().err
    assert main(["verify", "--sources", str(tmp_path)]) == 0
    assert "Every span was proven against its text." in capsys.readouterr().out


@pytest.mark.skipif(not SHARED.exists(), reason="the text of the review is not on this machine")
def test_every_span_of_the_review_is_proven(capsys):
    """Span by span, and told as a number."""
    assert main(["verify", "--sources", str(SHARED.parent), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)

    assert told["findings"] == []
    assert [(text["spans"], text["proven"]) for text in told["texts"]] == [(115, 115)]


def test_a_folder_without_the_text_is_refused(tmp_path, capsys):
    """Nothing is called proven where the text is another one."""
    (tmp_path / "other.txt").write_text("Another text.", encoding="utf-8")

    assert main(["verify", "--sources", str(tmp_path)]) == 3
    assert "SHA-256" in capsys.readouterr().err


def test_facts_of_ones_own_are_proven_against_ones_own_text(capsys):
    """The example of the docs with its text: every span is proven, and the shipped ones are not spoken of."""
    docs = REPOSITORY / "docs"

    assert main(["verify", str(docs / "example.ttl"), "--sources", str(docs)]) == 0
    said = capsys.readouterr().out
    assert "Every span was proven against its text." in said
    assert "Exp Dermatol" not in said


def test_a_shifted_span_is_refused(tmp_path, capsys):
    """A span one character off is told, with exit status 1."""
    docs = REPOSITORY / "docs"
    text = (docs / "example.ttl").read_text(encoding="utf-8")
    head, tail = text.split("\nspan:", 1)
    (tmp_path / "shifted.ttl").write_text(
        f"{head}\nspan:{tail.replace('oa:start 0 ', 'oa:start 1 ', 1)}", encoding="utf-8"
    )

    assert main(["verify", str(tmp_path / "shifted.ttl"), "--sources", str(docs)]) == 1
    assert "Span-proof" in capsys.readouterr().out


def test_the_texts_that_spans_point_into_are_listed(capsys):
    """By publication, with length and digest; no text is in the package."""
    assert main(["sources"]) == 0
    said = capsys.readouterr().out

    assert "2,558" in said
    assert all(len(f.sentence) < 1000 for f in load().facts())
