"""What the pages know, worked out once: facts, what is said of each IRI, what points to it, and where its page is."""

from __future__ import annotations

from collections import defaultdict
from html import escape

from pyoxigraph import BlankNode, Literal, NamedNode

from aa_ld.ask import Answer, answered
from aa_ld.fact import Fact, read_facts
from aa_ld.names import Names
from aa_ld.publish.markup import address, anchor, text
from aa_ld.publish.metadata import read_metadata
from aa_ld.publish.resources import Resource, layer_lines, resources
from aa_ld.question import Question, read_questions
from aa_ld.rule import read_rules
from aa_ld.store import Layers
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE, compact

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

Term = NamedNode | BlankNode | Literal


class Site:
    """The knowledge as pages and files need it, read once from layers that hold what follows, too.

    lines       everything in the layers as N-Quads, in a fixed order
    names       labels
    metadata    what is said of the publication as a whole
    resources   IRI to resource
    facts       IRI to fact, derived ones among them
    said        IRI to property to values, for resources and their parts
    pointing    IRI to the properties that lead to it, and from where
    about       IRI of a term to the facts that name it, each with the property by which it does
    follows     IRI of a fact to the facts that rest on it
    conflicts   IRI of a fact to the conflicts that it stands in
    """

    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        self._answers: dict[str, Answer] = {}
        self.metadata = read_metadata(layers)
        self.names = Names(layers)
        self.questions, self.rules = read_questions(), read_rules()
        self.lines = layer_lines(layers)
        self.resources = {each.iri: each for each in resources(self.lines, self.names)}
        self.facts = {fact.iri: fact for fact in read_facts(layers)}
        self.said: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self.pointing: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._ways: dict[str, str] = {}
        self._kept: dict[str, str] = {}  # the same words are said of many things, and are kept once
        self._labels: dict[str, str] = {}
        for each in self.resources.values():
            self._read(each)
        self.about = self._about()
        self.follows: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts.values():
            for premise in fact.derivation.premises if fact.derivation else ():
                self.follows[premise.iri].append(fact)
        self.conflicts: dict[str, list[str]] = {
            iri: sorted(self.pointing[iri].get(AA + "between", ())) for iri in self.facts
        }

    def _read(self, resource: Resource) -> None:
        self._ways[resource.iri] = address(f"{resource.path}.html")
        own = {each: each for each in (resource.iri, *resource.parts)}
        kept = self._kept
        for part in resource.parts:
            local = part.rsplit("/", 1)[-1]
            self._ways.setdefault(part, f"{address(resource.path)}.html#{address(anchor(local))}")
        for triple in dict.fromkeys(resource.triples):
            if isinstance(triple.subject, NamedNode) and triple.subject.value in own:
                subject = own[triple.subject.value]
                predicate = kept.setdefault(triple.predicate.value, triple.predicate.value)
                self.said[subject][predicate].append(triple.object)  # type: ignore[arg-type]
                if isinstance(triple.object, NamedNode):
                    self.pointing[triple.object.value][predicate].append(subject)

    def _about(self) -> dict[str, list[tuple[str, Fact]]]:
        found: dict[str, list[tuple[str, Fact]]] = defaultdict(list)
        for fact in self.facts.values():
            roles = [
                *(("subject", iri) for iri in fact.subjects),
                *(("object", iri) for iri in fact.objects),
                *fact.scope,
                ("predicate", fact.predicate),
                ("polarity", fact.polarity),
                ("certainty", fact.certainty),
            ]
            seen: set[str] = set()
            for role, iri in roles:
                if iri not in seen and iri.startswith("http"):
                    seen.add(iri)
                    found[iri].append((role, fact))
        return found

    def answer(self, question: Question) -> Answer:
        """The answer to a question, over all values where it wants one."""
        if question.name not in self._answers:
            made = answered(self.layers, question, self.names, {}, self.facts)
            self._answers[question.name] = made
        return self._answers[question.name]

    def named(self, iri: str) -> str:
        """The name of an IRI for people."""
        found = self.names.label(iri)
        if found != compact(iri):
            return found
        own = self.resources.get(iri)
        return own.label if own else _WORDS.get(iri, found.strip("<>"))

    def label(self, iri: str) -> str:
        """The label of an IRI, as HTML."""
        if iri not in self._labels:
            self._labels[iri] = text(self.named(iri))
        return self._labels[iri]

    def way(self, iri: str, root: str) -> str | None:
        """The address of the page of an IRI, as it stands in an attribute; None for what has none and is no web address."""
        own = self._ways.get(iri)
        if own is not None:
            return root + own
        if iri.startswith(("http://", "https://")):
            return escape(iri)
        return None

    def link(self, iri: str, root: str, shown: str | None = None) -> str:
        """A link to an IRI, with its label or with other HTML; what is no web address is no link."""
        way, label = self.way(iri, root), self.label(iri) if shown is None else shown
        if way is None or (iri.startswith(BASE) and iri not in self._ways):
            return f"<span>{label}</span>" if iri.startswith(BASE) else f"<code>{text(iri)}</code>"
        outside = "" if iri in self._ways else ' rel="external noreferrer"'
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
        values = self.said[iri].get(predicate)
        return next((getattr(value, "value", "") for value in values), "") if values else ""

    def hedged(self, certainty: str) -> bool:
        """Whether a certainty is less than that of what is said plainly."""
        return self.first(certainty, AA + "rank") != str(_FIRM)

    def key_of(self, key: str) -> str | None:
        """The IRI of a fact by its short name."""
        if not hasattr(self, "_keys"):
            self._keys = {self.names.key(iri): iri for iri in self.facts}
        return self._keys.get(key)
