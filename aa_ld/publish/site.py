"""The pages for people: one for every resource, lists, figures, and a query page that needs no server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from string import Template
from types import MappingProxyType

from aa_ld import places
from aa_ld.changes import Diff
from aa_ld.publish import search
from aa_ld.publish.catalogue import Distribution
from aa_ld.publish.first_page import first_page, matrix_page
from aa_ld.publish.linked import Site
from aa_ld.publish.lists import lists
from aa_ld.publish.markup import Page, framed, root_of, text
from aa_ld.publish.page_of_advice import SCRIPTS, page_of_advice
from aa_ld.publish.page_of_fact import page_of_fact
from aa_ld.publish.page_of_query import page_of_question, page_of_rule, page_of_shape
from aa_ld.publish.page_of_source import page_of_anything, page_of_conflict, page_of_publication
from aa_ld.publish.page_of_term import page_of_term
from aa_ld.publish.resources import Resource
from aa_ld.publish.schema_org import dataset, embedded, script
from aa_ld.publish.signposts import of_the_whole, of_thing
from aa_ld.publish.spool import Content

#: What the pages load, as it lies in site/.
ASSETS = (
    "style.css", "published.css", "logo.svg", "search.js", "start.js", "sparql.js", "sparql-worker.js", "results.js",
    "editor.js", "editor.LICENSE.txt", "oxigraph.js", "oxigraph.wasm", "oxigraph.LICENSE.txt", "advise.css", *SCRIPTS,
)  # fmt: skip

_PAGES: dict[str, Callable[[Site, Resource], Page]] = {
    "term": page_of_term,
    "publication": page_of_publication,
    "conflict": page_of_conflict,
    "question": page_of_question,
    "rule": page_of_rule,
    "shape": page_of_shape,
}
_SCRIPT = '<script type="application/ld+json">{}</script>'


def pages(
    site: Site, made: Sequence[Distribution] = (), earlier: Mapping[str, Diff] = MappingProxyType({})
) -> Iterator[tuple[str, Content]]:
    """Path and bytes of each HTML, CSS, JS and SVG file, in a fixed order.

    made     the files to load, which the page about the publication lists
    earlier  version to what changed since, for the page of changes

    >>> from aa_ld import load
    >>> next(pages(Site(load("review").inferred())))[0]
    'Absolute.html'
    """
    yield from (page_of(site, each) for each in site.resources.values() if stands_alone(each))
    yield from pages_of_the_whole(site, made, earlier)


def stands_alone(resource: Resource) -> bool:
    """Whether the page of a resource needs nothing but what is said of it; that of a question has its answer."""
    return resource.kind != "question"


def pages_of_the_whole(
    site: Site, made: Sequence[Distribution], earlier: Mapping[str, Diff]
) -> Iterator[tuple[str, Content]]:
    """All others, and what they load."""
    described = dataset(site.metadata, [(each.path, each.media) for each in made])
    first = first_page(site)
    head = f"{first.head}\n{of_the_whole(site.metadata, made)}\n{_SCRIPT.format(embedded(described))}"
    yield first.path, framed(first._replace(head=head))
    yield "matrix.html", framed(matrix_page(site))
    for page in lists(site, made, earlier):
        yield page.path, framed(page)
    for page in (page_of_advice(site), _query_page(site)):
        yield page.path, framed(page)
    for iri in site.resources.of("question"):
        yield page_of(site, site.resources[iri])
    for name in ASSETS:
        yield f"assets/{name}", _asset(name)
    yield "assets/search-index.js", search.index(site)
    yield "assets/questions.json", search.questions(site)
    yield "assets/words.json", search.words(site)


def page_of(site: Site, resource: Resource) -> tuple[str, bytes]:
    """Path and bytes of the page of a resource."""
    page = _page_of(site, resource)
    head = f"{of_thing(resource, site.metadata)}\n{_SCRIPT.format(script(resource, site.metadata))}"
    return page.path, framed(page._replace(head=head))


def _page_of(site: Site, resource: Resource) -> Page:
    if resource.iri in site.facts:
        return page_of_fact(site, resource)
    return _PAGES.get(resource.kind, page_of_anything)(site, resource)


def _query_page(site: Site) -> Page:
    options = "".join(
        f'<option value="{text(q.name)}">{text(q.title)}</option>'
        for q in sorted(site.questions.values(), key=lambda q: q.cq)
    )
    body = Template(places.site_files()["sparql.html"].read_text(encoding="utf-8")).substitute(
        root=root_of("sparql.html"), questions=options
    )
    return Page("sparql.html", "Ask your own question", body, engine=True)


@cache
def _asset(name: str) -> bytes:
    return places.site_files()[name].read_bytes()
