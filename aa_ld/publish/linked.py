"""What the pages know: facts, what is said of each IRI, what leads to it, and where its page is."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from html import escape

from pyoxigraph import BlankNode, Literal, NamedNode

from aa_ld.fact import SCOPE
from aa_ld.names import Names
from aa_ld.publish.answers import Shown, shown
from aa_ld.publish.few import Few, First, Tally, tally
from aa_ld.publish.lookups import Facts, Resources
from aa_ld.publish.markup import address, anchor, text
from aa_ld.publish.metadata import read_metadata
from aa_ld.publish.resources import PARTS, folder_of, path_of, resources_beside
from aa_ld.publish.statements import Statements
from aa_ld.publish.usage import Usage, usage
from aa_ld.question import Question, read_questions
from aa_ld.rule import read_rules
from aa_ld.store import Layers
from aa_ld.vocab import BASE, IDENTIFIER, PREFIXES, RDF_TYPE, compact

AA, RDFS, SKOS = PREFIXES["aa"], PREFIXES["rdfs"], PREFIXES["skos"]
OWL = PREFIXES["owl"]

#: Values that say that there is no value.
NO_VALUES = {AA + "NotApplicable", AA + "NotStated"}

#: What properties of others are called here.
_WORDS = {
    SKOS + "editorialNote": "note of the curator", SKOS + "example": "example", SKOS + "scopeNote": "scope",
    SKOS + "altLabel": "also called", SKOS + "definition": "definition", SKOS + "exactMatch": "the same elsewhere",
    RDFS + "label": "label", RDFS + "subClassOf": "is a kind of", RDFS + "domain": "is said of", RDFS + "range": "has values of",
    RDF_TYPE: "type", PREFIXES["oa"] + "start": "from character", PREFIXES["oa"] + "end": "to character",
    PREFIXES["oa"] + "hasSource": "in the text", PREFIXES["prov"] + "wasDerivedFrom": "rests on",
    PREFIXES["dcterms"] + "identifier": "number", PREFIXES["dcterms"] + "issued": "out since",
}  # fmt: skip

#: The highest rank of certainty, that of what is said plainly; all below it is shown as hedged.
_FIRM = 7

#: The properties by which a fact names a term; one that names it by several is told by the first.
_RANKS = {
    AA + name: rank
    for rank, name in enumerate(("subject", "object", *SCOPE, "predicate", "polarity", "certainty"))
}
_PREMISE = PREFIXES["prov"] + "wasDerivedFrom"

#: Labels and addresses that are held at a time.
_HELD = 1 << 13

Term = NamedNode | BlankNode | Literal


class Site:
    """The knowledge as pages and files need it, read from layers that hold what follows, too, when it is asked for.

    names       labels
    metadata    what is said of the publication as a whole
    statements  what is said of an IRI, and what leads to it
    resources   IRI to resource
    facts       IRI to fact, derived ones among them

    However many facts there are, it holds little more than the IRIs of pages.
    """

    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        self._answers: dict[str, Shown] = {}
        self.metadata = read_metadata(layers)
        self.names = Names(layers)
        self.questions, self.rules = read_questions(), read_rules()
        beside = {each.iri: each for each in resources_beside()}
        self.statements = Statements(layers, (t for each in beside.values() for t in each.triples))
        self.resources = Resources(layers, self.statements, self.names, beside)
        self.facts = Facts(layers, self.resources)
        self._told_with = {part: each.iri for each in beside.values() for part in each.parts}
        self.label = lru_cache(_HELD)(self._label)
        self._own_way = lru_cache(_HELD)(self._find_way)

    def said(self, iri: str) -> Mapping[str, list[Term]]:
        """Property to values, of a resource or of a part of one."""
        return self.statements.said(iri)

    def leading(self, iri: str, predicate: str) -> Iterator[str]:
        """The IRIs that lead to another by a property."""
        return (subject for _, subject in self.statements.leading(iri, predicate))

    def few(self, iris: Iterable[str]) -> Few:
        """The first of some facts, each given once; what is no fact is left out."""
        found = First(self.facts, self.names)
        for iri in iris:
            if iri in self.facts:
                found.add(iri)
        return found.few()

    def about(self, iri: str) -> dict[str, Few]:
        """The facts that name a term, by the place in which they do; each fact once, for the first of its places."""
        found: dict[str, First] = {}
        for predicate, subject in self.statements.leading(iri):
            if predicate in _RANKS and subject in self.facts:
                ranks = [_RANKS[p] for p in self.statements.between(subject, iri) if p in _RANKS]
                if _RANKS[predicate] == min(ranks):
                    found.setdefault(predicate.removeprefix(AA), First(self.facts, self.names)).add(subject)
        few = {role: each.few() for role, each in found.items()}
        return dict(sorted(few.items(), key=lambda item: (item[1].shown[0].id or "~", item[1].shown[0].iri)))

    def leading_resources(self, iri: str, without: Container[str] = ()) -> dict[str, set[str]]:
        """What has a page and is no fact, by the property by which it leads to an IRI."""
        found: dict[str, set[str]] = {}
        for predicate, subject in self.statements.leading(iri):
            if predicate not in without and subject in self.resources and subject not in self.facts:
                found.setdefault(predicate, set()).add(subject)
        return found

    @cached_property
    def of_the_world(self) -> set[str]:
        """The classes of facts about the world; others are about documents and their indexing."""
        found, waiting = {AA + "DomainFact"}, [AA + "DomainFact"]
        while waiting:
            below = set(self.leading(waiting.pop(), RDFS + "subClassOf")) - found
            found |= below
            waiting += below
        return found

    @cached_property
    def tally(self) -> Tally:
        """How many facts there are, and from where."""
        return tally(self.layers, self.facts, self.resources, self.names)

    @cached_property
    def usage(self) -> Usage:
        """How often classes and properties are used."""
        return usage(self.layers)

    def following(self, iri: str) -> Iterator[str]:
        """The facts that rest on a fact."""
        return (each for each in self.leading(iri, _PREMISE) if self.facts.is_derived(each))

    def conflicts(self, iri: str) -> list[str]:
        """The conflicts that a fact stands in."""
        return sorted(each for each in self.leading(iri, AA + "between") if each in self.resources)

    def answer(self, question: Question) -> Shown:
        """The answer to a question, over all values where it wants one."""
        if question.name not in self._answers:
            self._answers[question.name] = shown(self.layers, question, self.names, self.facts)
        return self._answers[question.name]

    def named(self, iri: str) -> str:
        """The name of an IRI for people."""
        found = self.names.label(iri)
        if found != compact(iri):
            return found
        return self.resources.label(iri) if iri in self.resources else _WORDS.get(iri, found.strip("<>"))

    def _label(self, iri: str) -> str:
        """The label of an IRI, as HTML."""
        return text(self.named(iri))

    def _find_way(self, iri: str) -> str | None:
        """The address of the page on which an IRI of ours is told, under the folder."""
        if iri in self.resources:
            return address(f"{path_of(iri)}.html")
        owner = self._told_with.get(iri) or (self.statements.owner(iri) if folder_of(iri) in PARTS else None)
        if owner is None or owner not in self.resources:
            return None
        return f"{address(path_of(owner))}.html#{address(anchor(iri.rsplit('/', 1)[-1]))}"

    def way(self, iri: str, root: str) -> str | None:
        """The address of the page of an IRI, as it stands in an attribute; None for what has none and is no web address."""
        own = self._own_way(iri)
        if own is not None:
            return root + own
        if iri.startswith(("http://", "https://")):
            return escape(iri)
        return None

    def link(self, iri: str, root: str, shown: str | None = None) -> str:
        """A link to an IRI, with its label or with other HTML; what is no web address is no link."""
        way, label = self.way(iri, root), self.label(iri) if shown is None else shown
        if way is None or (iri.startswith(BASE) and self._own_way(iri) is None):
            return f"<span>{label}</span>" if iri.startswith(BASE) else f"<code>{text(iri)}</code>"
        outside = "" if self._own_way(iri) is not None else ' rel="external noreferrer"'
        return f'<a href="{way}"{outside}>{label}</a>'

    def value(self, value: Term | str, root: str) -> str:
        """A value as HTML: a linked term, or a literal with its kind where that is not plain text."""
        if isinstance(value, NamedNode):
            value = value.value
        if isinstance(value, str):
            if not value.startswith(("http://", "https://")):
                return text(value)
            if value in NO_VALUES:
                return f'<span class="none">{self.label(value)}</span>'
            return self.link(value, root)
        if isinstance(value, Literal):
            return self.literal(value)
        return "<i>an expression without a name</i>"

    def literal(self, value: Literal) -> str:
        """A literal as HTML."""
        language = f' lang="{text(value.language)}"' if value.language else ""
        kind = value.datatype.value
        plain = kind in (PREFIXES["xsd"] + "string", PREFIXES["rdf"] + "langString")
        typed = "" if plain else f" <small>{text(compact(kind))}</small>"
        return f"<span{language}>{text(value.value)}</span>{typed}"

    def first(self, iri: str, predicate: str) -> str:
        """The first value of a property, as text; empty where there is none."""
        values = self.said(iri).get(predicate)
        return next((getattr(value, "value", "") for value in values), "") if values else ""

    def hedged(self, certainty: str) -> bool:
        """Whether a certainty is less than that of what is said plainly."""
        return self.first(certainty, AA + "rank") != str(_FIRM)

    def key_of(self, key: str) -> str | None:
        """The IRI of a fact by its short name."""
        iri = PREFIXES["fact"] + key
        if key.startswith("derived-") and (found := self.resources.starting_with(iri)):
            return found
        identified = self.statements.having(IDENTIFIER, key)
        return next(filter(self.facts.__contains__, [*identified, iri]), None) or self._keys.get(key)

    @cached_property
    def _keys(self) -> dict[str, str]:
        """The short names of facts that are not found by them: with no page here, or with an identifier that is no plain text."""
        odd = (iri for iri in self.resources.of("term") if iri in self.facts)
        others = (iri for iri in self.statements.oddly(IDENTIFIER) if iri in self.facts)
        return {self.names.key(iri): iri for iri in (*self.facts.elsewhere, *odd, *others)}
