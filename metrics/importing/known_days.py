"""The days that landed rows speak of and make known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from metrics.importing import coverage as covering
from metrics.importing.binding import Binding
from metrics.importing.comparison import day_counts
from metrics.importing.dataset import Dataset
from metrics.importing.observed import Observed
from metrics.importing.session import Session
from metrics.importing.source import Source
from metrics.importing.stray_days import stray_days, without

#: The first and the last day that a row speaks of.
FIRST_DAY = {
    "work_items": "created_day",
    "deals": "created_day",
    "initiatives": "least(begun_day, first_due_day, due_day, shipped_day)",
    "discoveries": "day",
    "objectives": "period_start",
    "key_results": "period_start",
    "subscriptions": "start_day",
    "sprints": "start_day",
    "users": "signed_up_day",
    "feedback": "day",
    "deployments": "day",
    "skills": "day",
    "skill_needs": "nullif(start_day, date '1900-01-01')",
    "survey_waves": "start_day",
}
LAST_DAY = {
    "work_items": "coalesce(done_day, category_changed_day, created_day)",
    "deals": "coalesce(closed_day, created_day)",
    "initiatives": "greatest(begun_day, due_day, shipped_day)",
    "objectives": "period_end",
    "key_results": "period_end",
    "subscriptions": "coalesce(end_day, start_day)",
    "sprints": "end_day",
    "users": "signed_up_day",
    "feedback": "coalesce(resolved_day, day)",
    "skill_needs": "coalesce(end_day, nullif(start_day, date '1900-01-01'))",
    "survey_waves": "end_day",
}


def coverage_of(
    session: Session,
    source: Source,
    binding: Binding,
    observed: Observed,
    counts: dict[str, dict[date, int]],
    parts: Sequence[int] = (),
) -> covering.Coverage:
    """The days that the session's import makes known, with `parts`, the other imports that are of
    the same export."""
    connection, dataset, tool = session.connection, binding.dataset, binding.profile.tool
    observed_day = session.local_day(observed.at)
    match dataset.name:
        case "events":
            modified = session.local_day(source.modified_at)
            for part in parts:
                counts = added(counts, day_counts(connection, dataset, part))
            counts = without(counts, strays_of(session, dataset, counts))
            beyond = outside(session, counts, (session.import_id, *parts))
            return covering.of_events(tool, counts, observed_day, observed.stated, modified, beyond)
        case "ledger":
            days = connection.execute(
                "select distinct journal, day from landed_ledger where import_id = ?",
                [session.import_id],
            ).fetchall()
            strays = strays_of(session, dataset, counts)
            days = [(journal, day) for journal, day in days if day not in strays]
            return covering.of_ledger(tool, days, source.name, observed_day, observed.stated)
        case "responses" | "ratings":
            ranges = {
                stream: (first, last)
                for stream, first, last in _landed(
                    session, exp.select("stream", "min(day)", "max(day)"), dataset, "stream"
                )
            }
            return covering.of_answers(dataset.name, tool, ranges, observed_day)
        case "feedback":
            heard = connection.execute(
                "select stream, min(day), max(day), bool_or(kind = 'ticket') "
                "from landed_feedback where import_id = ? group by stream",
                [session.import_id],
            ).fetchall()
            return covering.of_feedback(tool, heard, observed_day)
        case "subscriptions":
            # That something is not paid now is no end that the export tells of.
            end = (
                "case when status in ('unpaid', 'paused') and end_day > start_day then null "
                "else end_day end as last_day"
            )
            columns = exp.select("stream", "start_day", end, "count(*)")
            paid = _landed(session, columns, dataset, "stream", "start_day", "last_day")
            return covering.of_subscriptions(
                tool, [(s, first, last, n) for s, first, last, n in paid if first], observed_day
            )
        case "market":
            rows = _landed(session, exp.select("stream", "day", "grain"), dataset)
            return covering.of_periods(dataset.name, tool, rows, observed_day)
        case "observations":
            # What is known of one metric says nothing of another.
            by_metric: dict[str, list[tuple[str, date, str]]] = {}
            columns = exp.select("metric", "stream", "day", "grain")
            for metric, *row in _landed(session, columns, dataset):
                by_metric.setdefault(metric, []).append((row[0], row[1], row[2]))
            spans = [
                span
                for metric, rows in sorted(by_metric.items())
                for span in covering.of_periods(
                    f"observations:{metric}", tool, rows, observed_day
                ).spans
            ]
            return covering.Coverage(tuple(spans), {})
        case "rates" | "identities" | "qualifying_usage" | "skill_needs":  # rules, not facts
            return covering.Coverage((), {})
    firsts: dict[str, date | None] = {}
    first = FIRST_DAY.get(dataset.name, "start_day")
    for column in dataset.stream_columns:
        for stream, day in _landed(session, exp.select(column, f"min({first})"), dataset, column):
            if column == "stream" or stream:
                firsts.setdefault(stream, day)
    first_days = [day for day in firsts.values() if day is not None]
    if dataset.name == "skills" and min(first_days, default=observed_day) == observed_day:
        observed_day += timedelta(1)  # a matrix without dates is of the day it was taken on
    if dataset.name == "survey_waves":  # as answers, known from their month's first day on
        firsts = {stream: day and day.replace(day=1) for stream, day in firsts.items()}
    return covering.since_first(dataset.name, tool, firsts, observed_day)


def strays_of(session: Session, dataset: Dataset, counts: covering.Counts) -> frozenset[date]:
    """The days of which a clock, or a slip of the pen, told rows; accounts may begin with few."""
    found = stray_days(counts, session.local_day(session.arrived_at))
    if dataset.name == "events":
        return found
    known = [day for by_day in counts.values() for day in by_day if day not in found]
    return frozenset(day for day in found if known and day > max(known))


def added(one: covering.Counts, other: covering.Counts) -> dict[str, dict[date, int]]:
    """Rows per stream and day of two files."""
    added = {stream: dict(days) for stream, days in one.items()}
    for stream, days in other.items():
        held = added.setdefault(stream, {})
        for day, rows in days.items():
            held[day] = held.get(day, 0) + rows
    return added


def outside(session: Session, counts: covering.Counts, imports: Sequence[int]) -> covering.Outside:
    """Rows of each day at an hour before the one at which the first day's begin, and after the one
    at which the last day's end. Not looked at where days are too few or thin to tell anything."""
    days = sorted({day for by_day in counts.values() for day in by_day})
    rows = sum(sum(by_day.values()) for by_day in counts.values())
    if len(days) < covering.FEWEST_DAYS or rows < covering.DENSE_DAY * len(days) / 2:
        return covering.Outside()
    midnights = [session.midnight(day) for day in days]
    query = (
        "with days as (select unnest(?::date[]) as day, unnest(?::timestamp[]) as midnight), "
        "passed as (select e.day, e.time - d.midnight as hour from landed_events as e "
        "join days as d on d.day = e.day where list_contains(?::integer[], e.import_id)), "
        "edges as (select min(hour) filter (day = ?) as first, max(hour) filter (day = ?) as last "
        "from passed) "
        "select day, count_if(hour < first), count_if(hour > last) from passed, edges group by day"
    )
    told = session.connection.execute(
        query, [days, midnights, list(imports), days[0], days[-1]]
    ).fetchall()
    return covering.Outside(
        {day: before for day, before, _ in told}, {day: after for day, _, after in told}
    )


def _landed(
    session: Session, columns: exp.Select, dataset: Dataset, *by: str
) -> list[tuple[Any, ...]]:
    """Columns of the rows that the session's import landed, grouped by some of them."""
    query = columns.from_(dataset.table).where("import_id = ?").group_by(*by)
    rows: list[tuple[Any, ...]] = session.connection.execute(
        query.sql("duckdb"), [session.import_id]
    ).fetchall()
    return rows


def period_of(
    session: Session, dataset: Dataset, counts: dict[str, dict[date, int]]
) -> tuple[date, date] | None:
    """First and last day that the rows speak of."""
    if counts:
        told = without(counts, strays_of(session, dataset, counts))
        days = [day for by_day in told.values() for day in by_day]
        return min(days), max(days)
    if dataset.name in ("identities", "qualifying_usage"):
        return None
    first, last = FIRST_DAY.get(dataset.name, "day"), LAST_DAY.get(dataset.name, "day")
    query = exp.select(f"min({first})", f"max({last})").from_(dataset.table)
    asked = query.where("import_id = ?").sql("duckdb")
    found = session.connection.execute(asked, [session.import_id]).fetchone()
    return (found[0], found[1]) if found is not None and found[0] and found[1] else None
