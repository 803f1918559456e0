"""How a fact argues, as far as it can be said before it is known of whom: for, against, or only on the balance."""

from __future__ import annotations

from typing import NamedTuple

from aa_ld.fact import Fact
from aa_ld.vocab import PREFIXES

_AA = PREFIXES["aa"]

FOR, AGAINST = "for", "against"
FOR_IF, AGAINST_IF = "for, if more holds of the patient", "against, if more holds of the patient"
BALANCE_FOR, BALANCE_AGAINST = "for, on the balance only", "against, on the balance only"
BALANCE_FOR_IF = "for, on the balance only, if more holds of the patient"
BALANCE_AGAINST_IF = "against, on the balance only, if more holds of the patient"
LEAN = "on the balance only; which way this patient leans is not known"
UNDETERMINED = "undetermined"
RESPONSE = "bears on response"
SAID = "also said"
OTHERS = "said of others, not carried over to this patient"

#: The sections of what is told of a treatment, in this order, whatever they hold.
SECTIONS = (
    FOR, AGAINST, FOR_IF, AGAINST_IF, BALANCE_FOR, BALANCE_AGAINST, BALANCE_FOR_IF, BALANCE_AGAINST_IF,
    LEAN, UNDETERMINED, RESPONSE, SAID, OTHERS,
)  # fmt: skip

#: Where an argument stands if more has to hold of the patient.
CONDITIONAL = {
    FOR: FOR_IF,
    AGAINST: AGAINST_IF,
    BALANCE_FOR: BALANCE_FOR_IF,
    BALANCE_AGAINST: BALANCE_AGAINST_IF,
}

#: Outcomes that argue against a treatment, whoever saw them.
_AGAINST = {_AA + name for name in ("NewOnset", "Worsened", "NoEffect")}
_RISKS = {_AA + "RiskStatement", _AA + "RiskInference"}

#: The axis toward which a verdict points; away from Th2 is toward its counterpart, if only relatively.
_POINTS_TO = {
    _AA + "TowardTh2": _AA + "Th2",
    _AA + "TowardTh1": _AA + "Th1",
    _AA + "AwayFromTh2": _AA + "Th1",
}

#: The arms of the balance.
ARMS = set(_POINTS_TO.values())

_NO_RESPONSE = {_AA + "NotApplicable", _AA + "NotStated"}

#: Which direction of a marker in a group goes with which laboratory value.
GOES_WITH = {"high": _AA + "Raised", "normal": _AA + "Unchanged", "low": _AA + "Lowered"}


class Bearing(NamedTuple):
    """How a fact argues, as far as it can be said before it is known of whom.

    section  where it stands, if what decides is so
    remarks  what else is to be said of it, in words
    asks     what of the patient decides: "" nothing, "diseases" that one of the terms is a disease of the patient,
             "lean" whether the arm that is the term dominates, "factors" what the profile says of the terms
    """

    section: str
    remarks: tuple[str, ...] = ()
    asks: str = ""
    terms: tuple[str, ...] = ()


def _affirmed(fact: Fact) -> bool:
    return fact.polarity == _AA + "Positive"


def responders(fact: Fact) -> tuple[str, ...]:
    """The groups of responders, or of non-responders, in whom alone a fact was seen."""
    return tuple(group for group in fact.scope_of("responseGroup") if group not in _NO_RESPONSE)


def bearing(fact: Fact) -> Bearing:
    """How a fact argues, whoever the patient is."""
    if any(line.stance == _AA + "Disputes" for line in fact.evidence):
        return Bearing(UNDETERMINED, ("a source disputes it",))
    if len(fact.subjects) > 1:
        return Bearing(UNDETERMINED, ("said of these together, not of each",))
    if fact.category in _RISKS:
        return Bearing(AGAINST) if _affirmed(fact) else Bearing(SAID, ("the source says that it does not",))
    telling = {"ClinicalOutcome": _outcome, "BalanceShift": _shift, "PrognosticStatement": _factor}
    tell = telling.get(fact.category.removeprefix(_AA))
    return tell(fact) if tell else Bearing(SAID)


def _outcome(fact: Fact) -> Bearing:
    """A disease that began is new to whoever it is; any other outcome argues for those who have the disease."""
    effects = set(fact.scope_of("effect"))
    asks = "" if effects == {_AA + "NewOnset"} else "diseases"
    return Bearing(*_came_of_it(effects, _affirmed(fact)), asks, fact.objects)


def _came_of_it(effects: set[str], affirmed: bool) -> tuple[str, tuple[str, ...]]:
    if effects == {_AA + "Improved"}:
        return (FOR, ()) if affirmed else (AGAINST, ("said not to have helped",))
    if not effects & _AGAINST:
        return SAID, ()  # another alopecia, or nothing said
    if len(effects) > 1:
        return UNDETERMINED, ("more than one outcome",)
    if not affirmed:
        return SAID, ("the source says that it did not happen",)
    return AGAINST, (("said to have had no effect",) if effects == {_AA + "NoEffect"} else ())


def _shift(fact: Fact) -> Bearing:
    """A shift argues only if an arm dominates, and only with a direction."""
    points_to = _POINTS_TO.get("".join(fact.scope_of("verdict")))
    if points_to is None or not _affirmed(fact):
        return Bearing(UNDETERMINED)
    return Bearing(LEAN, (), "lean", (points_to,))


def _factor(fact: Fact) -> Bearing:
    return Bearing(RESPONSE, (), "factors", fact.subjects)


def seen_in(fact: Fact) -> tuple[str, ...]:
    """The groups in which a level of a marker was seen, as nobody disputes; none where the fact is not of that kind."""
    if not _affirmed(fact) or any(line.stance == _AA + "Disputes" for line in fact.evidence):
        return ()
    level = fact.category == _AA + "BiomarkerObservation" and fact.scope_of("direction")
    return fact.scope_of("population") if level else ()
