"""The nodes of a KGX graph: terms under the identifiers that others know, and the records that facts rest on."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from pyoxigraph import Literal, NamedNode

from aa_ld.exchange.biolink import Biolink
from aa_ld.exchange.cells import columns, plain_text
from aa_ld.exchange.described import Term
from aa_ld.in_order import InOrder
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES, compact

#: Namespaces to the prefixes that Biolink's users write.
_CURIES = {
    PREFIXES["efo"] + "EFO_": "EFO", PREFIXES["mesh"]: "MESH", PREFIXES["drugbank"]: "DRUGBANK", PREFIXES["hgnc"]: "HGNC",
    PREFIXES["uniprot"]: "UniProtKB", PREFIXES["snomed"]: "SNOMEDCT", PREFIXES["pmid"]: "PMID", PREFIXES["doi"]: "DOI",
}  # fmt: skip

#: Whose identifier a node takes, if there are several.
_PREFERRED = ("MONDO", "CL", "GO", "UBERON", "NCBITaxon", "DRUGBANK", "MESH", "PMID", "DOI")

_OBO = re.compile(re.escape(PREFIXES["obo"]) + r"([A-Za-z]+)_(C?[0-9]+)")
_RDFS, _SKOS = PREFIXES["rdfs"], PREFIXES["skos"]
_RANK = {prefix: number for number, prefix in enumerate(_PREFERRED)}
_BATCH = 200
_LATELY = 5000  # records of which it is known that they are held

Row = dict[str, Any]


def curie(iri: str) -> str:
    """The short name by which others know an IRI, or the IRI.

    >>> curie("http://purl.obolibrary.org/obo/MONDO_0005340"), curie("https://pubmed.ncbi.nlm.nih.gov/32533873/")
    ('MONDO:0005340', 'PMID:32533873')
    """
    found = _OBO.fullmatch(iri)
    if found:
        return f"{found[1]}:{found[2]}"
    for namespace, prefix in _CURIES.items():
        if iri.startswith(namespace):
            local = iri[len(namespace) :].rstrip("/")
            return f"{prefix}:{local}" if local.isprintable() and "|" not in local else iri
    return iri


def iri_of(name: str) -> str | None:
    """The IRI that a short name as `curie` gives it stands for; any case of the prefix will do.

    >>> iri_of("MONDO:0005340"), iri_of("mesh:D000506"), iri_of("alopecia areata")
    ('http://purl.obolibrary.org/obo/MONDO_0005340', 'http://id.nlm.nih.gov/mesh/D000506', None)
    """
    prefix, colon, local = name.partition(":")
    if not colon or not local:
        return None
    known = {short.casefold(): namespace for namespace, short in _CURIES.items()}
    if prefix.casefold() in known:
        return known[prefix.casefold()] + local
    iri = f"{PREFIXES['obo']}{prefix}_{local}"
    return iri if _OBO.fullmatch(iri) else None


class Nodes:
    """The nodes that edges link, and the records of their facts, each under one identifier of its own.

    First all of them are added, then `settle` gives the identifiers. What is
    held for each node lies in order on a disk where there are many; in memory
    are the terms that edges link, and identifiers that are no IRI.
    """

    def __init__(self, source: Source, biolink: Biolink) -> None:
        self.rows = Rows()
        self._source, self._biolink = source, biolink
        self._found = InOrder()
        self._terms: set[str] = set()
        self._lately: set[str] = set()
        self._identifiers: dict[str, str] = {}

    def add(self, records: Mapping[str, dict[str, list[Term]]], terms: Iterable[str]) -> None:
        """Add the records of a fact, with what is said of them, and the terms that its edges link."""
        self._terms.update(terms)
        for iri in records.keys() - self._lately:  # many facts share a publication
            self._lately.add(iri)
            self._hold(iri, records[iri], is_term=False)
        if len(self._lately) > _LATELY:
            self._lately.clear()

    def settle(self) -> None:
        """Give each node its identifier: the best that no other has, by IRI."""
        listed = sorted(self._terms)
        self._terms.clear()
        for start in range(0, len(listed), _BATCH):
            lot = listed[start : start + _BATCH]
            described = _described_in(self._source, lot)
            for iri in lot:
                self._hold(iri, described.get(iri, {}), is_term=True)
        taken: set[str] = set()
        for iri, lines in groupby(self._found, key=lambda line: line.partition(b"\t")[0].decode()):
            row = json.loads(
                next(lines).split(b"\t", 2)[2]
            )  # of a record that is a term, too, it is the record
            names = row["equivalent_identifiers"]
            if names:
                row["id"] = self._identifiers[iri] = next((name for name in names if name not in taken), iri)
                taken.add(row["id"])
                row["equivalent_identifiers"] = [name for name in names if name != row["id"]]
            self.rows.add(row)

    def identifier(self, iri: str) -> str:
        """The identifier of a node; two nodes never share one."""
        return self._identifiers.get(iri, iri)

    def _hold(self, iri: str, about: dict[str, list[Term]], *, is_term: bool) -> None:
        """Keep the row of a node, which has all its identifiers yet."""
        kinds = [v.value for v in about.get(PREFIXES["rdf"] + "type", []) if isinstance(v, NamedNode)]
        row: Row = {
            "id": iri,
            "category": [compact(self._biolink.category([iri, *kinds] if is_term else kinds))],
            "name": next(iter(_texts(about, _RDFS + "label")), ""),
            "description": next(iter(_texts(about, _SKOS + "definition")), ""),
            "synonym": _texts(about, _SKOS + "altLabel"),
            "equivalent_identifiers": _names(iri, about),
            "iri": iri,
            **({} if is_term else columns(about)),
        }
        self._found.add(f"{iri}\t{int(is_term)}\t{json.dumps(row)}".encode())


class Rows:
    """Rows of a table by their id, and the columns that they fill.

    >>> rows = Rows()
    >>> rows.add({"id": "b", "name": "x"})
    >>> rows.add({"id": "a"})
    >>> list(rows), sorted(rows.columns)
    ([{'id': 'a'}, {'id': 'b', 'name': 'x'}], ['id', 'name'])
    """

    def __init__(self) -> None:
        self.columns: set[str] = set()
        self._lines = InOrder()

    def add(self, row: Row) -> None:
        """Add a row."""
        self.columns.update(row)
        self._lines.add(f"{row['id']}\t{json.dumps(row)}".encode())

    def __iter__(self) -> Iterator[Row]:
        return (json.loads(line.partition(b"\t")[2]) for line in self._lines)


def _names(iri: str, about: Mapping[str, list[Term]]) -> list[str]:
    """The identifiers that mean the same as an IRI, best first."""
    exact = [v.value for v in about.get(_SKOS + "exactMatch", []) if isinstance(v, NamedNode)]
    known = [name for name in map(curie, [iri, *exact]) if not name.startswith(("http://", "https://"))]
    return sorted(set(known), key=lambda name: (_RANK.get(name.partition(":")[0], len(_RANK)), name))


def _described_in(source: Source, iris: list[str]) -> dict[str, dict[str, list[Term]]]:
    """Names, definition, identifiers and kinds of terms."""
    found: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    wanted = ", ".join(
        f"<{iri}>"
        for iri in (
            _RDFS + "label",
            _SKOS + "definition",
            _SKOS + "altLabel",
            _SKOS + "exactMatch",
            PREFIXES["rdf"] + "type",
        )
    )
    for start in range(0, len(iris), _BATCH):
        values = " ".join(f"<{iri}>" for iri in iris[start : start + _BATCH])
        # With the properties as VALUES, too, the engine goes through all triples that have one of them.
        query = (
            f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o FILTER(?p IN ({wanted})) }}"
        )
        for row in rows(source, query):
            subject, predicate, value = row["s"], row["p"], row["o"]
            assert isinstance(subject, NamedNode) and isinstance(predicate, NamedNode)
            found[subject.value][predicate.value].append(value)  # type: ignore[arg-type]
    return {iri: {p: sorted(values, key=str) for p, values in own.items()} for iri, own in found.items()}


def _texts(about: dict[str, list[Term]], predicate: str) -> list[str]:
    return [plain_text(value.value) for value in about.get(predicate, []) if isinstance(value, Literal)]
