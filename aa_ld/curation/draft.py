"""Drafting a fact: which columns its kind needs, and the sentence that its terms make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from aa_ld.curation.columns import COLUMNS
from aa_ld.names import Names
from aa_ld.shapes import constraints
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES, expand

_AA = PREFIXES["aa"]

#: How a level moves or stands, for predicates whose name leaves that to the direction.
_VERBS = {
    "changesLevelOf": {
        "Raised": "raises the level of",
        "Lowered": "lowers the level of",
        "Unchanged": "leaves the level of",
    },
    "hasLevelIn": {"Raised": "is raised in", "Lowered": "is lowered in", "Unchanged": "is unchanged in"},
}

#: Certainty to the word that shows it, in front of the sentence.
_GUARDS = {
    "Likely": "Probably",
    "Presupposed": "It is taken for granted that",
    "Attributed": "Conventionally,",
    "Reported": "Reportedly",
    "Implied": "Implicitly",
    "Possible": "Possibly",
}

#: How the columns of the scope are worded after the object; {} stands for the value.
_SCOPE = {
    "compartment": "in {}",
    "site": "in {}",
    "time": "at {}",
    "species": "in {}",
    "context": "in {}",
    "comparator": "compared with {}",
    "measure": "by {}",
    "role": "being {}",
}


def required(category: str) -> list[str]:
    """The columns that a fact of a class (a local name) cannot do without, as the shapes have it.

    >>> required("BiomarkerObservation")[-4:]
    ['comparator', 'time', 'direction', 'sentence']
    """
    needed = set()
    for constraint in constraints().values():
        shape, _, name = constraint.check.partition("-")
        targets = {iri.removeprefix(_AA) for kind, iri in constraint.targets if kind == "class"}
        match = re.match(r"Add (?:aa:(\w+)|dcterms:identifier|rdfs:label)\b", constraint.remedy)
        whole = "?value" not in constraint.select.partition("{")[0]
        if match and whole and shape in (category, "Fact") and targets & {category, "Fact"}:
            needed.add({"identifier": "id", "label": "sentence"}.get(name, match[1] or name))
    return [name for name in COLUMNS if name in needed]


def sentence(source: Source, cells: Mapping[str, str]) -> str:
    """A sentence for people out of the cells of a fact: what it names, the shapes look for.

    It is a draft: whoever writes the fact reads it, and words it better.

    >>> from aa_ld.store import open_layers
    >>> sentence(open_layers(), {
    ...     "subject": "dupilumab", "predicate": "changes the level of", "object": "interleukin-4",
    ...     "direction": "lowered", "compartment": "serum", "certainty": "asserted", "polarity": "positive",
    ...     "time": "not stated", "population": "patient with alopecia areata"})
    'Dupilumab lowers the level of interleukin-4 in serum, in patients with alopecia areata.'
    """
    return Drafts(source).sentence(cells)


class Drafts:
    """Drafts sentences over one source, whose names are read once."""

    def __init__(self, source: Source) -> None:
        self.names = Names(source)
        self.persons = self.names.members(_AA + "Person")
        self.cells: Mapping[str, str] = {}

    def sentence(self, cells: Mapping[str, str]) -> str:
        """The sentence that the cells of a fact make."""
        self.cells = cells
        objects = self._labels("object")
        verb = self._verb()
        main = " ".join(filter(None, (self._list(self._labels("subject")), verb, self._list(objects))))
        if self._local("direction") == "Unchanged" and self._local("predicate") == "changesLevelOf":
            main += " unchanged"
        parts = [main, *self._where(objects)]
        body = self._joined(parts)
        certainty = self._local("certainty")
        if certainty == "Recommended":
            body = f"{body}, which should be so"
        guard = _GUARDS.get(certainty)
        said = f"{guard} {body}" if guard else body
        return said[:1].upper() + said[1:] + "."

    def _joined(self, parts: list[str]) -> str:
        """The first two parts together, the rest behind commas."""
        first, rest = " ".join(parts[:2]), parts[2:]
        return ", ".join([first, *rest])

    def _verb(self) -> str:
        predicate = self._local("predicate")
        verb = _VERBS.get(predicate, {}).get(self._local("direction"), "") or self._label("predicate")
        if self._local("polarity") != "Negative":
            return verb
        return _negated(verb)

    def _where(self, objects: list[str]) -> Iterable[str]:
        implied = {part.removeprefix("aa:") for part in self.cells.get("implied", "").split("; ")}
        for name, form in _SCOPE.items():
            values = [] if name in implied else [v for v in self._labels(name) if v not in objects]
            if values:
                yield form.format(self._list(values))
        effect = self._labels("effect")
        if effect:
            yield f"with {self._list(effect)}"
        people = [v for v in self._labels("population") if v not in objects and "population" not in implied]
        response = self._labels("responseGroup")
        if response and people:
            yield f"in {_plural(response[0])} among {self._list(people)}"
        elif people:
            yield f"in {self._list(people)}"

    def _labels(self, name: str) -> list[str]:
        """The values of a column by label; none for what is not stated or does not apply."""
        texts = [part for part in self.cells.get(name, "").split("; ") if part]
        found = [self._iri(text) for text in texts]
        stated = [
            (text, iri)
            for text, iri in zip(texts, found, strict=True)
            if iri.removeprefix(_AA) not in _NO_VALUE
        ]
        return [self._word(iri) if iri else text for text, iri in stated]

    def _word(self, iri: str) -> str:
        label = self.names.label(iri)
        if iri in self.persons:
            return _plural(label)
        return {"human": "humans", "mouse": "mice"}.get(label, label)

    def _label(self, name: str) -> str:
        return next(iter(self._labels(name)), "")

    def _local(self, name: str) -> str:
        text = self.cells.get(name, "").split("; ")[0]
        return self._iri(text).removeprefix(_AA) if text else ""

    def _iri(self, text: str) -> str:
        from aa_ld.errors import AaLdError

        try:
            return self.names.find(text)
        except AaLdError:
            return (expand(text) or "") if ":" in text else ""

    def _list(self, values: list[str]) -> str:
        return " and ".join(filter(None, (", ".join(values[:-1]), *values[-1:])))


_NO_VALUE = ("NotStated", "NotApplicable", "DiseaseAsConcept")


def _negated(verb: str) -> str:
    """The verb with a not.

    >>> _negated("is raised in"), _negated("inhibits"), _negated("has phenotype")
    ('is not raised in', 'does not inhibit', 'does not have phenotype')
    """
    first, blank, rest = verb.partition(" ")
    known = {"is": "is not", "can": "cannot", "should": "should not", "has": "does not have"}
    said = known.get(first) or {"had": "did not have", "showed": "did not show"}.get(first)
    return (said or f"does not {first.removesuffix('s')}") + blank + rest


def _plural(group: str) -> str:
    """A group of persons in the plural: the first of its words that counts people.

    >>> _plural("child with alopecia areata"), _plural("healthy person"), _plural("responder")
    ('children with alopecia areata', 'healthy persons', 'responders')
    """
    words = group.split(" ")
    for place, word in enumerate(words):
        if word in _COUNTED:
            return " ".join([*words[:place], _COUNTED[word], *words[place + 1 :]])
    return group


_COUNTED = {"child": "children"}
_COUNTED |= {
    word: word + "s"
    for word in (
        "patient",
        "person",
        "volunteer",
        "adult",
        "adolescent",
        "scientist",
        "responder",
        "non-responder",
    )
}


def next_identifier(source: Source, letters: str = "NF") -> str:
    """The first identifier with these letters that no loaded fact has.

    >>> from aa_ld.store import open_layers
    >>> next_identifier(open_layers())
    'NF01'
    """
    query = f"SELECT ?id {{ ?fact <{PREFIXES['dcterms']}identifier> ?id }}"
    taken = {str(getattr(row["id"], "value", "")) for row in rows(source, query)}
    return next(name for n in range(1, 10**6) if (name := f"{letters}{n:02d}") not in taken)
