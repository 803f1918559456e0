"""Queries by users: read-only, over opened layers and files, in a process that can be killed.

A gate decides on the parsed query, never on its text: it refuses SERVICE
wherever it hides, updates, and graphs that are not open. Gate and engine see
the very same characters, as escapes are resolved once, before both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from aa_ld import intake
from aa_ld.errors import NestingError, QueryRefusedError, QueryStoppedError, QuerySyntaxError, nearest
from aa_ld.standing import Wanted, take_out
from aa_ld.vocab import INFERRED, LAYERS, PREFIXES, compact, printable

if TYPE_CHECKING:
    from aa_ld.rule import Rule
    from aa_ld.store import Layers

#: Most bytes of a query, and most brackets inside one another in it.
MOST_BYTES, DEEPEST = 1 << 20, 100

_TODAY = Wanted()
_DATA = "data"  # the layer of the user's own files
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH")


class Result(NamedTuple):
    """What a query gave.

    kind   "rows" (SELECT), "boolean" (ASK) or "triples" (CONSTRUCT, DESCRIBE)
    value  SPARQL 1.1 Query Results JSON, a bool, or N-Triples
    """

    kind: str
    value: bytes | bool


def run_query(  # noqa: PLR0913 - each is a limit or a choice of the caller's
    query: str,
    layers: Iterable[str] = LAYERS,
    files: Iterable[intake.Path] = (),
    timeout: float = 30.0,
    memory: int = 2 << 30,
    *,
    wanted: Wanted = _TODAY,
) -> Result:
    """Run a SPARQL 1.1 query over shipped layers and over files of the user's own.

    The prefixes of aa_ld.vocab need no declaration. The default graph is the
    merge of all that was opened; the named graphs are the layers and, for all
    files together, graph:data. Only the files named are read, nothing is fetched.

    timeout  seconds for the query, parsing of the query included, of the files not
    memory   bytes that the query may take (not limited on Windows)
    wanted   what counts, see aa_ld.standing

    Raises QuerySyntaxError (with line and column), QueryRefusedError,
    QueryStoppedError, and for files the errors of aa_ld.intake.read_rdf.

    >>> run_query("ASK { ?risk a aa:RiskStatement }")
    Result(kind='boolean', value=True)
    """
    if len(query.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise QueryStoppedError(
            "query", f"The query is longer than {MOST_BYTES:,} bytes.", "Write a shorter one."
        )
    blocks = [intake.read_nquads(path) for path in files]
    order = {
        "query": query, "layers": list(layers), "timeout": timeout, "memory": memory,
        "as_of": wanted.as_of, "include": wanted.include,
    }  # fmt: skip
    try:
        said, value = intake.run("query", order, blocks, memory // 4)
    except intake.Stopped as stopped:
        raise _stopped(stopped, timeout, memory) from None
    return Result(said["kind"], value == b"true" if said["kind"] == "boolean" else value)


def _stopped(stopped: intake.Stopped, timeout: float, memory: int) -> QueryStoppedError:
    what = {
        "time": f"The query took longer than {timeout:g} seconds.",
        "memory": f"The query took more than {memory >> 20} MB of memory.",
        "size": f"The answer is larger than {memory >> 22} MB.",
    }.get(
        stopped.reason, f"The query engine fell over ({stopped.detail}): the query is too large or too deep."
    )
    return QueryStoppedError(
        "query", what, "Join its patterns by shared variables, add a LIMIT, or split it."
    )


# What follows runs in the child: see aa_ld.child.


def open_all(layers: list[str]) -> tuple[Layers, list[Rule]]:
    """Open the layers, the rules if what follows is asked for too, and the gate, while files can still be opened."""
    import calendar  # noqa: F401
    import sys
    from urllib.parse import urljoin  # noqa: F401

    import rdflib.plugins.sparql.parser  # noqa: F401

    from aa_ld import infer  # noqa: F401
    from aa_ld.rule import read_rules
    from aa_ld.store import open_layers

    sys.setrecursionlimit(100_000)  # the parser of the gate needs dozens of frames for each bracket
    rules = list(read_rules().values()) if INFERRED in layers else []
    return open_layers(layer for layer in layers if layer != INFERRED), rules


def answer(
    opened: tuple[Layers, list[Rule]], order: Mapping[str, Any], data: bytes, out: IO[bytes], offline: bool
) -> dict[str, str]:
    """Pass the query through the gate, run it, write what it gives and say of which kind that is.

    opened   what open_all gave
    order    what run_query ordered
    data     N-Quads of the user's files
    offline  whether this process has lost the right to open files and sockets
    """
    import pyoxigraph as engine

    from aa_ld.store import said

    layers, rules = opened
    text = Text(order["query"])
    try:
        intake.check_nesting(text.plain.encode("utf-8", "replace"), "query", deepest=DEEPEST)
    except NestingError as error:
        raise QueryStoppedError(error.where, error.what, "Write the query with fewer brackets.") from None
    prologue, body = _parsed(text, offline)
    refuse_services(body)
    if data:
        quads = said(engine.parse(data, engine.RdfFormat.N_QUADS))
        if rules:  # rules find a triple once a graph, so none may stand in two
            layers.add_quads(quads, _DATA)
        else:
            own = layers.graph(_DATA)
            layers.store.extend(engine.Quad(q.subject, q.predicate, q.object, own) for q in quads)
    take_out(layers, Wanted(order["as_of"], tuple(order["include"])))
    if rules:
        from aa_ld.infer import infer

        infer(layers, rules)
    prefixes, base = _declared(prologue)
    _check_prefixes(text, body, prefixes)
    _merge(layers, *_datasets(prefixes, base, body, [graph.value for graph in layers.graphs]))
    try:
        found = layers.store.query(
            text.plain,
            prefixes=PREFIXES,
            default_graph=engine.DefaultGraph(),  # said, as FROM in the text would choose again
            named_graphs=list(layers.store.named_graphs()),
        )
    except SyntaxError as error:
        raise refused_by_engine(text, str(error)) from None
    if isinstance(found, engine.QueryBoolean):
        out.write(b"true" if found else b"false")
        return {"kind": "boolean"}
    if isinstance(found, engine.QuerySolutions):
        found.serialize(output=out, format=engine.QueryResultsFormat.JSON)
        return {"kind": "rows"}
    found.serialize(output=out, format=engine.RdfFormat.N_TRIPLES)
    return {"kind": "triples"}


def pass_gate(text: Text, graphs: list[str], offline: bool) -> tuple[list[str] | None, list[str]]:
    """Raise an error for a query that is none, or asks for more than to read; give the graphs of FROM and FROM NAMED."""
    prologue, body = _parsed(text, offline)
    refuse_services(body)
    prefixes, base = _declared(prologue)
    _check_prefixes(text, body, prefixes)
    return _datasets(prefixes, base, body, graphs)


class Text:
    """A query with its escapes resolved and its line ends made one, and the way back to what was typed.

    By SPARQL 1.1 (section 19.2) \\u escapes count anywhere and come before the
    grammar. The engine resolves them in strings only and the gate's parser
    knows one line end only, so both get `plain`.

    >>> text = Text("SELECT * {\\r\\n \\\\u0053ERVICE")
    >>> text.plain, text.at(len(text.plain))
    ('SELECT * {\\n SERVICE', '2:14')
    """

    def __init__(self, typed: str) -> None:
        import re

        self.typed = typed
        self.shifts: list[tuple[int, int]] = []
        pieces, end, length = [], 0, 0
        for found in re.finditer(r"\\\\|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\r\n?", typed):
            code = found[1] or found[2]
            if found[0] == "\\\\":
                continue
            if code and (int(code, 16) > 0x10FFFF or 0xD800 <= int(code, 16) <= 0xDFFF):
                where = f"query:{self.at(found.start())}"
                raise QuerySyntaxError(where, f"{found[0]} is no character.", "Correct the escape.")
            char = chr(int(code, 16)) if code else "\n"
            pieces += [typed[end : found.start()], "\n" if char == "\r" else char]
            length += found.start() - end + 1
            end = found.end()
            self.shifts.append((length, end))
        self.plain = "".join([*pieces, typed[end:]])

    def at(self, position: int) -> str:
        """Line and column, in what was typed, of a position in the plain text."""
        plain, typed = next((pair for pair in reversed(self.shifts) if pair[0] <= position), (0, 0))
        before = self.typed[: typed + position - plain].replace("\r\n", " \n").replace("\r", "\n")
        return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def _parsed(text: Text, offline: bool) -> Any:
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.parser import Query

    try:
        return Query.parse_string(text.plain, parse_all=True)
    except ParseBaseException as error:
        place, wanted = _furthest(text.plain) or (error.loc, set())
    while text.plain[place : place + 1].isspace():
        place += 1
    here = text.plain[place:].split(maxsplit=1)[0] if text.plain[place:] else ""
    if "'SELECT'" in wanted and here.upper().startswith(_UPDATES):
        raise QueryRefusedError(
            "query", f"{printable(here, 20)} changes data; a query only reads.", "Write a SELECT."
        )
    where = f"query:{text.at(place)}"
    if offline and _engine_takes(text.plain):
        what = "The gate reads SPARQL 1.1 only, and this uses something else."
        raise QueryRefusedError(where, what, "Write it in SPARQL 1.1.")
    if here[:1] in ("'", '"') and here:
        raise QuerySyntaxError(where, "This string has no end, or does not belong here.", "Close the string.")
    found = f"{printable(here, 40)} does not belong here" if here else "The query ends too early"
    kinds = {"?": "a variable", "$": "a variable", "<": "an IRI", ":": "a name", "#": "", "SERVICE": ""}
    signs = {word.strip("'") for word in wanted if len(word) < 12}
    words = sorted({kinds.get(sign, sign) for sign in signs} - {""})
    hint = f"; what may stand here: {', '.join(words)}" if 0 < len(words) <= 12 else ""
    raise QuerySyntaxError(where, f"{found}{hint}.", "Correct the query.")


def _furthest(query: str) -> tuple[int, set[str]] | None:
    """How far the gate's parser came by any path, and what it looked for there.

    The parser itself reports where its first choice began, often the first
    character. As this process serves one query, it is made to take notes.
    """
    import pyparsing
    from rdflib.plugins.sparql.parser import Query

    notes: dict[int, set[str]] = {}
    plain = pyparsing.ParseBaseException.__init__

    def note(self: Any, pstr: str, loc: int = 0, msg: str | None = None, elem: Any = None) -> None:
        plain(self, pstr, loc, msg, elem)
        notes.setdefault(loc, set()).add(str(msg).removeprefix("Expected ").removeprefix("CaselessKeyword "))

    pyparsing.ParseBaseException.__init__ = note  # type: ignore[method-assign]
    try:
        Query.parse_string(query, parse_all=True)
    except pyparsing.ParseBaseException:
        pass
    finally:
        pyparsing.ParseBaseException.__init__ = plain  # type: ignore[method-assign]
    return max(notes.items()) if notes else None


def _engine_takes(query: str) -> bool:
    """Whether the engine can read a query that the gate cannot; asked of an empty store, offline."""
    from pyoxigraph import Store

    try:
        Store().query(query, prefixes=PREFIXES)
    except SyntaxError:
        return False
    except Exception:
        return True
    return True


def nodes(tree: Any) -> Iterator[Any]:
    """Every node of a parsed query, however deep."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif not isinstance(node, str) and hasattr(node, "__iter__"):
            waiting.extend(node)


