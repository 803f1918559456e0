"""How often classes and properties are used: what VoID tells, and what the editor of the query page offers first."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import NamedTuple

from pyoxigraph import NamedNode

from aa_ld.in_order import InOrder
from aa_ld.store import Layers
from aa_ld.vocab import RDF_TYPE


class Usage(NamedTuple):
    """IRI of a class to the number of its instances, IRI of a property to that of its triples, and of how many things something is said."""

    classes: Counter[str]
    properties: Counter[str]
    subjects: int


def usage(layers: Layers) -> Usage:
    """Count over all layers.

    >>> from aa_ld.store import open_layers
    >>> usage(open_layers()).classes["https://w3id.org/aa-ld/Cohort"] > 0
    True
    """
    classes, properties = Counter[str](), Counter[str]()
    kinds: dict[NamedNode, str] = {}
    subjects, last = InOrder(), None
    for quad in layers.store.quads_for_pattern(None, None, None):
        if quad.subject != last:  # what is said of one comes mostly together
            last = quad.subject
            subjects.add(str(last).encode())
        predicate = kinds.setdefault(quad.predicate, quad.predicate.value)
        properties[predicate] += 1
        if predicate == RDF_TYPE and isinstance(quad.object, NamedNode):
            classes[quad.object.value] += 1
    return Usage(classes, properties, sum(1 for _ in groupby(subjects)))
