"""Growth of products and what each has in the company's: MRR, or revenue where there is no MRR."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metrics.calendar import Grain
from metrics.coverage import NOBODY
from metrics.detection.xmr import LEAST_POINTS, LIMIT_FACTOR
from metrics.functions.given import Given
from metrics.grid import Grid, gravest

#: Months in a period: revenue of a longer one stands for MRR as its monthly mean.
MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3}
#: The most periods that say what is usual: two years.
MOST_POINTS = {Grain.MONTH: 24, Grain.QUARTER: 8}


def growth_base(given: Given) -> Grid:
    """MRR of the products that have some, plus the revenue a month of those that never had any; of
    either alone where the data of the other begin later."""
    mrr, revenue = given.grid("mrr"), given.grid("revenue_without_mrr")
    monthly = revenue.value / MONTHS[given.grain]
    with_mrr = np.array(
        [
            any(given.coverage.days("subscriptions", "product", p) is not None for p in members)
            for members in given.sets
        ]
    )[:, None]
    with_revenue = np.asarray((np.nan_to_num(revenue.n) > 0).any(axis=1))[:, None]
    begun, other_begun = (~np.isin(grid.reason, NOBODY) for grid in (mrr, revenue))
    alone = with_revenue & ~(with_mrr & (begun | ~other_begun))
    both = with_revenue & with_mrr & (begun == other_begun)
    value = np.where(alone, monthly, np.where(both, mrr.value + monthly, mrr.value))
    closed = np.where(
        alone, revenue.closed, np.where(both, mrr.closed & revenue.closed, mrr.closed)
    )
    reason = np.where(
        alone, revenue.reason, np.where(both, gravest(mrr.reason, revenue.reason), mrr.reason)
    )
    return Grid.of(value, closed, reason, mrr.n)


def growth_beyond_noise(given: Given) -> Grid:
    """1 where the company's change over a year is more than noise, else no figure.

    It is noise within 2.66 times the mean change from one period to the next over the two years
    before: what the limits of a process-behaviour chart call usual.
    """
    base, columns = given.grid("growth_base"), np.arange(len(given.periods))
    rows = np.where(given.held >= 0, given.held, 0)
    change = given.formula("company(growth_base - prior_year(growth_base))").value[rows, columns]
    most = MOST_POINTS[given.grain]
    told = given.told("growth_base")
    noise = np.array(
        [
            _noise(base.value[row, : column + 1][-most:], told[row, : column + 1][-most:])
            for row, column in zip(rows, columns, strict=True)
        ]
    )
    unknown = np.isnan(noise) | np.isnan(change)
    with np.errstate(invalid="ignore"):
        clear = ~unknown & (np.abs(change) > noise)
    word = np.where(clear, "", np.where(unknown, "history_begins", "within_noise"))
    shape = base.value.shape
    return Grid.of(
        np.broadcast_to(np.where(clear, 1.0, np.nan), shape).copy(),
        base.closed,
        np.where(base.reason == "", np.broadcast_to(word, shape), base.reason),
    )


def _noise(values: NDArray[np.float64], told: NDArray[np.object_]) -> float:
    """The largest change that is usual between two of these values; NaN when they are too few.
    What comes with a product whose data begin in between is no change."""
    ranges = np.abs(np.diff(values))
    ranges = ranges[~np.isnan(ranges) & (told[1:] == told[:-1])]
    if len(ranges) < LEAST_POINTS - 1:
        return float("nan")
    return float(LIMIT_FACTOR * ranges.mean())
