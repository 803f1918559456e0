"""The catalogue by the models of DCAT-AP 3 that SeMPyRO has: what must be there, and of which kind each value is.

python check_dcat_ap.py CATALOGUE: the number of things, then a line of JSON for each finding.
"""

import json
import sys
from typing import Any


def main(path: str) -> None:
    """Say what does not fit."""
    from rdflib import RDF, Graph, URIRef
    from sempyro.dcat import DCATCatalog, DCATDataset, DCATDistribution

    graph = Graph().parse(path)
    found: list[tuple[str, str, str]] = []
    count = 0
    for kind, name in (
        (DCATCatalog, "Catalog"),
        (DCATDataset, "Dataset"),
        (DCATDistribution, "Distribution"),
    ):
        for node in sorted(graph.subjects(RDF.type, URIRef(f"http://www.w3.org/ns/dcat#{name}"))):
            count += 1
            _built(graph, node, kind, found)
    print(count)
    for finding in found:
        print(json.dumps(finding))


def _built(graph: Any, node: Any, kind: Any, found: list[tuple[str, str, str]]) -> Any:
    """A node of the catalogue as a model takes it."""
    from pydantic import ValidationError
    from rdflib import Literal, URIRef
    from sempyro.spdx import Checksum

    given: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        extra = field.json_schema_extra or {}
        values: list[Any] = []
        for each in sorted(graph.objects(node, URIRef(str(extra.get("rdf_term"))))):
            if name == "checksum":
                values.append(_built(graph, each, Checksum, found))
            elif isinstance(each, Literal) and extra.get("rdf_type") == "rdfs_literal":
                values.append({"value": str(each), **({"language": each.language} if each.language else {})})
            else:
                values.append(str(each))
        if values:
            given[name] = (
                values if "List[" in str(field.annotation) or "list[" in str(field.annotation) else values[0]
            )
    try:
        return kind(**given)
    except ValidationError as error:
        found.extend((str(node), fault["type"], ".".join(map(str, fault["loc"]))) for fault in error.errors())
        return None


if __name__ == "__main__":
    main(*sys.argv[1:])
