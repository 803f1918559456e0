"""Names: from IRIs to the words that people use for them, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache

from pyoxigraph import Literal, NamedNode

from aa_ld.errors import ParameterValueError, UnknownTermError, nearest
from aa_ld.store import Layers, Merged, Source, pairs, rows
from aa_ld.vocab import BASE, IDENTIFIER, PREFIXES, compact, expand, printable

_LABEL, _SYNONYM = PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "altLabel"

_MEMBERS = """
PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?iri WHERE {{
  {{ ?iri rdfs:subClassOf* <{category}> }} UNION {{ ?iri rdf:type/rdfs:subClassOf* <{category}> }}
  FILTER(isIRI(?iri))
}}"""

_SHORT = len("derived-") + 8  # as much of a digest as people need to see and type
_HELD = 1 << 13  # labels that are held at a time

#: Greek letters of mediators, spelt out.
GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa"}
_SPELT = str.maketrans(GREEK)

_FACTS = f"SELECT DISTINCT ?fact WHERE {{ ?fact <{BASE}evidence>|<{BASE}rule> ?ground }}"

_DECLARED = "SELECT DISTINCT ?iri WHERE { ?iri a ?type . FILTER(isIRI(?iri)) }"


class Names:
    """The labels of everything in a source; those of layers in memory are read when they are asked for.

    Whoever changes the layers makes another: what was looked up before is kept.

    >>> from aa_ld.store import open_layers
    >>> names = Names(open_layers())
    >>> names.label("https://w3id.org/aa-ld/InterferonGamma")
    'interferon gamma'
    >>> names.find("IFN-γ")
    'https://w3id.org/aa-ld/InterferonGamma'
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._facts: set[str] | None = None
        self._typed: set[str] | None = None
        self._members: dict[str, set[str]] = {}
        self._asked: dict[str, list[tuple[str, str]]] = {}
        self._label = lru_cache(_HELD)(self._reader(_LABEL))
        self.identifier = lru_cache(_HELD)(self._reader(IDENTIFIER))

    def label(self, iri: str) -> str:
        """The label of an IRI, or its short form where it has none."""
        return self._label(iri) or printable(compact(iri))

    def key(self, iri: str) -> str:
        """The short name of a fact: its identifier, else the end of its IRI, of a derived one its beginning."""
        end = iri.rsplit("/", 1)[-1]
        return self.identifier(iri) or (end[:_SHORT] if end.startswith("derived-") else end)

    def show(self, term: object) -> str:
        """A term of an answer in words; nothing for an unbound one."""
        if isinstance(term, NamedNode):
            return self.label(term.value)
        return "" if term is None else printable(term.value if isinstance(term, Literal) else str(term))

    def find(self, text: str, *categories: str) -> str:
        """The IRI that a person meant: an IRI, a short name, a label, or the identifier of a fact.

        With categories (IRIs of classes), only their members count.

        Raises UnknownTermError where nothing has this name, and
        ParameterValueError where something has it that is no such member.
        """
        if not isinstance(text, str):
            raise ParameterValueError(repr(text), "A name is text.", "Give a label, a short name or an IRI.")
        found = self.meant(text, *categories)
        if found is not None:
            return found
        allowed = set().union(*map(self.members, categories)) if categories else None
        if categories and self._candidates(text):
            raise ParameterValueError(
                text,
                f"This is not of the kind asked for: {' or '.join(map(self.label, categories))}.",
                "Give one that is.",
                self._nearest(text, allowed or set()),
            )
        raise UnknownTermError(
            text,
            "No loaded file declares this term.",
            "Give a label, a short name such as aa:Dupilumab, or the identifier of a fact such as SF30.",
            self._nearest(text, allowed),
        )

    def meant(self, text: str, *categories: str) -> str | None:
        """The same as `find`, but None where nothing of these categories has the name."""
        found = self._candidates(text)
        if categories:
            found = [iri for iri in found if any(iri in self.members(category) for category in categories)]
        return min(found, key=_preference, default=None)

    def is_fact(self, iri: str) -> bool:
        """Whether this is a fact, in whatever namespace: something with an evidence line or a rule."""
        if self._facts is None:
            self._facts = {row["fact"].value for row in rows(self._source, _FACTS)}  # type: ignore[attr-defined]
        return iri in self._facts

    def members(self, category: str) -> set[str]:
        """All IRIs at or below a class, and its instances."""
        if category not in self._members:
            found = rows(self._source, _MEMBERS.format(category=category))
            self._members[category] = {row["iri"].value for row in found}  # type: ignore[attr-defined]
        return self._members[category]

    def undeclared(self, query: str) -> list[str]:
        """A line for each word of ours in a query that nothing declares, with what is nearest: a likely slip."""
        import re

        lines = []
        for word in dict.fromkeys(re.findall(r"\baa:[A-Za-z][A-Za-z0-9]*", query)):
            try:
                self.find(word)
            except UnknownTermError as error:
                near = f" Nearest: {error.nearest[0]}." if error.nearest else ""
                lines.append(f"{word} is declared nowhere.{near}")
        return lines

    def _all(self, predicate: str) -> list[tuple[str, str]]:
        """Each IRI with a text that it has, sorted; a server is asked once."""
        if isinstance(self._source, Layers | Merged):
            return _all(self._source, predicate)
        if predicate not in self._asked:
            self._asked[predicate] = _all(self._source, predicate)
        return self._asked[predicate]

    def _reader(self, predicate: str) -> Callable[[str], str]:
        """What gives the first text that an IRI has, or nothing."""
        if not isinstance(self._source, Layers | Merged):
            known: dict[str, str] = {}
            for iri, text in self._all(predicate):
                known.setdefault(iri, printable(text))
            return lambda iri: known.get(iri, "")
        return _looking_up(self._source, predicate)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Folded name to the IRIs that have it; made on first use, since most answers look up none."""
        found: dict[str, list[str]] = {}
        for predicate in (_LABEL, _SYNONYM, IDENTIFIER):
            for iri, name in self._all(predicate):
                found.setdefault(_folded(name), []).append(iri)
        return found

    def _candidates(self, text: str) -> list[str]:
        """What a text can mean: an IRI or short name itself, a bare word also what is called so."""
        iri = expand(text)
        exact = [iri] if iri is not None and iri in self._declared() else []
        if exact and (":" in text or text.startswith("<")):
            return exact
        named = [*exact, *self._by_name.get(_folded(text), [])]
        if not named and PREFIXES["fact"] + text in self._declared():
            named = [PREFIXES["fact"] + text]
        if not named and text.removeprefix("fact:").startswith("derived-") and len(text) >= _SHORT:
            start = PREFIXES["fact"] + text.removeprefix("fact:")
            found = [iri for iri in self._declared() if iri.startswith(start)]
            named = found if len(found) == 1 else []
        return list(dict.fromkeys(named))

    def _declared(self) -> set[str]:
        if self._typed is None:
            self._typed = {row["iri"].value for row in rows(self._source, _DECLARED)}  # type: ignore[attr-defined]
        return self._typed

    def _nearest(self, text: str, allowed: set[str] | None) -> list[str]:
        if text[:2].isupper() and text[2:3].isdigit():  # the identifier of a fact, so others of that kind
            known = {printable(key): iri for iri, key in self._all(IDENTIFIER)}
            return nearest(text, (key for key, iri in known.items() if allowed is None or iri in allowed))
        names = {
            self._label(iri) or compact(iri)
            for iris in self._by_name.values()
            for iri in iris
            if (iri in allowed if allowed is not None else not _is_sentence(iri))
        }
        by_folded = {_folded(name): name for name in sorted(names)}
        by_folded.update(
            {key: self.label(iris[0]) for key, iris in self._by_name.items() if self.label(iris[0]) in names}
        )
        close = list(dict.fromkeys(by_folded[key] for key in nearest(_folded(text), by_folded)))
        return close or (sorted(names)[:6] if allowed is not None and len(names) <= 20 else [])


def _all(source: Source, predicate: str) -> list[tuple[str, str]]:
    """Each IRI with a text that it has, sorted."""
    return sorted(
        (iri.value, text.value)
        for iri, text in pairs(source, predicate)
        if isinstance(iri, NamedNode) and isinstance(text, Literal)
    )


def _looking_up(source: Layers | Merged, predicate: str) -> Callable[[str], str]:
    store, property_ = source.store, NamedNode(predicate)

    def texts(iri: str) -> Iterator[str]:
        try:
            found = store.quads_for_pattern(NamedNode(iri), property_, None)
        except ValueError:  # a value that is no IRI has no label
            return
        yield from (quad.object.value for quad in found if isinstance(quad.object, Literal))

    return lambda iri: printable(min(texts(iri), default=""))


def _folded(name: str) -> str:
    """A name without case, blanks and hyphens, Greek letters spelt out: IFN-γ, IFNγ and ifn gamma are one.

    >>> _folded("IFN-γ") == _folded("ifn gamma")
    True
    """
    folded = name.casefold()
    spelt = folded if folded.isascii() else folded.translate(_SPELT)
    return "".join(filter(str.isalnum, spelt)) or folded


def _is_sentence(iri: str) -> bool:
    return iri.startswith((PREFIXES["fact"], PREFIXES["evidence"], PREFIXES["conflict"]))


def _preference(iri: str) -> tuple[bool, bool, bool, str]:
    """Our terms before those of others, classes before properties: `span` means our class."""
    local = iri.rsplit("/", 1)[-1]
    return _is_sentence(iri), not iri.startswith(BASE), not local[:1].isupper(), iri
