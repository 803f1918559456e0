"""Which queries triples of others could meet, so that only these are run again.

A triple can change the rows of a query only if it matches one of its patterns,
and each end of it that is a variable there is also found where the patterns want
it that have to hold with this one, beside an IRI where they have one: those of
its own group, and those before it in the groups around it. A query that is read here only in part (a variable as
predicate, a SELECT inside, parentheses in a path) counts as met.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aa_ld.merging import words

_PREFIX = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", re.I)
_NAME = re.compile(r"<([^<>\s]+)>|\b([A-Za-z][\w-]*):([\w-]*)")
_STEP = r"\^?(?:[A-Za-z][\w-]*)?:[\w-]*[*+?]?"
_TOKEN = re.compile(
    r'\s*(?:<[^<>\s]*>|"[^"\\\n]*"(?:@[\w-]+|\^\^[\w:<>/#.]+)?|[?$]\w+|[{}.;,()]|'
    rf"{_STEP}(?:[|/]{_STEP})*|[A-Za-z]+|[-\d.]*\d|[=!<>&|+*/^-]+)"
)
#: What only an expression holds.
_OPERATOR = re.compile(r"[=!<>&|+*/^-]+")
_FEW = 50
_GROUPS = {"OPTIONAL", "UNION", "MINUS", "NOT", "EXISTS"}


class Pattern(NamedTuple):
    """A triple pattern: its terms as they are written, the groups around it from the outermost, its place among all."""

    subject: str
    predicate: str
    object: str
    groups: tuple[int, ...]
    place: int


def body_of(text: str) -> str:
    """What stands in the braces of a query, without comments."""
    text = re.sub(r"(?m)^\s*#.*$|\s#\s.*$", "", text)
    where = re.search(r"\bWHERE\b", text)
    return text[text.index("{", where.end() if where else 0) : text.rindex("}") + 1]


def named_in(text: str) -> set[str]:
    """The IRIs that stand in the body of a query, and rdf:type for `a`.

    >>> sorted(named_in("PREFIX x: <http://example.org/> SELECT ?s { ?s a x:B ; x:p/x:q ?o }"))[:2]
    ['http://example.org/B', 'http://example.org/p']
    """
    body = body_of(text)
    found = _expanded(dict(_PREFIX.findall(text)), body)
    return found | {words.TYPE} if re.search(r"\sa\s", body) else found


def _expanded(prefixes: dict[str, str], text: str) -> set[str]:
    return {iri or prefixes.get(prefix, prefix + ":") + local for iri, prefix, local in _NAME.findall(text)}


def patterns_of(text: str) -> list[Pattern] | None:
    """The triple patterns of a query; None where it is more than is read here.

    >>> [p[:3] for p in patterns_of("SELECT ?s { ?s a <x:B> ; <x:p> ?o . OPTIONAL { ?o <x:q> 1 } FILTER(?o > 2) }")]
    [('?s', 'a', '<x:B>'), ('?s', '<x:p>', '?o'), ('?o', '<x:q>', '1')]
    """
    tokens = _tokens(body_of(text))
    return _Reader(tokens).read() if tokens is not None else None


def _tokens(body: str) -> list[str] | None:
    tokens, at = [], 0
    end = len(body.rstrip())
    while at < end:
        found = _TOKEN.match(body, at)
        if not found:
            return None
        tokens.append(found[0].strip())
        at = found.end()
    return tokens


class _Reader:
    """Tokens on their way to patterns."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.groups: list[int] = []
        self.found: list[Pattern] = []
        self.terms: list[str] = []

    def read(self) -> list[Pattern] | None:
        """All patterns; None where something is not understood."""
        try:
            while self.at < len(self.tokens):
                if not self._step(self.tokens[self.at]):
                    return None
        except IndexError:
            return None
        return self.found

    def _step(self, token: str) -> bool:
        self.at += 1
        if token in "{}":
            self.terms.clear()
            self.groups = [*self.groups, self.at] if token == "{" else self.groups[:-1]
        elif token in (".", ";", ","):
            self.terms = self.terms[: {".": 0, ";": 1, ",": 2}[token]]
        elif token in ("FILTER", "BIND", "VALUES"):
            self.terms.clear()
            self._skip(token)
        elif token in _GROUPS:
            self.terms.clear()
        elif (
            token in ("(", ")")
            or _OPERATOR.fullmatch(token)
            or (token.isalpha() and token not in ("a", "true", "false"))
        ):
            return False
        else:
            return self._term(token)
        return True

    def _term(self, token: str) -> bool:
        self.terms.append(token)
        if len(self.terms) == 3:
            self._add(*self.terms)
            if self.terms[1][0] in "?$":
                return False
        return len(self.terms) <= 3

    def _add(self, subject: str, predicate: str, far: str) -> None:
        """Add a pattern; one of a sequence of steps is as many patterns, with variables that nothing else can name."""
        steps = [predicate] if "<" in predicate or "|" in predicate else predicate.split("/")
        for step in steps[:-1]:
            between = f"?/{len(self.found)}"
            self.found.append(Pattern(subject, step, between, tuple(self.groups), len(self.found)))
            subject = between
        self.found.append(Pattern(subject, steps[-1], far, tuple(self.groups), len(self.found)))

    def _skip(self, word: str) -> None:
        """Pass over an expression, or over the values of VALUES."""
        if word == "VALUES":
            while self.tokens[self.at] != "{":
                self.at += 1
            self.at = self.tokens.index("}", self.at) + 1
            return
        if self.tokens[self.at] in ("NOT", "EXISTS"):
            return
        while self.tokens[self.at] != "(":
            self.at += 1
        depth = 0
        while True:
            depth += {"(": 1, ")": -1}.get(self.tokens[self.at], 0)
            self.at += 1
            if not depth:
                return


