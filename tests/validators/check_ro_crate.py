"""RO-Crate 1.2 by rocrate-validator of CRS4, which asks the network for the context; here it is a file.

python check_ro_crate.py FOLDER CONTEXT: a line of JSON for each finding.
"""

import json
import sys
from pathlib import Path


def main(folder: str, context: str) -> None:
    """Say what the validator finds, required and recommended."""
    from rocrate_validator import models, services
    from rocrate_validator.utils.http import HttpRequester

    said = json.loads(Path(context).read_text(encoding="utf-8"))

    class Reply:
        status_code, headers, text = 200, {"Content-Type": "application/ld+json"}, json.dumps(said)

        def json(self) -> object:
            return said

    def get(_self: object, url: str, **_: object) -> Reply:
        if url == said["@id"]:
            return Reply()
        raise OSError(f"{url} is not asked")

    HttpRequester.get = get
    result = services.validate(
        services.ValidationSettings(
            rocrate_uri=folder,
            profile_identifier="ro-crate-1.2",
            requirement_severity=models.Severity.RECOMMENDED,
            skip_checks=["ro-crate-1.2_51.1"],  # whether the IRI resolves, which no folder knows
        )
    )
    for each in result.get_issues():
        print(json.dumps([each.severity.name, each.check.identifier, each.message]))


if __name__ == "__main__":
    main(*sys.argv[1:])
