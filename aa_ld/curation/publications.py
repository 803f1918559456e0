"""The publication that a row of a table rests on: one that is loaded, or one that the row declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from urllib.parse import quote, unquote

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.curation.cells import Cells
from aa_ld.curation.columns import COLUMNS
from aa_ld.curation.table import Row
from aa_ld.errors import nearest
from aa_ld.store import Layers, rows, value_of
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE, compact, expand, printable

_AA, _PUBLICATION, _PMID, _DOI = (PREFIXES[name] for name in ("aa", "publication", "pmid", "doi"))
_SKOS, _LABEL = PREFIXES["skos"], PREFIXES["rdfs"] + "label"
_LOADED = f"""PREFIX aa: <{BASE}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>
PREFIX skos: <{PREFIXES["skos"]}>
SELECT ?iri ?name ?address {{ ?iri a aa:Publication .
  OPTIONAL {{ ?iri rdfs:label|skos:altLabel ?name }} OPTIONAL {{ ?iri skos:exactMatch ?address }} }} ORDER BY ?iri"""
#: Columns that only a row with a citation may fill, and the properties that they are.
_DECLARES = {
    "publicationName": PREFIXES["skos"] + "altLabel",
    "publicationNote": PREFIXES["skos"] + "editorialNote",
    "issued": PREFIXES["dcterms"] + "issued",
}
_OF_IT = ("publication", "pmid", "doi", "citation", *_DECLARES)

#: Column to the form of an identifier, what it is called, and how to write it.
_FORMS = {
    "pmid": (r"[1-9][0-9]{0,8}", "no PubMed identifier", "Give its digits."),
    "doi": (r"10\.[0-9]{4,9}(\.[0-9]+)*/\S+", "no DOI", "Write it from 10. on."),
}
#: The same where it stands for the publication, perhaps with its kind in front.
_AS_NAME = {
    "pmid": re.compile(r"(?:PMID:?\s*)?([1-9][0-9]{3,8})", re.IGNORECASE),
    "doi": re.compile(r"(?:doi:?\s*|https://doi\.org/)?(10\.[0-9]{4,9}\S*/\S+)", re.IGNORECASE),
}
_SAFE = "/:;()._-~!$&'*+,=@"


def doi_address(doi: str) -> str:
    """The web address of a DOI, with signs that an IRI may not hold written as bytes.

    >>> doi_address("10.1000/a<b")
    'https://doi.org/10.1000/a%3Cb'
    """
    return _DOI + quote(doi, safe=_SAFE)


def doi_of(address: str) -> str:
    """The DOI in a web address; the other way round of `doi_address`.

    >>> doi_of("https://doi.org/10.1000/a%3Cb")
    '10.1000/a<b'
    """
    return unquote(address.removeprefix(_DOI))


class Publications:
    """Finds the publication of a row by name, PMID or DOI, and gives what the row declares of it.

    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> Publications(layers, Cells(layers)).of(Row(2, {"publication": "PMID 32533873"}))
    'https://w3id.org/aa-ld/publication/pmid-32533873'
    """

    def __init__(self, layers: Layers, cells: Cells) -> None:
        self.cells = cells
        self._by_name: dict[str, list[str]] = {}
        self._shown: dict[str, None] = {}
        self._by_address: dict[str, str] = {}
        self._declared: dict[str, str] = {}
        for row in rows(layers, _LOADED):
            iri = value_of(row["iri"])
            self._call(iri, compact(iri), value_of(row.get("name", "")))
            if "address" in row:
                self._by_address.setdefault(value_of(row["address"]).casefold(), iri)

    def anew(self, cells: Cells) -> Publications:
        """The same for another table, with the cells of that."""
        found = copy(self)
        found.cells, found._declared = cells, {}
        return found

    def of(self, row: Row) -> str:
        """The IRI of the publication that a row names; empty where it names none or a wrong one."""
        cells = row.cells
        given = identifiers(cells)
        if not any(column in cells for column in _OF_IT) or not self._well_formed(row, given):
            return ""
        iri = self._found(row, given)
        if iri == "" and "citation" in cells:
            iri = self._new(row, given) or None
        if iri and "citation" in cells:
            self._declare(iri, row, given)
        if iri == "":
            name = cells.get("publication", "")
            shown = printable(name or next(iter(given.values()), ""), 80)
            what = f"No publication “{shown}” is loaded or declared."
            remedy = "Declare it: give citation and publicationName, and pmid or doi or both."
            self._fault(row, "publication", what, remedy, nearest(name, self._shown))
        return iri or ""

    def name(self, iri: str) -> str:
        """What sentences call a publication that the table declares; empty where that is not known."""
        return self._declared.get(iri, "")

    def declared(self, row: Row, iri: str) -> Iterator[Triple]:
        """What a row says of its publication, if it gives a citation."""
        cells = row.cells
        if not iri or "citation" not in cells:
            for column in _DECLARES:
                if column in cells and iri not in self._declared:
                    remedy = "Give its citation, or leave this blank."
                    self._fault(row, column, "The row does not declare the publication.", remedy)
            return
        node = NamedNode(iri)
        yield Triple(node, NamedNode(RDF_TYPE), NamedNode(_AA + "Publication"))
        yield Triple(node, NamedNode(_LABEL), Literal(cells["citation"], language="en"))
        for column, name in _DECLARES.items():
            for value in self.cells.read(row.number, COLUMNS[column], cells.get(column, "")):
                yield Triple(node, NamedNode(name), value)
        for column, text in identifiers(cells).items():
            yield Triple(node, NamedNode(_SKOS + "exactMatch"), NamedNode(_address(column, text)))
            if column == "pmid":
                yield Triple(node, NamedNode(_AA + "pmid"), Literal(text))

    def _well_formed(self, row: Row, given: dict[str, str]) -> bool:
        for column, text in given.items():
            form, what, remedy = _FORMS[column]
            named = _AS_NAME[column].fullmatch(row.cells.get("publication", ""))
            if not re.fullmatch(form, text):
                self._fault(row, column, f"“{printable(text, 60)}” is {what}.", remedy)
                return False
            if named and named[1] != text:
                self._fault(row, column, f"The publication is named by {named[1]}.", "Correct one of them.")
                return False
        return True

    def _found(self, row: Row, given: dict[str, str]) -> str | None:
        """The publication that is known by what a row gives, empty where none is; None where that is amiss."""
        name = row.cells.get("publication", "")
        called = self._by_name.get(name.casefold(), []) if name else []
        if len(called) > 1:
            remedy = "Give its short name, its PMID or its DOI."
            self._fault(
                row, "publication", "Several publications are called so.", remedy, map(compact, called)
            )
            return None
        found = {
            column: self._by_address.get(_address(column, text).casefold(), "")
            for column, text in given.items()
        }
        known = next(filter(None, (*called, *found.values())), "")
        if not known:
            return ""
        if name and not called and not any(form.fullmatch(name) for form in _AS_NAME.values()):
            what = f"“{printable(name, 60)}” is not what {compact(known)} is called."
            self._fault(row, "publication", what, "Correct it, or leave it blank.")
            return None
        for column, iri in found.items():
            if iri != known and (iri or "citation" not in row.cells):
                what = f"This is {f'that of {compact(iri)}' if iri else 'not known'}, and the row is on {compact(known)}."
                self._fault(row, column, what, "Correct one of them.")
                return None
        return known

    def _new(self, row: Row, given: dict[str, str]) -> str:
        """The IRI of a publication that a row declares: the name given, else from its PMID, else its DOI."""
        name = row.cells.get("publication", "")
        if name and not any(form.fullmatch(name) for form in _AS_NAME.values()):
            iri = expand(name) if ":" in name else None
            if iri and iri.startswith(_PUBLICATION) and compact(iri) == name:
                return iri
            what = f"“{printable(name, 60)}” is no name for a publication."
            remedy = (
                "Write publication: and letters, digits and hyphens, or leave it blank and give pmid or doi."
            )
            return self._fault(row, "publication", what, remedy)
        for column, text in given.items():
            return f"{_PUBLICATION}{column}-" + re.sub(r"[^a-z0-9-]", "-", text.lower())
        remedy = "Give pmid or doi, or a name such as publication:my-paper."
        return self._fault(row, "publication", "The publication has no name.", remedy)

    def _declare(self, iri: str, row: Row, given: dict[str, str]) -> None:
        """Know a publication by all that a row calls it, so that other rows can."""
        name, citation = row.cells.get("publicationName", ""), row.cells["citation"]
        self._declared.setdefault(iri, name)
        for column in ("citation", *_DECLARES, "pmid", "doi"):
            text = given.get(column) or row.cells.get(column, "")
            if text:
                self.cells.once(row.number, column, iri, text)
        for column, text in given.items():
            self._by_address.setdefault(_address(column, text).casefold(), iri)
        self._call(iri, compact(iri), citation, name)
        for called in (compact(iri), citation, name):
            self.cells.own.setdefault(called.casefold(), (iri, _AA + "Publication"))

    def _call(self, iri: str, *names: str) -> None:
        for name in filter(None, names):
            self._shown.setdefault(name)
            known = self._by_name.setdefault(name.casefold(), [])
            if iri not in known:
                known.append(iri)

    def _fault(self, row: Row, column: str, what: str, remedy: str, near: Iterable[str] = ()) -> str:
        self.cells.fault(row.number, column, what, remedy, near)
        return ""


def identifiers(cells: Mapping[str, str]) -> dict[str, str]:
    """The PMID and the DOI that a row gives, in columns of their own or as the name of the publication.

    >>> identifiers({"publication": "PMID 32533873", "doi": "10.1000/x"})
    {'pmid': '32533873', 'doi': '10.1000/x'}
    """
    found = {}
    for column, form in _AS_NAME.items():
        match = form.fullmatch(cells.get("publication", ""))
        text = cells.get(column) or (match[1] if match else "")
        if text:
            found[column] = text
    return found


def _address(column: str, text: str) -> str:
    return f"{_PMID}{text}/" if column == "pmid" else doi_address(text)
