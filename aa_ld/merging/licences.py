"""The licence of each input, as it says itself, and whether what is merged may be published together.

No legal advice: the table knows the usual licences of ontologies, and what it
does not know it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from aa_ld.merging import words
from aa_ld.merging.conflict import ERROR, NOTE, WARNING, Conflict
from aa_ld.merging.reading import Read
from aa_ld.merging.words import text_of
from aa_ld.vocab import printable


class Licence(NamedTuple):
    """A licence: its name, and what it asks of what is made from it."""

    name: str
    attribution: bool = False
    alike: bool = False
    noncommercial: bool = False
    unchanged: bool = False


_ATTRIBUTION = re.compile(
    r"creativecommons\.org/licenses/(by[a-z-]*)/(\d\.\d)|\bcc[ -](by[a-z-]*)(?:[ -](\d\.\d))?", re.I
)
_FREE = re.compile(r"publicdomain/(?:zero|mark)|\bcc-?0\b|public domain|creative commons zero", re.I)
_OTHERS = {
    r"apache\.org/licenses|apache[- ]2": Licence("Apache-2.0", attribution=True),
    r"opensource\.org/licenses/mit|\bmit\b": Licence("MIT", attribution=True),
    r"bsd-\d-clause|\bbsd\b": Licence("BSD", attribution=True),
    r"opendatacommons\.org/licenses/by|odc-by": Licence("ODC-By", attribution=True),
    r"opendatacommons\.org/licenses/odbl|odbl": Licence("ODbL", attribution=True, alike=True),
}


def known(text: str) -> Licence | None:
    """The licence that a text or an address names.

    >>> known("http://creativecommons.org/licenses/by-nd/4.0/").unchanged, known("all rights reserved")
    (True, None)
    """
    if _FREE.search(text):
        return Licence("CC0 or public domain")
    found = _ATTRIBUTION.search(text)
    if found:
        parts, version = (found[1] or found[3]).lower(), found[2] or found[4] or ""
        name = f"CC {parts.upper()} {version}".strip()
        return Licence(
            name, True, "sa" in parts.split("-"), "nc" in parts.split("-"), "nd" in parts.split("-")
        )
    return next((licence for pattern, licence in _OTHERS.items() if re.search(pattern, text, re.I)), None)


def stated(source: Read) -> list[str]:
    """What an input says of its licence: in its ontology header, in the metadata of a mapping set."""
    headers = {s for s, o in source.rows(words.TYPE) if o in _DESCRIBED}
    found = {text_of(o) for predicate in words.LICENCES for s, o in source.rows(predicate) if s in headers}
    about = source.about.get("about", {}).get("license")
    return sorted(found | ({str(about)} if about else set()))


_DESCRIBED = {
    f"<{iri}>".encode()
    for iri in (
        words.ONTOLOGY,
        "http://rdfs.org/ns/void#Dataset",
        "http://www.w3.org/ns/dcat#Dataset",
        "https://w3id.org/sssom/MappingSet",
    )
}


def licence_conflicts(sources: list[Read]) -> Iterator[Conflict]:
    """Inputs without a licence that is known, and licences that do not go together."""
    found: dict[str, list[tuple[Read, Licence]]] = {}
    for source in sources:
        texts = stated(source)
        licence = next((each for each in map(known, texts) if each), None)
        if licence is None:
            said = (
                f"says “{printable(texts[0], 200)}”, which is no licence that this table knows"
                if texts
                else "does not say its licence"
            )
            remedy = "Look at its web page before you publish the result." if texts else ""
            yield Conflict(
                "licence",
                f"{source.name} {said}.",
                (),
                (source.name,),
                remedy,
                NOTE if source.about["syntax"] == "SSSOM" else "",
            )
        else:
            found.setdefault(licence.name, []).append((source, licence))
    every = [pair for pairs in found.values() for pair in pairs]
    yield from _together(every)


def _together(every: list[tuple[Read, Licence]]) -> Iterator[Conflict]:
    names = tuple(source.name for source, _ in every)
    for source, licence in every:
        if licence.unchanged:
            what = (
                f"{source.name} is under {licence.name}, which allows no derived works: a merged file is one."
            )
            yield Conflict("licence", what, (), (source.name,), "Leave it out of what you publish.", ERROR)
    every = [(source, licence) for source, licence in every if not licence.unchanged]
    alike = sorted({licence.name for _, licence in every if licence.alike})
    limited = [source.name for source, licence in every if licence.noncommercial and not licence.alike]
    if len(alike) > 1 or (alike and limited):
        what = (
            f"{' and '.join(alike)} each ask{'s' if len(alike) == 1 else ''} that all of the result be under it"
            + (f", and {', '.join(limited)} allow no commercial use." if limited else ".")
        )
        yield Conflict("licence", what, (), names, "They cannot be combined into one published file.", ERROR)
    elif alike or limited:
        ask = (
            f"the result has to be under {alike[0]}"
            if alike
            else f"the result may not be used commercially, because of {', '.join(limited)}"
        )
        yield Conflict(
            "licence", f"May be combined: {ask}.", (), names, "Say so where you publish it.", WARNING
        )
    elif every:
        owed = [f"{source.name} ({licence.name})" for source, licence in every if licence.attribution]
        what = (
            f"May be combined. {', '.join(owed)} ask{'s' if len(owed) == 1 else ''} to be named."
            if owed
            else "May be combined freely."
        )
        yield Conflict(
            "licence",
            what,
            (),
            names,
            "Name them where you publish the result." if owed else "Nothing.",
            NOTE,
        )
