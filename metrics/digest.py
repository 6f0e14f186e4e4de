"""A short name for values: the same for the same values, on every machine."""

from __future__ import annotations

import hashlib


def digest(*parts: object) -> str:
    """Sixteen hexadecimal digits of the values' `repr`: give them in an order of their own."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
