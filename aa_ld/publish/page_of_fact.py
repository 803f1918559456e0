"""The page of a fact: the claim in words, its hedge shown as such, of whom, on what evidence or by what proof, how to cite it."""

from __future__ import annotations

from aa_ld.fact import EvidenceLine, Fact, Span
from aa_ld.publish.claims import claims, few_claims, firmness, proof, sentence
from aa_ld.publish.linked import AA, SKOS, Site
from aa_ld.publish.markup import Page, address, anchor, pairs, root_of, section, text
from aa_ld.publish.nanopubs import FOLDER as NANOPUBS
from aa_ld.publish.page_of_term import downloads, parts
from aa_ld.publish.resources import Resource
from aa_ld.vocab import PREFIXES

_APPLICABLE = AA + "NotApplicable"

#: What was read by the curator and not worded is marked so.
_IMPLIED = ' <small class="read">read from the context, not worded</small>'


def page_of_fact(site: Site, resource: Resource) -> Page:
    """The page of a fact, stated or derived."""
    fact, root = site.facts[resource.iri], root_of(resource.path)
    key = site.names.key(fact.iri)
    body = [
        f'<p class="kind">{site.link(fact.category, root)} · fact {text(key)}</p>',
        f'<h1 class="sentence">{sentence(fact)}</h1>',
        _strip(site, fact),
        f'<p class="iri"><code>{text(fact.iri)}</code></p>',
        section("What it says", _terms(site, fact, root)),
        section("Why it is here", _proof(site, fact, root), "proof") if fact.derivation else "",
        section("Evidence", "".join(_line(site, line, root) for line in fact.evidence)),
        section("The reason that the source gives", claims(site, _reasons(site, fact), root)),
        section("What follows from it", few_claims(site, site.few(site.following(fact.iri)), root)),
        section("In conflict", _conflicts(site, fact, root)),
        section("Note of the curator", f"<p>{text(fact.note)}</p>" if fact.note else ""),
        section("How to cite this fact", _citation(site, fact)),
        downloads(resource, _nanopub(resource, root)),
        parts(site, resource, root, {line.iri for line in fact.evidence}),
    ]
    return Page(f"{resource.path}.html", f"{key}: {fact.sentence}", "\n".join(filter(None, body)))


def _nanopub(resource: Resource, root: str) -> str:
    """A link to the fact as something that can be cited on its own."""
    name = address(f"{NANOPUBS}{resource.path.removeprefix('fact/')}.trig")
    return f' <a class="file" href="{root}{name}" type="application/trig">Nanopublication</a>'


def _strip(site: Site, fact: Fact) -> str:
    """How firmly it is said, at a glance, in words."""
    hedges = dict.fromkeys(line.hedge for line in fact.evidence if line.hedge)
    held = "".join(
        f' <span class="mark hedged">the authors hedge: “{text(hedge)}”</span>' for hedge in hedges
    )
    if not held and not fact.derivation:
        held = ' <span class="mark plain">no hedge</span>'
    polarity = (
        ""
        if fact.polarity == AA + "Negative" or fact.derivation
        else ' <span class="mark plain">says yes</span>'
    )
    return f'<p class="strip">{firmness(site, fact)}{polarity}{held}</p>'


def _terms(site: Site, fact: Fact, root: str) -> str:
    def told(name: str, values: tuple[str, ...]) -> tuple[str, str]:
        read = _IMPLIED if name in fact.implied else ""
        heading = site.names.label(AA + name).removeprefix("has ")
        way = site.link(AA + name, root, text(heading))
        return way, " and ".join(_value(site, v, root) for v in values) + read

    rows = [
        told("subject", fact.subjects),
        told("predicate", (fact.predicate,)),
        told("object", fact.objects),
    ]
    for name in dict.fromkeys(name for name, _ in fact.scope):
        values = tuple(value for value in fact.scope_of(name) if value != _APPLICABLE)
        if values:
            rows.append(told(name, values))
    return pairs((row for row in rows if row[1]), "pairs terms")


def _value(site: Site, value: str, root: str) -> str:
    if value in site.facts:
        other = site.facts[value]
        return f"{site.link(value, root, text(other.sentence))} {firmness(site, other)}"
    return site.value(value, root)


