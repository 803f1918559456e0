"""Drawing: pictures that show how much may be read from each mark, and words for those who do not see them."""

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from aa_ld.balance import balance_chart
from aa_ld.draw import FIGURES, draw
from aa_ld.errors import ParameterValueError, UnknownTermError
from aa_ld.knowledge import load
from aa_ld.matrix import evidence_matrix
from aa_ld.store import Layers, open_layers
from aa_ld.svg import ADVICE, COLOURS, EDGE, WIDTH, measured, stylesheet, wrapped
from aa_ld.vocab import PREFIXES

HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
MIDDLE = 322.0

AGENTS = """
aa:Alphamab a owl:Class ; rdfs:label "alphamab"@en ; rdfs:subClassOf aa:Treatment .
aa:Betamab a owl:Class ; rdfs:label "betamab"@en ; rdfs:subClassOf aa:Alphamab .
aa:Gammamab a owl:Class ; rdfs:label "gammamab"@en ; rdfs:subClassOf aa:Treatment .
aa:Odd a owl:Class ; rdfs:label "<b>\\"odd\\" & long-named-immunotherapyofsomethingverylongindeed</b>"@en ; rdfs:subClassOf aa:Treatment .
"""


def shift(name, verdict, extent="Relative", certainty="Asserted", *, agent="Alphamab", more=""):
    """A conclusion as the rules would leave it."""
    return f"""
    fact:derived-{name} a aa:BalanceShift ; rdfs:label "{name}"@en ; aa:subject aa:{agent} ; aa:predicate aa:shiftsBalance ;
      aa:object aa:Th1Th2Balance ; aa:polarity aa:Positive ; aa:certainty aa:{certainty} ; aa:verdict aa:{verdict} ;
      aa:extent aa:{extent} ; aa:th1Direction aa:Lowered ; aa:th2Direction aa:Raised ; aa:tier aa:MeasuredTier ;
      aa:population aa:PatientWithAlopeciaAreata ; aa:compartment aa:Serum ; aa:time "week <12>" ; aa:species aa:Human ;
      aa:responseGroup aa:NotApplicable ; aa:cohort aa:NotStated ; aa:rule rule:invented {more} ."""


def fact(name, body, certainty="Asserted", polarity="Positive", stances=("Supports",)):
    """A source fact with its evidence lines."""
    lines = "".join(
        f" fact:{name} aa:evidence evidence:{name}-{stance} . evidence:{name}-{stance} aa:stance aa:{stance} ."
        for stance in stances
    )
    return f"""
    fact:{name} rdfs:label "{name} <said>"@en ; aa:polarity aa:{polarity} ; aa:certainty aa:{certainty} ; {body} .{lines}"""


def action(name, agent, does, target, **more):
    return fact(
        name,
        f"a aa:PharmacologicalAction ; aa:subject aa:{agent} ; aa:predicate aa:{does} ; aa:object aa:{target}",
        **more,
    )


def change(name, agent, target, direction, **more):
    body = f"aa:predicate aa:changesLevelOf ; aa:object aa:{target} ; aa:direction aa:{direction}"
    return fact(name, f"a aa:BiomarkerChange ; aa:subject aa:{agent} ; {body}", **more)


def source(*parts: str) -> Layers:
    """The words of the ontology, and nothing but invented facts."""
    layers = open_layers(["ontology"])
    layers.add_quads(parse(HEAD + AGENTS + "".join(parts), RdfFormat.TURTLE), "data")
    return layers


@pytest.fixture(scope="module")
def shipped() -> Layers:
    """All that is shipped and what follows from it, and names that are hard to draw."""
    layers = load("all").inferred()
    hard = AGENTS + shift("hard", "NoShift", "NotApplicable", agent="Odd")
    hard += "".join(change(f"odd-{mediator}", "Odd", mediator, "Raised") for mediator in MEDIATORS)
    layers.add_quads(parse(HEAD + hard, RdfFormat.TURTLE), "data")
    return layers


MEDIATORS = ("Interleukin4", "Interleukin5", "Interleukin6", "InterferonGamma", "ImmunoglobulinE")


def tree(figure) -> ElementTree.Element:
    """The picture, its tags without namespace."""
    root = ElementTree.fromstring(figure.to_svg())
    for element in root.iter():
        element.tag = element.tag.rsplit("}", 1)[-1]
    return root


def marks(figure) -> list[ElementTree.Element]:
    return [group for group in tree(figure).iter("g") if group.find("title") is not None]


