"""What is usual for a series before each of its points, for many series at once.

Every point is judged on the at most 26 points before it, on whichever of these describes them:

- *level*: they vary around a constant (the plain XmR chart);
- *trend*: they vary around a line (least squares; of the logarithms for volumes, which grow by
  percents);
- *steps*: each is the one before plus something, as recurring revenue is; the steps are charted.

The last eight points before the judged one have no vote in that choice: else a change that has
just begun would pass for the series' habit; those of the year before vote too. When a clear level
shift lies more than eight points back, what came before it is dropped.

A season is taken from the year before, in two ways. A smooth one (its running median) is taken
out when that halves the scatter. A short one widens the limits: where the same weeks stood out
then, the limits reach as far, in that direction only, and such points leave the baseline. So the
size of last year's August dip is usual, a deeper one is not, and quiet weeks lose no power.

All arrays are series × points with NaN for what is unknown.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.xmr import LEAST_POINTS, LIMIT_FACTOR, RUN_LENGTH, SETTLED_POINTS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BASELINE = 26
MEMORY = 52  # points before the judged one that say which model holds and where the level shifted
VOTERS = 10  # fewest points, the last eight left out, that may say what model a series follows
LEVEL, TREND, STEPS = 0, 1, 2

#: A slope this many standard errors from 0 is a trend.
CLEAR_SLOPE = 3.5
#: Neighbours more alike than this are not scattered around a level or a line.
CLEAR_AUTOCORRELATION = 0.45
#: A run of eight starts a new baseline when its mean is this many standard errors from before.
CLEAR_SHIFT = 3.5
#: Last year's deviation counts as a season beyond this many standard deviations.
CLEAR_SEASON = 2.0

#: Moving range of two independent normal values, in standard deviations: mean and median.
MEAN_RANGE, MEDIAN_RANGE = 1.128, 0.954


@dataclass(frozen=True)
class Judged:
    """One column of judgements: arrays over the series. `rules` is series × 3 with -1, 0, +1."""

    centre: Floats
    lower: Floats
    upper: Floats
    points: NDArray[np.int64]
    model: NDArray[np.int64]
    rules: NDArray[np.int64]


@dataclass(frozen=True)
class Season:
    """What last year did around the date of each point.

    The smooth season turns a value v without it into v × `factor` + `offset`. `low` ≤ 0 ≤ `high`,
    in the values' unit, say how far single periods stood out; `rest_low` and `rest_high` how far
    they did from the smooth season. `known` marks points that have a year before them.
    """

    low: Floats
    high: Floats
    rest_low: Floats
    rest_high: Floats
    offset: Floats
    factor: Floats
    known: Bools


def season(values: Floats, sets: NDArray[np.int64], lag: int, relative: Bools) -> Season:
    """The season of every point, from the points around the same date a year (`lag`) earlier.

    A deviation is taken from the median of the year around it, as a fraction for `relative` series.
    For weeks the neighbours of a point that stood out count as well, since feasts move within the
    calendar. Only points whose set (`sets`, a code) is that of the year before have a season.
    """
    shape = values.shape
    past = shape[1] - lag
    found = Season(
        low=np.zeros(shape),
        high=np.zeros(shape),
        rest_low=np.zeros(shape),
        rest_high=np.zeros(shape),
        offset=np.zeros(shape),
        factor=np.ones(shape),
        known=np.zeros(shape, dtype=np.bool_),
    )
    if past <= 0 or lag < 2:  # points a year apart have no season within it
        return found
    deviation = _deviation(values, lag, relative)
    deviation[sets[:, :past] != sets[:, lag:]] = np.nan
    spread = _median(np.abs(np.diff(deviation[:, :lag]))) / MEDIAN_RANGE
    smooth = _running_median(deviation, 2 if lag >= 52 else 0)
    usual = np.stack(
        [_median(values[:, max(0, c - BASELINE) : c]) for c in range(lag, shape[1])], 1
    )
    scale = np.where(relative[:, None], np.nan_to_num(np.abs(usual)), 1.0)
    for rest, low, high in (
        (deviation, found.low, found.high),
        (deviation - smooth, found.rest_low, found.rest_high),
    ):
        # Where most periods are alike (often: 0), nothing says how far is far.
        clear = (spread[:, None] > 0) & (np.abs(rest) > CLEAR_SEASON * spread[:, None])
        stands_out = np.where(clear, rest, 0.0)
        below, above = np.minimum(stands_out, 0), np.maximum(stands_out, 0)
        if lag >= 52:
            below = np.minimum(below, np.minimum(_shifted(below, 1), _shifted(below, -1)))
            above = np.maximum(above, np.maximum(_shifted(above, 1), _shifted(above, -1)))
        low[:, lag:], high[:, lag:] = below * scale, above * scale
    smooth = np.nan_to_num(smooth)
    found.offset[:, lag:] = np.where(relative[:, None], 0.0, smooth)
    found.factor[:, lag:] = np.where(relative[:, None], np.maximum(1 + smooth, 0.05), 1.0)
    found.known[:, lag:] = ~np.isnan(deviation)
    return found


def _deviation(values: Floats, lag: int, relative: Bools) -> Floats:
    """How far each point that lies a year back is from the median of the year around it."""
    half, past = lag // 2, values.shape[1] - lag
    first_year = values[:, :lag]
    rise = _median(values[:, half:lag] - values[:, : lag - half]) / half
    level = np.empty((len(values), past))
    for column in range(past):
        if column < half:
            level[:, column] = _median(first_year) + rise * (column - (lag - 1) / 2)
        else:
            level[:, column] = _median(values[:, column - half : column + half + 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = values[:, :past] - level
        return np.where(relative[:, None], deviation / np.abs(level), deviation)


def judge_column(
    values: Floats,
    sets: NDArray[np.int64],
    column: int,
    seasons: Season,
    grows: Bools,
    stepwise: Bools,
) -> Judged:
    """Judge the points in one column on those before it.

    `grows` marks volumes, whose trend is fitted on logarithms when all are positive; `stepwise`
    series are charted by their steps without a vote. Series without six usable points
    before the judged one, or without that one, get NaN limits and no signal.
    """
    if column < LEAST_POINTS:
        count = len(values)
        unknown = np.full(count, np.nan)
        return Judged(
            centre=unknown,
            lower=unknown,
            upper=unknown,
            points=np.zeros(count, dtype=np.int64),
            model=np.full(count, LEVEL),
            rules=np.zeros((count, 3), dtype=np.int64),
        )
    window = slice(max(0, column - MEMORY), column + 1)
    known = np.where(sets[:, window] == sets[:, [column]], values[:, window], np.nan)
    changed = ~np.isnan(values[:, window]) & (sets[:, window] != sets[:, [column]])
    # A set that changed and changed back starts anew: nothing before the last change counts.
    known[np.flip(np.maximum.accumulate(np.flip(changed, 1), 1), 1)] = np.nan

    smooth = _follows_season(known, seasons, window)
    low = np.where(smooth, seasons.rest_low[:, window], seasons.low[:, window])
    high = np.where(smooth, seasons.rest_high[:, window], seasons.high[:, window])
    offset = np.where(smooth, seasons.offset[:, window], 0.0)
    factor = np.where(smooth, seasons.factor[:, window], 1.0)
    known = (known - offset) / factor
    low, high = low / factor, high / factor

    memory = _without_season(known[:, :-1], low[:, :-1], high[:, :-1])
    seasonal = smooth[:, 0] | (low != 0).any(1) | (high != 0).any(1)
    memory[seasonal[:, None] & ~seasons.known[:, window][:, :-1] & _older(memory)] = np.nan
    memory = _since_shift(memory, stepwise)
    baseline = memory[:, -BASELINE:]
    low, high = low[:, -BASELINE - 1 :], high[:, -BASELINE - 1 :]
    known = known[:, -BASELINE - 1 :]
    points = (~np.isnan(baseline)).sum(1)
    enough = (points >= LEAST_POINTS) & ~np.isnan(known[:, -1])

    positive = (np.nan_to_num(known, nan=1.0) > 0).all(1)
    model, log = _choose(memory, grows & positive, stepwise)
    scaled = np.where(log[:, None], np.log(np.where(log[:, None], known, 1.0)), known)
    baseline = np.where(np.isnan(baseline), np.nan, scaled[:, :-1])
    fitted, reach = _level(baseline)
    for number, fit in ((TREND, _trend), (STEPS, _steps)):
        chosen = model == number
        if chosen.any():
            fitted[chosen], reach[chosen] = fit(baseline[chosen])

    def unscaled(numbers: Floats) -> Floats:
        return np.where(log[:, None], np.exp(np.where(log[:, None], numbers, 0.0)), numbers)

    centre = unscaled(fitted)
    above, below = (
        unscaled(fitted + reach[:, None]) - centre,
        centre - unscaled(fitted - reach[:, None]),
    )
    rules = _rules(known - centre, low, high, above, below, centre)
    rules[~enough] = 0
    lower, upper = centre - below + low, centre + above + high

    def with_season(numbers: Floats) -> Floats:
        return np.where(enough, numbers[:, -1] * factor[:, -1] + offset[:, -1], np.nan)

    return Judged(
        centre=with_season(centre),
        lower=with_season(lower),
        upper=with_season(upper),
        points=points,
        model=model,
        rules=rules,
    )


def _rules(
    deviation: Floats, low: Floats, high: Floats, above: Floats, below: Floats, centre: Floats
) -> NDArray[np.int64]:
    """Rules 1 to 3 for the last column, which must take part in each: series × 3."""
    deviation = deviation - np.clip(deviation, low, high)
    noise = 1e-9 * np.abs(centre)  # sums of decimals differ in their last digits
    far = _sides(deviation, above + noise, below + noise)
    near = _sides(deviation, above / 2 + noise, below / 2 + noise)
    side = _sides(deviation, noise, noise)
    # Unknown points are no points: the known ones are moved to the end, in order.
    order = np.argsort(~np.isnan(deviation), axis=1, kind="stable")
    near, side = np.take_along_axis(near, order, 1), np.take_along_axis(side, order, 1)
    latest = near[:, -1]
    three_of_four = (near[:, -4:] == latest[:, None]).sum(1) >= 3
    run = side[:, -RUN_LENGTH:]
    one_side = (run == run[:, [-1]]).all(1) & (run.shape[1] == RUN_LENGTH)
    return np.stack(
        [far[:, -1], np.where(three_of_four, latest, 0), np.where(one_side, run[:, -1], 0)], 1
    )


def _sides(deviation: Floats, above: Floats, below: Floats) -> NDArray[np.int64]:
    """+1 beyond `above`, -1 beyond `below`, 0 between or unknown."""
    with np.errstate(invalid="ignore"):
        return (deviation > above).astype(np.int64) - (deviation < -below).astype(np.int64)


def _level(baseline: Floats) -> tuple[Floats, Floats]:
    """The mean for every point and the judged one, and 2.66 mean moving ranges."""
    centre = _mean(baseline)
    return (
        np.repeat(centre[:, None], baseline.shape[1] + 1, 1),
        LIMIT_FACTOR * _mean(np.abs(np.diff(baseline))),
    )


def _trend(baseline: Floats) -> tuple[Floats, Floats]:
    """The least-squares line carried on, with limits that widen as a forecast's do."""
    position = np.arange(baseline.shape[1] + 1, dtype=float)
    slope, intercept, centre, spread = _line(baseline)
    fitted = intercept[:, None] + slope[:, None] * position
    ranges = _mean(np.abs(np.diff(baseline - fitted[:, :-1])))
    count = (~np.isnan(baseline)).sum(1)
    ahead = 1 + 1 / count + (position[-1] - centre) ** 2 / spread
    return fitted, LIMIT_FACTOR * ranges * np.sqrt(ahead / (1 + 1 / count))


