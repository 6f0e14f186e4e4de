"""Judges a matrix of series, a column at a time: series × periods, each on those before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from metrics.detection.chance import HALF_LIMITS, as_sampled, by_chance
from metrics.detection.judging import Judged, judge_column
from metrics.detection.masked import Bools, Codes, Floats
from metrics.detection.sampling import Sampling
from metrics.detection.scale import PLAIN, choose_scale, on_scale
from metrics.detection.season import JUDGED, season
from metrics.detection.traits import Traits
from metrics.detection.windows import own_parts


def judge_columns(
    values: Floats,
    sets: Codes,
    cases: Floats,
    columns: Iterable[int],
    lag: int,
    stride: int,
    traits: Traits,
    *,
    window: int = 1,
    errors: Floats | None = None,
    levels: Codes | None = None,
    ramps: Bools | None = None,
) -> Iterator[tuple[int, Judged]]:
    """The judgements of columns as they are told: those of too few cases take part in no rule, what
    is rare happens by chance, a survey's score varies by its sampling (`errors`, standard ones) at
    least, and what never varied has no usual range (NaN limits)."""
    counts = traits.counted | traits.share
    for column, judged in _columns(
        values,
        sets,
        columns,
        lag,
        stride,
        cases,
        traits,
        window=window,
        levels=levels,
        ramps=ramps,
    ):
        if errors is not None:
            judged = as_sampled(judged, values[:, column], HALF_LIMITS * errors[:, column])
        judged = by_chance(
            judged, values[:, column], counts, np.where(traits.share, cases[:, column], 1.0)
        )
        told = traits.counted | (judged.upper > judged.lower)
        few = cases[:, column] < traits.least
        yield (
            column,
            replace(
                judged,
                upper=np.where(told, judged.upper, np.nan),
                rules=np.where((told & ~few)[:, None], judged.rules, 0),
            ),
        )


def _columns(
    values: Floats,
    sets: Codes,
    columns: Iterable[int],
    lag: int,
    stride: int,
    cases: Floats,
    traits: Traits,
    *,
    window: int,
    levels: Codes | None = None,
    ramps: Bools | None = None,
) -> Iterator[tuple[int, Judged]]:
    """Judge the given columns; with a stride only every so many columns know of each other, and of
    a trailing `window` of so many periods each is judged by its own part.

    Points of another level (`levels`, a code) are no baseline, but tell of the season; those of a
    launch (`ramps`) are a baseline and tell of none.
    """
    wanted = [int(column) for column in columns]
    # What carries over grows by about as much in every period, however large it has become.
    stepwise = traits.stepwise
    told_by = _before_judged(values)
    scale = np.where(stepwise, PLAIN, choose_scale(told_by, traits.volume))
    scaled = on_scale(values, scale)
    rest: Floats | None = None
    apart = sets if levels is None else _levels_apart(sets, levels)
    if window > 1:
        scaled, rest = own_parts(scaled, apart, window, traits.kpi, ~np.isnan(told_by))
    for phase in sorted({column % stride for column in wanted}):
        part = scaled[:, phase::stride]
        told = part if ramps is None else np.where(ramps[:, phase::stride], np.nan, part)
        seasons = season(told, sets[:, phase::stride], lag // stride)
        sampling = Sampling(
            values[:, phase::stride],
            cases[:, phase::stride],
            traits.counted & ~stepwise,
            traits.share & ~stepwise,
            traits.drawn,
            scale,
        )
        for column in wanted:
            if column % stride == phase:
                yield (
                    column,
                    judge_column(
                        part,
                        apart[:, phase::stride],
                        column // stride,
                        seasons,
                        scale,
                        stepwise,
                        sampling,
                        traits.kpi,
                        None if rest is None else rest[:, phase::stride],
                    ),
                )


def _levels_apart(sets: Codes, levels: Codes) -> Codes:
    """A code for each set at each level."""
    found: Codes = sets + (sets.max() + 2) * levels
    return found


def _before_judged(values: Floats) -> Floats:
    """The points before those that are judged, which say on what scale; all of a short series."""
    known = ~np.isnan(values)
    to_come = np.flip(np.cumsum(np.flip(known, 1), 1), 1)
    early = np.where(to_come > JUDGED, values, np.nan)
    enough = (~np.isnan(early)).sum(1) >= JUDGED
    found: Floats = np.where(enough[:, None], early, values)
    return found
