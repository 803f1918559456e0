"""Merge ontologies and facts of others with ours, and know what was done."""