def _steps(baseline: Floats) -> tuple[Floats, Floats]:
    """The point before plus the mean step; over a gap of k periods, k steps and √k the reach."""
    steps = np.diff(baseline)
    step = _mean(steps)
    reach = LIMIT_FACTOR * _mean(np.abs(np.diff(steps)))
    # Where steps never neighbour each other their spread stands in.
    spread = np.sqrt(_mean((steps - step[:, None]) ** 2)) * LIMIT_FACTOR * MEAN_RANGE
    reach = np.where(np.isnan(reach), spread, reach)
    width = baseline.shape[1]
    gap = np.argmax(~np.isnan(np.flip(baseline, 1)), axis=1)
    last = baseline[np.arange(len(baseline)), width - 1 - gap]
    fitted = np.full((len(baseline), width + 1), np.nan)
    fitted[:, 1:-1] = baseline[:, :-1] + step[:, None]
    fitted[:, -1] = last + (gap + 1) * step
    return fitted, reach * np.sqrt(gap + 1)


def _older(memory: Floats) -> Bools:
    """The columns that only help to choose a model."""
    older: Bools = np.arange(memory.shape[1])[None, :] < memory.shape[1] - BASELINE
    return older


def _follows_season(known: Floats, seasons: Season, window: slice) -> Bools:
    """Whether taking out the smooth season halves the scatter: series × 1.

    It must beat a line as well, which half a wave resembles.
    """
    voters = slice(max(0, known.shape[1] - 1 - BASELINE), known.shape[1] - 1 - RUN_LENGTH)
    there = np.where(seasons.known[:, window], known, np.nan)[:, voters]
    without = (there - seasons.offset[:, window][:, voters]) / seasons.factor[:, window][:, voters]
    slope, intercept, _, _ = _line(there)
    line = intercept[:, None] + slope[:, None] * np.arange(there.shape[1])
    raw = np.nansum((there - _mean(there)[:, None]) ** 2, 1)
    lined = np.nansum((there - line) ** 2, 1)
    left = np.nansum((without - _mean(without)[:, None]) ** 2, 1)
    enough = (~np.isnan(there)).sum(1) >= VOTERS
    follows: Bools = enough & (left < raw / 2) & (left < lined)
    return follows[:, None]


