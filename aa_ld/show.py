"""Show a term: what it means, where it stands, what it is aligned to, what is said about it."""

from __future__ import annotations

import json
from typing import NamedTuple

from pyoxigraph import NamedNode

from aa_ld.fact import ABOUT
from aa_ld.names import Names
from aa_ld.store import Source, rows
from aa_ld.vocab import GENID, PREFIXES, compact

_BLANK = f'STRSTARTS(STR(?{{0}}), "{GENID}")'  # as a server holds it
_TRIPLES = f"SELECT ?p ?o WHERE {{{{ <{{iri}}> ?p ?o . FILTER(!isBlank(?o) && !{_BLANK.format('o')}) }}}} ORDER BY ?p ?o"
_CHILDREN = f"""
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?child WHERE {{{{
  {{{{ ?child rdfs:subClassOf <{{iri}}> }}}} UNION {{{{ ?child a <{{iri}}> }}}}
  FILTER(isIRI(?child) && !{_BLANK.format("child")})
}}}} ORDER BY ?child"""
_FACTS = (
    """
PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?fact ?id ?sentence WHERE {{
  ?fact aa:evidence ?line ; rdfs:label ?sentence . {{"""
    + ABOUT
    + """ }}
  OPTIONAL {{ ?fact dcterms:identifier ?id }}
}} ORDER BY ?id ?fact"""
)

_STRENGTHS = ("exact", "close", "broad", "narrow", "related")


class Description(NamedTuple):
    """A term in words. IRIs throughout; `alignments` maps a strength to the IRIs aligned so.

    `others` holds every further property and its values, in words.
    """

    iri: str
    label: str
    synonyms: list[str]
    definition: str | None
    types: list[str]
    parents: list[str]
    children: list[str]
    alignments: dict[str, list[str]]
    others: dict[str, list[str]]
    facts: list[tuple[str, str]]
    names: Names

    def to_text(self) -> str:
        """For a terminal."""
        label = self.names.label
        lines = [
            f"{self.label}  ({compact(self.iri)})",
            *([f"  {self.definition}"] if self.definition else []),
        ]
        parts = [
            ("also", self.synonyms),
            ("is a", [label(i) for i in self.types + self.parents if not i.startswith(PREFIXES["owl"])]),
            ("below it", [label(i) for i in self.children]),
        ]
        lines += [f"  {name}: {', '.join(values)}" for name, values in parts if values]
        lines += [
            f"  {strength} match: {compact(iri)}" + (f"  {label(iri)}" if label(iri) != compact(iri) else "")
            for strength, iris in self.alignments.items()
            for iri in iris
        ]
        lines += [f"  {name}: {value}" for name, values in self.others.items() for value in values]
        if self.facts:
            lines += ["", f"  facts about it ({len(self.facts)}):"]
            lines += [f"    {ident:<4} {sentence}" for ident, sentence in self.facts]
        return "\n".join(lines)

    def to_json(self) -> str:
        """For a program."""
        record = {key: value for key, value in self._asdict().items() if key != "names"}
        record["facts"] = [{"fact": ident, "sentence": sentence} for ident, sentence in self.facts]
        return json.dumps(record, indent=2, ensure_ascii=False)


def show(source: Source, name: str) -> Description:
    """Describe the term of this name.

    `name` is anything that `Names.find` takes. Raises UnknownTermError.

    >>> from aa_ld.store import open_layers
    >>> show(open_layers(), "IFN-γ").alignments["exact"]
    ['http://id.nlm.nih.gov/mesh/D007371']
    """
    names = Names(source)
    iri = names.find(name)
    values: dict[str, list[str]] = {}
    for row in rows(source, _TRIPLES.format(iri=iri)):
        term = row["o"]
        text = term.value if isinstance(term, NamedNode) else names.show(term)
        values.setdefault(row["p"].value, []).append(text)  # type: ignore[attr-defined]
    taken = {PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "label", PREFIXES["rdfs"] + "subClassOf"}
    taken |= {
        PREFIXES["skos"] + key for key in ("altLabel", "definition", *(f"{s}Match" for s in _STRENGTHS))
    }
    skos = PREFIXES["skos"]
    matches = {s: values.get(f"{skos}{s}Match", []) for s in _STRENGTHS}
    return Description(
        iri=iri,
        label=names.label(iri),
        synonyms=values.get(skos + "altLabel", []),
        definition=next(iter(values.get(skos + "definition", [])), None),
        types=values.get(PREFIXES["rdf"] + "type", []),
        parents=values.get(PREFIXES["rdfs"] + "subClassOf", []),
        children=[row["child"].value for row in rows(source, _CHILDREN.format(iri=iri))],  # type: ignore[attr-defined]
        alignments={strength: found for strength, found in matches.items() if found},
        others={
            names.label(p): [names.label(v) if v.startswith("http") else v for v in found]
            for p, found in values.items()
            if p not in taken
        },
        facts=[
            (names.show(row.get("id")) or compact(row["fact"].value), names.show(row["sentence"]))  # type: ignore[attr-defined]
            for row in rows(source, _FACTS.format(iri=iri))
        ],
        names=names,
    )
