"""Advice: a profile fits the groups that it states, and each fact argues only where it speaks of the patient."""

import json
import os
import subprocess
import sys
from functools import cache
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, parse

from aa_ld import argument, load, places
from aa_ld.advise import advise
from aa_ld.argument import Patient
from aa_ld.ask import DISCLAIMER
from aa_ld.errors import MissingFileError, NestingError, ProfileError, UnknownTermError
from aa_ld.fact import EvidenceLine, Fact, read_facts
from aa_ld.groups import Groups, Profile, read_groups
from aa_ld.infer import without
from aa_ld.names import Names
from aa_ld.profile import profile_from_file, profile_from_json, profile_from_rdf, read_profile
from aa_ld.store import Layers
from aa_ld.vocab import PREFIXES

REPOSITORY = Path(__file__).parents[1]
AA = PREFIXES["aa"]
HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
DISEASES = (
    "AlopeciaAreata",
    "AtopicDermatitis",
    "ExtrinsicAtopicDermatitis",
    "IntrinsicAtopicDermatitis",
    "MiteAllergy",
)
EXTRINSIC = "PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis"
INTRINSIC = "PatientWithAlopeciaAreataAndIntrinsicAtopicDermatitis"

#: The patient whom the review warns about, and the two who are told less of.
WARNED = ("alopecia areata", "extrinsic AD")
UNTYPED = ("alopecia areata", "atopic dermatitis")
ALONE = ("alopecia areata",)


@pytest.fixture(scope="module")
def review() -> Layers:
    return load("review").inferred()


@pytest.fixture(scope="module")
def wide() -> Layers:
    return load().inferred()


@pytest.fixture(scope="module")
def groups(review) -> Groups:
    return read_groups(review)


def told(layers, has, **more):
    return advise(layers, read_profile(layers, has, **more))


def option(advice, label):
    return next(o for o in advice if advice.names.label(o.treatment) == label)


def keys(advice, label, section):
    return [advice.names.key(e.fact.iri) for e in option(advice, label).section(section)]


def entry(advice, key):
    return next(e for o in advice for e in o.entries if advice.names.key(e.fact.iri) == key)


def standing(advice, group):
    return next(fit.standing for fit in advice.fits if fit.group == AA + group)


def iris(*names):
    return [AA + name for name in names]


def widened(turtle: str, source: str = "review") -> Layers:
    """The shipped layers with invented facts, and what follows."""
    kb = load(source)
    kb.layers.add_quads(parse(HEAD + turtle, RdfFormat.TURTLE), "data")
    return kb.inferred()


def fact(name: str, category: str, said: str, line: str = "aa:stance aa:Supports") -> str:
    """An invented fact with one evidence line, in Turtle."""
    return (
        f'fact:{name} a aa:{category} ; rdfs:label "{name}"@en ; aa:polarity aa:Positive ; aa:certainty aa:Asserted ;\n'
        f"  aa:evidence evidence:{name} ; {said} .\n"
        f"evidence:{name} a aa:EvidenceLine ; aa:publication publication:pmid-32533873 ; aa:kind aa:StudyFinding ; {line} .\n"
    )


# Reading a profile.


def test_a_profile_in_words_in_json_and_in_turtle_is_one():
    """The two files of the docs say the same as the words."""
    layers = load("review").layers
    words = read_profile(
        layers,
        ["AA", "atopic eczema"],
        lacks=["mite allergy"],
        labs=["IgE=High", "eosinophils = normal"],
        had=["dupilumab=no effect"],
    )

    assert words == Profile(
        has=tuple(iris("AlopeciaAreata", "AtopicDermatitis")),
        lacks=tuple(iris("MiteAllergy")),
        labs={AA + "Eosinophil": "normal", AA + "ImmunoglobulinE": "high"},
        had={AA + "Dupilumab": AA + "NoEffect"},
    )
    assert profile_from_file(layers, REPOSITORY / "docs" / "profile.json") == words
    assert profile_from_file(layers, REPOSITORY / "docs" / "profile.ttl") == words


WRONG = {
    "a disease that is there and absent": ({"lacks": ["alopecia areata"]}, "is said to be there"),
    "a type whose disease is absent": (
        {"has": WARNED, "lacks": ["atopic dermatitis"]},
        "and so atopic dermatitis",
    ),
    "a laboratory value that is two": (
        {"labs": ["IgE=high", "immunoglobulin E=normal"]},
        "both high and normal",
    ),
    "a laboratory value of no known kind": ({"labs": ["IgE=elevated"]}, "one of high, normal, low"),
    "a laboratory value that is a number": ({"labs": ["IgE=200"]}, "a number alone says neither"),
    "a marker without a value": ({"labs": ["IgE"]}, "one of high, normal, low"),
    "two types of one disease": ({"has": ["AA", "extrinsic AD", "intrinsic AD"]}, "as [SF19] divides it"),
    "a treatment where a disease belongs": ({"has": ["AA", "dupilumab"]}, "has: dupilumab"),
    "a disease where a treatment belongs": ({"had": ["alopecia areata"]}, "had: alopecia areata"),
    "a disease where a marker belongs": ({"labs": ["alopecia areata=high"]}, "labs: alopecia areata"),
    "an outcome that is none": ({"had": ["dupilumab=extrinsic AD"]}, "not of the kind asked for: effect"),
    "a treatment with two outcomes": (
        {"had": ["dupilumab=improvement", "dupilumab=worsening"]},
        "two outcomes",
    ),
    "no particular disease": ({"has": ["disease"]}, "no particular disease"),
    "no disease at all": ({"has": []}, "names no disease"),
    "a text in place of a list": ({"has": "alopecia areata"}, "is a list of names"),
}


