"""The page of a term: what it means, where it stands, what it is aligned to, what facts say about it, its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import nsmallest
from itertools import chain

from pyoxigraph import BlankNode, NamedNode

from aa_ld.axioms import read_axioms, shown
from aa_ld.publish.claims import few_claims, first_of
from aa_ld.publish.few import MOST, Few
from aa_ld.publish.linked import AA, OWL, RDFS, SKOS, Site
from aa_ld.publish.markup import Page, address, anchor, pairs, root_of, section, table, text
from aa_ld.publish.rdf import SYNTAXES
from aa_ld.publish.resources import Resource
from aa_ld.vocab import PREFIXES, RDF_TYPE, compact

_SUBCLASS, _LABEL = RDFS + "subClassOf", RDFS + "label"
_STRENGTHS = ("exact", "close", "broad", "narrow", "related")
_MATCHES = {f"{SKOS}{strength}Match": strength for strength in _STRENGTHS}
_TOLD = {
    RDF_TYPE, _LABEL, _SUBCLASS, SKOS + "altLabel", SKOS + "definition", OWL + "equivalentClass", OWL + "disjointWith", *_MATCHES,
}  # fmt: skip

#: What a term is, by its type.
_KINDS = {
    OWL + "Class": "class", OWL + "AnnotationProperty": "property", OWL + "ObjectProperty": "property",
    OWL + "DatatypeProperty": "property", OWL + "NamedIndividual": "value",
}  # fmt: skip

#: The words for the place in which a fact names a term; others are told by the property.
_ROLES = {
    "subject": "It is what the fact is about", "object": "It is what the fact leads to",
    "predicate": "Facts that say so", "population": "Said of this population",
    "certainty": "Facts of this certainty", "polarity": "Facts of this polarity",
}  # fmt: skip

#: What an axiom with an expression says.
_AXIOMS = {"EquivalentTo": "the same as", "SubClassOf": "a kind of", "DisjointWith": "never"}

#: Lists longer than this are closed at first.
_LONG = 40

FILES = (("Turtle", "ttl"), ("JSON-LD", "jsonld"), ("N-Triples", "nt"), ("RDF/XML", "rdf"))


def page_of_term(site: Site, resource: Resource) -> Page:
    """The page of a class, a property or a value of ours."""
    root, iri = root_of(resource.path), resource.iri
    said, about = site.said(iri), site.about(iri)
    also = ", ".join(sorted(text(v.value) for v in said.get(SKOS + "altLabel", ()) if hasattr(v, "value")))
    body = [
        heading(site, resource, _kind(site, iri)),
        f'<p class="also">also: {also}</p>' if also else "",
        *(f'<p class="definition">{site.value(v, root)}</p>' for v in said.get(SKOS + "definition", ())),
        _advice(site, iri, root),
        section("Where it stands", _hierarchy(site, iri, root) + _expressions(site, resource), css="tree"),
        section("In other vocabularies", _alignments(site, iri, root)),
        section("More about it", statements(site, iri, root, _TOLD)),
        section(f"Facts about it ({sum(few.total for few in about.values())})", _facts(site, about, root)),
        parts(site, resource, root),
        section("What points to it", _pointing(site, iri, root)),
        downloads(resource),
    ]
    return Page(f"{resource.path}.html", resource.label, "\n".join(filter(None, body)))


def heading(site: Site, resource: Resource, kind: str, title: str | None = None) -> str:
    """The title of a page, what it is a page of, and the IRI."""
    shown_title = title if title is not None else site.label(resource.iri)
    return (
        f'<p class="kind">{text(kind)}</p><h1>{shown_title}</h1>'
        f'<p class="iri"><code>{text(resource.iri)}</code></p>'
    )


def downloads(resource: Resource, more: str = "") -> str:
    """Links to the files that say the same for machines; `more` is HTML behind them."""
    name = resource.path.rsplit("/", 1)[-1]
    links = " ".join(
        f'<a class="file" href="{address(name)}.{ending}" type="{SYNTAXES[ending][0]}">{label}</a>'
        for label, ending in FILES
    )
    return f'<section class="files"><h2>The same for machines</h2><p>{links}{more}</p></section>'


def statements(site: Site, iri: str, root: str, without: Iterable[str] = ()) -> str:
    """What is said of an IRI, a property a row; blank nodes are told elsewhere."""
    left_out = set(without)
    rows = []
    for predicate, values in sorted(site.said(iri).items(), key=lambda item: site.named(item[0])):
        named = [v for v in values if not isinstance(v, BlankNode) and getattr(v, "value", "") != iri]
        if predicate not in left_out and named:
            told = "<br>".join(site.value(v, root) for v in sorted(named, key=str))
            rows.append((site.link(predicate, root), told))
    return pairs(rows)


def parts(site: Site, resource: Resource, root: str, without: Iterable[str] = ()) -> str:
    """What has no page of its own and is told here: evidence lines, spans, parts of a text; their IRIs lead to it."""
    shown_above = set(without)
    blocks = [
        f'<details id="{anchor(part.rsplit("/", 1)[-1])}"><summary>{site.label(part)}</summary>'
        f"{statements(site, part, root)}</details>"
        for part in resource.parts
        if part not in shown_above
    ]
    return section("Its parts, as they are recorded", "".join(blocks), css="parts")


def _advice(site: Site, iri: str, root: str) -> str:
    """The way to what is said for and against a treatment in one patient."""
    if iri not in site.names.members(AA + "Treatment") or iri == AA + "Treatment":
        return ""
    return f'<p><a href="{root}advise.html">What is said for and against it in one patient</a></p>'


def _kind(site: Site, iri: str) -> str:
    types = [value.value for value in site.said(iri).get(RDF_TYPE, ()) if isinstance(value, NamedNode)]
    own = [site.names.label(each) for each in types if each.startswith(AA)]
    return ", ".join([*own, *dict.fromkeys(_KINDS[each] for each in types if each in _KINDS)]) or "term"


def _above(site: Site, iri: str) -> list[str]:
    values = site.said(iri).get(_SUBCLASS, ())
    return sorted(v.value for v in values if isinstance(v, NamedNode) and v.value != iri)


def _hierarchy(site: Site, iri: str, root: str) -> str:
    """The ways up, the term itself, and what is directly below."""
    ordered, total = _below(site, iri)
    inner = "".join(f"<li>{site.link(each, root)}</li>" for each in ordered[:_LONG])
    rest = "".join(f"<li>{site.link(each, root)}</li>" for each in ordered[_LONG:])
    if rest:
        inner += (
            f"<li><details><summary>and {total - _LONG} more</summary><ul>{rest}</ul>"
            f"{first_of(len(ordered), total, root)}</details></li>"
        )
    ways = _ways_up(site, iri, ())
    if not ordered and ways == [()]:
        return ""
    told = [" › ".join(site.link(each, root) for each in reversed(way)) for way in ways if way]
    above = "".join(f"<li>{way} › <b>{site.label(iri)}</b></li>" for way in sorted(told))
    above = above or f"<li><b>{site.label(iri)}</b></li>"
    return f'<ul class="ways">{above}</ul>' + (f"<h3>Below it</h3><ul>{inner}</ul>" if inner else "")


def _below(site: Site, iri: str) -> tuple[list[str], int]:
    """The first of what is directly below a term, by label, and how much there is.

    Where that is nothing but many facts, these are a list of their own elsewhere.
    """
    total, others, rows = 0, False, list[tuple[str, str]]()
    for each in chain(site.leading(iri, _SUBCLASS), site.leading(iri, RDF_TYPE)):
        if each in site.resources:
            total += 1
            others = others or each not in site.facts
            rows.append((site.names.label(each), each))
            rows = nsmallest(MOST, rows) if len(rows) > 4 * MOST else rows
    if total > _LONG and not others:
        return [], 0
    return [each for _, each in nsmallest(MOST, rows)], total


def _ways_up(site: Site, iri: str, gone: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every way to the top, nearest first; a circle ends where it closes, and at most eight ways are told."""
    above = [each for each in _above(site, iri) if each not in gone]
    if not above or len(gone) > 20:
        return [gone]
    return [way for each in above for way in _ways_up(site, each, (*gone, each))][:8]