def only_mark(figure) -> ElementTree.Element:
    """The shape of the one mark there is."""
    (mark,) = marks(figure)
    return next(child for child in mark if child.tag != "title")


def xs(path: ElementTree.Element) -> list[float]:
    return [float(pair.split()[0]) for pair in re.findall(r"[\d.]+ [\d.]+", path.get("d", ""))]


def bar(verdict="TowardTh2", extent="Relative", certainty="Asserted") -> ElementTree.Element:
    return only_mark(balance_chart(source(shift("one", verdict, extent, certainty))))


def boxes(figure) -> list[tuple[float, float, float, float, str]]:
    """Where each text stands at most: left, top, right, bottom."""
    found = []
    for text in tree(figure).iter("text"):
        x, y, size = (float(text.get(key, "0")) for key in ("x", "y", "font-size"))
        wide = measured(text.text or "", size)
        if text.get("transform"):
            assert text.get("transform") == f"rotate(-90 {text.get('x')} {text.get('y')})"
            found.append((x - 0.75 * size, y - wide, x + 0.2 * size, y, text.text))
            continue
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
        found.append((left, y - 0.75 * size, left + wide, y + 0.2 * size, text.text))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colours(side: int) -> dict[tuple[str, str], str]:
    """Class and property to colour, as a renderer reads the stylesheet: light, or dark."""
    light, dark = stylesheet("k").split("@media screen and (prefers-color-scheme:dark)")
    found = re.findall(r"#k \.([\w-]+)\{(fill|stroke):(#\w{6})\}", (light, dark)[side])
    return {(css, name): colour for css, name, colour in found}


# The balance chart


def test_the_review_alone_has_one_shift_and_it_is_drawn():
    """Local immunotherapy, stated, only if the other arm does not change."""
    figure = balance_chart(load("review").inferred())
    words = " ".join(text for *_, text in boxes(figure))

    assert [row[:5] for row in figure.table.rows] == [
        ("local immunotherapy", "toward Th2", "relative", "if the other arm does not change", "stated")
    ]
    assert "if the other arm does not change" in words
    assert "stated · possible" in words
    assert "setting not stated" in words


@pytest.mark.parametrize("verdict, side", [("TowardTh2", 1), ("TowardTh1", -1), ("AwayFromTh2", -1)])
def test_a_bar_lies_wholly_on_the_side_to_which_it_points(verdict, side):
    """Right is toward Th2; left is toward Th1 or away from Th2."""
    found = [side * (x - MIDDLE) for x in xs(bar(verdict))]

    assert min(found) == 0 < max(found)


def test_a_relative_shift_is_drawn_unlike_an_absolute_one_without_colour():
    """Half as long and hatched, where an absolute one is full and plain."""
    relative, absolute = bar(extent="Relative"), bar(extent="Absolute")

    assert (max(xs(relative)) - MIDDLE) * 2 == max(xs(absolute)) - MIDDLE
    assert relative.get("fill", "").startswith("url(#")
    assert absolute.get("fill") is None


def test_a_hedged_shift_is_dashed_and_light_and_an_asserted_one_is_not():
    """What is less than asserted has a dashed outline and no solid filling."""
    for certainty in ("Possible", "Reported", "Implied", "Likely"):
        css = bar(extent="Absolute", certainty=certainty).get("class", "").split()

        assert {"hedged", "right-light"} <= set(css)
    asserted = bar(extent="Absolute").get("class", "").split()

    assert {"firm", "right-solid"} <= set(asserted)
    assert ".hedged{stroke-width:1.4;stroke-dasharray:" in stylesheet("k")


@pytest.mark.parametrize(
    "verdict, word",
    [("Undetermined", "undetermined"), ("Contradictory", "contradictory"), ("NoShift", "no shift")],
)
def test_a_verdict_without_a_side_stands_on_the_line_with_its_word(verdict, word):
    """Neither to the left nor to the right."""
    figure = balance_chart(source(shift("one", verdict, "NotApplicable")))
    shape = only_mark(figure)
    beside = [text.text for text in tree(figure).iter("text") if text.get("x") == "322"]

    assert (shape.tag, float(shape.get("cx", "0"))) == ("circle", MIDDLE)
    assert word in beside


