"""The constraints of shapes/, each compiled to one SPARQL query over all its nodes.

SHACL runs a SPARQL constraint once for every node it targets. Here the target
becomes the first pattern of the query, so that one query does the work of all,
in the embedded store or inside a SPARQL server. What a constraint may
hold is therefore kept plain; `Constraint.queries` says how.

Specification: https://www.w3.org/TR/shacl/#sparql-constraints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from aa_ld import places
from aa_ld.vocab import PREFIXES

_SH = PREFIXES["sh"]
_SHAPE = PREFIXES["shape"]


class Constraint(NamedTuple):
    """One SPARQL constraint of one shape.

    check     its name, such as Fact-evidence
    severity  violation, warning or info
    message   what is wrong; {$this} and {?value} stand for what is found
    remedy    what to do
    targets   pairs of class or subjects-of, and the IRI that it is about
    select    the query of the constraint, with $this for the node
    """

    check: str
    severity: str
    message: str
    remedy: str
    targets: tuple[tuple[str, str], ...]
    select: str
    prefixes: tuple[tuple[str, str], ...]

    def queries(self) -> list[str]:
        """The queries that find every node that breaks the constraint, one a target.

        Each gives ?this and, where the constraint has one, ?value. The body of
        a constraint is plain patterns, FILTER, OPTIONAL and BIND: GRAPH, MINUS
        and nested SELECT would not mean the same once $this is a variable.

        >>> len(constraints()["Fact-evidence"].queries())
        1
        """
        head = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in self.prefixes)
        select = self.select.replace("$this", "?this")
        begin, brace, body = select.partition("{")
        begin = begin.replace("SELECT ?this", "SELECT DISTINCT ?this")
        return [f"{head}{begin}{brace}\n  {_pattern(*target)}{body}" for target in self.targets]


def _pattern(kind: str, iri: str) -> str:
    if kind == "class":
        return f"?this <{PREFIXES['rdf']}type>/<{PREFIXES['rdfs']}subClassOf>* <{iri}> ."
    return f"?this <{iri}> ?anyTarget ."


def constraints(files: Iterable[Path] | None = None) -> dict[str, Constraint]:
    """Every constraint by its name, in the order of the names.

    Without `files`, those of shapes/ are read.

    >>> constraints()["Fact-evidence"].severity
    'violation'
    """
    store = Store()
    for path in places.shape_files() if files is None else files:
        store.load(path=str(path), format=RdfFormat.TURTLE)
    prefixes = tuple(sorted(_prefixes(store)))
    found = (c for shape in _shapes(store) for c in _of_shape(store, shape, prefixes))
    return {c.check: c for c in sorted(found, key=lambda c: c.check)}


def _shapes(store: Store) -> Iterator[NamedNode]:
    for quad in store.quads_for_pattern(
        None, NamedNode(PREFIXES["rdf"] + "type"), NamedNode(_SH + "NodeShape")
    ):
        assert isinstance(quad.subject, NamedNode)
        yield quad.subject


def _of_shape(store: Store, shape: NamedNode, prefixes: tuple[tuple[str, str], ...]) -> Iterator[Constraint]:
    targets = [("class", iri) for iri in _values(store, shape, "targetClass")]
    targets += [("subjects-of", iri) for iri in _values(store, shape, "targetSubjectsOf")]
    severity = _values(store, shape, "severity")[0].removeprefix(_SH).lower()
    for iri in _values(store, shape, "sparql"):
        node = NamedNode(iri)
        message, _, remedy = _values(store, node, "message")[0].partition(". ")
        yield Constraint(
            check=iri.removeprefix(_SHAPE),
            severity=severity,
            message=message + ".",
            remedy=remedy,
            targets=tuple(targets),
            select=_values(store, node, "select")[0],
            prefixes=prefixes,
        )


def _values(store: Store, subject: NamedNode, name: str) -> list[str]:
    quads = store.quads_for_pattern(subject, NamedNode(_SH + name), None)
    return sorted(q.object.value for q in quads if isinstance(q.object, (NamedNode, Literal)))


def _prefixes(store: Store) -> Iterator[tuple[str, str]]:
    for quad in store.quads_for_pattern(None, NamedNode(_SH + "declare"), None):
        assert isinstance(quad.object, NamedNode)
        yield _values(store, quad.object, "prefix")[0], _values(store, quad.object, "namespace")[0]
