"""Explain: from a fact, or a term, through the rules it follows by, down to the sentences that it rests on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from aa_ld.errors import NotExplainableError
from aa_ld.fact import ABOUT, Derivation, EvidenceLine, Fact, Span, read_facts
from aa_ld.names import Names
from aa_ld.proof import mermaid, prov
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES, compact, printable

_FACTS_ABOUT = (
    """
PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?fact WHERE {{
  ?fact aa:evidence|aa:rule ?line . {{"""
    + ABOUT
    + """
  UNION {{ ?line ?property <{iri}> }}
  UNION {{ ?fact aa:evidence <{iri}> }}
  UNION {{ <{iri}> aa:between ?fact }} }}
}}"""
)

_REASONS = """
PREFIX aa: <https://w3id.org/aa-ld/>
SELECT DISTINCT ?fact ?link ?reason WHERE {{
  VALUES ?fact {{ {facts} }}
  ?link a aa:ArgumentLink ; aa:predicate aa:isReasonFor ; aa:object ?fact ; aa:subject ?reason ; aa:evidence ?line .
}} ORDER BY ?fact ?link ?reason"""

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
    without them a span is shown by its place and digest only. `links` maps a
    publication to its web addresses, `reasons` a fact to those that the source
    gives as its reason, each after the fact that says so.
    """

    title: str
    facts: list[Fact]
    names: Names
    links: dict[str, list[str]]
    words: dict[str, str]
    reasons: dict[str, list[Fact]]

    def __repr__(self) -> str:
        return f"<Explanation of {self.title}: {len(self.facts)} facts>"

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

    def to_mermaid(self) -> str:
        """For a picture: the facts, what they follow from, and the evidence at the ends, as a flowchart."""
        return mermaid(self.facts, self.names)

    def to_prov(self) -> str:
        """For other programs: what was derived from what, by which rule, as PROV-O in Turtle."""
        return prov(self.facts)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.to_text())}</pre>"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

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
    grounds = list({iri: ground for fact in facts for iri, ground in fact.grounds().items()}.values())
    publications = {line.publication for fact in grounds for line in fact.evidence if line.publication}
    links = {
        publication: [row["link"].value for row in rows(source, _PUBLICATION.format(iri=publication))]  # type: ignore[attr-defined]
        for publication in sorted(publications)
    }
    return Explanation(
        names.label(iri), facts, names, links, _words(source, grounds, texts or {}), _reasons(source, facts)
    )


def _reasons(source: Source, facts: list[Fact]) -> dict[str, list[Fact]]:
    """For each fact, what the source gives as its reason, and the fact that says so."""
    found = rows(source, _REASONS.format(facts=" ".join(f"<{fact.iri}>" for fact in facts)))
    wanted = {row[name].value for row in found for name in ("link", "reason")}  # type: ignore[attr-defined]
    by_iri = {fact.iri: fact for fact in read_facts(source, wanted)} if wanted else {}
    reasons: dict[str, list[Fact]] = {}
    for row in found:
        pair = [by_iri[row[name].value] for name in ("reason", "link") if row[name].value in by_iri]  # type: ignore[attr-defined]
        reasons.setdefault(row["fact"].value, []).extend(pair)  # type: ignore[attr-defined]
    return reasons


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


def _fact_lines(fact: Fact, explanation: Explanation, indent: str, whole: bool = True) -> list[str]:
    """A fact on lines; as a premise not whole, since its sentence names its terms."""
    label = explanation.names.label
    lines = [f"{printable(explanation.names.key(fact.iri))}  {printable(fact.sentence)}"]
    lines.append(
        f"{indent}{_word(fact.category, label)}, {_word(fact.polarity, label)}, {_word(fact.certainty, label)}"
    )
    if whole:
        lines += _term_lines(fact, explanation.names, indent)
    for line in fact.evidence:
        lines += _line_lines(line, explanation, indent)
    if fact.derivation:
        lines += _derivation_lines(fact.derivation, explanation, indent)
    for reason in explanation.reasons.get(fact.iri, []):
        hedge = next((f", hedge: “{line.hedge}”" for line in reason.evidence if line.hedge), "")
        lines.append(
            f"{indent}reason given by the source: {reason.id or compact(reason.iri)}  "
            f"{printable(reason.sentence)} ({_word(reason.certainty, label)}{hedge})"
        )
    if fact.note:
        lines.append(f"{indent}curator's note: {printable(fact.note)}")
    lines.append(f"{indent}{compact(fact.iri)}")
    return lines


