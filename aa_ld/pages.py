"""Web pages about terms and facts: what is said of an IRI, in words, with links, certainty and evidence.

The frame is site/page.html. A page loads nothing but style and pictures of
ours; all text is escaped here, in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape
from string import Template

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from aa_ld import places
from aa_ld.ask import DISCLAIMER
from aa_ld.names import Names
from aa_ld.store import Merged
from aa_ld.vocab import BASE, PREFIXES, compact

_AA, _SKOS, _RDFS = PREFIXES["aa"], PREFIXES["skos"], PREFIXES["rdfs"]
_DEFAULT = DefaultGraph()
_EVIDENCE, _DEFINITION = NamedNode(_AA + "evidence"), NamedNode(_SKOS + "definition")
_LABEL = NamedNode(_RDFS + "label")
_MOST = 200  # subjects that point here, of one property, on one page

#: Properties of a fact that everybody has to see first: how firmly, which way, of whom.
_FIRST = tuple(NamedNode(_AA + name) for name in ("certainty", "polarity", "population", "hedge"))

Term = NamedNode | BlankNode | Literal


@cache
def frame() -> Template:
    """The frame of every page."""
    return Template(places.site_files()["page.html"].read_text(encoding="utf-8"))


def page(title: str, body: str) -> str:
    """A whole page; the title is text, the body is HTML.

    >>> "<title>a &amp; b" in page("a & b", "")
    True
    """
    return frame().substitute(title=escape(title), body=body, disclaimer=escape(DISCLAIMER))


def term(source: Merged, names: Names, iri: str) -> str:
    """The page of an IRI: label, definition, what is said of it, and what speaks of it.

    >>> from aa_ld.store import open_layers
    >>> merged = Merged(open_layers().store)
    >>> "may worsen" in term(merged, Names(merged), PREFIXES["fact"] + "local-immunotherapy-may-worsen-extrinsic")
    True
    """
    said = _said(source, iri)
    definition = "".join(f"<p class=definition>{_value(names, v)}</p>" for v in said.pop(_DEFINITION, []))
    label = names.label(iri)
    said.pop(_LABEL, None)
    parts = [
        f"<h1>{escape(label)}</h1>",
        f"<p class=iri><code>{escape(iri)}</code> {_other_forms(iri)}</p>",
        definition,
        _firmness(names, said) if names.is_fact(iri) else "",
        f"<h2>What is said of it</h2>{_table(names, said)}" if said else "",
        *(_evidence(source, names, line) for line in said.get(_EVIDENCE, [])),
        _incoming(source, names, iri),
    ]
    return page(label, "\n".join(part for part in parts if part))


def link(names: Names, iri: str) -> str:
    """A link to an IRI with its label; one of ours leads to its page here."""
    href = "/" + iri.removeprefix(BASE) if iri.startswith(BASE) else iri
    if not href.startswith(("/", "http://", "https://")):
        return f"<code>{escape(iri)}</code>"  # no other scheme is made clickable
    return f'<a href="{escape(href)}">{escape(names.label(iri))}</a>'


def _said(source: Merged, iri: str) -> dict[NamedNode, list[Term]]:
    found: dict[NamedNode, list[Term]] = {}
    for quad in source.store.quads_for_pattern(NamedNode(iri), None, None, _DEFAULT):
        found.setdefault(quad.predicate, []).append(quad.object)  # type: ignore[arg-type]
    return {predicate: sorted(found[predicate], key=str) for predicate in sorted(found, key=str)}


def _value(names: Names, value: Term) -> str:
    if isinstance(value, NamedNode):
        return link(names, value.value)
    if isinstance(value, BlankNode):
        return "<i>an expression without a name</i>"
    language = f' lang="{escape(value.language)}"' if value.language else ""
    kind = value.datatype.value
    plain = kind in (PREFIXES["xsd"] + "string", PREFIXES["rdf"] + "langString")
    typed = "" if plain else f" <small>{escape(compact(kind))}</small>"
    return f"<span{language}>{escape(value.value)}</span>{typed}"


def _table(names: Names, said: dict[NamedNode, list[Term]]) -> str:
    rows = [
        f"<tr><th scope=row>{link(names, predicate.value)}</th>"
        f"<td>{'<br>'.join(_value(names, value) for value in values)}</td></tr>"
        for predicate, values in said.items()
    ]
    return f"<table class=statements><tbody>{''.join(rows)}</tbody></table>"


def _firmness(names: Names, said: dict[NamedNode, list[Term]]) -> str:
    found = [
        f"<li>{escape(names.label(name.value))}: <b>{'; '.join(_value(names, value) for value in said[name])}</b></li>"
        for name in _FIRST
        if name in said
    ]
    return f"<ul class=firmness>{''.join(found)}</ul>"


def _evidence(source: Merged, names: Names, line: Term) -> str:
    if not isinstance(line, NamedNode):
        return ""
    said = _said(source, line.value)
    said.pop(_LABEL, None)
    return f"<h2>Evidence: {link(names, line.value)}</h2>{_table(names, said)}" if said else ""


def _incoming(source: Merged, names: Names, iri: str) -> str:
    found: dict[NamedNode, list[str]] = {}
    for quad in source.store.quads_for_pattern(None, None, NamedNode(iri), _DEFAULT):
        if isinstance(quad.subject, NamedNode):
            found.setdefault(quad.predicate, []).append(quad.subject.value)
    rows = [
        f"<tr><th scope=row>is {link(names, predicate.value)} of</th><td>{_subjects(names, found[predicate])}</td></tr>"
        for predicate in sorted(found, key=str)
    ]
    if not rows:
        return ""
    return f"<h2>What speaks of it</h2><table class=statements><tbody>{''.join(rows)}</tbody></table>"


def _subjects(names: Names, iris: Iterable[str]) -> str:
    ordered = sorted(iris, key=lambda iri: (names.label(iri), iri))
    more = f"<li>and {len(ordered) - _MOST} more</li>" if len(ordered) > _MOST else ""
    return f"<ul>{''.join(f'<li>{link(names, iri)}</li>' for iri in ordered[:_MOST])}{more}</ul>"


def _other_forms(iri: str) -> str:
    if not iri.startswith(BASE):
        return ""
    path = "/" + iri.removeprefix(BASE)
    forms = (("Turtle", "ttl"), ("JSON-LD", "jsonld"), ("N-Triples", "nt"))
    return " ".join(f'<a href="{escape(path)}.{ending}">{name}</a>' for name, ending in forms)
