"""Arithmetic on many series at once: arrays are series × points with NaN for what is unknown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]

#: Moving range of two independent normal values, in standard deviations: mean and median.
MEAN_RANGE, MEDIAN_RANGE = 1.128, 0.954


def count(values: Floats) -> Codes:
    """How many points of each series are known."""
    found: Codes = (~np.isnan(values)).sum(1)
    return found


def mean(values: Floats) -> Floats:
    """Means of the known points; NaN where none is known."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Floats = np.where(there, values, 0.0).sum(1) / there.sum(1)
    return result


def median(values: Floats) -> Floats:
    """Medians of the known points; NaN where none is known. (Many times faster than nanmedian.)"""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    ordered = np.sort(values, axis=1)  # unknown points come last
    known = count(values)
    rows = np.arange(len(values))
    low, high = (
        ordered[rows, (known - 1).clip(0) // 2],
        ordered[rows, (known // 2).clip(max=values.shape[1] - 1)],
    )
    result: Floats = np.where(known > 0, (low + np.where(known % 2, low, high)) / 2, np.nan)
    return result


def line(values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Least squares over the points: slope, intercept, mean position, spread of positions."""
    there = ~np.isnan(values)
    known = there.sum(1)
    position = np.arange(values.shape[1], dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (there * position).sum(1) / known
        off = there * (position - centre[:, None])
        spread = (off**2).sum(1)
        slope = (off * np.nan_to_num(values)).sum(1) / spread
        intercept = np.where(there, values, 0.0).sum(1) / known - slope * centre
    return slope, intercept, centre, spread


def autocorrelation(residual: Floats) -> Floats:
    """How alike neighbours are, -1 … 1; NaN where nothing varies."""
    with np.errstate(invalid="ignore", divide="ignore"):
        together = np.nansum(residual[:, 1:] * residual[:, :-1], 1)
        result: Floats = together / np.nansum(residual**2, 1)
    return result


def spread(values: Floats) -> Floats:
    """The standard deviation that the median moving range tells; one odd range does not widen it"""
    return median(np.abs(np.diff(values))) / MEDIAN_RANGE


def neighbours(values: Floats, reach: int, choose: np.ufunc) -> Floats:
    """`choose` (np.fmin, np.fmax) of each point and the `reach` points on either side."""
    found = values.copy()
    for by in range(1, reach + 1):
        found[:, by:] = choose(found[:, by:], values[:, :-by])
        found[:, :-by] = choose(found[:, :-by], values[:, by:])
    return found
