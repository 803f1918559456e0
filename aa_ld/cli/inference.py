"""Commands that say what follows: by rules, by the reasoner, for a patient, in a picture."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aa_ld.ask import DISCLAIMER
from aa_ld.cli.opening import open_knowledge, texts_of
from aa_ld.cli.output import as_json, say
from aa_ld.fact import read_facts
from aa_ld.knowledge import Knowledge, load
from aa_ld.names import Names
from aa_ld.terminal import grid, width_of, wrapped
from aa_ld.vocab import BASE, INFERRED, compact

if TYPE_CHECKING:
    from aa_ld.infer import Inference
    from aa_ld.reason import Reasoning
    from aa_ld.rule import Rule


def infer(arguments: Namespace) -> int:
    """Carry out the rules, and tell what follows."""
    if arguments.without and arguments.format in ("ttl", "nt"):
        from aa_ld.errors import UsageError

        raise UsageError(
            f"infer --without --format {arguments.format}",
            "There is no such form of it.",
            "Use table or json.",
        )
    if arguments.without and arguments.endpoint:
        from aa_ld.errors import UsageError

        what = "Nothing is taken away from a server to see what would fall."
        raise UsageError("infer --without --endpoint", what, "Leave out --endpoint.")
    kb = open_knowledge(arguments)
    rules = _rules(arguments.rules)
    found = kb.infer(rules.values())
    if arguments.without:
        return _without(kb, arguments, rules)
    if arguments.format == "table":
        say(_inference_text(kb, found, rules))
        return _own_conclusions_fit(kb, arguments.rules)
    if arguments.format == "json":
        say(_facts_json(kb, _conclusions(kb), {"rules": found.given}))
    else:
        say(_triples(kb, arguments.format).rstrip("\n"))
    sys.stderr.write(DISCLAIMER + "\n")
    return _own_conclusions_fit(kb, arguments.rules)


def _own_conclusions_fit(kb: Knowledge, files: list[str]) -> int:
    """Exit status 1 where rules of the user's own give conclusions that break a shape, each told."""
    if not files:
        return 0
    concluded = {getattr(quad.subject, "value", "") for quad in kb.concluded()}
    findings = [finding for finding in kb.validate() if finding.focus in concluded]
    for finding in findings[:10]:
        sys.stderr.write(f"{finding.message}   ({finding.check})\n")
    if findings:
        sys.stderr.write(f"{len(findings)} findings in what follows by these rules; see docs/rules.md.\n")
    return 1 if findings else 0


def _conclusions(kb: Knowledge) -> frozenset[str]:
    """The IRIs of all that follows, whether or not it was known before."""
    return frozenset(q.subject.value for q in kb.concluded() if q.predicate.value == BASE + "rule")  # type: ignore[union-attr]


def _rules(files: list[str]) -> dict[str, Rule]:
    """The shipped rules, and those of files, each checked; a file may not take the name of a shipped one."""
    from aa_ld.errors import BrokenRuleError
    from aa_ld.rule import read_rules

    rules = read_rules()
    for name in files:
        from aa_ld.fragment import check_rule
        from aa_ld.intake import read_text

        stem = Path(name).stem
        if stem in rules:
            raise BrokenRuleError(name, f"There is a rule {stem} already.", "Give the file another name.")
        rules[stem] = check_rule(stem, read_text(name))
    return rules


def _inference_text(kb: Knowledge, found: Inference, rules: dict[str, Rule]) -> str:
    from aa_ld.rule import read_rules

    width = width_of(sys.stdout)
    names = Names(kb.layers)
    concluded = _conclusions(kb)
    facts = sorted(read_facts(kb.layers, concluded), key=lambda fact: fact.sentence) if concluded else []
    by_rule = [[name, rules[name].title, str(count)] for name, count in found.given.items()]
    lines = grid(["rule", "what it says", "conclusions"], by_rule, width)
    if facts:
        body = [[names.key(fact.iri), fact.sentence, names.label(fact.certainty)] for fact in facts]
        lines += ["", *grid(["id", "what follows", "certainty"], body, width), ""]
        own = "" if set(found.given) == set(read_rules()) else ", with the same --rules"
        lines.append(f"See the proof of one with aa-ld explain ID{own}.")
    else:
        lines += ["", "Nothing follows from the loaded facts, which is not a no."]
    return "\n".join([*lines, DISCLAIMER])


