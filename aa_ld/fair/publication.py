"""A publication, read as its tests need it: graphs, records and pages, each once."""

from __future__ import annotations

import html
import json
from collections import defaultdict
from functools import cached_property
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from aa_ld.errors import AaLdError
from aa_ld.fair.outcome import Unreadable
from aa_ld.fair.places import Place
from aa_ld.vocab import PREFIXES, RDF_TYPE

_OWL = PREFIXES["owl"]
DCAT = "http://www.w3.org/ns/dcat#"
VOID = "http://rdfs.org/ns/void#"

#: What is meant by a short name in the tests.
NAMES = {**PREFIXES, "dcat": DCAT, "void": VOID, "spdx": "http://spdx.org/rdf/terms#",
         "dc": "http://purl.org/dc/elements/1.1/", "doap": "http://usefulinc.com/ns/doap#",
         "pav": "http://purl.org/pav/", "cc": "http://creativecommons.org/ns#"}  # fmt: skip


def address(iri: str) -> tuple[str, str]:
    """Scheme and host of an IRI; empty where it has none.

    >>> address("https://w3id.org/aa-ld/"), address("http://[")
    (('https', 'w3id.org'), ('', ''))
    """
    try:
        parts = urlsplit(iri)
        return parts.scheme, parts.hostname or ""
    except ValueError:
        return "", ""


def on_web(iri: str) -> bool:
    """Whether this is an address that a browser can open."""
    scheme, host = address(iri)
    return scheme in ("http", "https") and bool(host)


def iris(names: str) -> tuple[str, ...]:
    """The IRIs of short names, set apart by blanks.

    >>> iris("dcterms:title")
    ('http://purl.org/dc/terms/title',)
    """
    return tuple(
        NAMES[prefix] + local for prefix, _, local in (name.partition(":") for name in names.split())
    )


class Graph:
    """Triples by subject and property."""

    def __init__(self, quads: list[Quad]) -> None:
        self.quads = quads
        self._by: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for quad in quads:
            self._by[_text(quad.subject)][quad.predicate.value].append(quad.object)

    def values(self, subject: str, names: str) -> list[str]:
        """The texts and IRIs that a subject has by any of these properties, in short names set apart by blanks."""
        own = self._by.get(subject, {})
        return [_text(value) for iri in iris(names) for value in own.get(iri, [])]

    def literals(self, subject: str, names: str) -> list[Literal]:
        """The same, literals only."""
        own = self._by.get(subject, {})
        return [value for iri in iris(names) for value in own.get(iri, []) if isinstance(value, Literal)]

    def properties(self, subject: str) -> set[str]:
        """The IRIs of the properties that a subject has."""
        return set(self._by.get(subject, {}))

    def of_type(self, names: str) -> list[str]:
        """The IRIs that have any of these types."""
        wanted = set(iris(names))
        return sorted(
            subject for subject, own in self._by.items()
            if not subject.startswith("_:") and any(_text(each) in wanted for each in own.get(RDF_TYPE, []))
        )  # fmt: skip


def _text(term: Any) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


class _Page(HTMLParser):
    """The title, the language and the embedded JSON-LD of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.lang = ""
        self.records: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where we are."""
        named = dict(attrs)
        if tag == "html":
            self.lang = named.get("lang") or ""
        if tag == "script" and (named.get("type") or "").lower() == "application/ld+json":
            self.records.append("")
            self._in = "record"
        elif tag == "title":
            self._in = "title"

    def handle_endtag(self, tag: str) -> None:
        """Forget where we were."""
        if tag in ("script", "title"):
            self._in = ""

    def handle_data(self, data: str) -> None:
        """Keep what is looked for."""
        if self._in == "title":
            self.title += data
        elif self._in == "record":
            self.records[-1] += data


