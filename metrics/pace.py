"""Will the target be met? Where a KPI will stand at a period's end, with an interval.

A level that wanders and drifts (`metrics.drift`) is fitted to the closed figures. A flow's landing
is its sum so far plus what is still to come; everything else stands where its level goes. Both are
normal. The season is not taken out: a quarter with August in it is wider than it looks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue.kpi import Catalogue, Kind, Kpi
from metrics.catalogue.loading import parts_of
from metrics.drift import drift_of
from metrics.errors import VigieError
from metrics.result import Figure

#: Fewer closed figures than this say nothing of where a KPI goes.
LEAST_FIGURES = 8
#: The latest closed figures that the model is fitted to.
MOST_FIGURES = 52
#: The chance that it lands below the interval, and above it.
TAIL = 0.1
#: A target is met, or missed, when it is so likely.
SURE = 0.8

#: A formula of sums and differences alone.
SUM = re.compile(r"\s*[a-z_][a-z0-9_]*(\s*[+-]\s*[a-z_][a-z0-9_]*)*\s*")
GRAIN_LENGTHS = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 28, Grain.QUARTER: 90}


@dataclass(frozen=True)
class Landing:
    """Where a KPI will most likely stand, and the standard deviation around it; 0 once it is over
    or where nothing ever changed."""

    expected: float
    spread: float


@dataclass(frozen=True)
class Pace:
    """Where a KPI will stand at a period's end: most likely, and `low` to `high` four chances in
    five. `chance` is the probability that the target is met, `verdict` yes, no or uncertain; both
    are None without a target."""

    expected: float
    low: float
    high: float
    chance: float | None
    verdict: str | None


def landing_of(values: Sequence[float], left: int, *, flow: bool, actual: float = 0.0) -> Landing:
    """Where a KPI will stand with `left` periods to go.

    `values` are its closed figures, oldest first; `actual` is a flow's sum over those that lie in
    the period looked at.

    Raises VigieError for fewer than LEAST_FIGURES figures, unless the period is over.
    """
    if not left:
        return Landing(actual if flow else values[-1], 0.0)
    if len(values) < LEAST_FIGURES:
        raise VigieError(
            f"{len(values)} closed figures say nothing of what follows.",
            next_step=f"Wait until there are {LEAST_FIGURES}.",
        )
    series = np.asarray(values[-MOST_FIGURES:], dtype=float)
    if np.abs(np.diff(series)).mean() <= 1e-12 * max(1.0, float(np.abs(series).max())):
        last = float(series[-1])  # nothing ever changed
        return Landing(actual + left * last if flow else last, 0.0)
    drift = drift_of(values[-MOST_FIGURES:])
    expected, spread = drift.total(left) if flow else drift.end(left)
    return Landing(actual + expected, spread)


def verdict_of(landing: Landing, target: float, direction: int) -> tuple[float, str]:
    """How likely a target is met, and in one word: yes, no or uncertain."""
    beyond = (landing.expected - target) * (-1 if direction < 0 else 1)
    if landing.spread:
        chance = float(special.ndtr(beyond / landing.spread))
    else:
        chance = 1.0 if beyond >= 0 else 0.0
    return chance, "yes" if chance >= SURE else "no" if chance <= 1 - SURE else "uncertain"


def adds_over_time(kpi: Kpi, catalogue: Catalogue) -> bool:
    """Whether a longer period's figure is the sum of the shorter ones within it: flows, and sums
    and differences of them, as a contribution margin is. Movements net over a longer period."""
    if kpi.kind is Kind.FLOW:
        return "movement" not in kpi.calculation
    formula = str(kpi.calculation.get("formula", ""))
    if kpi.kind is not Kind.DERIVED or not SUM.fullmatch(formula):
        return False
    return all(adds_over_time(catalogue[part], catalogue) for part in parts_of(kpi))


def pace_of(landing: Landing, *, target: float | None = None, direction: int = 1) -> Pace:
    """The pace of a KPI that will land somewhere.

    `direction` is the good one: -1 for a KPI that must stay below its target.
    """
    reach = float(special.ndtri(1 - TAIL)) * landing.spread
    chance, verdict = None, None
    if target is not None:
        chance, verdict = verdict_of(landing, target, direction)
    expected = landing.expected
    return Pace(expected, expected - reach, expected + reach, chance, verdict)


def so_far_of(
    found: Sequence[Figure], calendar: Calendar, grain: Grain, period: Period, *, flow: bool
) -> tuple[list[float], int, float] | None:
    """The closed values, how many periods are left, and the sum of those within so far.

    `found` are a KPI's figures in `grain`, oldest first; None where they do not say.
    """
    closed = _closed([figure for figure in found if figure.start <= period.end])
    within = [
        part
        for part in calendar.periods(grain, period.start, period.end)
        if period.start <= part.end <= period.end and (not flow or part.start >= period.start)
    ]
    known = {figure.start: figure.value or 0.0 for figure in closed}
    last = closed[-1].start if closed else None
    so_far = [part for part in within if last is not None and part.start <= last]
    if len(closed) < LEAST_FIGURES or any(part.start not in known for part in so_far):
        return None
    values = [figure.value for figure in closed if figure.value is not None]
    actual = sum(known[part.start] for part in so_far) if flow else 0.0
    return values, len(within) - len(so_far), actual


def landing_grains(kpi: Kpi, longer: Grain) -> tuple[Grain, ...]:
    """The grains of a KPI that are shorter than another."""
    return tuple(
        grain
        for grain in kpi.grains
        if GRAIN_LENGTHS.get(grain, 0) and GRAIN_LENGTHS[grain] < GRAIN_LENGTHS[longer]
    )


def grain_within(kpi: Kpi, longer: Grain, *, flow: bool) -> Grain:
    """The periods in which a KPI is followed to a longer one's end."""
    shorter = landing_grains(kpi, longer)
    if not shorter:
        raise VigieError(
            f"{kpi.name} has no figures within a {longer}.",
            next_step="Set its target for a longer period.",
        )
    if not flow and kpi.cadence in shorter:
        return kpi.cadence
    return max(shorter, key=lambda grain: GRAIN_LENGTHS[grain])


def _closed(found: Sequence[Figure]) -> list[Figure]:
    """The closed figures with a value, of the set of members that the latest one has."""
    closed = [figure for figure in found if figure.closed and figure.value is not None]
    return [figure for figure in closed if figure.members == closed[-1].members]