@pytest.mark.parametrize(("parts", "said"), WRONG.values(), ids=list(WRONG))
def test_a_profile_that_cannot_be_is_refused(parts, said, review):
    """The error says where and what, and nothing is written."""
    before = len(review.store)

    with pytest.raises(ProfileError) as refused:
        read_profile(review, **{"has": ALONE, **parts})

    assert said in str(refused.value)
    assert refused.value.remedy
    assert len(review.store) == before


def test_an_unknown_term_names_the_part_and_what_is_nearest(review):
    """Whoever misspells a disease sees which one was meant."""
    with pytest.raises(UnknownTermError) as unknown:
        read_profile(review, ["alopecia areatta"])

    assert unknown.value.where == "profile, has: alopecia areatta"
    assert "alopecia areata" in unknown.value.nearest


def test_diseases_that_are_not_one_another_can_be_in_one_person(review):
    """The ontology says that alopecia areata is no atopic dermatitis; a patient has both."""
    stated = (AA + "AlopeciaAreata", "http://www.w3.org/2002/07/owl#disjointWith", AA + "AtopicDermatitis")

    assert any(review.store.quads_for_pattern(*map(NamedNode, stated)))
    assert len(read_profile(review, UNTYPED).has) == 2


def test_groups_that_exclude_one_another_are_read_from_the_data():
    """Where the loaded axioms set two groups of persons apart, nobody is in both."""
    layers = widened("aa:PatientWithAlopeciaAreata owl:disjointWith aa:PatientWithAtopicDermatitis .")

    with pytest.raises(ProfileError, match="Nobody is both a patient with alopecia areata"):
        read_profile(layers, UNTYPED)


def test_types_exclude_one_another_only_as_a_source_divides_them():
    """Without the fact that divides atopic dermatitis, both types can be stated."""
    layers = load("review").layers
    layers.remove(PREFIXES["fact"] + "atopic-dermatitis-extrinsic-and-intrinsic")

    assert len(read_profile(layers, ["AA", "extrinsic AD", "intrinsic AD"]).has) == 3


def test_a_division_that_a_source_disputes_excludes_nothing():
    """Where sources differ on the types, both can be stated."""
    disputed = (
        "fact:atopic-dermatitis-extrinsic-and-intrinsic aa:evidence evidence:other .\n"
        "evidence:other a aa:EvidenceLine ; aa:stance aa:Disputes ."
    )

    assert len(read_profile(widened(disputed), ["AA", "extrinsic AD", "intrinsic AD"]).has) == 3


BAD_JSON = {
    "broken": ('{"has": [', ProfileError, "not JSON; reading stopped at line 1"),
    "a list": ('["alopecia areata"]', ProfileError, "one JSON object"),
    "an unknown part": ('{"has": ["AA"], "labz": {}}', ProfileError, "Nearest: labs"),
    "said twice": ('{"labs": {"IgE": "high", "IgE": "low"}}', ProfileError, "said twice"),
    "a list of findings": ('{"has": ["AA"], "labs": ["IgE"]}', ProfileError, "profile, labs"),
    "a number for a level": ('{"has": ["AA"], "labs": {"IgE": 200}}', ProfileError, "profile, labs"),
    "a text for a list": ('{"has": "AA"}', ProfileError, "profile, has"),
    "a number for a name": ('{"has": [1]}', ProfileError, "profile, has"),
    "nothing for a list": ('{"has": null}', ProfileError, "profile, has"),
    "a number without end": ('{"has": ' + "1" * 5000 + "}", ProfileError, "not JSON"),
    "too deep": ("[" * 100_000, NestingError, "stand in one another"),
    "half a letter": ('{"has": ["\\ud800"]}', UnknownTermError, r"has: \ud800"),
}


@pytest.mark.parametrize(("text", "error", "said"), BAD_JSON.values(), ids=list(BAD_JSON))
def test_json_that_is_no_profile_is_refused(text, error, said, review):
    """The error says which part and shows the form."""
    with pytest.raises(error) as refused:
        profile_from_json(review, text)

    assert said in str(refused.value)


