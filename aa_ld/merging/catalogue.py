"""The triples that the report needs, of all inputs, by what they are for; with the input each comes from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator
from functools import cached_property, reduce
from itertools import chain, compress
from operator import or_

from aa_ld.merging import words
from aa_ld.merging.conflict import short
from aa_ld.merging.reading import AGAINST, Read
from aa_ld.merging.words import text_of
from aa_ld.merging.worker import BLANK
from aa_ld.vocab import printable

_CLASS = f"<{words.OWL}Class>".encode()
_LOCAL = re.compile(rb"[A-Za-z]*\d[\w.]*>$|[^/#]*>$")
_XREF = re.compile(rb'"(?:MESH|MSH|mesh|MeSH):([A-Z]\d+)"')
_MESH = words.MESHV.removesuffix("vocab#").encode()


def family(term: bytes) -> bytes:
    """Whose term an IRI is: what is left of it without the last part.

    >>> family(b"<http://purl.obolibrary.org/obo/MONDO_0005340>"), family(b"<http://id.nlm.nih.gov/mesh/D000506>")
    (b'<http://purl.obolibrary.org/obo/MONDO_', b'<http://id.nlm.nih.gov/mesh/')
    """
    head, _, number = term.rpartition(b"_")
    if head and number[:-1].isdigit():
        return head + b"_"
    return term[: max(term.rfind(b"/"), term.rfind(b"#")) + 1]


def either(bits: Iterable[int]) -> int:
    """The inputs of several sets of bits together.

    >>> either([1, 4])
    5
    """
    return reduce(or_, bits, 0)


class Catalogue:
    """Inputs seen as one: labels, kinds, hierarchy, mappings, what is obsolete.

    Terms are bytes, as N-Triples write them; inputs are numbers into `names`.
    """

    def __init__(self, sources: Iterable[Read]) -> None:
        self.sources = [source for source in sources if source.role != AGAINST]
        self.names = [source.name for source in self.sources]
        self.kept: dict[str, object] = {}
        self.stating: dict[bytes, int] = {}

    def rows(self, *predicates: str) -> Iterator[tuple[bytes, bytes, int]]:
        """Subject, object and input of each triple with one of the predicates."""
        for number, source in enumerate(self.sources):
            for predicate in predicates:
                for s, o in source.rows(predicate):
                    yield s, o, number

    def among(
        self, terms: Container[bytes], *predicates: str, end: int = 0
    ) -> Iterator[tuple[bytes, bytes, int]]:
        """Of `rows` those with one of these terms as subject, or as object where the end is 1."""
        for number, source in enumerate(self.sources):
            for pair in chain.from_iterable(map(source.columns, predicates)):
                hits = map(terms.__contains__, pair[end])
                for s, o in compress(zip(*pair, strict=True), hits):
                    yield s, o, number

    def by_subject(self, *predicates: str) -> dict[bytes, dict[bytes, int]]:
        """Subject to objects, each with the inputs that say so as a set of bits."""
        found: dict[bytes, dict[bytes, int]] = {}
        for number, source in enumerate(self.sources):
            for subjects, objects in chain.from_iterable(map(source.columns, predicates)):
                alone = {o: {o: 1 << number} for o in set(objects)}  # most are alike, and take room once
                for s, o, this in zip(subjects, objects, map(alone.__getitem__, objects), strict=True):
                    known = found.setdefault(s, this)
                    if known is not this:
                        found[s] = {**known, o: known.get(o, 0) | 1 << number}
        return found

    def files(self, bits: int) -> tuple[str, ...]:
        """The names of inputs, from a set of bits."""
        return tuple(name for number, name in enumerate(self.names) if bits >> number & 1)

    @cached_property
    def nodes(self) -> dict[bytes, dict[bytes, list[bytes]]]:
        """What blank nodes are part of: subject to predicate to objects; `stating` has the inputs of each node."""
        found: dict[bytes, dict[bytes, list[bytes]]] = {}
        named: dict[bytes, bytes] = {}  # each predicate once, as there are few, and many triples
        for number, source in enumerate(self.sources):
            last, said = b"", {}
            for s, p, o in source.triples(BLANK):
                if s != last:
                    last, said = s, found.setdefault(s, {})
                    if s[:2] == b"_:":
                        self.stating[s] = self.stating.get(s, 0) | 1 << number
                if p in said:
                    said[p].append(o)
                else:
                    said[named.setdefault(p, p)] = [o]
        return found

    @cached_property
    def labels(self) -> dict[bytes, dict[bytes, int]]:
        """Term to its labels."""
        return self.by_subject(words.LABEL)

    @cached_property
    def kinds(self) -> dict[bytes, dict[bytes, int]]:
        """Term to its types."""
        return self.by_subject(words.TYPE)

    def of_kinds(self, wanted: Collection[bytes]) -> Iterator[bytes]:
        """The terms of any of these types."""
        types = self.kinds.values()
        each = dict(zip(map(id, types), types, strict=True))  # most terms share one, which is looked at once
        hits = {at for at, some in each.items() if not some.keys().isdisjoint(wanted)}
        return compress(self.kinds, map(hits.__contains__, map(id, types)))

    @cached_property
    def parents(self) -> dict[bytes, dict[bytes, int]]:
        """Class to the classes named right above it."""
        return self.by_subject(words.SUBCLASS)

    @cached_property
    def deprecated(self) -> dict[bytes, int]:
        """Obsolete terms."""
        found: dict[bytes, int] = {}
        for s, o, number in self.rows(words.DEPRECATED):
            if o[:5] == b'"true' or o[:2] == b'"1':
                found[s] = found.get(s, 0) | 1 << number
        return found

    @cached_property
    def replacements(self) -> dict[bytes, dict[bytes, int]]:
        """Obsolete term to what replaces it."""
        return self.by_subject(words.REPLACED_BY, words.REPLACED_BY_TOO)

    @cached_property
    def exact(self) -> dict[bytes, dict[bytes, int]]:
        """Term to its exact matches, in both directions."""
        found: dict[bytes, dict[bytes, int]] = {}
        for number, source in enumerate(self.sources):
            bit = 1 << number
            for s, o in chain(source.rows(words.EXACT), source.rows(words.EQUIVALENT)):
                if o[:1] == b"<":
                    for one, other in ((s, o), (o, s)):
                        matches = found.get(one)
                        if matches is None:
                            found[one] = {other: bit}
                        else:
                            matches[other] = matches.get(other, 0) | bit
        return found

    @cached_property
    def cross_references(self) -> dict[bytes, dict[bytes, int]]:
        """Class to the MeSH terms that it has as cross-references."""
        found: dict[bytes, dict[bytes, int]] = defaultdict(dict)
        for s, o, number in self.rows(words.XREF):
            mesh = _XREF.match(o)
            if mesh:
                term = b"<%s%s>" % (_MESH, mesh[1])
                found[s][term] = found[s].get(term, 0) | 1 << number
        return found

    @cached_property
    def classes(self) -> dict[bytes, int]:
        """Declared classes."""
        return {term: self.kinds[term][_CLASS] for term in self.of_kinds((_CLASS,))}

    def called(self, term: bytes) -> str:
        """A term for people: its short name, and its label where it has one.

        Of several labels the first by the alphabet, so that the order of inputs does not matter.
        """
        iri = text_of(term)
        labels = self.labels.get(term)
        return f"{short(iri)} “{printable(text_of(min(labels)), 80)}”" if labels else short(iri)
