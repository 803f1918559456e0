"""Everything of ours that has an IRI, where its page and its files lie, and what is said of it.

What has no page of its own, such as an evidence line or a span, is told on the
page of what it belongs to, and its IRI leads there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from aa_ld import places
from aa_ld.executables import question_triples, rule_triples
from aa_ld.merging import nodes
from aa_ld.names import Names
from aa_ld.question import read_questions
from aa_ld.rule import read_rules
from aa_ld.store import Layers
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE

#: Folders of IRIs that have pages, and what they are called; terms are at the top.
KINDS = {
    "": "term", "fact": "fact", "publication": "publication", "cohort": "cohort", "conflict": "conflict",
    "question": "question", "rule": "rule", "shape": "shape", "source": "source", "graph": "graph",
}  # fmt: skip

#: Folders of IRIs that are told elsewhere, and the properties by which they are found there.
_PARTS = {"evidence", "span", "part", "setting"}
_TYPE = NamedNode(RDF_TYPE)
_LONGEST = 200  # bytes of the name of a file, as far as it is taken from an IRI


class Resource(NamedTuple):
    """Something of ours.

    iri      its IRI
    kind     one of the values of KINDS
    path     where its files lie under the folder, without ending: fact/SF32-…
    label    its name for people
    triples  what is said of it, and of its parts
    parts    the IRIs of its parts
    """

    iri: str
    kind: str
    path: str
    label: str
    triples: list[Triple]
    parts: tuple[str, ...]


def resources(lines: bytes, names: Names) -> list[Resource]:
    """All resources that the lines of opened layers speak of, with questions, rules, shapes and graphs; by IRI.

    >>> from aa_ld import load
    >>> kb = load("review")
    >>> found = {each.iri: each for each in resources(layer_lines(kb.layers), Names(kb.layers))}
    >>> found["https://w3id.org/aa-ld/AlopeciaAreata"].path
    'AlopeciaAreata'
    """
    graphs: dict[str, list[Triple]] = defaultdict(list)
    about = _by_subject(lines, graphs)
    owners = dict(_owners(about))
    parts: dict[str, list[str]] = defaultdict(list)
    for part, owner in owners.items():
        parts[owner].append(part)
    found = []
    for iri in sorted(iri for iri in about if iri.startswith(BASE) and iri not in owners and iri != BASE):
        kind = KINDS.get(folder_of(iri))
        if kind is not None:
            own = tuple(sorted(parts.get(iri, ())))
            triples = [triple for each in (iri, *own) for triple in about[each]]
            found.append(Resource(iri, kind, path_of(iri), names.label(iri), triples, own))
    known = {each.iri: each for each in [*found, *_graphs(graphs)]}
    for each in _beside():  # of a rule, the layers say something too
        old = known.get(each.iri)
        known[each.iri] = each._replace(triples=[*old.triples, *each.triples]) if old else each
    return sorted(known.values(), key=lambda each: each.iri)


def layer_lines(layers: Layers) -> bytes:
    """Everything in opened layers as N-Quads, layer by layer, in an order that does not depend on chance.

    A store forgets the order in which a file was read, and names blank nodes by
    chance; so they get the names of what they say, as in a merge.
    """
    found: list[bytes] = []
    for graph in sorted(layers.graphs, key=str):
        end = f" {graph} .\n".encode()
        triples = (quad.triple for quad in layers.store.quads_for_pattern(None, None, None, graph))
        lines = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines()
        if any(b"_:" in line for line in lines):
            rows = [(s, p, o[:-2]) for s, p, o in (line.split(b" ", 2) for line in lines)]
            lines = [b" ".join((*row, b".")) for row in nodes.named(rows)]
        found += [line[:-2] + end for line in sorted(lines)]
    return b"".join(found)


def folder_of(iri: str) -> str:
    """The folder of an IRI of ours: "fact", or "" for a term."""
    return iri.removeprefix(BASE).rpartition("/")[0]


def path_of(iri: str) -> str:
    """Where the files of an IRI of ours lie, as segments that no file system takes amiss and that lead nowhere else.

    >>> path_of(BASE + "fact/../../etc")
    'fact/%2E%2E/%2E%2E/etc'
    """
    segments = unquote(iri.removeprefix(BASE)).split("/")
    return "/".join(_segment(each) for each in segments)


def _segment(text: str) -> str:
    safe = quote(text, safe="-_.~") or "%20"
    if len(safe) > _LONGEST:  # a disk takes 255 bytes, with an ending
        safe = f"{safe[:_LONGEST].rstrip('%')}~{sha256(text.encode()).hexdigest()[:16]}"
    return safe.replace(".", "%2E") if set(safe) <= {"."} else safe


def _by_subject(lines: bytes, graphs: dict[str, list[Triple]]) -> dict[str, list[Triple]]:
    """What is said of each IRI, with the expressions that hang on it; each triple goes into its graph, too."""
    blank: dict[BlankNode, list[Triple]] = defaultdict(list)
    about: dict[str, dict[Triple, None]] = defaultdict(dict)
    for quad in parse(lines, RdfFormat.N_QUADS):
        triple, subject = quad.triple, quad.subject
        graphs[quad.graph_name.value].append(triple)
        if isinstance(subject, BlankNode):
            blank[subject].append(triple)
        else:
            about[subject.value][triple] = None
    return {
        iri: [t for triple in triples for t in _with_below(triple, blank)] for iri, triples in about.items()
    }


def _with_below(triple: Triple, blank: Mapping[BlankNode, list[Triple]]) -> Iterator[Triple]:
    waiting, seen = [triple], set()
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each.object, BlankNode) and each.object not in seen:
            seen.add(each.object)
            waiting.extend(blank[each.object])


def _owners(about: Mapping[str, list[Triple]]) -> Iterator[tuple[str, str]]:
    """Each part, and the resource that it is told with: the one that points to it, and by way of other parts."""
    points: dict[str, list[str]] = defaultdict(list)
    for iri, triples in about.items():
        for triple in triples:
            if isinstance(triple.object, NamedNode) and folder_of(triple.object.value) in _PARTS:
                points[triple.object.value].append(iri)
    for part in (iri for iri in about if iri.startswith(BASE) and folder_of(iri) in _PARTS):
        seen, waiting = {part}, sorted(points[part])
        while waiting:
            owner = waiting.pop(0)
            if folder_of(owner) not in _PARTS:
                yield part, owner
                break
            if owner not in seen:
                seen.add(owner)
                waiting.extend(sorted(points[owner]))


def _graphs(held: Mapping[str, list[Triple]]) -> Iterator[Resource]:
    """The layers themselves: whoever asks for a graph by name gets all of it."""
    for iri, triples in held.items():
        yield Resource(iri, "graph", path_of(iri), f"layer {iri.rpartition('/')[2]}", triples, ())


def _beside() -> Iterator[Resource]:
    """Questions, rules and shapes, which are files of their own."""
    for question in read_questions().values():
        iri = PREFIXES["question"] + question.name
        yield Resource(iri, "question", path_of(iri), question.title, list(question_triples(question)), ())
    for rule in read_rules().values():
        yield Resource(rule.iri, "rule", path_of(rule.iri), rule.title, list(rule_triples(rule)), ())
    for path in places.shape_files():
        quads = list(parse(path=str(path), format=RdfFormat.TURTLE))
        iri = PREFIXES["shape"] + path.stem
        yield Resource(
            iri,
            "shape",
            path_of(iri),
            f"shapes of {path.stem}",
            [q.triple for q in quads],
            _shapes(quads, iri),
        )


def _shapes(quads: Iterable[Quad], own: str) -> tuple[str, ...]:
    found = {q.subject.value for q in quads if isinstance(q.subject, NamedNode)}
    return tuple(sorted(iri for iri in found if iri.startswith(PREFIXES["shape"]) and iri != own))
