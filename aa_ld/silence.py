"""What an answer does not hold: on what the sources are silent, which is no no, and what they deny."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from pyoxigraph import NamedNode

from aa_ld.fact import Fact, read_facts
from aa_ld.store import Source, rows, value_of
from aa_ld.vocab import expand

_NEGATIVE = """
PREFIX aa: <https://w3id.org/aa-ld/>
SELECT DISTINCT ?fact ?subject WHERE { ?fact aa:polarity aa:Negative ; aa:subject ?subject ; aa:evidence ?line }"""

_NAMED_BY_FACTS = """
PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?member WHERE {{
  ?fact a/rdfs:subClassOf* aa:DomainFact ; aa:subject|aa:object ?member .
  ?member rdfs:subClassOf+ <{category}> .
}} ORDER BY ?member"""


def silent_and_denied(  # noqa: PLR0913, PLR0917 - what an answer knows
    source: Source,
    rows_of: Iterable[Mapping[str, object]],
    silence: tuple[str, str] | None,
    named: Iterable[str],
    known: Container[str],
    most: int | None = None,
) -> tuple[list[str], list[Fact], int]:
    """The IRIs that loaded facts name and no row does, and the facts that say no about what rows or `named` name, with their number.

    rows_of  rows of an answer, which are read once
    silence  a column, and the class whose members are looked for in it; None to look for none
    known    IRIs of facts that the answer shows anyhow
    most     how many facts that say no are read, the first by IRI; None for all

    What is denied is not silent. See aa_ld.ask for an example.
    """
    denials = [(value_of(row["fact"]), value_of(row["subject"])) for row in rows(source, _NEGATIVE)]
    subjects = {subject for _, subject in denials}
    column, category = silence or ("", "")
    answered, met = set(), set(named)
    for row in rows_of:
        answered.add(value_of(row.get(column)))
        met |= subjects & {term.value for term in row.values() if isinstance(term, NamedNode)}
    silent = [iri for iri in _members(source, category) if iri not in answered] if column else []
    met |= set(silent)
    wanted = sorted({fact for fact, subject in denials if subject in met and fact not in known})
    denied = read_facts(source, wanted[:most]) if wanted else []
    saying_no = set(wanted)
    spoken_of = {subject for fact, subject in denials if fact in saying_no}
    return [iri for iri in silent if iri not in spoken_of], denied, len(wanted)


def _members(source: Source, category: str) -> list[str]:
    """Members of a category that loaded facts name."""
    query = _NAMED_BY_FACTS.format(category=expand(category) or category)
    return [value_of(row["member"]) for row in rows(source, query)]
