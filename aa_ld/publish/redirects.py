"""How IRIs lead to files: the rules for w3id.org, and the same for an Apache that serves the folder itself.

Content is chosen by the header Accept and answered by 303, as an IRI stands for
the thing and not for a file about it (https://www.w3.org/TR/cooluris/). The
folder has a file for every IRI, so the rules are few and need no list.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aa_ld.errors import UsageError
from aa_ld.publish.rdf import SYNTAXES
from aa_ld.vocab import BASE, printable

#: Endings of files that are given as they are.
_FILES = "html|css|js|mjs|wasm|svg|png|json|jsonld|ttl|nt|nq|rdf|owl|obo|trig|tsv|csv|xml|txt|cff|rq|gz"

#: Which file the ontology, or a version of it, is in each syntax.
_WHOLE = {"ttl": "aa.ttl", "jsonld": "aa.jsonld", "nt": "aa.nt", "rdf": "aa.owl"}


def types() -> str:
    """The .htaccess of the folder itself, for an Apache that serves it: what the endings mean, and that anybody may load it."""
    lines = [f"AddType {media} .{ending}" for ending, (media, _) in SYNTAXES.items()]
    lines += [f"AddType {media} .{ending}" for ending, media in _OTHERS.items()]
    return "\n".join([*lines, 'Header always set Access-Control-Allow-Origin "*"', ""])


#: Media types of further endings, which servers do not all know.
_OTHERS = {
    "nq": "application/n-quads", "trig": "application/trig", "owl": "application/rdf+xml", "rq": "application/sparql-query",
    "wasm": "application/wasm", "obo": "text/obo", "mjs": "text/javascript",
}  # fmt: skip


def w3id(site: str) -> str:
    """The .htaccess of the folder at w3id.org, for a site at a URL.

    Raises UsageError for what is no URL of a folder.

    >>> "RewriteRule ^(.+)$ https://example.org/aa/$1.ttl" in w3id("https://example.org/aa/")
    True
    """
    parts = urlsplit(site)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or any(each in site for each in ' "<>\\$%?#')
    ):
        what = "This is no URL of a web site."
        raise UsageError(f"--site {printable(site, 200)}", what, "Give one as in https://example.org/aa-ld/.")
    return _rules(site.rstrip("/") + "/")


def _rules(site: str) -> str:
    kinds = [
        (ending, media.replace("+", "\\+").replace(".", "\\.")) for ending, (media, _) in SYNTAXES.items()
    ]
    lines = [
        f"# {BASE}: things by name, files by what is asked for. Made by aa-ld publish.",
        "Options -MultiViews",
        "RewriteEngine On",
        'Header always set Access-Control-Allow-Origin "*"',
        'Header always set Access-Control-Expose-Headers "Link, Location"',
        'Header always append Vary "Accept"',
        "",
        "# Files are given as they are.",
        f"RewriteRule ^(.+\\.({_FILES}))$ {site}$1 [R=302,L]",
        f"RewriteRule ^\\.well-known/void$ {site}catalogue.ttl [R=302,L]",
        "",
        "# Signed nanopublications are named after what they say, others after their facts.",
        f"RewriteRule ^nanopub/(RA[A-Za-z0-9_-]{{43}})(/.*)?$ {site}nanopubs/signed/$1.trig [R=303,L]",
        f"RewriteRule ^fact/([^/]+)/nanopub(/.*)?$ {site}nanopubs/$1.trig [R=303,L]",
        f"RewriteRule ^version/[0-9.]+/nanopub-index(/.*)?$ {site}nanopubs/index.trig [R=303,L]",
        "",
        "# The ontology, and each version of it.",
    ]
    for pattern, folder in (("^$", ""), ("^version/([0-9.]+)/?$", "version/$1/")):
        lines += _negotiated(
            pattern,
            kinds,
            lambda ending, folder=folder: site + folder + _WHOLE[ending],
            site + folder + "index.html",
        )
    lines += ["", "# Everything else: facts, terms, questions and the rest."]
    lines += _negotiated("^(.+)$", kinds, lambda ending: f"{site}$1.{ending}", f"{site}$1.html")
    return "\n".join(lines) + "\n"


def _negotiated(pattern: str, kinds: list[tuple[str, str]], file, page: str) -> list[str]:  # type: ignore[no-untyped-def]
    """Rules for one pattern: pages for browsers, then what is asked for by name, else Turtle."""
    lines = [
        "RewriteCond %{HTTP_ACCEPT} (text/html|application/xhtml\\+xml)",
        f"RewriteRule {pattern} {page} [R=303,L]",
    ]
    for ending, media in kinds[1:]:
        lines += [f"RewriteCond %{{HTTP_ACCEPT}} {media}", f"RewriteRule {pattern} {file(ending)} [R=303,L]"]
    return [*lines, f"RewriteRule {pattern} {file(kinds[0][0])} [R=303,L]"]
