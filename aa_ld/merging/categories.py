"""What kind of thing a term is: a disease, a phenotype, a chemical, a gene; by whose term it is, and by the tree of MeSH.

The table is categories.tsv beside this module. A MeSH heading may be of several
categories, as it stands in several trees and as a tree may hold several kinds of
thing; whatever is not in the table is of none, and never clashes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable
from functools import cache
from pathlib import Path

from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue, family

_NONE: frozenset[str] = frozenset()


@cache
def _table() -> tuple[dict[bytes, frozenset[str]], dict[str, frozenset[str]]]:
    """Families of IRIs, and beginnings of tree numbers of MeSH, to categories."""
    families: dict[bytes, set[str]] = defaultdict(set)
    trees: dict[str, set[str]] = defaultdict(set)
    for line in Path(__file__).with_name("categories.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        begins, category = line.split("\t")
        if begins.startswith("mesh "):
            trees[begins.removeprefix("mesh ")].add(category)
        else:
            families[b"<" + begins.encode()].add(category)
    return {k: frozenset(v) for k, v in families.items()}, {k: frozenset(v) for k, v in trees.items()}


class Categories:
    """The categories of these terms."""

    def __init__(self, catalogue: Catalogue, terms: Container[bytes]) -> None:
        self._families, self._trees = _table()
        self._numbers: dict[bytes, set[bytes]] = defaultdict(set)
        for term, number, _ in catalogue.among(terms, words.TREE_NUMBER):
            self._numbers[term].add(number)

    def of(self, term: bytes) -> frozenset[str]:
        """The categories of a term; none where nobody knows."""
        if term in self._numbers:
            return self._families.get(family(term)) or self._by_tree(self._numbers[term])
        return self._families.get(family(term), _NONE)

    def _by_tree(self, numbers: Iterable[bytes]) -> frozenset[str]:
        found: set[str] = set()
        for number in numbers:
            tree = re.search(r"/([A-Z])(\d+)([\d.]*)>$", number.decode())
            if tree is None:
                return frozenset()
            longer = (tree[1] + tree[2] + tree[3][:4], tree[1] + tree[2], tree[1])
            here = next((self._trees[each] for each in longer if each in self._trees), None)
            if here is None:
                return frozenset()  # a tree that the table does not know may hold anything
            found |= here
        return frozenset(found)
