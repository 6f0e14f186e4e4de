"""Importing: from a file that a person drops to rows in the canonical tables, nothing lost."""

from metrics.importing.landing import inspect, land, remove

__all__ = ["inspect", "land", "remove"]
