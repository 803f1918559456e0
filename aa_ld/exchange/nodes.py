"""The nodes of a KGX graph: terms under the identifiers that others know, and the records that facts rest on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from pyoxigraph import Literal, NamedNode

from aa_ld.exchange.biolink import Biolink
from aa_ld.exchange.cells import columns, plain_text
from aa_ld.exchange.described import Described, Term
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
_BATCH = 200

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
    """The nodes that edges link, and the records of their facts, each under one identifier of its own."""

    def __init__(self, source: Source, biolink: Biolink, facts: Iterable[Described], terms: set[str]) -> None:
        self._records: dict[str, dict[str, list[Term]]] = {}
        for fact in facts:
            self._records.update(fact.others)
        self._biolink = biolink
        self._about: dict[str, dict[str, list[Term]]] = {iri: {} for iri in terms}
        self._about |= _described_in(source, sorted(terms - set(self._records))) | self._records
        self._identifiers: dict[str, str] = {}
        taken: set[str] = set()
        for iri in sorted(self._about):
            self._identifiers[iri] = name = next(
                (name for name in self._names(iri) if name not in taken), iri
            )
            taken.add(name)

    def identifier(self, iri: str) -> str:
        """The identifier of a node; two nodes never share one."""
        return self._identifiers.get(iri, iri)

    def rows(self) -> list[Row]:
        """Every node, by identifier."""
        return sorted((self._row(iri) for iri in self._about), key=lambda row: str(row["id"]))

    def _row(self, iri: str) -> Row:
        about = self._about[iri]
        kinds = [v.value for v in about.get(PREFIXES["rdf"] + "type", []) if isinstance(v, NamedNode)]
        definition = next(iter(_texts(about, _SKOS + "definition")), "")
        row: Row = {
            "id": self._identifiers[iri],
            "category": [compact(self._biolink.category(kinds if iri in self._records else [iri, *kinds]))],
            "name": next(iter(_texts(about, _RDFS + "label")), ""),
            "description": definition,
            "synonym": _texts(about, _SKOS + "altLabel"),
            "equivalent_identifiers": [name for name in self._names(iri) if name != self._identifiers[iri]],
            "iri": iri,
        }
        if iri in self._records:
            row |= columns(about)
        return row

    def _names(self, iri: str) -> list[str]:
        """The identifiers that mean the same as an IRI, best first."""
        exact = [v.value for v in self._about[iri].get(_SKOS + "exactMatch", []) if isinstance(v, NamedNode)]
        known = [name for name in map(curie, [iri, *exact]) if not name.startswith(("http://", "https://"))]
        rank = {prefix: number for number, prefix in enumerate(_PREFERRED)}
        return sorted(set(known), key=lambda name: (rank.get(name.partition(":")[0], len(rank)), name))


def _described_in(source: Source, iris: list[str]) -> dict[str, dict[str, list[Term]]]:
    """Names, definition, identifiers and kinds of terms."""
    found: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    wanted = " ".join(
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
        query = (
            f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {values} }} VALUES ?p {{ {wanted} }} ?s ?p ?o }}"
        )
        for row in rows(source, query):
            subject, predicate, value = row["s"], row["p"], row["o"]
            assert isinstance(subject, NamedNode) and isinstance(predicate, NamedNode)
            found[subject.value][predicate.value].append(value)  # type: ignore[arg-type]
    return {iri: {p: sorted(values, key=str) for p, values in own.items()} for iri, own in found.items()}


def _texts(about: dict[str, list[Term]], predicate: str) -> list[str]:
    return [plain_text(value.value) for value in about.get(predicate, []) if isinstance(value, Literal)]
