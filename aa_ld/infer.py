"""Infer: carry out the rules, so that what follows stands beside what is said, with its premises.

A rule runs as it stands, in whatever runs SPARQL. What it constructs is
finished here: the certainty from the premises, the name from rule and
premises, the sentence. The same facts give the same bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import chain, islice
from typing import Any, NamedTuple, Protocol

from pyoxigraph import Literal, NamedNode, Quad, Triple

from aa_ld.rule import Rule, in_order, read_rules
from aa_ld.store import Layers, Merged, Source, rows, value_of
from aa_ld.vocab import INFERRED, PREFIXES, RDF_TYPE, compact, graph_iri

_AA = PREFIXES["aa"]
_PREMISE = NamedNode(PREFIXES["prov"] + "wasDerivedFrom")
_LABEL = NamedNode(PREFIXES["rdfs"] + "label")
_TYPE = NamedNode(RDF_TYPE)
_CERTAINTY, _RULE = NamedNode(_AA + "certainty"), NamedNode(_AA + "rule")
_SUBJECT, _OBJECT = NamedNode(_AA + "subject"), NamedNode(_AA + "object")
_EVIDENCE = NamedNode(_AA + "evidence")
_CONFIDENCE, _ACCEPTED = NamedNode(_AA + "confidence"), NamedNode(_AA + "AcceptedMediumConfidence")
_NO_VALUE = {_AA + "NotStated", _AA + "NotApplicable"}

#: What a prediction may be called, from firm to weak: one step down is the next of these.
_LADDER = ("Asserted", "Likely", "Reported", "Possible")

#: From how many triples on the rules run part by part, and of how many treatments a part tells.
_MANY, _AT_ONCE = 30_000, 200

#: Facts whose subject is a treatment.
_OF_TREATMENTS = (NamedNode(_AA + "PharmacologicalAction"), NamedNode(_AA + "BiomarkerChange"))

#: Of ranks in a file of a user, only what is one counts; the shapes tell of the rest.
INTEGERS = f"FILTER(DATATYPE(?rank) = <{PREFIXES['xsd']}integer>)"
_RANKS = f"SELECT ?certainty ?rank WHERE {{ ?certainty <{_AA}rank> ?rank {INTEGERS} }}"
_OF_PREMISES = "SELECT ?fact ?certainty WHERE { VALUES ?fact { %s } ?fact <%scertainty> ?certainty }"
_UNSURE = f"SELECT ?fact WHERE {{ ?fact <{_CONFIDENCE.value}> <{_ACCEPTED.value}> }}"
_LABELS = "SELECT ?iri ?label WHERE { VALUES ?iri { %s } ?iri <%s> ?label }"
_AGENTS = """
PREFIX aa: <https://w3id.org/aa-ld/>
SELECT DISTINCT ?agent WHERE {
  VALUES ?fact { %s }
  { ?fact aa:subject ?agent } UNION { ?fact aa:subject ?term . ?other aa:object ?term ; aa:subject ?agent }
}"""


class Constructing(Source, Protocol):
    """Anything that can run a SPARQL SELECT and a CONSTRUCT."""

    def construct(self, query: str) -> Iterable[Triple]:
        """Run a CONSTRUCT."""
        ...


#: A conclusion as constructed: predicate to objects.
Draft = dict[NamedNode, set[object]]


class Inference(NamedTuple):
    """What a run of the rules gave.

    given    rule name to the number of its conclusions
    risen    IRIs of conclusions that were not there before
    fallen   IRIs of conclusions that no longer hold
    """

    given: dict[str, int]
    risen: frozenset[str]
    fallen: frozenset[str]


def infer(layers: Layers, rules: Iterable[Rule] | None = None) -> Inference:
    """Carry out rules over opened layers, and put what follows into the layer `inferred`.

    What the layer held before is replaced. Without `rules`, the shipped ones.

    Raises CyclicRulesError.

    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> infer(layers).given["endotype-risk-unstated"]
    1
    >>> infer(layers).risen  # a second run adds nothing
    frozenset()
    """
    before = _conclusions(layers)
    layers.clear(INFERRED)
    given = _run(layers, in_order(read_rules().values() if rules is None else rules), None)
    after = _conclusions(layers)
    return Inference(given, frozenset(after - before), frozenset(before - after))


def update(layers: Layers, added: Iterable[str], rules: Iterable[Rule] | None = None) -> Inference:
    """Bring the layer `inferred` up to date after facts were added.

    `added` are the IRIs of the facts. To change one, take it away through
    `without`, add it anew, then call this. Only conclusions about
    treatments that an added fact speaks of, itself or through a mediator, are
    made anew: a rule tells of one treatment at a time.
    """
    agents = _agents(layers, added)
    return _redo(layers, agents, rules)


def without(layers: Layers, facts: Iterable[str], rules: Iterable[Rule] | None = None) -> Inference:
    """Take facts away, by IRI, and with them all that rested on them."""
    gone = list(facts)
    agents = _agents(layers, gone)
    for fact in gone:
        layers.remove(fact)
    return _redo(layers, agents, rules)


def _redo(layers: Layers, agents: list[str], rules: Iterable[Rule] | None) -> Inference:
    order = in_order(read_rules().values() if rules is None else rules)
    if not agents:
        return Inference({rule.name: 0 for rule in order}, frozenset(), frozenset())
    before = _conclusions_on(layers, agents)
    for fact in before:
        layers.remove(fact)
    given = _run(layers, order, agents)
    _forget_idle_rules(layers)
    after = _conclusions_on(layers, agents)
    return Inference(given, frozenset(after - before), frozenset(before - after))


def _forget_idle_rules(layers: Layers) -> None:
    """A rule that no longer concludes anything is not named in the layer, as after a fresh run."""
    graph = NamedNode(graph_iri(INFERRED))
    for quad in list(layers.store.quads_for_pattern(None, _TYPE, NamedNode(_AA + "Rule"), graph)):
        if next(layers.store.quads_for_pattern(None, _RULE, quad.subject, graph), None) is None:
            layers.remove(quad.subject.value)  # type: ignore[union-attr]


def _agents(layers: Layers, facts: Iterable[str]) -> list[str]:
    """The treatments that facts speak of: as their subject, or through the mediator that is their subject."""
    wanted = " ".join(f"<{fact}>" for fact in facts)
    found = rows(layers, _AGENTS % wanted) if wanted else []
    return sorted({row["agent"].value for row in found if isinstance(row["agent"], NamedNode)})


def _conclusions(layers: Layers) -> set[str]:
    quads = layers.store.quads_for_pattern(None, _RULE, None, NamedNode(graph_iri(INFERRED)))
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def _conclusions_on(layers: Layers, agents: Iterable[str]) -> set[str]:
    graph = NamedNode(graph_iri(INFERRED))
    found = (layers.store.quads_for_pattern(None, _SUBJECT, NamedNode(agent), graph) for agent in agents)
    return {quad.subject.value for quads in found for quad in quads if isinstance(quad.subject, NamedNode)}


def _run(layers: Layers, order: list[Rule], agents: list[str] | None) -> dict[str, int]:
    if agents is not None or len(layers.store) <= _MANY:
        _conclude(layers, layers, order, agents)
    else:
        for part in _parts(layers):
            _conclude(part, layers, order, None)
    graph = NamedNode(graph_iri(INFERRED))
    return {
        rule.name: sum(1 for _ in layers.store.quads_for_pattern(None, _RULE, NamedNode(rule.iri), graph))
        for rule in order
    }


def _conclude(asked: Layers | Merged, layers: Layers, order: list[Rule], agents: list[str] | None) -> None:
    """Carry out rules over `asked`, each over what those before gave too; what follows goes into `layers`."""

    def keep(quads: list[Quad]) -> None:
        layers.extend(quads, INFERRED)
        if isinstance(asked, Merged):
            asked.extend(quads)

    conclude(asked, order, keep, agents)


def conclude(
    asked: Constructing,
    order: Iterable[Rule],
    keep: Callable[[list[Quad]], None],
    agents: list[str] | None = None,
) -> None:
    """Carry out rules in this order, wherever CONSTRUCT runs; what each gives is told to `keep` before the next.

    agents  the treatments that are spoken of, as IRIs; None for all
    """
    finish = _Finish(asked)
    for rule in order:
        drafts = _drafts(asked.construct(rule.text if agents is None else rule.of(agents)))
        keep(list(finish.conclusions(rule, drafts)))


def _parts(layers: Layers) -> Iterator[Merged]:
    """The layers in parts, each with all that is said of some treatments, and with what is said of none.

    A rule tells of one treatment at a time, so the parts give what the whole
    would, and time grows with the facts: small stores stay in the cache.
    """
    store = layers.store
    treating = (
        quad.subject for kind in _OF_TREATMENTS for quad in store.quads_for_pattern(None, _TYPE, kind)
    )
    treatments = {q.object for fact in treating for q in store.quads_for_pattern(fact, _SUBJECT, None)}
    nodes: dict[object, list[Any]] = {}
    for treatment in sorted(treatments, key=str):
        facts = [quad.subject for quad in store.quads_for_pattern(None, _SUBJECT, treatment)]
        lines = [quad.object for fact in facts for quad in store.quads_for_pattern(fact, _EVIDENCE, None)]
        nodes[treatment] = [*facts, *lines]
    own = {node for of_one in nodes.values() for node in of_one}
    shared = [quad for quad in store if quad.subject not in own]
    waiting = iter(nodes.values())
    while part := list(islice(waiting, _AT_ONCE)):
        of_part = dict.fromkeys(node for of_one in part for node in of_one)
        quads = (quad for node in of_part for quad in store.quads_for_pattern(node, None, None))
        yield Merged(chain(shared, quads))


def _drafts(triples: Iterable[Triple]) -> list[Draft]:
    """What was constructed, a conclusion a dict; the name that the rule gave it is not kept."""
    drafts: dict[object, Draft] = defaultdict(lambda: defaultdict(set))
    for triple in triples:
        drafts[triple.subject][triple.predicate].add(triple.object)
    return list(drafts.values())


class _Finish:
    """Gives conclusions what no rule gives itself: certainty, name and sentence."""

    def __init__(self, layers: Source) -> None:
        self.layers = layers
        self.ranks = {row["certainty"]: int(row["rank"].value) for row in rows(layers, _RANKS)}  # type: ignore[attr-defined]
        words = sorted(self.ranks, key=lambda word: (not value_of(word).startswith(_AA), value_of(word)))
        self.by_rank: dict[int, object] = {}
        for word in words:  # somebody's own may have the rank of one of ours
            self.by_rank.setdefault(self.ranks[word], word)
        self.labels: dict[object, str] = {}
        self.unsure = {row["fact"] for row in rows(layers, _UNSURE)}

    def conclusions(self, rule: Rule, drafts: list[Draft]) -> Iterator[Quad]:
        graph = NamedNode(graph_iri(INFERRED))
        if drafts:
            yield Quad(NamedNode(rule.iri), _TYPE, NamedNode(_AA + "Rule"), graph)
            yield Quad(NamedNode(rule.iri), _LABEL, Literal(rule.title, language="en"), graph)
        certainties = self._certainties({premise for draft in drafts for premise in draft[_PREMISE]})
        self._read_labels(
            {o for draft in drafts for p, found in draft.items() if p != _PREMISE for o in found}
        )
        for draft in drafts:
            name = _name(rule, draft)
            draft[_RULE] = {NamedNode(rule.iri)}
            draft[_CERTAINTY] = {
                self._certainty(rule, (certainties[p] for p in draft[_PREMISE] if p in certainties))
            }
            if draft[_PREMISE] & self.unsure:
                draft[_CONFIDENCE] = {_ACCEPTED}
                self.unsure.add(name)
            draft[_LABEL] = {Literal(self._sentence(rule, draft), language="en")}
            for predicate, objects in draft.items():
                for value in objects:
                    yield Quad(name, predicate, value, graph)  # type: ignore[arg-type]

    def _certainties(self, premises: set[object]) -> dict[object, object]:
        """Premise to its certainty; of several, the weakest."""
        found: dict[object, object] = {}
        for part in _batches(premises):
            for row in rows(self.layers, _OF_PREMISES % (part, _AA)):
                fact, certainty = row["fact"], row["certainty"]
                if fact not in found or self.ranks.get(certainty, 0) < self.ranks.get(found[fact], 0):
                    found[fact] = certainty
        return found

    def _certainty(self, rule: Rule, premises: Iterable[object]) -> object:
        """R8: as firm as the weakest premise, and less so where the rule says so."""
        rank = min((self.ranks.get(certainty, 0) for certainty in premises), default=0)
        if rule.step:
            ladder = [self.ranks[NamedNode(_AA + word)] for word in _LADDER]
            rank = next((rung for rung in ladder if rung < rank), min(rank, ladder[-1]))
        if rule.ceiling is not None:
            rank = min(rank, self.ranks[NamedNode(rule.ceiling)])
        return self.by_rank[rank]

    def _read_labels(self, terms: set[object]) -> None:
        for part in _batches(
            term for term in terms if isinstance(term, NamedNode) and term not in self.labels
        ):
            for row in rows(self.layers, _LABELS % (part, _LABEL.value)):
                label = row["label"].value  # type: ignore[attr-defined]
                self.labels[row["iri"]] = min(label, self.labels.get(row["iri"], label))

    def _sentence(self, rule: Rule, draft: Draft) -> str:
        words = {
            name: " and ".join(self._words(draft, name))
            for name in ("subject", "object", "direction", "tier", "verdict")
        }
        extent = self._words(draft, "extent")
        words["extent"] = f", {extent[0]}" if extent else ""
        words["setting"] = self._setting(draft)
        sentence = rule.sentence.format(**words)
        return sentence[:1].upper() + sentence[1:]

    def _setting(self, draft: Draft) -> str:
        """In whom, where and when, in brackets; that the population is not stated is said too."""
        people = self._words(draft, "population")
        stated = people or ["population not stated"]
        for name in ("species", "compartment", "time", "responseGroup", "cohort"):
            stated += [word for word in self._words(draft, name) if not (name == "species" and people)]
        return f" ({'; '.join(stated)})"

    def _words(self, draft: Draft, name: str) -> list[str]:
        values = draft.get(NamedNode(_AA + name), ())
        return sorted(self._word(v) for v in values if getattr(v, "value", "") not in _NO_VALUE)

    def _word(self, value: object) -> str:
        if isinstance(value, NamedNode):
            return self.labels.get(value) or compact(value.value)
        return str(getattr(value, "value", value))


def _name(rule: Rule, draft: Draft) -> NamedNode:
    """The IRI of a conclusion: a digest of the rule, of its terms, and of its premises."""
    parts = [rule.name, *(str(v) for p in (_SUBJECT, _OBJECT, _PREMISE) for v in sorted(draft[p], key=str))]
    return NamedNode(f"{PREFIXES['fact']}derived-{sha256(chr(10).join(parts).encode()).hexdigest()[:24]}")


def _batches(terms: Iterable[object], size: int = 2000) -> Iterator[str]:
    waiting = iter(sorted(map(str, terms)))
    while part := list(islice(waiting, size)):
        yield " ".join(part)
