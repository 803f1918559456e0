"""Which form an answer takes: what the header Accept prefers, of what there is.

Specification: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Other names under which clients ask for a form.
_ALSO_ROWS = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
}
_ALSO_TRIPLES = {
    "application/json": "application/ld+json",
    "application/xml": "application/rdf+xml",
    "text/xml": "application/rdf+xml",
    "text/plain": "application/n-triples",
    "application/x-turtle": "text/turtle",
    "text/n3": "text/turtle",
}

#: The ends of paths that name a form, with its media type.
ENDINGS = {
    ".html": "text/html",
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
    ".json": "application/json",
    ".rq": "application/sparql-query",
}


def best(accept: str, offered: Iterable[str], also: dict[str, str] | None = None) -> str | None:
    """The media type that a client likes best of those offered, the first of equals; None where it takes none.

    An empty header takes everything. `also` maps other names to types that are offered.

    >>> best("text/html;q=0.5, text/*", ["text/html", "text/turtle"])
    'text/turtle'
    >>> best("image/png", ["text/html"]) is None
    True
    """
    ranges = _ranges(accept) or {"*/*": 1.0}
    for name, meant in (also or {}).items():
        if name in ranges:
            ranges.setdefault(meant, ranges[name])
    liked = [(_quality(ranges, kind), -number, kind) for number, kind in enumerate(offered)]
    quality, _, kind = max(liked, default=(0.0, 0, ""))
    return kind if quality > 0 else None


def rows(accept: str, offered: Iterable[str]) -> str | None:
    """The same for rows, which have other names too."""
    return best(accept, offered, _ALSO_ROWS)


def triples(accept: str, offered: Iterable[str]) -> str | None:
    """The same for triples."""
    return best(accept, offered, _ALSO_TRIPLES)


def wants_page(accept: str) -> bool:
    """Whether a browser asks, which says so itself: it likes HTML better than any form of data.

    >>> wants_page("text/html,application/xml;q=0.9,*/*;q=0.8"), wants_page("*/*")
    (True, False)
    """
    ranges = _ranges(accept)
    page = max(ranges.get("text/html", 0.0), ranges.get("application/xhtml+xml", 0.0))
    return page > 0 and all(page >= quality for quality in ranges.values())


def _ranges(accept: str) -> dict[str, float]:
    """Media ranges and how much each is liked; what is malformed does not count."""
    found = {}
    for part in accept.split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                quality = _number(value.strip())
        if name.count("/") == 1:
            found[name.lower()] = quality
    return found


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _quality(ranges: dict[str, float], kind: str) -> float:
    """How much a type is liked: what is said of it, of its kind, or of everything."""
    group = kind.partition("/")[0]
    return next((ranges[name] for name in (kind, f"{group}/*", "*/*") if name in ranges), 0.0)
