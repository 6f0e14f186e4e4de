"""Somebody to erase, and what stands for them afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from metrics.errors import VigieError

#: What may stand between the parts of a name.
BETWEEN = r"[\s_.,\-]+"
#: What is put where a name stood in a text.
GONE = "‹erased›"
LONG_ENOUGH = 5  # letters of a name that is looked for inside texts
#: Where a word begins or ends, so that who is called Jean Martineau keeps that name when Jean
#: Martin is erased. An underscore stands between words of file names.
EDGE = r"(?:\b|_)"


@dataclass(frozen=True)
class Person:
    """Somebody to erase: what they are called, in lower case, and the keys of that in the facts."""

    words: frozenset[str]
    keys: frozenset[int]

    @property
    def pattern(self) -> str:
        """A regular expression, of Python and of RE2, of what names them beyond doubt inside a text
        or the name of a file: addresses and full names, in either order; '' if there is none."""
        told = [word for word in sorted(self.words, reverse=True) if len(word) >= LONG_ENOUGH]
        found = [re.escape(word) for word in told if "@" in word]
        for parts in (word.split() for word in told if "@" not in word and " " in word):
            for order in dict.fromkeys((tuple(parts), (*parts[1:], parts[0]))):
                found.append(BETWEEN.join(map(re.escape, order)))
        # RE2 knows where a word of ASCII ends; of others rather too much is erased than too little.
        plain = "|".join(each for each in found if each[0].isascii() and each[-1].isascii())
        others = [each for each in found if not (each[0].isascii() and each[-1].isascii())]
        if plain:
            others.insert(0, f"{EDGE}(?:{plain})(?:_(?:{plain}))*{EDGE}")
        return f"(?i)(?:{'|'.join(others)})" if others else ""

    def without(self, text: str) -> str:
        """The text without what names them."""
        return re.sub(self.pattern, GONE, text) if self.pattern else text


@dataclass(frozen=True)
class Erased:
    """How many rows each place has lost, or had changed."""

    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def nothing_kept() -> VigieError:
    """The refusal to erase somebody of whom nothing is known."""
    return VigieError(
        "Nothing is kept under that address, name or identifier.",
        next_step="Look for what the tools call this person, and erase that.",
    )


def label_of(number: int) -> str:
    """What stands for a person once they are erased."""
    return f"erased-{number}"
