"""Progress of objectives, what the calendar expects of it, and the North Star of products."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from metrics.catalogue.kpi import Kpi
from metrics.functions.given import Given
from metrics.grains import grains_of
from metrics.grid import Grid


@dataclass(frozen=True)
class KeyResult:
    """One key result with its versions, oldest first: day of the export and current value then.

    `product` is None for one of the company. `kpi` is the KPI that it reads, if any.
    """

    name: str
    objective: str | None
    product: str | None
    start: date
    end: date
    start_value: float
    target_value: float
    versions: tuple[tuple[date, float | None], ...]
    kpi: Kpi | None

    def progress(self, value: float) -> float:
        """(current − start) / (target − start), clipped to 0–1."""
        share = (value - self.start_value) / (self.target_value - self.start_value)
        return min(1.0, max(0.0, share))

    def expected(self, day: date) -> float:
        """The share of its days that have passed at the end of `day`."""
        return min(
            1.0, max(0.0, ((day - self.start).days + 1) / ((self.end - self.start).days + 1))
        )

    def typed(self, day: date) -> float | None:
        """What the newest export until the morning after `day` says; once ended, the newest."""
        told = [
            value
            for observed, value in self.versions
            if value is not None and (observed <= day + timedelta(1) or day >= self.end)
        ]
        return told[-1] if told else None


def key_results(given: Given) -> list[KeyResult]:
    """Every key result of a known product or of the company."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in given.facts("running_key_results"):
        product = row.product if isinstance(row.product, str) else None
        if product is not None or row.of_company:
            key = (row.source, product, row.key_result, row.period_start)
            found.setdefault(key, []).append(row)
    return [
        KeyResult(
            name=rows[-1].key_result,
            objective=text_of(rows[-1].objective),
            product=product,
            start=day_of(rows[-1].period_start),
            end=day_of(rows[-1].period_end),
            start_value=float(rows[-1].start_value),
            target_value=float(rows[-1].target_value),
            versions=tuple(
                (day_of(row.observed_day), number_of(row.current_value)) for row in rows
            ),
            kpi=given.named(text_of(rows[-1].kpi)),
        )
        for (_, product, _, _), rows in (
            (key, sorted(rows, key=lambda row: (row.observed_day, row.version)))
            for key, rows in found.items()
        )
    ]


class Readings:
    """The value of a key result day by day: of the KPI it reads, in its last closed period since
    the key result began, else what an export said by then."""

    def __init__(self, given: Given, result: KeyResult) -> None:
        self._result = result
        self._ends: list[date] = []
        self._values: list[float] = []
        if result.kpi is not None:
            figures = given.born(result.kpi.name)
            kind, scope = ("product", result.product) if result.product else ("company", "")
            own = figures[
                (figures["scope_kind"] == kind)
                & (figures["scope"] == scope)
                & (figures["end"] > result.start)
                & (figures["end"] <= result.end)
                & figures["value"].notna()
            ].sort_values("end")
            self._ends = own["end"].tolist()
            self._values = own["value"].astype(float).tolist()

    def on(self, day: date) -> float | None:
        """The value at the end of `day`; None when it is not known."""
        told = bisect_right(self._ends, day)
        return self._values[told - 1] if told else self._result.typed(day)


def okr_progress(given: Given) -> Grid:
    """Mean progress of the key results that run on each period's last day, or on the last known
    one. Where one of them has no known value the whole has no figure."""
    return _over_key_results(given, progress=True)


def okr_expected_progress(given: Given) -> Grid:
    """Mean share of time passed of the same key results."""
    return _over_key_results(given, progress=False)


def _over_key_results(given: Given, *, progress: bool) -> Grid:
    shape = (len(given.sets), len(given.periods))
    total, count, lacking = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    for result, readings in given.shared("key results", lambda: _read(given)):
        rows = [
            row
            for row, members in enumerate(given.sets)
            if result.product is not None and result.product in members
        ]
        for column, period in enumerate(given.periods):
            if not result.start <= period.end <= result.end:
                continue
            day = _last_known(given, period.end)
            if day < result.start:
                continue
            told = readings.on(day)
            held = rows if result.product is not None else [int(given.held[column])]
            count[held, column] += 1
            if told is None:
                lacking[held, column] = True
            else:
                share = result.progress(told) if progress else result.expected(day)
                total[held, column] += share
    grid = given.ratio(total, count)
    absent = lacking & ~np.isnan(grid.value)
    return replace(
        grid,
        value=np.where(absent, np.nan, grid.value),
        numerator=np.where(absent, np.nan, grid.numerator),
        reason=np.where(absent, "unknown_part", grid.reason),
    )


def _read(given: Given) -> list[tuple[KeyResult, Readings]]:
    return [(result, Readings(given, result)) for result in key_results(given)]


def north_star(given: Given) -> Grid:
    """The grid of the KPI that the set's products name, where they all name the same one."""
    named = {product.product: product.north_star for product in given.organisation.products}
    shape = (len(given.sets), len(given.periods))
    nothing = np.full(shape, np.nan)
    grid = Grid.of(nothing, given.known.closed, np.full(shape, "no_data", dtype=object))
    for row, members in enumerate(given.sets):
        stars = {named.get(member) for member in members}
        kpi = given.named(next(iter(stars))) if len(stars) == 1 else None
        if len(stars) > 1:
            grid.reason[row] = "several_definitions"
        elif kpi is not None and given.grain not in grains_of(kpi, given.catalogue):
            grid.reason[row] = "not_published"
        elif kpi is not None and kpi.member == given.kpi.member:
            part = given.grid(kpi.name)
            for name in (
                "value",
                "closed",
                "reason",
                "n",
                "numerator",
                "denominator",
                "low",
                "high",
            ):
                getattr(grid, name)[row] = getattr(part, name)[row]
    return grid


def _last_known(given: Given, day: date) -> date:
    return min(day, given.coverage.last) if given.coverage.last else day


def day_of(value: Any) -> date:
    found: date = value.date() if hasattr(value, "date") else value
    return found


def text_of(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def number_of(value: Any) -> float | None:
    return None if value is None or value != value else float(value)