def test_a_conclusion_with_two_verdicts_takes_no_side():
    """Where the data names two verdicts, none is picked."""
    figure = balance_chart(source(shift("one", "TowardTh1", more="; aa:verdict aa:TowardTh2")))

    assert only_mark(figure).tag == "circle"
    assert figure.table.rows[0][1] == "toward Th1 and toward Th2"


def test_a_one_arm_verdict_carries_its_condition():
    """The assumption stands in the row, in the picture and in the table."""
    assumed = source(shift("one", "TowardTh2", more="; aa:assumption aa:OtherAxisUnchanged"))
    note = "if the other arm does not change"

    assert note in [text for *_, text in boxes(balance_chart(assumed))]
    assert balance_chart(assumed).table.rows[0][3] == note
    assert balance_chart(source(shift("one", "TowardTh2"))).table.rows[0][3] == ""


def test_each_row_says_its_setting_tier_and_certainty_in_words():
    """No row speaks without saying in whom, where, when and how firmly."""
    (row,) = balance_chart(source(shift("one", "TowardTh2", "Absolute", "Reported"))).table.rows

    assert row == (
        "alphamab", "toward Th2", "absolute", "", "measured", "reported", "raised", "lowered",
        "patient with alopecia areata", "serum", "week <12>", "", "human", "not stated", "derived-one",
    )  # fmt: skip


def test_without_conclusions_the_figure_says_that_it_is_silent():
    """An empty figure is no blank, and no no."""
    figure = balance_chart(Layers())
    words = " ".join(text for *_, text in boxes(figure))

    assert figure.table.rows == ()
    assert "the rules were not carried out" in words
    assert "not a no" in words


# The evidence matrix


def test_without_facts_the_matrix_says_that_it_is_silent():
    """An empty figure is no blank, and no no."""
    figure = evidence_matrix(Layers())

    assert figure.table.rows == ()
    assert "that is not a no" in " ".join(text for *_, text in boxes(figure))


@pytest.mark.parametrize(
    "stated, sign",
    [
        (action("a", "Alphamab", "inhibits", "Interleukin4"), "−"),
        (action("a", "Alphamab", "opposes", "Interleukin4"), "−"),
        (action("a", "Alphamab", "induces", "Interleukin4"), "+"),
        (action("a", "Alphamab", "expands", "Interleukin4"), "+"),
        (change("a", "Alphamab", "Interleukin4", "Raised"), "+"),
        (change("a", "Alphamab", "Interleukin4", "Lowered"), "−"),
        (change("a", "Alphamab", "Interleukin4", "Unchanged"), "0"),
        (action("a", "Alphamab", "inhibits", "Interleukin4", polarity="Negative"), "¬"),
        (action("a", "Alphamab", "inhibits", "Interleukin4", stances=("Disputes",)), "¬"),
        (action("a", "Alphamab", "inhibits", "Interleukin4", stances=("Disputes", "Supports")), "−¬"),
    ],
)
def test_a_fact_has_the_sign_of_what_it_says(stated, sign):
    """A denial is neither a zero nor the other sign."""
    assert [row[3] for row in evidence_matrix(source(stated)).table.rows] == [sign]


def test_facts_that_disagree_show_both_signs():
    """No source is picked over another, and no setting over another."""
    facts = change("a", "Alphamab", "Interleukin4", "Raised") + change(
        "b", "Alphamab", "Interleukin4", "Lowered"
    )
    third = change("c", "Alphamab", "Interleukin4", "Unchanged")

    assert evidence_matrix(source(facts)).table.rows[0][3] == "±"
    assert evidence_matrix(source(facts, third)).table.rows[0][3] == "±0"


def test_an_action_is_told_apart_from_a_measured_change_by_shape():
    """Squares for what a treatment is said to do, circles for what was measured."""
    facts = action("a", "Alphamab", "inhibits", "Interleukin4") + change(
        "b", "Alphamab", "Interleukin4", "Lowered"
    )
    shapes = [mark[1].tag for mark in marks(evidence_matrix(source(facts)))]

    assert shapes == ["rect", "circle"]


def test_a_mark_is_firm_only_if_each_of_its_signs_is_asserted():
    """A guarded raise beside an asserted fall is not an asserted disagreement."""
    fall = change("a", "Alphamab", "Interleukin4", "Lowered")
    doubted = change("b", "Alphamab", "Interleukin4", "Raised", certainty="Possible")
    again = change("c", "Alphamab", "Interleukin4", "Lowered", certainty="Possible")

    assert "firm" in only_mark(evidence_matrix(source(fall, again))).get("class", "")
    assert "hedged" in only_mark(evidence_matrix(source(fall, doubted))).get("class", "")
    assert "hedged" in only_mark(evidence_matrix(source(doubted))).get("class", "")


