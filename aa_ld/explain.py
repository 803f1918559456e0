"""Explain: from a fact, or a term, down to the sentences that it rests on."""

from __future__ import annotations

import json
from typing import NamedTuple

from aa_ld.errors import NotExplainableError
from aa_ld.fact import EvidenceLine, Fact, Span, read_facts
from aa_ld.names import Names
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES, compact

_FACTS_ABOUT = """
PREFIX aa: <https://w3id.org/aa-ld/>
SELECT DISTINCT ?fact WHERE {{
  ?fact aa:evidence ?line .
  {{ ?fact aa:subject|aa:object|aa:population|aa:context|aa:concept|aa:heading <{iri}> }}
  UNION {{ ?fact aa:evidence/aa:publication <{iri}> }}
  UNION {{ ?fact aa:evidence <{iri}> }}
  UNION {{ <{iri}> aa:between ?fact }}
}} ORDER BY ?fact"""

_PUBLICATION = """
PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?link WHERE {{ <{iri}> skos:exactMatch ?link }} ORDER BY ?link"""

_SOURCES = """
PREFIX aa: <https://w3id.org/aa-ld/>
SELECT ?source ?sha256 WHERE { ?source a aa:SourceText ; aa:sha256 ?sha256 }"""


class Explanation(NamedTuple):
    """Why a fact, or everything about a term, is in the knowledge.

    `words` maps the IRI of a span to its text, for texts that the user gave;
    without them a span is shown by its place and digest only.
    """

    title: str
    facts: list[Fact]
    names: Names
    links: dict[str, list[str]]
    words: dict[str, str]

    def to_text(self) -> str:
        """For a terminal."""
        blocks = ["\n".join(_fact_lines(fact, self, "  ")) for fact in self.facts]
        head = [] if len(self.facts) == 1 else [f"{self.title}: {len(self.facts)} facts"]
        return "\n\n".join(head + blocks)

    def to_markdown(self) -> str:
        """For a document."""
        blocks = []
        for fact in self.facts:
            first, *rest = _fact_lines(fact, self, "")
            blocks.append("\n".join([f"## {_escaped(first)}", "", *(f"- {_escaped(line)}" for line in rest)]))
        return "\n\n".join(blocks)

    def to_json(self) -> str:
        """For a program: the facts as objects, terms as short names."""
        return json.dumps([_as_dict(fact, self) for fact in self.facts], indent=2, ensure_ascii=False)


def explain(source: Source, name: str, texts: dict[str, str] | None = None) -> Explanation:
    """Explain a fact, or each fact about a term.

    `name` is anything that `Names.find` takes. `texts` maps the SHA-256 of a
    source text to the text; a span is shown in words only where the digest of
    those words is the one recorded.

    Raises UnknownTermError where nothing has this name, and
    NotExplainableError where no loaded fact is about it.

    >>> from aa_ld.store import open_layers
    >>> explain(open_layers(), "SF32").facts[0].evidence[0].hedge
    'may'
    """
    names = Names(source)
    iri = names.find(name)
    facts = read_facts(source, [iri])
    if not facts:
        found = [row["fact"].value for row in rows(source, _FACTS_ABOUT.format(iri=iri))]  # type: ignore[attr-defined]
        facts = read_facts(source, found) if found else []
    if not facts:
        raise NotExplainableError(
            compact(iri),
            f"No loaded fact is about {names.label(iri)}: the loaded sources are silent on it, which is not a no.",
            f"See what it is with aa-ld show {compact(iri)}.",
        )
    publications = {line.publication for fact in facts for line in fact.evidence}
    links = {
        publication: [row["link"].value for row in rows(source, _PUBLICATION.format(iri=publication))]  # type: ignore[attr-defined]
        for publication in sorted(publications)
    }
    return Explanation(names.label(iri), facts, names, links, _words(source, facts, texts or {}))


