"""Which points say what is usual, and how a series goes on from one to the next.

All numbers are on the series' scale and without its season; arrays are series × points.
"""

from __future__ import annotations

import numpy as np

from metrics.detection.masked import (
    MEAN_RANGE,
    Bools,
    Codes,
    Floats,
    autocorrelation,
    count,
    line,
    mean,
    median,
)
from metrics.detection.xmr import LEAST_POINTS, LIMIT_FACTOR, RUN_LENGTH, SETTLED_POINTS

LEVEL, TREND, STEPS, CARRIED, CARRIED_TREND, DRIFT, DRIFT_TREND = range(7)
LINED = (TREND, CARRIED_TREND, DRIFT_TREND)

VOTERS = LEAST_POINTS  # fewest points, the latest left out, that may say what a series follows
#: A slope this many standard errors from 0 is a trend.
CLEAR_SLOPE = 3.5
#: Neighbours more alike than this carry over from one point to the next, …
CLEAR_AUTOCORRELATION = 0.2
#: … and than this many standard errors (1/√n) of independent points' likeness.
CLEAR_LIKENESS = 1.3
#: Beyond this a series has no level to go back to: its steps are charted.
WANDERS = 0.93
#: A series whose steps are so much steadier than what a model leaves of it is charted by them: it
#: bends, as revenue that builds up does, and neither a level nor a line describes that.
STEADIER = 0.75
#: The latest steps, whose mean the next one is expected to be.
RECENT_STEPS = 13
#: What part of its error an estimate of a drifting level takes over at each point.
GAINS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
TRIED = np.array([0.0, *GAINS])[:, None]  # beside a level that stays
#: What a drift may be read into: a carried deviation is one already.
DRIFTING = (LEVEL, TREND)
#: The latest steps, whose moving ranges count where they are wider than those of all.
JUDGED_STEPS = 26
#: A run of eight starts a new baseline when its mean is this many standard errors from before.
CLEAR_SHIFT = 3.5
#: Neighbours this alike drift; they do not shift.
DRIFTS = 0.45
#: Possible shifts that are weighed together: enough to be quick, few enough to stay in the cache.
SPLITS_AT_ONCE = 1024


def choose(
    memory: Floats, stepwise: Bools, silent: int, seasonal: Bools, group: Codes
) -> tuple[Codes, Floats]:
    """The model of each series and how much of a deviation its next point keeps (0 to 1).

    Of a drift it is how much of an error its level takes over. Series of one `group` decide on
    that together, of those that are `seasonal`.

    The `silent` latest points have no vote: else a change that has just begun would pass for the
    series' habit. Autocorrelation is estimated at lag 1 from the residuals and freed of the bias
    that estimating a mean or a line brings (Marriott and Pope 1954).
    """
    voters = memory[:, :-silent]
    known = count(voters)
    able = known >= VOTERS
    slope, intercept, _, apart = line(voters)
    lined = voters - intercept[:, None] - slope[:, None] * np.arange(voters.shape[1])
    level = voters - mean(voters)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.nansum(lined**2, 1) / (known - 2)
        carried_line = (autocorrelation(lined) * known + 2) / (known - 4)
        carried_level = (autocorrelation(level) * known + 1) / (known - 3)
        # Alike neighbours are worth fewer points, so a slope has to be clearer.
        likeness = np.clip(np.nan_to_num(carried_line), 0, 0.95)
        error = np.sqrt(variance / apart * (1 + likeness) / (1 - likeness))
        trend = able & (np.abs(slope) > CLEAR_SLOPE * error)
        least = np.maximum(CLEAR_AUTOCORRELATION, CLEAR_LIKENESS / np.sqrt(known))
    carried = np.where(trend, carried_line, carried_level)
    alike = able & (carried > least)
    kept = np.where(alike, np.clip(carried, 0, WANDERS), 0.0)[:, None]
    deviation = np.where(trend[:, None], lined, level)
    left = mean(np.abs(deviation[:, 1:] - kept * deviation[:, :-1]))
    steps = np.diff(voters)
    bends = (known >= SETTLED_POINTS) & (
        mean(np.abs(steps - mean(steps)[:, None])) < STEADIER * left
    )
    model = np.where(
        stepwise | bends | (alike & (carried > WANDERS)),
        STEPS,
        np.where(
            trend,
            np.where(alike, CARRIED_TREND, TREND),
            np.where(alike, CARRIED, LEVEL),
        ),
    )
    gain = _shared_gain(deviation, able & seasonal & (model != STEPS), group)
    drifts = (gain > 0) & np.isin(model, DRIFTING)
    model = np.where(drifts, np.where(trend, DRIFT_TREND, DRIFT), model)
    return model, np.where(drifts, gain, kept[:, 0])


