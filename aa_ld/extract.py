"""Take the part of an ontology that some terms need, so that nobody has to merge all of it.

    subset  the terms, all that is wider by name, and what is said of each
    module  all axioms that bear on the terms: whatever follows about them from the
            whole ontology follows from the module (syntactic locality, bottom)

Method of the module: Cuenca Grau, Horrocks, Kazakov, Sattler, Modular Reuse of
Ontologies: Theory and Practice, JAIR 31 (2008).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.axioms import NOTHING, OWL, RDFS, SWRL, THING, Axiom, Part, iris, read_axioms
from aa_ld.errors import UnknownTermError, UsageError, nearest
from aa_ld.vocab import PREFIXES, RDF_TYPE, compact, printable

METHODS = ("subset", "module")

_LABEL = f"<{RDFS}label>"
_SOURCE, _VERSION = NamedNode(PREFIXES["dcterms"] + "source"), OWL + "versionIRI"
#: Names that hold something whatever is known: everything, and the datatypes that are built in.
_NEVER_EMPTY = (
    THING,
    f"<{PREFIXES['xsd']}",
    f"<{RDFS}Literal",
    f"<{PREFIXES['rdf']}langString",
    f"<{PREFIXES['rdf']}PlainLiteral",
)
_ATOMS = {f"<{SWRL}{name}>" for name in ("classPredicate", "propertyPredicate")}
_WIDER = ("SubClassOf", "SubPropertyOf", "Type")


class Slice(NamedTuple):
    """A part of an ontology.

    triples  what it says, with a header that names where it was taken from
    terms    the IRIs that were asked for and are in it
    axioms   how many axioms bear meaning
    """

    triples: list[Triple]
    terms: frozenset[str]
    axioms: int


def extract(triples: Iterable[Triple], terms: Iterable[str], method: str = "subset") -> Slice:
    """The part of an ontology that terms need, by IRI.

    Raises UnknownTermError for a term of which the ontology says nothing, and
    UsageError where there is no such method.

    >>> from aa_ld.release.products import ontology_triples
    >>> part = extract(ontology_triples(), ["https://w3id.org/aa-ld/InterferonGamma"])
    >>> sorted({t.subject.value.rpartition("/")[2] for t in part.triples if t.predicate.value.endswith("#label")})[:3]
    ['Cytokine', 'Entity', 'InterferonGamma']
    """
    if method not in METHODS:
        remedy = f"Use one of {', '.join(METHODS)}."
        raise UsageError(
            f"extract --method {method}", "There is no such method.", remedy, nearest(method, METHODS)
        )
    given = list(triples)
    axioms = read_axioms(given)
    wanted = [f"<{term}>" for term in dict.fromkeys(terms)]
    known = {axiom.subject for axiom in axioms if isinstance(axiom.subject, str)}
    for term in wanted:
        if term not in known:
            raise UnknownTermError(
                printable(term[1:-1], 300),
                "The ontology says nothing of this term.",
                "Give its IRI or its short name as it stands there.",
                [compact(name) for name in nearest(term[1:-1], (str(each)[1:-1] for each in known), most=1)],
            )
    logical = (_module if method == "module" else _subset)(axioms, set(wanted))
    return _slice(given, axioms, logical, frozenset(wanted))


def _subset(axioms: list[Axiom], wanted: set[str]) -> list[Axiom]:
    """What says of a term, or of a wider one, what is wider by name."""
    wider: dict[str, list[Axiom]] = defaultdict(list)
    for axiom in axioms:
        if axiom.kind in _WIDER and isinstance(axiom.subject, str) and isinstance(axiom.said, str):
            wider[axiom.subject].append(axiom)
    found, waiting, seen = [], list(wanted), set(wanted)
    while waiting:
        for axiom in wider[waiting.pop()]:
            found.append(axiom)
            if axiom.said not in seen:
                seen.add(str(axiom.said))
                waiting.append(str(axiom.said))
    return found


def _module(axioms: list[Axiom], wanted: set[str]) -> list[Axiom]:
    """The axioms that are not local to what is known so far, until no more come."""
    meant = [axiom for axiom in axioms if axiom.kind in _LOCAL]
    by_symbol: dict[str, list[int]] = defaultdict(list)
    for number, axiom in enumerate(meant):
        for symbol in axiom.signature():
            by_symbol[symbol].append(number)
    known, taken = set(wanted), set()
    waiting = set(range(len(meant)))  # all at first: one may say something of everything, and name no term
    while waiting:
        number = waiting.pop()
        if number in taken or _LOCAL[meant[number].kind](meant[number], known):
            continue
        taken.add(number)
        for symbol in meant[number].signature() - known:
            known.add(symbol)
            waiting.update(by_symbol[symbol])
    return [meant[number] for number in sorted(taken)]


# -- locality: whether an axiom says nothing once whatever is not known is empty


def _is_empty(part: Part, known: set[str]) -> bool:
    """Whether an expression has no instance where all names that are not known are empty."""
    if isinstance(part, str):
        return part == NOTHING or (
            part.startswith("<") and part not in known and not part.startswith(_NEVER_EMPTY)
        )
    operator, *rest = part
    if operator == "and":
        return any(_is_empty(each, known) for each in rest)
    if operator == "or":
        return all(_is_empty(each, known) for each in rest)
    if operator == "not":
        return _is_all(rest[0], known)
    if operator in ("some", "min", "exactly"):
        filler = rest[-1] if operator == "some" or len(rest) > 2 else THING
        return (_no_property(rest[0], known) or _is_empty(filler, known)) and not _is_zero(operator, rest)
    return operator in ("value", "self") and _no_property(rest[0], known)


def _is_all(part: Part, known: set[str]) -> bool:  # noqa: PLR0911 - one for each kind of expression
    """Whether an expression holds everything where all names that are not known are empty."""
    if isinstance(part, str):
        return part == THING
    operator, *rest = part
    if operator == "and":
        return all(_is_all(each, known) for each in rest)
    if operator == "or":
        return any(_is_all(each, known) for each in rest)
    if operator == "not":
        return _is_empty(rest[0], known)
    if operator == "only":
        return _no_property(rest[0], known) or _is_all(rest[1], known)
    if operator == "max":
        return _no_property(rest[0], known) or (len(rest) > 2 and _is_empty(rest[2], known))
    return operator == "min" and _is_zero(operator, rest)


def _no_property(part: Part, known: set[str]) -> bool:
    return not any(iri in known for iri in iris(part)) and part != f"<{OWL}topObjectProperty>"


def _is_zero(operator: str, rest: list[Part]) -> bool:
    return operator in ("min", "exactly") and str(rest[1]).startswith('"0"')


def _sub_class(axiom: Axiom, known: set[str]) -> bool:
    return _is_empty(axiom.subject, known) or _is_all(axiom.said, known)


def _equivalent(axiom: Axiom, known: set[str]) -> bool:
    both = (axiom.subject, axiom.said)
    return all(_is_empty(each, known) for each in both) or all(_is_all(each, known) for each in both)


def _disjoint(axiom: Axiom, known: set[str]) -> bool:
    members = axiom.said[1:] if axiom.kind == "AllDisjointClasses" else (axiom.subject, axiom.said)
    return sum(not _is_empty(each, known) for each in members) < 2


def _union(axiom: Axiom, known: set[str]) -> bool:
    return all(_is_empty(each, known) for each in (axiom.subject, *axiom.said[1:]))


def _of_subject(axiom: Axiom, known: set[str]) -> bool:
    return _no_property(axiom.subject, known)


def _domain(axiom: Axiom, known: set[str]) -> bool:
    return _no_property(axiom.subject, known) or _is_all(axiom.said, known)


def _both_properties(axiom: Axiom, known: set[str]) -> bool:
    return _no_property(axiom.subject, known) and _no_property(axiom.said, known)


def _chain(axiom: Axiom, known: set[str]) -> bool:
    return any(_no_property(each, known) for each in axiom.said[1:])


def _disjoint_properties(axiom: Axiom, known: set[str]) -> bool:
    members = axiom.said[1:] if axiom.kind == "AllDisjointProperties" else (axiom.subject, axiom.said)
    return sum(not _no_property(each, known) for each in members) < 2


def _rule(axiom: Axiom, known: set[str]) -> bool:
    """Whether a rule never fires: a word of its body holds of nothing."""
    bodies = [each[2] for each in axiom.said[1:] if each[0] == f"<{SWRL}body>"]
    return not all(predicate in known for body in bodies for predicate in _predicates(body))


def _predicates(part: Part) -> Iterator[str]:
    """What the atoms of a rule say, one by one."""
    for each in part if isinstance(part, tuple) else ():
        if isinstance(each, tuple) and each[0] in _ATOMS:
            yield from iris(each[2])
        else:
            yield from _predicates(each)


def _about_known(axiom: Axiom, known: set[str]) -> bool:
    return not any(symbol in known for symbol in axiom.signature())


#: Kinds of axioms that bear meaning, and whether one is local.
_LOCAL = {
    "SubClassOf": _sub_class,
    "EquivalentTo": _equivalent,
    "DisjointWith": _disjoint,
    "AllDisjointClasses": _disjoint,
    "DisjointUnionOf": _union,
    "SubPropertyOf": _of_subject,
    "SubPropertyChain": _chain,
    "EquivalentPropertyTo": _both_properties,
    "InverseOf": _both_properties,
    "DisjointPropertyWith": _disjoint_properties,
    "AllDisjointProperties": _disjoint_properties,
    "Characteristic": _of_subject,
    "Domain": _domain,
    "Range": _domain,
    "HasKey": lambda axiom, known: _is_empty(axiom.subject, known),
    "Type": _about_known,
    "SameAs": _about_known,
    "DifferentFrom": _about_known,
    "AllDifferent": _about_known,
    "Rule": _rule,
}


# -- the slice


def _slice(given: list[Triple], axioms: list[Axiom], logical: list[Axiom], terms: frozenset[str]) -> Slice:
    """Axioms with declarations, names and annotations of all that they speak of, and a header."""
    spoken = set(terms)
    for axiom in logical:
        spoken |= axiom.signature()
    taken = {id(axiom) for axiom in logical}
    properties: set[str] = set()
    kept: list[Axiom] = []
    for axiom in axioms:
        if id(axiom) in taken or (axiom.kind in ("Declaration", "Annotation") and axiom.subject in spoken):
            kept.append(axiom)
            if axiom.kind == "Annotation":
                properties |= set(iris(axiom.said[1]))
    reified = {_told(axiom.triples[0]) for axiom in kept if axiom.triples}
    for axiom in axioms:
        if (axiom.kind == "AxiomAnnotation" and _annotated(axiom) in reified) or (
            axiom.subject in properties - spoken and (axiom.kind == "Declaration" or _is_label(axiom))
        ):
            kept.append(axiom)
    found = [triple for axiom in kept for triple in axiom.triples]
    return Slice(
        list(dict.fromkeys([*_header(given), *found])), frozenset(t[1:-1] for t in terms), len(logical)
    )


def _is_label(axiom: Axiom) -> bool:
    return axiom.kind == "Annotation" and axiom.said[1] == _LABEL


def _told(triple: Triple) -> tuple[str, str, str]:
    return str(triple.subject), triple.predicate.value, str(triple.object)


def _annotated(axiom: Axiom) -> tuple[str, str, str]:
    """The triple that an annotation of an axiom is about; what it is about blank nodes is not looked for."""
    said = {t.predicate.value.removeprefix(OWL): t.object for t in axiom.triples}
    on = said.get("annotatedProperty")
    return (
        str(said.get("annotatedSource")),
        on.value if isinstance(on, NamedNode) else "",
        str(said.get("annotatedTarget")),
    )


def _header(given: list[Triple]) -> list[Triple]:
    """The header of a slice: an ontology that was taken from another, under the licence of that."""
    whole = next(
        (t.subject for t in given if t.predicate.value == RDF_TYPE and str(t.object) == f"<{OWL}Ontology>"),
        None,
    )
    if not isinstance(whole, NamedNode):
        return []
    said = {t.predicate.value: t.object for t in given if t.subject == whole}
    part = NamedNode(whole.value.rstrip("/#") + "/slice")
    made = [Triple(part, NamedNode(RDF_TYPE), NamedNode(OWL + "Ontology"))]
    version = said.get(_VERSION)
    made.append(Triple(part, _SOURCE, version if isinstance(version, NamedNode) else whole))
    for name in ("dcterms:license", "dcterms:title", "dcterms:rights"):
        value = said.get(PREFIXES["dcterms"] + name.removeprefix("dcterms:"))
        if isinstance(value, NamedNode | Literal):
            made.append(Triple(part, NamedNode(PREFIXES["dcterms"] + name.removeprefix("dcterms:")), value))
    return made
