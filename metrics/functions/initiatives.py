"""Whether initiatives did what they were for, judged as signals are and never by eye."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import numpy as np

from metrics.catalogue.kpi import Kpi
from metrics.effect import effect_of
from metrics.functions.given import Given
from metrics.functions.objectives import day_of, number_of, text_of
from metrics.grid import Grid
from metrics.result import Figure, Scope


@dataclass(frozen=True)
class Review:
    """One initiative due for review. `direction` is where its KPI should have gone: +1 or −1.

    `moved` is None when nothing can be said: no target KPI, or too few points to judge.
    """

    initiative: str
    product: str
    target: str | None
    direction: int
    shipped: date
    due: date
    moved: bool | None


def reviews(given: Given) -> list[Review]:
    """Every shipped initiative of a known product that has a review date."""
    found = []
    for row in given.facts("initiative_reviews"):
        kpi = given.named(text_of(row.target_kpi))
        shipped, due = day_of(row.shipped_day), day_of(row.review_day)
        direction = _direction(row.expected_direction, kpi)
        moved = _moved(given, kpi, row.product, direction, shipped, due) if kpi else None
        found.append(
            Review(
                row.initiative_id, row.product, kpi.name if kpi else None, direction, shipped, due,
                moved,
            )
        )  # fmt: skip
    return found


def _direction(expected: Any, kpi: Kpi | None) -> int:
    if expected in (1, -1):
        return int(expected)
    return (kpi.direction if kpi else 0) or 1


def _moved(
    given: Given, kpi: Kpi, product: str, direction: int, shipped: date, due: date
) -> bool | None:
    """Whether a signal in that direction takes part in a period between shipping and review."""
    rows = given.born(kpi.name)
    rows = rows[
        (rows["scope_kind"] == "product") & (rows["scope"] == product) & (rows["end"] <= due)
    ].sort_values("start")
    figures = [
        Figure(
            kpi=kpi.name,
            scope=Scope("product", product),
            grain=kpi.cadence.value,
            period=row.period,
            start=row.start,
            end=row.end,
            value=number_of(row.value),
            reason=text_of(row.reason),
            members=row.members,
            n=_whole(row.n),
        )
        for row in cast("Iterable[Any]", rows.itertuples(index=False))
    ]
    found = effect_of(figures, kpi, given.catalogue, shipped, due)
    return None if found.usual is None else direction in found.sides


def initiative_hit_rate(given: Given) -> Grid:
    """Initiatives whose KPI moved as expected / those due for review in the period and judged."""
    shape = (len(given.sets), len(given.periods))
    hits, due = np.zeros(shape), np.zeros(shape)
    for review in given.shared("reviews", lambda: reviews(given)):
        if review.moved is None:
            continue
        rows = [row for row, members in enumerate(given.sets) if review.product in members]
        for column, period in enumerate(given.periods):
            if period.start <= review.due <= period.end:
                due[rows, column] += 1
                hits[rows, column] += review.moved
    return given.ratio(hits, due)


def _whole(value: Any) -> int | None:
    number = number_of(value)
    return None if number is None else int(number)