def refuse_services(body: Any) -> None:
    """Raise QueryRefusedError where a parsed query, or update, asks another server."""
    for node in nodes(body):
        if getattr(node, "name", None) == "ServiceGraphPattern":
            what = f"The query asks another server ({printable(str(node.term), 60)}) by SERVICE."
            raise QueryRefusedError(
                "query", what, "Save what that server gives as a file, and query the file."
            )


def _declared(prologue: Any) -> tuple[dict[str, str], str]:
    """The prefixes that hold in a query, ours among them, and its base."""
    from urllib.parse import urljoin

    prefixes, base = dict(PREFIXES), ""
    for each in prologue:
        if each.name == "Base":
            base = urljoin(base, str(each.iri))
        else:
            prefixes[each.prefix or ""] = urljoin(base, str(each.iri))
    return prefixes, base


def _check_prefixes(text: Text, body: Any, prefixes: dict[str, str]) -> None:
    """Raise QuerySyntaxError where a name has a prefix that is not declared."""
    import re

    used = {node.prefix or "" for node in nodes(body) if getattr(node, "name", None) == "pname"}
    for prefix in sorted(used - set(prefixes)):
        hidden = r"#.*|<[^<>\s]*>|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
        found = re.finditer(rf"{hidden}|(?<![\w.-])({re.escape(prefix)}:)", text.plain)
        place = next((text.at(each.start()) for each in found if each[1]), "1:1")
        what = f"The prefix {printable(prefix, 40)}: is not declared."
        remedy = "Declare it with PREFIX, or use one that needs no declaration."
        raise QuerySyntaxError(f"query:{place}", what, remedy, nearest(prefix, prefixes))