def _choose(baseline: Floats, grows: Bools, stepwise: Bools) -> tuple[NDArray[np.int64], Bools]:
    """The model of each series and whether it holds for logarithms."""
    voters = baseline[:, :-RUN_LENGTH]
    count = (~np.isnan(voters)).sum(1)
    able = count >= VOTERS
    slope, intercept, _, spread = _line(voters)
    line = intercept[:, None] + slope[:, None] * np.arange(voters.shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.nansum((voters - line) ** 2, 1) / (count - 2)
        trend = able & (np.abs(slope) > CLEAR_SLOPE * np.sqrt(variance / spread))
    usual = np.where(trend[:, None], line, _mean(voters)[:, None])
    alike = able & (_autocorrelation(voters - usual) > CLEAR_AUTOCORRELATION)
    model = np.where(stepwise | alike, STEPS, np.where(trend, TREND, LEVEL))
    return model, grows & (trend | (model == STEPS))


def _since_shift(baseline: Floats, stepwise: Bools) -> Floats:
    """The baseline without what came before a clear level shift more than eight points old.

    A shift shows in a run of eight on one side of the mean before it. It must describe the series
    better than a line does and leave neighbours unlike, else it is a trend or a drift.
    """
    width = baseline.shape[1]
    position = np.arange(width)
    slope, intercept, _, _ = _line(baseline)
    line = intercept[:, None] + slope[:, None] * position
    best = np.nansum((baseline - line) ** 2, 1)
    start = np.zeros(len(baseline), dtype=np.int64)
    for split in range(LEAST_POINTS, width - RUN_LENGTH + 1):
        before, after = baseline[:, :split], baseline[:, split:]
        run = after[:, :RUN_LENGTH]
        enough = ((~np.isnan(before)).sum(1) >= LEAST_POINTS) & (
            (~np.isnan(run)).sum(1) >= LEAST_POINTS
        )
        if not enough.any():
            continue
        old, new = _mean(before)[:, None], _mean(after)[:, None]
        side = np.sign(run - old)
        one_side = (np.isnan(side) | (side == np.sign(new - old))).all(1)
        residual = np.concatenate([before - old, after - new], 1)
        error = np.nansum(residual**2, 1)
        sizes = 1 / (~np.isnan(before)).sum(1).clip(1) + 1 / (~np.isnan(run)).sum(1).clip(1)
        noise = _mean(np.abs(np.diff(residual))) / MEAN_RANGE * np.sqrt(sizes)
        clear = np.abs(_mean(run) - old[:, 0]) > CLEAR_SHIFT * noise
        unlike = ~(_autocorrelation(residual) > CLEAR_AUTOCORRELATION)
        found = enough & one_side & clear & unlike & (error < best) & ~stepwise
        best = np.where(found, error, best)
        start = np.where(found, split, start)
    return np.where(position < start[:, None], np.nan, baseline)


def _without_season(known: Floats, low: Floats, high: Floats) -> Floats:
    """The baseline without points that stood out as last year's did, unless few would be left."""
    usual = _median(known)[:, None]
    spread = _median(np.abs(np.diff(known)))[:, None] / MEDIAN_RANGE
    with np.errstate(invalid="ignore"):
        deviation = known - usual
        seasonal = ((low < 0) & (deviation < -CLEAR_SEASON * spread)) | (
            (high > 0) & (deviation > CLEAR_SEASON * spread)
        )
    left = np.where(seasonal, np.nan, known)
    enough = (~np.isnan(left)).sum(1) >= min(SETTLED_POINTS, known.shape[1] // 2)
    return np.where(enough[:, None], left, known)


def _line(values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Least squares over the columns: slope, intercept, mean position, spread of positions."""
    there = ~np.isnan(values)
    count = there.sum(1)
    position = np.arange(values.shape[1], dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (there * position).sum(1) / count
        off = there * (position - centre[:, None])
        spread = (off**2).sum(1)
        slope = (off * np.nan_to_num(values)).sum(1) / spread
        intercept = np.where(there, values, 0.0).sum(1) / count - slope * centre
    return slope, intercept, centre, spread


def _autocorrelation(residual: Floats) -> Floats:
    """How alike neighbours are, -1 … 1; NaN where nothing varies."""
    with np.errstate(invalid="ignore", divide="ignore"):
        together = np.nansum(residual[:, 1:] * residual[:, :-1], 1)
        result: Floats = together / np.nansum(residual**2, 1)
    return result


def _running_median(values: Floats, reach: int) -> Floats:
    """The median of each column with the `reach` columns on either side."""
    if not reach:
        return values.copy()
    columns = [
        _median(values[:, max(0, c - reach) : c + reach + 1]) for c in range(values.shape[1])
    ]
    return np.stack(columns, 1)


def _shifted(values: Floats, by: int) -> Floats:
    """The columns moved by one to the right or left; zero comes in."""
    moved = np.zeros_like(values)
    if by > 0:
        moved[:, by:] = values[:, :-by]
    else:
        moved[:, :by] = values[:, -by:]
    return moved


def _mean(values: Floats) -> Floats:
    """Means of the known columns; NaN where none is known."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Floats = np.where(there, values, 0.0).sum(1) / there.sum(1)
    return result


def _median(values: Floats) -> Floats:
    """Medians of the known columns; NaN where none is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numpy warns of rows without any value
        result: Floats = np.nanmedian(values, axis=1)
    return result
