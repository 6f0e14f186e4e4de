"""Importing: from a file that a person drops to rows in the canonical tables, nothing lost."""

from metrics.importing.container import Part, parts
from metrics.importing.landing import inspect, land, remove

__all__ = ["Part", "inspect", "land", "parts", "remove"]
