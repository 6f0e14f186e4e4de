"""What a Swiss franc was worth in euros, on the first of each month."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import cache
from math import sin
from pathlib import Path

from sample_data.tables import write_csv
from sample_data.timeline import Timeline, first_of_month

CURRENCY = "CHF"
_MONTHS_BEFORE = 36  # older subscriptions are priced as well


@cache
def quoted(timeline: Timeline) -> tuple[tuple[date, float], ...]:
    """Day and rate, oldest first: a slow swing of a per cent or so, as currencies of neighbours."""
    return tuple(
        (first_of_month(timeline.start, offset), round(1.055 + 0.014 * sin(offset / 5), 4))
        for offset in range(-_MONTHS_BEFORE, 25)
    )


def rate_on(timeline: Timeline, day: date) -> float:
    """What a franc was worth on a day; the first rate known for any day before it."""
    rates = quoted(timeline)
    return rates[max(0, bisect_right(rates, (day, 10.0)) - 1)][1]


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    del seed  # rates are the same whatever the chance
    return [
        write_csv(
            folder / "rates.csv",
            ("currency", "date", "rate"),
            ((CURRENCY, day, f"{rate:.4f}") for day, rate in quoted(timeline)),
        )
    ]
