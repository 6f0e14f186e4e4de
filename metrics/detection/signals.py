"""Signals: which closed figures are not explained by how their series usually varies.

What is usual is decided in `judging`, the rules are those of `xmr`; `signal_frames` publishes the
signals of all series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.calendar import Grain
from metrics.catalogue.kpi import Kind, Unit
from metrics.detection.baseline import (
    CARRIED,
    CARRIED_TREND,
    DRIFT,
    DRIFT_TREND,
    LEVEL,
    STEPS,
    TREND,
)
from metrics.detection.chance import HALF_95, cases_of
from metrics.detection.masked import Codes, Floats
from metrics.detection.matrix import judge_columns
from metrics.detection.season import JUDGED
from metrics.detection.traits import WINDOW, YEAR, Traits
from metrics.detection.xmr import SETTLED_POINTS
from metrics.kinds import NOT_ASKED
from metrics.reading import Limits
from metrics.result import Figure

#: Why a figure is absent although nothing is missing: nothing happened that it could measure, as
#: in a week in which no sprint ends. A series full of those is charted without them.
UNBORN = "zero_denominator"
SPARSE = 0.3

#: What is taken out of a series before it is judged, by what describes it.
TAKEN_OUT: dict[int, tuple[str, ...]] = {
    LEVEL: (),
    TREND: ("trend",),
    STEPS: ("steps",),
    CARRIED: ("autocorrelation",),
    CARRIED_TREND: ("trend", "autocorrelation"),
    DRIFT: ("autocorrelation",),
    DRIFT_TREND: ("trend", "autocorrelation"),
}
MODELS = {
    LEVEL: "level",
    TREND: "trend",
    STEPS: "steps",
    CARRIED: "carried",
    CARRIED_TREND: "carried_trend",
    DRIFT: "drift",
    DRIFT_TREND: "drift_trend",
}


@dataclass(frozen=True)
class Signal:
    """A rule (1, 2 or 3) that the period from `start` takes part in: +1 above, -1 below."""

    start: date
    rule: int
    direction: int


@dataclass(frozen=True)
class Judgement:
    """Limits and signals of the judged periods, by their first day.

    `models` says what was taken out first: level (nothing), trend or steps. A period without
    enough points before it is in none of the three.
    """

    limits: dict[date, Limits]
    models: dict[date, str]
    signals: tuple[Signal, ...]


def judge(
    figures: Sequence[Figure],
    unit: Unit,
    kind: Kind,
    *,
    overlapping: bool = False,
    window: int = 1,
    last: int = JUDGED,
) -> Judgement:
    """Judge the `last` closed figures of one series, each on those before it.

    `figures` are of one KPI, scope and grain, oldest first; open ones and ones without a value
    are no points. Only points with the same set of members as the judged one count. With
    `overlapping` windows of 28 days only every fourth week is used; of a trailing `window` of so
    many periods each is judged by its own part (see `windows`). Too few cases give no signal.
    """
    if not figures:
        return Judgement({}, {}, ())
    grain = Grain(figures[0].grain)
    born = [_is_born(figure, kind) for figure in figures]
    sparse = is_sparse(born.count(False), sum(figure.closed for figure in figures))
    if sparse:
        figures = [figure for figure, is_born in zip(figures, born, strict=True) if is_born]
    starts = pd.Series([figure.start for figure in figures])
    positions = np.arange(len(figures), dtype=np.int64) if sparse else positions_of(starts, grain)
    length = int(positions.max()) + 1
    values, cases, errors = (np.full((1, length), np.nan) for _ in range(3))
    sets = np.zeros((1, length), dtype=np.int64)
    codes = pd.factorize(pd.Series([figure.members for figure in figures]))[0]
    for position, figure, code in zip(positions, figures, codes, strict=True):
        if figure.closed and figure.value is not None:
            values[0, position] = figure.value
            cases[0, position] = cases_of(figure, kind)
            if kind is Kind.SCORE and figure.low is not None and figure.high is not None:
                errors[0, position] = (figure.high - figure.low) / 2 / HALF_95
        sets[0, position] = code
    known = np.flatnonzero(~np.isnan(values[0]))[-last:]
    limits, models, signals = {}, {}, []
    by_position = dict(zip(positions.tolist(), starts, strict=True))
    stride = WINDOW.get(grain, 1) if overlapping else 1
    year = length if sparse else YEAR[grain]
    for position, judged in judge_columns(
        values, sets, cases, known, year, stride, Traits.of(unit, kind),
        window=1 if sparse else window, errors=errors,
    ):  # fmt: skip
        if np.isnan(judged.upper[0] - judged.lower[0]):  # no two neighbours, no limits
            continue
        start = by_position[position]
        limits[start] = Limits(
            float(judged.centre[0]),
            float(judged.lower[0]),
            float(judged.upper[0]),
            bool(judged.points[0] < SETTLED_POINTS),
            taken_out(int(judged.model[0]), bool(judged.seasonal[0]), window > 1),
        )
        models[start] = MODELS[int(judged.model[0])]
        signals += [
            Signal(start, rule + 1, int(judged.rules[0, rule]))
            for rule in range(3)
            if judged.rules[0, rule]
        ]
    return Judgement(limits, models, tuple(sorted(signals, key=lambda s: (s.start, s.rule))))


def _is_born(figure: Figure, kind: Kind) -> bool:
    """Whether there was something to measure: something happened, flowed, or was asked."""
    if kind is Kind.FLOW and figure.closed and figure.value == 0:
        return False
    return figure.reason != UNBORN and not (kind is Kind.SCORE and figure.reason == NOT_ASKED)


def taken_out(model: int, seasonal: bool, overlapping: bool = False) -> tuple[str, ...]:
    """What was taken out of a series before a point was judged: what overlapping windows share, its
    season, trend, autocorrelation, or the level itself where its steps are charted."""
    first = (*(("overlap",) if overlapping else ()), *(("season",) if seasonal else ()))
    return (*first, *TAKEN_OUT[model])


def judge_matrix(
    values: Floats,
    unit: Unit,
    kind: Kind,
    *,
    cases: Floats | None = None,
    overlapping: bool = False,
    last: int = JUDGED,
) -> Codes:
    """Rules of the `last` columns of many weekly series of one kind: series × points × rules 1–3.

    -1 below, +1 above, 0 else; `values` are series × unbroken weeks, NaN where unknown, `cases`
    what each is made of: the answers of a score, the facts of a quantile, else the denominator.
    Of `overlapping` windows of 28 days each week is judged by its own part.
    """
    count, length = values.shape
    rules = np.zeros((count, length, 3), dtype=np.int64)
    for column, judged in judge_columns(
        values,
        np.zeros(values.shape, dtype=np.int64),
        np.full(values.shape, np.nan) if cases is None else cases,
        range(max(0, length - last), length),
        YEAR[Grain.WEEK],
        1,
        Traits.of(unit, kind, series=count),
        window=WINDOW[Grain.WEEK] if overlapping else 1,
    ):
        rules[:, column] = judged.rules
    return rules


def is_sparse(unborn: int, closed: int) -> bool:
    """Whether a KPI is born too seldom for a row of its periods to have neighbours."""
    return unborn > SPARSE * closed


def positions_of(starts: pd.Series[Any], grain: Grain) -> Codes:
    """Each first day's place in an unbroken row of periods, the first one being 0."""
    days = pd.to_datetime(starts)
    match grain:
        case Grain.DAY | Grain.WEEK:
            found = (days - days.min()).dt.days // (7 if grain is Grain.WEEK else 1)
        case Grain.MONTH | Grain.QUARTER:
            months = days.dt.year * 12 + days.dt.month
            found = (months - months.min()) // (3 if grain is Grain.QUARTER else 1)
    return np.asarray(found, dtype=np.int64)