BAD_TURTLE = {
    "no profile": ("aa:it a aa:Person .", ProfileError, "here are 0"),
    "two profiles": ("aa:it a aa:Profile . aa:other a aa:Profile .", ProfileError, "here are 2"),
    "an unknown property": ("aa:it a aa:Profile ; aa:hasDiseases aa:AlopeciaAreata .", ProfileError, "Nearest: aa:hasDisease"),
    "a text for a disease": ('aa:it a aa:Profile ; aa:hasDisease "AA" .', ProfileError, "no term"),
    "a finding of nothing": ('aa:it a aa:Profile ; aa:labFinding [ aa:level "high" ] .', ProfileError, "no term"),
    "a finding without level": ("aa:it a aa:Profile ; aa:labFinding aa:ImmunoglobulinE .", ProfileError, "one of high"),
    "an unknown disease": ("aa:it a aa:Profile ; aa:hasDisease aa:AlopeciaAreatta .", UnknownTermError, "AlopeciaAreatta"),
    "no disease": ("aa:it a aa:Profile ; aa:lacksDisease aa:AlopeciaAreata .", ProfileError, "names no disease"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "error", "said"), BAD_TURTLE.values(), ids=list(BAD_TURTLE))
def test_rdf_that_is_no_profile_is_refused(text, error, said, review):
    """The error says which property."""
    with pytest.raises(error) as refused:
        profile_from_rdf(review, parse(HEAD + text, RdfFormat.TURTLE))

    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_told_as_such(review, tmp_path):
    """Files come through the reader that all foreign files come through."""
    with pytest.raises(MissingFileError):
        profile_from_file(review, tmp_path / "profile.json")


# Groups.


def subsets(names, least=0):
    return list(chain.from_iterable(combinations(names, size) for size in range(least, len(names) + 1)))


def some(disease: str) -> str:
    return f"[ a owl:Restriction ; owl:onProperty aa:hasCondition ; owl:someValuesFrom aa:{disease} ]"


@pytest.mark.reference
def test_groups_fit_exactly_where_the_reasoner_says_so(groups):
    """For every combination of diseases, with one absent or none, the matching agrees with HermiT."""
    pytest.importorskip("owlready2", reason="owlready2 comes with aa-ld[reason]")
    from aa_ld.reason import reason

    undivided = groups._replace(
        divisions=()
    )  # that types exclude one another is said by a source, not by an axiom
    people = {f"Has{'And'.join(has)}": (has, ()) for has in subsets(DISEASES, 1)}
    people |= {
        f"{name}Lacks{lacked}": (has, (lacked,))
        for name, (has, _) in people.items()
        for lacked in DISEASES
        if not any(undivided.is_a(AA + disease, AA + lacked) for disease in has)
    }
    asked = sorted(group for group in groups.conditions if groups.conditions[group])
    turtle = ""
    for name, (has, lacks) in people.items():
        parts = [some(d) for d in has] + [f"[ owl:complementOf {some(d)} ]" for d in lacks]
        turtle += f"aa:{name} a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( aa:Person {' '.join(parts)} ) ] .\n"
        if lacks:
            for i, group in enumerate(asked):
                turtle += f"aa:{name}In{i} a owl:Class ; rdfs:subClassOf aa:{name} , <{group}> .\n"
    ontology = [q.triple for q in parse(path=str(places.layer_files("ontology")[0]), format=RdfFormat.TURTLE)]
    found = reason([*ontology, *(q.triple for q in parse(HEAD + turtle, RdfFormat.TURTLE))], explain=False)
    impossible = {unsatisfiable.iri for unsatisfiable in found.unsatisfiable}

    ours, theirs = {}, {}
    for name, (has, lacks) in people.items():
        for i, group in enumerate(asked):
            ours[name, group] = undivided.fit(group, iris(*has), iris(*lacks)).standing
            excluded = f"{AA}{name}In{i}" in impossible
            theirs[name, group] = (
                "fits" if found.contains(group, AA + name) else "excluded" if excluded else "open"
            )

    assert ours == theirs


def test_what_a_group_is_within_is_what_its_definition_contains(groups):
    """The written-out hierarchy that rules use and the matching of definitions agree."""
    layers = load("review").layers
    written = {
        (q.subject.value, q.object.value)
        for q in layers.store.quads_for_pattern(None, NamedNode(AA + "isWithin"), None)
        if q.subject.value in groups.conditions and q.object.value in groups.conditions
    }
    matched = {(a, b) for a in groups.conditions for b in groups.conditions if groups.contains(b, a)}

    assert matched == written


@pytest.mark.parametrize("labs", [[], ["IgE=high"], ["IgE=high", "eosinophils=high"], ["IgE=normal"]])
def test_no_type_follows_from_the_disease_or_from_a_laboratory_value(labs, wide):
    """With high IgE or without, both types stay open."""
    advice = told(wide, UNTYPED, labs=labs)

    assert standing(advice, EXTRINSIC) == "open"
    assert standing(advice, INTRINSIC) == "open"
    assert "is compatible with" not in advice.to_text()


def test_a_laboratory_value_is_told_with_what_is_loaded_on_it(review):
    """In whom the marker was seen raised, and that this settles no type."""
    text = told(review, UNTYPED, labs=["IgE=high"]).to_text()

    assert "[SF27] Reportedly, immunoglobulin E is raised in patients with alopecia areata." in text
    assert "immunoglobulin E high does not settle it: no loaded fact ties this marker to it" in text


RAISED_IN_EXTRINSIC = fact(
    "ige-raised-in-extrinsic",
    "BiomarkerObservation",
    f"aa:subject aa:ImmunoglobulinE ; aa:object aa:{EXTRINSIC} ; aa:population aa:{EXTRINSIC} ; aa:direction aa:Raised",
)


