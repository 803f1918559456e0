"""A fact with all that is said of it: what every exchange format has to carry, and what may be said plainly.

A fact is its own triples, those of its evidence lines, their spans and
publications, its cohort, its rule, and the conflicts that it stands in. A format
keeps these triples; whatever else it writes can be made from them again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from aa_ld.errors import RdfSyntaxError
from aa_ld.fact import Fact
from aa_ld.store import Merged, Source, rows
from aa_ld.vocab import PREFIXES, RDF_TYPE

_AA = PREFIXES["aa"]
_OWL = PREFIXES["owl"]

#: From a fact to what belongs to it: nodes of its own, or shared with other facts, and never a word of the ontology.
_OWNED = frozenset(
    [_AA + name for name in (
        "evidence", "publication", "part", "span", "focus", "hedgeSpan", "cueSpan", "cohort", "rule",
    )] + [PREFIXES["oa"] + "hasSource"]
)  # fmt: skip

#: Properties of a fact that take nothing away from its triple: names, remarks, bookkeeping.
_NEUTRAL = frozenset(
    [_AA + name for name in (
        "subject", "predicate", "object", "polarity", "certainty", "evidence", "confidence", "implied",
        "concept", "heading", "qualifier", "majorTopic", "coveredBy", "notCovered", "repeats",
    )] + [RDF_TYPE, PREFIXES["rdfs"] + "label", PREFIXES["dcterms"] + "identifier", PREFIXES["skos"] + "editorialNote"]
)  # fmt: skip

#: What takes a fact back.
_WITHDRAWN = frozenset([PREFIXES["dcterms"] + "isReplacedBy", _OWL + "deprecated"])

_DENIED = f"""PREFIX aa: <{_AA}> SELECT DISTINCT ?s ?p ?o WHERE {{
  ?fact aa:polarity aa:Negative ; aa:subject ?s ; aa:predicate ?p ; aa:object ?o . FILTER(ISIRI(?s) && ISIRI(?p)) }}"""

_BATCH = 200
_AT_ONCE = 400  # facts that are described together where there are many

POSITIVE = NamedNode(_AA + "Positive")

Term = NamedNode | BlankNode | Literal | Triple


class Described(NamedTuple):
    """A fact by IRI, and the triples that make it up.

    own     predicate IRI to values, of the fact itself, sorted
    others  the same by IRI of each other node: evidence lines, spans, publications, cohort, rule, conflicts
    """

    iri: str
    own: dict[str, list[Term]]
    others: dict[str, dict[str, list[Term]]]

    def values(self, name: str) -> list[Term]:
        """The values of a property of ours, "population" for example.

        >>> from aa_ld.store import open_layers
        >>> fact = describe(open_layers(["review"]), [PREFIXES["fact"] + "serum-interleukin-4-raised"])[0]
        >>> [str(value) for value in fact.values("compartment")]
        ['<https://w3id.org/aa-ld/Serum>']
        """
        return self.own.get(_AA + name, [])

    def triples(self) -> Iterator[Triple]:
        """Each triple once, those of the fact first."""
        for iri, said in [(self.iri, self.own), *self.others.items()]:
            for predicate, values in said.items():
                for value in values:
                    yield Triple(NamedNode(iri), NamedNode(predicate), value)

    def contents(self) -> list[Triple]:
        """Subject, predicate and object of the fact as triples, each subject with each object.

        Whoever writes one of them down without a sign that it is only spoken of asserts it.
        """
        return [
            Triple(subject, predicate, value)
            for subject in self.values("subject")
            for predicate in self.values("predicate")
            for value in self.values("object")
            if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode)
        ]

    def lines(self) -> list[dict[str, list[Term]]]:
        """What is said of each evidence line."""
        return [
            self.others.get(line.value, {}) for line in self.values("evidence") if isinstance(line, NamedNode)
        ]

    def is_unreserved(self) -> bool:
        """Whether every source says it, or that it is not so, firmly: no hedge, not taken back, and not a conclusion."""
        lines = self.lines()
        return (
            self.values("certainty") == [NamedNode(_AA + "Asserted")]
            and bool(lines)
            and all(line.get(_AA + "stance") == [NamedNode(_AA + "Supports")] for line in lines)
            and not any(_AA + "hedge" in line for line in lines)
            and not self.own.keys() & _WITHDRAWN
        )

    def conflicts(self) -> list[str]:
        """The IRIs of the conflicts in which the fact stands."""
        return [
            iri for iri, said in self.others.items() if NamedNode(self.iri) in said.get(_AA + "between", [])
        ]


def describe(source: Source, facts: Iterable[Fact | str]) -> list[Described]:
    """Facts, given as such or by IRI, with all that belongs to each, by IRI.

    What the source does not know is left out.
    """
    wanted = sorted({fact if isinstance(fact, str) else fact.iri for fact in facts})
    conflicts = _conflicts(source, wanted)
    once = dict.fromkeys([*wanted, *chain.from_iterable(conflicts.values())])  # many facts share a conflict
    said = _said(source, list(once))
    edge = set(said)
    while edge:
        further = _objects(said, edge) - set(said)
        found = _said(source, sorted(further))
        # A word of the ontology, "not stated" for one, belongs to no fact.
        found = {iri: own for iri, own in found.items() if not _is_word(own)}
        said.update(found)
        edge = set(found)
    return [Described(iri, said[iri], _others(iri, said, conflicts[iri])) for iri in wanted if iri in said]


class DescribedAnew:
    """Facts with all that belongs to each, described a few at a time whenever they are gone through.

    facts  gives their IRIs, sorted

    >>> from aa_ld.store import open_layers
    >>> found = DescribedAnew(open_layers(), lambda: [PREFIXES["fact"] + "serum-interleukin-4-raised"])
    >>> [len(fact.lines()) for fact in found], list(found) == list(found)
    ([1], True)
    """

    def __init__(self, source: Source, facts: Callable[[], Iterable[str]]) -> None:
        self._source, self._facts = source, facts
        self._all: list[Described] | None = None  # if they are few

    def __iter__(self) -> Iterator[Described]:
        return self._anew() if self._all is None else iter(self._all)

    def _anew(self) -> Iterator[Described]:
        waiting = iter(self._facts())
        part = list(islice(waiting, _AT_ONCE))
        further = list(islice(waiting, _AT_ONCE))
        if not further:
            self._all = describe(self._source, part)
            yield from self._all
            return
        while part:
            yield from describe(self._source, part)
            part, further = further, list(islice(waiting, _AT_ONCE))


def described(triples: Iterable[Triple]) -> list[Described]:
    """The facts that stand in triples: what has evidence or a rule."""
    store = Merged(Quad(t.subject, t.predicate, t.object) for t in triples)
    grounds = rows(store, f"SELECT DISTINCT ?f WHERE {{ ?f <{_AA}evidence>|<{_AA}rule> ?ground }}")
    return describe(store, [row["f"].value for row in grounds if isinstance(row["f"], NamedNode)])


def facts_of(facts: Iterable[Described]) -> list[Fact]:
    """The same as values of aa_ld.fact, by identifier."""
    from aa_ld.fact import read_facts

    found = list(facts)
    store = Merged(Quad(t.subject, t.predicate, t.object) for fact in found for t in fact.triples())
    return read_facts(store, [fact.iri for fact in found]) if found else []


class Plain(NamedTuple):
    """What decides whether the triple of a fact may be written down as it is, for readers who see nothing else.

    empty   IRIs of the values that stand where there is none, such as "not stated"
    denied  triples that some fact of the source says are not so
    """

    empty: frozenset[str]
    denied: frozenset[Triple]

    def holds(self, fact: Described) -> bool:
        """Whether the source says it without reserve and of everyone.

        That is: asserted, not negative, no hedge, one subject and one object, no
        scope, nothing against it, not replaced, and not a conclusion.
        """
        return (
            self.is_asserted(fact)
            and len(fact.contents()) == 1
            and all(p in _NEUTRAL or self.says_nothing(values) for p, values in fact.own.items())
        )

    def is_asserted(self, fact: Described) -> bool:
        """Whether sources say that it is so without reserve, and nothing that is loaded speaks against it."""
        return (
            fact.is_unreserved()
            and fact.values("polarity") == [POSITIVE]
            and not fact.conflicts()
            and self.denied.isdisjoint(fact.contents())
        )

    def says_nothing(self, values: Iterable[Term]) -> bool:
        """Whether all of these stand where there is no value."""
        return all(isinstance(value, NamedNode) and value.value in self.empty for value in values)


def plain(source: Source) -> Plain:
    """What the facts of a source leave to be said plainly."""
    empty = rows(source, f"SELECT ?v WHERE {{ ?v a <{_AA}NoValue> }}")
    denied = rows(source, _DENIED)
    return Plain(
        frozenset(row["v"].value for row in empty if isinstance(row["v"], NamedNode)),
        frozenset(Triple(row["s"], row["p"], row["o"]) for row in denied),  # type: ignore[arg-type]
    )


def untellable(fact: Described) -> str:
    """Why no format can give a fact back as it is; empty where all can."""
    objects = [o for said in (fact.own, *fact.others.values()) for values in said.values() for o in values]
    if any(isinstance(value, BlankNode | Triple) for value in objects):
        return "a part of it has no name, so it cannot be told from others"
    if any(isinstance(value, Literal) and value.direction is not None for value in objects):
        return "a text of it has a base direction, which most formats have no place for"
    return ""


def parsed(text: str, syntax: object, where: str) -> list[Quad]:
    """The quads of a text in Turtle or TriG, RDF 1.2 too.

    Raises NestingError, and RdfSyntaxError with line and column.
    """
    return list(quads_of(text, syntax, where))


def quads_of(text: str, syntax: object, where: str) -> Iterator[Quad]:
    """The same, read when they are asked for."""
    from pyoxigraph import parse

    from aa_ld.intake import check_nesting

    data = text.encode("utf-8", "surrogatepass")
    check_nesting(data, where)
    try:
        yield from parse(data, syntax)  # type: ignore[arg-type]
    except SyntaxError as error:
        place = f"{where}, line {error.lineno}, column {error.offset}"
        raise RdfSyntaxError(place, f"This cannot be read: {error.msg}.", "Correct the text.") from None


def key(term: Term) -> tuple[str, str]:
    """What terms are sorted by: their N-Triples form."""
    return type(term).__name__, str(term)


def _said(source: Source, iris: list[str]) -> dict[str, dict[str, list[Term]]]:
    """What is said of each, sorted."""
    found: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for start in range(0, len(iris), _BATCH):
        values = " ".join(f"<{iri}>" for iri in iris[start : start + _BATCH])
        query = f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"
        for row in rows(source, query):
            subject, predicate, value = row["s"], row["p"], row["o"]
            assert isinstance(subject, NamedNode) and isinstance(predicate, NamedNode)
            found[subject.value][predicate.value].append(value)  # type: ignore[arg-type]
    return {s: {p: sorted(own[p], key=key) for p in sorted(own)} for s, own in sorted(found.items())}


def _conflicts(source: Source, facts: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {iri: [] for iri in facts}
    for start in range(0, len(facts), _BATCH):
        values = " ".join(f"<{iri}>" for iri in facts[start : start + _BATCH])
        query = f"SELECT DISTINCT ?f ?c WHERE {{ VALUES ?f {{ {values} }} ?c <{_AA}between> ?f }}"
        for row in rows(source, query):
            fact, conflict = row["f"], row["c"]
            if isinstance(fact, NamedNode) and isinstance(conflict, NamedNode):
                found[fact.value].append(conflict.value)
    return {iri: sorted(conflicts) for iri, conflicts in found.items()}


def _objects(said: dict[str, dict[str, list[Term]]], subjects: Iterable[str]) -> set[str]:
    return {
        value.value
        for subject in subjects
        for predicate in said[subject].keys() & _OWNED
        for value in said[subject][predicate]
        if isinstance(value, NamedNode)
    }


def _others(
    iri: str, said: dict[str, dict[str, list[Term]]], conflicts: list[str]
) -> dict[str, dict[str, list[Term]]]:
    """What belongs to one fact besides itself, by IRI."""
    reached, edge = set(conflicts), _objects(said, [iri])
    while edge := {other for other in edge if other in said and other not in reached}:
        reached |= edge
        edge = _objects(said, edge)
    return {other: said[other] for other in sorted(reached - {iri})}


def _is_word(own: dict[str, list[Term]]) -> bool:
    return any(isinstance(kind, NamedNode) and kind.value.startswith(_OWL) for kind in own.get(RDF_TYPE, []))
