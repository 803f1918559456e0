"""Answers that are kept to be given again, as HTTP caches do, by what was asked and the state of the store.

The key is a digest of the state, the query, its graphs and its form; so an
answer is never given for another state, and the key serves as ETag too.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from hashlib import sha256

from aa_ld.serve.queries import words

#: Functions that give something else each time.
_FICKLE = {"RAND", "NOW", "UUID", "STRUUID", "BNODE"}


class Cache:
    """The answers used last, as many as fit into so many bytes.

    >>> cache = Cache(100)
    >>> cache.put("a", ("text/plain", b"x" * 20))
    >>> cache.get("a")[0], cache.get("b")
    ('text/plain', None)
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self._kept: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    def get(self, key: str) -> tuple[str, bytes] | None:
        """Media type and body of an answer, if it is kept."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: str, answer: tuple[str, bytes]) -> None:
        """Keep an answer, unless it would fill a quarter of the room; the ones not used for longest go."""
        size = len(answer[1])
        if size > self.most // 4 or key in self._kept:
            return
        self._kept[key] = answer
        self.size += size
        while self.size > self.most:
            self.size -= len(self._kept.popitem(last=False)[1][1])


def key_of(*parts: object) -> str:
    """A digest of what was asked.

    >>> len(key_of("state", "SELECT *", None))
    40
    """
    return sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def is_lasting(query: str) -> bool:
    """Whether a query gives the same for the same store.

    >>> is_lasting("SELECT * { ?s ?rand 'now' }"), is_lasting("SELECT (rand() AS ?x) {}")
    (True, False)
    """
    return not words(query) & _FICKLE and "\\u" not in query.lower()  # an escape could hide such a name