class Publication:
    """What a place holds; whatever cannot be read raises Unreadable, which ends a test and says why."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._graphs: dict[str, Graph | Unreadable] = {}

    def text(self, path: str) -> str:
        """A file of text."""
        try:
            return self.place.read(path).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unreadable(f"{path} is not UTF-8.") from None

    def json(self, path: str) -> Any:
        """A file of JSON."""
        try:
            return json.loads(self.text(path))
        except (ValueError, RecursionError):
            raise Unreadable(f"{path} is not JSON.") from None

    def graph(self, path: str) -> Graph:
        """A file of RDF; foreign ones are parsed where a crash takes nobody along."""
        if path not in self._graphs:
            self._graphs[path] = self._read(path)
        found = self._graphs[path]
        if isinstance(found, Unreadable):
            raise found
        return found

    def _read(self, path: str) -> Graph | Unreadable:
        from aa_ld.intake import parse_rdf

        ending = ".rdf" if path.endswith(".owl") else "." + path.rpartition(".")[2]
        try:
            quads = parse_rdf(path, ending, self.place.read(path))
        except AaLdError as error:
            return Unreadable(f"{path} is no RDF: {error.what}")
        except Unreadable as reason:
            return reason
        return Graph(list(parse(quads, RdfFormat.N_QUADS)))

    @cached_property
    def ontology(self) -> Graph:
        """The ontology, as Turtle has it."""
        return self.graph("aa.ttl")

    @cached_property
    def catalogue(self) -> Graph:
        """What is said of the data set."""
        return self.graph("catalogue.ttl")

    @cached_property
    def iri(self) -> str:
        """The IRI of the ontology."""
        found = self.ontology.of_type("owl:Ontology")
        if len(found) != 1:
            raise Unreadable(f"aa.ttl holds {len(found)} ontologies, and not one.")
        return found[0]

    @cached_property
    def dataset(self) -> str:
        """The IRI of the data set that has distributions."""
        found = [
            iri
            for iri in self.catalogue.of_type("dcat:Dataset")
            if self.catalogue.values(iri, "dcat:distribution")
        ]
        if not found:
            raise Unreadable("catalogue.ttl has no dcat:Dataset with a distribution.")
        return found[0]

    def header(self, names: str) -> list[str]:
        """What the header of the ontology says by any of these properties."""
        return self.ontology.values(self.iri, names)

    def path(self, iri: str) -> str | None:
        """Where the file of an IRI of ours lies; None for one of others."""
        return iri.removeprefix(self.iri).partition("#")[0] if iri.startswith(self.iri) else None

    @cached_property
    def terms(self) -> list[str]:
        """Classes and properties of our own, as FOOPS! counts them: annotation properties are none."""
        found = self.ontology.of_type("owl:Class owl:ObjectProperty owl:DatatypeProperty")
        return [iri for iri in found if iri.startswith(self.iri)]

    @cached_property
    def front(self) -> _Page:
        """The first page."""
        return self.page("index.html")

    def page(self, path: str) -> _Page:
        """A page."""
        found = _Page()
        try:
            found.feed(self.text(path))
        except AssertionError:  # what the library says of some markup that is none
            raise Unreadable(f"{path} is no HTML.") from None
        if "<html" not in self.text(path)[:2000].lower():
            raise Unreadable(f"{path} is no HTML.")
        return found

    @cached_property
    def embedded(self) -> dict[str, Any]:
        """The schema:Dataset that is embedded in the first page."""
        for text in self.front.records:
            try:
                record = json.loads(text)
            except ValueError:
                raise Unreadable("The JSON-LD that is embedded in index.html is not JSON.") from None
            listed = record.get("@graph", [record]) if isinstance(record, dict) else record
            for each in listed if isinstance(listed, list) else []:
                kind = each.get("@type") if isinstance(each, dict) else None
                if "Dataset" in (kind if isinstance(kind, list) else [kind]):
                    return dict(each)
        raise Unreadable("index.html embeds no schema:Dataset as JSON-LD.")

    @cached_property
    def pages(self) -> list[str]:
        """Where the resources lie, without ending, as sitemap.xml or the files that it names have them; the first page is none of them."""
        found = self._addresses("sitemap.xml")
        if "<sitemapindex" in self.text("sitemap.xml"):
            found = [address for each in found for address in self._addresses(each.rpartition("/")[2])]
        root = min(found, key=len, default="")
        return [each.removeprefix(root) for each in found if each.startswith(root) and each != root]

    def _addresses(self, sitemap: str) -> list[str]:
        """What a sitemap names."""
        import re

        return [html.unescape(each) for each in re.findall(r"<loc>([^<]*)</loc>", self.text(sitemap))]
