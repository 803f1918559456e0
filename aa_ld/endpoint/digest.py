"""A digest of a graph that does not depend on any order, computed inside a server and here alike.

Each triple is written out, its MD5 is taken, and of the decimal digits among
the hexadecimal ones two numbers of nine digits are made; a graph's digest is
the number of its triples and the two sums. This uses nothing but functions of
SPARQL 1.1, and sums that stay within 64 bits up to 9 × 10⁹ triples. It tells
damage, not attack.
"""

from __future__ import annotations

from hashlib import md5
from typing import NamedTuple

#: The digest of one graph, as rows ?n ?a ?b.
_QUERY = """
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT (COUNT(*) AS ?n) (SUM(xsd:integer(CONCAT("0", SUBSTR(?h, 1, 9)))) AS ?a)
       (SUM(xsd:integer(CONCAT("0", SUBSTR(?h, 10, 9)))) AS ?b)
WHERE {
  GRAPH <%s> { ?s ?p ?o %s }
  BIND(REPLACE(MD5(CONCAT(STR(?s), " ", STR(?p), " ", STR(?o), IF(isLiteral(?o), CONCAT("\\"", LCASE(LANG(?o)),
    "\\"", IF(LANG(?o) = "", STR(DATATYPE(?o)), "")), ""))), "[a-f]", "") AS ?h)
}"""


class Digest(NamedTuple):
    """The digest of a graph; digests of graphs that share no triple add up.

    >>> Digest().plus(*of_text("a b c")) == Digest(1, *of_text("a b c"))
    True
    """

    triples: int = 0
    first: int = 0
    second: int = 0

    def plus(self, first: int, second: int) -> Digest:
        """The digest with one triple more."""
        return Digest(self.triples + 1, self.first + first, self.second + second)

    def __str__(self) -> str:
        return f"{self.triples:,} triples, digest {self.first:x}-{self.second:x}"


def query(graph: str, among: str = "") -> str:
    """The SELECT that gives the digest of a graph, or of the triples of a part of its predicates: one row ?n ?a ?b.

    among  words that `parts` has given
    """
    return _QUERY % (graph, among)


def parts(predicates: dict[str, int], number: int) -> list[str]:
    """Cut the triples of a graph into about equal parts by their predicates, for as many queries side by side.

    predicates  how many triples each predicate has; one beyond these is in the first part

    >>> parts({"urn:a": 5, "urn:b": 3, "urn:c": 3}, 2)
    ['FILTER(?p NOT IN (<urn:b>, <urn:c>))', 'FILTER(?p IN (<urn:b>, <urn:c>))']
    """
    shares: list[tuple[int, list[str]]] = [(0, []) for _ in range(min(number, len(predicates)))]
    for name, count in sorted(predicates.items(), key=lambda each: (-each[1], each[0])):
        least = min(range(len(shares)), key=lambda at: shares[at][0])
        shares[least] = (shares[least][0] + count, [*shares[least][1], f"<{name}>"])
    rest = [", ".join(names) for _, names in shares[1:]]
    if not rest:
        return [""]
    return [f"FILTER(?p NOT IN ({', '.join(rest)}))", *(f"FILTER(?p IN ({names}))" for names in rest)]


def of_row(row: dict[str, str]) -> Digest:
    """The digest that the row of `query` says; the sum over nothing may be left out."""
    return Digest(*(int(row.get(name) or 0) for name in ("n", "a", "b")))


def of_text(text: str, twice: bool = False) -> tuple[int, int]:
    """The two numbers of a triple that is written out as `iri_text` or `literal_text` do.

    twice  whether the server takes each byte of UTF-8 for a character, and encodes it again
    """
    data = text.encode()
    if twice:
        data = data.decode("latin-1").encode()
    digits = b"0" + md5(data, usedforsecurity=False).hexdigest().encode().translate(None, b"abcdef")
    return int(digits[:10]), int(b"0" + digits[10:19])


def iri_text(subject: str, predicate: str, value: str) -> str:
    """A triple whose object is an IRI, as the server writes it out."""
    return f"{subject} {predicate} {value}"


def literal_text(subject: str, predicate: str, value: str, language: str | None, datatype: str) -> str:
    """A triple whose object is a literal, as the server writes it out; the case of a language does not count."""
    if language:
        return f'{subject} {predicate} {value}"{language.lower()}"'
    return f'{subject} {predicate} {value}""{datatype}'
