"""Importing: from a file that a person drops to rows in the canonical tables, nothing lost."""

from metrics.importing.container import Part, parts
from metrics.importing.landed_tables import remove
from metrics.importing.landing import inspect, land

__all__ = ["Part", "inspect", "land", "parts", "remove"]
