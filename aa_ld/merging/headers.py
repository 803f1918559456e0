"""One ontology header for the merged graph; what the others were stays as provenance.

Ours is chosen where it is among them, else the IRI that comes first, so that the
order of inputs does not matter. The triples of another header stay where they
are; only its type becomes prov:Entity, and the chosen one was derived from it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from aa_ld.errors import UnresolvedImportError, nearest
from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue
from aa_ld.merging.reading import AGAINST, Read
from aa_ld.vocab import BASE, PREFIXES

KEEP, DROP, FOLLOW = "keep", "drop", "follow"

_TYPE, _ONTOLOGY, _IMPORTS = (f"<{iri}>".encode() for iri in (words.TYPE, words.ONTOLOGY, words.IMPORTS))
_ENTITY, _DERIVED = (f"<{PREFIXES['prov']}{name}>".encode() for name in ("Entity", "wasDerivedFrom"))
_AXIOM = f"<{words.OWL}Axiom>".encode()
_ABOUT = tuple(f"<{words.OWL}annotated{part}>".encode() for part in ("Source", "Property", "Target"))


class Plan(NamedTuple):
    """What a merge writes that no input says, and what it leaves out for it.

    chosen     the IRI of the header, or nothing where no input has one
    others     the IRIs of the other headers
    imports    imports that stay, are satisfied by an input, or were dropped
    added      lines to write
    without    lines not to write
    """

    chosen: str
    others: tuple[str, ...]
    imports: dict[str, tuple[str, ...]]
    added: frozenset[bytes]
    without: frozenset[bytes]


def plan(sources: list[Read], imports: str) -> Plan:
    """Choose a header, and say what becomes of the others and of imports."""
    read = [source for source in sources if source.role != AGAINST]
    headers = {s for source in read for s, o in source.rows(words.TYPE) if o == _ONTOLOGY and s[:1] == b"<"}
    versions = {o for source in read for s, o in source.rows(words.VERSION_IRI) if s in headers}
    own = b"<%s>" % BASE.encode()
    chosen = own if own in headers else min(headers, default=b"")
    added: set[bytes] = set()
    without: set[bytes] = set()
    for other in headers - {chosen}:
        without.add(b" ".join((other, _TYPE, _ONTOLOGY, b".")))
        added.add(b" ".join((other, _TYPE, _ENTITY, b".")))
        added.add(b" ".join((chosen, _DERIVED, other, b".")))
    told: dict[str, set[str]] = defaultdict(set)
    for s, o in {pair for source in read for pair in source.rows(words.IMPORTS)}:
        fate = "satisfied" if o in headers | versions else "dropped" if imports == DROP else "kept"
        told[fate].add(words.text_of(o))
        if fate != "kept" or (chosen and s != chosen):
            without.add(b" ".join((s, _IMPORTS, o, b".")))
            if fate == "kept":
                added.add(b" ".join((chosen, _IMPORTS, o, b".")))
    fates = {fate: tuple(sorted(iris)) for fate, iris in told.items()}
    others = tuple(sorted(words.text_of(other) for other in headers - {chosen}))
    return Plan(words.text_of(chosen) if chosen else "", others, fates, frozenset(added), frozenset(without))


def folded_axioms(catalogue: Catalogue) -> set[bytes]:
    """Annotated axioms that say nothing which another annotation of the same axiom does not say.

    The same axiom, annotated in two files, is one axiom; where one file tells a
    part of what the other tells, the part goes.
    """
    same: dict[tuple[bytes, ...], dict[bytes, set[tuple[bytes, bytes]]]] = defaultdict(dict)
    for node, said in catalogue.nodes.items():
        if _AXIOM in said.get(_TYPE, ()) and all(part in said for part in _ABOUT):
            about = tuple(said[part][0] for part in _ABOUT)
            rest = {(p, o) for p, values in said.items() if p not in _ABOUT for o in values}
            same[about][node] = rest
    return {
        node
        for group in same.values()
        if len(group) > 1
        for node, rest in group.items()
        if any(rest < other for other in group.values())
    }


def unresolved(sources: list[Read], catalog: dict[str, str]) -> list[tuple[str, str]]:
    """The imports that no input satisfies yet: IRI, and the file that the catalog has for it.

    Raises UnresolvedImportError where the catalog has none: nothing is fetched.
    """
    headers = {s for source in sources for s, o in source.rows(words.TYPE) if o == _ONTOLOGY}
    headers |= {o for source in sources for s, o in source.rows(words.VERSION_IRI) if s in headers}
    found = []
    for source in sources:
        for _, o in sorted(set(source.rows(words.IMPORTS))):
            iri = words.text_of(o)
            if o in headers:
                continue
            if iri not in catalog:
                what = f"It imports {iri}, and no input and no catalog has that."
                remedy = "Give the file as an input, name it in --catalog FILE, or use --imports keep or drop; nothing is fetched."
                raise UnresolvedImportError(source.name, what, remedy, nearest(iri, catalog))
            found.append((iri, catalog[iri]))
    return sorted(set(found))


def read_catalog(path: str) -> dict[str, str]:
    """IRI to file, as a catalog-v001.xml (OASIS XML Catalogs) tells it; paths are meant from its folder.

    Raises the errors of aa_ld.intake, and RdfSyntaxError where it is no such catalog.
    """
    import os
    from xml.parsers import expat

    from aa_ld.errors import EntityError, RdfSyntaxError
    from aa_ld.intake import read_text

    text = read_text(path)
    found: dict[str, str] = {}
    folder = os.path.dirname(os.path.abspath(path))

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rsplit(":", 1)[-1] == "uri" and "name" in attributes and "uri" in attributes:
            found[attributes["name"]] = os.path.join(folder, attributes["uri"].removeprefix("file:"))

    def doctype(*_: object) -> None:
        raise EntityError(path, "The catalog has a DOCTYPE.", "Remove it.")

    parser = expat.ParserCreate("UTF-8")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        what = f"This is no well-formed XML: {expat.ErrorString(error.code)}."
        raise RdfSyntaxError(f"{path}:{error.lineno}", what, "Name a catalog-v001.xml.") from None
    return found
