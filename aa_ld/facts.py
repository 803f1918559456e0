"""List facts by what they are about, how firmly they are said and on what evidence."""

from __future__ import annotations

from aa_ld.errors import UnknownFilterError
from aa_ld.fact import ABOUT, Fact, read_facts
from aa_ld.names import Names
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES

#: Filter to the classes of its values and the pattern that a fact must match.
FILTERS: dict[str, tuple[tuple[str, ...], str]] = {
    "about": ((), ABOUT),
    "category": (("Fact",), "?fact a/rdfs:subClassOf* <{iri}> ."),
    "certainty": (("Certainty",), "?fact aa:certainty <{iri}> ."),
    "polarity": (("Polarity",), "?fact aa:polarity <{iri}> ."),
    "population": (("Person", "Scope", "NoValue"), "?fact aa:population <{iri}> ."),
    "kind": (("EvidenceKind",), "?fact aa:evidence/aa:kind <{iri}> ."),
    "part": (("TextPart",), "?fact aa:evidence/aa:part <{iri}> ."),
}

_QUERY = """
PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?fact WHERE {{ ?fact aa:evidence|aa:rule ?ground . {patterns} }} ORDER BY ?fact"""


def find_facts(source: Source, /, *, hedged: bool | None = None, **filters: str) -> list[Fact]:
    """The facts that match every filter given, by identifier.

    Filters are those of FILTERS, each with a label, short name or IRI;
    `hedged` keeps those with (True) or without (False) a hedge.

    Raises UnknownTermError or ParameterValueError where a value is not of its
    kind, and UnknownFilterError for a filter that does not exist.

    >>> from aa_ld.store import open_layers
    >>> [fact.id for fact in find_facts(open_layers(["ontology", "mappings", "review"]), certainty="possible")]
    ['SF32', 'SF33']
    """
    names = Names(source)
    patterns = []
    for name, value in filters.items():
        if name not in FILTERS:
            raise UnknownFilterError(
                name, f"Facts have the filters {', '.join(FILTERS)}.", "Use one of them."
            )
        categories, pattern = FILTERS[name]
        iri = names.find(value, *(PREFIXES["aa"] + category for category in categories))
        patterns.append(f"{{ {pattern.format(iri=iri)} }}")
    if hedged is not None:
        patterns.append(f"FILTER({'' if hedged else 'NOT '}EXISTS {{ ?fact aa:evidence/aa:hedge ?hedge }})")
    found = [row["fact"].value for row in rows(source, _QUERY.format(patterns=" ".join(patterns)))]  # type: ignore[attr-defined]
    return read_facts(source, found) if found else []
