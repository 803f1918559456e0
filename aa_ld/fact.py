"""Facts as values: what a source says, how firmly, of whom, on what evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from aa_ld.store import Layers, Merged, Source, rows
from aa_ld.vocab import PREFIXES, compact

_AA = PREFIXES["aa"]
_OA = PREFIXES["oa"]
_PREMISE = PREFIXES["prov"] + "wasDerivedFrom"

#: Properties of a fact that say where, when, in whom and how much it holds.
SCOPE = (
    "population", "context", "species", "compartment", "comparator", "time", "site",
    "direction", "effect", "condition", "measure", "role", "concept", "qualifier", "majorTopic", "repeats",
    "responseGroup", "cohort", "axisStanding", "tier", "verdict", "extent", "th1Direction", "th2Direction",
)  # fmt: skip

#: A fact is about a term that one of its own properties names, be it through another fact that it
#: speaks of, through a class that the term is part of the definition of, or as an aligned record.
ABOUT = """
  {{ ?fact ?property <{iri}> }}
  UNION {{ ?fact aa:subject|aa:object ?other . ?other aa:evidence ?any ; aa:subject|aa:object <{iri}> }}
  UNION {{ ?part rdfs:subClassOf* <{iri}> . ?some owl:someValuesFrom ?part . ?cell rdf:first ?some . ?list rdf:rest* ?cell .
    ?group owl:equivalentClass/owl:intersectionOf ?list . ?fact ?property ?group }}
  UNION {{ ?group rdfs:subClassOf/owl:someValuesFrom <{iri}> . ?fact ?property ?group }}
  UNION {{ <{iri}> skos:exactMatch ?record . ?fact aa:object|aa:heading ?record }}"""

_HEAD = "PREFIX aa: <https://w3id.org/aa-ld/>\n"
_OF_FACTS = _HEAD + "SELECT DISTINCT ?s ?p ?o WHERE {{ {values} ?s aa:evidence|aa:rule ?ground ; ?p ?o }}"
_OF_LINES = _HEAD + "SELECT DISTINCT ?s ?p ?o WHERE {{ {values} ?fact aa:evidence ?s . ?s ?p ?o }}"
_OF_SPANS = _HEAD + (
    "SELECT DISTINCT ?s ?p ?o WHERE {{ {values} ?fact aa:evidence ?line . ?line aa:span|aa:focus ?s . ?s ?p ?o }}"
)

#: What is shown behind a sentence that the curator is not sure to have read rightly, or that rests on such a one.
_UNSURE = {
    False: " [the curator is not sure of this reading]",
    True: " [rests on a reading of which the curator is not sure]",
}
_NOT_SURE = {_AA + "MediumConfidence", _AA + "AcceptedMediumConfidence"}

Triples = dict[str, dict[str, list[str]]]


class Span(NamedTuple):
    """A contiguous piece of a source text: offsets in code points, end exclusive, and its SHA-256."""

    iri: str
    start: int
    end: int
    sha256: str
    source: str


class EvidenceLine(NamedTuple):
    """One source that speaks for or against a fact.

    Terms are IRIs, empty where the data lacks them; `sample_size` is a count
    or an IRI such as that of "not stated"; `arms` tells the groups with their
    numbers, in words, empty where there are none.
    """

    iri: str
    publication: str
    kind: str
    stance: str
    certainty: str
    wording: str
    design: str
    sample_size: str
    hedge: str | None
    cue: str | None
    span: Span | None
    focus: Span | None
    part: str
    arms: str = ""

    def numbers(self) -> str:
        """How many stand behind the line, in words: the number, the groups, both or nothing.

        >>> from aa_ld.store import open_layers
        >>> fact = next(f for f in read_facts(open_layers()) if f.id == "LF132")
        >>> fact.evidence[0].numbers()
        'n = 60 (40 on dupilumab, 20 on placebo)'
        """
        if not self.sample_size.isdigit():
            return self.arms
        return f"n = {self.sample_size}" + (f" ({self.arms})" if self.arms else "")


class Derivation(NamedTuple):
    """How a fact follows from others.

    rule         the IRI of the rule
    premises     the facts that it rests on, each whole, with its own evidence or derivation
    assumptions  IRIs of what has to be assumed besides
    """

    rule: str
    premises: tuple[Fact, ...]
    assumptions: tuple[str, ...]


class Fact(NamedTuple):
    """What a source says, or what follows from such. Terms are IRIs; objects and scope values may be literals, given as text.

    `sentence` says too where the curator is not sure of the reading. `scope`
    pairs the name of a property ("population") with one value, a pair for each value; a value may be the IRI of "not stated". `implied` names the
    properties whose value the curator read from the context. A fact has evidence
    lines, or a derivation.
    """

    iri: str
    id: str | None
    category: str
    sentence: str
    subjects: tuple[str, ...]
    predicate: str
    objects: tuple[str, ...]
    polarity: str
    certainty: str
    scope: tuple[tuple[str, str], ...]
    implied: tuple[str, ...]
    note: str | None
    evidence: tuple[EvidenceLine, ...]
    derivation: Derivation | None = None

    def scope_of(self, name: str) -> tuple[str, ...]:
        """The values of one scope property, "population" for example.

        >>> from aa_ld.store import open_layers
        >>> fact = read_facts(open_layers(), [PREFIXES["fact"] + "serum-interleukin-4-raised"])[0]
        >>> [compact(value) for value in fact.scope_of("compartment")]
        ['aa:Serum']
        """
        return tuple(value for key, value in self.scope if key == name)

    def grounds(self) -> dict[str, Fact]:
        """This fact and all that it rests on, by IRI, each before its premises."""
        found = {self.iri: self}
        for premise in self.derivation.premises if self.derivation else ():
            found.update(premise.grounds())
        return found


def read_facts(source: Source, iris: Iterable[str] | None = None) -> list[Fact]:
    """The facts of a source, or those with the given IRIs, by identifier.

    A fact with neither evidence line nor rule is no fact and is left out; validate finds it.

    >>> from aa_ld.store import open_layers
    >>> [fact.id for fact in read_facts(open_layers())][-3:]
    ['U10', 'U11', 'U12']
    """
    made: dict[str, Fact] = {}
    if iris is not None and isinstance(source, Layers | Merged):
        asked = list(dict.fromkeys(iris))
        of_facts, about = _looked_up(source.store, asked)
        return in_order(_fact(iri, of_facts, about, made) for iri in asked if iri in of_facts)
    wanted = None if iris is None else " ".join(f"<{iri}>" for iri in iris)
    of_facts = _triples(source, _OF_FACTS, wanted, "s")
    asked = list(of_facts)
    while missing := {p for own in of_facts.values() for p in own.get(_PREMISE, [])} - set(of_facts):
        found = _triples(source, _OF_FACTS, " ".join(f"<{iri}>" for iri in sorted(missing)), "s")
        if not found:
            break
        of_facts.update(found)
        wanted = " ".join(f"<{iri}>" for iri in of_facts)
    about = {**_triples(source, _OF_LINES, wanted, "fact"), **_triples(source, _OF_SPANS, wanted, "fact")}
    return in_order(_fact(iri, of_facts, about, made) for iri in asked)


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Facts by identifier, those without one behind, by IRI."""
    return sorted(facts, key=lambda fact: (fact.id or "~", fact.iri))


