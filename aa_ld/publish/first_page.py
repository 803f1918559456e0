"""The first page, and the pages with the two figures: what a reader sees before anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aa_ld.balance import balance_chart
from aa_ld.fact import Fact
from aa_ld.matrix import evidence_matrix
from aa_ld.publish.claims import claim
from aa_ld.publish.linked import AA, Site
from aa_ld.publish.markup import Page, section, table, text
from aa_ld.publish.page_of_query import listed_questions, with_links
from aa_ld.svg import Figure
from aa_ld.vocab import PREFIXES

_SIDES = {"toward Th1": "left", "away from Th2": "left", "toward Th2": "right"}
_TIERS = {AA + "StatedTier": 0, AA + "MeasuredTier": 1, AA + "PredictedTier": 2}

#: Questions whose answers a reader sees at once, in this order.
_LEADING = ("treatments-that-may-worsen", "treatments-toward-th2", "treatments-away-from-th2")


def first_page(site: Site) -> Page:
    """What this is, the balance chart, three answers, the questions in words, and the ways in."""
    root = "./"
    balance = balance_chart(site.layers)
    body = [
        '<div class="hero"><div class="title">',
        f'<p class="kind">{text(site.metadata.title)}</p>',
        "<h1>Toward which arm of the balance do treatments point: Th1 or Th2?</h1>",
        f'<p class="definition">{_size(site)} What each source says of cytokines, atopic dermatitis and treatments: '
        "how firmly, in whom, and on what evidence. A hedge stays a hedge, and what no source says stays open.</p>",
        "</div>",
        _glance(site, balance, root),
        '<div class="lead">',
        _answers(site, root),
        "</div>",
        f'<figure class="chart">{balance.svg}<figcaption>{_caption()}</figcaption></figure>',
        "</div>",
        section("Questions, with their answers", listed_questions(site, root, 3), "questions"),
        section("The balance in words", f"<details><summary>Table of the chart, {len(balance.table.rows)} rows</summary>"
                f"{in_words(site, balance, root)}</details>", "balance-table"),
        section("More", _ways(site)),
    ]  # fmt: skip
    head = f'<meta name="description" content="{text(site.metadata.description, 300)}">'
    return Page(
        "index.html",
        "Cytokine balance in alopecia areata: what sources say, and how firmly",
        "\n".join(body),
        head,
    )


def _size(site: Site) -> str:
    return f"{site.tally.stated} facts from {len(site.tally.read_from)} publications."


def _caption() -> str:
    return (
        "One row is one conclusion for a treatment, in one setting. No row says that a treatment helps or harms. "
        '<a href="./index.html#balance-table">The same as a table</a>, <a href="./rules.html">how it follows</a>.'
    )


def _answers(site: Site, root: str) -> str:
    """The first facts of the leading questions, each as firm as it is."""
    blocks = []
    for name in _LEADING:
        question = site.questions.get(name)
        if question is None:
            continue
        said = {_text_of(row, "fact"): _text_of(row, "says") for row in site.answer(question).answer}
        named = sorted(
            (site.facts[iri] for iri in said if iri in site.facts), key=lambda fact: (_tier(fact), fact.iri)
        )
        items = "".join(
            claim(site, fact, root, note="" if fact.derivation else said[fact.iri]) for fact in named[:2]
        )
        more = site.link(PREFIXES["question"] + name, root, "the whole answer")
        blocks.append(
            f'<section class="answer"><h2>{text(question.title)}</h2><ul class="claims">{items}</ul><p class="small">{more}</p></section>'
        )
    return "".join(blocks)


def _text_of(row: Mapping[str, object], name: str) -> str:
    return str(getattr(row.get(name), "value", ""))


def _tier(fact: Fact) -> int:
    """What is stated comes first, then what was measured, then what is predicted."""
    return _TIERS.get(next(iter(fact.scope_of("tier")), ""), 0 if fact.evidence else len(_TIERS))


def _glance(site: Site, figure: Figure, root: str) -> str:
    """The chart in three columns of names, for whoever has ten seconds; each name leads to its conclusion."""
    columns: dict[str, list[str]] = {"left": [], "none": [], "right": []}
    rows = [dict(zip(figure.table.heads, row, strict=True)) for row in figure.table.rows]
    for row in rows:
        iri = site.key_of(row["conclusion"])
        side = _SIDES.get(row["verdict"], "none")
        css = "hedged" if iri is None or site.hedged(site.facts[iri].certainty) else "firm"
        name = site.link(iri, root, text(row["treatment"])) if iri else text(row["treatment"])
        told = ", ".join(_said(row, side == "none"))
        columns[side].append(
            f'<li>{name} <span class="mark {css}">{text(row["certainty"])}</span><small>{text(told)}</small></li>'
        )
    heads = (
        ("left", "← away from Th2, or toward Th1"),
        ("none", "no direction follows"),
        ("right", "toward Th2 →"),
    )
    blocks = "".join(
        f'<section class="{side}"><h2>{head}</h2><ul>{"".join(columns[side]) or "<li>none</li>"}</ul></section>'
        for side, head in heads
    )
    below = (
        '<p class="small">One line is one conclusion by a rule, in one setting. None says that a treatment helps or harms; '
        "a treatment without a line is one on which nothing follows, which is silence and not a no.</p>"
    )
    return f'<div class="glance">{blocks}{below}</div>' if rows else ""


def _said(row: dict[str, str], with_verdict: bool) -> Iterator[str]:
    """On what a conclusion rests, of whom it is, and under what assumption."""
    if with_verdict:
        yield row["verdict"]
    yield row["tier"]
    yield "population not stated" if row["population"] in ("", "not stated") else row["population"]
    if row["species"] not in ("", "human", "not stated"):
        yield row["species"]
    if row["assumption"]:
        yield row["assumption"]


def _ways(site: Site) -> str:
    """Doors to everything else, each with what is behind it."""
    conflicts = sum(1 for _ in site.resources.of("conflict"))
    doors = (
        (
            "advise.html",
            "Advice for one patient",
            "what is said for and against each treatment, for a profile that you enter",
        ),
        (
            "matrix.html",
            "Evidence matrix",
            "which treatment acts on which cytokine or pathway, and what changed under it",
        ),
        (
            "conflicts.html",
            "Conflicts",
            f"{conflicts} places where sources disagree or seem to, side by side",
        ),
        ("facts.html", "All facts", "by kind, each with its certainty"),
        ("terms.html", "Terms A–Z", "diseases, cytokines, cells, treatments and the words of the model"),
        ("publications.html", "Publications", "what each says, fact by fact"),
        ("sparql.html", "Ask your own question", "SPARQL in this page, without a server"),
        ("changes.html", "Changes", "what is new, fact by fact"),
        ("about.html", "About", "licence, citation, files for machines"),
    )
    items = "".join(
        f'<li><a href="./{way}">{text(name)}</a><span>{text(what)}</span></li>' for way, name, what in doors
    )
    return f'<ul class="doors">{items}</ul>'


def in_words(site: Site, figure: Figure, root: str) -> str:
    """The table of a figure, with links; columns in which nothing stands are left out."""
    kept = [i for i in range(len(figure.table.heads)) if any(row[i] for row in figure.table.rows)]
    rows = [[_linked(site, row[i], root) for i in kept] for row in figure.table.rows]
    return table([figure.table.heads[i] for i in kept], rows, figure.title)


def _linked(site: Site, cell: str, root: str) -> str:
    """A cell; the keys of facts in it lead to their pages."""
    whole = site.key_of(cell)
    return site.link(whole, root, text(cell)) if whole else with_links(site, cell, root)


def matrix_page(site: Site) -> Page:
    """The evidence matrix, as a figure and as a table."""
    figure = evidence_matrix(site.layers)
    body = [
        f'<h1>{text(figure.title)}</h1><p class="definition">{text(figure.description)}</p>',
        f'<div class="beside"><figure class="chart">{figure.svg}</figure>',
        section("The same in words", in_words(site, figure, "./"), "words"),
        "</div>",
    ]
    return Page("matrix.html", figure.title, "\n".join(body))
