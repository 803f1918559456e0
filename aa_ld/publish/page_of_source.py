"""Pages of where facts come from: a publication, a cohort, the text of a source; and of conflicts between sources."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode

from aa_ld.fact import Fact
from aa_ld.publish.claims import few_claims, firmness, first_of, grouped_claims
from aa_ld.publish.few import MOST
from aa_ld.publish.linked import AA, RDFS, SKOS, Site
from aa_ld.publish.markup import Page, pairs, root_of, section, text
from aa_ld.publish.page_of_fact import outside
from aa_ld.publish.page_of_term import downloads, heading, parts, statements
from aa_ld.publish.resources import Resource
from aa_ld.vocab import PREFIXES, RDF_TYPE

_ISSUED = PREFIXES["dcterms"] + "issued"
_TOLD = {RDF_TYPE, RDFS + "label", SKOS + "definition"}


def facts_from(site: Site, publication: str) -> Iterator[str]:
    """The facts with an evidence line in a publication, each once."""
    for line in site.leading(publication, AA + "publication"):
        for fact in site.leading(line, AA + "evidence"):
            if line == min(lines_in(site, fact, publication)):
                yield fact


def lines_in(site: Site, fact: str, publication: str) -> Iterator[str]:
    """The evidence lines of a fact that are in a publication."""
    of = AA + "publication"
    lines = (line.value for line in site.said(fact).get(AA + "evidence", ()) if isinstance(line, NamedNode))
    return (line for line in lines if of in site.statements.between(line, publication))


def page_of_publication(site: Site, resource: Resource) -> Page:
    """The page of a publication: its records elsewhere, and every fact that is read from it."""
    root, iri = root_of(resource.path), resource.iri
    own = site.few(facts_from(site, iri))
    resting = sorted({each for fact in facts_from(site, iri) for each in site.following(fact)})
    follows = site.few(resting)
    body = [
        heading(site, resource, "publication"),
        f'<p class="definition">{outside(site, iri, root)}</p>',
        section(
            f"What it says, fact by fact ({own.total})",
            grouped_claims(site, own, root, source=False),
        ),
        section("What follows from it by rules", few_claims(site, follows, root)),
        section("As it is recorded", statements(site, iri, root, _TOLD)),
        downloads(resource),
        parts(site, resource, root),
    ]
    return Page(f"{resource.path}.html", resource.label, "\n".join(filter(None, body)))


def page_of_conflict(site: Site, resource: Resource) -> Page:
    """The page of a conflict: what stands against what, side by side."""
    root, iri = root_of(resource.path), resource.iri
    body = [
        heading(site, resource, "conflict between facts"),
        side_by_side(site, iri, root),
        downloads(resource),
        parts(site, resource, root),
    ]
    return Page(f"{resource.path}.html", resource.label, "\n".join(filter(None, body)))


def side_by_side(site: Site, iri: str, root: str) -> str:
    """The facts of a conflict beside each other, on what ground both can stand, and what the curator notes."""
    between = sorted(v.value for v in site.said(iri).get(AA + "between", ()) if isinstance(v, NamedNode))
    cards = "".join(_side(site, site.facts[each], root) for each in between if each in site.facts)
    grounds = " · ".join(site.value(v, root) for v in sorted(site.said(iri).get(AA + "ground", ()), key=str))
    kinds = " · ".join(site.value(v, root) for v in site.said(iri).get(AA + "conflictKind", ()))
    rows = [("kind", kinds), ("on what ground both can stand", grounds)]
    note = site.first(iri, SKOS + "editorialNote")
    rows += [("note of the curator", text(note))] if note else []
    return f'<div class="sides">{cards}</div>{pairs(row for row in rows if row[1])}'


def _side(site: Site, fact: Fact, root: str) -> str:
    rows = [
        (
            text(site.names.label(AA + name).removeprefix("has ")),
            " and ".join(site.value(v, root) for v in fact.scope_of(name)),
        )
        for name in ("population", "compartment", "time", "cohort")
        if fact.scope_of(name) and not all(v.endswith("/NotApplicable") for v in fact.scope_of(name))
    ]
    for line in fact.evidence:
        size = f", {text(line.numbers())}" if line.numbers() else ""
        rows.append(
            ("source", f"{site.link(line.publication, root)}: {site.label(line.design or line.kind)}{size}")
        )
    return (
        f'<article class="side" aria-label="{text(site.names.key(fact.iri))}"><p class="says">{site.link(fact.iri, root, text(fact.sentence))}</p>'
        f"<p>{firmness(site, fact)}</p>{pairs(rows)}</article>"
    )


def page_of_anything(site: Site, resource: Resource) -> Page:
    """The page of a cohort, the text of a source, a graph: what is said of it, and which facts name it."""
    root, iri = root_of(resource.path), resource.iri
    facts = site.about(iri).values()
    rows = []
    for predicate, own in sorted(site.leading_resources(iri).items()):
        links = "".join(f"<li>{site.link(each, root)}</li>" for each in sorted(own)[:MOST])
        told = f"<ul>{links}</ul>{first_of(MOST, len(own), root)}"
        rows.append((f"is {site.link(predicate, root)} of", told))
    body = [
        heading(site, resource, resource.kind),
        *(
            f'<p class="definition">{site.value(v, root)}</p>'
            for v in site.said(iri).get(SKOS + "definition", ())
        ),
        section(
            f"Facts ({sum(few.total for few in facts)})",
            "".join(few_claims(site, few, root) for few in facts),
        ),
        section("As it is recorded", statements(site, iri, root, _TOLD)),
        section("What points to it", pairs(rows)),
        downloads(resource),
        parts(site, resource, root),
    ]
    return Page(f"{resource.path}.html", resource.label, "\n".join(filter(None, body)))


def issued(site: Site, publication: str) -> str:
    """The date of a publication as recorded: 2020-07-03, or 2005; empty where none is."""
    return site.first(publication, _ISSUED)