@pytest.mark.parametrize(
    ("level", "said"), [("high", "is compatible with it"), ("normal", "is not what"), ("low", "is not what")]
)
def test_a_loaded_fact_makes_a_value_compatible_and_no_more(level, said):
    """A fact that ties the marker to the group is shown, and the group stays open."""
    advice = told(widened(RAISED_IN_EXTRINSIC), UNTYPED, labs=[f"IgE={level}"])
    line = next(text for _, text in advice.lines() if said in text)

    assert "[ige-raised-in-extrinsic]" in line
    assert "does not settle it" in line
    assert standing(advice, EXTRINSIC) == "open"


@pytest.mark.parametrize(
    "turtle",
    [
        RAISED_IN_EXTRINSIC.replace("aa:polarity aa:Positive", "aa:polarity aa:Negative"),
        RAISED_IN_EXTRINSIC.replace("aa:stance aa:Supports", "aa:stance aa:Disputes"),
    ],
    ids=["denied", "disputed"],
)
def test_a_fact_that_is_denied_or_disputed_ties_nothing(turtle):
    """It makes no value compatible with the group."""
    text = told(widened(turtle), UNTYPED, labs=["IgE=high"]).to_text()

    assert "[ige-raised-in-extrinsic]" in text
    assert "is compatible with" not in text


def test_a_group_of_another_form_is_nobody_s():
    """A definition that the matching cannot read is taken to fit nobody."""
    either = f"aa:Either a owl:Class ; rdfs:subClassOf aa:Person ; owl:equivalentClass [ a owl:Class ; owl:unionOf ( {some('AlopeciaAreata')} aa:Volunteer ) ] ."
    odd = f"aa:Odd a owl:Class ; rdfs:subClassOf aa:Person ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( aa:Person aa:Volunteer {some('AlopeciaAreata')} ) ] ."
    read = read_groups(widened(either + odd))

    assert {AA + "Either", AA + "Odd"} & set(read.conditions) == set()
    assert read.fit(AA + "Odd", iris("AlopeciaAreata")).standing == "undefined"


def test_a_group_defined_through_another_asks_for_all_that_both_ask():
    """Named groups in a definition bring their own conditions."""
    both = f"aa:Both a owl:Class ; rdfs:subClassOf aa:Person ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( aa:PatientWithAlopeciaAreata {some('MiteAllergy')} ) ] ."
    read = read_groups(widened(both))

    assert read.conditions[AA + "Both"] == frozenset(iris("AlopeciaAreata", "MiteAllergy"))


PROFILES = st.builds(
    lambda has, lacks, levels: (has, lacks, levels),
    st.sets(st.sampled_from(DISEASES), min_size=1),
    st.sets(st.sampled_from(DISEASES)),
    st.dictionaries(
        st.sampled_from(["ImmunoglobulinE", "Eosinophil"]), st.sampled_from(["high", "normal", "low"])
    ),
)


@settings(max_examples=150, deadline=None)
@given(PROFILES, st.data())
def test_to_know_less_never_makes_a_group_fit(profile, data):
    """Whatever entry is taken out of a profile, no group begins to fit, and nothing begins to be ruled out."""
    has, lacks, labs = profile
    read, _, _ = opened()
    assume(not any(read.is_a(AA + d, AA + lacked) for d in has for lacked in lacks))
    assume(read.types_apart(iris(*sorted(has))) is None)
    entries = [
        *((0, d) for d in sorted(has)),
        *((1, d) for d in sorted(lacks)),
        *((2, m) for m in sorted(labs)),
    ]
    part, gone = data.draw(st.sampled_from(entries))
    less = [set(has), set(lacks), set(labs)]
    less[part].discard(gone)
    for before, after in zip(
        read.fits(iris(*has), iris(*lacks)), read.fits(iris(*less[0]), iris(*less[1])), strict=True
    ):
        if before.standing != "excluded":
            assert after.standing in (before.standing, "open")
        if after.standing == "fits":
            assert before.standing == "fits"


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(DISEASES), min_size=2), st.data())
def test_to_know_less_never_makes_an_argument(has, data):
    """What did not argue for this patient does not begin to, once less is stated."""
    read, facts, label = opened()
    assume(read.types_apart(iris(*sorted(has))) is None)
    gone = data.draw(st.sampled_from(sorted(has)))
    more = Patient(Profile(tuple(iris(*sorted(has))), (), {}, {}), read, label)
    less = Patient(Profile(tuple(iris(*sorted(has - {gone}))), (), {}, {}), read, label)
    firm = {argument.FOR, argument.AGAINST, argument.BALANCE_FOR, argument.BALANCE_AGAINST}
    begun = [
        f.iri
        for f in facts
        if less.entry(f).section in firm and more.entry(f).section not in {*firm, argument.OTHERS}
    ]

    assert begun == []


@cache
def opened():
    """Groups, facts and labels of everything shipped, for tests that run many times."""
    layers = load().inferred()
    return read_groups(layers), read_facts(layers), Names(layers).label


# Advice.


