"""Compare two versions of facts: what came and went, what is put more or less firmly, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from aa_ld.changes import Change, Diff
from aa_ld.errors import EmptyFileError, NestingError, UnknownSyntaxError
from aa_ld.fact import SCOPE, EvidenceLine, Fact, read_facts
from aa_ld.infer import INTEGERS, infer
from aa_ld.names import Names
from aa_ld.owltext import read_ontology
from aa_ld.store import Layers, open_layers, rows, value_of
from aa_ld.vocab import IDENTIFIER, LAYERS, PREFIXES, RDF_TYPE, compact, printable

_AA = PREFIXES["aa"]
_NO_VALUE = {_AA + "NotStated", _AA + "NotApplicable"}
_RANKS = f"SELECT ?term ?rank {{ ?term <{_AA}rank> ?rank {INTEGERS} }}"
_HEDGES = f"SELECT ?words ?rank {{ ?hedge <{_AA}ceiling>/<{_AA}rank> ?rank ; <{PREFIXES['rdfs']}label> ?words {INTEGERS} }}"
_WITHIN = f"SELECT ?narrow ?wide {{ ?narrow <{_AA}isWithin>|<{PREFIXES['rdfs']}subClassOf>+ ?wide }}"

#: Properties that limit where, when and in whom a fact holds; the others of its scope say what it says.
_LIMITS = ("population", "context", "species", "compartment", "comparator", "time", "site", "responseGroup", "cohort")  # fmt: skip

#: Where the words of a hedge or a cue stand.
_PLACES = {"hedge": _AA + "hedgeSpan", "cue": _AA + "cueSpan"}

#: Properties of a fact and of its lines whose change is told under a kind of its own.
_SEEN = {
    RDF_TYPE,
    IDENTIFIER,
    PREFIXES["rdfs"] + "label",
    PREFIXES["skos"] + "editorialNote",
    *_PLACES.values(),
    *(
        _AA + name
        for name in ("subject", "predicate", "object", "polarity", "certainty", "implied", "evidence")
    ),
    *(
        _AA + name
        for name in ("publication", "kind", "stance", "wording", "design", "sampleSize", "hedge", "cue")
    ),
    *(_AA + name for name in ("span", "focus", "part", *SCOPE)),
}


def read_version(path: str | Path) -> list[Quad]:
    """The triples of a file, or of every Turtle file in a folder and below.

    Raises EmptyFileError for a folder without Turtle, UnknownSyntaxError for a table, and the errors of `read_ontology`.
    """
    folder = Path(path)
    if folder.suffix.lower() in (".tsv", ".csv", ".xlsx", ".xlsm") and folder.is_file():
        name = printable(str(path))
        what, remedy = (
            "This is a table, and RDF is compared.",
            f"Make Turtle of it: aa-ld import {name} -o FILE.ttl.",
        )
        raise UnknownSyntaxError(name, what, remedy)
    if not folder.is_dir():
        return read_ontology(path)
    files = [file for file in sorted(folder.rglob("*.ttl")) if file.is_file()]
    if not files:
        raise EmptyFileError(str(path), "The folder holds no Turtle file.", "Name the folder with the facts.")
    return [quad for file in files for quad in read_ontology(file)]


def diff(old: Iterable[Quad], new: Iterable[Quad], layers: Iterable[str] = LAYERS) -> Diff:
    """What differs between two versions of facts.

    The words come from the shipped ontology, unless a version brings its own.
    What follows is worked out beside the shipped facts of `layers`, less those
    that either version describes itself; where a version brings the ontology,
    it stands alone.

    >>> diff([], []).to_text()
    'Both say the same.'
    """
    before, after = settled(q.triple for q in old), settled(q.triple for q in new)
    if set(before) == set(after):
        return Diff([])
    subjects = {t.subject.value for t in (*before, *after) if isinstance(t.subject, NamedNode)}
    beside = tuple(layers)
    compared = _Compare(_Version(before, subjects, beside), _Version(after, subjects, beside))
    return Diff([*compared.facts(), *compared.conclusions(), *compared.others()])


def settled(triples: Iterable[Triple]) -> list[Triple]:
    """Triples whose blank nodes are named by what is said of them, so that two readings can be compared.

    >>> from pyoxigraph import RdfFormat, parse
    >>> one, two = (parse(b"<x:a> <x:b> [ <x:c> 1 ] .", RdfFormat.TURTLE) for _ in range(2))
    >>> settled(q.triple for q in one) == settled(q.triple for q in two)
    True
    """
    kept = list(dict.fromkeys(triples))
    about: dict[object, list[Triple]] = {}
    for triple in kept:
        if isinstance(triple.subject, BlankNode):
            about.setdefault(triple.subject, []).append(triple)
    names: dict[object, BlankNode] = {}

    def named(term: object, above: tuple[object, ...] = ()) -> object:
        if not isinstance(term, BlankNode):
            return term
        if term in above:
            return "circle"
        if term not in names:
            said = sorted(f"{t.predicate} {named(t.object, (*above, term))}" for t in about.get(term, ()))
            names[term] = BlankNode("b" + sha256("\n".join(said).encode()).hexdigest()[:32])
        return names[term]

    try:
        return [Triple(named(t.subject), t.predicate, named(t.object)) for t in kept]  # type: ignore[arg-type]
    except RecursionError:
        raise NestingError(
            "diff", "Blank nodes nest deeper than can be compared.", "Name some of them."
        ) from None


class _Version:
    """One side: its triples, its facts, and what follows from them beside the shipped ones."""

    def __init__(self, triples: list[Triple], described: set[str], beside: tuple[str, ...]) -> None:
        self.triples = set(triples)
        own_words = any(
            t.predicate.value == RDF_TYPE and getattr(t.object, "value", "") == PREFIXES["owl"] + "Ontology"
            for t in triples
        )
        self.layers = Layers() if own_words else open_layers(beside)
        for subject in () if own_words else described:
            self.layers.remove(subject)
        self.layers.add_quads((Quad(t.subject, t.predicate, t.object) for t in triples), "data")
        infer(self.layers)
        own = {t.subject.value for t in triples if isinstance(t.subject, NamedNode)}
        found = read_facts(self.layers)
        self.facts = {f.iri: f for f in found if f.iri in own and not f.derivation}
        self.conclusions = {f.iri: f for f in found if f.derivation}
        self.names = Names(self.layers)
        self.ranks = {value_of(r["term"]): int(value_of(r["rank"])) for r in rows(self.layers, _RANKS)}
        self.ceilings = {value_of(r["words"]): int(value_of(r["rank"])) for r in rows(self.layers, _HEDGES)}
        self.places = {
            (value_of(t.subject), t.predicate.value): value_of(t.object)
            for t in triples
            if t.predicate.value in _PLACES.values()
        }
        self.within = {(value_of(r["narrow"]), value_of(r["wide"])) for r in rows(self.layers, _WITHIN)}


class _Compare:
    def __init__(self, old: _Version, new: _Version) -> None:
        self.old, self.new = old, new
        self.told: set[str] = set()
        self.compared: set[str] = set()

    def facts(self) -> Iterator[Change]:
        """What differs in facts, by IRI."""
        for iri in sorted({*self.old.facts, *self.new.facts}):
            before, after = self.old.facts.get(iri), self.new.facts.get(iri)
            if before is None or after is None:
                version, fact = (self.new, after) if after else (self.old, before)
                assert fact is not None
                yield self._change("added" if after else "removed", fact)
                self.told |= {iri, *(line.iri for line in fact.evidence), *self._spans(fact, version)}
                continue
            self.compared |= {iri, *(line.iri for line in (*before.evidence, *after.evidence))}
            self.told |= self._spans(before, self.old) | self._spans(after, self.new)
            if before != after or self._places(before, self.old) != self._places(after, self.new):
                yield from self._fact(before, after)

    def conclusions(self) -> Iterator[Change]:
        """What follows now and did not, what no longer does, and what does on other grounds."""
        fallen = self._without(self.old, self.new)
        for said, fact in self._without(self.new, self.old).items():
            before = fallen.pop(said, None)
            if before is None:
                yield self._change("conclusion-risen", fact)
            elif before.certainty != fact.certainty:
                risen = self._rank(self.new, fact.certainty) > self._rank(self.old, before.certainty)
                words = self._was(before.certainty), self._is(fact.certainty)
                kind = "conclusion-raised" if risen else "conclusion-lowered"
                yield self._change(kind, fact, "certainty", words)
            else:
                words = self._grounds(before, self.old), self._grounds(fact, self.new)
                yield self._change("conclusion-regrounded", fact, "rests on", words)
        for fact in fallen.values():
            yield self._change("conclusion-fallen", fact)

    def _without(self, version: _Version, other: _Version) -> dict[tuple[str, ...], Fact]:
        """The conclusions that one version alone has, by what they say."""
        own = (version.conclusions[iri] for iri in sorted(set(version.conclusions) - set(other.conclusions)))
        return {(fact.category, *fact.subjects, *fact.objects, fact.sentence): fact for fact in own}

    def _grounds(self, fact: Fact, version: _Version) -> str:
        premises = fact.derivation.premises if fact.derivation else ()
        return ", ".join(sorted(version.names.key(premise.iri) for premise in premises))

    def others(self) -> Iterator[Change]:
        """What else differs: terms, cohorts, publications, conflicts, texts with their parts, one entry each."""
        both = self.old.triples | self.new.triples
        of_source = PREFIXES["oa"] + "hasSource"
        within = {value_of(t.subject): value_of(t.object) for t in both if t.predicate.value == of_source}
        within |= {value_of(t.object): value_of(t.subject) for t in both if isinstance(t.object, BlankNode)}
        found: dict[str, list[int]] = {}
        for place, triples in enumerate(
            (self.old.triples - self.new.triples, self.new.triples - self.old.triples)
        ):
            for triple in triples:
                iri = value_of(triple.subject)
                seen = iri in self.compared and triple.predicate.value in _SEEN
                if iri not in self.told and not seen:
                    found.setdefault(_owner(iri, within), [0, 0])[place] += 1
        for iri, (gone, come) in sorted(found.items()):
            name = compact(iri) if "://" in iri else iri
            label = (self.new if come else self.old).names.label(iri) if "://" in iri else name
            yield Change(
                "other", iri, name, label if label != name else "", "triples", f"{gone} gone", f"{come} come"
            )

    def _change(self, kind: str, fact: Fact, what: str = "", words: tuple[str, str] = ("", "")) -> Change:
        """A change of a fact, told by its newer version; `words` are what was and what is."""
        version = self.new if fact.iri in {**self.new.facts, **self.new.conclusions} else self.old
        return Change(kind, fact.iri, version.names.key(fact.iri), fact.sentence, what, *words)

    def _spans(self, fact: Fact, version: _Version) -> set[str]:
        """The spans of the lines of a fact."""
        spans = {span.iri for line in fact.evidence for span in (line.span, line.focus) if span}
        return spans | set(self._places(fact, version).values())

    def _places(self, fact: Fact, version: _Version) -> dict[tuple[str, str], str]:
        """Where hedges and cues of the lines of a fact stand."""
        lines = {line.iri for line in fact.evidence}
        return {key: span for key, span in version.places.items() if key[0] in lines}

    # -- one fact ----------------------------------------------------------

    def _fact(self, old: Fact, new: Fact) -> Iterator[Change]:
        if old.polarity != new.polarity:
            words = self._was(old.polarity), self._is(new.polarity)
            yield self._change("polarity-flipped", new, "polarity", words)
        yield from self._content(old, new)
        if old.certainty != new.certainty:
            risen = self._rank(self.new, new.certainty) > self._rank(self.old, old.certainty)
            words = self._was(old.certainty), self._is(new.certainty)
            yield self._change("certainty-raised" if risen else "certainty-lowered", new, "certainty", words)
        for name in _LIMITS:
            before, after = set(old.scope_of(name)), set(new.scope_of(name))
            if before != after:
                words = self._were(before), self._are(after)
                yield self._change(self._scope(before, after), new, name, words)
        for kind, what, one, other in (
            ("sentence-reworded", "sentence", old.sentence, new.sentence),
            ("note-changed", "note", old.note or "", new.note or ""),
            ("identifier-changed", "identifier", old.id or "", new.id or ""),
            ("implied-changed", "implied", ", ".join(old.implied), ", ".join(new.implied)),
        ):
            if one != other:
                yield self._change(kind, new, what, (one, other))
        yield from self._lines(old, new)

    def _content(self, old: Fact, new: Fact) -> Iterator[Change]:
        said = {name for name, _ in (*old.scope, *new.scope)} - set(_LIMITS)
        pairs = [
            ("class", {old.category}, {new.category}),
            ("subject", set(old.subjects), set(new.subjects)),
            ("predicate", {old.predicate}, {new.predicate}),
            ("object", set(old.objects), set(new.objects)),
            *((name, set(old.scope_of(name)), set(new.scope_of(name))) for name in sorted(said)),
        ]
        for name, before, after in pairs:
            if before != after:
                words = self._were(before), self._are(after)
                yield self._change("content-changed", new, name, words)

    def _scope(self, before: set[str], after: set[str]) -> str:
        """Whether a limit became narrower or wider: a stated one is narrower than none, a part than its whole."""
        one, other = before - _NO_VALUE, after - _NO_VALUE
        if not one or not other:
            return "scope-narrowed" if other else "scope-widened" if one else "scope-changed"
        narrowed = all(any(self._inside(self.new, a, b) for b in one) for a in other)
        widened = all(any(self._inside(self.old, b, a) for a in other) for b in one)
        if narrowed == widened:
            return "scope-changed"
        return "scope-narrowed" if narrowed else "scope-widened"

    def _inside(self, version: _Version, narrow: str, wide: str) -> bool:
        return narrow == wide or (narrow, wide) in version.within

    def _rank(self, version: _Version, certainty: str) -> int:
        return version.ranks.get(certainty, -1)

    # -- its evidence --------------------------------------------------------

    def _lines(self, old: Fact, new: Fact) -> Iterator[Change]:
        before = {line.iri: line for line in old.evidence}
        after = {line.iri: line for line in new.evidence}
        for iri in sorted({*before, *after}):
            if iri not in before or iri not in after:
                kind = "evidence-added" if iri in after else "evidence-removed"
                names = self.new.names if iri in after else self.old.names
                name = names.label((after.get(iri) or before[iri]).publication)
                yield self._change(kind, new, compact(iri), ("", name) if iri in after else (name, ""))
            else:
                yield from self._line(new, before[iri], after[iri])

    def _line(self, fact: Fact, old: EvidenceLine, new: EvidenceLine) -> Iterator[Change]:
        where = f", {compact(new.iri)}"
        if old.hedge != new.hedge:
            words = f"“{old.hedge}”" if old.hedge else "", f"“{new.hedge}”" if new.hedge else ""
            yield self._change(self._hedge(old.hedge, new.hedge), fact, "hedge" + where, words)
        if old.certainty != new.certainty and fact.certainty == self.old.facts[fact.iri].certainty:
            risen = self._rank(self.new, new.certainty) > self._rank(self.old, old.certainty)
            kind = "certainty-raised" if risen else "certainty-lowered"
            shown = self._was(old.certainty), self._is(new.certainty)
            yield self._change(kind, fact, "certainty of the line" + where, shown)
        for name in ("publication", "kind", "stance", "wording", "design", "sample_size", "cue", "part"):
            one, other = getattr(old, name) or "", getattr(new, name) or ""
            if one != other:
                words = self._was(one), self._is(other)
                yield self._change("evidence-changed", fact, name.replace("_", " ") + where, words)
        for name in ("span", "focus"):
            one, other = getattr(old, name), getattr(new, name)
            if one != other:
                words = _offsets(one), _offsets(other)
                yield self._change("evidence-changed", fact, name + where, words)
        for name, place in _PLACES.items():
            one, other = (v.places.get((new.iri, place), "") for v in (self.old, self.new))
            if one != other and getattr(old, name) == getattr(new, name):
                words = compact(one) if one else "", compact(other) if other else ""
                yield self._change("evidence-changed", fact, f"{name} span{where}", words)

    def _hedge(self, old: str | None, new: str | None) -> str:
        if not old or not new:
            return "hedge-added" if new else "hedge-dropped"
        before, after = self.old.ceilings.get(old), self.new.ceilings.get(new)
        if before is None or after is None or before == after:
            return "hedge-reworded"
        return "hedge-raised" if after > before else "hedge-lowered"

    # -- in words --------------------------------------------------------------

    def _was(self, value: str) -> str:
        return self.old.names.label(value) if "://" in value else value

    def _is(self, value: str) -> str:
        return self.new.names.label(value) if "://" in value else value

    def _were(self, values: Iterable[str]) -> str:
        return ", ".join(sorted(map(self._was, values)))

    def _are(self, values: Iterable[str]) -> str:
        return ", ".join(sorted(map(self._is, values)))


def _owner(iri: str, within: dict[str, str]) -> str:
    """What a node is a part of, at last; itself where it is part of nothing or of itself."""
    seen = {iri}
    while (wider := within.get(iri, iri)) not in seen:
        seen.add(wider)
        iri = wider
    return iri


def _offsets(span: object) -> str:
    start, end = getattr(span, "start", None), getattr(span, "end", None)
    digest = getattr(span, "sha256", "")
    return "" if span is None else f"{start}–{end} ({digest[:12]}…)"