def _without(kb: Knowledge, arguments: Namespace, rules: dict[str, Rule]) -> int:
    """What falls, and what rises, if facts are taken away. Nothing is written."""
    from aa_ld.infer import without

    names = Names(kb.layers)
    wanted = [names.find(name, BASE + "Fact") for name in arguments.without]
    _check_said(kb, names, wanted)
    before = {fact.iri: fact for fact in read_facts(kb.layers)}
    keys = ", ".join(names.key(iri) for iri in wanted)  # as long as something is said of them
    changed = without(kb.layers, wanted, rules.values())
    after = {fact.iri: fact for fact in read_facts(kb.layers)}
    if arguments.format == "json":
        say(
            as_json(
                {
                    "without": [compact(iri) for iri in wanted],
                    "fallen": sorted(compact(iri) for iri in changed.fallen),
                    "risen": sorted(compact(iri) for iri in changed.risen),
                }
            )
        )
        sys.stderr.write(DISCLAIMER + "\n")
        return 0
    lines = []
    for iris, facts, word in (
        (changed.fallen, before, "no longer stand"),
        (changed.risen, after, "stand instead"),
    ):
        lines.append(f"Without {keys}, {len(iris)} of the conclusions {word}.")
        if iris:
            rows = sorted([names.key(iri), facts[iri].sentence] for iri in iris)
            lines += [*grid(["id", "conclusion"], rows, width_of(sys.stdout)), ""]
    say("\n".join([*lines, DISCLAIMER]))
    return 0


def _check_said(kb: Knowledge, names: Names, facts: list[str]) -> None:
    """Only what a source says can be taken away: a conclusion would follow again."""
    from aa_ld.errors import UsageError

    for iri in set(facts) & kb.layers.subjects(INFERRED):
        raise UsageError(
            f"infer --without {names.key(iri)}",
            "This follows from other facts, and would follow again.",
            f"Name a fact that it rests on; see aa-ld explain {names.key(iri)}.",
        )


def _triples(kb: Knowledge, form: str) -> str:
    """The layer `inferred`, in canonical Turtle or as sorted N-Triples."""
    from aa_ld.turtle import write_turtle

    quads = kb.concluded()
    if form == "ttl":
        return write_turtle(quads)
    return "\n".join(sorted(f"{quad.triple} ." for quad in quads))


def _facts_json(kb: Knowledge, iris: frozenset[str], more: dict[str, object]) -> str:
    import json

    from aa_ld.explain import Explanation

    facts = read_facts(kb.layers, sorted(iris)) if iris else []
    told = Explanation("inferred", facts, Names(kb.layers), {}, {}, {}).to_json()
    return as_json({**more, "conclusions": json.loads(told)})


def explain(arguments: Namespace) -> int:
    """Explain a fact or a term, or why a treatment is not in an answer."""
    if arguments.rules and arguments.endpoint:
        from aa_ld.errors import UsageError

        what = "Nothing is written into a server to explain what would follow."
        raise UsageError("explain --rules --endpoint", what, "Leave out one of them.")
    kb = open_knowledge(arguments)
    if arguments.rules:
        kb.infer(_rules(arguments.rules).values())
    if arguments.why_not is not None:
        return _why_not(kb, arguments)
    explanation = kb.explain(arguments.term, texts_of(arguments, kb))
    forms: dict[str, Callable[[], str]] = {
        "text": lambda: wrapped(explanation.to_text(), width_of(sys.stdout)),
        "md": explanation.to_markdown,
        "json": explanation.to_json,
        "mermaid": explanation.to_mermaid,
        "prov": lambda: explanation.to_prov().rstrip("\n"),
    }
    say(forms[arguments.format]())
    if arguments.format in ("text", "md"):
        say(f"\n{DISCLAIMER}")
    else:
        sys.stderr.write(DISCLAIMER + "\n")
    return 0


