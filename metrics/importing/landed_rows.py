"""Shaped rows written to their landing table, with their import, streams and slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import duckdb
from sqlglot import exp

from metrics.importing import account_links, comparison, exports
from metrics.importing import coverage as covering
from metrics.importing.binding import Binding
from metrics.importing.dataset import Behaviour, Dataset
from metrics.importing.doubts import (
    added_up,
    after_end,
    identical,
    late_answers,
    undeducted,
    unknown_people,
    unpaid,
    unpriced,
    unsaid_efforts,
    unsaid_lists,
    unsaid_stages,
    unsaid_statuses,
    waves_over_months,
)
from metrics.importing.known_days import coverage_of, period_of, strays_of
from metrics.importing.observed import Observed
from metrics.importing.report import CoverageSpan, Problem
from metrics.importing.session import Session
from metrics.importing.source import Source

#: Days of one kind that a report names.
MOST_DAYS_TOLD = 12
#: Datasets whose history is read from the days on which exports were taken.
DATED_BY_EXPORT = ("work_items", "subscriptions", "initiatives", "key_results")
#: Datasets of which a file may be the complete list for what it names, and which of their rows a
#: list that lacks them takes back.
LISTED_WHOLE = {
    "work_items": "status_category <> 'cancelled'",
    "deals": "true",
    "initiatives": "state not in ('dropped', 'shipped')",
}
#: Datasets whose rows without a stream are the company's own.
OF_THE_COMPANY = ("objectives", "key_results")


@dataclass(frozen=True)
class Before:
    """What an import was before rows of it went that were past their age: its slices since a day,
    the first and last moment and day that it spoke of, and the streams that it named."""

    since: date | None
    spoken: tuple[object, ...] | None
    streams: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    problems: list[Problem]
    period: tuple[date, date] | None
    coverage: tuple[CoverageSpan, ...]
    streams: dict[str, int]
    unknown_streams: tuple[str, ...]
    deleted: int = 0  # items that a complete list lacks


def insert(session: Session, binding: Binding, observed_at: datetime) -> int:
    """Insert the shaped rows that have no problem, with their import; gives how many."""
    day = session.local_day(observed_at)
    given: dict[str, exp.Expr] = {
        "import_id": exp.Literal.number(session.import_id),
        "source": exp.Literal.string(binding.profile.tool),
    }
    dataset = binding.dataset
    if dataset.behaviour is not Behaviour.SLICES:
        given["observed_at"] = exp.cast(exp.Literal.string(observed_at.isoformat(" ")), "timestamp")
    if dataset.name in DATED_BY_EXPORT:
        given["observed_day"] = exp.cast(exp.Literal.string(day.isoformat()), "date")
    columns = comparison.landed_columns(session.connection, dataset)
    rows = exp.select(*given.values(), *columns).from_("shaped")
    rows = rows.where("problem is null and skip is null")
    if dataset.behaviour is Behaviour.AGGREGATES:
        rows = rows.where("value is not null").distinct(*dataset.key)
    target = exp.Schema(
        this=exp.to_table(dataset.table),
        expressions=[exp.to_identifier(name) for name in (*given, *columns)],
    )
    statement = exp.Insert(this=target, expression=rows).sql("duckdb")
    [(inserted,)] = session.connection.execute(statement).fetchall()
    return int(inserted)


def write(
    session: Session,
    source: Source,
    binding: Binding,
    observed: Observed,
    origin: str | None,
    *,
    inserted: bool,
) -> tuple[comparison.Compared, Facts]:
    """Insert the shaped rows, unless they are already, with their import, streams and slices; say
    what they changed."""
    connection, dataset = session.connection, binding.dataset
    tool, import_id = binding.profile.tool, session.import_id
    columns = comparison.landed_columns(connection, dataset)
    compared = comparison.Compared()
    by_slices = dataset.behaviour is Behaviour.SLICES
    if not by_slices:
        compared = comparison.compare_versions(
            connection, dataset, columns, tool, observed.at, session.now,
            history=dataset.name in DATED_BY_EXPORT,
        )  # fmt: skip
    if not inserted:
        insert(session, binding, observed.at)
    counts = comparison.day_counts(connection, dataset, import_id) if by_slices else {}
    strays = strays_of(session, dataset, counts)
    problems: list[Problem] = []
    met, alike = exports.Met(), set[tuple[str, date]]()
    if by_slices:
        export = exports.note(session, binding, observed, origin, strays)
        met = exports.meet(session, dataset, export)
        if comparison.meets_others(connection, dataset, tool, counts, session.now):
            compared, alike = comparison.compare_slices(
                connection, dataset, columns, import_id, session.now, met.older, met.newer
            )
            problems += _unlike(session, dataset, export, compared, met)
    covered = coverage_of(session, source, binding, observed, counts, met.parts)
    covered = covering.known_by(covered, session.local_day(session.arrived_at))
    connection.execute(
        "insert into imports values (?, ?, ?, ?)", [import_id, tool, dataset.name, observed.at]
    )
    streams = insert_streams(connection, dataset, import_id, tool)
    if by_slices:
        _insert_slices(connection, dataset, import_id, tool, counts, covered)
        if met.newer:
            exports.borrow(session, dataset, tool)
            losing = comparison.losing(connection, dataset, import_id, alike)
            compared = replace(compared, outdated=losing, by=met.newer)
    problems += _told(compared)
    deleted = 0
    if session.options.is_complete(source.sha256) and dataset.name in LISTED_WHOLE:
        deleted = _insert_lists(session, dataset, tool, observed, tuple(streams))
    unknown = tuple(
        stream
        for stream in streams
        if dataset.belongs_to
        and not session.organisation.answered(dataset.belongs_to, tool, stream)
    )
    if binding.profile.strangers and len(unknown) < len(streams):
        unknown = ()
    problems += [
        Problem(
            "warning",
            "gap_days",
            rows=len(days),
            details={"stream": stream, "days": ", ".join(day.isoformat() for day in days)},
        )
        for stream, days in covered.gaps.items()
    ]
    if strays:
        rows = sum(by_day.get(day, 0) for by_day in counts.values() for day in strays)
        days = ", ".join(day.isoformat() for day in sorted(strays)[:MOST_DAYS_TOLD])
        problems.append(Problem("warning", "stray_days", rows=rows, details={"days": days}))
    if covered.partial_first_day:
        days = str(covered.partial_first_day)
        problems.append(Problem("warning", "partial_first_day", details={"days": days}))
    if covered.partial_day:
        problems.append(
            Problem("warning", "partial_last_day", details={"days": str(covered.partial_day)})
        )
    if covered.survivors_until:
        problems.append(
            Problem("warning", "survivors_only", details={"until": str(covered.survivors_until)})
        )
    if dataset.name in ("ledger", "subscriptions"):
        problems += unpriced(session, dataset.table)
    if dataset.name == "subscriptions":
        problems += undeducted(connection)
        problems += [
            Problem(
                "warning", "accounts_met", rows=met.accounts,
                details={"source": met.source, "of": str(met.of)},
            )
            for met in account_links.meet(session, binding)
            if session.organisation.same_accounts(tool, met.source) is None
        ]  # fmt: skip
        problems += unpaid(session)
    if dataset.name == "survey_waves":
        problems += waves_over_months(session)
    if dataset.name == "events":
        problems += identical(connection, columns, import_id)
    if dataset.name == "responses":
        problems += late_answers(session)
    if dataset.name == "deals":
        problems += unsaid_stages(session)
    if dataset.name == "initiatives":
        problems += unsaid_efforts(session)
    if dataset.name == "feedback":
        problems += unsaid_statuses(session)
    problems += after_end(session, dataset, tool, streams)
    if dataset.behaviour is Behaviour.AGGREGATES:
        problems += added_up(session, mapped=binding.profile.verified == "mapped")
    if "otherwise" in binding.profile.constants:
        problems += unsaid_lists(session)
    if dataset.name == "skills":
        problems += unknown_people(connection, session.organisation, import_id)
    elif dataset.name != "ledger":
        problems += [
            Problem(
                "warning",
                "unknown_stream" if s else "no_stream",
                rows=streams[s],
                details={"stream": s},
            )
            for s in unknown
            if s or dataset.name not in OF_THE_COMPANY
        ]
    return compared, Facts(
        problems, period_of(session, dataset, counts), covered.spans, streams, unknown, deleted
    )


def _insert_lists(
    session: Session, dataset: Dataset, tool: str, observed: Observed, streams: Sequence[str]
) -> int:
    """Note that the import is the complete list of its streams; gives how many of the items that
    count now it lacks."""
    connection, import_id = session.connection, session.import_id
    day = session.local_day(observed.at)
    connection.executemany(
        "insert into complete_lists values (?, ?, ?, ?, ?, ?)",
        [[import_id, dataset.name, tool, stream, observed.at, day] for stream in streams],
    )
    if not session.now:
        return 0
    key = dataset.key[0]
    held = exp.select(key).from_(dataset.table).where("import_id = ?")
    gone = (
        exp.select(exp.Count(this=exp.Star()))
        .from_(f'"{session.now}".main.{dataset.name}')
        .where("source = ?", LISTED_WHOLE[dataset.name], "observed_at < ?")
        .where(exp.column("stream").isin(*streams))
        .where(exp.column(key).isin(query=held).not_())
    )
    found = connection.execute(gone.sql("duckdb"), [tool, observed.at, import_id]).fetchone()
    return found[0] if found else 0


def _told(compared: comparison.Compared) -> list[Problem]:
    """Rows that newer imports keep from counting, and rows that took the place of others that may
    only have had the same number."""
    problems = []
    if compared.outdated:
        numbers = ", ".join(map(str, compared.by))
        problems.append(
            Problem(
                "skipped", "outdated_rows", rows=compared.outdated, details={"import_id": numbers}
            )
        )
    if compared.moved:
        problems.append(Problem("warning", "moved_rows", rows=compared.moved))
    return problems


def _unlike(
    session: Session,
    dataset: Dataset,
    export: exports.Export,
    compared: comparison.Compared,
    met: exports.Met,
) -> list[Problem]:
    """What to tell where rows are replaced that have nothing in common with the new ones."""
    if not compared.replaced or not (others := exports.unlike(session, dataset, export, met.older)):
        return []
    details = {"import_id": ", ".join(map(str, others))}
    return [Problem("warning", "unlike_rows_replaced", rows=compared.replaced, details=details)]


def write_again(
    session: Session,
    binding: Binding,
    observed: Observed,
    spans: Sequence[CoverageSpan],
    origin: str | None,
    before: Before | None = None,
) -> None:
    """Insert the shaped rows as they were inserted before, with the days that `spans` told then;
    `before` says what the file was while it held rows that are past their age."""
    connection, dataset = session.connection, binding.dataset
    tool, import_id = binding.profile.tool, session.import_id
    insert(session, binding, observed.at)
    connection.execute(
        "insert into imports values (?, ?, ?, ?)", [import_id, tool, dataset.name, observed.at]
    )
    streams = insert_streams(connection, dataset, import_id, tool)
    if session.options.is_complete("") and dataset.name in LISTED_WHOLE:
        named = before.streams if before else tuple(streams)
        _insert_lists(session, dataset, tool, observed, named)
    if dataset.behaviour is Behaviour.SLICES:
        counts = comparison.day_counts(connection, dataset, import_id)
        strays = strays_of(session, dataset, counts)
        spoken = before.spoken if before else None
        export = exports.note(session, binding, observed, origin, strays, spoken)
        exports.meet(session, dataset, export)
        covered = covering.Coverage(tuple(spans), {})
        since = before.since if before else None
        _insert_slices(connection, dataset, import_id, tool, counts, covered, since)


def insert_streams(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, import_id: int, source: str
) -> dict[str, int]:
    """Note the words by which an import's landed rows name a product or squad: word → rows."""
    streams: dict[str, int] = {}
    for column in dataset.stream_columns:
        counted = (
            exp.select(column, exp.Count(this=exp.Star()).as_("row_count"))
            .from_(dataset.table)
            .where(exp.column("import_id").eq(exp.Placeholder()))
            .group_by(column)
            .order_by("row_count desc", column)
        )
        for stream, rows in connection.execute(counted.sql("duckdb"), [import_id]).fetchall():
            if column == "stream" or stream:
                streams.setdefault(stream, rows)
    connection.executemany(
        "insert into import_streams values (?, ?, ?, ?, ?)",
        [[import_id, dataset.name, source, stream, rows] for stream, rows in streams.items()],
    )
    return streams


def _insert_slices(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    import_id: int,
    source: str,
    counts: dict[str, dict[date, int]],
    covered: covering.Coverage,
    since: date | None = None,
) -> None:
    """Days that have rows, known whole or not, and what days are covered between the first (or
    `since`) and the last of them: those that only other parts of the export speak of are theirs."""
    days = {
        ("" if dataset.loose else stream, day)
        for stream, by_day in counts.items()
        for day in by_day
    }
    if not days:  # all of them are past their age
        return
    streams = {stream for stream, _ in days}
    first, last = since or min(day for _, day in days), max(day for _, day in days)
    days |= {
        (stream, day)
        for stream, day in covering.days_of(covered.spans)
        if dataset.loose or (stream in streams and first <= day <= last)
    }
    ordered = sorted(days)
    connection.execute(
        "insert into slices select ?, ?, ?, unnest(?::varchar[]), unnest(?::date[])",
        [import_id, dataset.name, source, [s for s, _ in ordered], [d for _, d in ordered]],
    )
