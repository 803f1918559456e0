"""What a fact may say in the words of Biolink, as the ontology aligns them; nothing is aligned here.

Who reads an edge by subject, predicate and object alone must not be misled, so
a predicate is taken by how firm and how wide the fact is:

    said without reserve, of everyone      the exact, close or broader predicate
    said without reserve, within limits    the exact or broader one; the close one as qualified predicate
    hedged, disputed, concluded, or        biolink:related_to: that a source
    of several things together             relates the two is all that is firm
    said not to be so, without reserve     the exact, close or narrower one, negated, in a file
                                           apart; others may say that it is so
    anything else                          left out, with a reason

A no to something narrower follows from a no to what our predicate says; a no to
something broader does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from aa_ld.exchange.described import POSITIVE, Described, Plain, Term, plain
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES, compact

BIOLINK = PREFIXES["biolink"]
RELATED_TO = BIOLINK + "related_to"
_AA = PREFIXES["aa"]
_SKOS = PREFIXES["skos"]

#: Findings that there is nothing, as values; Biolink has none such.
_NOTHING = frozenset(_AA + name for name in ("Unchanged", "NoEffect", "NoShift"))
_LEVEL, _AGENT, _DIRECTION = "KnowledgeLevelEnum#", "AgentTypeEnum#", "DirectionQualifierEnum#"

_KINDS = ("exact", "close", "broad", "narrow", "related")
_MATCHES = f"""SELECT DISTINCT ?t ?m ?b WHERE {{ VALUES ?m {{ {" ".join(f"<{_SKOS}{kind}Match>" for kind in _KINDS)} }}
  ?t ?m ?b . FILTER(ISIRI(?b) && STRSTARTS(STR(?b), "{BIOLINK}")) }}"""

#: Only what stands right under a class of ours: a merged ontology may be large, and says nothing about Biolink.
_PARENTS = f"""SELECT DISTINCT ?t ?p WHERE {{ ?t <{PREFIXES["rdfs"]}subClassOf> ?p .
  FILTER(ISIRI(?t) && ISIRI(?p) && STRSTARTS(STR(?p), "{_AA}")) }}"""
_TYPES = f"SELECT DISTINCT ?t ?p WHERE {{ ?t a ?p . ?p <{PREFIXES['rdfs']}subClassOf>* <{_AA}Value> }}"


class Told(NamedTuple):
    """How a fact is told: Biolink terms by IRI, empty where there is none.

    qualifiers  slot to values: IRIs or texts of ours, or values of Biolink's enumerations
    """

    predicate: str
    qualified_predicate: str
    negated: bool
    qualifiers: dict[str, list[Term]]
    knowledge_level: str
    agent_type: str


class Biolink:
    """The alignment to Biolink that a source holds, and what it makes of facts."""

    def __init__(self, source: Source) -> None:
        self.plain: Plain = plain(source)
        self._matches: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in rows(source, _MATCHES):
            term, match, ours = (_iri(row[name]) for name in ("t", "m", "b"))
            self._matches[term][match.removeprefix(_SKOS).removesuffix("Match")].append(ours)
        self._parents: dict[str, list[str]] = defaultdict(list)
        for query in (_PARENTS, _TYPES):
            for row in rows(source, query):
                self._parents[_iri(row["t"])].append(_iri(row["p"]))

    def matches(self, term: str, *kinds: str) -> list[str]:
        """The Biolink terms that a term is matched to, kind by kind: "exact", "close", "broad", "narrow", "related"."""
        found = self._matches.get(term, {})
        return [iri for kind in kinds for iri in sorted(found.get(kind, []))]

    def category(self, kinds: Iterable[str]) -> str:
        """The Biolink class nearest to classes of ours, the first of equals; NamedThing where there is none."""
        edge = sorted(kinds)
        seen: set[str] = set()
        while edge:
            found = [
                iri
                for kind in edge
                for iri in self.matches(kind, "exact", "close", "broad")
                if "#" not in iri
            ]
            if found:
                return found[0]
            seen |= set(edge)
            edge = sorted({parent for kind in edge for parent in self._parents.get(kind, [])} - seen)
        return BIOLINK + "NamedThing"

    def tell(self, fact: Described) -> Told | str:
        """How a fact is told, or the reason why it is not."""
        reason = self._untold(fact)
        if reason:
            return reason
        predicate = _first(fact, "predicate")
        single = len(fact.contents()) == 1 and len(fact.values("direction")) <= 1
        if fact.values("polarity") != [POSITIVE]:
            if not (single and fact.is_unreserved()):
                return "it is a no with a reserve, or of several things together, and Biolink's negated is a firm no"
            found = self.matches(predicate, "exact", "close", "narrow")
            none = f"Biolink has no predicate by which a no to {compact(predicate)} can be told"
            return self._told(fact, found[0], "", negated=True) if found else none
        if not (single and self.plain.is_asserted(fact)):
            return self._told(fact, RELATED_TO, "", negated=False)
        if self.plain.holds(fact):
            return self._told(fact, self.matches(predicate, "exact", "close", "broad")[0], "", negated=False)
        wide = self.matches(predicate, "exact", "broad")[:1] or [RELATED_TO]
        return self._told(fact, wide[0], next(iter(self.matches(predicate, "close")), ""), negated=False)

    def _untold(self, fact: Described) -> str:
        """Why a fact cannot be an edge at all; empty where it can."""
        predicate = _first(fact, "predicate")
        if not fact.contents():
            return "it has no subject, predicate and object that are terms"
        if any(not isinstance(value, NamedNode) for value in fact.values("object")):
            return "its object is a text, and an edge links two nodes"
        if not self.matches(predicate, "exact", "close", "broad", "narrow"):
            return f"Biolink has no predicate for {compact(predicate)}"
        found = [
            v
            for name in ("direction", "effect", "verdict", "th1Direction", "th2Direction")
            for v in fact.values(name)
        ]
        told = {_iri(value) for value in found if isinstance(value, NamedNode)}
        if told and told <= _NOTHING:
            return "it finds no change, for which Biolink has no value, and the edge would tell of a relation"
        return ""

    def _told(self, fact: Described, predicate: str, qualified: str, *, negated: bool) -> Told:
        firm = predicate != RELATED_TO or bool(qualified)
        return Told(
            predicate,
            qualified,
            negated,
            {**self._contexts(fact), **(self._directions(fact) if firm else {})},
            self._level(fact),
            self._agent(fact),
        )

    def _contexts(self, fact: Described) -> dict[str, list[Term]]:
        """Where, when and in whom, as far as Biolink has slots; terms and texts, never "not stated"."""
        found: dict[str, list[Term]] = defaultdict(list)
        for predicate, values in fact.own.items():
            for slot in self.matches(predicate, "related"):
                if slot.endswith("_context_qualifier"):
                    stated = [value for value in values if not self.plain.says_nothing([value])]
                    found[slot] += [meant for value in stated for meant in self._meant(value)]
        return {slot: found[slot] for slot in sorted(found) if found[slot]}

    def _meant(self, value: Term) -> list[Term]:
        """A value of Biolink's for a value of ours where it has one; a value without such tells Biolink nothing."""
        if not isinstance(value, NamedNode):
            return [value] if isinstance(value, Literal) else []
        enumerated = self.matches(value.value, "related")
        if enumerated:
            return [NamedNode(iri) for iri in enumerated]
        is_value = _AA + "Value" in self._above(value.value)
        return [] if is_value else [value]

    def _above(self, term: str) -> set[str]:
        seen, edge = set(), {term}
        while edge:
            seen |= edge
            edge = {parent for kind in edge for parent in self._parents.get(kind, [])} - seen
        return seen

    def _directions(self, fact: Described) -> dict[str, list[Term]]:
        """Which way it goes, at the end of the edge that the ontology says."""
        predicate = _first(fact, "predicate")
        given = [_iri(value) for value in fact.values("direction") if isinstance(value, NamedNode)]
        found = [d for term in given or [predicate] for d in self.matches(term, "related") if _DIRECTION in d]
        slots = [slot for slot in self.matches(predicate, "related") if slot.endswith("_direction_qualifier")]
        return {slot: [NamedNode(found[0])] for slot in slots if len(found) == 1}

    def _level(self, fact: Described) -> str:
        """What kind of knowledge it is: by its reserve, what it assumes, its tier, its evidence, then its class."""
        kinds = [value for line in fact.lines() for value in line.get(_AA + "kind", [])]
        asked = [
            *(fact.values(name) for name in ("certainty", "assumption", "tier")),
            kinds,
            fact.own.get(_TYPE, []),
        ]
        return next(
            (level for terms in asked for level in self._nearest(terms, _LEVEL)),
            BIOLINK + _LEVEL + "not_provided",
        )

    def _agent(self, fact: Described) -> str:
        """Who says so: whoever wrote its evidence lines, or its rule."""
        kinds: list[Term] = [kind for node in fact.lines() for kind in node.get(_TYPE, [])]
        kinds += [
            kind for rule in fact.values("rule") for kind in fact.others.get(_iri(rule), {}).get(_TYPE, [])
        ]
        return next(iter(self._nearest(kinds, _AGENT)), BIOLINK + _AGENT + "not_provided")

    def _nearest(self, terms: Iterable[Term], enumeration: str) -> list[str]:
        """The values of an enumeration that terms, or what stands above them, are related to."""
        edge, seen = sorted({_iri(term) for term in terms if isinstance(term, NamedNode)}), set[str]()
        while edge:
            found = sorted(
                {iri for term in edge for iri in self.matches(term, "related") if enumeration in iri}
            )
            if found:
                return found
            seen |= set(edge)
            edge = sorted({parent for term in edge for parent in self._parents.get(term, [])} - seen)
        return []


_TYPE = PREFIXES["rdf"] + "type"


def _first(fact: Described, name: str) -> str:
    return next((value.value for value in fact.values(name) if isinstance(value, NamedNode)), "")


def _iri(term: object) -> str:
    assert isinstance(term, NamedNode)
    return term.value