def _why_not(kb: Knowledge, arguments: Namespace) -> int:
    from aa_ld.errors import UsageError

    found = kb.why_not(arguments.term, arguments.why_not)
    forms: dict[str, Callable[[], str]] = {
        "text": lambda: wrapped(found.to_text(), width_of(sys.stdout)),
        "md": found.to_markdown,
        "json": found.to_json,
    }
    if arguments.format not in forms:
        raise UsageError(
            f"explain --why-not --format {arguments.format}",
            "There is no such form of it.",
            "Use text, md or json.",
        )
    say(forms[arguments.format]())
    if arguments.format == "json":
        sys.stderr.write(DISCLAIMER + "\n")
    return 0


def reason(arguments: Namespace) -> int:
    """Classify the ontology, and explain what cannot be."""
    from aa_ld.reason import reason as classify

    kb = load("all", arguments.files)
    sys.stderr.write(
        "Reasoning with HermiT; explaining what is wrong takes a while.\n" if sys.stderr.isatty() else ""
    )
    found = classify(kb.layers.store, explain=not arguments.no_why)
    if arguments.format == "json":
        say(as_json(_reasoning_record(found)))
    else:
        say(wrapped(_reasoning_text(found, Names(kb.layers)), width_of(sys.stdout)))
    return 0 if found.coherent else 1


def _reasoning_record(found: Reasoning) -> dict[str, object]:
    return {
        "consistent": found.consistent,
        "because": list(found.because),
        "unsatisfiable": [{"class": compact(u.iri), "because": list(u.because)} for u in found.unsatisfiable],
        "inferred": [{"narrower": compact(a), "wider": compact(b)} for a, b in found.inferred],
    }


def _reasoning_text(found: Reasoning, names: Names) -> str:
    lines = []
    if not found.consistent:
        lines += ["Inconsistent: these axioms cannot all be true, and without any one of them they could:"]
        lines += [f"  {axiom}" for axiom in found.because]
    for broken in found.unsatisfiable:
        lines += [f"{compact(broken.iri)} can have no instance, because of these axioms together:"]
        lines += [f"  {axiom}" for axiom in broken.because] + [""]
    if found.coherent:
        lines.append("Coherent: nothing clashes, and every class can have an instance.")
    if found.inferred:
        lines += ["", "Found by reasoning:"]
        lines += [
            f"  {names.label(narrow)} is a kind of {names.label(wide)}" for narrow, wide in found.inferred
        ]
    return "\n".join(lines)


def advise(arguments: Namespace) -> int:
    """Tell what speaks for and against each treatment, for one profile."""
    from aa_ld.errors import UsageError
    from aa_ld.profile import profile_from_file, read_profile

    given = [arguments.has, arguments.lacks, arguments.lab, arguments.had]
    if arguments.profile and any(given):
        raise UsageError(
            "advise",
            "The profile is given in a file and in words.",
            "Give --profile FILE, or the other options.",
        )
    kb = open_knowledge(arguments)
    layers = kb.inferred()
    profile = (
        profile_from_file(layers, arguments.profile) if arguments.profile else read_profile(layers, *given)
    )
    told = kb.advise(profile)
    forms: dict[str, Callable[[], str]] = {
        "text": lambda: wrapped(told.to_text(), width_of(sys.stdout)),
        "md": told.to_markdown,
        "json": told.to_json,
    }
    say(forms[arguments.format]())
    return 0


def draw(arguments: Namespace) -> int:
    """Draw a figure, or tell it as a table."""
    kb = open_knowledge(arguments)
    figure = kb.draw(arguments.figure, arguments.treatment)
    text = figure.to_svg() if arguments.format == "svg" else figure.to_table()
    if arguments.output is None:
        say(text.rstrip("\n"))
        return 0
    Path(arguments.output).write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
    sys.stderr.write(f"Wrote {arguments.output}: {figure.title}.\n")
    return 0