def test_what_is_said_of_treatments_together_is_not_drawn_for_each():
    """It is told as left out."""
    figure = evidence_matrix(source(action("a", "Alphamab, aa:Gammamab", "inhibits", "Interleukin4")))

    assert figure.table.rows == ()
    assert "1 fact speaks of several treatments together" in " ".join(text for *_, text in boxes(figure))


def test_a_contested_mediator_is_counted_for_no_arm():
    """Interleukin 6 stands apart from the arms, whatever a source says of it."""
    member = fact(
        "m",
        "a aa:AxisMembership ; aa:subject aa:Interleukin6 ; aa:object aa:Th2 ; aa:axisStanding aa:Canonical",
    )
    figure = evidence_matrix(source(action("a", "Alphamab", "inhibits", "Interleukin6"), member))
    words = [text for *_, text in boxes(figure)]

    assert "Counted for no" in words
    assert "Th2" not in words


def test_an_empty_cell_is_explained():
    """The legend says that empty means not stated."""
    figure = evidence_matrix(source(action("a", "Alphamab", "inhibits", "Interleukin4")))
    words = " ".join(text for *_, text in boxes(figure))

    assert "An empty cell, or no row, means: not stated in the loaded sources" in words
    assert "not stated in the loaded sources" in figure.description


# Both


