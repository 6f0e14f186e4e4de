"""Will the target be met? Where a KPI will stand at a period's end, with an interval.

A local level with a drift that stays the same (statsmodels' `UnobservedComponents`, "local linear
deterministic trend") is fitted to the closed figures; paths drawn from it give where the KPI may
stand. A flow's landing is its sum so far plus the sum of each path; everything else stands where
its path ends. The season is not taken out: a quarter with August in it is wider than it looks.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue.kpi import Catalogue, Kind, Kpi
from metrics.catalogue.loading import parts_of
from metrics.errors import VigieError
from metrics.result import Figure

#: Fewer closed figures than this say nothing of where a KPI goes.
LEAST_FIGURES = 8
#: The latest closed figures that the model is fitted to.
MOST_FIGURES = 52
PATHS = 2000
SEED = 46  # the same figures give the same answer
#: Four paths in five end within the interval.
TAIL = 0.1
#: A target is met, or missed, when so many paths say so.
SURE = 0.8

#: A formula of sums and differences alone.
SUM = re.compile(r"\s*[a-z_][a-z0-9_]*(\s*[+-]\s*[a-z_][a-z0-9_]*)*\s*")
GRAIN_LENGTHS = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 28, Grain.QUARTER: 90}


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


def forecast_paths(values: Sequence[float], periods: int) -> NDArray[np.float64]:
    """Where a series may go: PATHS × `periods`, from its closed figures, oldest first.

    Raises VigieError for fewer than LEAST_FIGURES figures.
    """
    if len(values) < LEAST_FIGURES:
        raise VigieError(
            f"{len(values)} closed figures say nothing of what follows.",
            next_step=f"Wait until there are {LEAST_FIGURES}.",
        )
    series = np.asarray(values[-MOST_FIGURES:], dtype=float)
    scale = float(np.abs(np.diff(series)).mean())
    if scale <= 1e-12 * max(1.0, float(np.abs(series).max())):
        return np.full((PATHS, periods), series[-1])  # nothing ever changed
    middle = float(series.mean())
    return _drawn(_fitted(tuple((series - middle) / scale)), periods) * scale + middle


@lru_cache(maxsize=4)
def _fitted(values: tuple[float, ...]) -> Any:
    """The model fitted to a series; a month and a quarter ahead share it."""
    # Seconds to import, and pages that only read what was fitted do without.
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    model = UnobservedComponents(  # type: ignore[no-untyped-call]
        np.array(values), "local linear deterministic trend"
    )
    with warnings.catch_warnings():
        # The likelihood is flat where a variance is 0; the estimate is good all the same.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(disp=False, maxiter=200)  # type: ignore[no-untyped-call]


def _drawn(fitted: Any, periods: int) -> NDArray[np.float64]:
    """PATHS × `periods` of the fitted model, all at once: the library draws one path after the
    other, in a hundred times the time."""
    rng, space = np.random.default_rng(SEED), fitted.model.ssm
    noise, shocks, carry = (
        np.asarray(space[name], dtype=float).squeeze()
        for name in ("obs_cov", "state_cov", "selection")
    )
    step, shown = np.asarray(space["transition"]), np.asarray(space["design"])[0]
    states = rng.multivariate_normal(
        fitted.predicted_state[:, -1],
        fitted.predicted_state_cov[:, :, -1],
        size=PATHS,
        method="svd",
    )
    paths = np.empty((PATHS, periods))
    for period in range(periods):
        paths[:, period] = states @ shown + rng.normal(scale=np.sqrt(noise), size=PATHS)
        shock = rng.normal(scale=np.sqrt(shocks), size=PATHS)
        states = states @ step.T + np.outer(shock, carry)
    return paths


def ends_of(
    values: Sequence[float], left: int, *, flow: bool, actual: float = 0.0
) -> NDArray[np.float64]:
    """Where a KPI may stand with `left` periods to go, one number per path.

    `values` are its closed figures, oldest first; `actual` is a flow's sum over those that lie in
    the period looked at.
    """
    if not left:
        return np.full(1, actual if flow else values[-1])
    paths = forecast_paths(values, left)
    return actual + paths.sum(1) if flow else paths[:, -1]


def verdict_of(ends: NDArray[np.float64], target: float, direction: int) -> tuple[float, str]:
    """How likely a target is met, and in one word: yes, no or uncertain."""
    met = ends <= target if direction < 0 else ends >= target
    chance = float(met.mean())
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


def pace_of(ends: NDArray[np.float64], *, target: float | None = None, direction: int = 1) -> Pace:
    """The pace of a KPI that may stand at `ends`, evenly spread over what may happen.

    `direction` is the good one: -1 for a KPI that must stay below its target.
    """
    low, high = np.quantile(ends, [TAIL, 1 - TAIL])
    chance, verdict = None, None
    if target is not None:
        chance, verdict = verdict_of(ends, target, direction)
    return Pace(float(np.median(ends)), float(low), float(high), chance, verdict)


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
