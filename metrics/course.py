"""How a KPI is followed to the end of a month or quarter: by which of its figures, and how far.

What adds up over time is its figure to date plus the days still to come, told by shorter periods.
What stands at a period's end, as MRR does, goes on from its latest shorter period. All else, such
as the users of a month or a rate, is another figure in another grain (a month's users are not a
week's) and is followed in its own. A ratio is followed from where there was something to divide by:
the first months of a launch say nothing of those to come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import dropwhile
from statistics import median

from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue.kpi import Catalogue, Kind, Kpi, Unit
from metrics.grains import adds_over_time, stands_at_end
from metrics.pace import LEAST_FIGURES, Landing, flow_landing, level_landing
from metrics.result import Figure

#: The figures to date of a period in another grain.
TO_DATE = {Grain.MONTH: Grain.MTD, Grain.QUARTER: Grain.QTD}
#: The grains within each, best first: a week's days say less of the next week's than weeks do.
WITHIN = {
    Grain.MONTH: (Grain.WEEK, Grain.DAY),
    Grain.QUARTER: (Grain.WEEK, Grain.MONTH, Grain.DAY),
}


#: A ratio's first figures are left out while they divide by less than this part of what is usual.
LEAST_BASE = 0.25


@dataclass(frozen=True)
class Course:
    """Where a KPI will land. `actual` is what has flowed so far, None of what does not add up;
    `left` how many of the periods it is followed by are still to come."""

    landing: Landing
    actual: float | None
    left: int


def course_of(
    kpi: Kpi,
    catalogue: Catalogue,
    calendar: Calendar,
    period: Period,
    found: Mapping[str, Sequence[Figure]],
) -> Course | None:
    """The course of a KPI to the end of a month or quarter; None where its figures do not say.

    `found` are one scope's figures by grain, oldest first in each.
    """
    flow = adds_over_time(kpi, catalogue)
    own = [each for each in closed_of(found, period.grain) if each.start <= period.start]
    if own and own[-1].start == period.start and own[-1].value is not None:
        value = own[-1].value
        return Course(Landing(value, 0.0), value if flow else None, 0)
    if not flow and not stands_at_end(kpi, catalogue):
        course = _level(calendar, period.grain, since_it_counts(own), period)
        least = _to_date(found, period, None) if _only_grows(kpi) else None
        if course is None or least is None:
            return course
        return replace(course, landing=replace(course.landing, least=least))
    for grain in (*WITHIN[period.grain], *(() if flow else (period.grain,))):
        closed = [each for each in closed_of(found, grain) if each.start <= period.end]
        if flow:
            course = _flow(calendar, grain, closed, period, found)
        else:
            course = _level(calendar, grain, closed, period)
        if course is not None:
            return course
    return None


def closed_of(found: Mapping[str, Sequence[Figure]], grain: Grain) -> list[Figure]:
    """The closed figures with a value, of the set of members that the latest one has."""
    closed = [
        figure for figure in found.get(str(grain), ()) if figure.closed and figure.value is not None
    ]
    return [figure for figure in closed if figure.members == closed[-1].members]


def since_it_counts(closed: Sequence[Figure]) -> Sequence[Figure]:
    """A ratio's figures from the first that divides by something, beside what the latest do; all
    figures of what divides by nothing."""
    bases = [None if each.denominator is None else abs(each.denominator) for each in closed]
    latest = [base for base in bases[-LEAST_FIGURES:] if base is not None]
    if None in bases or not latest:
        return closed
    least = LEAST_BASE * median(latest)
    return list(dropwhile(lambda each: abs(each.denominator or 0.0) < least, closed))


def bounds_of(kpi: Kpi) -> tuple[float | None, float | None]:
    """The least and the greatest that a KPI can be, None where its definition does not say."""
    scale = kpi.calculation.get("scale")
    match kpi.kind, kpi.unit:
        case (Kind.COHORT, _) | (Kind.SCORE, Unit.RATE):
            return 0.0, 1.0
        case (Kind.SCORE, _) if isinstance(scale, int | float):
            return -float(scale), float(scale)
        case (_, Unit.COUNT | Unit.DAYS | Unit.HOURS):
            return 0.0, None
    return None, None


def _flow(
    calendar: Calendar,
    grain: Grain,
    closed: Sequence[Figure],
    period: Period,
    found: Mapping[str, Sequence[Figure]],
) -> Course | None:
    if len(closed) < LEAST_FIGURES:
        return None
    known = closed[-1].end
    if known < period.start:
        actual: float | None = 0.0
    elif grain is Grain.WEEK:
        actual = _to_date(found, period, known)
    else:  # days and months fill a longer period without a rest
        within = {each.start: each.value for each in closed}
        parts = calendar.periods(grain, period.start, known)
        told = [within.get(part.start) for part in parts]
        actual = None if None in told else sum(value for value in told if value is not None)
    if actual is None:
        return None
    shares = [
        _part(after, period.start, period.end) for after in _after(calendar, grain, known, period)
    ]
    landing = flow_landing(_values(closed), shares, actual)
    return Course(landing, actual, sum(share > 0 for share in shares))


def _level(
    calendar: Calendar, grain: Grain, closed: Sequence[Figure], period: Period
) -> Course | None:
    if len(closed) < LEAST_FIGURES:
        return None
    known = closed[-1].end
    shares = [_part(after, known, period.end) for after in _after(calendar, grain, known, period)]
    return Course(level_landing(_values(closed), sum(shares)), None, len(shares))


def _after(calendar: Calendar, grain: Grain, known: date, period: Period) -> list[Period]:
    """The periods that follow a day, up to the one in which the period looked at ends."""
    if known >= period.end:
        return []
    after = calendar.periods(grain, known, period.end)
    return [each for each in after if each.start > known]


def _part(period: Period, first: date, last: date) -> float:
    """Which part of a period lies within two days, both inclusive."""
    days = (min(period.end, last) - max(period.start, first)).days + 1
    return max(days, 0) / period.days


def _to_date(
    found: Mapping[str, Sequence[Figure]], period: Period, known: date | None
) -> float | None:
    """A period's figure to date: to a day, else the latest. They are published by their end."""
    told = [
        each
        for each in closed_of(found, TO_DATE[period.grain])
        if period.start <= each.end <= period.end and known in (None, each.end)
    ]
    return told[-1].value if told else None


def _only_grows(kpi: Kpi) -> bool:
    """Whether what is counted of a period so far can but grow until its end."""
    return kpi.kind is Kind.DISTINCT and "movement" not in kpi.calculation


def _values(closed: Sequence[Figure]) -> list[float]:
    return [each.value for each in closed if each.value is not None]
