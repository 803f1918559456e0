"""Facts and conflicts as a program reads them in an advice: terms as short names, other facts by their keys."""

from __future__ import annotations

from aa_ld.argument import Conflict
from aa_ld.fact import Fact
from aa_ld.names import Names
from aa_ld.vocab import compact


def fact_record(fact: Fact, names: Names) -> dict[str, object]:
    """A fact with how firmly it is said, what it rests on, and the publications at the ends of its proof.

    >>> from aa_ld.store import open_layers
    >>> from aa_ld.fact import read_facts
    >>> layers = open_layers(("ontology", "review"))
    >>> warning = next(fact for fact in read_facts(layers) if fact.id == "SF32")
    >>> fact_record(warning, Names(layers))["hedges"]
    ['may']
    """
    ends = sorted((g for g in fact.grounds().values() if g.evidence), key=lambda g: (g.id or "~", g.iri))
    steps = [g.derivation for g in fact.grounds().values() if g.derivation]
    return {
        "fact": compact(fact.iri),
        "key": names.key(fact.iri),
        "class": compact(fact.category),
        "sentence": fact.sentence,
        "polarity": compact(fact.polarity),
        "certainty": compact(fact.certainty),
        "hedges": [line.hedge for line in fact.evidence if line.hedge],
        "tier": next((compact(tier) for tier in fact.scope_of("tier")), None),
        "verdict": next((compact(verdict) for verdict in fact.scope_of("verdict")), None),
        "assumptions": sorted({compact(a) for step in steps for a in step.assumptions}),
        "rests on": [names.key(g.iri) for g in ends if g.iri != fact.iri],
        "publications": sorted({compact(e.publication) for g in ends for e in g.evidence if e.publication}),
    }


def conflict_record(conflict: Conflict, names: Names) -> dict[str, object]:
    """A conflict with its kind, its grounds, and the keys of the facts that stand against each other."""
    return {
        "conflict": compact(conflict.iri),
        "kind": compact(conflict.kind),
        "grounds": [compact(ground) for ground in conflict.grounds],
        "between": [names.key(fact.iri) for fact in conflict.facts],
    }