def _looked_up(store: Store, iris: Iterable[str]) -> tuple[Triples, Triples]:
    """What is said of facts and of what they rest on, and of their lines and spans, looked up node by node.

    This takes half the time of asking, and memory for one fact at a time.
    """
    of_facts: Triples = {}
    about: Triples = {}
    waiting = list(iris)
    while waiting:
        iri = waiting.pop()
        own = _said(store, NamedNode(iri)) if iri not in of_facts else {}
        if not (own.get(_AA + "evidence") or own.get(_AA + "rule")):
            continue  # neither evidence nor rule, so no fact; or one that is known
        of_facts[iri] = _texts(own)
        waiting += [premise.value for premise in own.get(_PREMISE, []) if isinstance(premise, NamedNode)]
        for line in own.get(_AA + "evidence", []):
            of_line = _said(store, line)
            spans = [*of_line.get(_AA + "span", []), *of_line.get(_AA + "focus", [])]
            about.update({_text(node): _texts(_said(store, node)) for node in spans})
            about[_text(line)] = _texts(of_line)
    return of_facts, about


def _said(store: Store, node: object) -> dict[str, list[object]]:
    """Property to values, each once in whatever graphs it stands."""
    found: dict[str, dict[object, None]] = {}
    for quad in store.quads_for_pattern(node, None, None) if isinstance(node, NamedNode | BlankNode) else ():
        found.setdefault(quad.predicate.value, {})[quad.object] = None
    return {predicate: list(values) for predicate, values in found.items()}


