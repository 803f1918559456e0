"""Pages of what is carried out: questions with their answers, rules with what follows by them, shapes with what they insist on."""

from __future__ import annotations

import re
from itertools import groupby

from pyoxigraph import NamedNode

from aa_ld.ask import Answer
from aa_ld.publish.claims import few_claims
from aa_ld.publish.linked import AA, Site
from aa_ld.publish.markup import Page, address, anchor, lines, pairs, root_of, section, table, text
from aa_ld.publish.page_of_term import downloads, heading
from aa_ld.publish.resources import Resource
from aa_ld.question import Question
from aa_ld.rule import Rule
from aa_ld.vocab import PREFIXES, RDF_TYPE

_SHACL = PREFIXES["sh"]
_KEY = re.compile(r"^\[([^\]]+)\]$")
_HEADER = re.compile(r"\A(?:#\+.*\n)+\s*")

#: More rows than this are shown on asking.
_LONG = 60


def page_of_question(site: Site, resource: Resource) -> Page:
    """The page of a question: its answer as a table, how that was got, and the way to change it."""
    root = root_of(resource.path)
    question = site.questions[resource.path.rsplit("/", 1)[-1]]
    answer, total = site.answer(question)
    body = [
        heading(site, resource, f"question {', '.join(question.cq)}"),
        f'<p class="definition">{text(question.description)}</p>',
        _run(question, root),
        section("Answer", _answer(site, answer, total, root), "answer"),
        section("Evidence", _references(site, answer, root), "evidence", "references"),
        section("How it was got", _how(question, root)),
        downloads(resource),
    ]
    return Page(f"{resource.path}.html", question.title, "\n".join(filter(None, body)))


def _run(question: Question, root: str) -> str:
    return (
        f'<p class="buttons"><a class="button" href="{root}sparql.html?question={address(question.name)}">Edit and run</a>'
        f"<code>aa-ld ask {text(question.name)}</code></p>"
    )


def _answer(site: Site, answer: Answer, total: int, root: str) -> str:
    heads, rows = answer.table()
    about = "".join(f"<li>{text(line)}</li>" for line in answer.about())
    notes = "".join(f"<p>{with_links(site, note, root)}</p>" for note in answer.notes())
    told = (
        "<p>The question is asked about one thing at a time; here are the answers for all.</p>"
        if answer.question.needs()
        else ""
    )
    labels = {
        site.names.label(term.value): term.value
        for row in answer
        for term in row.values()
        if isinstance(term, NamedNode)
    }
    shown = [[_cell(site, cell, labels, root) for cell in row] for row in rows]
    count = f"<p>{len(rows)} {'row' if len(rows) == 1 else 'rows'}. {text(answer.question.row)}</p>"
    if total > len(answer):
        table_of_all = f'<a href="{root}tables/{address(answer.question.name)}.csv">the table</a>'
        whole_in = "" if answer.question.needs() else f"; {table_of_all} has all"
        count = f"<p>{total:,} rows, of which the first {len(answer):,} are shown{whole_in}. {text(answer.question.row)}</p>"
    whole = table(heads, shown[:_LONG], answer.question.title) if rows else ""
    if shown[_LONG:]:
        rest = table(heads, shown[_LONG:], f"{answer.question.title} The other rows")
        whole += f"<details><summary>The other {len(shown) - _LONG} rows</summary>{rest}</details>"
    return (f"<ul>{about}</ul>" if about else "") + told + count + whole + notes


def _cell(site: Site, cell: str, labels: dict[str, str], root: str) -> str:
    """A cell with a link to the fact or the term that it names."""
    found = _KEY.match(cell)
    iri = site.key_of(found[1]) if found else labels.get(cell)
    return site.link(iri, root, text(found[1] if found else cell)) if iri else text(cell)


def with_links(site: Site, words: str, root: str) -> str:
    """Words as HTML; keys of facts in brackets lead to their pages."""
    told: list[str] = []
    for piece in words.split("["):
        key, closed, rest = piece.partition("]")
        iri = site.key_of(key) if closed else None
        told.append(
            f"[{site.link(iri, root, text(key))}]{text(rest)}" if iri else ("[" if told else "") + text(piece)
        )
    return "".join(told)


def _references(site: Site, answer: Answer, root: str) -> str:
    entries = []
    for first, *rest in answer.references():
        key, _, sentence = first.partition("] ")
        iri = site.key_of(key.removeprefix("["))
        head = site.link(iri, root, text(sentence)) if iri else text(sentence)
        below = "<br>".join(text(line) for line in rest)
        entries.append(
            f'<li class="claim"><b>{text(key.removeprefix("["))}</b> {head}<span class="below">{below}</span></li>'
        )
    inner = f'<ul class="claims">{"".join(entries)}</ul>'
    if len(entries) > _LONG:
        inner = f"<details><summary>{len(entries)} facts</summary>{inner}</details>"
    return inner if entries else ""


