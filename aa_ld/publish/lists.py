"""Pages that list everything of a kind: terms, facts, questions, publications, conflicts, rules, shapes; and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from aa_ld.changes import HEADINGS, Diff
from aa_ld.publish.catalogue import Distribution
from aa_ld.publish.claims import claims, grouped_claims
from aa_ld.publish.linked import SKOS, Site
from aa_ld.publish.markup import Page, address, pairs, section, text
from aa_ld.publish.page_of_fact import outside
from aa_ld.publish.page_of_query import listed_questions
from aa_ld.publish.page_of_source import facts_from, issued, side_by_side
from aa_ld.publish.resources import Resource

_ROOT = "./"


def lists(site: Site, made: Sequence[Distribution], earlier: Mapping[str, Diff]) -> list[Page]:
    """All of them, in a fixed order."""
    return [
        _terms(site), _facts(site), _questions(site), _publications(site), _conflicts(site),
        _plain(site, "rule", "rules.html", "Rules", "By these, conclusions follow from what sources say. Each conclusion shows its premises, and is at most as certain as the weakest of them."),
        _plain(site, "shape", "shapes.html", "Shapes", "What is insisted on: every fact is checked against these before it is published."),
        _changes(site, earlier), _about(site, made),
    ]  # fmt: skip


def _of(site: Site, kind: str) -> list[Resource]:
    found = [each for each in site.resources.values() if each.kind == kind]
    return sorted(found, key=lambda each: (each.label.casefold(), each.iri))


def _terms(site: Site) -> Page:
    """Every term by its first letter, with its definition; cohorts, texts and graphs below."""

    def letter(each: Resource) -> str:
        first = each.label[:1].upper()
        return first if first.isascii() and first.isalpha() else "0–9 and others"

    ordered = sorted(_of(site, "term"), key=lambda each: (letter(each), each.label.casefold(), each.iri))
    groups = [(name, list(group)) for name, group in groupby(ordered, key=letter)]
    ways = " ".join(f'<a href="#{_ident(name)}">{text(name)}</a>' for name, _ in groups)
    blocks = "".join(
        f'<section class="letter"><h2 id="{_ident(name)}">{text(name)}</h2>{_defined(site, group)}</section>'
        for name, group in groups
    )
    rest = "".join(
        section(title, _defined(site, _of(site, kind)))
        for kind, title in (
            ("cohort", "Cohorts: people who were followed"),
            ("source", "Texts"),
            ("graph", "Graphs"),
        )
        if _of(site, kind)
    )
    body = (
        f'<h1>Terms A–Z</h1><p class="definition">{len(ordered)} words of the model, each with its meaning.</p>'
        f'<nav class="letters" aria-label="Letters">{ways}</nav>{blocks}{rest}'
    )
    return Page("terms.html", "Terms A–Z", body)


def _ident(name: str) -> str:
    return f"letter-{name[0]}"


def _defined(site: Site, group: list[Resource]) -> str:
    return pairs(
        (
            (site.link(each.iri, _ROOT), text(site.first(each.iri, SKOS + "definition"), 300))
            for each in group
        ),
        "words",
    )


def _facts(site: Site) -> Page:
    stated = [fact for fact in site.facts.values() if fact.iri in site.resources and not fact.derivation]
    derived = [fact for fact in site.facts.values() if fact.iri in site.resources and fact.derivation]
    body = (
        f'<h1>All facts</h1><p class="definition">{len(stated)} facts that sources state, and {len(derived)} that follow from them by rules. '
        "A full frame around the certainty means said plainly, a dashed one held back.</p>"
        + section("Stated by sources", grouped_claims(site, stated, _ROOT))
        + section("What follows by rules", grouped_claims(site, derived, _ROOT))
    )
    return Page("facts.html", "All facts", body)


def _questions(site: Site) -> Page:
    body = (
        f'<h1>Questions</h1><p class="definition">{len(site.questions)} questions, each with its answer, the evidence of every row, '
        f"and the query to change.</p>{listed_questions(site, _ROOT)}"
    )
    return Page("questions.html", "Questions", body)


def _publications(site: Site) -> Page:
    """Every publication with its date, its records elsewhere and how many facts are read from it; the newest first."""
    found = _of(site, "publication")
    found.sort(key=lambda each: issued(site, each.iri), reverse=True)
    rows = []
    for each in found:
        count = len(facts_from(site, each.iri))
        rows.append(
            (
                site.link(each.iri, _ROOT),
                f"{count} {'fact' if count == 1 else 'facts'} {outside(site, each.iri, _ROOT)}",
            )
        )
    body = f'<h1>Publications</h1><p class="definition">{len(found)} publications, the newest first.</p>{pairs(rows, "words")}'
    return Page("publications.html", "Publications", body)


def _conflicts(site: Site) -> Page:
    blocks = [
        f'<section class="conflict"><h2>{site.link(each.iri, _ROOT)}</h2>{side_by_side(site, each.iri, _ROOT)}</section>'
        for each in _of(site, "conflict")
    ]
    body = (
        f'<h1>Conflicts</h1><p class="definition">{len(blocks)} places where sources disagree or seem to. '
        f"Both sides stay; nothing is averaged away.</p>{''.join(blocks)}"
    )
    return Page("conflicts.html", "Conflicts", body)


def _plain(site: Site, kind: str, path: str, title: str, told: str) -> Page:
    items = "".join(f"<li>{site.link(each.iri, _ROOT, text(each.label))}</li>" for each in _of(site, kind))
    return Page(
        path,
        title,
        f'<h1>{text(title)}</h1><p class="definition">{text(told)}</p><ul class="plain">{items}</ul>',
    )


def _changes(site: Site, earlier: Mapping[str, Diff]) -> Page:
    """What changed since earlier versions, fact by fact; then when each fact could first be known."""
    blocks = [
        section(f"Since version {version}", _difference(site, diff))
        for version, diff in sorted(earlier.items(), reverse=True)
    ]
    if not blocks:
        blocks = [
            "<p>No earlier version has been published here, so there is nothing to compare with yet.</p>"
        ]
    body = (
        f'<h1>Changes, fact by fact</h1><p class="definition">Version {text(site.metadata.version)}, {text(site.metadata.issued)}.</p>'
        + "".join(blocks)
        + section("When each fact could first be known", _by_year(site), "years")
    )
    return Page("changes.html", "Changes, fact by fact", body)


def _difference(site: Site, diff: Diff) -> str:
    if not diff:
        return "<p>Both say the same.</p>"
    blocks = []
    for kind, group in groupby(diff, key=lambda change: change.kind):
        items = []
        for change in group:
            head = (
                site.link(change.iri, _ROOT, text(change.sentence or change.key))
                if change.iri in site.resources
                else text(change.sentence or change.key)
            )
            values = f'<span class="below">{text(change.what)}: {text(change.old or "nothing")} → {text(change.new or "nothing")}</span>'
            items.append(
                f'<li class="claim">{head}{values if change.what or change.old or change.new else ""}</li>'
            )
        blocks.append(
            f'<h3>{text(HEADINGS[kind])} ({len(items)})</h3><ul class="claims">{"".join(items)}</ul>'
        )
    return "".join(blocks)


def _by_year(site: Site) -> str:
    """The facts of each year in which their publication came out, the newest first."""
    years: dict[str, set[str]] = {}
    for each in _of(site, "publication"):
        year = issued(site, each.iri)[:4] or "no date recorded"
        years.setdefault(year, set()).update(fact.iri for fact in facts_from(site, each.iri))
    blocks = []
    for year in sorted(years, key=lambda y: (y.isdigit(), y), reverse=True):
        facts = sorted((site.facts[iri] for iri in years[year]), key=lambda fact: (fact.id or "~", fact.iri))
        if facts:
            blocks.append(
                f"<details><summary>{text(year)}: {len(facts)} {'fact' if len(facts) == 1 else 'facts'}</summary>{claims(site, facts, _ROOT)}</details>"
            )
    return "".join(blocks)


def _about(site: Site, made: Sequence[Distribution]) -> Page:
    """What the publication is, its licence, and how it is cited."""
    about = site.metadata
    rows = [
        ("version", text(f"{about.version}, {about.issued}")),
        ("licence of the data", site.value(about.licence, _ROOT)),
        ("publisher", text(about.publisher)),
        ("IRI of this version", f"<code>{text(about.version_iri)}</code>"),
    ]
    body = (
        f'<h1>About</h1><p class="definition">{text(about.description)}</p><p>{text(about.abstract)}</p>{pairs(rows)}'
        + section(
            "How to cite",
            f"<blockquote>{text(about.citation)}</blockquote><p>Each fact has a line of its own for a list of references, on its page. Cite with it the publications that it rests on.</p>",
        )
        + section("How to read it", _reading())
        + section("Files to load", _files(made) + _SINGLES, "files")
    )
    return Page("about.html", "About", body)


_SINGLES = (
    '<p class="small">A file for each nanopublication lies in <code>nanopubs/</code>, one for each question in '
    "<code>queries/</code>; the files above name them all.</p>"
)


def _files(made: Sequence[Distribution]) -> str:
    rows = [
        (
            f'<a href="./{address(each.path)}">{text(each.path)}</a>',
            f"{text(each.title)} <small>{each.size:,} bytes</small>",
        )
        for each in made
    ]
    return pairs(rows, "words")


def _reading() -> str:
    return pairs(
        (
            ('<span class="mark firm">asserted</span>', "the source says it plainly"),
            ('<span class="mark hedged">possible</span>', "the source holds back; the word is its certainty, and the hedge itself stands on the page of the fact"),
            ('<span class="mark no">says no</span>', "the source says that it is not so, which differs from saying nothing"),
            ('<span class="mark rule">follows by rule</span>', "no source says it; its page shows from what it follows"),
            ('<span class="mark clash">in conflict</span>', "another fact disagrees; both are kept"),
            ('<span class="none">not stated</span>', "the source is silent: neither yes nor no"),
        )
    )  # fmt: skip
