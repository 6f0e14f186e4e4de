"""Erasing a person: from the facts, the archive and the register, wherever any of them is known.

Facts know people by keyed hashes of what tools call them; the hashes of one identifier are made
again here, as each tool would have made them. Rows that bear one are deleted; what people wrote
that names the person loses the name; the register's own people become a number.
"""

from __future__ import annotations

from metrics.erasure.archive import write_cleaned
from metrics.erasure.facts import as_after, erase_facts, erase_names
from metrics.erasure.finding import find, key_of
from metrics.erasure.foreseeing import foresee
from metrics.erasure.person import Erased, Person, nothing_kept
from metrics.erasure.register import erase_register, in_register, next_number, note
from metrics.erasure.settling import aside_of, settle

__all__ = [
    "Erased",
    "Person",
    "as_after",
    "aside_of",
    "erase_facts",
    "erase_names",
    "erase_register",
    "find",
    "foresee",
    "in_register",
    "key_of",
    "next_number",
    "note",
    "nothing_kept",
    "settle",
    "write_cleaned",
]