def test_the_warned_patient_is_warned(review):
    """The warning of the review and the conclusion from its reason both speak of this very group."""
    advice = told(review, WARNED)
    against = option(advice, "local immunotherapy").section(argument.AGAINST)
    conclusion = against[1].fact

    assert [e.fact.id for e in against] == ["SF32", None]
    assert {e.scope.kind for e in against} == {"same group"}
    assert [link.id for link in against[0].links] == ["SF33"]
    assert [premise.id for premise in conclusion.grounds().values() if premise.evidence] == ["SF30"]
    assert keys(advice, "local immunotherapy", argument.FOR) == []


def test_the_type_that_a_report_does_not_state_is_said(review):
    """The reported patient had atopic dermatitis of no stated type; it argues, and says so."""
    advice = told(review, WARNED)

    assert keys(advice, "dupilumab", argument.FOR) == ["SF20", "SF21"]
    assert entry(advice, "SF21").scope.kind == "type not stated"
    assert entry(advice, "SF21").scope.words.endswith("type of atopic dermatitis not stated in this report")
    assert [link.id for link in entry(advice, "SF21").links] == ["SF22"]


def test_a_type_that_is_stated_beside_its_disease_counts(review):
    """Whoever states atopic dermatitis and its extrinsic type states the type."""
    twice = told(review, (*WARNED, "atopic dermatitis"))

    assert entry(twice, "SF21").scope.kind == "type not stated"
    assert entry(twice, "SF32").scope.kind == "same group"


def test_the_warning_is_conditional_while_the_type_is_not_stated(review):
    """For atopic dermatitis of no stated type the warning is shown with its condition."""
    advice = told(review, UNTYPED)

    assert keys(advice, "local immunotherapy", argument.AGAINST) == []
    assert "SF32" in keys(advice, "local immunotherapy", argument.AGAINST_IF)
    assert entry(advice, "SF32").scope.words == (
        "narrower group, more is needed: applies only if the atopic dermatitis is extrinsic atopic dermatitis; "
        "its type is not stated"
    )
    assert entry(advice, "SF21").scope.kind == "same group"
    assert "speak of this patient only if more holds than is stated" in advice.to_text()


def test_the_warning_needs_atopic_dermatitis(review):
    """With alopecia areata alone more would have to hold; with atopic dermatitis ruled out it is of others."""
    alone, ruled_out = told(review, ALONE), told(review, ALONE, lacks=["atopic dermatitis"])

    assert entry(alone, "SF32").section == argument.AGAINST_IF
    assert "extrinsic atopic dermatitis is there, which is not stated" in entry(alone, "SF32").scope.words
    assert entry(ruled_out, "SF32").section == argument.OTHERS
    assert entry(ruled_out, "SF32").scope.words == (
        "other group: atopic dermatitis is said to be absent, and extrinsic atopic dermatitis with it"
    )


def test_the_intrinsic_type_gets_no_all_clear(review):
    """The warning is of others, nothing argues for, and the silence is called silence."""
    advice = told(review, ["alopecia areata", "intrinsic AD"])
    text = advice.to_text()

    assert entry(advice, "SF32").section == argument.OTHERS
    assert keys(advice, "local immunotherapy", argument.FOR) == []
    assert keys(advice, "local immunotherapy", argument.BALANCE_FOR) == []
    assert "for or against it in this patient; silence is not a no" in text


@pytest.mark.parametrize(
    "has", [WARNED, UNTYPED, ALONE, ("AA", "intrinsic AD"), ("AA", "extrinsic AD", "mite allergy")]
)
def test_no_efficacy_comes_from_an_axis(has, wide):
    """Only outcomes argue for a treatment; what moves an arm bears on the balance, and says so."""
    advice = told(wide, has)
    outcomes, shifts = AA + "ClinicalOutcome", AA + "BalanceShift"
    for_it = [e for o in advice for name in (argument.FOR, argument.FOR_IF) for e in o.section(name)]
    balance = [e for o in advice for e in o.entries if "on the balance only" in e.section]

    assert for_it
    assert {e.fact.category for e in for_it} == {outcomes}
    assert {e.fact.category for e in balance} == {shifts}
    assert {e.section for o in advice for e in o.entries if e.fact.category == AA + "AxisEffect"} <= {
        argument.SAID,
        argument.OTHERS,
    }


def test_a_shift_argues_only_with_its_assumption(wide):
    """Toward the arm that is taken to dominate argues against, away from it for; both say what they assume."""
    advice = told(wide, WARNED)
    away = entry(advice, keys(advice, "dupilumab", argument.BALANCE_FOR)[0])
    toward = entry(advice, keys(advice, "local immunotherapy", argument.BALANCE_AGAINST)[0])

    assert away.fact.scope_of("verdict") == (AA + "AwayFromTh2",)
    assert away.assumes == ("Th2 dominates in this group (a mark of the curator)",)
    assert toward.fact.scope_of("verdict") == (AA + "TowardTh2",)
    assert toward.assumes == ("Th2 dominates in this group (a mark of the curator)", "it holds in this group")
    assert away.remarks == toward.remarks == ("says nothing of efficacy",)


