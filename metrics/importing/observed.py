"""When the tool wrote an export: what orders its versions, and tells a partial last day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
from sqlglot import exp

from metrics.importing.binding import Binding
from metrics.importing.report import ImportOptions
from metrics.importing.source import Source
from metrics.importing.values import Reading

#: Amplitude names its files by the hour, in UTC, whose events they hold.
_NAMED_BY_HOUR = re.compile(r"20\d\d-[01]\d-[0-3]\d_\d{1,2}#\d+\.json")
_DATED_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")


@dataclass(frozen=True)
class Observed:
    """`at` is UTC. `stated` is False when nothing but the data or the file's own time tells it;
    `by_file` says that it is the latter, which copying a file changes."""

    at: datetime
    stated: bool
    by_file: bool = False


def observe(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    binding: Binding,
    options: ImportOptions,
    zone: ZoneInfo,
    arrived_at: datetime,
) -> Observed:
    """In order: what a person said, the date in the file's name (with the time of the latest
    moment in the data when that is the same day), the latest moment in the data, the file's time.

    Where some moments of the data are after the file's arrival, and others are not, it is that.
    """
    if options.observed_at is not None:
        return Observed(_utc(options.observed_at, zone), True)
    moments = _first_and_last(connection, binding)
    latest = moments[1] if moments else None
    if moments and moments[0] <= arrived_at < moments[1]:
        latest = arrived_at
    named = _date_of(binding.profile.tool, source.name)
    if named is not None:
        if latest is not None and _local(latest, zone).date() == named.date():
            return Observed(latest, True)
        return Observed(_utc(named, zone), True)
    if latest is not None:
        return Observed(latest, False)
    return Observed(source.modified_at, False, by_file=True)


def is_stated(options: ImportOptions, tool: str, name: str) -> bool:
    """Whether a person or the file's name says when the tool wrote it."""
    return options.observed_at is not None or _date_of(tool, name) is not None


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    aware = local if local.tzinfo else local.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(tzinfo=None)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone)


def _date_of(tool: str, name: str) -> datetime | None:
    if tool == "fec":  # the date is the closing of its books
        return None
    found = _DATED_NAME.findall(_NAMED_BY_HOUR.sub("", name))
    for year, month, day in reversed(found):
        try:
            return datetime(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _first_and_last(
    connection: duckdb.DuckDBPyConnection, binding: Binding
) -> tuple[datetime, datetime] | None:
    """The first and the last moment in the data; None when it has none."""
    moments: list[datetime | None] = []
    others: list[exp.Expr] = []
    for name in binding.profile.observed:
        bound = binding.field(name)
        if bound is None or bound.column.read is not Reading.MOMENT:
            continue
        if bound.span is None:
            others += [exp.Min(this=exp.column(name)), exp.Max(this=exp.column(name))]
            continue
        # Texts of one ISO shape sort as moments do, so that only the ends are converted.
        order = exp.Literal.string(bound.order)
        moment = exp.func(f"moment_of_{bound.column.zone}", exp.Placeholder(), order)
        query = exp.select(moment).sql("duckdb")
        for end in bound.span:
            moments += connection.execute(query, [end]).fetchone() or ()
    if others:
        query = exp.select(*others).from_("typed").sql("duckdb")
        moments += connection.execute(query).fetchone() or ()
    known = [moment for moment in moments if moment is not None]
    return (min(known), max(known)) if known else None
