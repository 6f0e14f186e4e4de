"""Will the target be met? Where a KPI will stand at a period's end, with an interval.

A level that wanders and drifts (`metrics.drift`) is fitted to the closed figures (those that
`metrics.course` picks). A flow's landing is its sum so far plus what is still to come; everything
else stands where its level goes. Both are normal. The season is not taken out: a quarter with
August in it is wider than it looks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.drift import drift_of
from metrics.errors import VigieError

#: Fewer closed figures than this say nothing of where a KPI goes.
LEAST_FIGURES = 8
#: The latest closed figures that the model is fitted to.
MOST_FIGURES = 52
#: The chance that it lands below the interval, and above it.
TAIL = 0.1
#: A target is met, or missed, when it is so likely.
SURE = 0.8


@dataclass(frozen=True)
class Landing:
    """Where a KPI will most likely stand, and the standard deviation around it; 0 once it is over
    or where nothing ever changed. `least` is what was counted already of what is not counted off
    again, as the distinct users of a month."""

    expected: float
    spread: float
    least: float | None = None


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


def flow_landing(values: Sequence[float], shares: Sequence[float], actual: float) -> Landing:
    """What will have flowed by a period's end.

    `values` are closed figures, oldest first; `shares` the parts of the periods that follow them
    which lie in the period looked at; `actual` is what has flowed of it before those.

    Raises VigieError for fewer than LEAST_FIGURES figures, unless nothing is to come.
    """
    if not any(shares):
        return Landing(actual, 0.0)
    steady = _steady(values)
    if steady is not None:
        return Landing(actual + sum(shares) * steady, 0.0)
    expected, spread = drift_of(values[-MOST_FIGURES:]).total(shares)
    return Landing(actual + expected, spread)


def level_landing(values: Sequence[float], ahead: float) -> Landing:
    """Where a level will stand so many periods, or parts of one, after the last of its closed
    figures.

    Raises VigieError for fewer than LEAST_FIGURES figures, unless it stands there already.
    """
    if not ahead:
        return Landing(values[-1], 0.0)
    steady = _steady(values)
    if steady is not None:
        return Landing(steady, 0.0)
    return Landing(*drift_of(values[-MOST_FIGURES:]).end(ahead))


def _steady(values: Sequence[float]) -> float | None:
    """The figure of a series that never changed."""
    if len(values) < LEAST_FIGURES:
        raise VigieError(
            f"{len(values)} closed figures say nothing of what follows.",
            next_step=f"Wait until there are {LEAST_FIGURES}.",
        )
    series = np.asarray(values[-MOST_FIGURES:], dtype=float)
    still = np.abs(np.diff(series)).mean() <= 1e-12 * max(1.0, float(np.abs(series).max()))
    return float(series[-1]) if still else None


def verdict_of(landing: Landing, target: float, direction: int) -> tuple[float, str]:
    """How likely a target is met, and in one word: yes, no or uncertain."""
    expected = landing.expected
    reached = landing.least is not None and landing.least >= target
    if reached and landing.least is not None:
        expected = max(expected, landing.least)
    beyond = (expected - target) * (-1 if direction < 0 else 1)
    if landing.spread and not reached:
        chance = float(special.ndtr(beyond / landing.spread))
    else:
        chance = 1.0 if beyond >= 0 else 0.0
    return chance, "yes" if chance >= SURE else "no" if chance <= 1 - SURE else "uncertain"


def pace_of(
    landing: Landing,
    *,
    target: float | None = None,
    direction: int = 1,
    bounds: tuple[float | None, float | None] = (None, None),
) -> Pace:
    """The pace of a KPI that will land somewhere, within the bounds of what it can be.

    `direction` is the good one: -1 for a KPI that must stay below its target.
    """
    reach = float(special.ndtri(1 - TAIL)) * landing.spread
    chance, verdict = None, None
    if target is not None:
        chance, verdict = verdict_of(landing, target, direction)
    expected, least = landing.expected, landing.least
    ends = (expected, expected - reach, expected + reach)
    lowest = max((bound for bound in (least, bounds[0]) if bound is not None), default=-math.inf)
    highest = math.inf if bounds[1] is None else bounds[1]
    stands, low, high = (min(max(end, lowest), highest) for end in ends)
    return Pace(stands, low, high, chance, verdict)
