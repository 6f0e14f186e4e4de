"""From a file to landed rows and a report, all of it or nothing."""

from __future__ import annotations

import secrets as random_secrets
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from metrics.engines import attach_read_only, open_facts
from metrics.errors import unknown
from metrics.importing import accounting, archive, comparison, verbatims
from metrics.importing import coverage as covering
from metrics.importing.binding import Binding, bind, make_typed
from metrics.importing.container import Part, parts
from metrics.importing.dataset import DATASETS, Behaviour, Dataset
from metrics.importing.extract import read_table
from metrics.importing.known_names import put_names, with_choices
from metrics.importing.observed import Observed, observe
from metrics.importing.profile import load_profiles
from metrics.importing.recognise import Match
from metrics.importing.refusal import Refusal
from metrics.importing.register_rows import organisation_changes
from metrics.importing.report import (
    CoverageSpan,
    FileReport,
    ImportOptions,
    Landed,
    Problem,
    RowCounts,
)
from metrics.importing.source import Source, open_source
from metrics.importing.staging import Progress
from metrics.importing.values import prepare
from metrics.organisation import Organisation
from metrics.references import people_names
from metrics.themes import load_themes
from metrics.workspace import Workspace

KpisOf = Callable[..., tuple[str, ...]]  # see metrics.feeds.kpis_fed
Known = Callable[[str, datetime], int | None]
PREVIEW_ROWS = 5
MOST_ROWS_COMPARED = 2_000_000
#: Datasets whose history is read from the days on which exports were taken.
DATED_BY_EXPORT = ("work_items", "subscriptions", "initiatives", "key_results")
#: Datasets whose rows without a stream are the company's own.
OF_THE_COMPANY = ("objectives", "key_results")
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
DRY_RUN = -1  # the import id of rows that only a scratch database sees


@dataclass(frozen=True)
class _Session:
    """What landing one file needs to know. `now` names the catalog that holds what counts now."""

    connection: duckdb.DuckDBPyConnection
    workspace: Workspace
    options: ImportOptions
    organisation: Organisation
    kpis_of: KpisOf
    now: str
    import_id: int
    progress: Progress


def inspect(
    workspace: Workspace,
    current: Path | None,
    paths: Sequence[Path],
    options: ImportOptions,
    organisation: Organisation,
    kpis_of: KpisOf,
) -> list[FileReport]:
    """What importing each file, or each part of one, would do; writes nothing but temporary files.

    `current` is the warehouse file that counts now, None when there is none yet. Raises
    VigieError only for options that name an unknown profile, product or squad.
    """
    reports = []
    for part in (part for path in paths for part in parts(path)):
        with (
            tempfile.TemporaryDirectory(prefix="vigie-") as folder,
            closing(open_facts(None)) as scratch,
        ):
            scratch.execute(f"set temp_directory = {exp.Literal.string(folder).sql('duckdb')}")
            _create_tables(scratch)
            if current is not None:
                attach_read_only(scratch, current, "current_version")
            session = _Session(
                scratch,
                workspace,
                options,
                organisation,
                kpis_of,
                "current_version" if current is not None else "",
                DRY_RUN,
                _silent,
            )
            try:
                report = _guarded(session, part, None, None).report
            except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
                problem = Problem("refused", "no_room", example=str(error).partition("\n")[0][:200])
                report = _refused(part, problem, {})
            reports.append(replace(report, import_id=None))
    return reports


def land(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    path: Path | Part,
    import_id: int,
    options: ImportOptions,
    organisation: Organisation,
    kpis_of: KpisOf,
    known: Known,
    progress: Progress | None = None,
) -> Landed:
    """Land one file, or one part of a container, on a draft warehouse that is open for writing,
    outside any transaction.

    `known(sha256, observed_at)` gives the import that already holds exactly this file, or None.
    A refused or already known file writes nothing; an error in between rolls everything back.
    """
    [(now,)] = connection.execute("select current_database()").fetchall()
    session = _Session(
        connection,
        workspace,
        options,
        organisation,
        kpis_of,
        now,
        import_id,
        progress or _silent,
    )
    return _guarded(session, path, known, workspace.archive)


