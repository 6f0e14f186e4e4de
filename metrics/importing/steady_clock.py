"""The company's clock over the days of one file: where it stands still, hours are added.

Asking the calendar of a time zone takes longer per moment than all else that is done to it. Most
days have one distance from UTC from end to end; only the others, on which clocks are changed, are
asked of the calendar moment by moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import duckdb
from sqlglot import exp

#: More stretches than a dozen years have make a longer question than the calendar's own.
MOST_STRETCHES = 30
FIRST, LAST = datetime(1970, 1, 2), datetime(2099, 12, 30)
DAY = timedelta(1)


@dataclass(frozen=True)
class Stretch:
    """Days on each moment of which the same number of seconds is added; `end` is not included."""

    start: datetime
    end: datetime
    seconds: int


@dataclass(frozen=True)
class SteadyClock:
    to_utc: tuple[Stretch, ...]
    to_local: tuple[Stretch, ...]

    def utc_of(self, moment: exp.Column) -> exp.Expr:
        """What `local_to_utc` of values.sql says of a sane moment on the company's clock."""
        return _added(moment, self.to_utc, "local_to_utc")

    def local_of(self, moment: exp.Column) -> exp.Expr:
        """What `utc_to_local` of values.sql says of a moment in UTC."""
        return _added(moment, self.to_local, "utc_to_local")


def steady_clock(
    connection: duckdb.DuckDBPyConnection, first: datetime, last: datetime
) -> SteadyClock | None:
    """The clock over the days from `first` to `last` and a day around, by the connection's own
    calendar; None where it changes too often for that to be shorter."""
    start = max(first.replace(hour=0, minute=0, second=0, microsecond=0) - DAY, FIRST)
    end = min(last + 2 * DAY, LAST)
    if start >= end:
        return None
    days = connection.execute(
        "select day, epoch(local_to_utc(day)) - epoch(day), epoch(utc_to_local(day)) - epoch(day) "
        "from (select unnest(generate_series(?::timestamp, ?::timestamp, interval 1 day)) as day) "
        "order by day",
        [start, end],
    ).fetchall()
    to_utc = _stretches([(day, int(seconds)) for day, seconds, _ in days])
    to_local = _stretches([(day, int(seconds)) for day, _, seconds in days])
    if max(len(to_utc), len(to_local)) > MOST_STRETCHES:
        return None
    return SteadyClock(to_utc, to_local)


def _stretches(days: list[tuple[datetime, int]]) -> tuple[Stretch, ...]:
    """Runs of days that begin and end with the same distance."""
    found: list[Stretch] = []
    for (day, seconds), (following, then) in pairwise(days):
        if seconds != then:
            continue
        if found and found[-1].end == day and found[-1].seconds == seconds:
            found[-1] = Stretch(found[-1].start, following, seconds)
        else:
            found.append(Stretch(day, following, seconds))
    return tuple(found)


def _added(moment: exp.Column, stretches: tuple[Stretch, ...], otherwise: str) -> exp.Expr:
    """The moment with its stretch's seconds, or what the calendar says outside of all."""
    return exp.Case(
        ifs=[
            exp.If(
                this=exp.and_(
                    moment.copy() >= _literal(stretch.start), moment.copy() < _literal(stretch.end)
                ),
                true=exp.Add(
                    this=moment.copy(),
                    expression=exp.func("to_seconds", exp.Literal.number(stretch.seconds)),
                ),
            )
            for stretch in sorted(stretches, key=lambda each: each.start - each.end)
        ],
        default=exp.func(otherwise, moment.copy()),
    )


def _literal(moment: datetime) -> exp.Expr:
    return exp.cast(exp.Literal.string(moment.isoformat(" ")), "timestamp")