def _datasets(
    prefixes: dict[str, str], base: str, body: Any, opened: list[str]
) -> tuple[list[str] | None, list[str]]:
    """The graphs that FROM and FROM NAMED name; None for all."""
    from urllib.parse import urljoin

    def graph(term: Any) -> str:
        iri = urljoin(base, str(term))
        if not isinstance(term, str):
            iri = prefixes.get(term.prefix or "", "") + (term.localname or "")
        if iri in opened:
            return iri
        what = f"The graph <{printable(iri, 80)}> is not open; FROM reads no files."
        raise QueryRefusedError(
            "query", what, f"Open are {', '.join(map(compact, opened))}.", nearest(iri, opened)
        )

    clauses = body.datasetClause or []
    default = [graph(clause.default) for clause in clauses if clause.default is not None]
    named = [graph(clause.named) for clause in clauses if clause.named is not None]
    return (default, named) if clauses else (None, opened)


def _merge(layers: Layers, default: list[str] | None, named: list[str]) -> None:
    """Put the merge of these graphs into the store's default graph, and drop the graphs not named.

    Given two graphs as default graph, the engine finds a triple that stands in
    both twice; in a merge it stands once.
    """
    from pyoxigraph import NamedNode, Quad

    store = layers.store
    for graph in layers.graphs:
        if default is None or graph.value in default:
            triples = store.quads_for_pattern(None, None, None, graph)
            store.extend([Quad(q.subject, q.predicate, q.object) for q in triples])
    for found in list(store.named_graphs()):
        if isinstance(found, NamedNode) and found.value not in named:
            store.remove_graph(found)


def refused_by_engine(text: Text, message: str) -> QuerySyntaxError:
    """What the engine finds wrong with a query that is right by its grammar."""
    import re

    place = re.search(r"error at (\d+):(\d+): expected (?:one of )?", message)
    if not place:
        return QuerySyntaxError("query", printable(message, 300), "Correct the query.")
    lines = text.plain.split("\n")
    position = sum(len(line) + 1 for line in lines[: int(place[1]) - 1]) + int(place[2]) - 1
    # Among the signs it would have taken it lists what it has to say in words.
    listed = message[place.end() :].split(", ")
    said = next((each for each in listed if each.count(" ") > 1 and each[0].isalpha()), None)
    what = f"{printable(said, 300)}." if said else "This is not allowed here in SPARQL 1.1."
    return QuerySyntaxError(f"query:{text.at(position)}", what, "Correct the query.")
