"""Process-behaviour charts (XmR): their constants, and the rules that look at several points.

Pure arithmetic over plain numbers. A missing value is None or NaN: it is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: How many mean moving ranges a limit lies from the centre.
LIMIT_FACTOR = 2.66

#: Fewer points than this have no limits; fewer than the second have provisional ones.
LEAST_POINTS = 6
SETTLED_POINTS = 15

RUN_LENGTH = 8


def near_limit(
    values: Sequence[float | None], centre: float, lower: float, upper: float
) -> list[int]:
    """Rule 2: points of three out of four successive ones nearer the same limit than the centre.

    A point takes part when it is itself nearer the limit and some four successive known points
    that hold it have at least three such.
    """
    found = _floats(values)
    positions = np.flatnonzero(~np.isnan(found))
    flags = np.zeros(found.size, dtype=int)
    for side, edge in ((1, (centre + upper) / 2), (-1, (centre + lower) / 2)):
        near = side * found[positions] > side * edge
        for first in range(len(positions) - 3):
            if near[first : first + 4].sum() >= 3:
                taking_part = positions[first : first + 4][near[first : first + 4]]
                flags[taking_part] = side
    return flags.tolist()


def runs(
    values: Sequence[float | None],
    centre: float | Sequence[float],
    length: int = RUN_LENGTH,
) -> list[int]:
    """Rule 3: points of `length` or more successive ones on one side of the centre.

    All points of such a run are flagged, +1 above and −1 below. A point on the centre is on
    neither side and ends a run. `centre` is one number or one for each point.
    """
    found = _floats(values)
    sides = np.sign(found - np.broadcast_to(np.asarray(centre, dtype=float), found.shape))
    return _flag_runs(sides, np.flatnonzero(~np.isnan(found)), length)


def _flag_runs(sides: Floats, positions: NDArray[np.intp], length: int) -> list[int]:
    flags = [0] * sides.size
    first = 0
    while first < len(positions):
        last = first
        side = sides[positions[first]]
        while last + 1 < len(positions) and sides[positions[last + 1]] == side:
            last += 1
        if side and last - first + 1 >= length:
            for position in positions[first : last + 1]:
                flags[position] = int(side)
        first = last + 1
    return flags


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=float)
