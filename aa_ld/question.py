"""Questions: SPARQL files whose header says what they ask.

A parameter is a variable with exactly one `VALUES ?name { UNDEF }` in the
query, or a default in place of UNDEF. The file thus runs as it stands in any
endpoint; a bound value replaces what stands between the braces.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from aa_ld import places
from aa_ld.errors import BrokenQuestionError, UnknownQuestionError, nearest
from aa_ld.header import check_header, parse_header

_REQUIRED = ("title", "description", "row", "cq", "tags", "returns")

#: Header key to the type of its value and how it is written.
_FORMS: dict[str, tuple[type, str]] = {
    "title": (str, "title: text"),
    "description": (str, "description: text"),
    "row": (str, "row: text"),
    "cq": (list, "cq: [CQ01, CQ02]"),
    "tags": (list, "tags: [word, word]"),
    "parameters": (dict, "parameters: and below it, indented, name: aa:Category, text"),
    "returns": (dict, "returns: and below it, indented, column: text"),
    "silence": (str, "silence: column aa:Category"),
    "advice": (str, "advice: treatment"),
    "table": (list, "table: [column, column]"),
    "empty": (str, "empty: text"),
    "derived": (str, "derived: yes"),
}


class Parameter(NamedTuple):
    """One parameter of a question.

    category  the short name of the class that a value must belong to, "aa:Mediator"
    text      what the parameter means
    default   the short name of the value used when none is given, or None for "any"
    """

    category: str
    text: str
    default: str | None


class Question(NamedTuple):
    """A shipped question.

    returns   column to meaning, in the order of the query
    silence   (column, category): which members of a category the answer leaves out, or None
    advice    whether answers speak of treatments and so need the disclaimer
    table     the columns that a table for people shows; empty for the usual ones
    empty     what an empty answer means, where it is not silence
    derived   whether the answer may hold what follows by rules, which then run first
    """

    name: str
    title: str
    description: str
    row: str
    cq: tuple[str, ...]
    tags: tuple[str, ...]
    parameters: dict[str, Parameter]
    returns: dict[str, str]
    silence: tuple[str, str] | None
    advice: bool
    table: tuple[str, ...]
    empty: str | None
    derived: bool
    text: str

    def needs(self) -> list[str]:
        """The parameters without which it cannot be asked."""
        return [name for name, each in self.parameters.items() if each.text.startswith("required")]

    def record(self) -> dict[str, Any]:
        """What there is to know of it, for programs: name, words, parameters, columns, and where it comes from."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "row": self.row,
            "parameters": [
                {"name": name, "type": each.category, "description": each.text, "default": each.default}
                for name, each in self.parameters.items()
            ],
            "returns": [{"name": name, "description": text} for name, text in self.returns.items()],
            "cq": list(self.cq),
            "tags": list(self.tags),
        }

    def bound(self, values: dict[str, str]) -> str:
        """The query with parameters bound; values are SPARQL terms, already checked."""
        text = self.text
        for name, term in values.items():
            start, end = _braces(text, name)
            text = f"{text[:start]} {term} {text[end:]}"
        return text


def read_question(path: Path) -> Question:
    """Read a .rq file.

    Raises BrokenQuestionError where the header lacks a part, or names a
    parameter that the query does not bind exactly once.

    >>> read_question(places.question_files()["treatments-toward-th2"]).cq
    ('CQ17',)
    """
    text = path.read_text(encoding="utf-8")
    header = parse_header(path.name, text, BrokenQuestionError)
    check_header(path.name, header, _FORMS, _REQUIRED, BrokenQuestionError)
    silence = header["silence"].split() if "silence" in header else None
    if silence is not None and len(silence) != 2:
        raise BrokenQuestionError(
            path.name, "silence is not of its form.", "Write silence: column aa:Category."
        )
    return Question(
        name=path.stem,
        title=header["title"],
        description=header["description"],
        row=header["row"],
        cq=tuple(header["cq"]),
        tags=tuple(header["tags"]),
        parameters=_parameters(path.name, header.get("parameters", {}), text),
        returns=dict(header["returns"]),
        silence=(silence[0], silence[1]) if silence else None,
        advice="advice" in header,
        table=tuple(header.get("table", ())),
        empty=header.get("empty"),
        derived="derived" in header,
        text=text,
    )


def read_questions() -> dict[str, Question]:
    """All shipped questions, by name."""
    return {name: read_question(path) for name, path in places.question_files().items()}


def find_question(name: str) -> Question:
    """The question of this name, title or competency question (CQ17).

    Case, blanks and a final mark do not count.

    Raises UnknownQuestionError with the names most like it.
    """
    files = places.question_files()
    if not isinstance(name, str):
        raise UnknownQuestionError(
            repr(name), "The name of a question is text.", "List them with aa-ld questions."
        )
    if name in files:
        return read_question(files[name])
    wanted = _folded(name)
    questions = [read_question(path) for path in files.values()]
    for question in questions:
        if wanted in (_folded(question.name), _folded(question.title), *map(_folded, question.cq)):
            return question
    raise UnknownQuestionError(
        name,
        "No question has this name.",
        "List the questions with aa-ld questions.",
        _nearest_questions(name, questions),
    )


def _nearest_questions(name: str, questions: list[Question]) -> list[str]:
    """By spelling, and by the words shared with name, title and tags; for a sentence, words come first."""
    by_spelling = nearest(name, [q.name for q in questions])
    words = set(_folded(name).split())
    scored = [
        (len(words & set(_folded(f"{q.name} {q.title} {' '.join(q.tags)}").split())), q.name)
        for q in questions
    ]
    by_title = [
        q.name for title in nearest(name, [q.title for q in questions]) for q in questions if q.title == title
    ]
    by_words = [found for score, found in sorted(scored, key=lambda item: -item[0]) if score][:3]
    is_sentence = len(words) > 3 and " " in name.strip()
    return list(dict.fromkeys(by_title + by_words + by_spelling if is_sentence else by_spelling + by_words))[
        :3
    ]


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").strip(" ?.").split())


def _parameters(where: str, entries: dict[str, str], text: str) -> dict[str, Parameter]:
    parameters = {}
    for name, entry in entries.items():
        category, _, meaning = entry.partition(",")
        if text.count(f"VALUES ?{name} {{") != 1:
            raise BrokenQuestionError(
                where,
                f"The query does not bind the parameter {name} exactly once.",
                f"Write VALUES ?{name} {{ UNDEF }} in the query.",
            )
        start, end = _braces(text, name)
        default = text[start:end].strip()
        parameters[name] = Parameter(
            category.strip(), meaning.strip(), None if default == "UNDEF" else default
        )
    return parameters


def _braces(text: str, name: str) -> tuple[int, int]:
    """Where the value of a parameter stands: just inside the braces of its VALUES clause."""
    start = text.index(f"VALUES ?{name} {{") + len(f"VALUES ?{name} {{")
    return start, text.index("}", start)