def remove(connection: duckdb.DuckDBPyConnection, import_id: int) -> None:
    """Delete one import's rows everywhere: what counts follows from the imports that remain."""
    connection.execute("begin")
    try:
        for table in _import_tables():
            query = exp.delete(table).where(exp.column("import_id").eq(exp.Placeholder()))
            connection.execute(query.sql("duckdb"), [import_id])
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _silent(stage: str, done: float) -> None:
    """Progress that nobody watches."""


def _import_tables() -> list[str]:
    landed = [
        dataset.table
        for dataset in DATASETS.values()
        if dataset.behaviour is not Behaviour.ORGANISATION
    ]
    return [*landed, "slices", "import_streams", "imports"]


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    folder = files("metrics.warehouse_schema")
    for migration in sorted(folder.iterdir(), key=lambda file: file.name):
        if migration.name.endswith(".sql"):
            connection.execute(migration.read_text("utf-8"))


def _guarded(
    session: _Session, path: Path | Part, known: Known | None, archive_folder: Path | None
) -> Landed:
    """Land the file in one transaction; a refusal becomes a report."""
    seen: dict[str, object] = {}
    session.connection.execute("begin")
    try:
        with open_source(path) as source:
            seen["sha256"] = source.sha256
            landed = _land(session, source, known, archive_folder, seen)
    except Refusal as refusal:
        session.connection.execute("rollback")
        return Landed(_refused(path, refusal.problem, seen))
    except BaseException:
        session.connection.execute("rollback")
        raise
    session.connection.execute("commit" if landed.report.status == "loaded" else "rollback")
    return landed


def _refused(path: Path | Part, problem: Problem, seen: dict[str, object]) -> FileReport:
    match = seen.get("match")
    return FileReport(
        file=path.name,
        tool=match.profile.tool if isinstance(match, Match) else "",
        profile=match.profile.name if isinstance(match, Match) else "",
        dataset=match.profile.dataset if isinstance(match, Match) else "",
        confidence=match.confidence if isinstance(match, Match) else 0.0,
        status="refused",
        rows=RowCounts(),
        problems=(problem,),
        sha256=str(seen.get("sha256", "")),
    )


def _land(
    session: _Session,
    source: Source,
    known: Known | None,
    archive_folder: Path | None,
    seen: dict[str, object],
) -> Landed:
    connection, workspace = session.connection, session.workspace
    prepare(
        connection,
        workspace.zone,
        workspace.settings.currency,
        _secret(workspace, archive_folder),
        fiscal_year_start=workspace.settings.fiscal_year_start,
        file_name=source.name,
    )

    def ready(match: Match) -> None:
        seen["match"] = match
        if DATASETS[match.profile.dataset].behaviour is not Behaviour.ORGANISATION:
            _check_names(session.options, session.organisation)
        session.progress("reading", 0.0)

    extract = read_table(
        connection,
        source,
        load_profiles(workspace.profiles),
        session.options.profile,
        ready,
        session.progress,
    )
    match, table, staged = extract.match, extract.table, extract.staged
    binding = bind(connection, match.profile, table)
    if match.profile.questions and not binding.questions:
        raise Refusal("no_known_question", example=", ".join(binding.unused)[:300])
    make_typed(connection, binding, session.options, large=staged.large)
    observed = observe(connection, source, binding, session.options, workspace.zone)
    day = exp.cast(exp.Literal.string(_local_day(observed.at, workspace).isoformat()), "date")
    connection.execute(f"create or replace temp macro observed_day() as {day.sql('duckdb')}")
    report = _report(session, source, match, binding, observed)
    if known is not None and (earlier := known(source.sha256, observed.at)) is not None:
        rows = RowCounts(read=staged.read, unchanged=staged.read)
        return Landed(replace(report, status="unchanged", rows=rows, import_id=earlier))
    session.progress("typing", 0.4)
    if binding.dataset.name == "targets":
        put_names(connection, workspace, session.organisation)
    accounting.make_shaped(connection, binding, large=staged.large)
    dropped = bool(binding.dataset.text) and verbatims.mark(
        connection,
        binding.dataset,
        match.profile.tool,
        session.organisation,
        load_themes(workspace.path),
    )
    account = accounting.settle(connection, staged, binding)
    quarantine = account.quarantine
    problems = [with_choices(connection, each) for each in account.problems] + _missing(binding)
    if source.formulas_without_value:
        problems.append(
            Problem("warning", "formulas_without_value", rows=source.formulas_without_value)
        )
    report = replace(report, preview=_preview(connection))
    if account.good == 0:
        rows = RowCounts(read=account.read, skipped=account.skipped, quarantined=len(quarantine))
        nothing = Problem("refused", "nothing_loads", rows=account.read)
        return Landed(
            replace(report, status="refused", rows=rows, problems=(nothing, *problems)),
            quarantine,
        )
    session.progress("landing", 0.6)
    organisation_rows: tuple[dict[str, object], ...] = ()
    if binding.dataset.behaviour is Behaviour.ORGANISATION:
        organisation_rows, compared = organisation_changes(
            connection, binding.dataset, session.organisation
        )
    else:
        compared, facts = _write(session, source, binding, observed)
        problems += facts.problems
        problems += [
            Problem("warning", "reversed_scale", bound.header, rows=account.good)
            for bound in binding.reversed_questions
        ]
        report = replace(
            report,
            period=facts.period,
            coverage=facts.coverage,
            streams=facts.streams,
            unknown_streams=facts.unknown_streams,
        )
    rows = RowCounts(
        read=account.read,
        loaded=account.good - compared.unchanged,
        replaced=compared.replaced,
        unchanged=compared.unchanged,
        skipped=account.skipped,
        quarantined=len(quarantine),
    )
    kept = None
    if archive_folder is not None:
        session.progress("archiving", 0.9)
        kept = archive.keep(
            connection,
            archive_folder,
            source,
            binding,
            session.options,
            observed.at,
            without=("text", "title", "comment") if dropped else (),
        )
    return Landed(
        replace(report, rows=rows, problems=tuple(problems)), quarantine, organisation_rows, kept
    )


