"""Our own layers as quads to push, in a fixed order, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aa_ld import places
from aa_ld.errors import ParameterValueError, nearest
from aa_ld.vocab import INFERRED, LAYERS, PREFIXES, graph_iri, printable

if TYPE_CHECKING:
    from pyoxigraph import Quad

#: The layers that are pushed if none is named.
PUSHED = (*LAYERS, INFERRED)


def layer_quads(names: Iterable[str] = PUSHED) -> Iterator[Quad]:
    """The quads of shipped layers, each in the named graph of its layer.

    A name may be short or an IRI. Raises ParameterValueError for what is no layer.

    >>> {quad.graph_name.value for quad in layer_quads(["graph:mappings"])}
    {'https://w3id.org/aa-ld/graph/mappings'}
    """
    from pyoxigraph import NamedNode, Quad, RdfFormat, parse

    for name in dict.fromkeys([_short(name) for name in names]):
        if name == INFERRED:
            yield from _inferred()
            continue
        graph = NamedNode(graph_iri(name))
        for path in places.layer_files(name):  # as they stand there: so blank nodes have an order
            quads = parse(path=str(path), format=RdfFormat.TURTLE)
            yield from (Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads)


def _inferred() -> list[Quad]:
    from aa_ld.inferred import read_inferred
    from aa_ld.store import open_layers

    layers = open_layers()
    if not read_inferred(layers):
        from aa_ld.infer import infer

        infer(layers)
    return sorted(layers.store.quads_for_pattern(None, None, None, layers.graph(INFERRED)), key=str)


def _short(name: str) -> str:
    short = name.removeprefix(PREFIXES["graph"]).removeprefix("graph:")
    if short not in PUSHED:
        what = f"There is no layer of this name. Layers are {', '.join(PUSHED)}."
        raise ParameterValueError(
            f"--graph {printable(name, 80)}",
            what,
            "Name one of them, or files to push.",
            nearest(short, PUSHED),
        )
    return short