def _term_lines(fact: Fact, names: Names, indent: str) -> list[str]:
    lines = []
    for name, values in (
        ("subject", fact.subjects),
        ("predicate", (fact.predicate,)),
        ("object", fact.objects),
    ):
        lines.append(f"{indent}{name}: {' and '.join(_term(v, names) for v in values)}{_read(name, fact)}")
    for name, value in fact.scope:
        if not value.endswith("/NotApplicable"):
            heading = names.label(PREFIXES["aa"] + name).removeprefix("has ")
            lines.append(f"{indent}{heading}: {_term(value, names)}{_read(name, fact)}")
    return lines


def _derivation_lines(derivation: Derivation, explanation: Explanation, indent: str) -> list[str]:
    """The rule, what it assumes, and each premise with its own grounds, set in one step further."""
    label, deeper = explanation.names.label, indent + "  "
    lines = [f"{indent}follows by the rule {compact(derivation.rule)}: {_word(derivation.rule, label)}"]
    lines += [f"{indent}assuming that {_word(assumption, label)}" for assumption in derivation.assumptions]
    lines.append(f"{indent}because:")
    for premise in derivation.premises:
        lines += [deeper + line for line in _fact_lines(premise, explanation, "  ", whole=False)]
    return lines


def _term(value: str, names: Names) -> str:
    """A term in words, a fact by its key and its sentence."""
    return f"[{names.key(value)}] {names.label(value)}" if names.is_fact(value) else _word(value, names.label)


def _word(value: str, label: Callable[[str], str]) -> str:
    """A term in words, a literal as it is, and nothing as missing."""
    if not value:
        return "missing"
    return label(value) if value.startswith(("http://", "https://")) else printable(value)


def _read(name: str, fact: Fact) -> str:
    return " (read from the context, not worded)" if name in fact.implied else ""


def _line_lines(line: EvidenceLine, explanation: Explanation, indent: str) -> list[str]:
    label = explanation.names.label
    size = f", {printable(line.numbers())}" if line.numbers() else ""
    design = "" if line.design.endswith("/NotApplicable") else f", study design: {_word(line.design, label)}"
    lines = [f"{indent}evidence ({_word(line.stance, label)}): {_word(line.kind, label)}{design}{size}"]
    hedge = f"hedge: “{printable(line.hedge)}”" if line.hedge else "no hedge"
    cue = f", cue: “{printable(line.cue)}”" if line.cue else ""
    lines.append(f"{indent}  {_word(line.certainty, label)}, {_word(line.wording, label)}, {hedge}{cue}")
    links = explanation.links.get(line.publication, [])
    lines.append(f"{indent}  {_word(line.publication, label)}" + (f"  {'  '.join(links)}" if links else ""))
    for name, span in (("span", line.span), ("focus", line.focus)):
        if span and not (name == "focus" and line.span == span):
            lines.append(f"{indent}  {name}: {_place(span, line, explanation)}")
            if span.iri in explanation.words:
                lines.append(f"{indent}    “{printable(explanation.words[span.iri])}”")
    return lines


def _place(span: Span, line: EvidenceLine, explanation: Explanation) -> str:
    return f"{_word(line.part, explanation.names.label)}, characters {span.start}–{span.end}, sha256 {span.sha256[:12]}…"


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
        "scope": {name: [short(value) for value in fact.scope_of(name)] for name, _ in fact.scope},
        "implied": list(fact.implied),
        "note": fact.note,
        "reasons": [reason.id or short(reason.iri) for reason in explanation.reasons.get(fact.iri, [])],
    }
    if fact.derivation:
        record["derivation"] = {
            "rule": short(fact.derivation.rule),
            "assumptions": [short(assumption) for assumption in fact.derivation.assumptions],
            "premises": [_as_dict(premise, explanation) for premise in fact.derivation.premises],
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