def _secret(workspace: Workspace, archive_folder: Path | None) -> bytes:
    """The workspace's key; a dry run before the first import must not make one."""
    if archive_folder is None and not (workspace.path / ".secret").exists():
        return random_secrets.token_bytes(32)
    return workspace.secret


def _check_names(options: ImportOptions, organisation: Organisation) -> None:
    """Raises VigieError when a person gave the rows to a product or squad that does not exist."""
    known = {
        "product": (options.product, [item.product for item in organisation.products]),
        "squad": (options.squad, [item.squad for item in organisation.squads]),
    }
    for noun, (given, choices) in known.items():
        if given is not None and given not in choices:
            raise unknown(noun, given, choices, f"Name one of them, or import {noun}s.csv first.")


def _missing(binding: Binding) -> list[Problem]:
    return [
        Problem("warning", "column_missing", column=header, details={"field": field})
        for field, header in binding.missing
    ]


def _report(
    session: _Session, source: Source, match: Match, binding: Binding, observed: Observed
) -> FileReport:
    return FileReport(
        file=source.name,
        tool=match.profile.tool,
        profile=match.profile.name,
        dataset=match.profile.dataset,
        confidence=match.confidence,
        status="loaded",
        rows=RowCounts(),
        observed_at=observed.at,
        kpis=session.kpis_of(
            match.profile.dataset,
            {field for field, _ in binding.missing},
            {bound.question.kind for bound in binding.questions} or None,
        ),
        columns=binding.used,
        import_id=session.import_id,
        sha256=source.sha256,
    )


def _preview(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], ...]:
    """The first rows that land, as text."""
    cursor = connection.execute(
        "select * exclude (record, problem, skip) from shaped "
        "where problem is null and skip is null limit ?",
        [PREVIEW_ROWS],
    )
    names = [column[0] for column in cursor.description or ()]
    return tuple(
        {
            name: accounting.mask(str(value))
            for name, value in zip(names, row, strict=True)
            if value is not None and value != []
        }
        for row in cursor.fetchall()
    )


@dataclass(frozen=True)
class _Facts:
    problems: list[Problem]
    period: tuple[date, date] | None
    coverage: tuple[CoverageSpan, ...]
    streams: dict[str, int]
    unknown_streams: tuple[str, ...]


