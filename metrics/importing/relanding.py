"""From the archive back to landed rows, as the first import of each file left them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from sqlglot import exp

from metrics.errors import VigieError
from metrics.importing import account_links, accounting, reading, verbatims
from metrics.importing.binding import Binding, bind
from metrics.importing.dataset import DATASETS, Behaviour, Dataset
from metrics.importing.dialect import Dialect
from metrics.importing.exports import origin_of
from metrics.importing.landed_rows import Before, write_again
from metrics.importing.observed import Observed, is_stated
from metrics.importing.profile import Profile, load_profiles
from metrics.importing.report import CoverageSpan, ImportOptions
from metrics.importing.session import Session
from metrics.importing.staging import LARGE_FROM_RECORDS, Table, drop_temporary
from metrics.importing.typed import make_typed
from metrics.importing.values import make_readings, prepare
from metrics.organisation import Organisation
from metrics.themes import load_themes
from metrics.workspace import Workspace


@dataclass(frozen=True)
class Kept:
    """An import as the ledger knows it, with the days it made known."""

    import_id: int
    file: str
    profile: str
    dataset: str
    archive: str | None
    observed_at: datetime  # UTC
    options: ImportOptions
    arrived_at: datetime  # UTC, the same for all files of one job
    coverage: tuple[CoverageSpan, ...] = ()

    @property
    def in_warehouse(self) -> bool:
        """Whether it has rows there; those of the organisation are in the register."""
        dataset = DATASETS.get(self.dataset)
        return dataset is not None and dataset.behaviour is not Behaviour.ORGANISATION


def check_kept(workspace: Workspace, imports: Sequence[Kept]) -> None:
    """Raises VigieError when an import cannot be landed again from what is kept."""
    names = {profile.name for profile in load_profiles(workspace.profiles)}
    for kept in imports:
        if not kept.archive or not (workspace.archive / kept.archive).is_file():
            raise VigieError(
                f"The archived file of import {kept.import_id} ({kept.file}) is missing.",
                next_step="Restore the archive from a backup, or undo that import first.",
            )
        if kept.profile not in names:
            raise VigieError(
                f"Import {kept.import_id} ({kept.file}) was read by the profile '{kept.profile}', "
                "which is gone.",
                next_step="Put its file back into the folder profiles of the workspace.",
            )


def land_again(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    kept: Kept,
    organisation: Organisation,
) -> None:
    """Land one archived import on a draft that does not hold it, in one transaction."""
    path = workspace.archive / str(kept.archive)
    profile = next(each for each in load_profiles(workspace.profiles) if each.name == kept.profile)
    make_readings(connection)
    connection.execute("begin")
    try:
        _land(connection, workspace, path, kept, profile, organisation)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _land(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    path: Path,
    kept: Kept,
    profile: Profile,
    organisation: Organisation,
) -> None:
    session = _session(connection, workspace, kept, organisation)
    binding, has_texts, about = _shape(session, path, kept, profile)
    if binding.dataset.text:
        taxonomy = load_themes(workspace.path)
        verbatims.mark(connection, binding.dataset, profile.tool, organisation, taxonomy)
        if has_texts:
            if "origin" not in about:  # kept before names told of a wave and a stream
                _name_anew(connection, binding.dataset)
            own_id = exp.to_identifier(binding.dataset.key[0]).sql("duckdb")
            connection.execute(
                f"update shaped set {own_id} = raw_rows.own_id, "  # noqa: S608 - a column of ours
                "themes = coalesce(shaped.themes, raw_rows.themes) from raw_rows "
                "where raw_rows.record = shaped.record and raw_rows.own_id is not null"
            )
    observed = Observed(kept.observed_at, is_stated(kept.options, profile.tool, kept.file))
    origin = about.get("origin") or origin_of(profile, binding.table.header, kept.file)
    write_again(session, binding, observed, kept.coverage, origin, _before(about))
    links = about.get("account_links", ())
    account_links.note_again(connection, kept.import_id, profile.tool, links)
    if "before" in about:
        account_links.prune(connection)


def shape_kept(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    kept: Kept,
    organisation: Organisation,
) -> tuple[Binding, dict[str, Any]]:
    """Make `shaped` of an archived import, as landing it again does, and write nothing; gives how
    it is read, and what was noted with it."""
    profile = next(each for each in load_profiles(workspace.profiles) if each.name == kept.profile)
    make_readings(connection)
    session = _session(connection, workspace, kept, organisation)
    path = workspace.archive / str(kept.archive)
    binding, _, about = _shape(session, path, kept, profile)
    return binding, about


def _session(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    kept: Kept,
    organisation: Organisation,
) -> Session:
    settings = workspace.settings
    prepare(
        connection,
        workspace.zone,
        settings.currency,
        workspace.secret,
        fiscal_year_start=settings.fiscal_year_start,
        file_name=kept.file,
        effort_sizes=settings.effort_sizes,
    )
    return Session(
        connection, workspace, kept.options, organisation, lambda *_: (), "", kept.import_id,
        lambda stage, done: None, kept.arrived_at,
    )  # fmt: skip


def _shape(
    session: Session, path: Path, kept: Kept, profile: Profile
) -> tuple[Binding, bool, dict[str, Any]]:
    """Stage, type and shape an archived file; whether it tells what was made of texts, and what was
    noted with it. What its cells mean was decided on all its rows, and holds for those left."""
    connection = session.connection
    table, rows, has_texts, about = _stage(connection, path)
    constants = profile.constants | about.get("constants", {})
    profile = profile.model_copy(update={"constants": constants})
    binding = replace(bind(connection, profile, table), keyed=True)
    if "read_as" in about:
        binding = reading.as_told(binding, about["read_as"])
    large = rows > LARGE_FROM_RECORDS
    make_typed(connection, binding, kept.options, large=large)
    accounting.tell_shapes(connection, binding, session.local_day(kept.observed_at))
    accounting.make_shaped(connection, binding, large=large)
    return binding, has_texts, about


def _before(about: dict[str, Any]) -> Before | None:
    """What an archived file was before rows of it went that were past their age."""
    told = about.get("before")
    if told is None:
        return None
    moments, days = told["moments"], told["days"]
    spoken = (
        *(datetime.fromisoformat(each) if each else None for each in moments),
        *(date.fromisoformat(each) if each else None for each in days),
    )
    return Before(date.fromisoformat(told["since"]), spoken, tuple(told["streams"]))


def _name_anew(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    """Make today's names of the identifiers that an older archive kept of its texts' rows."""
    name, given = {
        "responses": ("response_named", "r.own_id, s.kind, s.wave, s.day, s.stream"),
        "feedback": ("feedback_named", "r.own_id, s.opened_at, s.day, s.stream"),
    }[dataset.name]
    connection.execute(
        f"create or replace temp table raw_rows as select r.* replace ({name}({given}) as own_id) "  # noqa: S608 - names of ours
        "from raw_rows as r join (from shaped qualify row_number() over (partition by record) = 1) "
        "as s on s.record = r.record"
    )


def _stage(
    connection: duckdb.DuckDBPyConnection, path: Path
) -> tuple[Table, int, bool, dict[str, Any]]:
    """Make `raw_rows` and `staged` of the archived file; its table, its rows, whether it tells
    what was made of texts that are gone, and what was noted with it."""
    with pq.ParquetFile(path) as parquet:
        names, rows = parquet.schema_arrow.names, parquet.metadata.num_rows
        about = json.loads((parquet.schema_arrow.metadata or {})[b"vigie"])
    cells = [name for name in names if name not in ("record", "line", "themes", "own_id")]
    header = [""] * (max((int(cell[1:]) for cell in cells), default=-1) + 1)
    for cell in cells:
        header[int(cell[1:])] = about["headers"][cell]
    drop_temporary(connection, "staged", "raw_rows")
    reader = exp.func("read_parquet", exp.Literal.string(str(path)))
    everything = exp.select("*").from_(reader).order_by("record")
    connection.execute(f"create temp table raw_rows as {everything.sql('duckdb')}")
    keys = set(about["hashed"])  # numbers, where every cell is a text
    texts = (exp.cast(exp.column(name), "varchar").as_(name) if name in keys else name
             for name in cells)  # fmt: skip
    staged = exp.select("record", "line", *texts).from_("raw_rows")
    connection.execute(f"create or replace temp view staged as {staged.sql('duckdb')}")
    return Table(Dialect(","), tuple(header), 1), rows, "themes" in names, about
