"""Reading pages as a browser does, as far as links and ids go."""

from __future__ import annotations

import posixpath
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Read(HTMLParser):
    """A page: its ids, its links, what it loads, and what is wrong with its tags."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.wrong: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> is not closed" for tag in self._open]

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form" and "action" in given:
            self.links.append(given["action"])
        elif tag == "link" and given["rel"] in ("stylesheet", "icon", "alternate"):
            self.loaded.append(given["href"])
        elif "src" in given:
            self.loaded.append(given["src"])
        if (
            tag == "script"
            and "src" not in given
            and given.get("type") not in ("application/ld+json", "application/json")
        ):
            self.wrong.append("a script in the page")
        self.wrong += [
            f"{name} on <{tag}>"
            for name in given
            if name.startswith("on") or (name == "style" and tag != "svg")
        ]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.text.append(data)


def target(page: str, link: str) -> tuple[str, str] | None:
    """The file that a link of a page leads to, and the place in it; None for one that leads elsewhere."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    path = (
        posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
        if parts.path
        else page
    )
    return path, unquote(parts.fragment)