def _write(
    session: _Session, source: Source, binding: Binding, observed: Observed
) -> tuple[comparison.Compared, _Facts]:
    """Insert the shaped rows with their import, streams and slices; say what they changed."""
    connection, dataset = session.connection, binding.dataset
    tool, import_id = binding.profile.tool, session.import_id
    columns = comparison.landed_columns(connection, dataset)
    compared = comparison.Compared()
    by_slices = dataset.behaviour is Behaviour.SLICES
    if not by_slices:
        compared = comparison.compare_versions(
            connection, dataset, columns, tool, observed.at, session.now
        )
    _insert(
        connection,
        dataset,
        columns,
        import_id,
        tool,
        observed.at,
        _local_day(observed.at, session.workspace),
    )
    counts = comparison.day_counts(connection, dataset, import_id) if by_slices else {}
    if by_slices:
        compared = comparison.compare_slices(
            connection, dataset, columns, tool, observed.at, import_id, session.now
        )
    covered = _coverage(session, source, binding, observed, counts)
    connection.execute(
        "insert into imports values (?, ?, ?, ?)", [import_id, tool, dataset.name, observed.at]
    )
    streams = _insert_streams(connection, dataset, import_id, tool)
    if by_slices:
        _insert_slices(connection, dataset, import_id, tool, counts, covered)
    unknown = tuple(
        stream
        for stream in streams
        if dataset.belongs_to
        and not any(session.organisation.place(kind, tool, stream) for kind in dataset.belongs_to)
    )
    if binding.profile.strangers and len(unknown) < len(streams):
        unknown = ()
    problems = [
        Problem(
            "warning",
            "gap_days",
            rows=len(days),
            details={"stream": stream, "days": ", ".join(day.isoformat() for day in days)},
        )
        for stream, days in covered.gaps.items()
    ]
    if covered.partial_day:
        problems.append(
            Problem("warning", "partial_last_day", details={"days": str(covered.partial_day)})
        )
    if covered.survivors_until:
        problems.append(
            Problem("warning", "survivors_only", details={"until": str(covered.survivors_until)})
        )
    if dataset.name == "subscriptions":
        problems += _unpriced(session)
    if dataset.name == "events":
        problems += _identical(connection, columns, import_id)
    if dataset.name == "skills":
        problems += _unknown_people(connection, session.organisation, import_id)
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
    return compared, _Facts(
        problems, _period(connection, dataset, import_id, counts), covered.spans, streams, unknown
    )


def _insert(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    columns: Sequence[str],
    import_id: int,
    source: str,
    observed_at: datetime,
    observed_day: date,
) -> None:
    given: dict[str, exp.Expr] = {
        "import_id": exp.Literal.number(import_id),
        "source": exp.Literal.string(source),
    }
    if dataset.behaviour is not Behaviour.SLICES:
        given["observed_at"] = exp.cast(exp.Literal.string(observed_at.isoformat(" ")), "timestamp")
    if dataset.name in DATED_BY_EXPORT:
        given["observed_day"] = exp.cast(exp.Literal.string(observed_day.isoformat()), "date")
    rows = exp.select(*given.values(), *columns).from_("shaped")
    rows = rows.where("problem is null and skip is null")
    if dataset.behaviour is Behaviour.AGGREGATES:
        rows = rows.distinct(*dataset.key)
    target = exp.Schema(
        this=exp.to_table(dataset.table),
        expressions=[exp.to_identifier(name) for name in (*given, *columns)],
    )
    connection.execute(exp.Insert(this=target, expression=rows).sql("duckdb"))


def _insert_streams(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, import_id: int, source: str
) -> dict[str, int]:
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
) -> None:
    """Covered days, and days that have rows though they are not known whole."""
    days = covering.days_of(covered.spans) | {
        ("" if dataset.loose else stream, day)
        for stream, by_day in counts.items()
        for day in by_day
    }
    ordered = sorted(days)
    connection.execute(
        "insert into slices select ?, ?, ?, unnest(?::varchar[]), unnest(?::date[])",
        [import_id, dataset.name, source, [s for s, _ in ordered], [d for _, d in ordered]],
    )


