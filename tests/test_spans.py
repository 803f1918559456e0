"""Spans are proven against the text that they point into."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from aa_ld.errors import NotAFileError, SourceTextError
from aa_ld.spans import check_spans, read_sources, unproven
from aa_ld.store import Layers, open_layers

HERE = Path(__file__).parent / "shapes"
SHARED = Path(__file__).parent.parent.parent / "shared" / "sources"
AA, OA = "https://w3id.org/aa-ld/", "http://www.w3.org/ns/oa#"
TEXT = (HERE / "example.txt").read_text(encoding="utf-8")
TEXTS = read_sources(HERE)


def example() -> Layers:
    layers = open_layers(["ontology", "mappings"])
    layers.add_file(str(HERE / "example.ttl"), "example")
    return layers


def put(layers: Layers, subject: str, predicate: str, value: object) -> None:
    """Give a node one value of a property, whatever it had."""
    node, verb = NamedNode(AA + subject), NamedNode(predicate)
    for quad in list(layers.store.quads_for_pattern(node, verb, None)):
        layers.store.remove(quad)
    layers.store.add(Quad(node, verb, value, layers.graph("example")))


def span(layers: Layers, words: str, digest: str | None = None, start: int | None = None) -> NamedNode:
    """A new span of the example over these words, with another digest or start where asked."""
    begin = TEXT.index(words) if start is None else start
    iri = f"span/example-test-{begin}-{begin + len(words)}"
    layers.store.add(
        Quad(
            NamedNode(AA + iri),
            NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
            NamedNode(AA + "Span"),
            layers.graph("example"),
        )
    )
    put(layers, iri, OA + "hasSource", NamedNode(AA + "source/example"))
    put(layers, iri, OA + "start", Literal(begin))
    put(layers, iri, OA + "end", Literal(begin + len(words)))
    put(layers, iri, AA + "sha256", Literal(digest or sha256(words.encode()).hexdigest()))
    return NamedNode(AA + iri)


def found(layers: Layers) -> list[tuple[str, str]]:
    return [(finding.check, finding.message) for finding in check_spans(layers, TEXTS)]


def test_every_span_of_the_example_is_proven():
    """Digest, length, spans, hedges, cues and foci of the invented paper stand in its text."""
    assert unproven(example(), TEXTS) == []
    assert found(example()) == []


def test_every_span_of_the_review_is_proven_where_its_text_is_at_hand():
    """All spans of the review stand in the abstract and the record, when the reader has them."""
    if not SHARED.is_dir():
        pytest.skip("the source text is not here")
    layers = open_layers()
    texts = read_sources(SHARED)

    assert unproven(layers, texts) == []
    assert check_spans(layers, texts) == []


def test_every_wrong_digest_of_the_review_is_found_where_its_text_is_at_hand():
    """A digest with one other digit, the corruption that no shape can see, never passes the proof."""
    if not SHARED.is_dir():
        pytest.skip("the source text is not here")
    layers, texts = open_layers(), read_sources(SHARED)
    missed = []
    for quad in list(layers.store.quads_for_pattern(None, NamedNode(AA + "sha256"), None)):
        digest = quad.object.value
        if digest in texts:
            continue
        wrong = Quad(
            quad.subject,
            quad.predicate,
            Literal(digest[:-1] + ("0" if digest[-1] != "0" else "1")),
            quad.graph_name,
        )
        layers.store.remove(quad)
        layers.store.add(wrong)
        if [f.focus for f in check_spans(layers, texts)] != [quad.subject.value]:
            missed.append(quad.subject.value)
        layers.store.remove(wrong)
        layers.store.add(quad)

    assert missed == []


def test_a_text_that_is_not_at_hand_is_passed_over_and_named():
    """Without the text nothing is claimed about its spans."""
    assert check_spans(example(), {}) == []
    assert unproven(example(), {}) == [AA + "source/example"]


def test_another_version_of_the_text_is_refused():
    """A text under the wrong digest does not prove anything."""
    (digest,) = TEXTS
    checks = {f.check for f in check_spans(example(), {digest: TEXT + "!"})}

    assert {"SourceText-proof-digest", "SourceText-proof-length"} <= checks


def test_a_shifted_span_is_refused_and_says_where_the_words_stand():
    """A span that is off by two names the place that its digest belongs to."""
    layers = example()
    words = "high serum IL-4 values"
    node = span(layers, words, start=TEXT.index(words) + 2)
    ((check, message),) = found(layers)

    assert check == "Span-proof-digest"
    assert f"shifted: the words stand at {TEXT.index(words)}" in message
    assert node.value.rsplit("/", 1)[1] in message


@pytest.mark.parametrize(
    "words",
    [
        "high serum IL-4 values in patients with alopecia areata",
        "serum IL-4 values high have also been reported",
    ],
    ids=["stitched", "reordered"],
)
def test_words_that_are_no_one_piece_of_the_text_are_refused(words):
    """Pieces that were stitched together or put in another order have a digest that is nowhere."""
    layers = example()
    span(layers, words, start=TEXT.index("high serum"))
    ((check, message),) = found(layers)

    assert check == "Span-proof-digest"
    assert "stale, stitched or reordered" in message


def test_a_span_that_was_trimmed_of_its_hedge_is_refused():
    """A true piece of the text that leaves the hedge outside does not carry the claim."""
    layers = example()
    put(
        layers,
        "evidence/example-interleukin-raised",
        AA + "span",
        span(layers, "high serum IL-4 values have"),
    )
    ((check, message),) = found(layers)

    assert check == "EvidenceLine-proof-hedge-trimmed"
    assert "“have also been reported”" in message


def test_a_hedge_in_other_words_is_refused():
    """The hedge is what stands at its place, letter by letter."""
    layers = example()
    put(layers, "evidence/example-dupilumab-helped", AA + "hedge", Literal("Reportedly"))

    assert {check for check, _ in found(layers)} == {
        "EvidenceLine-proof-hedge",
        "EvidenceLine-proof-hedge-trimmed",
    }


def test_a_cue_in_other_words_is_refused():
    """A cue is proven as a hedge is."""
    layers = example()
    put(layers, "evidence/example-complication", AA + "cue", Literal("well-knowm"))

    assert {check for check, _ in found(layers)} == {
        "EvidenceLine-proof-cue",
        "EvidenceLine-proof-cue-trimmed",
    }


def test_a_focus_that_names_nothing_of_the_fact_is_refused():
    """The words in focus name subject, predicate or object of the fact."""
    layers = example()
    put(layers, "evidence/example-interleukin-raised", AA + "focus", span(layers, "been reported"))
    ((check, _),) = found(layers)

    assert check == "EvidenceLine-proof-focus"


def test_a_span_beyond_the_text_is_refused():
    """Offsets that do not lie in the text are said to be so."""
    layers = example()
    span(layers, "xx", start=len(TEXT))
    ((check, message),) = found(layers)

    assert check == "Span-proof-offsets"
    assert f"a text of {len(TEXT)} code points" in message


def test_offsets_count_code_points_not_bytes():
    """A character of three bytes moves what follows by one."""
    assert "•" in TEXT
    row = TEXT.index("Cytokines / metabolism*")
    quads = parse((HERE / "example.ttl").read_bytes(), RdfFormat.TURTLE)
    starts = {int(quad.object.value) for quad in quads if quad.predicate.value == OA + "start"}

    assert row in starts
    assert len(TEXT[:row].encode()) > row


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """Reading source texts from nowhere is an error of the call."""
    with pytest.raises(NotAFileError):
        read_sources(tmp_path / "nowhere")


def test_a_text_that_is_not_utf_8_is_named(tmp_path):
    """A source text in another encoding is refused, not guessed."""
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SourceTextError, match="not UTF-8"):
        read_sources(tmp_path)