@pytest.mark.parametrize("has", [UNTYPED, ALONE, ("AA", "intrinsic AD")])
def test_where_no_arm_is_taken_to_dominate_a_shift_takes_no_side(has, wide):
    """Which way such a patient leans is not known, however clear the shift."""
    advice = told(wide, has)
    sections = {e.section for o in advice for e in o.entries if e.fact.category == AA + "BalanceShift"}

    assert sections <= {argument.LEAN, argument.UNDETERMINED, argument.OTHERS}
    assert keys(advice, "local immunotherapy", argument.LEAN)


def test_a_wider_group_is_told_from_the_same_group(wide):
    """Patients with alopecia areata, and those with its companion of the same type."""
    advice = told(wide, WARNED)

    assert entry(advice, "LF136").scope.kind == "wider group"
    assert entry(advice, "LF070").scope.kind == "same group"


def test_steps_of_a_proof_are_not_told_twice(wide):
    """An effect on an arm stands in the proof of its shift; one on which no shift rests is told."""
    advice = told(wide, WARNED)
    effects = {
        axis
        for e in option(advice, "tofacitinib").entries
        if e.fact.category == AA + "AxisEffect"
        for axis in e.fact.objects
    }

    assert effects == {AA + "Th17"}


def test_arms_that_both_dominate_leave_a_shift_undetermined():
    """Two marks that disagree take no side."""
    layers = widened("aa:PatientWithAlopeciaAreata aa:dominatedBy aa:Th1 .")
    shift = next(e for o in told(layers, WARNED) for e in o.entries if e.fact.category == AA + "BalanceShift")

    assert shift.section == argument.UNDETERMINED
    assert shift.remarks == ("Th1 and Th2 are both taken to dominate",)


def test_where_th1_dominates_the_same_shift_argues_the_other_way():
    """No side is built in: the mark of the group decides."""
    layers = widened("aa:PatientWithAlopeciaAreata aa:dominatedBy aa:Th1 .", "all")
    advice = told(layers, ALONE)

    assert keys(advice, "local immunotherapy", argument.BALANCE_FOR)
    assert keys(advice, "tralokinumab", argument.BALANCE_AGAINST)


def test_what_was_seen_in_animals_is_marked_and_argues_nothing(wide):
    """The blockade in mice is told as theirs."""
    advice = told(wide, WARNED)
    mice = option(advice, "CXCR3 blockade")

    assert mice.silent
    assert {e.scope.kind for e in mice.entries} == {"animals only"}
    assert "CXCR3 blockade: animals only (mouse) [AG08]" in advice.to_text()
    assert (0, "CXCR3 blockade") not in advice.lines()


def test_volunteers_are_other_people(wide):
    """A skin reaction of volunteers is not carried over to a patient."""
    assert entry(told(wide, WARNED), "LF187").scope.words == "other people: volunteer"
    assert entry(told(wide, WARNED), "LF187").section == argument.OTHERS


def test_what_was_seen_in_one_response_group_is_conditional():
    """A shift in non-responders argues nothing firmly: nobody knows yet whether the patient is one."""
    layers = load().inferred()
    opposing = PREFIXES["fact"] + "diphenylcyclopropenone-opposes-th1-doi-10-35541-cjd-20220111"
    without(layers, [opposing])  # with it the treatment acts on the other arm too, and no shift is left
    advice = told(layers, WARNED)
    measured = keys(advice, "diphenylcyclopropenone", argument.BALANCE_FOR_IF)

    assert keys(advice, "diphenylcyclopropenone", argument.BALANCE_FOR) == []
    assert [entry(advice, key).scope.kind for key in measured] == ["one response group"]


def test_what_has_no_direction_is_undetermined(wide):
    """Both arms down, or members of an arm that disagree, argue neither way."""
    advice = told(wide, WARNED)
    verdicts = {
        label: [
            entry(advice, key).fact.scope_of("verdict") for key in keys(advice, label, argument.UNDETERMINED)
        ]
        for label in ("tofacitinib", "diphenylcyclopropenone")
    }

    assert verdicts == {
        "tofacitinib": [(AA + "Undetermined",)],
        "diphenylcyclopropenone": [(AA + "Contradictory",)],
    }


def made(
    category, *, effect=None, objects=("AlopeciaAreata",), population="PatientWithAlopeciaAreata", **more
):
    """A fact as a value, of one treatment, in patients with alopecia areata."""
    line = EvidenceLine(
        "", "", "", AA + more.pop("stance", "Supports"), "", "", "", "", None, None, None, None, ""
    )
    scope = [("population", AA + population), *([("effect", AA + effect)] if effect else [])]
    return Fact(
        iri=AA + "fact/made", id=None, category=AA + category, sentence="", subjects=tuple(iris(*more.pop("subjects", ["Etanercept"]))),
        predicate="", objects=tuple(iris(*objects)), polarity=AA + more.pop("polarity", "Positive"), certainty="",
        scope=(*scope, *more.pop("scope", ())), implied=(), note=None, evidence=(line,),
    )  # fmt: skip