def _shared_gain(deviation: Floats, voting: Bools, group: Codes) -> Floats:
    """The gain at which a drifting level forecasts the voting series of each group best; 0 where a
    level that stays does, and for series without a vote.

    A series has too few points to tell a slow drift from chance; those of one KPI together do.
    """
    found = np.zeros(len(deviation))
    if not voting.any():
        return found
    away = [mean(np.abs(each)) for each in deviation - drifting(deviation, TRIED)]
    still, points = away[0], count(deviation)
    codes, place = np.unique(group, return_inverse=True)
    least = np.bincount(place[voting], points[voting], len(codes))
    best = np.zeros(len(codes))
    own, own_least = np.zeros(len(deviation)), points.astype(float)
    for gain, strayed in zip(GAINS, away[1:], strict=True):
        with np.errstate(invalid="ignore", divide="ignore"):
            error = strayed / still * points
        usable = voting & np.isfinite(error)
        nearer = usable & (error < own_least)
        own, own_least = np.where(nearer, gain, own), np.where(nearer, error, own_least)
        total = np.bincount(place[usable], error[usable], len(codes))
        total += np.bincount(place[voting & ~usable], points[voting & ~usable], len(codes))
        better = total < least
        best, least = np.where(better, gain, best), np.where(better, total, least)
    shared = np.where(voting, best[place], 0.0)
    return np.where(shared > 0, np.maximum(shared, own), 0.0)


def drifting(deviation: Floats, gain: float | Floats) -> Floats:
    """What each deviation should be: the mean of those before, in which the latest counts for
    `gain` at least. The first is expected to be 0.

    `gain` is one for all series, one a series, or gains × 1 for every series at each of them: gains
    × series × points come back then.
    """
    there = ~np.isnan(deviation.T)
    before = np.where(there, deviation.T, 0.0)
    seen = np.maximum(there.cumsum(0), 1)
    gains = np.asarray(gain)
    found = np.zeros((len(before), *np.broadcast_shapes(gains.shape, before.shape[1:])))
    for column in range(1, len(before)):
        last = found[column - 1]
        part = np.maximum(gains, 1 / seen[column - 1]) * there[column - 1]
        found[column] = last + part * (before[column - 1] - last)
    return np.moveaxis(found, 0, -1)


def since_shift(memory: Floats, stepwise: Bools) -> Floats:
    """The memory without what came before a clear level shift more than eight points old.

    A shift shows in a run of eight on one side of the mean before it. It must describe the series
    better than a line does and leave neighbours unlike, else it is a trend or a drift.
    """
    width = memory.shape[1]
    position = np.arange(width)
    slope, intercept, _, _ = line(memory)
    best = np.nansum((memory - intercept[:, None] - slope[:, None] * position) ** 2, 1)
    start = np.zeros(len(memory), dtype=np.int64)
    rows, splits = np.nonzero(_one_sided(memory) & ~stepwise[:, None])
    for at in range(0, len(rows), SPLITS_AT_ONCE):
        some = slice(at, at + SPLITS_AT_ONCE)
        error = _split_error(memory[rows[some]], splits[some])
        for row, split, left in zip(rows[some], splits[some], error, strict=True):
            if left < best[row]:
                best[row], start[row] = left, split
    return np.where(position < start[:, None], np.nan, memory)


def _split_error(memory: Floats, split: Codes) -> Floats:
    """What two levels, one up to each series' `split` and one from there on, leave of it: the sum
    of squares; infinite where that is no clear shift."""
    position = np.arange(memory.shape[1])
    early = position < split[:, None]
    in_run = ~early & (position < split[:, None] + RUN_LENGTH)
    before = np.where(early, memory, np.nan)
    run = np.where(in_run, memory, np.nan)
    old = mean(before)
    new = mean(np.where(early, np.nan, memory))
    residual = memory - np.where(early, old[:, None], new[:, None])
    alike = np.nan_to_num(autocorrelation(residual))
    # Alike neighbours are worth fewer points and their moving ranges tell less than they vary.
    alike_or_not = np.clip(alike, 0, DRIFTS)
    worth = (1 + alike_or_not) / (1 - alike_or_not) ** 2
    sizes = 1 / count(before) + 1 / count(run)
    noise = mean(np.abs(np.diff(residual))) / MEAN_RANGE * np.sqrt(sizes * worth)
    clear = np.abs(mean(run) - old) > CLEAR_SHIFT * noise
    return np.where(clear & (alike <= DRIFTS), np.nansum(residual**2, 1), np.inf)


def _one_sided(memory: Floats) -> Bools:
    """Where a shift may begin: eight points, six of them known, on one side of the mean before."""
    width = memory.shape[1]
    found = np.zeros(memory.shape, dtype=np.bool_)
    if width < LEAST_POINTS + RUN_LENGTH:
        return found
    known = ~np.isnan(memory)
    before = np.cumsum(known, 1)[:, :-RUN_LENGTH]
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = np.cumsum(np.where(known, memory, 0.0), 1)[:, :-RUN_LENGTH] / before
    windows = np.lib.stride_tricks.sliding_window_view(memory, RUN_LENGTH, axis=1)[:, 1:]
    there = np.lib.stride_tricks.sliding_window_view(known, RUN_LENGTH, axis=1)[:, 1:]
    above = (np.where(there, windows, np.inf) > usual[:, :, None]).all(2)
    below = (np.where(there, windows, -np.inf) < usual[:, :, None]).all(2)
    enough = (before >= LEAST_POINTS) & (there.sum(2) >= LEAST_POINTS)
    found[:, 1 : width - RUN_LENGTH + 1] = (above | below) & enough
    return found


