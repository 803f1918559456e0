"""JSON-LD: one object a fact, its evidence lines inside, with the context that ships as ontology/context.jsonld.

The context is generated from what the shipped facts use, and a test holds it
against them. It stands in the file unless only its address is asked for, so a
file can be read offline. Content stands under `subject`, `predicate` and
`object` of the fact, so no reader of triples takes it for said by us.
Specification: https://www.w3.org/TR/json-ld11/.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from aa_ld import places
from aa_ld.errors import ExchangeFileError, RemoteContextError
from aa_ld.exchange.described import Described, Term, described
from aa_ld.store import Source
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE, is_plain_local_name

#: Where the shipped context is found on the web.
CONTEXT = BASE + "data/context.jsonld"

_AA, _XSD = PREFIXES["aa"], PREFIXES["xsd"]
_FIRST = ("id", "type", "label", "identifier", "subject", "predicate", "object", "polarity", "certainty")
_SAFE = 2**53

#: Prefixes of the context. Names of properties are left out: "evidence" and "pmid" are such here.
_PREFIXES = {
    name: iri
    for name, iri in PREFIXES.items()
    if name == "aa" or not (iri.startswith(BASE) or name == "pmid")
}
_LONGEST_FIRST = sorted(_PREFIXES.items(), key=lambda item: -len(item[1]))


def write_jsonld(_: Source, facts: Iterable[Described]) -> str:
    """Facts as the text of a JSON-LD document, the context inside.

    >>> from aa_ld.exchange.described import describe
    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> text = write_jsonld(layers, describe(layers, [PREFIXES["fact"] + "local-immunotherapy-may-worsen-extrinsic"]))
    >>> json.loads(text)["@graph"][0]["certainty"]
    'aa:Possible'
    """
    found = list(facts)
    words = _Words(_clashing(found))
    return _document(found, words, words.context)


def write_jsonld_by_reference(_: Source, facts: Iterable[Described]) -> str:
    """The same with the address of the context in place of it, for readers that have it or may fetch it."""
    found = list(facts)
    clashing = _clashing(found)
    context: object = [CONTEXT, dict.fromkeys(sorted(clashing))] if clashing else CONTEXT
    return _document(found, _Words(clashing), context)


def read_jsonld(text: str) -> list[Described]:
    """The facts of a JSON-LD document that `write_jsonld` gave, by IRI; nothing is fetched.

    Raises ExchangeFileError, NestingError and RemoteContextError.
    """
    from aa_ld.intake import check_nesting

    data = text.encode("utf-8", "surrogatepass")
    check_nesting(data, "JSON-LD", json=True)
    try:
        document = json.loads(text)
        if isinstance(document, dict):
            given = document.get("@context")
            known = [shipped_context() if context == CONTEXT else context for context in _listed(given)]
            document["@context"] = known
        _refuse_addresses(document)
        quads = list(parse(json.dumps(document), RdfFormat.JSON_LD))
    except (SyntaxError, ValueError) as error:
        raise ExchangeFileError("JSON-LD", f"This cannot be read: {error}.", "Correct the text.") from None
    return described(quad.triple for quad in quads)


@cache
def shipped_context() -> dict[str, Any]:
    """What stands in ontology/context.jsonld under "@context".

    >>> shipped_context()["certainty"]
    {'@id': 'aa:certainty', '@type': '@id'}
    """
    found: dict[str, Any] = json.loads(places.context_file().read_text(encoding="utf-8"))["@context"]
    return found


def generated_context(facts: Iterable[Described]) -> str:
    """The text of ontology/context.jsonld for facts: a term for each property and class that they use.

    A property whose values are all IRIs takes plain strings as IRIs, and one
    whose values are all English takes them as English. Among words of the same
    name ours is first.
    """
    values: dict[str, list[Term]] = defaultdict(list)
    for fact in facts:
        for triple in fact.triples():
            values[triple.predicate.value].append(triple.object)
    classes = {value.value for value in values.pop(RDF_TYPE, []) if isinstance(value, NamedNode)}
    terms: dict[str, Any] = {}
    for iri in sorted({*values, *classes}, key=lambda iri: (not iri.startswith(_AA), iri)):
        name = _short(iri).partition(":")[2]
        if (
            name
            and is_plain_local_name(name)
            and name not in terms
            and name not in ("id", "type", *_PREFIXES)
        ):
            terms[name] = {"@id": _short(iri), **_coercion(values[iri])} if iri in values else _short(iri)
    head = {"@version": 1.1, "id": "@id", "type": "@type", **_PREFIXES}
    context = {"@context": {**head, **{name: terms[name] for name in sorted(terms)}}}
    return json.dumps(context, indent=2, ensure_ascii=False) + "\n"


def _coercion(values: list[Term]) -> dict[str, str]:
    if all(isinstance(value, NamedNode) for value in values):
        return {"@type": "@id"}
    english = all(isinstance(value, Literal) and value.language == "en" for value in values)
    return {"@language": "en"} if english else {}


class _Words:
    """The shipped context without some of its prefixes: how IRIs and values are written under it."""

    def __init__(self, without: set[str]) -> None:
        self.prefixes = _PREFIXES.keys() - without
        self.context: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._coercions: dict[str, dict[str, str]] = {}
        for name, meaning in shipped_context().items():
            if name in _PREFIXES:
                self.context |= {name: meaning} if name in self.prefixes else {}
            elif isinstance(meaning, dict):
                iri = self._full(meaning["@id"])
                self.context[name] = {**meaning, "@id": self.short(iri)}
                self._names[iri], self._coercions[iri] = name, meaning
            elif isinstance(meaning, str) and not meaning.startswith("@"):
                iri = self._full(meaning)
                self.context[name] = self.short(iri)
                self._names[iri] = name
            else:
                self.context[name] = meaning

    def short(self, iri: str) -> str:
        """A short name, or the IRI itself."""
        found = _short(iri)
        return found if found.partition(":")[0] in self.prefixes else iri

    def name(self, iri: str) -> str:
        """The term for a property or class, or its short name."""
        return self._names.get(iri) or self.short(iri)

    def value(self, predicate: str, value: Term) -> object:
        """A value of a property, as short as the context allows."""
        coercion = self._coercions.get(predicate, {})
        if isinstance(value, NamedNode):
            return (
                self.short(value.value) if coercion.get("@type") == "@id" else {"id": self.short(value.value)}
            )
        assert isinstance(value, Literal)
        text, kind = value.value, value.datatype.value.removeprefix(_XSD)
        if value.language:
            return (
                text
                if coercion.get("@language") == value.language
                else {"@value": text, "@language": value.language}
            )
        if kind == "string":
            return {"@value": text} if coercion.keys() & {"@type", "@language"} else text
        if kind == "boolean" and text in ("true", "false") and "@type" not in coercion:
            return text == "true"
        if kind == "integer" and _is_native(text) and "@type" not in coercion:
            return int(text)
        return {"@value": text, "@type": self.short(value.datatype.value)}

    @staticmethod
    def _full(short: str) -> str:
        prefix, _, local = short.partition(":")
        return _PREFIXES[prefix] + local


def _document(facts: list[Described], words: _Words, context: object) -> str:
    """All facts, then all that they share, each by IRI."""
    said: dict[str, dict[str, list[Term]]] = {}
    uses: Counter[str] = Counter()
    for fact in facts:
        said |= fact.others
        uses.update({v.value for v in fact.values("evidence") if isinstance(v, NamedNode)})
    own = {fact.iri: fact.own for fact in facts}
    inside = {line for line, count in uses.items() if count == 1 and line in said and line not in own}
    graph = [_node(words, iri, own[iri], {line: said[line] for line in inside}) for iri in sorted(own)]
    graph += [_node(words, iri, said[iri], {}) for iri in sorted(said.keys() - inside - own.keys())]
    document = {"@context": context, "@graph": graph}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _node(
    words: _Words, iri: str, own: dict[str, list[Term]], inside: dict[str, dict[str, list[Term]]]
) -> dict[str, Any]:
    """One node; evidence lines that nothing else points to stand in their fact."""
    found: dict[str, Any] = {"id": words.short(iri)}
    for predicate, values in own.items():
        if predicate == RDF_TYPE and all(isinstance(value, NamedNode) for value in values):
            found["type"] = _single(
                [words.name(value.value) for value in values if isinstance(value, NamedNode)]
            )
            continue
        nested = inside if predicate == _AA + "evidence" else {}
        told = [
            _node(words, value.value, nested[value.value], {})
            if isinstance(value, NamedNode) and value.value in nested
            else words.value(predicate, value)
            for value in values
        ]
        found[words.name(predicate)] = _single(told)
    rank = {name: number for number, name in enumerate(_FIRST)}
    return {name: found[name] for name in sorted(found, key=lambda name: (rank.get(name, len(rank)), name))}


def _single(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _iris(facts: list[Described]) -> set[str]:
    """Every IRI that a document about facts has to write."""
    found = set()
    for fact in facts:
        for triple in fact.triples():
            found |= {
                term.value
                for term in (triple.subject, triple.predicate, triple.object)
                if isinstance(term, NamedNode)
            }
            if isinstance(triple.object, Literal):
                found.add(triple.object.datatype.value)
    return found


def _is_native(text: str) -> bool:
    """Whether a JSON number brings back this spelling of a whole number."""
    return (
        text.removeprefix("-").isdigit()
        and len(text) < 18
        and str(int(text)) == text
        and abs(int(text)) < _SAFE
    )


def _short(iri: str) -> str:
    """Prefix and the rest, whatever is in it, as JSON-LD reads short names; else the IRI itself."""
    for prefix, namespace in _LONGEST_FIRST:
        local = iri.removeprefix(namespace)
        if local and local != iri and not local.startswith("//"):
            return f"{prefix}:{local}"
    return iri


def _clashing(facts: list[Described]) -> set[str]:
    """Prefixes as which the scheme of some IRI would be read, as of <doi:10.1/x>; they are not used then."""
    return {iri.partition(":")[0] for iri in _iris(facts) if _short(iri) == iri} & _PREFIXES.keys()


def _listed(context: object) -> list[object]:
    return context if isinstance(context, list) else [] if context is None else [context]


def _refuse_addresses(value: object) -> None:
    """Raise RemoteContextError where a context is an address: nothing is fetched."""
    edge = [value]
    while edge:
        value = edge.pop()
        if isinstance(value, dict):
            for context in _listed(value.get("@context")):
                if isinstance(context, str) or (isinstance(context, dict) and "@import" in context):
                    raise RemoteContextError(
                        "JSON-LD",
                        "This asks for a context from the network.",
                        "Put the context into the file.",
                    )
            edge += value.values()
        elif isinstance(value, list):
            edge += value