def _how(question: Question, root: str) -> str:
    columns = pairs(
        (f"<code>{text(name)}</code>", text(meaning)) for name, meaning in question.returns.items()
    )
    wanted = pairs(
        (
            f"<code>{text(name)}</code>",
            f"{text(each.text)} ({text(each.category)}); default: {text(each.default or 'any')}",
        )
        for name, each in question.parameters.items()
    )
    rules = (
        f'<p>The rows hold what follows by <a href="{root}rules.html">rules</a> too.</p>'
        if question.derived
        else ""
    )
    return (
        f"{rules}{f'<h3>What can be asked about</h3>{wanted}' if wanted else ''}"
        f"<details><summary>The SPARQL query</summary>{_code(question.text)}</details>"
        f"<details><summary>What the columns mean</summary>{columns}</details>"
    )


def _code(query: str) -> str:
    return f'<pre tabindex="0"><code>{lines(_HEADER.sub("", query))}</code></pre>'


def page_of_rule(site: Site, resource: Resource) -> Page:
    """The page of a rule: what it says in words, its CONSTRUCT, and every conclusion that follows by it."""
    root = root_of(resource.path)
    rule = site.rules[resource.path.rsplit("/", 1)[-1]]
    own = site.few(site.leading(rule.iri, AA + "rule"))
    body = [
        heading(site, resource, "rule"),
        f'<p class="definition">{text(rule.description)}</p>',
        section("What it takes and gives", _takes(site, rule, root)),
        section("The rule", _code(rule.text)),
        section(
            f"What follows by it ({own.total})",
            few_claims(site, own, root) or "<p>Nothing, from the loaded sources.</p>",
        ),
        downloads(resource),
    ]
    return Page(f"{resource.path}.html", rule.title, "\n".join(filter(None, body)))


def _takes(site: Site, rule: Rule, root: str) -> str:
    certainty = "one step below its weakest premise" if rule.step else "that of its weakest premise"
    if rule.ceiling:
        certainty += f", at most {site.link(rule.ceiling, root)}"
    return pairs(
        row
        for row in (
            ("from", ", ".join(site.link(each, root) for each in rule.uses)),
            ("unless there is", ", ".join(site.link(each, root) for each in rule.unless)),
            ("follows", site.link(rule.gives, root)),
            ("certainty", certainty),
            ("in words", text(rule.sentence)),
            ("in the model", text(", ".join(rule.model))),
        )
        if row[1]
    )


def page_of_shape(site: Site, resource: Resource) -> Page:
    """The page of a file of shapes: what it insists on, message by message, and the query that looks for it."""
    root = root_of(resource.path)
    target = site.first(resource.iri, _SHACL + "targetClass")
    on = f'<p class="definition">What must hold of every {site.link(target, root)}.</p>' if target else ""
    blocks = [_constraint(site, iri) for iri in resource.parts]
    body = [
        heading(site, resource, "shape"),
        on,
        section(f"What it insists on ({len(blocks)})", "".join(blocks)),
        downloads(resource),
    ]
    return Page(f"{resource.path}.html", resource.label, "\n".join(filter(None, body)))


def _constraint(site: Site, iri: str) -> str:
    local = iri.rsplit("/", 1)[-1]
    message, query = site.first(iri, _SHACL + "message"), site.first(iri, _SHACL + "select")
    kind = site.first(iri, RDF_TYPE).rsplit("#", 1)[-1]
    code = f"<details><summary>How it is looked for</summary>{_code(query)}</details>" if query else ""
    told = text(message) if message else text(site.first(iri, _SHACL + "description") or kind)
    return f'<article class="line" id="{anchor(local)}" aria-label="{text(local)}"><h3>{text(local)}</h3><p>{told}</p>{code}</article>'


def listed_questions(site: Site, root: str, level: int = 2) -> str:
    """All questions in words, by what they are about; the most asked kinds first."""
    questions = list(site.questions.values())
    sizes = {q.tags[0]: sum(each.tags[0] == q.tags[0] for each in questions) for q in questions}
    questions.sort(key=lambda q: (-sizes[q.tags[0]], q.tags[0], q.cq))
    blocks = []
    for tag, group in groupby(questions, key=lambda q: q.tags[0]):
        items = "".join(
            f"<li>{site.link(PREFIXES['question'] + q.name, root, text(q.title))}</li>" for q in group
        )
        blocks.append(
            f'<section class="tag"><h{level}>{text(tag[0].upper() + tag[1:])}</h{level}><ul>{items}</ul></section>'
        )
    return f'<div class="tags">{"".join(blocks)}</div>'
