"""What is usual for a series before each of its points, for many series at once.

Every point is judged on the points before it, `BASELINE` at most, on the scale on which the series
varies evenly (`scale`), once what trailing windows share (`windows`) and its season (`season`) are
taken out where it has them, by whichever of these describes them (`baseline`):

- *level*: they vary around a constant (the plain XmR chart);
- *trend*: they vary around a line;
- *carried*: each keeps a part of the deviation of the one before (autocorrelation at lag 1),
  around a level or a line; what is left is charted;
- *drift*: the level itself moves, or last year's season is off by what neighbours share; each is
  expected where those before it have led. A single series tells no slow drift from chance, so all
  series of a KPI vote together on whether there is one;
- *steps*: each is the one before plus something, as recurring revenue is; the steps are charted.

A point made of fewer cases than usual strays farther by chance (`sampling`). Where something was
taken out, limits are of one point given those before it, so the point before counts as well: if it
leaned to one side within its limits, the last one may lie less far to that side (`_after_a_hint`).
A plain level keeps the limits of the XmR chart.

When a clear level shift lies more than eight points back, what came before it is dropped; an
acknowledged shift does that at once. All arrays are series × points with NaN for what is unknown.

The arithmetic is numpy's over all series at once: ten thousand weekly series are judged in a
publication, each at 26 points, on what was known before each; a model fitted series by series by a
statistics library would take hours. The tests hold it against that library's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.detection.baseline import (
    CARRIED,
    CARRIED_TREND,
    DRIFT,
    DRIFT_TREND,
    LEVEL,
    STEPS,
    choose,
    expected,
    since_shift,
)
from metrics.detection.masked import Bools, Codes, Floats, count, line
from metrics.detection.sampling import Sampling
from metrics.detection.scale import off_scale
from metrics.detection.season import Season
from metrics.detection.xmr import LEAST_POINTS, RUN_LENGTH, SETTLED_POINTS

BASELINE = 52
MEMORY = 104  # points before the judged one that say which model holds and where the level shifted

#: A season is taken out when that leaves so much less of the scatter and last year's comes again,
#: clearly so (standard errors), over this many points; …
LESS_SCATTER, CLEARLY = 0.25, 3.0
SEASON_VOTERS = 13
#: … and while it may be that this much does, when last year's was so many times the noise's
#: variance.
REPEATED = 0.7
STRONG_SEASON = 2.0
#: The latest part of a year that has no vote on what describes the series.
YEAR_PARTS = 6
#: From this variance on a point's season is its own; below, neighbours share it, so that moving
#: ranges do not tell how far off it is.
OWN_NOISE = 0.45
#: However far the point before leaned, the last one must lie this far out, in usual reaches.
LEAST_HINTED = 1 / 3
#: What a drifting level leaves of the variance that neighbours share.
SHARED = 0.3
#: Standard deviations between what is expected and a limit.
SIGMAS = 3.0
#: Points judged on last year's own smoothed values vary less than new ones do.
IN_SAMPLE = 1.3


@dataclass(frozen=True)
class Judged:
    """One column of judgements: arrays over the series. `rules` is series × 3 with -1, 0, +1."""

    centre: Floats
    lower: Floats
    upper: Floats
    points: Codes
    model: Codes
    seasonal: Bools
    rules: Codes


def judge_column(
    values: Floats,
    sets: Codes,
    column: int,
    seasons: Season,
    scale: Codes,
    stepwise: Bools,
    sampling: Sampling,
    group: Codes,
    rest: Floats | None = None,
) -> Judged:
    """Judge the points in one column on those before it.

    `values` and `seasons` are on the series' `scale`; centre and limits come back in its own unit.
    `stepwise` series are charted by their steps without a vote. Where trailing windows overlap,
    `values` are each period's own part of them and `rest` what else they hold (see `windows`).
    Series without six usable points before the judged one, or without that one, get NaN limits and
    no signal.
    """
    if column < LEAST_POINTS:
        return _nothing(len(values))
    window = slice(max(0, column - MEMORY), column + 1)
    raw = _same_set(values, sets, window, column)
    known, noise, seasonal = _without_season(raw, seasons, window)
    memory = since_shift(known[:, :-1], stepwise)
    model, carried = choose(memory, stepwise, _silent(seasons), seasonal, group)
    baseline, known, noise = (
        memory[:, -BASELINE:],
        known[:, -BASELINE - 1 :],
        noise[:, -BASELINE - 1 :],
    )
    slow = np.isin(model, (DRIFT, DRIFT_TREND))[:, None]
    noise = np.where(slow & (noise < OWN_NOISE), SHARED * noise, noise)
    carries = np.isin(model, (CARRIED, CARRIED_TREND))
    seen = np.where((noise < OWN_NOISE) & ~carries[:, None], 0.0, noise)
    fitted, reach = expected(known, baseline, model, carried, np.sqrt(1 + seen[:, :-1]))
    offsets = np.where(seasonal[:, None], seasons.offset[:, window], 0.0)[:, -BASELINE - 1 :]
    if rest is not None:
        offsets = offsets + rest[:, window][:, -BASELINE - 1 :]
    shown = slice(column + 1 - known.shape[1], column + 1)
    counts = np.pad(~np.isnan(baseline), ((0, 0), (0, 1)))
    chance = sampling.beyond_usual(
        shown, off_scale(fitted + offsets, scale), counts, reach / SIGMAS
    )
    # The year before, from which the season is known, had as few cases.
    chance *= SIGMAS**2 * (1 + np.minimum(noise, 1))
    fewer = sampling.fewer(shown, counts)
    reaches = np.sqrt(reach[:, None] ** 2 * (1 + noise) * fewer + chance)
    points = count(baseline)
    enough = (points >= LEAST_POINTS) & ~np.isnan(known[:, -1])
    strays = ~seasonal[:, None]
    low, high = (
        np.where(strays, side[:, window], 0.0)[:, -BASELINE - 1 :]
        for side in (seasons.low, seasons.high)
    )
    deviation = known - fitted
    deviation -= np.clip(deviation, low, high)
    modelled = (model != STEPS) & (seasonal | (model != LEVEL) | (rest is not None))
    # Neighbours share what a smoothed season errs by.
    alike = np.where(seasonal, noise[:, -1] / (1 + noise[:, -1]), 0.0)
    down, up = _after_a_hint(deviation, reaches, 1 - carried, alike, modelled)
    usual = fitted if rest is None else fitted + offsets
    rules = _rules(deviation, reaches, down, up, usual, _vouched(points))
    rules[~enough] = 0
    centre, lower, upper = (
        np.where(enough, off_scale(fitted[:, -1] + offsets[:, -1] + by, scale), np.nan)
        for by in (0.0, low[:, -1] - down, high[:, -1] + up)
    )
    return Judged(centre, lower, upper, points, model, seasonal, rules)


def _nothing(series: int) -> Judged:
    unknown = np.full(series, np.nan)
    return Judged(
        centre=unknown,
        lower=unknown,
        upper=unknown,
        points=np.zeros(series, dtype=np.int64),
        model=np.full(series, LEVEL),
        seasonal=np.zeros(series, dtype=np.bool_),
        rules=np.zeros((series, 3), dtype=np.int64),
    )


def _same_set(values: Floats, sets: Codes, window: slice, column: int) -> Floats:
    """The window's points with the judged point's set, since that was last another."""
    same = sets[:, window] == sets[:, [column]]
    found = np.where(same, values[:, window], np.nan)
    changed = ~np.isnan(values[:, window]) & ~same
    found[np.flip(np.maximum.accumulate(np.flip(changed, 1), 1), 1)] = np.nan
    return found


def _without_season(raw: Floats, seasons: Season, window: slice) -> tuple[Floats, Floats, Bools]:
    """The points without their season where they have one, the noise of that, and who has."""
    offset, noise = seasons.offset[:, window], seasons.noise[:, window]
    there = seasons.known[:, window]
    without = raw - offset
    last = raw.shape[1] - 1
    voters = slice(max(0, last - BASELINE), max(0, last - _silent(seasons)))
    voting = there[:, voters] & ~np.isnan(raw[:, voters])
    votes, wanted = voting.sum(1), min(SEASON_VOTERS, seasons.year // 2)
    shape = _bare(np.where(voting, offset[:, voters], np.nan))
    found = _bare(np.where(voting, raw[:, voters], np.nan))
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.nansum(shape**2, 1)
        again = np.nansum(shape * found, 1) / weight
        error = seasons.spread / np.sqrt(weight)
        error = np.where(np.isfinite(error), error, 1e9)  # no season at all: nothing to repeat
        less = (2 * again - 1) * weight / np.nansum(found**2, 1)  # scatter, once it is taken out
        proved = (votes >= wanted) & (less > LESS_SCATTER) & (again > CLEARLY * error)
        # Little has happened yet, last year, at the dates that have come again.
        unsettled = ~(votes >= wanted) | ~(again + 2 * error < REPEATED)
    assumed = unsettled & (seasons.strength > STRONG_SEASON) & seasons.smooth
    seasonal = (proved | assumed) & there[:, -1]
    # Where the year that has none before it is needed, its own season is taken out of it.
    few = (there & ~np.isnan(raw))[:, :-1].sum(1) < SETTLED_POINTS
    first_year = np.where(few[:, None], raw - seasons.own[:, window], np.nan)
    bare = np.where(there, without, first_year)
    wide = np.where(there, noise, IN_SAMPLE**-2 - 1)
    rows = seasonal[:, None]
    return np.where(rows, bare, raw), np.where(rows, wide, 0.0), seasonal


def _silent(seasons: Season) -> int:
    """How many of the latest points have no vote: eight weeks, two months."""
    return min(RUN_LENGTH, max(1, seasons.year // YEAR_PARTS))


def _bare(values: Floats) -> Floats:
    """What a line leaves of the values: a trend is no season."""
    slope, intercept, _, _ = line(values)
    return values - intercept[:, None] - slope[:, None] * np.arange(values.shape[1])


def _vouched(points: Codes) -> Floats:
    """How many times farther than provisional limits a point must lie to be a signal.

    So few moving ranges tell little of how a series varies: limits from six points would raise one
    false alarm in thirteen. The factor is that of Student's t for one in a hundred, with the 0.62
    degrees of freedom that each moving range is worth (Wheeler), on normal points.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = 0.62 * (points - 1)
        wide = special.stdtrit(freedom, 0.995) * np.sqrt(1 + 1 / points) / 3
    return np.where(points < SETTLED_POINTS, np.fmax(wide, 1.0), 1.0)


