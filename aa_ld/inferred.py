"""What follows from all shipped facts, as generated with them: read where it is current, else the rules run."""

from __future__ import annotations

from hashlib import sha256

from pyoxigraph import Literal, NamedNode, Quad

from aa_ld import places
from aa_ld.store import Layers, open_layers
from aa_ld.vocab import INFERRED, LAYERS, PREFIXES, graph_iri

_GRAPH = NamedNode(graph_iri(INFERRED))
_DIGEST = NamedNode(PREFIXES["aa"] + "sha256")


def read_inferred(layers: Layers) -> bool:
    """Add the generated layer to all shipped layers, opened and nothing else; False where it is out of date.

    >>> from aa_ld.infer import infer
    >>> layers = open_layers()
    >>> read_inferred(layers) and infer(layers).risen  # the rules find nothing more
    frozenset()
    """
    path = places.inferred_file()
    text = path.read_bytes() if path.exists() else b""
    if f'"{fingerprint()}"'.encode() not in text:
        return False
    layers.add_file(str(path), INFERRED)
    layers.remove(_GRAPH.value)  # the digest is about the file, not part of what follows
    return True


def generated() -> str:
    """The generated layer as canonical Turtle, with the digest of what it follows from."""
    from aa_ld.infer import infer
    from aa_ld.turtle import write_turtle

    layers = open_layers()
    infer(layers)
    quads = [quad.triple for quad in layers.store.quads_for_pattern(None, None, None, _GRAPH)]
    return write_turtle([*quads, Quad(_GRAPH, _DIGEST, Literal(fingerprint())).triple])


def fingerprint() -> str:
    """The SHA-256 of the files of all layers and of the rules."""
    digest = sha256()
    files = [path for layer in LAYERS for path in places.layer_files(layer)]
    for path in [*files, *places.rule_files().values()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()