OUTCOME = "ClinicalOutcome"
SIDES = {
    "an improvement": (made(OUTCOME, effect="Improved"), argument.FOR),
    "an improvement that is denied": (made(OUTCOME, effect="Improved", polarity="Negative"), argument.AGAINST),
    "no effect": (made(OUTCOME, effect="NoEffect"), argument.AGAINST),
    "a worsening": (made(OUTCOME, effect="Worsened"), argument.AGAINST),
    "a worsening that is denied": (made(OUTCOME, effect="Worsened", polarity="Negative"), argument.SAID),
    "a new onset": (made(OUTCOME, effect="NewOnset"), argument.AGAINST),
    "a new disease": (made(OUTCOME, effect="NewOnset", objects=["MiteAllergy"]), argument.AGAINST),
    "another alopecia": (made(OUTCOME, effect="OtherAlopecia"), argument.SAID),
    "an improvement of another disease": (made(OUTCOME, effect="Improved", objects=["MiteAllergy"]), argument.SAID),
    "outcomes of two kinds": (
        made(OUTCOME, effect="Improved", scope=[("effect", AA + "Worsened")]), argument.UNDETERMINED),
    "an improvement that a source disputes": (made(OUTCOME, effect="Improved", stance="Disputes"), argument.UNDETERMINED),
    "an improvement under two treatments": (
        made(OUTCOME, effect="Improved", subjects=["Etanercept", "Adalimumab"]), argument.UNDETERMINED),
    "an improvement in mice": (made(OUTCOME, effect="Improved", scope=[("species", AA + "Mouse")]), argument.OTHERS),
    "an improvement in mice and people": (
        made(OUTCOME, effect="Improved", scope=[("species", AA + "Mouse"), ("species", AA + "Human")]),
        argument.FOR,
    ),
    "an improvement in patients with more": (
        made(OUTCOME, effect="Improved", population="PatientWithAlopeciaAreataAndMiteAllergy"), argument.FOR_IF),
    "an improvement in people not stated": (made(OUTCOME, effect="Improved", population="NotStated"), argument.FOR),
    "an improvement in groups near and far": (
        made(OUTCOME, effect="Improved", scope=[("population", AA + "Volunteer")]), argument.OTHERS),
    "a risk": (made("RiskStatement", objects=["PatientWithAlopeciaAreata"]), argument.AGAINST),
    "a risk that is denied": (made("RiskStatement", polarity="Negative"), argument.SAID),
    "a sign of response": (made("PrognosticStatement", subjects=["ImmunoglobulinE"]), argument.RESPONSE),
    "a shift that is denied": (
        made("BalanceShift", polarity="Negative", scope=[("verdict", AA + "TowardTh2")]),
        argument.UNDETERMINED,
    ),
    "a shift": (made("BalanceShift", scope=[("verdict", AA + "TowardTh2")]), argument.LEAN),
    "an action": (made("PharmacologicalAction"), argument.SAID),
    "an effect on an axis": (made("AxisEffect", objects=["Th2"]), argument.SAID),
}  # fmt: skip


@pytest.mark.parametrize(("given", "section"), SIDES.values(), ids=list(SIDES))
def test_a_fact_argues_by_what_it_says(given, section, groups):
    """For each kind of fact its place, for a patient with alopecia areata."""
    patient = Patient(Profile((AA + "AlopeciaAreata",), (), {}, {}), groups, str)

    assert patient.entry(given).section == section


def test_a_sign_of_response_is_held_against_the_profile(groups):
    """The value of this patient stands beside the marker that is said to tell who responds."""
    sign = made("PrognosticStatement", subjects=["ImmunoglobulinE"])
    label = {AA + "ImmunoglobulinE": "IgE"}.get
    known = Patient(
        Profile((AA + "AlopeciaAreata",), (), {AA + "ImmunoglobulinE": "high"}, {}), groups, label
    )
    unknown = Patient(Profile((AA + "AlopeciaAreata",), (), {}, {}), groups, label)

    assert known.entry(sign).remarks == ("of this patient: IgE high",)
    assert unknown.entry(sign).remarks == ("of this patient: IgE is not stated",)


def test_treatments_stand_by_name_whatever_is_loaded_on_them(review):
    """Ten more reports of one treatment move nothing."""
    many = "".join(
        fact(
            f"report-{i}",
            OUTCOME,
            "aa:subject aa:LocalImmunotherapy ; aa:object aa:AlopeciaAreata ; aa:effect aa:Improved ; aa:population aa:PatientWithAlopeciaAreata",
        )
        for i in range(10)
    )
    before, after = told(review, WARNED), told(widened(many), WARNED)

    assert (
        [o.treatment for o in after]
        == [o.treatment for o in before]
        == iris("Dupilumab", "LocalImmunotherapy")
    )
    assert len(keys(after, "local immunotherapy", argument.FOR)) == 10
    assert "Loaded facts point both ways; nothing here weighs them." in after.to_text()


def test_entries_stand_by_section_tier_and_key(wide):
    """What a source says first, then what is stated, measured and predicted, each by key."""
    advice = told(wide, WARNED)
    tiers = ["", "StatedTier", "MeasuredTier", "PredictedTier"]
    places_ = {
        o.treatment: [
            (
                argument.SECTIONS.index(e.section),
                tiers.index("".join(e.fact.scope_of("tier")).removeprefix(AA)),
                advice.names.key(e.fact.iri),
            )
            for e in o.entries
        ]
        for o in advice
    }

    assert places_ == {treatment: sorted(found) for treatment, found in places_.items()}
    assert sum(map(len, places_.values())) > 40


