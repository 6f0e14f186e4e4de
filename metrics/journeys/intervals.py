"""The intervals along which journeys are laid out, in the company's calendar and time zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from metrics.calendar import Calendar, Grain, Period


class Step(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True)
class Interval:
    """One interval. `start` is local; `from_time` and `until_time` (UTC) are set for hours only."""

    index: int
    start: datetime
    first_day: date
    last_day: date
    from_time: datetime | None = None
    until_time: datetime | None = None

    @property
    def period(self) -> Period:
        """Its days as a period, to ask what is known of them."""
        return Period(self.first_day, self.last_day, Grain.DAY, self.start.isoformat())


def local(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """A day's or moment's local time; a moment without a zone is local already."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)


def intervals(
    step: Step,
    first: date | datetime,
    last: date | datetime,
    calendar: Calendar,
    zone: ZoneInfo,
    *,
    count: int = 1,
    before: int = 0,
    after: int = 0,
) -> list[Interval]:
    """The intervals from the one that holds `first` to the one that holds `last`.

    `count` steps make one interval, counted from the first. `before` and `after` more are added at
    the ends; those before have negative indices.
    """
    if step is Step.HOUR:
        return _hours(first, last, zone, before, after)
    grain = Grain(step)
    start = calendar.period(grain, local(first, zone).date())
    end = calendar.period(grain, local(last, zone).date())
    periods = calendar.periods(grain, start.start, end.end)
    groups = [periods[at : at + count] for at in range(0, len(periods), count)]
    while len(groups[-1]) < count:
        groups[-1].append(calendar.following(groups[-1][-1]))
    for _ in range(after):
        group = [calendar.following(groups[-1][-1])]
        while len(group) < count:
            group.append(calendar.following(group[-1]))
        groups.append(group)
    for _ in range(before):
        group = [calendar.previous(groups[0][0])]
        while len(group) < count:
            group.insert(0, calendar.previous(group[0]))
        groups.insert(0, group)
    return [
        Interval(
            index - before,
            datetime.combine(group[0].start, time()),
            group[0].start,
            group[-1].end,
        )
        for index, group in enumerate(groups)
    ]


def _hours(
    first: date | datetime, last: date | datetime, zone: ZoneInfo, before: int, after: int
) -> list[Interval]:
    """Real hours: a day of 23 or 25 hours has as many intervals."""

    def whole(moment: date | datetime) -> datetime:
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            at = moment.astimezone(zone)
        else:
            at = local(moment, zone).replace(tzinfo=zone)
        return at.replace(minute=0, second=0, microsecond=0).astimezone(UTC)

    hour = timedelta(hours=1)
    at, until = whole(first) - before * hour, whole(last) + after * hour
    found: list[Interval] = []
    while at <= until:
        start = at.astimezone(zone).replace(tzinfo=None)
        naive = at.replace(tzinfo=None)
        found.append(
            Interval(len(found) - before, start, start.date(), start.date(), naive, naive + hour)
        )
        at += hour
    return found


def put_intervals(
    connection: duckdb.DuckDBPyConnection,
    laid_out: Sequence[Interval],
    first_day: date | None = None,
    last_day: date | None = None,
) -> None:
    """The temporary relation `spans`: one row per interval and day, not outside the days given."""
    rows = [
        (interval.index, day, interval.from_time, interval.until_time)
        for interval in laid_out
        for day in _days(interval)
        if (first_day is None or day >= first_day) and (last_day is None or day <= last_day)
    ]
    moments = pa.timestamp("us")
    table = pa.table(
        {
            "interval_index": pa.array([row[0] for row in rows], pa.int64()),
            "day": pa.array([row[1] for row in rows], pa.date32()),
            "from_time": pa.array([row[2] for row in rows], moments),
            "until_time": pa.array([row[3] for row in rows], moments),
        }
    )
    connection.register("incoming", table)
    connection.execute("create or replace temporary table spans as select * from incoming")
    connection.unregister("incoming")


def _days(interval: Interval) -> list[date]:
    count = (interval.last_day - interval.first_day).days + 1
    return [interval.first_day + timedelta(offset) for offset in range(count)]
