"""`aa-ld add`: one fact, question by question; every answer is checked before the next is asked."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from aa_ld.curation.cells import Cells
from aa_ld.curation.columns import COLUMNS
from aa_ld.curation.draft import next_identifier, required, sentence
from aa_ld.curation.faults import Fault
from aa_ld.curation.importing import Import, check_rows, told
from aa_ld.curation.publications import Publications
from aa_ld.curation.table import Row
from aa_ld.errors import TableError
from aa_ld.store import Layers
from aa_ld.vocab import PREFIXES

#: Columns asked for each line of evidence, and what a blank answer means.
_LINE = {"kind": "", "stance": "supporting", "design": "not stated", "sampleSize": "not stated"}

#: The same where a text is at hand.
_QUOTED = {
    "text": "",
    "span": "",
    "focus": "",
    "hedge": "",
    "cue": "",
    "wording": "plain statement",
    "mentions": "",
}

#: Questions that may be passed over.
_OPTIONAL = {"focus", "hedge", "cue", "note", "implied", "publicationNote", "pmid", "doi"}
_OPTIONAL |= {"cohortDefinition", "cohortOverlaps"}

#: What a blank answer means for columns of the fact.
_FACT = {"polarity": "positive"}

#: The longest list of choices that is shown unasked.
_MANY = 12


class Dialogue:
    """Asks for one fact on standard error and reads the answers from standard input.

    Raises EOFError where the answers end.
    """

    def __init__(self, layers: Layers, texts: Mapping[str, str] | None) -> None:
        self.layers, self.texts = layers, texts
        self.cells = Cells(layers)
        self.publications = Publications(layers, self.cells)
        self.answers: dict[str, str] = {}

    def run(self) -> Import | None:
        """The fact, once the shapes find nothing; None where the curator gave up on a finding."""
        _tell("One fact, question by question. “?” explains, Ctrl-D ends and writes nothing.\n")
        self._publication()
        self._fact()
        self._line()
        self._more()
        self._sentence()
        return self._checked()

    def _publication(self) -> None:
        """A loaded publication, or what declares a new one."""
        while True:
            name = self._answer("publication", "")
            found = self.publications.of(Row(0, {"publication": name}))
            faults, self.cells.faults = self.cells.faults, []
            self.answers["publication"] = name
            if found:
                _tell(f"  {self.cells.names.label(found)}")
                return
            _tell_faults(faults)
            if _yes("It is not loaded. Declare it? [y/N] "):
                for column in ("citation", "publicationName", "pmid", "doi"):
                    self._ask(column)
                row = Row(0, {key: value for key, value in self.answers.items() if value})
                if self.publications.of(row):
                    return
                faults, self.cells.faults = self.cells.faults, []
                _tell_faults(faults)
                self.answers.clear()

    def _fact(self) -> None:
        self._ask("class", choices=sorted(self.cells.classes))
        category = self._iri("class")
        known = self.cells.predicates.items()
        fitting = sorted(self.cells.names.label(iri) for iri, found in known if category in found.classes)
        if len(fitting) == 1:
            self.answers["predicate"] = fitting[0]
            _tell(f"predicate: {fitting[0]}")
        for column in ("predicate", "subject", "object"):
            if column not in self.answers:
                self._ask(column, choices=fitting if column == "predicate" else self._kinds(column))
        for column in required(category.removeprefix(PREFIXES["aa"])):
            if column not in self.answers and column not in ("id", "sentence"):
                self._ask(column, _FACT.get(column, ""), self._kinds(column))
                if column == "cohort":
                    self._cohort()
        self._ask("id", next_identifier(self.layers))

    def _cohort(self) -> None:
        """What declares a cohort that is not loaded."""
        text = self.answers["cohort"]
        if not self.cells.read(0, COLUMNS["cohort"], text):
            self.cells.faults.clear()
            _tell("  It is not loaded, so it needs a name.")
            self._ask("cohortName")
            self._ask("cohortDefinition")

    def _line(self) -> None:
        for column, default in _LINE.items():
            self._ask(column, default, self._kinds(column))
        if self.texts and _yes("Point to the words in a text? [y/N] "):
            for column, default in _QUOTED.items():
                self._ask(column, default, sorted(self.texts) if column == "text" else self._kinds(column))

    def _more(self) -> None:
        """Any other column, by name."""
        while True:
            name = _read("anything else? name of a column, or nothing: ")
            if not name:
                return
            if name in COLUMNS:
                self.answers.pop(name, None)
                self._ask(name, choices=self._kinds(name))
            else:
                _tell(f"  There is no such column. They are: {', '.join(COLUMNS)}.")

    def _sentence(self) -> None:
        self._ask("sentence", sentence(self.layers, self.answers))

    def _checked(self) -> Import | None:
        """The fact with what the shapes find; a column can be answered anew until they find nothing."""
        while True:
            layers = Layers()
            layers.graphs = [*self.layers.graphs]
            layers.store.extend(self.layers.store)
            row = Row(1, {key: value for key, value in self.answers.items() if value})
            try:
                done = check_rows(layers, [row], "the answers", self.texts)
            except TableError as error:
                _tell_faults(error.faults)
            else:
                if done.replaced:
                    _tell(f"  {self.answers['id']} is taken, or its name is.")
                if done.places:
                    _tell(told((place._replace(row=0) for place in done.places), "the answers"))
                elif not done.replaced:
                    return done
            name = _read("Answer which column anew? nothing gives up: ")
            if not name:
                return None
            if name in COLUMNS:
                self.answers.pop(name, None)
                self._ask(name, choices=self._kinds(name))

    # -- one question ----------------------------------------------------------

    def _ask(self, column: str, default: str = "", choices: list[str] | None = None) -> None:
        """Ask until the answer can be taken, and keep it."""
        if choices and len(choices) <= _MANY:
            _tell(f"  {column}: {', '.join(choices)}")
        while True:
            answer = self._answer(column, default, choices)
            if column in ("cohort", "text", "span", "focus"):
                self.answers[column] = answer
                return
            self.cells.read(0, COLUMNS[column], answer, self._iri("predicate"), self._iri("class"))
            faults, self.cells.faults = self.cells.faults, []
            if not faults:
                self.answers[column] = answer
                return
            _tell_faults(faults)

    def _answer(self, column: str, default: str, choices: list[str] | None = None) -> str:
        shown = f" [{default}]" if default else ""
        while True:
            answer = _read(f"{column}{shown}: ") or default
            if answer == "?":
                known = f" One of: {', '.join(choices)}." if choices else ""
                _tell(f"  {COLUMNS[column].meaning}.{known}")
            elif answer or column in _OPTIONAL:
                return answer
            else:
                _tell("  Nothing was said. “not stated” is an answer where a value can be missing.")

    def _iri(self, column: str) -> str:
        """The IRI of the answer given for a class or a predicate."""
        text = self.answers.get(column, "")
        found = self.cells.read(0, COLUMNS[column], text) if text else []
        self.cells.faults.clear()
        return found[0].value if found else ""

    def _kinds(self, column: str) -> list[str]:
        """Labels of the values that a column may have."""
        aa = PREFIXES["aa"]
        kinds = [aa + name for name in COLUMNS[column].categories]
        if column in ("subject", "object") and (known := self.cells.predicates.get(self._iri("predicate"))):
            kinds = sorted(known.sides[column + "Category"])
        members = {iri for kind in kinds for iri in self.cells.names.members(kind)} - set(kinds)
        return sorted(self.cells.names.label(iri) for iri in members if iri.startswith(aa))


def _read(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return input().strip()


def _yes(prompt: str) -> bool:
    return _read(prompt).casefold() in ("y", "yes")


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")


def _tell_faults(faults: list[Fault]) -> None:
    for fault in faults:
        near = f" Nearest: {', '.join(fault.nearest)}." if fault.nearest else ""
        _tell(f"  {fault.column}: {fault.what}{near}" if fault.column else f"  {fault.what}{near}")