def test_facts_that_conflict_are_told_with_both_sides():
    """A conflict that touches a shown fact names both, and on what ground."""
    turtle = fact(
        "dupilumab-no-effect",
        OUTCOME,
        "aa:subject aa:Dupilumab ; aa:object aa:AlopeciaAreata ; aa:effect aa:NoEffect ; aa:population aa:PatientWithAlopeciaAreata",
    ) + (
        'conflict:invented a aa:Conflict ; rdfs:label "It helped and it did not"@en ; aa:conflictKind aa:Tension ;\n'
        "  aa:ground aa:DesignGround ; aa:between fact:dupilumab-no-effect , fact:dupilumab-efficacy-alopecia-areata ."
    )
    advice = told(widened(turtle), WARNED)

    assert [c.iri for c in option(advice, "dupilumab").conflicts] == [PREFIXES["conflict"] + "invented"]
    assert option(advice, "local immunotherapy").conflicts == ()
    assert (
        "conflict between [SF21], [dupilumab-no-effect] (tension, different designs): It helped and it did not"
        in advice.to_text()
    )


def test_a_past_treatment_is_marked_and_is_no_argument(review):
    """What came of it in this patient stands apart from what sources say."""
    plain, marked = told(review, WARNED), told(review, WARNED, had=["dupilumab=worsening", "omalizumab"])

    assert option(marked, "dupilumab").entries == option(plain, "dupilumab").entries
    assert "given before to this patient, outcome: worsening" in marked.to_text()
    assert (
        "omalizumab: no loaded fact says what it does; given before to this patient, outcome not stated"
        in marked.to_text()
    )


def test_taking_a_fact_away_takes_away_what_it_argued():
    """Without the warning and its reason nothing argues against local immunotherapy."""
    layers = load("review").inferred()
    without(layers, [PREFIXES["fact"] + "local-immunotherapy-may-worsen-extrinsic"])
    only_reason = keys(told(layers, WARNED), "local immunotherapy", argument.AGAINST)
    without(layers, [PREFIXES["fact"] + "local-immunotherapy-induces-type-2-inflammation"])

    assert [key[:8] for key in only_reason] == ["derived-"]
    assert option(told(layers, WARNED), "local immunotherapy").silent
    assert "local immunotherapy: no loaded fact says what it does" in told(layers, WARNED).to_text()


@pytest.mark.parametrize("has", [WARNED, UNTYPED, ALONE])
def test_the_disclaimer_stands_first_and_last(has, wide):
    """In every form it cannot be overlooked."""
    advice = told(wide, has, labs=["IgE=high"])

    for text in (advice.to_text(), advice.to_markdown(), advice._repr_markdown_()):
        assert text.startswith(DISCLAIMER)
        assert text.rstrip().endswith(DISCLAIMER)
    assert DISCLAIMER in advice._repr_html_()
    assert json.loads(advice.to_json())["disclaimer"] == DISCLAIMER


def test_every_argument_names_its_publication(wide):
    """No key of the text is without a publication at its end, conclusions through their premises."""
    advice = told(wide, WARNED)
    record = json.loads(advice.to_json())
    arguments = [a for t in record["treatments"] for a in t["arguments"]]

    assert len(arguments) == sum(len(o.entries) for o in advice)
    assert [a["key"] for a in arguments if not a["publications"]] == []
    assert [a["key"] for a in arguments if a["tier"] and not a["rests on"]] == []


def test_the_same_profile_gives_the_same_bytes():
    """Neither the order of entries nor the process matters."""
    code = (
        "from aa_ld import load; from aa_ld.advise import advise; from aa_ld.profile import read_profile; import sys;"
        "layers = load().inferred(); names = sys.argv[1:];"
        "print(advise(layers, read_profile(layers, names)).to_json())"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code, *names],
            capture_output=True,
            check=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed, names in (("1", ["AA", "extrinsic AD"]), ("2", ["extrinsic AD", "AA", "AA"]))
    }

    assert len(texts) == 1


class Elsewhere:
    """A source that is no store of ours: rdflib behind the one method that servers have."""

    def __init__(self, layers: Layers) -> None:
        import rdflib

        self.graph = rdflib.Graph()
        self.graph.parse(data="\n".join(f"{quad.triple} ." for quad in layers.store), format="nt11")

    def select(self, query: str) -> bytes:
        return self.graph.query(query).serialize(format="json")


def test_advice_needs_nothing_but_a_source_that_selects(review):
    """Run elsewhere, the queries give the same advice."""
    elsewhere = Elsewhere(review)

    assert (
        told(elsewhere, UNTYPED, labs=["IgE=high"]).to_text()
        == told(review, UNTYPED, labs=["IgE=high"]).to_text()
    )


def test_laboratory_findings_may_be_a_mapping():
    """What a program has as a dict need not be put into words."""
    words, mapping = (load().profile(["AA"], labs=labs) for labs in (["IgE=high"], {"IgE": "high"}))

    assert words == mapping
