"""HTML for the published pages: one place where text is escaped, and the frame that all pages share."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from string import Template
from typing import NamedTuple
from urllib.parse import quote

from aa_ld import places
from aa_ld.ask import DISCLAIMER
from aa_ld.vocab import printable

#: What a page may load: its own style, scripts and pictures, and nothing from elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; img-src 'self'; "
    "connect-src {connect}; worker-src {connect}; form-action 'self'; base-uri 'none'"
)
_STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)
_TITLE = 200  # a longer title helps nobody


class Page(NamedTuple):
    """A page before it is framed.

    path   where it lies under the folder, as a path of files: fact/x.html
    title  its title, as text
    body   its content, as HTML
    head   what else stands in its head, as HTML
    engine whether it runs the query engine, which the policy has to allow
    """

    path: str
    title: str
    body: str
    head: str = ""
    engine: bool = False


def text(value: str, most: int | None = None) -> str:
    """Any text as HTML: escaped, and without signs that turn the direction or hide.

    >>> text("<b>\\u202e")
    '&lt;b&gt;\\\\u202e'
    """
    return escape(printable(value, most))


def lines(value: str) -> str:
    """Text of several lines as HTML, for a <pre>."""
    return "\n".join(text(line.replace("\t", "    ")) for line in value.splitlines())


def address(path: str) -> str:
    """A path of files as it stands in a link.

    >>> address("fact/%2E%2E")
    'fact/%252E%252E'
    """
    return quote(path, safe="/-._~")


def anchor(local: str) -> str:
    """A local name as the id of an element: no blank stands in it."""
    return quote(local, safe="-._~:/") or "_"


def root_of(path: str) -> str:
    """The way from a page up to the folder.

    >>> root_of("fact/x.html"), root_of("index.html")
    ('../', './')
    """
    return "../" * path.count("/") or "./"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str, css: str = "") -> str:
    """A table whose cells are HTML; it scrolls by itself where it is too wide, by keys too."""
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in heads)
    return (
        f'<div class="scroll {css}" tabindex="0" role="region" aria-label="{text(caption)}"><table>'
        f'<caption class="unseen">{text(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def pairs(rows: Iterable[tuple[str, str]], css: str = "pairs") -> str:
    """Names and values, both HTML, as a list of descriptions; nothing for no rows."""
    inner = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<dl class="{css}">{inner}</dl>' if inner else ""


def section(title: str, body: str, ident: str = "", css: str = "") -> str:
    """A part of a page under its heading; nothing without content."""
    if not body:
        return ""
    name = f' id="{anchor(ident)}"' if ident else ""
    kind = f' class="{css}"' if css else ""
    return f"<section{name}{kind}><h2>{text(title)}</h2>{body}</section>"


@cache
def _frame() -> Template:
    return Template(places.site_files()["published.html"].read_text(encoding="utf-8"))


def framed(page: Page) -> bytes:
    """The whole page: frame, policy, body."""
    digests = (sha256(style.encode()).digest() for style in _STYLE.findall(page.body))
    styles = "".join(f" 'sha256-{b64encode(digest).decode()}'" for digest in digests)
    policy = _POLICY.format(
        styles=styles,
        scripts=" 'wasm-unsafe-eval'" if page.engine else "",
        connect="'self'" if page.engine else "'none'",
    )
    return (
        _frame()
        .substitute(
            root=root_of(page.path),
            title=text(page.title, _TITLE),
            policy=policy,
            head=page.head,
            body=page.body,
            disclaimer=escape(DISCLAIMER),
        )
        .encode()
    )
