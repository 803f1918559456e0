"""Pages and documents: the query page, the questions, what IRIs of ours mean, each in the form that is asked for.

The form is chosen by the header Accept, or by the end of the path:
/AlopeciaAreata, /AlopeciaAreata.ttl, /questions.json.
"""

from __future__ import annotations

import json
from functools import cache
from html import escape
from typing import Any

from aa_ld import __version__, pages, places
from aa_ld.errors import UnknownTermError
from aa_ld.question import Question, find_question, read_questions
from aa_ld.serve import about, negotiation
from aa_ld.serve.messages import HTML, Reply, Request
from aa_ld.serve.pool import Pool
from aa_ld.serve.queries import not_acceptable
from aa_ld.vocab import BASE, PREFIXES, printable

METHODS = ("GET", "HEAD", "OPTIONS")

_DATA = ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml")
_JSON, _QUERY = "application/json", "application/sparql-query"
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
          ".txt": "text/plain; charset=utf-8"}  # fmt: skip
_VARY = (("Vary", "Accept"),)


async def answer(request: Request, pool: Pool, url: str) -> Reply:
    """Answer a GET for a page or a document. Raises UnknownTermError, UnknownQuestionError and RequestError."""
    path, kind = _split(request.path)
    if path in ("/", "/index") and (
        kind == "text/html" or (not kind and negotiation.wants_page(request.accept))
    ):
        return await endpoint(request, pool, url, page=True)
    if path in ("/", "/.well-known/void"):
        chosen = _chosen(request, kind, _DATA)
        held = await pool.told()
        return Reply(200, chosen, about.document(about.void(url, held, pool.settings), chosen), _VARY)
    if path == "/questions":
        return _questions(request, kind, url, list(read_questions().values()))
    if path.startswith("/question/"):
        found = find_question(path.removeprefix("/question/"))
        return _questions(request, kind, url, [found], one=found)
    return _fixed(request.path, url) or await _term(request, path, kind, pool)


async def endpoint(request: Request, pool: Pool, url: str, *, page: bool = False) -> Reply:
    """What /sparql is: the query page for a browser, else the service description."""
    if page or negotiation.wants_page(request.accept):
        return Reply(200, HTML, _query_page(pool.settings.timeout).encode(), _VARY)
    chosen = _chosen(request, None, _DATA)
    held = await pool.told()
    return Reply(200, chosen, about.document(about.service(url, held, pool.settings), chosen), _VARY)


def _split(path: str) -> tuple[str, str | None]:
    """A path without the ending that names a form, and that form."""
    for ending, kind in negotiation.ENDINGS.items():
        if path.endswith(ending) and len(path) > len(ending) + 1:
            return path.removesuffix(ending), kind
    return path, None


def _chosen(request: Request, kind: str | None, offered: tuple[str, ...]) -> str:
    """The form that the path names, or else the header Accept. Raises RequestError with status 406."""
    found = kind if kind in offered else None if kind else negotiation.triples(request.accept, offered)
    if found is None:
        raise not_acceptable(offered)
    return found


def _questions(
    request: Request, kind: str | None, url: str, found: list[Question], one: Question | None = None
) -> Reply:
    html = "text/html"
    if not kind and negotiation.wants_page(request.accept):
        kind = html
    chosen = kind if kind == html else _chosen(request, kind, (_JSON, *_DATA, *([_QUERY] if one else [])))
    if chosen == html:
        body = _question_page(one) if one else _question_list(found)
        return Reply(200, HTML, body.encode(), _VARY)
    if chosen == _QUERY and one:
        return Reply(200, _QUERY, one.text.encode(), _VARY)
    if chosen == _JSON:
        records: Any = [_record(question) for question in found]
        return Reply(
            200, _JSON, json.dumps(records[0] if one else records, ensure_ascii=False).encode(), _VARY
        )
    return Reply(200, chosen, about.document(about.questions(url, found), chosen), _VARY)