def _after_a_hint(
    deviation: Floats, reach: Floats, share: Floats, alike: Floats, modelled: Bools
) -> tuple[Floats, Floats]:
    """How far the last point may lie below and above what is expected of it.

    A level that has shifted lifts two points in a row, the second by `share` of the first (what the
    model does not carry over itself). Where the point before already leaned to one side, within its
    limits, the last one may lie as far to that side as the two together may: a mean of two varies
    less than a point does. `alike` is how much of their errors the two have in common.
    """
    usual = reach[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        before = deviation[:, -2] / reach[:, -2]
        together = np.sqrt(1 + share**2 + 2 * share * alike)
        left = np.clip((together - np.abs(before)) / share, LEAST_HINTED, 1.0)
        hinted = modelled & (np.abs(before) <= 1)
        return (
            np.where(hinted & (before < 0), left, 1.0) * usual,
            np.where(hinted & (before > 0), left, 1.0) * usual,
        )


def _rules(
    deviation: Floats, reach: Floats, down: Floats, up: Floats, centre: Floats, vouched: Floats
) -> Codes:
    """Rules 1 to 3 for the last column, which must take part in each: series × 3.

    `down` and `up` are the reach of rule 1 for the last point.
    """
    noise = 1e-9 * np.abs(centre)  # sums of decimals differ in their last digits
    last, slack = deviation[:, -1], noise[:, -1]
    far = (last > up * vouched + slack).astype(np.int64)
    far -= (last < -down * vouched - slack).astype(np.int64)
    near = _sides(deviation, reach / 2 + noise)
    side = _sides(deviation, noise)
    # Unknown points are no points: the known ones are moved to the end, in order.
    order = np.argsort(~np.isnan(deviation), axis=1, kind="stable")
    near, side = np.take_along_axis(near, order, 1), np.take_along_axis(side, order, 1)
    latest = near[:, -1]
    three_of_four = (near[:, -4:] == latest[:, None]).sum(1) >= 3
    run = side[:, -RUN_LENGTH:]
    one_side = (run == run[:, [-1]]).all(1) & (run.shape[1] == RUN_LENGTH)
    return np.stack([far, np.where(three_of_four, latest, 0), np.where(one_side, run[:, -1], 0)], 1)


def _sides(deviation: Floats, beyond: Floats) -> Codes:
    """+1 above, -1 below, 0 within or unknown."""
    with np.errstate(invalid="ignore"):
        return (deviation > beyond).astype(np.int64) - (deviation < -beyond).astype(np.int64)
