"""The alignments of the ontology as SSSOM: a table of mappings with a head that says whose they are.

Specification: SSSOM 1.1, https://mapping-commons.github.io/sssom/spec/.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.exchange.nodes import curie
from aa_ld.vocab import BASE, PREFIXES

if TYPE_CHECKING:
    from aa_ld.align import Proposal

_SKOS = PREFIXES["skos"]
_KINDS = tuple(f"{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))
_COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
)

#: All are curated by hand: looked up in a list of verified identifiers, and written beside the class.
_JUSTIFICATION = "semapv:ManualMappingCuration"

#: The CURIE prefixes of the table, beside those that the SSSOM specification has built in.
_PREFIXES = {
    "aa": BASE, "MESH": PREFIXES["mesh"], "DRUGBANK": PREFIXES["drugbank"], "HGNC": PREFIXES["hgnc"],
    "UniProtKB": PREFIXES["uniprot"], "SNOMEDCT": PREFIXES["snomed"], "EFO": PREFIXES["efo"] + "EFO_",
    "biolink": PREFIXES["biolink"], "dcterms": PREFIXES["dcterms"], "prism": PREFIXES["prism"],
}  # fmt: skip


def write_sssom(
    triples: Iterable[Triple], version: str, date: str, labels: dict[str, str] | None = None
) -> str:
    """The SKOS mappings of our terms as SSSOM TSV; sorted, the same bytes each time.

    version  of the ontology
    date     of the version, YYYY-MM-DD
    labels   of terms of others, by IRI, where known

    >>> from aa_ld.release.products import ontology_triples
    >>> table = write_sssom(ontology_triples(), "0.1.0", "2026-01-01")
    >>> "aa:AlopeciaAreata\\talopecia areata\\tskos:exactMatch\\tMESH:D000506" in table
    True
    """
    own = dict(labels or {})
    found = set()
    for each in triples:
        predicate, value = each.predicate.value, each.object
        if (
            predicate == PREFIXES["rdfs"] + "label"
            and isinstance(each.subject, NamedNode)
            and isinstance(value, Literal)
        ):
            own[each.subject.value] = value.value
        if (
            predicate.removeprefix(_SKOS) in _KINDS
            and isinstance(each.subject, NamedNode)
            and isinstance(value, NamedNode)
        ):
            found.add((each.subject.value, predicate.removeprefix(_SKOS), value.value))
    rows = sorted(
        (
            named(subject),
            own.get(subject, ""),
            f"skos:{kind}",
            named(other),
            own.get(other, ""),
            _JUSTIFICATION,
        )
        for subject, kind, other in found
    )
    about = [
        f"mapping_set_id: {BASE}version/{version}/aa.sssom.tsv",
        f"mapping_set_version: {version}",
        "mapping_set_title: Alignments of aa-ld",
        "mapping_set_description: What the terms of aa-ld have to do with those of MeSH and other vocabularies, as curated.",
        "license: https://creativecommons.org/publicdomain/zero/1.0/",
        f"mapping_date: {date}",
        f"subject_source: {BASE}",
        f"subject_source_version: {version}",
    ]
    return _table(about, [list(_COLUMNS), *map(list, rows)])


def write_proposals(proposals: Iterable[Proposal], labels: dict[str, str]) -> str:
    """Proposals as SSSOM TSV, to be looked at: each with its confidence and what speaks for it."""
    columns = [
        *_COLUMNS,
        "confidence",
        "subject_match_field",
        "object_match_field",
        "match_string",
        "comment",
    ]
    rows = [
        [named(each.subject), labels.get(each.subject, ""), "skos:exactMatch", named(each.object), labels.get(each.object, ""),
         each.justification, f"{each.confidence:g}", each.subject_field, each.object_field, each.name,
         f"one of {each.rivals + 1} for the same term; not reviewed" if each.rivals else "not reviewed"]
        for each in proposals
    ]  # fmt: skip
    about = [
        f"mapping_set_id: {BASE}proposals",
        "mapping_set_title: Proposed mappings, which nobody has accepted",
        "license: https://creativecommons.org/publicdomain/zero/1.0/",
    ]
    return _table(about, [columns, *rows])


def _table(about: list[str], rows: list[list[str]]) -> str:
    """A head, the prefixes that are used, and the rows, of which the first names the columns."""
    used = {row[at].partition(":")[0] for row in rows[1:] for at in (0, 3)} - {"http", "https", "urn"}
    known = _PREFIXES | {prefix: f"{PREFIXES['obo']}{prefix}_" for prefix in used - set(_PREFIXES)}
    head = [*about, "curie_map:", *(f"  {prefix}: {known[prefix]}" for prefix in sorted(used))]
    lines = ["\t".join(_cell(cell) for cell in row) for row in rows]
    return "".join(f"# {line}\n" for line in head) + "\n".join(lines) + "\n"


def named(iri: str) -> str:
    """The short name of a term in a table of mappings, or its IRI.

    >>> named("https://w3id.org/aa-ld/AlopeciaAreata")
    'aa:AlopeciaAreata'
    """
    if iri.startswith(BASE):
        return "aa:" + iri.removeprefix(BASE)
    short = curie(iri)
    if short != iri:
        return short
    name = next((name for name in ("biolink", "dcterms", "prism") if iri.startswith(PREFIXES[name])), "")
    return f"{name}:{iri.removeprefix(PREFIXES[name])}" if name else iri


def _cell(text: str) -> str:
    return " ".join(text.split())
