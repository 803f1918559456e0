"""KGX: nodes and edges in the words of Biolink, as TSV or JSON lines, with all that Biolink has no slot for beside it.

    nodes.tsv           terms, and the evidence lines, publications, spans, cohorts, rules and conflicts
    edges.tsv           facts; subject, predicate and object alone never say more than the sources do
    negated_edges.tsv   what sources say is not so; only for readers who heed `negated`
    skipped.tsv         facts that no edge tells truthfully, with the reason

Columns without a colon are Biolink's; columns with one ("aa:certainty") are the
triples of the fact or node as they are, so the same facts can be read back. How
a predicate is chosen is said in aa_ld.exchange.biolink.
Specification: https://github.com/biolink/kgx/blob/master/specification/kgx-format.md,
https://biolink.github.io/biolink-model/.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import chain, compress

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.errors import ExchangeFileError
from aa_ld.exchange.biolink import BIOLINK, Biolink, Told
from aa_ld.exchange.cells import columns, iri_of, plain_text, term_of
from aa_ld.exchange.described import Described, Term, described, untellable
from aa_ld.exchange.nodes import Nodes, Row, Rows
from aa_ld.exchange.skipped import Skipped
from aa_ld.store import Source
from aa_ld.vocab import BASE, PREFIXES, compact

NODES, EDGES, NEGATED = "nodes", "edges", "negated_edges"
_AA = PREFIXES["aa"]
_EDGE_COLUMNS = (
    "id", "subject", "predicate", "object", "category", "negated", "qualified_predicate", "subject_direction_qualifier",
    "object_direction_qualifier", "population_context_qualifier", "species_context_qualifier",
    "anatomical_context_qualifier", "disease_context_qualifier", "temporal_context_qualifier",
    "response_context_qualifier", "knowledge_level", "agent_type", "primary_knowledge_source", "publications",
    "has_evidence", "supporting_study_size", "original_predicate", "description", "iri",
)  # fmt: skip
_NODE_COLUMNS = ("id", "category", "name", "description", "synonym", "equivalent_identifiers", "iri")


def write_kgx(source: Source, facts: Iterable[Described]) -> tuple[dict[str, str], list[Skipped]]:
    """Facts as KGX in TSV: the name of each file and its text, and what was left out.

    >>> from aa_ld.exchange.described import describe
    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> files, skipped = write_kgx(layers, describe(layers, [BASE + "fact/dupilumab-inhibits-interleukin-4-pmid-35895603"]))
    >>> files["edges.tsv"].splitlines()[1].split("\\t")[1:4]
    ['DRUGBANK:DB12159', 'biolink:affects', 'MESH:D015847']
    """
    skipped: list[Skipped] = []
    told = lines_of_kgx(source, list(facts), skipped.append)
    return {name: "".join(lines) for name, lines in told}, skipped


def lines_of_kgx(
    source: Source, facts: Iterable[Described], skip: Callable[[Skipped], object]
) -> Iterator[tuple[str, Iterator[str]]]:
    """The name of each file of KGX in TSV, and its lines, however many there are; see write_kgx.

    facts  gone through twice, a fact at a time
    skip   is told what is left out, by IRI, before the first file comes
    """
    first = {NODES: _NODE_COLUMNS, EDGES: _EDGE_COLUMNS, NEGATED: _EDGE_COLUMNS}
    for name, rows in _tables(source, facts, skip).items():
        yield f"{name}.tsv", _tsv(rows, first[name])


def write_kgx_jsonl(source: Source, facts: Iterable[Described]) -> tuple[dict[str, str], list[Skipped]]:
    """The same rows as JSON lines: several values as an array, nothing where there is no value."""
    skipped: list[Skipped] = []
    tables = _tables(source, list(facts), skipped.append)
    return {f"{name}.jsonl": "".join(_json(row) for row in rows) for name, rows in tables.items()}, skipped


def read_kgx(files: Mapping[str, str]) -> list[Described]:
    """The facts of the TSV files that `write_kgx` gave, by IRI.

    Raises ExchangeFileError.
    """
    return _read({name: _rows_of_tsv(f"{name}.tsv", files) for name in (NODES, EDGES, NEGATED)})


def read_kgx_jsonl(files: Mapping[str, str]) -> list[Described]:
    """The facts of the JSON lines that `write_kgx_jsonl` gave, by IRI.

    Raises ExchangeFileError.
    """
    return _read({name: _rows_of_jsonl(f"{name}.jsonl", files) for name in (NODES, EDGES, NEGATED)})


def _tables(source: Source, facts: Iterable[Described], skip: Callable[[Skipped], object]) -> dict[str, Rows]:
    """The rows of each table. Edges can only be told once all nodes have identifiers, so facts are gone through twice."""
    biolink = Biolink(source)
    nodes = Nodes(source, biolink)
    kept = bytearray()  # whether it is told, fact by fact
    for fact in facts:
        found = untellable(fact) or biolink.tell(fact)
        if isinstance(found, str):
            skip(Skipped(fact.iri, found))
        else:
            nodes.add(fact.others, _terms(fact, found))
        kept.append(not isinstance(found, str))
    nodes.settle()
    edges = {False: Rows(), True: Rows()}
    for fact in compress(facts, kept):
        how = biolink.tell(fact)
        assert isinstance(how, Told)
        for content in fact.contents():
            edges[how.negated].add(_edge(nodes, fact, how, content))
    return {NODES: nodes.rows, EDGES: edges[False], NEGATED: edges[True]}


def _terms(fact: Described, how: Told) -> Iterator[str]:
    """The IRIs that the edges of a fact and their qualifiers link."""
    linked = [fact.values("subject"), fact.values("object"), *how.qualifiers.values()]
    return (
        value.value
        for value in chain.from_iterable(linked)
        if isinstance(value, NamedNode) and not value.value.startswith(BIOLINK)
    )


def _edge(nodes: Nodes, fact: Described, how: Told, content: Triple) -> Row:
    """One edge of a fact: one, or one for each subject with each object."""
    assert isinstance(content.subject, NamedNode) and isinstance(content.object, NamedNode)
    subject, value = nodes.identifier(content.subject.value), nodes.identifier(content.object.value)
    several = len(fact.contents()) > 1
    lines = fact.lines()
    sizes = [
        size.value for line in lines for size in line.get(_AA + "sampleSize", []) if isinstance(size, Literal)
    ]
    supporting = [line for line in lines if line.get(_AA + "stance") == [NamedNode(_AA + "Supports")]]
    papers = {
        nodes.identifier(p.value)
        for line in supporting
        for p in line.get(_AA + "publication", [])
        if isinstance(p, NamedNode)
    }
    label = [text.value for text in fact.own.get(PREFIXES["rdfs"] + "label", []) if isinstance(text, Literal)]
    row: Row = {
        "id": fact.iri + ("#" + sha256(f"{content}".encode()).hexdigest()[:12] if several else ""),
        "subject": subject,
        "predicate": compact(how.predicate),
        "object": value,
        "category": ["biolink:Association"],
        "negated": how.negated,
        "qualified_predicate": compact(how.qualified_predicate) if how.qualified_predicate else "",
        **{slot.removeprefix(BIOLINK): _qualified(nodes, values) for slot, values in how.qualifiers.items()},
        "knowledge_level": how.knowledge_level.rpartition("#")[2],
        "agent_type": how.agent_type.rpartition("#")[2],
        "primary_knowledge_source": BASE,
        "publications": sorted(papers),
        "has_evidence": [line.value for line in fact.values("evidence") if isinstance(line, NamedNode)],
        "supporting_study_size": int(sizes[0]) if len(lines) == 1 and sizes and _is_count(sizes[0]) else "",
        "original_predicate": next(p.value for p in fact.values("predicate") if isinstance(p, NamedNode)),
        "description": plain_text(label[0]) if label else "",
        "iri": fact.iri,
    }
    return {**row, **columns(fact.own)}


def _qualified(nodes: Nodes, values: list[Term]) -> list[str] | str:
    """Values of a qualifier: identifiers of nodes, texts, or the bare word of an enumeration."""
    found = [
        (v.value.rpartition("#")[2] if v.value.startswith(BIOLINK) else nodes.identifier(v.value))
        if isinstance(v, NamedNode)
        else plain_text(v.value)
        for v in values
        if isinstance(v, NamedNode | Literal)
    ]
    return found if len(found) > 1 else found[0]


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _tsv(rows: Rows, first: tuple[str, ...]) -> Iterator[str]:
    head = [*first, *sorted(rows.columns - set(first))]
    yield "\t".join(head) + "\n"
    for row in rows:
        cells = {name: _flat(value) for name, value in row.items()}
        yield "\t".join([cells.get(name, "") for name in head]) + "\n"


def _flat(value: object) -> str:
    if isinstance(value, list):
        return "|".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(row: Row) -> str:
    return (
        json.dumps({name: value for name, value in row.items() if value not in ("", [])}, ensure_ascii=False)
        + "\n"
    )


def _read(tables: dict[str, list[tuple[str, Row]]]) -> list[Described]:
    """Facts from rows, each with its place: every column with a colon is a property."""
    triples: dict[Triple, None] = {}
    for rows in tables.values():
        for where, row in rows:
            if not isinstance(row.get("iri"), str):
                raise ExchangeFileError(where, "This row has no iri.", "Give it the IRI of its fact or node.")
            for name, cells in row.items():
                if ":" in name:
                    predicate = _node(iri_of(name, where), where)
                    for text in cells:
                        triples[Triple(_node(row["iri"], where), predicate, term_of(text, where))] = None
    return described(triples)


def _node(iri: str, where: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise ExchangeFileError(where, f"{iri[:60]} is no IRI: {error}.", "Correct it.") from None


def _text(name: str, files: Mapping[str, str]) -> str:
    if name not in files:
        raise ExchangeFileError(name, "This file is missing.", "Give all files of the export.")
    return files[name]


def _rows_of_tsv(name: str, files: Mapping[str, str]) -> list[tuple[str, Row]]:
    head, *lines = [line.split("\t") for line in _text(name, files).removesuffix("\n").split("\n")]
    if "iri" not in head:
        raise ExchangeFileError(f"{name}:1", "There is no column iri.", "Give the file as it was written.")
    found = []
    for number, cells in enumerate(lines, 2):
        if len(cells) != len(head):
            what = f"This line has {len(cells)} cells, and the head {len(head)}."
            raise ExchangeFileError(f"{name}:{number}", what, "Give the file as it was written.")
        row = {
            c: (text.split("|") if text else []) if ":" in c else text
            for c, text in zip(head, cells, strict=True)
        }
        found.append((f"{name}:{number}", row))
    return found


def _rows_of_jsonl(name: str, files: Mapping[str, str]) -> list[tuple[str, Row]]:
    found = []
    for number, line in enumerate(_text(name, files).split("\n"), 1):
        where = f"{name}:{number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ExchangeFileError(where, f"This line is not JSON: {error}.", "Correct the line.") from None
        of_terms = isinstance(row, dict) and all(
            isinstance(cells, list) and all(isinstance(text, str) for text in cells)
            for c, cells in row.items()
            if ":" in c
        )
        if not of_terms:
            raise ExchangeFileError(where, "This line is no row of nodes or edges.", "Correct the line.")
        found.append((where, row))
    return found