class Meetings:
    """What triples of others could meet, beside triples of ours; both as lines of N-Triples."""

    def __init__(self, ours: Iterable[bytes], foreign: Iterable[bytes]) -> None:
        self._ends: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
        self._pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._foreign: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._by_object: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._opposites: dict[tuple[str, int, str], set[str]] = {}
        for line in ours:
            s, p, o = line[:-2].decode().split(" ", 2)
            self._add(p[1:-1], s, o)
        for line in foreign:
            s, p, o = line[:-2].decode().split(" ", 2)
            self._foreign[p[1:-1]].append((s, o))
            self._by_object[p[1:-1], o].append((s, o))
            self._add(p[1:-1], s, o)

    def _add(self, predicate: str, s: str, o: str) -> None:
        self._pairs[predicate].append((s, o))
        self._ends[0][predicate].add(s)
        self._ends[1][predicate].add(o)

    def may_meet(self, text: str) -> bool:
        """Whether a triple of others could change the rows of this query.

        >>> met = Meetings([], [b'<x:a> <x:p> "x" .'])
        >>> met.may_meet("SELECT ?s { ?s <x:p> ?o }"), met.may_meet("SELECT ?s { ?s <x:p> ?o ; <x:q> ?z }")
        (True, False)
        """
        found = patterns_of(text)
        if found is None:
            return True
        prefixes = {**dict(_PREFIX.findall(text))}
        # A closer look takes longer, and is worth it where the first tells nothing.
        return any(
            self._meets(pattern, found, prefixes) and self._meets(pattern, found, prefixes, closer=True)
            for pattern in found
        )

    def _meets(
        self, pattern: Pattern, found: list[Pattern], prefixes: dict[str, str], closer: bool = False
    ) -> bool:
        names = _predicates(pattern.predicate, prefixes) & self._foreign.keys()
        if not names:
            return False
        wanted = [
            self._wanted(pattern, term, found, prefixes, closer) for term in (pattern.subject, pattern.object)
        ]
        path = re.sub("<[^>]*>", "", pattern.predicate)
        if re.fullmatch(r"[^|/^?]*[*+]", path):
            # A step of a way counts where the way can come to it from its start, and from its end.
            wanted = [
                self._on_the_way(sets, names, back) for sets, back in zip(wanted, (False, True), strict=True)
            ]
        elif re.search(r"[*+?/^]", path):
            return True
        subjects, objects = (set.intersection(*sets) if sets else None for sets in wanted)
        return any(
            (subjects is None or s in subjects) and (objects is None or o in objects)
            for name in names
            for s, o in self._candidates(name, objects)
        )

    def _candidates(self, name: str, objects: set[str] | None) -> list[tuple[str, str]]:
        """Triples of others with a predicate; with a few objects only, where only these are wanted."""
        if objects is None or len(objects) > _FEW:
            return self._foreign[name]
        return [pair for term in objects for pair in self._by_object.get((name, term), ())]

    def _wanted(
        self, pattern: Pattern, term: str, found: list[Pattern], prefixes: dict[str, str], closer: bool
    ) -> list[set[str]]:
        """The sets that a term at this place of the pattern has to be in, all of them; none where it may be anything."""
        if term[0] in "?$":
            return list(self._required(pattern, term, found, prefixes, closer))
        iri = _iri(term, prefixes)
        return [{iri}] if iri else []

    def _on_the_way(self, sets: list[set[str]], names: set[str], back: bool) -> list[set[str]]:
        """What steps of these predicates come to from terms that are in all of the sets."""
        if not sets:
            return []
        steps: dict[str, list[str]] = defaultdict(list)
        for name in names:
            for s, o in self._pairs[name]:
                steps[o if back else s].append(s if back else o)
        reached = set.intersection(*sets)
        waiting = list(reached)
        for term in waiting:
            for other in steps.get(term, ()):
                if other not in reached:
                    reached.add(other)
                    waiting.append(other)
        return [reached]

    def _required(
        self, pattern: Pattern, variable: str, found: list[Pattern], prefixes: dict[str, str], closer: bool
    ) -> Iterator[set[str]]:
        """What a variable has to be in by other patterns; seen closer, by what the other end of each has to be in too."""
        for other in found:
            same = other.groups == pattern.groups
            around = pattern.groups[: len(other.groups)] == other.groups and other.place < pattern.place
            if other.place == pattern.place or not (same or around) or re.search(r"[*?]", other.predicate):
                continue
            ends = (other.subject, other.object)
            for place in (at for at, term in enumerate(ends) if term == variable):
                names = _predicates(other.predicate, prefixes)
                both = re.search(r"[+/^]", re.sub("<[^>]*>", "", other.predicate))
                far = None if both else _iri(ends[1 - place], prefixes)
                if far:
                    yield set().union(*(self._opposite(name, place, far) for name in names))
                elif closer and not both and ends[1 - place][0] in "?$":
                    sets = list(self._required(other, ends[1 - place], found, prefixes, closer=False))
                    pairs = (pair for name in names for pair in self._pairs.get(name, ()))
                    yield {pair[place] for pair in pairs if all(pair[1 - place] in each for each in sets)}
                else:
                    sides = self._ends if both else (self._ends[place],)
                    yield set().union(*(side.get(name, ()) for side in sides for name in names))

    def _opposite(self, name: str, place: int, far: str) -> set[str]:
        """The terms at one end, 0 or 1, of triples with a predicate that have this IRI at the other."""
        key = (name, place, far)
        if key not in self._opposites:
            self._opposites[key] = {pair[place] for pair in self._pairs[name] if pair[1 - place] == far}
        return self._opposites[key]


def _iri(term: str, prefixes: dict[str, str]) -> str | None:
    """The IRI at an end of a pattern, as N-Triples write it; None for a variable and for a literal, true and false too."""
    found = None if term[0] in '?$"-0123456789' else next(iter(_expanded(prefixes, term)), None)
    return f"<{found}>" if found else None


def _predicates(text: str, prefixes: dict[str, str]) -> set[str]:
    """The predicates that a path names."""
    return {words.TYPE} if text == "a" else _expanded(prefixes, text)
