"""Records of PubMed as plain text, from NCBI's E-utilities, on machines that have the internet.

What is fetched is for the machine that fetches it: no text of others belongs in
this package. Source: "A General Introduction to the E-utilities" of the Entrez
Programming Utilities Help, for efetch, its limits (three requests a second, ten
with a key) and its XML.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from aa_ld.errors import ParameterValueError, RemoteAnswerError, RemoteRefusedError, UnreachableError
from aa_ld.vocab import printable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: Where the E-utilities are.
EUTILS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"

#: Records in one request, most bytes of one answer, seconds until an answer must have come, and tries in all.
_AT_ONCE, _MOST_BYTES, _TIMEOUT, _TRIES = 100, 64 << 20, 60.0, 5

#: Answers after which a later try may go well.
_LATER = (429, 500, 502, 503, 504)


class Server(NamedTuple):
    """Where to fetch from: address, key of the user (or empty), and what waits between requests."""

    address: str = EUTILS
    key: str = ""
    wait: Callable[[float], None] = time.sleep


def fetch(
    pmids: Iterable[str], server: Server | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[str, str]:
    """Records as text, by PubMed identifier, in the order asked for; those that PubMed does not know are missing.

    A record is laid out as `record_text` says. `progress` is told how many are
    there and how many are wanted.

    Raises ParameterValueError for what is no identifier, UnreachableError where
    nothing answers, RemoteRefusedError where the service refuses, and
    RemoteAnswerError where what comes is no such record.
    """
    wanted = list(dict.fromkeys(map(_identifier, pmids)))
    server = server or Server()
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        if start:
            server.wait(0.11 if server.key else 0.35)
        for record in _records(_answer(wanted[start : start + _AT_ONCE], server), server.address):
            found[_string(record.find("MedlineCitation/PMID"))] = record_text(record)
        if progress:
            progress(min(start + _AT_ONCE, len(wanted)), len(wanted))
    return {pmid: found[pmid] for pmid in wanted if pmid in found}


def _identifier(word: str) -> str:
    pmid = word.strip().removeprefix("PMID:").removeprefix("pmid-")
    pmid = pmid.removeprefix("https://pubmed.ncbi.nlm.nih.gov/").strip("/")
    if not (pmid.isascii() and pmid.isdigit() and len(pmid) <= 8 and int(pmid)):
        raise ParameterValueError(
            word,
            "This is no PubMed identifier.",
            "Give its number, such as that at the end of a PubMed address.",
        )
    return str(int(pmid))


def _answer(pmids: list[str], server: Server) -> bytes:
    """One answer of efetch, tried again with growing pauses where a later try may go well."""
    for attempt in range(1, _TRIES + 1):
        try:
            return _once(pmids, server)
        except _TryLaterError as error:
            if attempt == _TRIES:
                raise error.told from None
            server.wait(max(error.pause, 0.5 * 2**attempt))
    raise AssertionError("the last try gives or raises")


class _TryLaterError(Exception):
    """A failure that may pass: what to tell if it does not, and how long the service asks to wait."""

    def __init__(self, told: Exception, pause: float = 0.0) -> None:
        super().__init__(str(told))
        self.told = told
        self.pause = pause


def _once(pmids: list[str], server: Server) -> bytes:
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.parse import urlencode
    from urllib.request import Request, urlopen

    fields = {"db": "pubmed", "id": ",".join(pmids), "retmode": "xml", "tool": "aa-ld"}
    fields |= {"api_key": server.key} if server.key else {}
    # In the body, so that no key stands in an address that somebody logs.
    request = Request(f"{server.address}/efetch.fcgi", data=urlencode(fields).encode())
    try:
        with urlopen(request, timeout=_TIMEOUT) as answer:
            body: bytes = answer.read(_MOST_BYTES + 1)
            promised = answer.headers.get("Content-Length", "")
    except HTTPError as error:
        told = _refused(error, server)
        if error.code not in _LATER:
            raise told from None
        after = error.headers.get("Retry-After", "")
        raise _TryLaterError(told, float(after) if after.isdigit() else 0.0) from None
    except (URLError, HTTPException, OSError) as error:
        reason = printable(str(getattr(error, "reason", error) or type(error).__name__), 200)
        remedy = "Try again on a machine that has the internet, or save the text of the record by hand."
        raise _TryLaterError(
            UnreachableError(server.address, f"PubMed cannot be reached: {reason}.", remedy)
        ) from None
    if promised.isdigit() and len(body) < int(promised):
        raise _TryLaterError(RemoteAnswerError(server.address, "The answer was cut off.", "Try again."))
    if len(body) > _MOST_BYTES:
        raise RemoteAnswerError(
            server.address, "The answer is larger than any of PubMed's.", "Ask for fewer records."
        )
    return body


def _refused(error: object, server: Server) -> RemoteRefusedError:
    """What the service says, without the key."""
    said = error.read(2000).decode("utf-8", "replace")  # type: ignore[attr-defined]
    said = printable(" ".join(said.replace(server.key, "***").split() if server.key else said.split()), 300)
    return RemoteRefusedError(
        server.address,
        f"The service answers {error.code}: {said or 'nothing more'}.",  # type: ignore[attr-defined]
        "Wait and try again; with a key of NCBI in the environment as NCBI_API_KEY it answers more often.",
    )


def _records(body: bytes, where: str) -> Iterator[Element]:
    from xml.etree.ElementTree import ParseError, fromstring

    if b"<!ENTITY" in body:
        raise RemoteAnswerError(
            where, "The answer declares XML entities, as PubMed's never do.", "Is this PubMed?"
        )
    try:
        root = fromstring(body)
    except ParseError as error:
        what = f"The answer is cut off, or is no XML: {error}."
        raise RemoteAnswerError(where, what, "Try again.") from None
    if root.tag != "PubmedArticleSet":
        said = printable(" ".join("".join(root.itertext()).split()), 200)
        raise RemoteAnswerError(
            where, f"The answer is no set of records: {said or root.tag}.", "Is this PubMed?"
        )
    yield from root.iter("PubmedArticle")


def record_text(record: Element) -> str:
    """A record as the text that spans of this package are taken from.

    record  a PubmedArticle of PubMed's XML

    Title; journal, date and pages; abstract; keywords; publication types; MeSH
    terms, a line for each qualifier, * for a major topic; substances. Parts that
    a record lacks are left out.

    >>> from xml.etree.ElementTree import fromstring
    >>> xml = "<PubmedArticle><MedlineCitation><Article><ArticleTitle>On hair.</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    >>> record_text(fromstring(xml))
    'On hair\\n'
    """
    article = record.find("MedlineCitation/Article")
    if article is None:
        return ""
    head = [_string(article.find("ArticleTitle")).removesuffix("."), _citation(article)]
    parts = ["\n\n".join(part for part in head if part) + "\n", _abstract(article)]
    keywords = [_string(word) for word in record.iter("Keyword")]
    parts.append(f"Keywords: {'; '.join(keywords)}." if keywords else "")
    types = [_string(kind) for kind in article.iter("PublicationType")]
    parts.append(_listed("Publication types\n\n", [kind for kind in types if kind != "Journal Article"]))
    parts.append(
        _listed("MeSH terms\n\n", [row for heading in record.iter("MeshHeading") for row in _mesh(heading)])
    )
    substances = [_string(chemical.find("NameOfSubstance")) for chemical in record.iter("Chemical")]
    parts.append(_listed("\n", substances))
    first, *rest = [part for part in parts if part]
    return "\n\n".join([first, *rest])


def _listed(head: str, items: list[str]) -> str:
    return head + "\n".join(f"  • {item}" for item in items) if items else ""


def _mesh(heading: Element) -> list[str]:
    """The rows of a heading: itself, or one for each of its qualifiers."""
    name = heading.find("DescriptorName")
    qualifiers = heading.findall("QualifierName")
    return [f"{_string(name)} / {_string(q)}{_star(q)}" for q in qualifiers] or [
        f"{_string(name)}{_star(name)}"
    ]


def _star(element: Element | None) -> str:
    return "*" if element is not None and element.get("MajorTopicYN") == "Y" else ""


def _abstract(article: Element) -> str:
    """The paragraphs of the abstract, each with its label where it has one."""
    paragraphs = []
    for part in article.findall("Abstract/AbstractText"):
        label = part.get("Label")
        paragraphs.append(f"{label.capitalize()}: {_string(part)}" if label else _string(part))
    return "\n\n".join(paragraphs)


def _citation(article: Element) -> str:
    journal = article.find("Journal")
    if journal is None:
        return ""
    issue = journal.find("JournalIssue")
    volume, number = (_string(issue.find(n)) if issue is not None else "" for n in ("Volume", "Issue"))
    date = _date(issue.find("PubDate")) if issue is not None else ""
    pages = _string(article.find("Pagination/MedlinePgn"))
    place = f"{date};{volume}" + (f"({number})" if number else "") + (f":{pages}" if pages else "")
    said = [f"{_string(journal.find('ISOAbbreviation'))}. {place}."]
    said += [f"doi: {_string(e)}." for e in article.findall("ELocationID") if e.get("EIdType") == "doi"]
    epub = next((e for e in article.findall("ArticleDate") if e.get("DateType") == "Electronic"), None)
    said += [f"Epub {_date(epub)}."] if epub is not None else []
    return " ".join(said)


def _date(element: Element | None) -> str:
    """A date as PubMed writes it: 2020 Jul 3."""
    if element is None:
        return ""
    if element.find("MedlineDate") is not None:
        return _string(element.find("MedlineDate"))
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    year, month, day = (_string(element.find(name)) for name in ("Year", "Month", "Day"))
    if month.isdigit() and 1 <= int(month) <= 12:
        month = months[int(month) - 1]
    return " ".join(part for part in (year, month, day.lstrip("0")) if part)


def _string(element: Element | None) -> str:
    """The text of an element with all that stands in it, white space made single."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