def _texts(said: dict[str, list[object]]) -> dict[str, list[str]]:
    return {predicate: sorted(map(_text, values)) for predicate, values in said.items()}


def _triples(source: Source, query: str, wanted: str | None, variable: str) -> Triples:
    values = "" if wanted is None else f"VALUES ?{variable} {{ {wanted} }}"
    found: Triples = defaultdict(lambda: defaultdict(list))
    kept: dict[str, str] = {}  # the same words are said of many facts, and are kept once
    for row in rows(source, query.format(values=values)):
        subject, predicate, value = (kept.setdefault(text, text) for text in map(_text, row.values()))
        found[subject][predicate].append(value)
    for own in found.values():
        for values_of in own.values():
            values_of.sort()
    return found


def _fact(iri: str, of_facts: Triples, about: Triples, made: dict[str, Fact]) -> Fact:
    """A fact with whole premises; rules cannot go round in a circle, and who writes one by hand gets no premise."""
    if iri in made:
        return made[iri]
    own = of_facts[iri]
    made[iri] = plain = _plain(iri, own, about)
    if own.get(_AA + "rule"):
        premises = [_fact(p, of_facts, about, made) for p in own.get(_PREMISE, []) if p in of_facts]
        made[iri] = plain._replace(
            derivation=Derivation(
                own[_AA + "rule"][0],
                tuple(sorted(premises, key=lambda f: (f.id or "~", f.iri))),
                tuple(own.get(_AA + "assumption", [])),
            )
        )
    return made[iri]


def _plain(iri: str, own: dict[str, list[str]], about: Triples) -> Fact:
    def first(predicate: str) -> str:
        return next(iter(own.get(predicate, [])), "")

    unsure = _NOT_SURE & set(own.get(_AA + "confidence", []))
    mark = _UNSURE[_AA + "rule" in own] if unsure else ""
    return Fact(
        iri=iri,
        id=first(PREFIXES["dcterms"] + "identifier") or None,
        category=first(PREFIXES["rdf"] + "type"),
        sentence=(first(PREFIXES["rdfs"] + "label") or compact(iri)) + mark,
        subjects=tuple(own.get(_AA + "subject", [])),
        predicate=first(_AA + "predicate"),
        objects=tuple(own.get(_AA + "object", [])),
        polarity=first(_AA + "polarity"),
        certainty=first(_AA + "certainty"),
        scope=tuple((name, value) for name in SCOPE for value in own.get(_AA + name, [])),
        implied=tuple(value.removeprefix(_AA) for value in own.get(_AA + "implied", [])),
        note=first(PREFIXES["skos"] + "editorialNote") or None,
        evidence=tuple(_line(line, about) for line in own.get(_AA + "evidence", [])),
    )


def _line(iri: str, about: Triples) -> EvidenceLine:
    own = about.get(iri, {})

    def first(name: str) -> str:
        return next(iter(own.get(_AA + name, [])), "")

    return EvidenceLine(
        iri=iri,
        publication=first("publication"),
        kind=first("kind"),
        stance=first("stance"),
        certainty=first("certainty"),
        wording=first("wording"),
        design=first("design"),
        sample_size=first("sampleSize"),
        hedge=first("hedge") or None,
        cue=first("cue") or None,
        span=_span(first("span"), about),
        focus=_span(first("focus"), about),
        part=first("part"),
        arms=first("arms"),
    )


def _span(iri: str, about: Triples) -> Span | None:
    own = about.get(iri, {})
    try:
        start, end = int(own[_OA + "start"][0]), int(own[_OA + "end"][0])
    except (KeyError, IndexError, ValueError):
        return None
    digest = next(iter(own.get(_AA + "sha256", [])), "")
    return Span(iri, start, end, digest, next(iter(own.get(_OA + "hasSource", [])), ""))


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
