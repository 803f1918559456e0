"""A query of the user's own, run inside a server over the layers that it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aa_ld.errors import QueryRefusedError, QuerySyntaxError
from aa_ld.sparql import Result
from aa_ld.vocab import PREFIXES

if TYPE_CHECKING:
    from aa_ld.endpoint.remote import RemoteLayers

# What may stand where a keyword could be looked for, and hides it: comments, IRIs, strings.
_HIDDEN = r"#[^\n\r]*|<[^<>\s]*>|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def run_remote(layers: RemoteLayers, query: str, timeout: float) -> Result:
    """Run a SELECT, ASK, CONSTRUCT or DESCRIBE; the server reads it, as the server is the user's.

    Raises QueryRefusedError for what is none of these, and RemoteError.
    """
    plain = re.sub(_HIDDEN, " ", query, flags=re.S)
    form = next(iter(re.findall(r"\b(?:SELECT|ASK|CONSTRUCT|DESCRIBE|INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|MOVE|COPY|ADD|WITH)\b",
                                plain, re.I)), "").upper()  # fmt: skip
    if not form:
        raise QuerySyntaxError("query", "This holds no query.", "Write a SELECT.")
    if form not in _FORMS:
        raise QueryRefusedError("query", f"{form} changes data; a query only reads.", "Write a SELECT.")
    text = _with_prefixes(query, plain)
    own = re.search(r"\bFROM\b", plain, re.I)
    graphs = () if own else tuple(layers.graphs.values())
    server = layers.server
    server.wire.whole = server.wire.idle = timeout
    if form == "SELECT":
        return Result("rows", server.select(text, graphs))
    if form == "ASK":
        return Result("boolean", server.ask(text, graphs))
    return Result("triples", server.construct(text, graphs))


def _with_prefixes(query: str, plain: str) -> str:
    """The query with our prefixes that it uses and does not declare, on its first line so that lines stay as they are."""
    declared = {name.casefold() for name in re.findall(r"\bPREFIX\s+([\w.-]*):", plain, re.I)}
    used = set(re.findall(r"(?<![\w:.-])([A-Za-z][\w-]*):", plain)) - declared
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in sorted(used & set(PREFIXES))) + query
