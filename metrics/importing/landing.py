"""From a file to landed rows and a report, all of it or nothing."""

from __future__ import annotations

import secrets as random_secrets
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from sqlglot import exp

from metrics.engines import attach_read_only, open_facts
from metrics.errors import unknown
from metrics.importing import accounting, age, archive, file_report, verbatims
from metrics.importing.binding import Binding, bind, dated_above
from metrics.importing.container import Part, parts
from metrics.importing.dataset import DATASETS, Behaviour
from metrics.importing.exports import origin_of
from metrics.importing.extract import Extract, read_table
from metrics.importing.known_names import put_names, with_choices
from metrics.importing.landed_rows import insert, write
from metrics.importing.landed_tables import create_tables
from metrics.importing.observed import Observed, observe
from metrics.importing.profile import load_profiles
from metrics.importing.recognise import Match
from metrics.importing.refusal import Refusal
from metrics.importing.register_rows import organisation_changes
from metrics.importing.report import FileReport, ImportOptions, Landed, Problem, RowCounts
from metrics.importing.session import KpisOf, Session
from metrics.importing.source import Source, open_source
from metrics.importing.staging import Progress
from metrics.importing.typed import make_typed
from metrics.importing.values import make_readings, prepare
from metrics.organisation import Organisation
from metrics.strangers import with_rows, with_strangers
from metrics.themes import load_themes
from metrics.workspace import Workspace

Known = Callable[[str, datetime | None], int | None]
DRY_RUN = -1  # the import id of rows that only a scratch database sees


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
    reports, told = [], organisation
    for part in (part for path in paths for part in parts(path)):
        with (
            tempfile.TemporaryDirectory(prefix="vigie-") as folder,
            closing(open_facts(None)) as scratch,
        ):
            scratch.execute(f"set temp_directory = {exp.Literal.string(folder).sql('duckdb')}")
            create_tables(scratch)
            if current is not None:
                attach_read_only(scratch, current, "current_version")
            session = Session(
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
                landed = _guarded(session, part, None, None)
                report = landed.report
                told = with_rows(told, report.dataset, landed.organisation_rows)
            except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
                problem = Problem("refused", "no_room", example=str(error).partition("\n")[0][:200])
                report = file_report.refused(part, problem, {})
            reports.append(replace(report, import_id=None))
    return [with_strangers(report, told) for report in reports]


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
    arrived_at: datetime | None = None,
) -> Landed:
    """Land one file, or one part of a container, on a draft warehouse that is open for writing,
    outside any transaction.

    `known(sha256, observed_at)` gives the import that already holds exactly this file, or None;
    for a file that does not say when it was exported, `observed_at` is None, and the import is
    this file if nothing of its kind has come since.
    `arrived_at` (UTC) is the same for all files of one job; now, if None.
    A refused or already known file writes nothing; an error in between rolls everything back.
    """
    [(now,)] = connection.execute("select current_database()").fetchall()
    session = Session(
        connection,
        workspace,
        options,
        organisation,
        kpis_of,
        now,
        import_id,
        progress or _silent,
        arrived_at or datetime.now(UTC).replace(tzinfo=None),
    )
    return _guarded(session, path, known, workspace.archive)


def _silent(stage: str, done: float) -> None:
    """Progress that nobody watches."""


def _guarded(
    session: Session, path: Path | Part, known: Known | None, archive_folder: Path | None
) -> Landed:
    """Land the file in one transaction; a refusal becomes a report."""
    seen: dict[str, object] = {}
    make_readings(session.connection)
    session.connection.execute("begin")
    try:
        with open_source(path) as source:
            seen["sha256"] = source.sha256
            landed = _land(session, source, known, archive_folder, seen)
    except Refusal as refusal:
        session.connection.execute("rollback")
        return Landed(file_report.refused(path, refusal.problem, seen))
    except BaseException:
        session.connection.execute("rollback")
        raise
    session.connection.execute("commit" if landed.report.status == "loaded" else "rollback")
    return landed


@dataclass(frozen=True)
class _Read:
    """A file with its rows typed, and the report that they begin."""

    extract: Extract
    binding: Binding
    observed: Observed
    report: FileReport


@dataclass(frozen=True)
class _Judged:
    """What becomes of each row; `inserted` says that those that land are in their table already,
    `dropped` that texts were."""

    account: accounting.Account
    problems: list[Problem]
    inserted: bool
    dropped: bool


def _land(
    session: Session,
    source: Source,
    known: Known | None,
    archive_folder: Path | None,
    seen: dict[str, object],
) -> Landed:
    read = _read(session, source, archive_folder, seen)
    if known is not None and (earlier := _earlier(known, source, read.observed)) is not None:
        count = read.extract.staged.read
        rows = RowCounts(read=count, unchanged=count)
        return Landed(replace(read.report, status="unchanged", rows=rows, import_id=earlier))
    session.progress("typing", 0.4)
    judged = _judge(session, source, read)
    account = judged.account
    report = replace(read.report, preview=file_report.preview(session.connection))
    if account.good:
        return _write(session, source, replace(read, report=report), judged, archive_folder)
    rows = RowCounts(
        read=account.read, skipped=account.skipped, quarantined=len(account.quarantine)
    )
    nothing = Problem("refused", "nothing_loads", rows=account.read)
    problems = (nothing, *judged.problems)
    return Landed(
        replace(report, status="refused", rows=rows, problems=problems), account.quarantine
    )


