"""Spans of days: weeks, months, quarters, and what came before them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Span:
    """Days from `start` to `end`, both inclusive: a week, a month, a quarter or any others."""

    start: date
    end: date

    @property
    def grain(self) -> str:
        if self == week_of(self.start):
            return "week"
        if self == month_of(self.start):
            return "month"
        return "quarter" if self == quarter_of(self.start) else "other"

    def before(self) -> Span:
        """The period of the same grain that ends the day before."""
        return of_grain(self.grain)(self.start - timedelta(1))

    def year_before(self) -> Span:
        if self.grain == "week":
            return week_of(self.start - timedelta(364))
        if self.grain == "other":
            year = self.start.year - 1
            return Span(self.start.replace(year=year), self.end.replace(year=year))
        return of_grain(self.grain)(self.start.replace(year=self.start.year - 1))


def week_of(day: date) -> Span:
    monday = day - timedelta(day.weekday())
    return Span(monday, monday + timedelta(6))


def month_of(day: date) -> Span:
    following = (day.replace(day=28) + timedelta(4)).replace(day=1)
    return Span(day.replace(day=1), following - timedelta(1))


def quarter_of(day: date) -> Span:
    first = date(day.year, 1 + 3 * ((day.month - 1) // 3), 1)
    return Span(first, month_of(first + timedelta(70)).end)


def of_grain(grain: str) -> Callable[[date], Span]:
    return {"week": week_of, "month": month_of, "quarter": quarter_of}[grain]


def iso_week(text: str) -> Span:
    """The span of `2026-W46`."""
    return week_of(date.fromisocalendar(int(text[:4]), int(text[6:]), 1))
