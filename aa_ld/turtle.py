"""Turtle in the one layout of this house.

Subjects stand by IRI, type and label first, one triple a line, the final dot
alone, so that a change in the file has the size of the change in the thought.
Comments do not survive: what is worth saying is said as a triple.

The layout is a pure function of the triples and the declared prefixes.
Specification of the syntax: https://www.w3.org/TR/turtle/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from aa_ld.errors import NestingError, NotATreeError, RdfSyntaxError
from aa_ld.vocab import PREFIXES, is_plain_local_name

_RDF = PREFIXES["rdf"]
_XSD = PREFIXES["xsd"]
_FIRST, _REST, _NIL = (NamedNode(_RDF + name) for name in ("first", "rest", "nil"))

#: What stands first in a block, in this order; the rest follows by IRI.
_PREDICATE_ORDER = [
    _RDF + "type",
    PREFIXES["rdfs"] + "label",
    PREFIXES["skos"] + "prefLabel",
    PREFIXES["skos"] + "altLabel",
    PREFIXES["skos"] + "definition",
    PREFIXES["skos"] + "example",
    PREFIXES["rdfs"] + "subClassOf",
    PREFIXES["owl"] + "equivalentClass",
    PREFIXES["owl"] + "disjointWith",
    PREFIXES["aa"] + "subject",
    PREFIXES["aa"] + "predicate",
    PREFIXES["aa"] + "object",
]
_RANK = {iri: rank for rank, iri in enumerate(_PREDICATE_ORDER)}
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}

Term = NamedNode | BlankNode | Literal | Triple


def format_turtle(source: bytes | str) -> str:
    """The same triples in the layout of this house.

    Takes the text of a Turtle document, gives the text of one. Prefixes that
    the document declares stay declared; those of ours that it needs are added.

    Raises RdfSyntaxError (with line and column) where the text is not Turtle,
    NestingError where it nests too deep, and NotATreeError where a blank node is shared or stands in a circle, which
    a nested layout cannot show.

    >>> print(format_turtle("<https://w3id.org/aa-ld/B> a <https://w3id.org/aa-ld/A>."), end="")
    @prefix aa: <https://w3id.org/aa-ld/> .
    <BLANKLINE>
    aa:B
      a aa:A ;
    .
    """
    parser = parse(source, RdfFormat.TURTLE)
    try:
        triples = [quad.triple for quad in parser]
    except SyntaxError as error:
        place = f"line {error.lineno}, column {error.offset}"
        raise RdfSyntaxError(place, f"This is not Turtle: {error.msg}.", "Correct the text.") from None
    return write_turtle(triples, parser.prefixes)


def write_turtle(
    triples: Iterable[Triple | Quad], prefixes: dict[str, str] | None = None, *, triple_terms: bool = False
) -> str:
    """Triples as Turtle in the layout of this house.

    `prefixes` are declared whether used or not; prefixes of ours are declared
    where used. With `triple_terms` it may be RDF 1.2: an object may be a triple.
    Raises NotATreeError as `format_turtle` does.
    """
    try:
        return _Writer(triples, prefixes or {}, triple_terms).text()
    except RecursionError:
        raise NestingError(
            "graph", "Blank nodes nest deeper than can be laid out.", "Give some of them IRIs."
        ) from None


def laid_out(triples: Iterable[Triple | Quad]) -> tuple[list[str], str]:
    """The same in two parts, which may be joined with those of others: the lines that declare prefixes, and the blocks.

    >>> laid_out([Triple(NamedNode("urn:a"), NamedNode("urn:b"), NamedNode("urn:c"))])
    ([], '<urn:a>\\n  <urn:b> <urn:c> ;\\n.\\n')
    """
    text = write_turtle(triples)
    if not text.startswith("@prefix "):
        return [], text
    head, _, body = text.partition("\n\n")
    return head.split("\n"), body


def _longest_first(prefixes: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))


_OURS = _longest_first(PREFIXES)


def _find_prefix(iri: str, namespaces: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The longest namespace that an IRI stands in, with its prefix, where the rest can be a local name."""
    for prefix, namespace in namespaces:
        if iri.startswith(namespace) and is_plain_local_name(iri[len(namespace) :]):
            return prefix, namespace
    return None


@lru_cache(maxsize=1 << 13)
def _prefix_of(iri: str) -> tuple[str, str] | None:
    """The same among our own prefixes; many small documents name the same terms."""
    return _find_prefix(iri, _OURS)


