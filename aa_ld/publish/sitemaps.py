"""The addresses of all pages, for search engines (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain, count

from aa_ld.publish.spool import Spool

#: The protocol allows a file to have as many addresses and as many bytes.
MOST_ADDRESSES, MOST_BYTES = 50_000, 50 << 20

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<{} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'


def sitemaps(pages: Iterable[str], site: str, day: str) -> Iterator[tuple[str, Spool]]:
    """The path of each file and what stands in it: sitemap.xml, which names others where one cannot hold all addresses.

    pages  where they lie under the site, a path each
    day    of the last change, as 2026-11-22

    >>> for path, held in sitemaps(["", "a&b"], "https://example.org/x", "2026-11-22"):
    ...     print(path, held.read().decode().splitlines()[3])
    sitemap.xml <url><loc>https://example.org/x/a&amp;b</loc><lastmod>2026-11-22</lastmod></url>
    """
    root = site.rstrip("/") + "/"
    waiting = iter(pages)
    first = next(waiting, None)
    made: list[str] = []
    for number in count(1):
        held, first = _some(first, waiting, root, day)
        whole = first is None and not made
        path = "sitemap.xml" if whole else f"sitemap-{number}.xml"
        yield path, held
        held.close()
        if first is None:
            if not whole:
                yield "sitemap.xml", _index([*made, path], root, day)
            return
        made.append(path)


def _some(first: str | None, further: Iterator[str], root: str, day: str) -> tuple[Spool, str | None]:
    """A file of as many addresses as it may have, and the first that it may not."""
    end = b"</urlset>\n"
    held = Spool.of([_HEAD.format("urlset").encode()])
    left = None
    for number, path in enumerate(chain([] if first is None else [first], further)):
        line = f"<url><loc>{escape(root + path)}</loc><lastmod>{day}</lastmod></url>\n".encode()
        full = number == MOST_ADDRESSES or held.size + len(line) + len(end) > MOST_BYTES
        if number and full:
            left = path
            break
        held.write(line)
    held.write(end)
    return held, left


def _index(paths: Iterable[str], root: str, day: str) -> Spool:
    lines = (
        f"<sitemap><loc>{escape(root + path)}</loc><lastmod>{day}</lastmod></sitemap>\n" for path in paths
    )
    text = chain([_HEAD.format("sitemapindex")], lines, ["</sitemapindex>\n"])
    return Spool.of(each.encode() for each in text)
