"""The first page, and the pages with the two figures: what a reader sees before anything else."""

from __future__ import annotations

from aa_ld.balance import balance_chart
from aa_ld.matrix import evidence_matrix
from aa_ld.publish.claims import claim
from aa_ld.publish.linked import AA, Site
from aa_ld.publish.markup import Page, section, table, text
from aa_ld.publish.page_of_query import answer_to, listed_questions
from aa_ld.svg import Figure
from aa_ld.vocab import PREFIXES

#: Questions whose answers a reader sees at once, in this order.
_LEADING = ("treatments-that-may-worsen", "treatments-toward-th2", "treatments-away-from-th2")


def first_page(site: Site) -> Page:
    """What this is, the balance chart, three answers, the questions in words, and the ways in."""
    root = "./"
    balance = balance_chart(site.layers)
    body = [
        '<div class="hero"><div class="lead">',
        "<h1>Which way do treatments push the immune balance in alopecia areata?</h1>",
        f'<p class="definition">{_size(site)} What each source says of cytokines, atopic dermatitis and treatments: '
        "how firmly, in whom, and on what evidence. A hedge stays a hedge, and what no source says stays open.</p>",
        _answers(site, root),
        "</div>",
        f'<figure class="chart">{balance.svg}<figcaption>{_caption(site)}</figcaption></figure>',
        "</div>",
        section("Questions, with their answers", listed_questions(site, root, 3), "questions"),
        section("The balance in words", f"<details><summary>Table of the chart, {len(balance.table.rows)} rows</summary>"
                f"{in_words(site, balance, root)}</details>", "balance-table"),
        section("More", _ways(site)),
    ]  # fmt: skip
    head = f'<meta name="description" content="{text(site.metadata.description, 300)}">'
    return Page("index.html", "Cytokine balance in alopecia areata: what sources say, and how firmly", "\n".join(body), head)


def _size(site: Site) -> str:
    stated = sum(not fact.derivation for fact in site.facts.values())
    publications = {line.publication for fact in site.facts.values() for line in fact.evidence}
    return f"{stated} facts from {len(publications)} publications."


def _caption(site: Site) -> str:
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
        facts = list(dict.fromkeys(iri for iri in answer_to(site, question).facts if iri in site.facts))
        named = [
            site.facts[iri]
            for iri in facts
            if site.facts[iri].category.removeprefix(AA) in ("RiskStatement", "PharmacologicalAction", "BalanceShift")
        ]
        firm = sorted(named, key=lambda fact: (bool(fact.derivation), fact.derivation is not None and "predicted" in fact.sentence, fact.iri))
        items = "".join(claim(site, fact, root) for fact in firm[:2])
        more = site.link(PREFIXES["question"] + name, root, "the whole answer")
        blocks.append(f'<section class="answer"><h2>{text(question.title)}</h2><ul class="claims">{items}</ul><p class="small">{more}</p></section>')
    return "".join(blocks)


def _ways(site: Site) -> str:
    """Doors to everything else, each with what is behind it."""
    conflicts = sum(each.kind == "conflict" for each in site.resources.values())
    doors = (
        ("matrix.html", "Evidence matrix", "which treatment acts on which cytokine or pathway, and what changed under it"),
        ("conflicts.html", "Conflicts", f"{conflicts} pairs of sources that disagree, side by side"),
        ("facts.html", "All facts", "by kind, each with its certainty"),
        ("terms.html", "Terms A–Z", "diseases, cytokines, cells, treatments and the words of the model"),
        ("publications.html", "Publications", "what each says, fact by fact"),
        ("sparql.html", "Ask your own question", "SPARQL in this page, without a server"),
        ("changes.html", "Changes", "what is new, fact by fact"),
        ("about.html", "About", "licence, citation, files for machines"),
    )
    items = "".join(f'<li><a href="./{way}">{text(name)}</a><span>{text(what)}</span></li>' for way, name, what in doors)
    return f'<ul class="doors">{items}</ul>'


def in_words(site: Site, figure: Figure, root: str) -> str:
    """The table of a figure, with links; columns in which nothing stands are left out."""
    kept = [i for i in range(len(figure.table.heads)) if any(row[i] for row in figure.table.rows)]
    rows = [[_linked(site, row[i], root) for i in kept] for row in figure.table.rows]
    return table([figure.table.heads[i] for i in kept], rows, figure.title)


def _linked(site: Site, cell: str, root: str) -> str:
    """A cell; the keys of facts in it lead to their pages."""
    whole = site.key_of(cell)
    if whole:
        return site.link(whole, root, text(cell))
    told = []
    for piece in cell.split("["):
        key, closed, rest = piece.partition("]")
        iri = site.key_of(key) if closed else None
        told.append(f"{site.link(iri, root, text(key))}{text(rest)}" if iri else text(piece))
    return "".join(told)


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