def _local_day(moment: datetime, workspace: Workspace) -> date:
    return moment.replace(tzinfo=UTC).astimezone(workspace.zone).date()


def _coverage(
    session: _Session,
    source: Source,
    binding: Binding,
    observed: Observed,
    counts: dict[str, dict[date, int]],
) -> covering.Coverage:
    connection, dataset, tool = session.connection, binding.dataset, binding.profile.tool
    observed_day = _local_day(observed.at, session.workspace)
    match dataset.name:
        case "events":
            modified = _local_day(source.modified_at, session.workspace)
            return covering.of_events(tool, counts, observed_day, observed.stated, modified)
        case "ledger":
            days = connection.execute(
                "select distinct journal, day from landed_ledger where import_id = ?",
                [session.import_id],
            ).fetchall()
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
            columns = exp.select("stream", "start_day", "end_day", "count(*)")
            paid = _landed(session, columns, dataset, "stream", "start_day", "end_day")
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


def _landed(
    session: _Session, columns: exp.Select, dataset: Dataset, *by: str
) -> list[tuple[Any, ...]]:
    """Columns of the rows that the session's import landed, grouped by some of them."""
    query = columns.from_(dataset.table).where("import_id = ?").group_by(*by)
    rows: list[tuple[Any, ...]] = session.connection.execute(
        query.sql("duckdb"), [session.import_id]
    ).fetchall()
    return rows


def _period(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    import_id: int,
    counts: dict[str, dict[date, int]],
) -> tuple[date, date] | None:
    """First and last day that the rows speak of."""
    if counts:
        days = [day for by_day in counts.values() for day in by_day]
        return min(days), max(days)
    if dataset.name in ("identities", "qualifying_usage"):
        return None
    first, last = FIRST_DAY.get(dataset.name, "day"), LAST_DAY.get(dataset.name, "day")
    query = exp.select(f"min({first})", f"max({last})").from_(dataset.table)
    found = connection.execute(query.where("import_id = ?").sql("duckdb"), [import_id]).fetchone()
    return (found[0], found[1]) if found is not None and found[0] and found[1] else None


def _unpriced(session: _Session) -> list[Problem]:
    """Money of currencies for which no rate is known yet: it counts once there is one."""
    rates = f'"{session.now}".main.landed_rates' if session.now else "landed_rates"
    query = (
        exp.select("currency", exp.Count(this=exp.Star()))
        .from_("landed_subscriptions")
        .where("import_id = ?", "currency <> company_currency()")
        .where(exp.column("currency").isin(query=exp.select("currency").from_(rates)).not_())
        .group_by("currency")
        .order_by("currency")
    )
    found = session.connection.execute(query.sql("duckdb"), [session.import_id]).fetchall()
    return [
        Problem("warning", "foreign_currency", rows=rows, example=currency)
        for currency, rows in found
    ]


def _unknown_people(
    connection: duckdb.DuckDBPyConnection, organisation: Organisation, import_id: int
) -> list[Problem]:
    """Rows of people whom the organisation does not know: they count for no squad."""
    known = {name for name, _ in people_names(organisation)}
    counted = connection.execute(
        "select person, count(*) from landed_skills where import_id = ? group by person",
        [import_id],
    ).fetchall()
    rows = [count for person, count in counted if person not in known]
    if not rows:
        return []
    return [
        Problem("warning", "unknown_person", rows=sum(rows), details={"people": str(len(rows))})
    ]


def _identical(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], import_id: int
) -> list[Problem]:
    """Rows that nothing distinguishes from another one, where few enough to be told."""
    all_rows = exp.select(*columns).from_("landed_events").where("import_id = ?")
    counted = exp.select(exp.Count(this=exp.Star())).from_(all_rows.subquery("a"))
    [(rows,)] = connection.execute(counted.sql("duckdb"), [import_id]).fetchall()
    if rows > MOST_ROWS_COMPARED:
        return []
    counted = exp.select(exp.Count(this=exp.Star())).from_(all_rows.distinct().subquery("d"))
    [(different,)] = connection.execute(counted.sql("duckdb"), [import_id]).fetchall()
    if different == rows:
        return []
    return [Problem("warning", "identical_rows", rows=rows - different)]
