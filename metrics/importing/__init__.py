"""Importing: from a file that a person drops to rows in the canonical tables, nothing lost."""