@pytest.mark.parametrize("name", FIGURES)
def test_text_never_lies_over_text_nor_leaves_the_paper(name, shipped):
    """Measured on the safe side, on all shipped data and on names that are hard to draw."""
    figure = draw(shipped, name)
    found = boxes(figure)
    height = float(tree(figure).get("viewBox", "").split()[3])
    over = [
        (a[4], b[4])
        for a, b in combinations(found, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]

    assert over == []
    assert [box for box in found if box[0] < 0 or box[1] < 0 or box[2] > WIDTH or box[3] > height] == []


@pytest.mark.parametrize("name", FIGURES)
def test_the_table_tells_every_mark(name, shipped):
    """As many rows as marks, and each mark is told in the words of its row."""
    figure = draw(shipped, name)
    told = [mark[0].text or "" for mark in marks(figure)]

    assert len(told) == len(figure.table.rows) > 10
    for row in figure.table.rows:
        assert any(text.startswith(row[0]) and row[1] in text for text in told), row


@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_is_told_to_those_who_do_not_see_it(name, shipped):
    """It has a role, a name, and a description that holds the whole table."""
    figure = draw(shipped, name)
    root = tree(figure)
    title, desc = root[0], root[1]

    assert root.get("role") == "img"
    assert (title.get("id"), desc.get("id")) == (root.get("aria-labelledby"), root.get("aria-describedby"))
    assert title.text == figure.title
    for row in figure.table.rows:
        assert all(cell.rstrip(".") in (desc.text or "") for cell in row)
    assert ADVICE in [text for *_, text in boxes(figure)]
    assert ADVICE in figure.to_table()


@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_brings_no_script_and_fetches_nothing(name, shipped):
    """Every reference leads into the picture itself."""
    figure = draw(shipped, name)
    key = tree(figure).get("id")

    assert {element.tag for element in tree(figure).iter()} <= {
        "svg", "title", "desc", "style", "defs", "pattern", "g", "rect", "circle", "line", "path", "text",
    }  # fmt: skip
    assert "href" not in figure.svg
    assert all(target.startswith(f"#{key}-") for target in re.findall(r"url\((.*?)\)", figure.svg))


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_knowledge_gives_the_same_bytes(name):
    """However often it is loaded, inferred and drawn."""
    first, second = (draw(load("review").inferred(), name).to_svg() for _ in range(2))

    assert first == second


def test_two_figures_on_one_page_share_no_names():
    """Else the hatching and the style of one would reach into the other."""
    layers = source(shift("one", "TowardTh2") + shift("two", "TowardTh1", agent="Gammamab"))
    ids = [
        {element.get("id") for element in tree(draw(layers, "balance", name)).iter() if element.get("id")}
        for name in ("alphamab", "gammamab")
    ]

    assert ids[0] & ids[1] == set()


def test_markup_in_a_label_stays_text():
    """Nothing that a file says can become an element of the picture."""
    layers = source(shift("one", "NoShift", agent="Odd"), change("c", "Odd", "Interleukin4", "Raised"))
    for name in FIGURES:
        figure = draw(layers, name)

        assert "<b>" not in figure.svg
        assert figure.table.rows[0][0].startswith('<b>"odd" & long-named')
        assert any((text or "").startswith('<b>"odd"') for *_, text in boxes(figure))


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_text_and_marks_can_be_told_from_what_is_behind_them(side):
    """Text has a contrast of 4.5 to 1 at least, outlines and solid shapes of 3 to 1."""
    found = colours(side)
    paper = found["paper", "fill"]
    behind = [paper, *(found[css, "fill"] for css in ("more", "less", "same", "mixed"))]
    texts = {("ink", ground): contrast(found["ink", "fill"], ground) for ground in behind}
    texts["soft", paper] = contrast(found["soft", "fill"], paper)
    drawn = [key for key in found if key[1] == "stroke" and key[0] != "rule"]
    drawn += [("left-solid", "fill"), ("right-solid", "fill"), ("shape", "fill")]

    assert set(found) == set(COLOURS)
    assert {key: ratio for key, ratio in texts.items() if ratio < 4.5} == {}
    assert {key: found[key] for key in drawn if contrast(found[key], paper) < 3} == {}


@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_is_readable_on_a_phone(name, shipped):
    """On a screen of 320 no text but a crowded sign goes below 8.8."""
    root = tree(draw(shipped, name))
    sizes = {float(text.get("font-size", "0")) for text in root.iter("text") if len(text.text or "") > 3}

    assert min(sizes) * 320 / WIDTH >= 8.8


@pytest.mark.parametrize("name", FIGURES)
def test_one_treatment_can_be_drawn_with_those_below_it(name):
    """A treatment is meant with its kinds."""
    facts = [
        shift(agent.lower(), "TowardTh2", agent=agent)
        + action(f"a{agent}", agent, "inhibits", "Interleukin4")
        for agent in ("Alphamab", "Betamab", "Gammamab")
    ]
    figure = draw(source(*facts), name, "alphamab")

    assert [row[0] for row in figure.table.rows] == ["alphamab", "betamab"]
    assert figure.title.endswith(": alphamab")


@pytest.mark.parametrize("name", FIGURES)
def test_a_treatment_without_facts_gives_a_figure_that_says_so(name):
    """Silence is told."""
    layers = source(shift("one", "TowardTh2"), action("a", "Alphamab", "inhibits", "Interleukin4"))
    figure = draw(layers, name, "gammamab")

    assert figure.table.rows == ()
    assert "not a no" in " ".join(text for *_, text in boxes(figure))


def test_what_is_no_treatment_is_refused():
    """A mediator is none, and a word that nobody declared is none."""
    with pytest.raises(ParameterValueError, match="interleukin-4"):
        draw(source(), "balance", "interleukin-4")
    with pytest.raises(UnknownTermError, match="alphamab"):
        draw(source(), "matrix", "alphamap")


def test_a_figure_that_does_not_exist_names_the_nearest():
    """A misspelt figure is a parameter with a wrong value."""
    with pytest.raises(ParameterValueError) as caught:
        draw(Layers(), "matrx")

    assert caught.value.nearest == ["matrix"]


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=60), st.integers(20, 300))
def test_wrapped_text_fits_and_loses_nothing(words, width):
    """Each line is within the width, and but for hyphens the letters are all there."""
    lines = wrapped(words, width, 12)

    assert [line for line in lines if measured(line, 12) > width and len(line) > 2] == []
    assert "".join(lines).replace("-", "").replace(" ", "") == "".join(words.split()).replace("-", "")


def test_notebooks_and_files_get_the_same_picture():
    """One picture, whoever shows it."""
    figure = draw(source(shift("one", "TowardTh2")), "balance")

    assert figure._repr_svg_() == figure.to_svg() == figure.svg


def test_no_bar_reaches_into_the_words(shipped):
    """Every bar lies right of the column of words, and left of the edge."""
    rows = [mark for mark in marks(balance_chart(shipped)) if mark.find("path") is not None]
    found = [x for mark in rows for x in xs(mark.find("path"))]
    words = [right for left, _, right, _, _ in boxes(balance_chart(shipped)) if left == EDGE + 16]

    assert len(rows) > 5
    assert max(words) < min(found)
    assert max(found) <= WIDTH - EDGE
