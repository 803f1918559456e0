"""Names of what is loaded, for looking up many cells: with flat memory, however many facts there are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EIO, ENOSPC
from functools import cached_property, lru_cache, partial
from tempfile import gettempdir
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from aa_ld.names import Names, _folded, _preference
from aa_ld.store import Layers
from aa_ld.vocab import BASE, IDENTIFIER, PREFIXES, RDF_TYPE, expand

if TYPE_CHECKING:
    from sqlite3 import Connection

_NAMING = (PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "altLabel", IDENTIFIER)
_GROUNDS = (NamedNode(BASE + "evidence"), NamedNode(BASE + "rule"))
_TYPE, _BELOW = NamedNode(RDF_TYPE), NamedNode(PREFIXES["rdfs"] + "subClassOf")
_HELD = 1 << 12  # classes of which it is held what stands above them

Term = NamedNode | BlankNode | Literal | Triple


class KnownNames(Names):
    """The same names, which lie in a database without a name on a disk and not in memory.

    What the disk does not take is an OSError with the folder of temporary files.

    >>> from aa_ld.store import open_layers
    >>> names = KnownNames(open_layers())
    >>> names.meant("IFN-γ"), names.is_fact(PREFIXES["fact"] + "serum-interleukin-4-raised")
    ('https://w3id.org/aa-ld/InterferonGamma', True)
    """

    def __init__(self, layers: Layers) -> None:
        super().__init__(layers)
        self._store = layers.store
        self._above = lru_cache(_HELD)(partial(_classes_above, layers.store))  # of self it would be a circle

    def meant(self, text: str, *categories: str) -> str | None:
        """What a text means, of these categories; see Names. What belongs to one is never listed."""
        found = self._candidates(text)
        if categories:
            wanted = set(categories)
            found = [iri for iri in found if not wanted.isdisjoint(self._kinds(iri))]
        return min(found, key=_preference, default=None)

    def _kinds(self, iri: str) -> frozenset[str]:
        """A class and all above it, and those that a thing is one of."""
        node = NamedNode(iri)
        types = [quad.object for quad in self._store.quads_for_pattern(node, _TYPE, None)]
        return self._above(node).union(*map(self._above, types))

    def is_fact(self, iri: str) -> bool:
        """Whether this is a fact: something with an evidence line or a rule."""
        return any(self._says(iri, ground) for ground in _GROUNDS)

    def _says(self, iri: str, predicate: NamedNode) -> bool:
        try:
            found = self._store.quads_for_pattern(NamedNode(iri), predicate, None)
        except ValueError:  # it is no IRI
            return False
        return next(found, None) is not None

    @cached_property
    def _called(self) -> Connection:
        """Folded names and the IRIs that have them; made on first use."""
        from sqlite3 import connect

        with _on_the_disk():
            database = connect("")
            database.execute("CREATE TABLE called (name TEXT, iri TEXT)")
            database.executemany("INSERT INTO called VALUES (?, ?)", self._each())
            database.execute("CREATE INDEX by_name ON called (name)")
        return database

    def close(self) -> None:
        """Free the database; it is made anew where a name is looked up again."""
        if "_called" in vars(self):
            self._called.close()
            del self._called

    def _each(self) -> Iterator[tuple[str, str]]:
        for predicate in _NAMING:
            for quad in self._store.quads_for_pattern(None, NamedNode(predicate), None):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                    yield _folded(quad.object.value), quad.subject.value

    def _candidates(self, text: str) -> list[str]:
        """What a text can mean; see Names."""
        iri = expand(text)
        exact = [iri] if iri is not None and self._says(iri, _TYPE) else []
        if exact and (":" in text or text.startswith("<")):
            return exact
        with _on_the_disk():
            called = self._called.execute("SELECT iri FROM called WHERE name = ?", [_folded(text)]).fetchall()
        named = [*exact, *(iri for (iri,) in called)]
        if not named and self._says(PREFIXES["fact"] + text, _TYPE):
            return [PREFIXES["fact"] + text]
        if not named and text.removeprefix("fact:").startswith("derived-"):
            return super()._candidates(text)  # the beginning of a name
        return list(dict.fromkeys(named))


def _classes_above(store: Store, start: Term) -> frozenset[str]:
    """A class and all above it."""
    seen, waiting = {start}, [start]
    while waiting:
        for quad in store.quads_for_pattern(waiting.pop(), _BELOW, None):  # type: ignore[arg-type]
            if quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)
    return frozenset(each.value for each in seen if isinstance(each, NamedNode))


@contextmanager
def _on_the_disk() -> Iterator[None]:
    """An error of the database as one of the disk: nothing else can go wrong with these few commands."""
    from sqlite3 import Error

    try:
        yield
    except Error as error:
        number = ENOSPC if "full" in str(error) else EIO
        raise OSError(number, f"{os.strerror(number)} ({error})", _folder()) from error


def _folder() -> str:
    """The folder in which SQLite puts what has no name; it looks for it in another order than Python."""
    asked = [os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp", "/usr/tmp"]
    fit = (each for each in asked if each and os.access(each, os.W_OK | os.X_OK))
    return next(fit, gettempdir()) if os.name == "posix" else gettempdir()
