"""What the time of the year does to a series, learnt from the year before.

Two years of history are usual, so each point has one point a year earlier to learn from (methods
such as STL want two whole years before the judged one); where there are two, their mean is taken.
A single year is noisy: where it is even
it is smoothed over thirteen weeks, where it bends over seven, then five, and where it jumps, as it
does at Christmas, each week stands for itself. The widest smoothing that agrees with the next
narrower one is taken (Lepski's method), by Savitzky and Golay's weights for a local parabola.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.detection.masked import (
    Bools,
    Codes,
    Floats,
    autocorrelation,
    count,
    median,
    neighbours,
)

#: Years of fewer points, of months say, tell no season before a second year repeats it.
SMOOTH_YEAR = 52
#: Until then a month that stood out by so many standard deviations may do so again, that far.
STOOD_OUT = 2.5
#: So may a week of a series in which no season is proved: deviations of its smoothed estimate.
STOOD_OUT_WEEK = 3.0
#: However alike neighbours are, a smoothed estimate says something.
MOST_ALIKE = 0.9
#: Points on either side of the smoothings, from the widest.
REACHES = (6, 3, 2)
#: A narrower smoothing is taken where it differs by so many standard deviations of chance.
DISAGREES = 2.2
#: A jump spoils the smoothing of every point whose window holds it.
BENDS_REACH = 2
#: Points at the end of a series that are judged, each on those before it.
JUDGED = 26
#: Fewest changes over a year that tell how a series rises.
LEAST_CHANGES = 13
#: Feasts and school holidays move within the calendar by about so many weeks (one deviation), so
#: where a season is steep less is known of it.
FEASTS_MOVE = 0.35


@dataclass(frozen=True)
class Season:
    """What last year did around the date of each point, on the series' scale.

    `offset` is how far the point lies from its level because of its date; `noise` the variance of
    that estimate, in variances of the series; `low` ≤ 0 ≤ `high` how far a month, or a week or
    those beside it, stood out last year, where a single year proves no season. `own` is the season
    that the point's own year tells, for the year that has none before it. `known` marks points that
    have a year before them.
    """

    offset: Floats
    noise: Floats
    low: Floats
    high: Floats
    own: Floats
    known: Bools
    strength: Floats  # variance of last year's season in variances of the series, one per series
    spread: Floats  # standard deviation of the series around its season, one per series
    smooth: bool  # whether a year has points enough to tell a season from noise
    year: int  # points

    @staticmethod
    def none(shape: tuple[int, ...], year: int) -> Season:
        return Season(
            smooth=year >= SMOOTH_YEAR,
            year=year,
            offset=np.zeros(shape),
            noise=np.zeros(shape),
            low=np.zeros(shape),
            high=np.zeros(shape),
            own=np.zeros(shape),
            known=np.zeros(shape, dtype=np.bool_),
            strength=np.zeros(shape[0]),
            spread=np.full(shape[0], np.nan),
        )


def season(values: Floats, sets: Codes, lag: int) -> Season:
    """The season of every point, from the points around the same date a year (`lag`) earlier.

    Only points whose set (`sets`, a code) is that of the year before have a season.
    """
    past = values.shape[1] - lag
    if past <= 0 or lag < 4:  # points a year apart have no season within it
        return Season.none(values.shape, lag)
    begun = np.argmax(~np.isnan(values), axis=1)
    found = _season_from_start(_moved(values, begun, np.nan), _moved(sets, begun, -1), lag)
    return replace(
        found,
        offset=_moved(found.offset, -begun, 0),
        noise=_moved(found.noise, -begun, 0),
        low=_moved(found.low, -begun, 0),
        high=_moved(found.high, -begun, 0),
        own=_moved(found.own, -begun, 0),
        known=_moved(found.known, -begun, False),
    )


def _moved(numbers: NDArray[Any], by: Codes, nothing: float | bool) -> NDArray[Any]:
    """Each row moved to the left by so many columns (right when negative), nothing coming in."""
    columns = np.arange(numbers.shape[1]) + by[:, None]
    there = (columns >= 0) & (columns < numbers.shape[1])
    taken = np.take_along_axis(numbers, np.clip(columns, 0, numbers.shape[1] - 1), 1)
    return np.where(there, taken, nothing)


def _season_from_start(values: Floats, sets: Codes, lag: int) -> Season:
    """The season of series whose first point is known."""
    found = Season.none(values.shape, lag)
    past = values.shape[1] - lag
    deviation = _deviation(values, lag)
    deviation[sets[:, :past] != sets[:, lag:]] = np.nan
    noise = bend_spread(deviation[:, :lag])
    found.spread[:] = noise
    whole, variance = _smoothed(deviation, noise, REACHES if found.smooth else ())
    known = ~np.isnan(deviation)
    shape = np.where(known, whole, 0.0)
    found.known[:, lag:] = known
    variance = np.where(known, variance, 0.0)
    found.own[:, :past] = np.where(variance >= 1, np.nan, shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        found.strength[:] = np.nan_to_num((shape[:, :lag] ** 2).mean(1) / noise**2, posinf=0.0)
    shape, variance = _both_years(shape, variance, known, lag)
    found.offset[:, lag:] = shape
    # Smoothing tells less where neighbours are alike.
    alike = np.clip(np.nan_to_num(autocorrelation(deviation[:, :lag])), 0, MOST_ALIKE)[:, None]
    estimated = np.where(known, np.minimum(variance * (1 + alike) / (1 - alike), 1.0), 1.0)
    if found.smooth:
        slope = (neighbours(shape, 1, np.fmax) - neighbours(shape, 1, np.fmin)) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = np.where(known, (FEASTS_MOVE * slope / noise[:, None]) ** 2, 0.0)
        variance = variance + np.nan_to_num(moved, posinf=0.0)
    stood_out = STOOD_OUT_WEEK if found.smooth else STOOD_OUT
    far = np.abs(shape) > stood_out * noise[:, None] * np.sqrt(estimated)
    clear = np.where(far, shape, 0.0)
    low, high = _around(clear, whole, known) if found.smooth else (clear, clear)
    found.low[:, lag:] = np.minimum(low, 0.0)
    found.high[:, lag:] = np.maximum(high, 0.0)
    found.noise[:, lag:] = variance
    return found


def _around(clear: Floats, whole: Floats, known: Bools) -> tuple[Floats, Floats]:
    """The least and the most that a week and those beside it stood out last year, for what moves
    them, feasts and holidays, comes a week earlier or later. Weeks of that time of which nothing is
    known, as in an outage, stood out as `whole`, the season across them, says."""
    beside = neighbours((clear != 0).astype(float), BENDS_REACH, np.fmax) > 0
    told = np.where(known, clear, np.where(beside, whole, 0.0))
    return neighbours(told, 1, np.fmin), neighbours(told, 1, np.fmax)


def _both_years(shape: Floats, variance: Floats, known: Bools, lag: int) -> tuple[Floats, Floats]:
    """The mean of the season a year and two years before, where both are known."""
    mean_shape, mean_variance = shape.copy(), variance.copy()
    if shape.shape[1] > lag:
        both = known[:, lag:] & known[:, :-lag]
        mean_shape[:, lag:][both] = ((shape[:, lag:] + shape[:, :-lag]) / 2)[both]
        mean_variance[:, lag:][both] = ((variance[:, lag:] + variance[:, :-lag]) / 4)[both]
    return mean_shape, mean_variance


def _deviation(values: Floats, lag: int) -> Floats:
    """How far each point that lies a year back is from the median of the year around it."""
    half, past = lag // 2, values.shape[1] - lag
    first_year = values[:, :lag]
    rise = _rise(values, lag)
    level = np.empty((len(values), past))
    for column in range(past):
        if column < half:
            level[:, column] = median(first_year) + rise * (column - (lag - 1) / 2)
        else:
            level[:, column] = median(values[:, column - half : column + half + 1])
    return values[:, :past] - level


def _rise(values: Floats, lag: int) -> Floats:
    """How much a series rises from one point to the next, as its year-on-year changes tell.

    Those of the latest points, that are judged, do not count. Where there are few, the change from
    the first half of the first year to the second stands in, though a season may show in it.
    """
    half = lag // 2
    within = median(values[:, half:lag] - values[:, : lag - half]) / half
    changes = values[:, lag:] - values[:, :-lag]
    ends = values.shape[1] - 1 - np.argmax(~np.isnan(np.flip(values, 1)), axis=1)
    judged = np.arange(lag, values.shape[1]) > (ends - JUDGED)[:, None]
    changes = np.where(judged, np.nan, changes)
    return np.where(count(changes) >= LEAST_CHANGES, median(changes) / lag, within)


def _smoothed(deviation: Floats, noise: Floats, reaches: tuple[int, ...]) -> tuple[Floats, Floats]:
    """The season and the variance of its noise, in variances of the series."""
    filled = _filled(deviation)
    kept, variance = filled, np.ones(deviation.shape)
    layers = [(filled, 1.0)]
    for reach in reversed(reaches):
        weights = parabola_weights(reach)
        if deviation.shape[1] > reach:
            layers.append((_filtered(filled, weights), float((weights**2).sum())))
    narrow = np.ones(deviation.shape, dtype=np.bool_)
    for (inner, inner_noise), (outer, outer_noise) in itertools.pairwise(layers):
        scatter = noise * np.sqrt(inner_noise - outer_noise)  # of the difference by chance
        apart = np.abs(outer - inner) > DISAGREES * scatter[:, None]
        agrees = ~(neighbours(apart.astype(float), BENDS_REACH, np.fmax) > 0)
        narrow &= agrees  # a smoothing counts only where every narrower one agrees with it
        kept = np.where(narrow, outer, kept)
        variance = np.where(narrow, outer_noise, variance)
    return kept, variance


def bend_spread(values: Floats) -> Floats:
    """The standard deviation that second differences tell: a slope does not widen it."""
    bends = np.abs(np.diff(values, 2))
    found: Floats = median(bends) / (0.6745 * np.sqrt(6))
    return found


def parabola_weights(reach: int) -> Floats:
    """Savitzky and Golay's weights: the middle of a least-squares parabola over 2 × reach + 1."""
    position = np.arange(-reach, reach + 1, dtype=float)
    design = np.stack([np.ones_like(position), position, position**2], 1)
    weights: Floats = np.linalg.pinv(design)[0]
    return weights


def _filtered(values: Floats, weights: Floats) -> Floats:
    reach = len(weights) // 2
    padded = np.pad(values, ((0, 0), (reach, reach)), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(weights), axis=1)
    found: Floats = windows @ weights
    return found


def _filled(values: Floats) -> Floats:
    """Unknown points as the straight line between their neighbours says; 0 where none is known."""
    found = values.copy()
    position = np.arange(values.shape[1])
    for row in np.flatnonzero(np.isnan(values).any(1)):
        there = ~np.isnan(values[row])
        found[row] = np.interp(position, position[there], values[row, there]) if there.any() else 0
    return found
