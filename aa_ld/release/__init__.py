"""The ontology as others load it: the files of a release, and the checks that the OBO community runs over them."""

from __future__ import annotations

from aa_ld.release.annotated import annotated
from aa_ld.release.checks import check_ontology, read_checks
from aa_ld.release.products import PRODUCTS, products

__all__ = ["PRODUCTS", "annotated", "check_ontology", "products", "read_checks"]