def _read(
    session: Session, source: Source, archive_folder: Path | None, seen: dict[str, object]
) -> _Read:
    """Recognise the file and type its rows. Raises Refusal when it is none that can be read."""
    connection, workspace = session.connection, session.workspace
    prepare(
        connection,
        workspace.zone,
        workspace.settings.currency,
        _secret(workspace, archive_folder),
        fiscal_year_start=workspace.settings.fiscal_year_start,
        file_name=source.name,
        effort_sizes=workspace.settings.effort_sizes,
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
    binding = dated_above(bind(connection, extract.match.profile, extract.table), extract.above)
    if binding.profile.questions and not binding.questions:
        raise Refusal("no_known_question", example=", ".join(binding.unused)[:300])
    make_typed(connection, binding, session.options, large=extract.staged.large)
    observed = observe(
        connection, source, binding, session.options, workspace.zone, session.arrived_at
    )
    accounting.tell_shapes(connection, binding, session.local_day(observed.at))
    report = file_report.recognised(session, source, extract.match, binding, observed)
    return _Read(extract, binding, observed, replace(report, totals=extract.totals))


def _judge(session: Session, source: Source, read: _Read) -> _Judged:
    """Shape the typed rows and account for each of them."""
    connection, staged, binding = session.connection, read.extract.staged, read.binding
    if binding.dataset.name == "targets":
        put_names(connection, session.workspace, session.organisation)
    horizon = age.kept_since(connection, session.now)
    beyond = age.beyond(binding, session.local_day(read.observed.at), horizon)
    accounting.make_shaped(connection, binding, large=staged.large, beyond=beyond)
    dropped = bool(binding.dataset.text) and verbatims.mark(
        connection,
        binding.dataset,
        binding.profile.tool,
        session.organisation,
        load_themes(session.workspace.path),
    )
    # Millions of rows are judged as they are written: if all of them are, there is no more to tell.
    inserted = staged.large and binding.dataset.behaviour is Behaviour.SLICES
    all_good = inserted and insert(session, binding, read.observed.at) == staged.kept
    account = accounting.settle(connection, staged, binding, all_good=all_good)
    problems = [
        replace(each, details={"since": str(horizon)}) if each.reason == age.BEYOND else each
        for each in (with_choices(connection, problem) for problem in account.problems)
    ]
    problems += file_report.missing(binding)
    problems += [Problem("warning", "day_or_month_first", header) for header in binding.unsure]
    if source.formulas_without_value:
        problems.append(
            Problem("warning", "formulas_without_value", rows=source.formulas_without_value)
        )
    return _Judged(account, problems, inserted, dropped)


def _write(
    session: Session, source: Source, read: _Read, judged: _Judged, archive_folder: Path | None
) -> Landed:
    """Write the rows that land, and the file to the archive."""
    binding, observed, account = read.binding, read.observed, judged.account
    problems, report = list(judged.problems), read.report
    session.progress("landing", 0.6)
    organisation_rows: tuple[dict[str, object], ...] = ()
    origin = origin_of(binding.profile, read.extract.table.header, source.name)
    if binding.dataset.behaviour is Behaviour.ORGANISATION:
        organisation_rows, compared = organisation_changes(
            session.connection, binding.dataset, session.organisation
        )
    else:
        compared, facts = write(
            session, source, binding, observed, origin, inserted=judged.inserted
        )
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
            deleted=facts.deleted,
        )
    rows = RowCounts(
        read=account.read,
        loaded=account.good - compared.unchanged - compared.outdated,
        replaced=compared.replaced,
        unchanged=compared.unchanged,
        skipped=account.skipped + compared.outdated,
        quarantined=len(account.quarantine),
    )
    kept = None
    if archive_folder is not None:
        session.progress("archiving", 0.9)
        kept = archive.keep(
            session.connection,
            archive_folder,
            source,
            binding,
            session.options,
            observed.at,
            session.import_id,
            origin=origin,
            texts=("text", "title", "comment") if judged.dropped else (),
            aged=any(each.reason == age.BEYOND for each in problems),
        )
    report = replace(report, rows=rows, problems=tuple(problems))
    return Landed(report, account.quarantine, organisation_rows, kept)


def _earlier(known: Known, source: Source, observed: Observed) -> int | None:
    """The import that holds exactly this file: of this moment, or the last one of its kind."""
    found = known(source.sha256, observed.at)
    return known(source.sha256, None) if found is None and observed.by_file else found


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