def expected(
    known: Floats, baseline: Floats, model: Codes, carried: Floats, width: Floats
) -> tuple[Floats, Floats]:
    """What each point should be, the judged last one included, and how far it may lie from it.

    `known` holds every point, `baseline` the same without those that do not count and without the
    last. The reach is 2.66 mean moving ranges of what the model leaves, each point measured in its
    own `width`: how many times farther than the others it strays, its season being less known.
    """
    fitted = np.repeat(mean(baseline)[:, None], known.shape[1], 1)
    ahead = np.ones(len(known))
    lined = np.isin(model, LINED)
    if lined.any():
        fitted[lined], ahead[lined] = _line_on(baseline[lined])
    kept = (model == CARRIED) | (model == CARRIED_TREND)
    if kept.any():
        fitted[kept], wider = _carried_on(known[kept], baseline[kept], fitted[kept], carried[kept])
        ahead[kept] *= wider
    drifts = (model == DRIFT) | (model == DRIFT_TREND)
    if drifts.any():
        off = known[drifts] - fitted[drifts]
        fitted[drifts] += drifting(off, carried[drifts])
    ranges = mean(np.abs(np.diff((baseline - fitted[:, :-1]) / width)))
    reach = LIMIT_FACTOR * ranges * ahead
    steps = model == STEPS
    if steps.any():
        usual = median(np.where(np.isnan(baseline[steps]), np.nan, width[steps]))
        fitted[steps], reach[steps] = _steps(baseline[steps])
        reach[steps] /= usual
    return fitted, reach


def _line_on(baseline: Floats) -> tuple[Floats, Floats]:
    """The least-squares line carried on, and how much wider its limits are than a level's."""
    position = np.arange(baseline.shape[1] + 1, dtype=float)
    slope, intercept, centre, apart = line(baseline)
    fitted = intercept[:, None] + slope[:, None] * position
    known = count(baseline)
    ahead = 1 + 1 / known + (position[-1] - centre) ** 2 / apart
    return fitted, np.sqrt(ahead / (1 + 1 / known))


def _carried_on(
    known: Floats, baseline: Floats, usual: Floats, carried: Floats
) -> tuple[Floats, Floats]:
    """The usual value plus what is left of the deviation of the latest known point before.

    Over a gap of k points the k-th power is left, and what came in them widens the limits. How much
    is left is itself estimated, with a variance of (1 - φ²) / n, which widens the limits of a point
    that follows one far from usual.
    """
    deviation = known - usual
    kept = np.zeros(known.shape)  # what each point may be expected to lie off
    for column in range(1, known.shape[1]):
        before = deviation[:, column - 1]
        kept[:, column] = carried * np.where(np.isnan(before), kept[:, column - 1], before)
    fitted = usual + kept
    there = ~np.isnan(known[:, :-1])
    gap = np.where(there.any(1), np.argmax(np.flip(there, 1), axis=1), 0)
    left = mean((baseline - fitted[:, :-1]) ** 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        over = (1 - carried ** (2 * (gap + 1))) / (1 - carried**2)
        error = (kept[:, -1] / carried) ** 2 * (1 - carried**2) / count(baseline) / left
    return fitted, np.sqrt(over + np.nan_to_num(error, posinf=0.0))


def _steps(baseline: Floats) -> tuple[Floats, Floats]:
    """The point before plus the mean of the latest steps, for growth slackens; over a gap of k
    periods, k steps and √k the reach."""
    steps = np.diff(baseline)
    latest = steps[:, -RECENT_STEPS:]
    step = np.where(count(latest) >= LEAST_POINTS, mean(latest), mean(steps))
    ranges = np.abs(np.diff(steps))
    # What is growing moves by more than it did when it was small.
    recent = ranges[:, -JUDGED_STEPS:]
    grown = np.where(count(recent) >= SETTLED_POINTS, mean(recent), np.nan)
    reach = LIMIT_FACTOR * np.fmax(mean(ranges), grown)
    # Where steps never neighbour each other their spread stands in.
    scatter = np.sqrt(mean((steps - step[:, None]) ** 2)) * LIMIT_FACTOR * MEAN_RANGE
    reach = np.where(np.isnan(reach), scatter, reach)
    width = baseline.shape[1]
    gap = np.argmax(~np.isnan(np.flip(baseline, 1)), axis=1)
    last = baseline[np.arange(len(baseline)), width - 1 - gap]
    fitted = np.full((len(baseline), width + 1), np.nan)
    fitted[:, 1:-1] = baseline[:, :-1] + step[:, None]
    fitted[:, -1] = last + (gap + 1) * step
    return fitted, reach * np.sqrt(gap + 1)
