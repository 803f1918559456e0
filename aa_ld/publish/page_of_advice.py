"""The advisor: a profile entered by hand, answered in the page; what is shown of each fact is made here and only placed there."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from itertools import islice
from string import Template

from aa_ld import places
from aa_ld.advise import ground
from aa_ld.argument import Conflict
from aa_ld.ask import DISCLAIMER
from aa_ld.fact import Fact
from aa_ld.publish.advisor import Advisor, advisor
from aa_ld.publish.claims import firmness, proof, sentence
from aa_ld.publish.linked import AA, Site
from aa_ld.publish.markup import Page, text
from aa_ld.publish.page_of_fact import outside
from aa_ld.publish.schema_org import embedded
from aa_ld.vocab import compact

PATH, _ROOT = "advise.html", "./"

#: The scripts of the page, in the order in which they need one another; a module would not start from a disk.
SCRIPTS = ("advise-groups.js", "advise-profile.js", "advise-argument.js", "advise-form.js", "advise.js")

#: What the two buttons enter: the patient whom the review warns about, and the one of whom less is known.
_EXAMPLES = (
    ("Alopecia areata with extrinsic atopic dermatitis", ("AlopeciaAreata", "ExtrinsicAtopicDermatitis")),
    ("Alopecia areata, type of atopic dermatitis unknown", ("AlopeciaAreata", "AtopicDermatitis")),
)

_TITLE = "Advice for one patient"

#: Facts about treatments that the page holds at most, as a browser reads all of them first.
MOST = 5000

_TOO_MANY = (
    f'<p class="always" role="note"><strong>{escape(DISCLAIMER)}</strong></p><h1>{_TITLE}</h1>'
    f'<p class="definition">Here are more than {MOST:,} facts about treatments, which are too many for one page. '
    "<code>aa-ld advise --has 'alopecia areata' --data FILE</code> answers in a terminal, with the files that were published, "
    'and the page of each treatment shows the first of what is said of it: <a href="./terms.html">terms</a>.</p>'
)


def page_of_advice(site: Site) -> Page:
    """The page with its form, the data that it decides by, and every fact that it can show.

    With more than MOST facts about treatments it says that these are too many for one page.
    """
    if _are_too_many(site):
        return Page(PATH, _TITLE, _TOO_MANY)
    made = advisor(site)
    facts = "".join(
        f'<template id="fact-{number}">{_fact(site, fact)}</template>'
        for number, fact in enumerate(made.facts)
    )
    sides = "".join(
        f'<template id="conflict-{number}">{_conflict(site, each)}</template>'
        for number, each in enumerate(made.conflicts)
    )
    form = Template(places.site_files()["advise.html"].read_text(encoding="utf-8")).substitute(
        disclaimer=escape(DISCLAIMER), examples=_examples(), treatments=_treatments(site, made),
        outcomes="".join(f'<option value="{number}">{text(label)}</option>' for number, label in made.outcomes.items()),
    )  # fmt: skip
    data = f'<script type="application/json" id="advisor-data">{embedded(made.data)}</script>'
    head = '<link rel="stylesheet" href="./assets/advise.css">\n' + "\n".join(
        f'<script src="./assets/{name}" defer></script>' for name in SCRIPTS
    )
    body = f"{form}\n<div hidden>\n{facts}{sides}\n</div>\n{data}"
    return Page(PATH, _TITLE, body, head)


def _are_too_many(site: Site) -> bool:
    found: set[str] = set()
    for treatment in site.names.members(AA + "Treatment"):
        found.update(islice(site.leading(treatment, AA + "subject"), MOST + 1))
        if len(found) > MOST:
            return True
    return False


def _examples() -> str:
    return "".join(
        f'<button type="button" data-profile="{"&amp;".join(f"has={compact(AA + name)}" for name in has)}">{text(words)}</button> '
        for words, has in _EXAMPLES
    )


def _treatments(site: Site, made: Advisor) -> str:
    """Where the facts on each treatment stand, for whoever reads without scripts."""
    return ", ".join(site.link(iri, _ROOT) for iri in made.treatments)


def _fact(site: Site, fact: Fact) -> str:
    """A whole fact: the sentence, how firmly it is said, on what grounds, and by whom or by which proof."""
    hedges = dict.fromkeys(line.hedge for line in fact.evidence if line.hedge)
    held = "".join(
        f' <span class="mark hedged">the authors hedge: “{text(hedge)}”</span>' for hedge in hedges
    )
    return (
        f'<a class="said" href="{site.way(fact.iri, _ROOT)}">{sentence(fact)}</a>'
        f'<p class="below">{firmness(site, fact)}{held} <span>fact {text(site.names.key(fact.iri))}</span></p>'
        f"{_conclusion(site, fact) if fact.derivation else _evidence(site, fact)}"
    )


def _evidence(site: Site, fact: Fact) -> str:
    """A line for each evidence line: on what grounds, and in which publication."""
    lines = (
        f"<li>{text(ground(line, site.names.label))} · {site.link(line.publication, _ROOT)} "
        f"{outside(site, line.publication, _ROOT)}</li>"
        for line in fact.evidence
    )
    return f'<ul class="grounds">{"".join(lines)}</ul>'


def _conclusion(site: Site, fact: Fact) -> str:
    """What is assumed, and the proof; the facts and publications at its ends stand outside it, so that they are always seen."""
    below = fact.grounds().values()
    steps = dict.fromkeys(iri for each in below if each.derivation for iri in each.derivation.assumptions)
    assumed = (
        f'<p class="assumed">assuming that {", that ".join(map(site.label, steps))}</p>' if steps else ""
    )
    return (
        f'{assumed}<ul class="grounds">{_ends(site, fact)}</ul>'
        f'<details><summary>The proof</summary><ul class="proof">{proof(site, fact, _ROOT)}</ul></details>'
    )


def _ends(site: Site, fact: Fact) -> str:
    """The tier of a conclusion, and each publication with the facts from it."""
    ends: dict[str, dict[str, str]] = defaultdict(dict)
    for each in fact.grounds().values():
        for line in each.evidence:
            ends[line.publication][site.names.key(each.iri)] = each.iri
    tiers = [f"<li>tier: {site.label(tier)}</li>" for tier in fact.scope_of("tier")]
    rests = [
        f"<li>rests on {', '.join(site.link(iri, _ROOT, text(key)) for key, iri in sorted(keys.items()))} in "
        f"{site.link(publication, _ROOT)} {outside(site, publication, _ROOT)}</li>"
        for publication, keys in sorted(ends.items())
    ]
    return "".join([*tiers, *rests])


def _conflict(site: Site, conflict: Conflict) -> str:
    sides = ", ".join(site.link(fact.iri, _ROOT, text(site.names.key(fact.iri))) for fact in conflict.facts)
    grounds = f", {' and '.join(map(site.label, conflict.grounds))}" if conflict.grounds else ""
    kind = f"{site.label(conflict.kind)}{grounds}"
    return (
        f'<span class="mark clash">conflict</span> between {sides} ({kind}): {site.link(conflict.iri, _ROOT)}'
    )
