"""What a merge may find, by name: how grave it is, what it means, and what to do."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from aa_ld.merging.words import OBO
from aa_ld.vocab import compact, printable

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)


class Kind(NamedTuple):
    """A kind of conflict: its severity, its title for people, and the usual remedy."""

    severity: str
    title: str
    remedy: str


#: Every kind, by the word that --fail-on takes.
KINDS = {
    "unsatisfiable": Kind(ERROR, "Classes that can have no instance", "Remove one of the axioms named, or leave that input out."),
    "inconsistent": Kind(ERROR, "Things that cannot be as they are said to be", "Remove one of the statements named."),
    "disagreement": Kind(WARNING, "Reasoners that disagree", "Trust HermiT: the fast check does not know all of OWL."),
    "harmful-entailment": Kind(ERROR, "Entailments that would turn our facts around", "Do not make a property of ours a subproperty of the one named; a match by SKOS is enough."),
    "ours-redefined": Kind(ERROR, "New statements about what is ours", "Give the statements IRIs of their own, or leave that input out."),
    "answer-drift": Kind(ERROR, "Answers that change", "Look at the triples near ours that the input brings; leave it out if they are wrong."),
    "inferred-drift": Kind(ERROR, "Conclusions that change", "Look at the triples near ours that the input brings; leave it out if they are wrong."),
    "contradiction": Kind(ERROR, "Mappings that one set states and another denies", "Ask who curated the pair, and drop one of the two rows."),
    "disjoint-equal": Kind(ERROR, "Disjoint classes made equal through mappings", "Drop the mapping that is wrong, or make it a broader match."),
    "subclass-cycle": Kind(ERROR, "Circles of subclasses", "Remove the axiom of the circle that is wrong; if all are meant, say that the classes are equivalent."),
    "two-kinds": Kind(ERROR, "The same IRI as different kinds of thing", "Correct the declaration in the file that is wrong; an import stub may have the wrong kind."),
    "sources-disagree": Kind(WARNING, "Mapping sources that disagree", "Look which of them is right; make the others a broader or narrower match."),
    "detour": Kind(WARNING, "Matches that lead elsewhere by another way", "One of the three matches is wrong, or is a broader one: correct it."),
    "one-to-many": Kind(WARNING, "One class that exactly matches two of another ontology", "Keep one exact match; make the others broader or narrower."),
    "many-to-one": Kind(WARNING, "Two classes of one ontology that exactly match the same", "Keep one exact match; make the others broader or narrower."),
    "category-clash": Kind(WARNING, "Matches between different categories of thing", "Replace the match by a relation between the two, such as a phenotype of the disease."),
    "relation-label": Kind(WARNING, "Relations with the same name and different IRIs", "If they mean the same, use one; else give one of them another label."),
    "obsolete-referenced": Kind(WARNING, "Obsolete terms still referred to", "Use the replacement, where one is named."),
    "obsolete-resurrected": Kind(WARNING, "Terms obsolete in one input and alive in another", "Take the newer release alone, or the replacement."),
    "label-clash": Kind(NOTE, "Terms with different labels in different inputs", "Take the label of the newer release."),
    "no-parent": Kind(NOTE, "Classes with no parent", "Find out whether the input is a part of an ontology only."),
    "no-replacement": Kind(NOTE, "Obsolete terms without a replacement", "Nothing, unless you use them."),
    "licence": Kind(WARNING, "Licences", "Ask the authors, and do not publish what may not be combined."),
    "no-ontology": Kind(NOTE, "Inputs without any class, property or mapping", "Was this the file you meant? Its triples are in the output."),
}  # fmt: skip


class Conflict(NamedTuple):
    """One thing that was found.

    kind      a word of KINDS
    what      one sentence
    terms     the IRIs that it is about
    files     the inputs that it comes from
    remedy    what to do, where there is more to say than for its kind
    severity  where it is not that of its kind
    details   further lines, such as a justification
    """

    kind: str
    what: str
    terms: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    remedy: str = ""
    severity: str = ""
    details: tuple[str, ...] = ()

    @property
    def grave(self) -> str:
        """How grave it is: "error", "warning" or "note"."""
        return self.severity or KINDS[self.kind].severity

    @property
    def advice(self) -> str:
        """What to do."""
        return self.remedy or KINDS[self.kind].remedy

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "kind": self.kind, "severity": self.grave, "what": self.what, "terms": list(self.terms),
            "files": list(self.files), "remedy": self.advice, "details": list(self.details),
        }  # fmt: skip


_OBO_TERM = re.compile(re.escape(OBO) + r"([A-Za-z]+)_(\w+)")


def short(iri: str) -> str:
    """The name that people use for a term: a CURIE where there is one.

    >>> short("http://purl.obolibrary.org/obo/MONDO_0005340"), short("https://w3id.org/aa-ld/Dupilumab")
    ('MONDO:0005340', 'aa:Dupilumab')
    """
    found = _OBO_TERM.fullmatch(iri)
    return f"{found[1]}:{found[2]}" if found else printable(compact(iri), 200)


def ranked(found: list[Conflict]) -> list[Conflict]:
    """Gravest first, then by kind as KINDS has them, then by terms."""
    kinds = list(KINDS)
    return sorted(found, key=lambda c: (SEVERITIES.index(c.grave), kinds.index(c.kind), c.terms, c.what))
