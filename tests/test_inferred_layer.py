"""The generated layer: what follows from all shipped facts, shipped with them.

python tests/test_inferred_layer.py     writes ontology/inferred.ttl anew
"""

from __future__ import annotations

from aa_ld import load, places
from aa_ld.inferred import generated, read_inferred
from aa_ld.store import open_layers
from aa_ld.vocab import INFERRED


def lines(kb) -> list[str]:
    layers = kb.inferred()
    return sorted(
        str(q.triple) for q in layers.store.quads_for_pattern(None, None, None, layers.graph(INFERRED))
    )


def test_the_generated_layer_is_what_the_rules_give():
    """To the byte; run this file to write it anew."""
    assert places.inferred_file().read_text(encoding="utf-8") == generated()


def test_reading_the_generated_layer_gives_what_a_run_of_the_rules_gives():
    """Whoever asks sees the same either way."""
    read, run = load(), load()
    run.infer()

    assert lines(read) == lines(run)


def test_a_changed_rule_or_fact_puts_the_generated_layer_out_of_date(monkeypatch):
    """Its digest no longer fits, so that it is not read."""
    monkeypatch.setattr("aa_ld.inferred.fingerprint", lambda: "0" * 64)

    assert not read_inferred(open_layers())


def test_a_fact_added_by_hand_makes_the_rules_run():
    """The generated layer stands for the shipped facts and no others."""
    kb = load()
    kb.layers.remove("https://w3id.org/aa-ld/fact/local-immunotherapy-induces-type-2-inflammation")

    assert not any("LocalImmunotherapy" in line for line in lines(kb))


def test_the_review_alone_has_its_own_conclusions():
    """What follows from the literature is not in it."""
    assert len(lines(load("review"))) < len(lines(load()))


if __name__ == "__main__":
    places.inferred_file().write_text(generated(), encoding="utf-8")
