"""How FAIR a publication is: the tests that others ask for, run over a folder or a web site of ours.

What a folder cannot have by itself, such as a DOI or a name in a registry, is
told as such: it neither passes nor counts as a fault.
"""

from __future__ import annotations

from aa_ld.fair.checking import Fairness, Finding, check
from aa_ld.fair.places import Folder, Site

__all__ = ["Fairness", "Finding", "Folder", "Site", "check"]
