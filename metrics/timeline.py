"""The periods of a computation and how they stand to each other: calendar, to-date or sprints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from metrics.calendar import TO_DATE_GRAINS, Calendar, Grain, Period
from metrics.catalogue.kpi import Kpi
from metrics.scopes import ScopeSets
from metrics.setting import Setting

#: Weeks or months, the last ones of the data, at whose end to-date figures are worked out.
TO_DATE_PERIODS = 3

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Timeline:
    """Columns of a computation.

    `previous` and `prior_year` are the positions of the neighbours, −1 where there is none;
    `before` the period before each, whether it is a column or not. `shown` are the columns that
    give figures. `held_by`, if given, says which squads have each period: sprints are not
    everybody's.
    """

    grain: Grain
    periods: tuple[Period, ...]
    before: tuple[Period, ...]
    previous: Positions
    prior_year: Positions
    shown: NDArray[np.bool_]
    held_by: tuple[frozenset[str], ...] | None = None


@dataclass(frozen=True)
class Sprint:
    """A squad's sprint, both days inclusive."""

    squad: str
    name: str
    start: date
    end: date


def timeline_of(
    connection: duckdb.DuckDBPyConnection,
    setting: Setting,
    grain: Grain,
    ending: Grain = Grain.WEEK,
) -> Timeline | None:
    """The periods of a grain over the days known; None while nothing is.

    Those to date end with the periods of `ending` (see `ends_with`).
    """
    first, last = setting.coverage.first, setting.coverage.last
    if first is None or last is None:
        return None
    if grain in TO_DATE_GRAINS:
        return to_date(setting.calendar, grain, last, ending)
    if grain is Grain.SPRINT:
        return of_sprints(read_sprints(connection))
    return of_calendar(setting.calendar, grain, first, last)


def of_calendar(calendar: Calendar, grain: Grain, first: date, last: date) -> Timeline:
    """All periods of a grain that touch the days from `first` to `last`."""
    periods = calendar.periods(grain, first, last)
    index = {period.start: position for position, period in enumerate(periods)}
    year_ago = [index.get(calendar.prior_year(period).start, -1) for period in periods]
    return Timeline(
        grain,
        tuple(periods),
        tuple(calendar.previous(period) for period in periods),
        np.arange(len(periods)) - 1,
        np.array(year_ago, dtype=np.int64),
        np.ones(len(periods), dtype=np.bool_),
    )


def ends_with(kpi: Kpi) -> Grain:
    """The periods with which a KPI's to-date windows end: weeks, or months if it has no weeks.

    What is known a month at a time has nothing to say of half a month.
    """
    return Grain.WEEK if Grain.WEEK in kpi.grains else Grain.MONTH


def ending_of(kpi: Kpi, grain: Grain) -> Grain:
    """The periods with which those of a grain end: a calendar grain's are its own."""
    return ends_with(kpi) if grain in TO_DATE_GRAINS else grain


def to_date(calendar: Calendar, grain: Grain, last: date, ending: Grain = Grain.WEEK) -> Timeline:
    """Month, quarter or year to the end of each of the last weeks (or months, if `ending` says so),
    and to the same date a year earlier (or the end of the same month).

    Every window has the day before it as a column of its own, on its left: where movements open.
    """
    period = calendar.period(ending, last)
    ends: list[date] = []
    for _ in range(TO_DATE_PERIODS):
        ends.insert(0, period.end)
        period = calendar.previous(period)
    ends = sorted({*ends, *(year_before(end, ending) for end in ends)})
    periods: list[Period] = []
    for end in ends:
        window = calendar.to_date(grain, end)
        eve = window.start - timedelta(1)
        periods += [calendar.period(Grain.DAY, eve), window]
    at = {period.end: position for position, period in enumerate(periods) if position % 2}
    shown = np.arange(len(periods)) % 2 == 1
    return Timeline(
        grain,
        tuple(periods),
        tuple(periods[position - position % 2] for position in range(len(periods))),
        np.where(shown, np.arange(len(periods)) - 1, -1),
        np.array(
            [
                at.get(year_before(period.end, ending), -1) if position % 2 else -1
                for position, period in enumerate(periods)
            ],
            dtype=np.int64,
        ),
        shown,
    )


def of_sprints(sprints: Iterable[Sprint]) -> Timeline:
    """One column for each pair of dates on which some squad had a sprint, in order of their ends.

    Squads whose sprints fall together share the column; its key is their name for it, if it is one.
    """
    found: dict[tuple[date, date], list[Sprint]] = {}
    for sprint in sprints:
        found.setdefault((sprint.end, sprint.start), []).append(sprint)
    periods: list[Period] = []
    held_by: list[frozenset[str]] = []
    for (end, start), together in sorted(found.items()):
        names = {sprint.name for sprint in together}
        key = names.pop() if len(names) == 1 else f"{start.isoformat()}/{end.isoformat()}"
        periods.append(Period(start, end, Grain.SPRINT, key))
        held_by.append(frozenset(sprint.squad for sprint in together))
    nothing = np.full(len(periods), -1, dtype=np.int64)
    return Timeline(
        Grain.SPRINT,
        tuple(periods),
        tuple(periods),
        nothing,
        nothing,
        np.ones(len(periods), dtype=np.bool_),
        tuple(held_by),
    )


def in_timeline(sets: ScopeSets, timeline: Timeline) -> ScopeSets:
    """The sets without those periods that not all of a set's squads have."""
    if timeline.held_by is None or sets.member_kind != "squad":
        return sets
    held = sets.held.copy()
    for column, squads in enumerate(timeline.held_by):
        for row in np.flatnonzero(held[:, column] >= 0):
            if not sets.sets[held[row, column]] <= squads:
                held[row, column] = -1
    return replace(sets, held=held)


def read_sprints(connection: duckdb.DuckDBPyConnection) -> list[Sprint]:
    """Every squad's sprints, from the open warehouse."""
    query = (
        exp.select("s.squad", "p.sprint", "p.start_day", "p.end_day")
        .distinct()
        .from_("sprints as p")
        .join("streams as s", on="s.source = p.source and s.stream = p.stream")
        .where("s.squad is not null")
        .order_by("p.end_day", "s.squad", "p.sprint")
    )
    return [Sprint(*row) for row in connection.execute(query.sql("duckdb")).fetchall()]


def year_before(day: date, ending: Grain = Grain.WEEK) -> date:
    """The same date a year earlier, so that both windows run over the same dates; the 28th for 29
    February. Of windows that end with months, the end of the same month: 29 February for the 28th
    of the year after.
    """
    if ending is Grain.MONTH:
        return (day + timedelta(1)).replace(year=(day + timedelta(1)).year - 1) - timedelta(1)
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
