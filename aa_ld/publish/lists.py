"""Pages that list everything of a kind: terms, facts, questions, publications, conflicts, rules, shapes; and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pyoxigraph import NamedNode

from aa_ld.changes import HEADINGS, Diff
from aa_ld.publish.catalogue import Distribution
from aa_ld.publish.claims import claims, few_claims
from aa_ld.publish.linked import SKOS, Site
from aa_ld.publish.markup import Page, address, pairs, section, text
from aa_ld.publish.page_of_fact import outside
from aa_ld.publish.page_of_query import listed_questions
from aa_ld.publish.page_of_source import issued, side_by_side
from aa_ld.publish.paged import PAGE, batched, paths, ways_on
from aa_ld.vocab import RDF_TYPE

_ROOT = "./"


def lists(site: Site, made: Sequence[Distribution], earlier: Mapping[str, Diff]) -> Iterator[Page]:
    """All of them, in a fixed order."""
    yield from _terms(site)
    yield from _facts(site)
    yield from (_questions(site), _publications(site), _conflicts(site))
    yield _plain(
        site,
        "rule",
        "rules.html",
        "Rules",
        "By these, conclusions follow from what sources say. Each conclusion shows its premises, and is at most as certain as the weakest of them.",
    )
    yield _plain(
        site,
        "shape",
        "shapes.html",
        "Shapes",
        "What is insisted on: every fact is checked against these before it is published.",
    )
    yield from (_changes(site, earlier), _about(site, made))


def _of(site: Site, kind: str) -> list[str]:
    return sorted(site.resources.of(kind), key=lambda iri: (site.resources.label(iri).casefold(), iri))


def _terms(site: Site) -> Iterator[Page]:
    """Every term by its first letter, with its definition; cohorts, texts and graphs below."""
    ordered = [(letter, iri) for letter, group in _by_letter(site) for iri in group]
    pages = list(batched(ordered, PAGE)) or [()]
    names = paths("terms.html", len(pages))
    places: dict[str, str] = {}
    for name, part in zip(names, pages, strict=True):
        for letter, _ in part:
            places.setdefault(letter, "" if len(names) == 1 else name)
    ways = " ".join(
        f'<a href="{page}#{_ident(letter)}">{text(letter)}</a>' for letter, page in places.items()
    )
    for number, part in enumerate(pages):
        blocks = "".join(
            f'<section class="letter"><h2 id="{_ident(letter)}">{text(letter)}</h2>{_defined(site, (iri for _, iri in group))}</section>'
            for letter, group in groupby(part, key=lambda each: each[0])
        )
        rest = "".join(
            section(title, _defined(site, _of(site, kind)))
            for kind, title in (("cohort", "Cohorts: people who were followed"), ("source", "Texts"), ("graph", "Graphs"))
        )  # fmt: skip
        body = (
            f'<h1>Terms A–Z</h1><p class="definition">{len(ordered)} words of the model, each with its meaning.</p>'
            f'<nav class="letters" aria-label="Letters">{ways}</nav>{blocks}{rest if number == len(pages) - 1 else ""}'
        )
        yield Page(names[number], "Terms A–Z", body + ways_on(names, number))


def _by_letter(site: Site) -> Iterator[tuple[str, list[str]]]:
    """The terms of each letter, by label."""
    found: dict[str, list[str]] = {}
    for iri in _of(site, "term"):
        first = site.resources.label(iri)[:1].upper()
        found.setdefault(first if first.isascii() and first.isalpha() else "0–9 and others", []).append(iri)
    return iter(sorted(found.items()))


def _ident(name: str) -> str:
    return f"letter-{name[0]}"


def _defined(site: Site, iris: Iterable[str]) -> str:
    return pairs(
        ((site.link(iri, _ROOT), text(site.first(iri, SKOS + "definition"), 300)) for iri in iris), "words"
    )


def _facts(site: Site) -> Iterator[Page]:
    """Every fact by its kind; what follows by rules comes last."""
    groups = _by_kind(site)
    stated, derived = (sum(len(found) for key, found in groups if key[0] is which) for which in (False, True))
    ordered = [(key, len(found), iri) for key, found in groups for iri in found]
    pages = list(batched(ordered, PAGE)) or [()]
    names = paths("facts.html", len(pages))
    head = (
        f'<h1>All facts</h1><p class="definition">{stated} facts that sources state, and {derived} that follow from them by rules. '
        "A full frame around the certainty means said plainly, a dashed one held back.</p>"
    )
    for number, part in enumerate(pages):
        blocks = {False: "", True: ""}
        for (key, count), group in groupby(part, key=lambda each: each[:2]):
            title = text(f"{key[2][:1].upper()}{key[2][1:]} ({count})")
            blocks[key[0]] += (
                f"<h3>{title}</h3>{claims(site, (site.facts[iri] for _, _, iri in group), _ROOT)}"
            )
        told = section("Stated by sources", blocks[False]) + section("What follows by rules", blocks[True])
        ways, again = ways_on(names, number), ways_on(names, number, "Pages of this list, once more")
        yield Page(names[number], "All facts", head + ways + told + again)


def _by_kind(site: Site) -> list[tuple[tuple[bool, bool, str], list[str]]]:
    """Whether facts are derived, whether they are about documents, and what they are called, with the facts, by identifier."""
    found: dict[tuple[bool, bool, str], list[str]] = {}
    for iri in site.facts:
        types = (value for value in site.said(iri).get(RDF_TYPE, ()) if isinstance(value, NamedNode))
        kind = min((each.value for each in types), default="")
        named = site.names.label(kind) if kind else "without a kind"
        key = (site.facts.is_derived(iri), kind not in site.of_the_world, named)
        found.setdefault(key, []).append(iri)
    for each in found.values():
        each.sort(key=lambda iri: (site.names.identifier(iri) or "~", iri))
    return sorted(found.items())


def _questions(site: Site) -> Page:
    body = (
        f'<h1>Questions</h1><p class="definition">{len(site.questions)} questions, each with its answer, the evidence of every row, '
        f"and the query to change.</p>{listed_questions(site, _ROOT)}"
    )
    return Page("questions.html", "Questions", body)


def _publications(site: Site) -> Page:
    """Every publication with its date, its records elsewhere and how many facts are read from it; the newest first."""
    found = _of(site, "publication")
    found.sort(key=lambda iri: issued(site, iri), reverse=True)
    rows = []
    for iri in found:
        count = site.tally.read_from.get(iri, 0)
        told = f"{count} {'fact' if count == 1 else 'facts'} {outside(site, iri, _ROOT)}"
        rows.append((site.link(iri, _ROOT), told))
    body = f'<h1>Publications</h1><p class="definition">{len(found)} publications, the newest first.</p>{pairs(rows, "words")}'
    return Page("publications.html", "Publications", body)


def _conflicts(site: Site) -> Page:
    blocks = [
        f'<section class="conflict"><h2>{site.link(iri, _ROOT)}</h2>{side_by_side(site, iri, _ROOT)}</section>'
        for iri in _of(site, "conflict")
    ]
    body = (
        f'<h1>Conflicts</h1><p class="definition">{len(blocks)} places where sources disagree or seem to. '
        f"Both sides stay; nothing is averaged away.</p>{''.join(blocks)}"
    )
    return Page("conflicts.html", "Conflicts", body)


def _plain(site: Site, kind: str, path: str, title: str, told: str) -> Page:
    items = "".join(
        f"<li>{site.link(iri, _ROOT, text(site.resources.label(iri)))}</li>" for iri in _of(site, kind)
    )
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
    return "".join(
        f"<details><summary>{text(year)}: {few.total} {'fact' if few.total == 1 else 'facts'}</summary>"
        f"{few_claims(site, few, _ROOT)}</details>"
        for year, few in sorted(
            site.tally.years.items(), key=lambda item: (item[0].isdigit(), item[0]), reverse=True
        )
    )


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
