"""One folder that puts the knowledge on the web: pages for people, files for machines, records for archives."""

from __future__ import annotations

from aa_ld.publish.building import publish

__all__ = ["publish"]