async def _term(request: Request, path: str, kind: str | None, pool: Pool) -> Reply:
    iri = BASE + path.removeprefix("/")
    if not kind and negotiation.wants_page(request.accept):
        kind = "text/html"
    chosen = kind if kind == "text/html" else _chosen(request, kind, _DATA)
    if not _is_iri(iri):
        raise UnknownTermError(
            printable(path, 120), "No IRI looks like this.", "Look for it on the first page."
        )
    if iri.startswith(PREFIXES["graph"]):
        held = await pool.told()
        if iri in held["graphs"]:
            if chosen == "text/html":
                return Reply(200, HTML, _graph_page(iri, held["graphs"][iri]).encode(), _VARY)
            said, body = await pool.run({"task": "graph", "graph": iri, "kind": chosen})
            return Reply(200, said["kind"], body, _VARY)
    said, body = await pool.run({"task": "term", "iri": iri, "kind": chosen})
    return Reply(200, HTML if chosen == "text/html" else said["kind"], body, _VARY)


def _is_iri(text: str) -> bool:
    from pyoxigraph import NamedNode

    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _fixed(path: str, url: str) -> Reply | None:
    """What is a file; None where the path names none."""
    if path == "/openapi.json":
        return Reply(200, _JSON, _openapi(url).encode())
    if path == "/data/context.jsonld":
        return Reply(200, "application/ld+json", places.context_file().read_bytes())
    return _file(path.removeprefix("/site/")) if path.startswith("/site/") else None


def _file(name: str) -> Reply:
    """A file of the site; templates are none."""
    path = places.site_files().get(name)
    kind = _KINDS.get("." + name.rpartition(".")[2])
    if path is None or kind is None:
        raise UnknownTermError(printable(name, 120), "There is no such file.", "Begin at the first page.")
    return Reply(200, kind, path.read_bytes(), (("Cache-Control", "max-age=3600"),))


@cache
def _openapi(url: str) -> str:
    text = places.site_files()["openapi.json"].read_text(encoding="utf-8")
    return text.replace("{version}", __version__).replace("{url}", url)


# Pages


@cache
def _query_page(timeout: float) -> str:
    from string import Template

    body = Template(places.site_files()["query.html"].read_text(encoding="utf-8"))
    listed = "".join(
        f'<li><button type=button data-question="{escape(q.name)}">{escape(q.title)}</button></li>'
        for q in read_questions().values()
    )
    return pages.page("aa-ld: ask", body.substitute(questions=listed, timeout=f"{timeout:g}"))


def _question_list(found: list[Question]) -> str:
    rows = "".join(
        f'<li><a href="/question/{escape(q.name)}">{escape(q.title)}</a><br>{escape(q.description)}</li>'
        for q in found
    )
    forms = '<a href="/questions.ttl">Turtle</a> <a href="/questions.json">JSON</a>'
    return pages.page("Questions", f"<h1>Questions</h1><p>{len(found)} questions. {forms}</p><ul>{rows}</ul>")


def _question_page(question: Question) -> str:
    name = escape(question.name)
    parameters = "".join(
        f"<li><code>{escape(key)}</code>: {escape(each.text)}, a value of <code>{escape(each.category)}</code>"
        f"{f', by default <code>{escape(each.default)}</code>' if each.default else ''}</li>"
        for key, each in question.parameters.items()
    )
    columns = "".join(f"<li><code>{escape(k)}</code>: {escape(v)}</li>" for k, v in question.returns.items())
    parts = [
        f"<h1>{escape(question.title)}</h1><p class=definition>{escape(question.description)}</p>",
        f"<p>{escape(question.row)}</p>",
        f'<p><a class=button href="/sparql?question={name}">Ask it</a> <a href="/question/{name}.rq">query</a> '
        f'<a href="/question/{name}.ttl">Turtle</a> <a href="/question/{name}.json">JSON</a></p>',
        f"<h2>Parameters</h2><ul>{parameters}</ul>" if parameters else "",
        f"<h2>Columns</h2><ul>{columns}</ul>",
        f"<h2>Query</h2><pre><code>{escape(question.text)}</code></pre>",
    ]
    return pages.page(question.title, "\n".join(parts))


def _graph_page(iri: str, count: int) -> str:
    path = "/" + iri.removeprefix(BASE)
    forms = " ".join(f'<a href="{escape(path)}.{end}">{name}</a>' for name, end in
                     (("Turtle", "ttl"), ("JSON-LD", "jsonld"), ("N-Triples", "nt")))  # fmt: skip
    body = f"<h1>{escape(path.rsplit('/', 1)[-1])}</h1><p class=iri><code>{escape(iri)}</code> {forms}</p>"
    return pages.page(path, f"{body}<p>A named graph with {count:,} triples.</p>")


def _record(question: Question) -> dict[str, Any]:
    return {**question.record(), "advice": question.advice, "query": question.text}