def _line(site: Site, line: EvidenceLine, root: str) -> str:
    """One evidence line, as a card."""
    hedge = f'<span class="mark hedged">“{text(line.hedge)}”</span>' if line.hedge else "no hedge"
    cue = f", by the cue “{text(line.cue)}”" if line.cue else ""
    rows = [
        ("publication", f"{site.link(line.publication, root)} {outside(site, line.publication, root)}"),
        ("stance", site.value(line.stance, root)),
        ("on what grounds", site.value(line.kind, root)),
        ("study design", "" if line.design == _APPLICABLE else site.value(line.design, root)),
        ("number of people", text(line.numbers()) or site.value(line.sample_size, root)),
        ("certainty", site.value(line.certainty, root)),
        ("hedge", hedge + cue),
        ("wording", site.value(line.wording, root)),
        ("place in the text", _place(site, line, root)),
    ]
    name = anchor(line.iri.rsplit("/", 1)[-1])
    inner = pairs(row for row in rows if row[1])
    return f'<article class="line" id="{name}" aria-label="evidence line {name}">{inner}</article>'


def outside(site: Site, publication: str, root: str) -> str:
    """Links to the records of a publication elsewhere."""
    found = []
    for value in sorted(site.said(publication).get(SKOS + "exactMatch", ()), key=str):
        iri = str(getattr(value, "value", ""))
        name = (
            "PubMed" if iri.startswith(PREFIXES["pmid"]) else "DOI" if iri.startswith(PREFIXES["doi"]) else ""
        )
        if name:
            found.append(site.link(iri, root, name))
    return f'<span class="records">{" ".join(found)}</span>' if found else ""


def _place(site: Site, line: EvidenceLine, root: str) -> str:
    if not line.span:
        return "not kept: no text of this publication has been at hand" if line.publication else ""
    part = f"{site.link(line.part, root)}, " if line.part else ""
    return part + _span(site, line.span, root) + (
        f"; the words that say it: {_span(site, line.focus, root)}" if line.focus and line.focus != line.span else ""
    )  # fmt: skip


def _span(site: Site, span: Span, root: str) -> str:
    shown = f"characters {span.start}–{span.end}"
    return f"{site.link(span.iri, root, shown)} <code>sha256 {text(span.sha256[:12])}…</code>"


def _proof(site: Site, fact: Fact, root: str) -> str:
    return (
        "<p>No source says this. It follows from what sources say, by a rule; it is at most as certain as its weakest premise.</p>"
        f'<ul class="proof">{proof(site, fact, root)}</ul>'
    )


def _reasons(site: Site, fact: Fact) -> list[Fact]:
    """What the source gives as its reason, and the fact that says so."""
    reason = AA + "isReasonFor"
    named = site.leading(fact.iri, AA + "object")
    links = site.few(
        each for each in named if AA + "predicate" in site.statements.between(each, reason)
    ).shown
    return [
        found
        for link in links
        for found in [*(site.facts[iri] for iri in link.subjects if iri in site.facts), link]
    ]


def _conflicts(site: Site, fact: Fact, root: str) -> str:
    """Each conflict, and what the other sources say."""
    blocks = []
    for iri in site.conflicts(fact.iri):
        others = [
            site.facts[each.value]
            for each in site.said(iri).get(AA + "between", ())
            if hasattr(each, "value") and each.value in site.facts and each.value != fact.iri
        ]
        blocks.append(f"<h3>{site.link(iri, root)}</h3>{claims(site, others, root)}")
    return "".join(blocks)


def _citation(site: Site, fact: Fact) -> str:
    """One line for a list of references, and what must be cited with it."""
    about = site.metadata
    grounds = [ground for ground in fact.grounds().values() if ground.evidence]
    sources = sorted({line.publication for ground in grounds for line in ground.evidence if line.publication})
    hedge = " (hedged by its authors)" if any(line.hedge for g in grounds for line in g.evidence) else ""
    own = (
        f"{about.publisher}. “{fact.sentence}” Fact {site.names.key(fact.iri)}{hedge}, "
        f"version {about.version} ({about.issued}). {fact.iri}"
    )
    told = "".join(
        f"<li>{site.label(each)} {outside(site, each, root_of(_path(site, fact)))}</li>" for each in sources
    )
    return f"<blockquote>{text(own)}</blockquote>" + (
        f"<p>Cite with it what it rests on:</p><ul>{told}</ul>" if told else ""
    )


def _path(site: Site, fact: Fact) -> str:
    return site.resources[fact.iri].path
