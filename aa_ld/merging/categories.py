"""What kind of thing a term is: a disease, a phenotype, a chemical, a gene; by whose term it is, and by the tree of MeSH.

The table is categories.tsv beside this module. A MeSH heading may be of several
categories, as it stands in several trees and as a tree may hold several kinds of
thing; whatever is not in the table is of none, and never clashes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue, family


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
    """The categories of terms."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._families, self._trees = _table()
        self._numbers = catalogue.by_subject(words.TREE_NUMBER)
        self._known: dict[bytes, frozenset[str]] = {}

    def of(self, term: bytes) -> frozenset[str]:
        """The categories of a term; none where nobody knows."""
        known = self._known.get(term)
        if known is None:
            known = self._families.get(family(term)) or self._by_tree(term)
            self._known[term] = known
        return known

    def _by_tree(self, term: bytes) -> frozenset[str]:
        found: set[str] = set()
        for number in self._numbers.get(term, ()):
            tree = re.search(r"/([A-Z])(\d+)([\d.]*)>$", number.decode())
            if tree is None:
                return frozenset()
            longer = (tree[1] + tree[2] + tree[3][:4], tree[1] + tree[2], tree[1])
            here = next((self._trees[each] for each in longer if each in self._trees), None)
            if here is None:
                return frozenset()  # a tree that the table does not know may hold anything
            found |= here
        return frozenset(found)
