"""The merge report as one web page that needs no script, no other host, and no other file."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from aa_ld.merging.conflict import KINDS, SEVERITIES, Conflict
from aa_ld.merging.merged import Merged
from aa_ld.merging.report import about_header, by_kind, headline

_STYLE = """
:root { --error: #b3261e; --warning: #8a5300; --note: #44606e; --line: #d9dee2; --soft: #f5f7f8; --ink: #1c2327; --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --error: #ff8a80; --warning: #ffc46b; --note: #a3bcc9; --line: #3a444b; --soft: #1f262a; --ink: #e8ecee; --paper: #14191c; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 68rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
.lead { font-size: 1.1rem; margin: .2rem 0; } p { margin: .3rem 0; overflow-wrap: anywhere; }
.tallies { display: flex; gap: .8rem; flex-wrap: wrap; padding: 0; margin: 1.2rem 0; list-style: none; }
.tallies li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1.1rem; background: var(--soft); }
.tallies b { display: block; font-size: 1.6rem; line-height: 1.2; }
.error b, .mark.error { color: var(--error); } .warning b, .mark.warning { color: var(--warning); } .note b, .mark.note { color: var(--note); }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .6rem 0; background: var(--paper); }
summary { cursor: pointer; padding: .6rem .9rem; background: var(--soft); border-radius: .5rem; }
summary code { float: right; opacity: .75; } .mark { font-weight: 700; text-transform: uppercase; font-size: .8rem; letter-spacing: .04em; }
ul.found { margin: .4rem 0 .8rem; padding: 0 1rem 0 2rem; } ul.found > li { margin: .55rem 0; overflow-wrap: anywhere; }
.where, .remedy { font-size: .92rem; opacity: .85; } .remedy::before { content: "→ "; }
pre { margin: .3rem 0; padding: .5rem .7rem; background: var(--soft); overflow-x: auto; font-size: .85rem; border-radius: .3rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { margin-top: 3rem; font-size: .9rem; opacity: .8; }
"""


def as_page(merged: Merged) -> str:
    """The report as HTML; whatever comes from an input is escaped."""
    return "\n".join(_parts(merged)) + "\n"


def _parts(merged: Merged) -> Iterator[str]:
    first, *rest = headline(merged)
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>Merge report: {escape(merged.output or 'nothing written')}</title><style>{_STYLE}</style></head><body>"
    yield f'<header><h1>Merge report</h1><p class="lead">{escape(first)}</p></header><main>'
    found = by_kind(merged)
    yield '<ul class="tallies">'
    for grave in SEVERITIES:
        number = sum(len(some) for (each, _), some in found.items() if each == grave)
        yield f'<li class="{grave}"><b>{number:,}</b>{grave}{"" if number == 1 else "s"}</li>'
    yield "</ul>"
    for line in [*rest[:1], *rest[2:], *about_header(merged)]:
        yield f"<p>{escape(line)}</p>"
    yield "<h2>What was found</h2>" if found else "<h2>Nothing was found</h2>"
    for (grave, kind), some in found.items():
        yield from _kind(grave, kind, some)
    yield "<h2>What was checked</h2><ul>"
    for check in merged.checks:
        yield f"<li><b>{escape(check.found)}</b>: {escape(check.over)}; by {escape(check.by)}.</li>"
    yield "</ul><h2>What came from where</h2>"
    yield from _sources(merged)
    yield "</main><footer>Made by aa-ld merge. For research, not medical advice.</footer></body></html>"


def _kind(grave: str, kind: str, some: list[Conflict]) -> Iterator[str]:
    opened = " open" if grave == "error" else ""
    yield f'<details{opened}><summary><span class="mark {grave}">{grave}</span> {escape(KINDS[kind].title)} ({len(some):,}) <code>{kind}</code></summary>'
    yield '<ul class="found">'
    for conflict in some:
        yield f"<li>{escape(conflict.what)}"
        if conflict.files:
            yield f'<div class="where">in {escape(", ".join(conflict.files))}</div>'
        if conflict.details:
            yield f"<pre>{escape(chr(10).join(conflict.details))}</pre>"
        yield f'<div class="remedy">{escape(conflict.advice)}</div></li>'
    yield "</ul></details>"


def _sources(merged: Merged) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr><th>input</th><th>syntax</th><th class="n">triples</th><th class="n">only here</th>'
    yield '<th class="n">shared</th><th class="n">repeated</th><th>spelt anew</th><th>licence</th></tr></thead><tbody>'
    for source in merged.sources:
        numbers = "".join(
            f'<td class="n">{n:,}</td>' for n in (source.triples, source.new, source.shared, source.repeated)
        )
        respelt = ", ".join(f"{n:,} {name}" for name, n in sorted(source.respelt.items()))
        yield f"<tr><td>{escape('; '.join((source.name, *source.also)))}</td><td>{escape(source.syntax)}</td>{numbers}"
        yield f"<td>{escape(respelt)}</td><td>{escape(', '.join(source.licences) or 'not said')}</td></tr>"
    yield "</tbody></table></div>"
