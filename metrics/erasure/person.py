"""Somebody to erase, and what stands for them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: What is put where a name stood in a text.
GONE = "‹erased›"
LONG_ENOUGH = 5  # letters of a name that is looked for inside texts


@dataclass(frozen=True)
class Person:
    """Somebody to erase: what they are called, in lower case, and the keys of that in the facts."""

    words: frozenset[str]
    keys: frozenset[int]

    @property
    def inside(self) -> tuple[str, ...]:
        """Words that name them beyond doubt, even inside a text: full names and addresses."""
        told = (word for word in self.words if len(word) >= LONG_ENOUGH)
        return tuple(sorted(word for word in told if "@" in word or " " in word))


@dataclass(frozen=True)
class Erased:
    """How many rows each place has lost, or had changed."""

    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def label_of(number: int) -> str:
    """What stands for a person once they are erased."""
    return f"erased-{number}"