def _words(source: Source, facts: list[Fact], texts: dict[str, str]) -> dict[str, str]:
    """The words of each span whose digest the given texts reproduce."""
    if not texts:
        return {}
    from hashlib import sha256

    by_source = {
        row["source"].value: texts[row["sha256"].value]  # type: ignore[attr-defined]
        for row in rows(source, _SOURCES)
        if row["sha256"].value in texts  # type: ignore[attr-defined]
    }
    words = {}
    for span in (s for f in facts for line in f.evidence for s in (line.span, line.focus) if s):
        text = by_source.get(span.source, "")[span.start : span.end]
        if text and sha256(text.encode()).hexdigest() == span.sha256:
            words[span.iri] = text
    return words


def _fact_lines(fact: Fact, explanation: Explanation, indent: str) -> list[str]:
    label = explanation.names.label
    lines = [f"{fact.id or compact(fact.iri)}  {fact.sentence}"]
    lines.append(f"{indent}{label(fact.category)}, {label(fact.polarity)}, {label(fact.certainty)}")
    for name, value in fact.scope.items():
        if not value.endswith("/NotApplicable"):
            implied = " (read from the context, not worded)" if name in fact.implied else ""
            heading = label(PREFIXES["aa"] + name).removeprefix("has ")
            lines.append(f"{indent}{heading}: {label(value) if ':' in value else value}{implied}")
    for line in fact.evidence:
        lines += _line_lines(line, explanation, indent)
    if fact.note:
        lines.append(f"{indent}curator's note: {fact.note}")
    lines.append(f"{indent}{compact(fact.iri)}")
    return lines


def _line_lines(line: EvidenceLine, explanation: Explanation, indent: str) -> list[str]:
    label = explanation.names.label
    size = "" if line.sample_size.startswith("http") else f", n = {line.sample_size}"
    design = "" if line.design.endswith("/NotApplicable") else f", study design: {label(line.design)}"
    lines = [f"{indent}evidence ({label(line.stance)}): {label(line.kind)}{design}{size}"]
    hedge = f"hedge: “{line.hedge}”" if line.hedge else "no hedge"
    cue = f", cue: “{line.cue}”" if line.cue else ""
    lines.append(f"{indent}  {label(line.certainty)}, {label(line.wording)}, {hedge}{cue}")
    links = explanation.links.get(line.publication, [])
    lines.append(f"{indent}  {label(line.publication)}" + (f"  {'  '.join(links)}" if links else ""))
    for name, span in (("span", line.span), ("focus", line.focus)):
        if span and not (name == "focus" and line.span == span):
            lines.append(f"{indent}  {name}: {_place(span, line, explanation)}")
            words = explanation.words.get(span.iri)
            if words:
                lines.append(f"{indent}    “{words}”")
    return lines


def _place(span: Span, line: EvidenceLine, explanation: Explanation) -> str:
    where = explanation.names.label(line.part)
    return f"{where}, characters {span.start}–{span.end}, sha256 {span.sha256[:12]}…"


def _as_dict(fact: Fact, explanation: Explanation) -> dict[str, object]:
    def short(value: str) -> str:
        return compact(value).strip("<>") if value.startswith("http") else value

    record: dict[str, object] = {
        "fact": short(fact.iri),
        "id": fact.id,
        "class": short(fact.category),
        "sentence": fact.sentence,
        "subject": [short(v) for v in fact.subjects],
        "predicate": short(fact.predicate),
        "object": [short(v) for v in fact.objects],
        "polarity": short(fact.polarity),
        "certainty": short(fact.certainty),
        "scope": {name: short(value) for name, value in fact.scope.items()},
        "implied": list(fact.implied),
        "note": fact.note,
    }
    record["evidence"] = [
        {
            **{key: short(value) for key, value in line._asdict().items() if isinstance(value, str)},
            "hedge": line.hedge,
            "cue": line.cue,
            "links": explanation.links.get(line.publication, []),
            "span": line.span._asdict() if line.span else None,
            "focus": line.focus._asdict() if line.focus else None,
            "words": explanation.words.get(line.span.iri) if line.span else None,
        }
        for line in fact.evidence
    ]
    return record


def _escaped(text: str) -> str:
    return "".join("\\" + char if char in "\\`*_[]<>" else char for char in text.strip())
