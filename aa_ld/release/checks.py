"""The checks of `aa-ld validate --profile obo`: one query a file, in queries/obo/.

They ask what the report of ROBOT asks of an ontology (32 checks, under their
names there: https://robot.obolibrary.org/report), in queries of our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from aa_ld import places
from aa_ld.errors import BrokenQuestionError
from aa_ld.header import parse_header
from aa_ld.report import Finding, Report, filled
from aa_ld.store import Source, rows, value_of

_REQUIRED = ("title", "severity", "remedy")


class Check(NamedTuple):
    """A check: its name, what it says of a term that fails, how bad that is, what to do, and its query."""

    name: str
    title: str
    severity: str
    remedy: str
    text: str


def read_checks() -> dict[str, Check]:
    """The checks by name.

    Raises BrokenQuestionError for a file whose header lacks a part.

    >>> len(read_checks()), read_checks()["missing-label"].severity
    (32, 'violation')
    """
    found = {}
    for name, path in places.obo_check_files().items():
        text = path.read_text(encoding="utf-8")
        header = parse_header(name, text, BrokenQuestionError)
        lacking = [key for key in _REQUIRED if not header.get(key)]
        if lacking:
            what = f"The header lacks {', '.join(lacking)}."
            raise BrokenQuestionError(name, what, "A check says title, severity and remedy.")
        found[name] = Check(name, str(header["title"]), str(header["severity"]), str(header["remedy"]), text)
    return found


def check_ontology(
    source: Source, checks: Iterable[Check] | None = None, places_of: Mapping[str, str] | None = None
) -> Report:
    """What the checks find in an ontology: all of it, terms of others too.

    places_of  the file that says something of an IRI, to name it in the report

    >>> from aa_ld.store import Layers
    >>> [finding.check for finding in check_ontology(Layers())]
    []
    """
    found = []
    for check in read_checks().values() if checks is None else checks:
        for row in rows(source, check.text):
            focus, value = row["this"], row.get("value")
            shown = value_of(value) if value is not None else ""
            message = filled(check.title, value_of(focus), shown, is_iri(value))
            file = (places_of or {}).get(value_of(focus), "")
            found.append(
                Finding(check.name, check.severity, value_of(focus), shown, message, check.remedy, file)
            )
    return Report(found)


def check_files(files: Iterable[str] = ()) -> Report:
    """What the checks find in ontologies in files, taken as one; without any, in our own release.

    Raises the errors of aa_ld.owltext.read_ontology.

    >>> {finding.severity for finding in check_files()}
    {'info'}
    """
    from pyoxigraph import NamedNode, Quad

    from aa_ld.release.products import released
    from aa_ld.store import Layers

    layers, owners = Layers(), {}
    graph = layers.graph("data")
    named = list(files)
    for name in named:
        from aa_ld.owltext import read_ontology

        quads = read_ontology(name)
        layers.extend([Quad(q.subject, q.predicate, q.object, graph) for q in quads], "data")
        owners.update({q.subject.value: name for q in quads if isinstance(q.subject, NamedNode)})
    if not named:
        layers.extend([Quad(t.subject, t.predicate, t.object, graph) for t in released()], "data")
    return check_ontology(layers, places_of=owners)


def is_iri(term: object) -> bool:
    """Whether a term is an IRI."""
    from pyoxigraph import NamedNode

    return isinstance(term, NamedNode)
