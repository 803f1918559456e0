"""The words of the project: namespaces, prefixes, named graphs.

Everything that is spelt out once is spelt out here. No other module of the
package writes an IRI of ours by hand.
"""

from __future__ import annotations

from functools import lru_cache

BASE = "https://w3id.org/aa-ld/"

#: Prefix to namespace, for reading, writing and showing IRIs.
PREFIXES: dict[str, str] = {
    "aa": BASE,
    "cohort": BASE + "cohort/",
    "conflict": BASE + "conflict/",
    "evidence": BASE + "evidence/",
    "fact": BASE + "fact/",
    "graph": BASE + "graph/",
    "part": BASE + "part/",
    "publication": BASE + "publication/",
    "question": BASE + "question/",
    "rule": BASE + "rule/",
    "setting": BASE + "setting/",
    "shape": BASE + "shape/",
    "source": BASE + "source/",
    "span": BASE + "span/",
    "bibo": "http://purl.org/ontology/bibo/",
    "biolink": "https://w3id.org/biolink/vocab/",
    "dcterms": "http://purl.org/dc/terms/",
    "doi": "https://doi.org/",
    "drugbank": "http://identifiers.org/drugbank/",
    "efo": "http://www.ebi.ac.uk/efo/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hgnc": "http://identifiers.org/hgnc/",
    "mesh": "http://id.nlm.nih.gov/mesh/",
    "meshv": "http://id.nlm.nih.gov/mesh/vocab#",
    "mod": "https://w3id.org/mod#",
    "np": "http://www.nanopub.org/nschema#",
    "npx": "http://purl.org/nanopub/x/",
    "oa": "http://www.w3.org/ns/oa#",
    "obo": "http://purl.obolibrary.org/obo/",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "snomed": "http://snomed.info/id/",
    "uniprot": "http://purl.uniprot.org/uniprot/",
    "vann": "http://purl.org/vocab/vann/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

#: Layers of the knowledge, one named graph each.
LAYERS = ("ontology", "mappings", "review", "literature")

#: The layer that rules fill; it is made anew, never written by hand.
INFERRED = "inferred"

#: What the IRIs begin with that blank nodes are given in a server.
GENID = BASE + ".well-known/genid/"

RDF_TYPE = PREFIXES["rdf"] + "type"
IDENTIFIER = PREFIXES["dcterms"] + "identifier"

_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def graph_iri(layer: str) -> str:
    """The IRI of the named graph that holds a layer.

    >>> graph_iri("review")
    'https://w3id.org/aa-ld/graph/review'
    """
    return PREFIXES["graph"] + layer


@lru_cache(maxsize=1 << 13)
def compact(iri: str) -> str:
    """The short form of an IRI, or the IRI in angle brackets where it has none.

    >>> compact("https://w3id.org/aa-ld/fact/x")
    'fact:x'
    >>> compact("http://example.org/x")
    '<http://example.org/x>'
    """
    for prefix, namespace in _LONGEST_FIRST:
        if iri.startswith(namespace):
            local = iri[len(namespace) :]
            if is_plain_local_name(local):
                return f"{prefix}:{local}"
    return f"<{iri}>"


def is_plain_local_name(local: str) -> bool:
    """Whether Turtle and SPARQL take this local name without any escape.

    >>> is_plain_local_name("D000506Q000276"), is_plain_local_name("a/b")
    (True, False)
    """
    if not local:
        return True
    if local[0] == "-" or not local.isascii():
        return False
    return local.replace("_", "a").replace("-", "a").isalnum()


def printable(text: str, most: int | None = None) -> str:
    r"""Text that cannot steer a terminal or turn what follows around; cut to `most` characters if given.

    >>> printable("a\u202eb")
    'a\\u202eb'
    """
    shown = text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return shown if most is None or len(shown) <= most else shown[: most - 1] + "…"


def expand(name: str) -> str | None:
    """The IRI that a person meant by a short or bare name; None if it cannot be one.

    A name without a prefix is taken as a term of ours.

    >>> expand("fact:x"), expand("Dupilumab"), expand("<http://example.org/x>")
    ('https://w3id.org/aa-ld/fact/x', 'https://w3id.org/aa-ld/Dupilumab', 'http://example.org/x')
    """
    if name.startswith("<") and name.endswith(">"):
        return name[1:-1]
    if name.startswith(("http://", "https://")):
        return name
    prefix, colon, local = name.partition(":")
    if colon:
        namespace = PREFIXES.get(prefix)
        return namespace + local if namespace is not None else None
    return BASE + name if is_plain_local_name(name) and name else None