class _Writer:
    def __init__(
        self, triples: Iterable[Triple | Quad], prefixes: dict[str, str], triple_terms: bool
    ) -> None:
        self.triple_terms = triple_terms
        self.about: dict[Term, dict[NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self.uses: dict[BlankNode, int] = defaultdict(int)
        names: dict[NamedNode, NamedNode] = {}  # large graphs name the same terms again and again
        terms: dict[Term, Term] = {}
        for triple in triples:
            subject, name, value = triple.subject, triple.predicate, triple.object
            self.about[subject][names.setdefault(name, name)].append(terms.setdefault(value, value))
        for objects in (objects for said in self.about.values() for objects in said.values()):
            if len(objects) > 1:
                objects[:] = dict.fromkeys(objects)
            for node in objects:
                if isinstance(node, BlankNode):
                    self.uses[node] += 1
        self.declared = dict(prefixes)
        self.namespaces = _longest_first({**PREFIXES, **prefixes}) if prefixes else _OURS
        self.written: set[Term] = set()
        self.short: dict[str, str] = {}

    def text(self) -> str:
        roots = [s for s in self.about if not (isinstance(s, BlankNode) and self.uses[s])]
        named = sorted((s for s in roots if isinstance(s, NamedNode)), key=lambda s: s.value)
        blocks = [self.block(self.term(subject, 0), subject) for subject in named]
        blocks += sorted(self.block("[]", s) for s in roots if isinstance(s, BlankNode))
        lost = next((s for s in self.about if s not in self.written), None)
        if lost is not None:
            raise NotATreeError(str(lost))
        head = [f"@prefix {name}: <{iri}> ." for name, iri in sorted(self.declared.items())]
        return "\n\n".join(["\n".join(head), *blocks] if head else blocks) + "\n" * bool(self.about or head)

    def block(self, name: str, subject: Term) -> str:
        return "\n".join([name, *self.lines(subject, 1), "."])

    def lines(self, subject: Term, depth: int) -> list[str]:
        self.written.add(subject)
        indent = "  " * depth
        lines = []
        for predicate, objects in sorted(self.about[subject].items(), key=_order):
            verb = self.verb(predicate)
            if len(objects) == 1:  # nearly all
                lines.append(f"{indent}{verb} {self.term(objects[0], depth)} ;")
                continue
            for text in sorted((self.term(o, depth) for o in objects), key=_natural):
                lines.append(f"{indent}{verb} {text} ;")
        return lines

    def verb(self, predicate: NamedNode) -> str:
        iri = predicate.value
        return "a" if iri == _RDF + "type" else self.iri(iri)

    def term(self, term: Term, depth: int) -> str:
        if isinstance(term, NamedNode):
            return "()" if term == _NIL else self.iri(term.value)
        if isinstance(term, Literal):
            return self.literal(term)
        if isinstance(term, Triple):
            return self.triple(term, depth)
        if self.uses[term] > 1 or term in self.written:
            raise NotATreeError(str(term))
        return self.list(term, depth) if _FIRST in self.about[term] else self.nested(term, depth)

    def nested(self, node: BlankNode, depth: int) -> str:
        lines = self.lines(node, depth + 1)
        return "\n".join(["[", *lines, "  " * depth + "]"]) if lines else "[]"

    def triple(self, triple: Triple, depth: int) -> str:
        terms = (triple.subject, triple.predicate, triple.object)
        if not self.triple_terms or any(isinstance(term, BlankNode) for term in terms):
            raise NotATreeError(str(triple))
        # Strings of several lines, which the grammar allows here, are refused by parsers (pyoxigraph 0.5.13).
        told = (
            self.literal(t, lines=False) if isinstance(t, Literal) else self.term(t, depth) for t in terms
        )
        return f"<<( {' '.join(told)} )>>"

    def list(self, node: Term, depth: int) -> str:
        items = []
        while node != _NIL:
            cell = self.about.get(node, {})
            if set(cell) != {_FIRST, _REST} or len(cell[_FIRST]) != 1 or len(cell[_REST]) != 1:
                raise NotATreeError(str(node))
            if node in self.written or (isinstance(node, BlankNode) and self.uses[node] > 1):
                raise NotATreeError(str(node))
            self.written.add(node)
            items.append("  " * (depth + 1) + self.term(cell[_FIRST][0], depth + 1))
            node = cell[_REST][0]
        return "\n".join(["(", *items, "  " * depth + ")"])

    def iri(self, iri: str) -> str:
        if iri not in self.short:
            self.short[iri] = self.shortened(iri)
        return self.short[iri]

    def shortened(self, iri: str) -> str:
        found = _prefix_of(iri) if self.namespaces is _OURS else _find_prefix(iri, self.namespaces)
        if found is None:
            return f"<{iri}>"
        prefix, namespace = found
        self.declared.setdefault(prefix, namespace)
        return f"{prefix}:{iri[len(namespace) :]}"

    def literal(self, literal: Literal, lines: bool = True) -> str:
        value, datatype = literal.value, literal.datatype.value
        quoted = _quoted(value, lines)
        if literal.language:
            if getattr(literal, "direction", None) is not None:
                # Base directions are RDF 1.2, which this layout has no form for.
                raise NotATreeError(str(literal))
            return f"{quoted}@{literal.language}"
        if datatype == _XSD + "string":
            return quoted
        if datatype == _XSD + "boolean" and value in ("true", "false"):
            return value
        if (
            datatype == _XSD + "integer"
            and value.isascii()
            and value.lstrip("+-").isdigit()
            and len(value.lstrip("+-")) >= len(value) - 1
        ):
            return value
        return f"{quoted}^^{self.iri(datatype)}"


def _order(said: tuple[NamedNode, list[Term]]) -> tuple[int, str]:
    iri = said[0].value
    return _RANK.get(iri, len(_RANK)), iri


def _natural(text: str) -> tuple[int, int, str, str]:
    """Whole numbers by value, everything else by spelling; numbers may be longer than int() takes."""
    digits = text.lstrip("+-")
    if not (digits.isdigit() and digits.isascii()):
        return 2, 0, "", text
    size = digits.lstrip("0")
    if text.startswith("-") and size:
        return 0, -len(size), "".join(chr(ord("9") + ord("0") - ord(d)) for d in size), text
    return 1, len(size), size, text


def _quoted(value: str, lines: bool) -> str:
    if value.isprintable() and '"' not in value and "\\" not in value:  # nearly all
        return f'"{value}"'
    if (
        lines
        and "\n" in value
        and "\r" not in value
        and "\\" not in value
        and '"""' not in value
        and not value.endswith('"')
    ):
        return f'"""{value}"""'
    return '"' + "".join(_escaped(char) for char in value) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\u{ord(char):04X}" if ord(char) < 0x20 or ord(char) == 0x7F else char
