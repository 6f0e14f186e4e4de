"""Periods of the company's calendar: ISO weeks, months, fiscal quarters, and their neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    SPRINT = "sprint"  # a squad's own; the calendar does not know it
    MTD = "mtd"  # month, quarter and fiscal year to the end of a week
    QTD = "qtd"
    YTD = "ytd"


#: The grains that the calendar cuts days into, each day in one period.
CALENDAR_GRAINS = (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER)
TO_DATE_GRAINS = (Grain.MTD, Grain.QTD, Grain.YTD)


@dataclass(frozen=True, order=True)
class Period:
    """One period, both ends inclusive. `key` is its public name: 2026-W46, 2026-11, 2026-Q4."""

    start: date
    end: date
    grain: Grain
    key: str

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def __str__(self) -> str:
        return self.key


def _month_start(year: int, month: int) -> date:
    """The first day of a month given as any integer, so that month 0 is last December."""
    carry, index = divmod(month - 1, 12)
    return date(year + carry, index + 1, 1)


@dataclass(frozen=True)
class Calendar:
    """How days are cut into periods.

    `first_weekday` is ISO (1 Monday … 7 Sunday): a week bears the ISO number of its fourth day, so
    weeks that start on another day keep sensible numbers. `fiscal_year_start` is a month number; a
    fiscal year bears the calendar year in which it ends.
    """

    first_weekday: int = 1
    fiscal_year_start: int = 1

    def period(self, grain: Grain, day: date) -> Period:
        """The period of `grain` that holds `day`."""
        match grain:
            case Grain.DAY:
                return Period(day, day, grain, day.isoformat())
            case Grain.WEEK:
                start = day - timedelta((day.isoweekday() - self.first_weekday) % 7)
                year, week, _ = (start + timedelta(3)).isocalendar()
                return Period(start, start + timedelta(6), grain, f"{year}-W{week:02}")
            case Grain.MONTH:
                start = day.replace(day=1)
                return Period(
                    start,
                    _month_start(day.year, day.month + 1) - timedelta(1),
                    grain,
                    f"{day.year}-{day.month:02}",
                )
            case Grain.QUARTER:
                into_year = (day.month - self.fiscal_year_start) % 12
                start = _month_start(day.year, day.month - into_year % 3)
                end = _month_start(start.year, start.month + 3) - timedelta(1)
                year_start = _month_start(start.year, start.month - into_year // 3 * 3)
                last_month = _month_start(year_start.year, year_start.month + 11)
                return Period(start, end, grain, f"{last_month.year}-Q{into_year // 3 + 1}")
        raise ValueError(f"the calendar does not cut days into {grain} periods")

    def to_date(self, grain: Grain, end: date) -> Period:
        """The month, quarter or fiscal year that holds `end`, from its first day to `end`."""
        quarter = self.period(Grain.QUARTER, end)
        match grain:
            case Grain.MTD:
                start = self.period(Grain.MONTH, end).start
            case Grain.QTD:
                start = quarter.start
            case Grain.YTD:
                into_year = (end.month - self.fiscal_year_start) % 12
                start = _month_start(end.year, end.month - into_year)
            case _:
                raise ValueError(f"{grain} is no to-date window")
        return Period(start, end, grain, f"{grain} {end.isoformat()}")

    def following(self, period: Period) -> Period:
        return self.period(period.grain, period.end + timedelta(1))

    def previous(self, period: Period) -> Period:
        return self.period(period.grain, period.start - timedelta(1))

    def prior_year(self, period: Period) -> Period:
        """The same period a year earlier: 364 days for days and weeks, the calendar otherwise."""
        if period.grain in (Grain.DAY, Grain.WEEK):
            return self.period(period.grain, period.start - timedelta(364))
        return self.period(period.grain, _month_start(period.start.year - 1, period.start.month))

    def periods(self, grain: Grain, first: date, last: date) -> list[Period]:
        """All periods of `grain` that touch the days from `first` to `last`, in order."""
        found = [self.period(grain, first)]
        while found[-1].end < last:
            found.append(self.following(found[-1]))
        return found
