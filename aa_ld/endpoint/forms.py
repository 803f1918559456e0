"""How a server rewrites literals, found out by giving it some and reading them back.

Servers keep numbers and dates as values: `01.50` comes back as `1.5`. A digest
of what was sent would never agree with one of what is kept, so the forms that
the server gives back are used: worked out here where our own engine rewrites
just as it does, or else learned from it, batch by batch. A server that keeps
another *value* than was sent stops the push.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from aa_ld.endpoint import digest
from aa_ld.errors import ChangedValueError, VerificationError
from aa_ld.vocab import PREFIXES, printable

if TYPE_CHECKING:
    from aa_ld.endpoint.client import Server

_XSD = PREFIXES["xsd"]

#: Per datatype of XML Schema, forms that a server might rewrite.
_TRIED = {
    "integer": ("01", "+1", "-0"),
    **dict.fromkeys(("int", "long", "short", "byte"), ("01", "+1")),
    **dict.fromkeys(("unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"), ("01",)),
    **dict.fromkeys(("nonNegativeInteger", "positiveInteger"), ("01",)),
    **dict.fromkeys(("nonPositiveInteger", "negativeInteger"), ("-01",)),
    "decimal": ("01.50", "1.0"),
    "double": ("01.50", "1e3", "INF"),
    "float": ("01.50", "1.1"),
    "boolean": ("1", "true"),
    "dateTime": ("2020-01-01T00:00:00.10+00:00", "2020-01-01T00:00:00"),
    "dateTimeStamp": ("2020-01-01T00:00:00.10+00:00",),
    "date": ("2020-01-01+00:00", "2020-01-01"),
    "time": ("12:00:00.10+00:00", "12:00:00"),
    "duration": ("P13M", "P1Y"),
    "yearMonthDuration": ("P13M",),
    "dayTimeDuration": ("PT36H",),
    "gYear": ("2020+00:00", "2020"),
    "gYearMonth": ("2020-01+00:00", "2020-01"),
    "gMonth": ("--01+00:00",),
    "gMonthDay": ("--01-01+00:00",),
    "gDay": ("---01+00:00",),
    "hexBinary": ("0aff",),
    "base64Binary": ("AA ==",),
    "anyURI": ("http://example.org/%61",),
    "normalizedString": (" a",),
    "token": ("a ",),
}

#: Triples beyond ASCII, of which the digest is asked.
_TEXTS = [
    ("urn:a", "urn:p", "é"),
    ("urn:b", "urn:p", "γ"),
    ("urn:c", "urn:p", "\U0001f600 plain"),
    ("urn:é", "urn:p", "plain"),
    ("urn:é", "urn:p", "éγ" * 1000),
]

#: A literal as its text and the IRI of its datatype.
Form = tuple[str, str]


class Forms(NamedTuple):
    """What a server does to literals.

    rewritten  IRIs of the datatypes whose literals it writes in another way
    as_ours    whether our own engine writes them just so
    twice      whether its MD5 is that of a text encoded in UTF-8 twice
    """

    rewritten: frozenset[str] = frozenset()
    as_ours: bool = False
    twice: bool = False

    def of(self, value: str, datatype: str) -> Form | None:
        """The form that the server keeps a literal in; None where only it can say."""
        if datatype not in self.rewritten:
            return value, datatype
        return ours(value, datatype) if self.as_ours else None

    def numbers(self, text: str) -> tuple[int, int]:
        """What a triple, written out, adds to a digest."""
        return digest.of_text(text, self.twice)


@lru_cache(maxsize=50_000)
def ours(value: str, datatype: str) -> Form:
    """The form that our own engine keeps a literal in.

    >>> ours("01.50", PREFIXES["xsd"] + "decimal")[0]
    '1.5'
    """
    from pyoxigraph import Literal, NamedNode, Quad, Store

    store, node = Store(), NamedNode("urn:x")
    store.add(Quad(node, node, Literal(value, datatype=NamedNode(datatype))))
    (kept,) = (quad.object for quad in store)
    assert isinstance(kept, Literal)
    return kept.value, kept.datatype.value


def probe(server: Server, graph: str) -> Forms:
    """Find out which literals a server rewrites, in a graph of our own that is taken away again.

    That the server lets us write at all shows here too. Raises RemoteError.
    """
    tried = [(value, _XSD + name) for name, values in _TRIED.items() for value in values]
    kept = _kept(server, graph, tried)
    rewritten = frozenset(form[1] for form in tried if kept.get(form) != form)
    as_ours = all(kept.get(form) == ours(*form) for form in tried if form[1] in rewritten)
    return Forms(rewritten, as_ours, _encodes_twice(server, graph))


def _encodes_twice(server: Server, graph: str) -> bool:
    """Whether texts beyond ASCII are hashed as some servers do; seen in Virtuoso 7.2.5 for what it has stored."""
    found = digest.Digest()
    for _ in range(server.wire.tries):
        server.add(graph, "".join(f'<{s}> <{p}> "{o}" .\n' for s, p, o in _TEXTS).encode())
        found = digest.of_row(server.rows(digest.query(graph))[0])
        if found.triples == len(_TEXTS):
            break
    server.change(f"DROP SILENT GRAPH <{graph}>", again=True)
    for twice in (False, True):
        texts = [digest.literal_text(s, p, o, None, _XSD + "string") for s, p, o in _TEXTS]
        sums = [digest.of_text(text, twice) for text in texts]
        if found == (len(sums), sum(a for a, _ in sums), sum(b for _, b in sums)):
            return twice
    raise VerificationError(
        server.wire.host,
        f"The server cannot work out a digest: of {len(_TEXTS)} triples it says {found}. Nothing was changed.",
        "It may lack MD5, REPLACE or SUM; see docs/endpoints.md.",
    )


def learn(server: Server, graph: str, wanted: Iterable[Form]) -> dict[Form, Form]:
    """The forms that a server keeps literals in, as it says itself.

    Raises ChangedValueError where it keeps another value, or none.
    """
    asked = list(wanted)
    kept = _kept(server, graph, asked)
    for form in asked:
        if form not in kept or not _same(form, kept[form]):
            shown = f'"{printable(form[0], 80)}"^^<{form[1]}>'
            as_what = (
                "nothing" if form not in kept else f'"{printable(kept[form][0], 80)}"^^<{kept[form][1]}>'
            )
            raise ChangedValueError(
                server.wire.host,
                f"The server keeps {shown} as {as_what}. Nothing was changed.",
                "Correct the value, write it with another datatype, or use another server.",
            )
    return kept


def _kept(server: Server, graph: str, wanted: list[Form]) -> dict[Form, Form]:
    """What a server gives back for literals, sent on the very way on which the data go."""
    from pyoxigraph import Literal, NamedNode

    lines = [
        f"<urn:n{number}> <urn:p> {Literal(value, datatype=NamedNode(datatype))} .\n"
        for number, (value, datatype) in enumerate(wanted)
    ]
    found: dict[Form, Form] = {}
    most = 1000  # answers stay far below any limit
    query = f"SELECT ?s (STR(?o) AS ?v) (STR(DATATYPE(?o)) AS ?d) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    for at in range(0, len(wanted), most):
        part = lines[at : at + most]
        server.change(f"DROP SILENT GRAPH <{graph}>", again=True)
        rows: list[dict[str, str]] = []
        for _ in range(server.wire.tries):
            server.add(graph, "".join(part).encode())
            rows = server.rows(query)
            if len(rows) == len(part):
                break
        for row in rows:
            found[wanted[int(row["s"].removeprefix("urn:n"))]] = (row["v"], row.get("d", ""))
    server.change(f"DROP SILENT GRAPH <{graph}>", again=True)
    return found


def _same(sent: Form, kept: Form) -> bool:
    """Whether two literals are of one value, by our own engine."""
    from pyoxigraph import Literal, NamedNode, QueryBoolean, Store

    if sent == kept:
        return True
    a, b = (Literal(value, datatype=NamedNode(datatype)) for value, datatype in (sent, kept))
    equal = Store().query(f"ASK {{ FILTER({a} = {b}) }}")
    return sent[1] == kept[1] and isinstance(equal, QueryBoolean) and bool(equal)
