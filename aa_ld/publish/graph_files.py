"""The files of a layer for machines: whoever asks for a graph by name gets all of it, however large it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby, islice

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse, serialize

from aa_ld.errors import NotATreeError
from aa_ld.publish.lines import lines_of
from aa_ld.publish.rdf import PREFIXES_OF_FILES, SYNTAXES
from aa_ld.publish.resources import Resource
from aa_ld.publish.spool import Spool
from aa_ld.store import Layers
from aa_ld.turtle import Term, laid_out

#: Triples that are laid out together as Turtle; a larger graph is laid out lot by lot.
_LOT = 20_000
_AT_ONCE = 1000  # lines that are written together


def files_of_graph(layers: Layers, resource: Resource) -> Iterator[tuple[str, Spool]]:
    """The path and the content of each file of a layer; they say the same, and blank nodes have the same names in all."""
    plain = Spool()
    ordered = lines_of(layers, NamedNode(resource.iri))
    while part := list(islice(ordered, _AT_ONCE)):
        plain.write(b"\n".join([*part, b""]))
    told = _told(plain)
    for ending, (_, syntax) in SYNTAXES.items():
        if syntax is None:
            made = _turtle(told)
        elif syntax == RdfFormat.N_TRIPLES:
            made = plain
        else:
            made = Spool()
            serialize(told(), output=made, format=syntax, prefixes=PREFIXES_OF_FILES)  # type: ignore[arg-type]
        yield f"{resource.path}.{ending}", made


def _told(plain: Spool) -> Callable[[], Iterable[Triple]]:
    """What gives the triples, as often as they are wanted: held if they are one lot, else read again each time."""
    held = list(islice(_triples(plain), _LOT + 1))
    return (lambda: held) if len(held) <= _LOT else (lambda: _triples(plain))


def _triples(plain: Spool) -> Iterator[Triple]:
    rest = b""
    for piece in plain.pieces():
        whole, end, rest = (rest + piece).rpartition(b"\n")
        yield from (quad.triple for quad in parse(whole + end, RdfFormat.N_TRIPLES))


def _turtle(told: Callable[[], Iterable[Triple]]) -> Spool:
    """All of it in the layout of this house; lots of a large graph stand one behind the other."""
    prefixes: set[str] = set()
    bodies = Spool()
    for lot in _lots(told):
        declared, body = laid_out(lot)
        prefixes.update(declared)
        bodies.write(b"\n" * bool(bodies.size) + body.encode())
    head = "".join(f"{line}\n" for line in [*sorted(prefixes), ""])
    made = Spool.of(chain([head.encode()] if prefixes else [], bodies.pieces()))
    bodies.close()
    return made


def _lots(told: Callable[[], Iterable[Triple]]) -> Iterator[list[Triple]]:
    """Triples lot by lot, all of a subject together, with those of the blank nodes that hang on them.

    Raises NotATreeError where a blank node hangs on subjects of two lots.
    """
    knots: dict[Term, list[Triple]] = defaultdict(list)
    for triple in told():
        if isinstance(triple.subject, BlankNode):
            knots[triple.subject].append(triple)
    gone: set[Term] = set()
    lot: list[Triple] = []
    named = (triple for triple in told() if isinstance(triple.subject, NamedNode))
    for _, group in groupby(named, key=lambda triple: triple.subject):
        if len(lot) >= _LOT:
            yield lot
            gone |= {triple.object for triple in lot if isinstance(triple.object, BlankNode)}
            lot = []
        waiting = list(group)
        while waiting:
            lot.append(waiting.pop())
            if lot[-1].object in gone:
                raise NotATreeError(str(lot[-1].object))
            waiting += knots.pop(lot[-1].object, ())
    yield [*lot, *chain.from_iterable(knots.values())]
