"""Process-behaviour charts (XmR): what a series does when nothing special happens.

Pure arithmetic over plain numbers. A missing value is None or NaN: it is left out, and no moving
range is taken across it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Distances in mean moving ranges, and the published ones for the median moving range.
LIMIT_FACTOR = 2.66
RANGE_FACTOR = 3.268
MEDIAN_LIMIT_FACTOR = 3.145
MEDIAN_RANGE_FACTOR = 3.865

#: Fewer points than this have no limits; fewer than the second have provisional ones.
LEAST_POINTS = 6
SETTLED_POINTS = 15

RUN_LENGTH = 8


@dataclass(frozen=True)
class Chart:
    """Limits of a series: all in the unit of its values."""

    centre: float
    lower: float
    upper: float
    moving_range: float
    range_limit: float
    points: int

    @property
    def provisional(self) -> bool:
        return self.points < SETTLED_POINTS


def moving_ranges(values: Sequence[float | None]) -> Floats:
    """|x(i) − x(i−1)| of neighbours that are both known."""
    steps = np.abs(np.diff(_floats(values)))
    return steps[~np.isnan(steps)]


def chart(
    values: Sequence[float | None],
    *,
    by_median: bool = False,
    limit_factor: float | None = None,
    range_factor: float | None = None,
) -> Chart | None:
    """The limits that `values` give, all of them being the baseline.

    Centre ± 2.66 × the mean moving range; with `by_median` centre ± 3.145 × the median moving
    range, which one odd range does not widen. The factors can be given (3/1.128 = 2.6596 and 3.267
    are used as well). Moving ranges are not screened. None when no two neighbours are known; it is
    the caller's part to ask for at least `LEAST_POINTS`.
    """
    known = _floats(values)
    known = known[~np.isnan(known)]
    ranges = moving_ranges(values)
    if not ranges.size:
        return None
    middle = float(np.median(ranges)) if by_median else float(ranges.mean())
    if limit_factor is None:
        limit_factor = MEDIAN_LIMIT_FACTOR if by_median else LIMIT_FACTOR
    if range_factor is None:
        range_factor = MEDIAN_RANGE_FACTOR if by_median else RANGE_FACTOR
    centre = float(known.mean())
    reach = limit_factor * middle
    return Chart(
        centre, centre - reach, centre + reach, middle, range_factor * middle, int(known.size)
    )


def outside(values: Sequence[float | None], lower: float, upper: float) -> list[int]:
    """Rule 1: +1 for a point above the upper limit, −1 below the lower, 0 else."""
    found = _floats(values)
    return [int(side) for side in (found > upper).astype(int) - (found < lower).astype(int)]


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
