"""Sets without the members whose data are not there yet: four of five products, by themselves.

A scope over several products closes when each has. Until then its figure is absent, and what the
others did is told apart: the same KPI over those that have closed, in that period, in the one
before and in that of the year before. It is never set against a figure of all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metrics.scopes import ScopeSets, digest_of

#: The dimension under which these figures are published; its member is the digest of the set.
LIKE_WITH_LIKE = "like_with_like"
#: How many periods back an open period is still of interest.
RECENT = 26

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Subset:
    """The set with id `set_id`: what has closed of `scope` (its row) in the period `column`."""

    scope: int
    column: int
    set_id: int


def with_subsets(
    sets: ScopeSets, states: Mapping[str, tuple[Flags, Flags]], rows: Collection[int]
) -> tuple[ScopeSets, tuple[Subset, ...]]:
    """The sets with those added that some, but not all, members of a scope have closed.

    `states` holds for each member with data one flag a period for closed and one for open, `rows`
    the scopes wanted. Sets are added at the end, so ids stay what they are.
    """
    ids = {members: index for index, members in enumerate(sets.sets)}
    width = sets.held.shape[1]
    found: list[Subset] = []
    for row in sorted(rows):
        for column in range(max(0, width - RECENT), width):
            if sets.held[row, column] < 0:
                continue
            members = sets.sets[sets.held[row, column]]
            with_data = [member for member in members if member in states]
            there = frozenset(member for member in with_data if states[member][0][column])
            if there and any(states[member][1][column] for member in with_data):
                found.append(Subset(row, column, ids.setdefault(there, len(ids))))
    everything: Sequence[frozenset[str]] = tuple(ids)
    digests = (*sets.digests, *(digest_of(s) for s in everything[len(sets.sets) :]))
    return replace(sets, sets=tuple(everything), digests=digests), tuple(found)


def in_both(
    one: Mapping[str, tuple[Flags, Flags]], other: Mapping[str, tuple[Flags, Flags]]
) -> dict[str, tuple[Flags, Flags]]:
    """States of the members known of both: closed in both, open in either."""
    return {
        member: (one[member][0] & other[member][0], one[member][1] | other[member][1])
        for member in one.keys() & other.keys()
    }