def _expressions(site: Site, resource: Resource) -> str:
    """OWL expressions in the words of Manchester syntax."""
    if not any(isinstance(triple.object, BlankNode) for triple in resource.triples):
        return ""
    rows = [
        f"<li><b>{_AXIOMS[axiom.kind]}</b> {text(shown(axiom.said, _Labels(site)))}</li>"
        for axiom in read_axioms(dict.fromkeys(resource.triples))
        if isinstance(axiom.said, tuple) and axiom.kind in _AXIOMS
    ]
    return f'<h3>Defined as</h3><ul class="owl">{"".join(rows)}</ul>' if rows else ""


def _alignments(site: Site, iri: str, root: str) -> str:
    rows = [
        (strength, site.link(value.value, root, f"<code>{text(compact(value.value))}</code>"), _other_label(site, value.value))
        for predicate, strength in _MATCHES.items()
        for value in sorted(site.said(iri).get(predicate, ()), key=str)
        if isinstance(value, NamedNode)
    ]  # fmt: skip
    return table(("match", "identifier", "name there"), rows, "Matches in other vocabularies") if rows else ""


def _other_label(site: Site, iri: str) -> str:
    label = site.names.label(iri)
    return "" if label == compact(iri) else text(label)


def _facts(site: Site, about: Mapping[str, Few], root: str) -> str:
    """The facts that name the term, by the place in which they do."""
    blocks = []
    for role, few in about.items():
        title = text(_ROLES.get(role) or f"As {site.names.label(PREFIXES['aa'] + role).removeprefix('has ')}")
        inner = few_claims(site, few, root)
        if few.total > _LONG:
            blocks.append(f"<details><summary><h3>{title} ({few.total})</h3></summary>{inner}</details>")
        else:
            blocks.append(f"<h3>{title} ({few.total})</h3>{inner}")
    return "".join(blocks)


def _pointing(site: Site, iri: str, root: str) -> str:
    """Other resources that name the term, facts and hierarchy aside."""
    rows = []
    leading = site.leading_resources(iri, (_SUBCLASS, RDF_TYPE))
    for predicate, own in sorted(leading.items(), key=lambda item: site.names.label(item[0])):
        ordered = sorted(own, key=site.names.label)
        links = "".join(f"<li>{site.link(each, root)}</li>" for each in ordered[:MOST])
        told = (
            f"<ul>{links}</ul>"
            if len(own) <= _LONG
            else f"<details><summary>{len(own)}</summary><ul>{links}</ul>{first_of(MOST, len(own), root)}</details>"
        )
        rows.append((f"is {site.link(predicate, root)} of", told))
    return pairs(rows)


class _Labels(Mapping[str, str]):
    """The label of each resource by its IRI in angles, as expressions name it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __getitem__(self, name: str) -> str:
        if name[1:-1] not in self._site.resources:
            raise KeyError(name)
        return self._site.names.label(name[1:-1])

    def __iter__(self) -> Iterator[str]:
        return (f"<{iri}>" for iri in self._site.resources)

    def __len__(self) -> int:
        return len(self._site.resources)
