"""Check facts and words against the shapes.

Two engines give the same findings. The default one runs each constraint as one
query over all its nodes, in the opened layers or in whatever runs SPARQL. The
other is pySHACL, the reference, node by node and much slower. SHACL is at home
in this module and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from aa_ld import places
from aa_ld.errors import MissingExtraError, ParameterValueError, nearest
from aa_ld.report import Finding, Report, filled
from aa_ld.shapes import Constraint, constraints
from aa_ld.store import Layers, Source, rows
from aa_ld.vocab import BASE, PREFIXES, compact

if TYPE_CHECKING:
    from rdflib import Graph

#: What an engine gives: the name of the check, the node, the value (or None).
Hit = tuple[str, str, object]


def validate(
    layers: Source,
    engine: str = "sparql",
    files: Mapping[str, str] | None = None,
    checks: Iterable[str] | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Report:
    """Check opened layers against the shapes.

    engine    "sparql", or "pyshacl" for the reference, node by node (needs layers in memory)
    files     path to text of the files that the layers came from, to say file and line
    checks    names of constraints; without them, all
    progress  is told how many constraints are done, and of how many (by the engine "sparql")

    Raises ParameterValueError for another engine, MissingExtraError where
    pySHACL is not installed.

    >>> from aa_ld.store import open_layers
    >>> validate(open_layers()).conforms
    True
    """
    known = constraints()
    wanted = known if checks is None else {name: known[name] for name in checks}
    if engine == "sparql":
        hits = sparql_hits(layers, wanted.values(), progress)
    elif engine == "pyshacl":
        hits = Reference(layers).hits(wanted)
    else:
        raise ParameterValueError(f"engine {engine}", "There is no such engine.", "Take sparql or pyshacl.")
    found = dict.fromkeys(hits)
    names = _declared(layers) if any(name.split("-")[-1] in _WITH_NEAREST for name, _, _ in found) else []
    places_of = _Lines(files or {})
    return Report(_finding(wanted[hit[0]], hit, names, places_of) for hit in found)


def sparql_hits(
    layers: Source, wanted: Collection[Constraint], progress: Callable[[int, int], object] | None = None
) -> Iterator[Hit]:
    """What the constraints find, each by one query a target."""
    from concurrent.futures import ThreadPoolExecutor

    def hits(constraint: Constraint) -> list[Hit]:
        found = [row for query in constraint.queries() for row in rows(layers, query)]
        return [(constraint.check, _text(row["this"]), row.get("value")) for row in found]

    at_once = getattr(layers, "side_by_side", 1)  # a server may answer several at once
    with ThreadPoolExecutor(at_once) as pool:
        for number, found in enumerate((pool.map if at_once > 1 else map)(hits, wanted)):
            if progress:
                progress(number, len(wanted))
            yield from found


class Reference:
    """pySHACL over the triples of opened layers, kept open for more than one run.

    `graph` is the rdflib graph that it reads; it may be changed between runs.
    Raises MissingExtraError where pySHACL is not installed.
    """

    def __init__(self, layers: Source) -> None:
        try:
            import pyshacl
            from rdflib import Graph
        except ImportError:
            remedy = 'Install it: pip install "aa-ld[shacl]".'
            raise MissingExtraError("engine pyshacl", "pySHACL is not installed.", remedy) from None
        if not isinstance(layers, Layers):
            where, what = "engine pyshacl", "pySHACL reads layers in memory only."
            raise ParameterValueError(where, what, "Take the engine sparql.")
        self._run = pyshacl.validate
        self.graph = _prepared_graph(layers)
        self._shapes = Graph()
        for path in places.shape_files():
            self._shapes.parse(str(path), format="turtle")

    def hits(self, wanted: Mapping[str, Constraint], focus: Iterable[str] = ()) -> Iterator[Hit]:
        """What pySHACL finds; with `focus`, on these nodes only."""
        from rdflib import Graph, URIRef

        nodes: list[URIRef | str] = [URIRef(node) for node in focus]
        _, report, _ = self._run(
            self.graph, shacl_graph=self._shapes, inplace=True, focus_nodes=nodes or None
        )
        assert isinstance(report, Graph)
        yield from _results(report, wanted)


def _results(report: Graph, wanted: Mapping[str, Constraint]) -> Iterator[Hit]:
    from rdflib import URIRef

    def sh(name: str) -> URIRef:
        return URIRef(PREFIXES["sh"] + name)

    for result, constraint in report.subject_objects(sh("sourceConstraint")):
        check = str(constraint).removeprefix(PREFIXES["shape"])
        if check not in wanted:
            continue
        focus, value = report.value(result, sh("focusNode")), report.value(result, sh("value"))
        # SHACL repeats the node as its own value where the query gives none.
        has_value = "?value" in wanted[check].select.partition("{")[0]
        yield check, str(focus), _term(value) if has_value else None


def _prepared_graph(layers: Layers) -> Graph:
    """The layers as an rdflib graph that parses each query once, not once a node."""
    from rdflib import Graph
    from rdflib.plugins.sparql import prepareQuery
    from rdflib.query import Result

    class Prepared(Graph):
        def __init__(self) -> None:
            super().__init__()
            self.prepared: dict[str, object] = {}

        def query(self, query_object, *args, **kwargs) -> Result:  # type: ignore[no-untyped-def]
            if isinstance(query_object, str):
                if query_object not in self.prepared:
                    self.prepared[query_object] = prepareQuery(query_object)
                query_object = self.prepared[query_object]
            return super().query(query_object, *args, **kwargs)

    graph = Prepared()
    text = "".join(
        f"{q.triple} .\n"
        for layer in layers.graphs
        for q in layers.store.quads_for_pattern(None, None, None, layer)
    )
    graph.parse(data=text, format="nt")
    return graph


def _term(value: object) -> object:
    """A term of rdflib as one of ours."""
    from rdflib import URIRef

    return NamedNode(str(value)) if isinstance(value, URIRef) else Literal(str(value))


# -- from hits to findings -------------------------------------------------

#: The last word of the names of checks that are about a name that does not exist.
_WITH_NEAREST = {"undeclared", "unknown", "known", "value"}


def _finding(constraint: Constraint, hit: Hit, names: list[str], lines: _Lines) -> Finding:
    check, focus, value = hit
    shown = _text(value) if value is not None else ""
    is_iri = isinstance(value, NamedNode)
    message = filled(constraint.message, focus, shown, is_iri)
    if is_iri and check.split("-")[-1] in _WITH_NEAREST:
        near = nearest(compact(shown), (name for name in names if name != compact(shown)), most=1)
        if near:
            message = f"{message} Nearest: {near[0]}."
    file, line = lines.of(focus)
    return Finding(check, constraint.severity, focus, shown, message, constraint.remedy, file, line)


def _declared(layers: Source) -> list[str]:
    """Short names of everything of ours, and of MeSH, that has a class."""
    query = f"""SELECT DISTINCT ?term WHERE {{
      ?term a ?class .
      FILTER(STRSTARTS(STR(?term), "{BASE}") || STRSTARTS(STR(?term), "{PREFIXES["mesh"]}"))
    }}"""
    return sorted(compact(_text(row["term"])) for row in rows(layers, query))


class _Lines:
    """Where the block of a node begins, in files that we were given."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def of(self, iri: str) -> tuple[str, int]:
        """The file and line of a node: where its block begins, or where it is first named."""
        name = compact(iri)
        local = iri.rstrip("/").rpartition("/")[2].rpartition("#")[2]
        named: tuple[str, int] | None = None
        for path, text in self.files.items():
            for number, line in enumerate(text.splitlines(), 1):
                if line.rstrip() == name or line.startswith((f"{name} ", f"<{iri}>")):
                    return path, number
                if named is None and (iri in line or name in line or local in line):
                    named = path, number
        return named or ("", 0)


def _text(term: object) -> str:
    """The IRI or the words of a term."""
    return term.value if isinstance(term, (NamedNode, Literal)) else str(term)
