"""`aa-ld add`: one fact, question by question; every answer is checked before the next is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from aa_ld.curation.cells import Cells
from aa_ld.curation.columns import COLUMNS
from aa_ld.curation.draft import next_identifier, required, sentence
from aa_ld.curation.escapes import Flaw, guarded, unescaped
from aa_ld.curation.facts import slug
from aa_ld.curation.faults import Fault
from aa_ld.curation.importing import Import, check_rows, told
from aa_ld.curation.publications import Publications, identifiers
from aa_ld.curation.table import Row
from aa_ld.errors import TableError, nearest
from aa_ld.store import Layers
from aa_ld.terminal import styled, width_of, wrapped
from aa_ld.vocab import PREFIXES

_AA = PREFIXES["aa"]

#: Columns asked for each line of evidence, and what a blank answer means.
_LINE = {"kind": "", "stance": "supporting", "design": "not stated", "sampleSize": "not stated"}

#: The same where a text is at hand.
_QUOTED = {
    "text": "", "span": "", "focus": "", "hedge": "", "cue": "", "wording": "plain statement", "mentions": "",
}  # fmt: skip

#: What a blank answer means for columns of the fact.
_FACT = {"polarity": "positive"}

#: Questions that may be passed over.
_OPTIONAL = {"focus", "hedge", "cue", "note", "implied", "publicationNote", "pmid", "doi", "issued"}
_OPTIONAL |= {"arms", "cohortDefinition", "cohortOverlaps"}

#: Columns whose answers are checked with the whole fact.
_LATER = {"cohort", "text", "span", "focus"}

#: The longest list of choices that is shown unasked.
_MANY = 25


class Dialogue:
    """Asks for one fact on standard error and reads the answers from standard input.

    layers  opened layers; they stay as they are
    texts   name of a text file, without its ending, to its text, for spans

    `run` raises EOFError where the answers end.
    """

    def __init__(self, layers: Layers, texts: Mapping[str, str] | None) -> None:
        self.layers, self.texts = layers, texts
        self.cells = Cells(layers)
        self.publications = Publications(layers, self.cells)
        self.answers: dict[str, str] = {}

    def run(self) -> Import | None:
        """The fact, once the shapes find nothing; None where the curator gave up on a finding."""
        _tell(
            "One fact, question by question. “?” lists what may stand there; Ctrl-D ends and writes nothing."
        )
        _heading("The publication")
        self._publication()
        _heading("The fact")
        self._fact()
        _heading("The evidence")
        self._line()
        _heading("The rest")
        self._more()
        self._ask("sentence", sentence(self.layers, self.answers))
        return self._checked()

    # -- part by part ----------------------------------------------------------

    def _publication(self) -> None:
        """A loaded publication, or what declares a new one."""
        self._explain("publication", "", [])
        while True:
            name = self._answer("publication")
            self.answers = {"publication": name}
            found = self.publications.of(Row(0, self.answers))
            faults = self._faults()
            if found:
                _tell(f"  {self.cells.names.label(found)}")
                return
            _tell_faults(faults)
            if _yes("Declare it as a new one?") and self._declared(name):
                return

    def _declared(self, name: str) -> bool:
        """Ask for what declares a publication; false where that cannot be taken."""
        known = identifiers(self.answers)
        for column in ("citation", "publicationName", "issued", "pmid", "doi"):
            if column not in known:
                self._ask(column)
        row = self._row(0)
        if not known and ":" not in name:
            given = bool(identifiers(row.cells))
            short = "" if given else PREFIXES["publication"] + slug(row.cells["publicationName"])
            self.answers["publication"] = short.replace(PREFIXES["publication"], "publication:")
        found = self.publications.of(self._row(0))
        _tell_faults(self._faults())
        return bool(found)

    def _fact(self) -> None:
        kinds = [name for name, iri in self.cells.classes.items() if self.cells.predicates_of(iri)]
        self._ask("class", choices=sorted(kinds))
        category = self._iri("class")
        fitting = sorted({self.cells.names.label(iri) for iri in self.cells.predicates_of(category).values()})
        if len(fitting) == 1:
            self.answers["predicate"] = fitting[0]
            _tell(f"predicate: {fitting[0]}")
        else:
            self._ask("predicate", choices=fitting)
        asked = ["subject", "object", *required(category.removeprefix(_AA))]
        for column in asked:
            if column not in self.answers and column not in ("id", "sentence"):
                self._ask(column, _FACT.get(column, ""))
                if column == "cohort":
                    self._cohort()
        self._ask("id", next_identifier(self.layers))

    def _cohort(self) -> None:
        """What declares a cohort that is not loaded."""
        while not self.cells.read(0, COLUMNS["cohort"], self.answers["cohort"]):
            _tell_faults(self._faults())
            if _yes("Declare it as a new one?"):
                self._ask("cohortName")
                self._ask("cohortDefinition")
                return
            self._ask("cohort")

    def _line(self) -> None:
        for column, default in _LINE.items():
            self._ask(column, default)
        if self.texts and _yes("Point to the words in a text?"):
            for column, default in _QUOTED.items():
                self._ask(column, default, sorted(self.texts) if column == "text" else None)

    def _more(self) -> None:
        """Any other column, by name."""
        while column := self._column("another column, by name; nothing goes on: "):
            self._ask(column)

    def _checked(self) -> Import | None:
        """The fact with what the shapes find; a column can be answered anew until they find nothing."""
        while True:
            layers = Layers()
            layers.graphs = [*self.layers.graphs]
            layers.store.extend(self.layers.store)
            try:
                done = check_rows(layers, [self._row(1)], "the answers", self.texts)
            except TableError as error:
                _tell_faults(error.faults)
            else:
                if done.replaced:
                    _tell(f"  {self.answers['id']} is taken, or its name is.")
                if done.places:
                    _tell(told((place._replace(row=0) for place in done.places), ""))
                elif not done.replaced:
                    return done
            column = self._column("which column anew? nothing gives up: ")
            if not column:
                return None
            self._ask(column)

    # -- one question ----------------------------------------------------------

    def _ask(self, column: str, default: str = "", choices: list[str] | None = None) -> None:
        """Ask until the answer can be taken, and keep it."""
        known = self._choices(column) if choices is None else choices
        self._explain(column, default, known)
        while True:
            answer = self._answer(column, default, known)
            if column not in _LATER:
                self.cells.read(0, COLUMNS[column], answer, self._iri("predicate"), self._iri("class"))
            faults = self._faults()
            if not faults:
                self.answers[column] = answer
                return
            _tell_faults(faults)

    def _explain(self, column: str, default: str, known: list[str]) -> None:
        """What may stand there; many choices are listed when asked for."""
        text = f"  {COLUMNS[column].meaning}"
        if known:
            text += f": {', '.join(known)}" if len(known) <= _MANY else "; “?” lists them"
        _tell(text + ("; may stay blank" if column in _OPTIONAL and not default else ""), dim=True)

    def _answer(self, column: str, default: str = "", known: Iterable[str] = ()) -> str:
        """One answer, of words that can be seen through."""
        while True:
            answer = _read(f"{column}{f' [{default}]' if default else ''}: ") or default
            found = unescaped(guarded(answer))
            if isinstance(found, Flaw):
                _tell(f"  {found.what} {found.remedy}")
            elif answer == "?":
                _tell(f"  {', '.join(known) or COLUMNS[column].meaning}.")
            elif found or column in _OPTIONAL:
                return found
            else:
                _tell("  Nothing was said. “not stated” is an answer where a value can be missing.")

    def _column(self, prompt: str) -> str:
        """The name of a column to answer; empty where none is named."""
        while name := _read(prompt):
            if name in COLUMNS:
                return name
            if name == "?":
                _tell(f"  {', '.join(COLUMNS)}.")
            else:
                _tell_faults([Fault(0, "", "There is no such column.", "", tuple(nearest(name, COLUMNS)))])
        return ""

    def _choices(self, column: str) -> list[str]:
        """Labels of the values that a column may have."""
        kinds = self.cells.kinds(COLUMNS[column], self._iri("predicate"))
        found = {iri for kind in kinds for iri in self.cells.names.members(kind)} - set(kinds)
        return sorted(
            self.cells.names.label(iri) for iri in found if iri.startswith(_AA) and self.cells.may(iri)
        )

    def _iri(self, column: str) -> str:
        """The IRI of the answer given for a class or a predicate."""
        text = self.answers.get(column, "")
        found = self.cells.read(0, COLUMNS[column], text) if text else []
        self.cells.faults.clear()
        return found[0].value if found else ""

    def _row(self, number: int) -> Row:
        return Row(number, {column: answer for column, answer in self.answers.items() if answer})

    def _faults(self) -> list[Fault]:
        """What was found wrong since this was last asked."""
        found, self.cells.faults = self.cells.faults, []
        return found


def _read(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return input().strip()


def _yes(question: str) -> bool:
    return _read(f"{question} [y/N] ").casefold() in ("y", "yes")


def _heading(text: str) -> None:
    bold, end = ("\x1b[1m", "\x1b[0m") if styled(sys.stderr) else ("", "")
    sys.stderr.write(f"\n{bold}{text}{end}\n")


def _tell(text: str, dim: bool = False) -> None:
    shown = wrapped(text, width_of(sys.stderr))
    sys.stderr.write(f"\x1b[2m{shown}\x1b[0m\n" if dim and styled(sys.stderr) else f"{shown}\n")


def _tell_faults(faults: Iterable[Fault]) -> None:
    for fault in faults:
        near = f" Nearest: {', '.join(fault.nearest)}." if fault.nearest else ""
        _tell(f"  {fault.what}{near}")
