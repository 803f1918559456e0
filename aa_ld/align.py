"""Propose mappings between two ontologies, each with what speaks for it; none is ever accepted silently.

Names are compared as people mean them: without case, accents, punctuation and
the order of words, and without plural endings. A mapping that somebody curated
is not proposed again, and one that somebody denied is not proposed at all.
Justifications are those of SSSOM (https://mapping-commons.github.io/sssom/).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.exchange.nodes import curie
from aa_ld.vocab import PREFIXES

_OBO_IN_OWL = PREFIXES["oboInOwl"]
_SKOS, _RDFS, _OWL = (PREFIXES[name] for name in ("skos", "rdfs", "owl"))

#: Properties that name a term, and how much they say: 0 its label, 1 what means the same, 2 what is near.
_NAMES = {
    _RDFS + "label": 0,
    _SKOS + "prefLabel": 0,
    _SKOS + "altLabel": 1,
    _OBO_IN_OWL + "hasExactSynonym": 1,
    _OBO_IN_OWL + "hasRelatedSynonym": 2,
    _OBO_IN_OWL + "hasBroadSynonym": 2,
    _OBO_IN_OWL + "hasNarrowSynonym": 2,
}
_SAME = frozenset([_SKOS + "exactMatch", _OWL + "equivalentClass"])
_XREF = _OBO_IN_OWL + "hasDbXref"
_FIELDS = {0: "rdfs:label", 1: "oboInOwl:hasExactSynonym", 2: "oboInOwl:hasRelatedSynonym"}

#: How sure a proposal is at most, by the less telling of the two names.
_CONFIDENCE = {0: 0.95, 1: 0.85, 2: 0.5}
_SHARED, _ALIKE = (
    0.9,
    0.9,
)  # by an identifier that both refer to; what a name counts that is not quite the same

LEXICAL, CHAINED = "semapv:LexicalMatching", "semapv:MappingChaining"


class Proposal(NamedTuple):
    """A mapping that somebody should look at.

    subject, object   IRIs
    confidence        0 to 1: how often such a proposal was right, roughly
    justification     semapv:LexicalMatching or semapv:MappingChaining
    subject_field, object_field   which names were compared
    name              what they have in common: the name, or the identifier
    rivals            how many other terms of either side the same names would allow
    """

    subject: str
    object: str
    confidence: float
    justification: str
    subject_field: str
    object_field: str
    name: str
    rivals: int


class Lexicon:
    """The names and the identifiers of the live terms of an ontology.

    begins  the beginnings of IRIs of terms that count; of all, if there are none
    """

    def __init__(self, triples: Iterable[Triple], begins: tuple[str, ...] = ()) -> None:
        self.labels: dict[str, str] = {}
        self.by_name: dict[str, dict[str, tuple[int, bool, str]]] = defaultdict(dict)
        self.by_identifier: dict[str, set[str]] = defaultdict(set)
        self.same: set[tuple[str, str]] = set()
        gone: set[str] = set()
        for triple in triples:
            subject, predicate, value = triple.subject, triple.predicate.value, triple.object
            if not isinstance(subject, NamedNode) or (begins and not subject.value.startswith(begins)):
                continue
            if predicate == _OWL + "deprecated":
                gone.add(subject.value)
            elif predicate in _NAMES and isinstance(value, Literal) and _is_english(value):
                self._name(subject.value, _NAMES[predicate], value.value)
            elif predicate in _SAME and isinstance(value, NamedNode):
                self.same.add((subject.value, value.value))
                self.by_identifier[_folded(curie(value.value))].add(subject.value)
            elif predicate == _XREF and isinstance(value, Literal):
                self.by_identifier[_folded(value.value)].add(subject.value)
        self._forget(gone)

    def _name(self, term: str, rank: int, name: str) -> None:
        if rank == 0:
            self.labels.setdefault(term, name)
        for key, is_exact in keys(name):
            known = self.by_name[key].get(term)
            if known is None or (rank, not is_exact) < (known[0], not known[1]):
                self.by_name[key][term] = (rank, is_exact, name)

    def _forget(self, gone: set[str]) -> None:
        for term in gone:
            self.labels.pop(term, None)
        for found in self.by_name.values():
            for term in gone & found.keys():
                del found[term]
        for terms in self.by_identifier.values():
            terms.difference_update(gone)


def align(
    ours: Lexicon,
    theirs: Lexicon,
    curated: Iterable[tuple[str, str]] = (),
    denied: Iterable[tuple[str, str]] = (),
    least: float = 0.5,
) -> list[Proposal]:
    """Pairs of terms that may mean the same, the surest first.

    curated  pairs that somebody has mapped: not proposed again
    denied   pairs that somebody has looked at and found to be different: never proposed
    least    the least confidence of a proposal

    >>> from pyoxigraph import RdfFormat, parse
    >>> def lexicon(text): return Lexicon(quad.triple for quad in parse(text, RdfFormat.TURTLE))
    >>> one = lexicon('<urn:a> <http://www.w3.org/2000/01/rdf-schema#label> "Alopecia areata" .')
    >>> two = lexicon('<urn:b> <http://www.w3.org/2000/01/rdf-schema#label> "areata, alopecia" .')
    >>> [(p.subject, p.object, p.name) for p in align(one, two)]
    [('urn:a', 'urn:b', 'alopecia areata')]
    """
    skipped = {frozenset(pair) for pair in (*curated, *denied, *ours.same, *theirs.same)}
    found: dict[tuple[str, str], Proposal] = {}
    for proposal in (*_by_name(ours, theirs), *_by_identifier(ours, theirs)):
        pair = proposal.subject, proposal.object
        old = found.get(pair)
        better = old is None or proposal.confidence > old.confidence
        if better and proposal.subject != proposal.object and frozenset(pair) not in skipped:
            found[pair] = proposal
    return sorted(_with_rivals(found.values(), least), key=lambda p: (-p.confidence, p.subject, p.object))


def _by_name(ours: Lexicon, theirs: Lexicon) -> Iterable[Proposal]:
    for key in ours.by_name.keys() & theirs.by_name.keys():
        for subject, (rank, exact, name) in ours.by_name[key].items():
            for other, (rank_, exact_, _) in theirs.by_name[key].items():
                sure = _CONFIDENCE[max(rank, rank_)] * (1 if exact and exact_ else _ALIKE)
                yield Proposal(
                    subject, other, round(sure, 3), LEXICAL, _FIELDS[rank], _FIELDS[rank_], name.lower(), 0
                )


def _by_identifier(ours: Lexicon, theirs: Lexicon) -> Iterable[Proposal]:
    for key in ours.by_identifier.keys() & theirs.by_identifier.keys():
        for subject in ours.by_identifier[key]:
            for other in theirs.by_identifier[key]:
                field = "oboInOwl:hasDbXref"
                yield Proposal(subject, other, _SHARED, CHAINED, field, field, key, 0)


def _with_rivals(found: Iterable[Proposal], least: float) -> Iterable[Proposal]:
    """Proposals with what competes with them: of several for one term at most the surest can be right."""
    listed = list(found)
    best: dict[str, list[float]] = defaultdict(list)
    for each in listed:
        for term in (each.subject, each.object):
            best[term].append(each.confidence)
    for each in listed:
        rivals = max(
            sum(other >= each.confidence for other in best[term]) - 1 for term in (each.subject, each.object)
        )
        sure = round(each.confidence / (1 + rivals), 3)
        if sure >= least:
            yield each._replace(confidence=sure, rivals=rivals)


def measured(proposals: Iterable[Proposal], known: Iterable[tuple[str, str]]) -> dict[str, float]:
    """How proposals compare with mappings that are known: precision, recall, and the counts they are made of.

    Only proposals about terms that the known mappings speak of count as wrong,
    as of the others nobody said whether they are right.

    >>> measured([Proposal("urn:a", "urn:b", 1, "", "", "", "", 0)], [("urn:a", "urn:b"), ("urn:c", "urn:d")])
    {'right': 1, 'wrong': 0, 'missed': 1, 'unjudged': 0, 'precision': 1.0, 'recall': 0.5}
    """
    truth = {frozenset(pair) for pair in known}
    spoken = {term for pair in truth for term in pair}
    made = {frozenset((p.subject, p.object)): p for p in proposals}
    right = len(made.keys() & truth)
    judged = sum(bool(spoken & pair) for pair in made)
    return {
        "right": right,
        "wrong": judged - right,
        "missed": len(truth) - right,
        "unjudged": len(made) - judged,
        "precision": round(right / judged, 4) if judged else 0.0,
        "recall": round(right / len(truth), 4) if truth else 0.0,
    }


# -- names


@lru_cache(maxsize=200_000)
def keys(name: str) -> tuple[tuple[str, bool], ...]:
    """What a name is found by, and whether that keeps all of it.

    >>> keys("Diseases, Skin")
    (('diseases skin', True), ('disease skin', False))
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    for letter, written in _GREEK.items():
        plain = plain.replace(letter, written)
    words = re.findall(r"[a-z0-9+]+", plain.replace("'s", ""))
    if not words:
        return ()
    if len(words) == 1 and len(words[0]) <= _SHORT:
        return ((name.strip(), True),)  # an abbreviation means something only as it is written
    ordered = sorted(words) if "," in name else words
    whole = " ".join(sorted(ordered))
    stem = " ".join(sorted(_singular(word) for word in words))
    return ((whole, True),) if whole == stem else ((whole, True), (stem, False))


_SHORT = 4
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa"}


def _singular(word: str) -> str:
    if len(word) > _SHORT and word.endswith("ies"):
        return word[:-3] + "y"
    return (
        word[:-1]
        if len(word) > _SHORT and word.endswith("s") and not word.endswith(("ss", "us", "is"))
        else word
    )


def _is_english(value: Literal) -> bool:
    return (value.language or "en").split("-")[0] == "en"


def _folded(identifier: str) -> str:
    prefix, colon, local = identifier.partition(":")
    return f"{_SPELLINGS.get(prefix.upper(), prefix.upper())}{colon}{local}"


#: Prefixes of cross-references that stand for the same.
_SPELLINGS = {
    "MSH": "MESH",
    "MESH_ID": "MESH",
    "DOID_ID": "DOID",
    "UNIPROT": "UNIPROTKB",
    "SNOMEDCT_US": "SNOMEDCT",
    "SCTID": "SNOMEDCT",
}
