"""Headers of .rq files: a run of `#+` lines before the query.

What follows the marks is YAML of the plainest kind (`key: text`, `key: [a, b]`,
and one level of nesting), as grlc reads it (https://github.com/CLARIAH/grlc).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aa_ld.errors import BrokenQuestionError, BrokenRuleError, InputError

#: Where the header of each kind of file is described.
_PAGES = {BrokenQuestionError: "docs/questions.md", BrokenRuleError: "docs/rules.md"}


def parse_header(where: str, text: str, broken: type[InputError]) -> dict[str, Any]:
    """The header of a file as a dict; raises `broken` for a line that is of no form.

    >>> from aa_ld.errors import BrokenQuestionError
    >>> parse_header("x.rq", "#+ title: Which?\\n#+ cq: [CQ01, CQ02]\\n\\nSELECT", BrokenQuestionError)
    {'title': 'Which?', 'cq': ['CQ01', 'CQ02']}
    """
    header: dict[str, Any] = {}
    section: dict[str, str] | None = None
    for line in text.splitlines():
        if not line.startswith("#+"):
            break
        body = line[2:].removeprefix(" ")
        key, colon, value = body.partition(":")
        if not colon:
            raise broken(where, f"Header line without a colon: {line}", "Write `key: value`.")
        if body.startswith("  "):
            if section is None:
                raise broken(where, f"Nothing to nest under: {line}", "Write the key first.")
            section[key.strip()] = value.strip()
        elif value.strip():
            header[key.strip()], section = _scalar(value.strip()), None
        else:
            section = header[key.strip()] = {}
    return header


def check_header(
    where: str,
    header: Mapping[str, Any],
    forms: Mapping[str, tuple[type, str]],
    required: tuple[str, ...],
    broken: type[InputError],
) -> None:
    """Raise `broken` where a required key is missing, a key is unknown, or a value is not of its form."""
    missing = [key for key in required if not header.get(key)]
    unknown = [key for key in header if key not in forms]
    if missing or unknown:
        what = f"The header lacks {', '.join(missing)}." if missing else f"Unknown header key {unknown[0]}."
        raise broken(where, what, f"See {_PAGES[broken]} for what a header holds.")
    for key, (kind, form) in forms.items():
        if key in header and not (isinstance(header[key], kind) and (kind is not str or header[key])):
            raise broken(where, f"{key} is not of its form.", f"Write {form}.")


def _scalar(value: str) -> str | list[str]:
    if value.startswith("[") and value.endswith("]"):
        return [part.strip() for part in value[1:-1].split(",") if part.strip()]
    return value
