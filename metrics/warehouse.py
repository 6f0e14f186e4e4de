"""The warehouse as numbered files: readers open the current one, a job works on the next.

Everything here that writes is for the holder of the publisher's lease.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import duckdb
from sqlglot import exp

from metrics.engines import attach, attach_read_only, open_facts
from metrics.errors import NoRoom, VigieError
from metrics.importing.landed_tables import import_tables
from metrics.register.state import read_state
from metrics.workspace import Workspace


def path_of(workspace: Workspace, version: int) -> Path:
    return workspace.warehouse / f"{version}.duckdb"


def current_path(workspace: Workspace) -> Path | None:
    """The file that everybody reads; None before the first import."""
    with workspace.register.connect() as connection:
        version = read_state(connection).warehouse_version
    return path_of(workspace, version) if version else None


def draft(workspace: Workspace, version: int, *, empty: bool = False) -> Path:
    """Copy the file of `version` to the next number and return its path, ready to be changed.

    From version 0, and when it is to be `empty`, the draft is an empty file with the schema. What
    dead jobs left behind and files older than the workspace keeps are removed first. Raises
    VigieError when the disk is too full.
    """
    workspace.warehouse.mkdir(exist_ok=True)
    sweep(workspace, version)
    target = path_of(workspace, version + 1)
    if version and not empty:
        current = path_of(workspace, version)
        if not current.exists():
            raise VigieError(
                f"The warehouse file {current.name} is missing.",
                next_step="Make it again from the archive: vigie rebuild",
            )
        _make_room(current)
        shutil.copyfile(current, target)
    with open_facts(target, read_only=False) as connection:
        migrate(connection)
    return target


def digests(connection: duckdb.DuckDBPyConnection, catalog: str = "") -> dict[str, str]:
    """What each table that imports write holds, whatever the order of its rows, as digests."""
    found = {}
    for name in import_tables():
        table = exp.alias_(exp.table_(name, db="main" if catalog else None, catalog=catalog), "t",
                           table=True)  # fmt: skip
        rows = exp.func("hash", exp.column("t"))
        query = exp.select("count(*)", exp.Sum(this=exp.cast(rows, "hugeint"))).from_(table)
        found[name] = str(connection.execute(query.sql("duckdb")).fetchone())
    return found


def compact(path: Path) -> None:
    """Write a draft anew, so that nothing of what was deleted from it is left in the file."""
    anew = path.with_name(f"{path.name}.compact")
    anew.unlink(missing_ok=True)
    with open_facts(None, read_only=False) as connection:
        attach_read_only(connection, path, "draft")
        attach(connection, anew, "anew")
        connection.execute("copy from database draft to anew")
        connection.execute("detach anew")
    anew.replace(path)


def seal(path: Path) -> None:
    """Make sure that a finished draft is whole in its file, and that the file has reached the disk,
    before anyone is pointed to it. Raises OSError when it cannot be, as on a full disk."""
    log = path.with_name(f"{path.name}.wal")
    if log.exists():  # closing could not write it into the file, and said nothing
        with open_facts(path, read_only=False) as connection:
            try:
                connection.execute("checkpoint")
            except duckdb.Error as error:
                raise OSError(str(error).partition("\n")[0]) from error
    if log.exists():
        raise OSError(f"{path.name} cannot be written whole.")
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(workspace: Workspace, version: int, kept: int | None = None) -> list[Path]:
    """Remove drafts newer than the current `version` and files older than the workspace keeps, or
    than the `kept` last ones."""
    oldest = version - (workspace.settings.kept_versions if kept is None else kept)
    removed = []
    for path in sorted(workspace.warehouse.glob("*.duckdb*")):
        number = path.name.partition(".")[0]
        if number.isdigit() and not oldest <= int(number) <= version:
            with suppress(PermissionError):  # still open elsewhere, on systems that mind
                path.unlink(missing_ok=True)
                removed.append(path)
    return removed


def migrate(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Apply the schema's migrations that a draft lacks, in order; returns their names."""
    connection.execute(
        "create table if not exists schema_version (version integer primary key, name varchar)"
    )
    present = {
        version
        for (version,) in connection.execute("select version from schema_version").fetchall()
    }
    applied = []
    for version, name, sql in migrations():
        if version not in present:
            connection.begin()
            connection.execute(sql)
            connection.execute("insert into schema_version values (?, ?)", [version, name])
            connection.commit()
            applied.append(name)
    return applied


def is_behind(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether an earlier program made a version, and no job of this one has made another yet."""
    rows = connection.execute("select version from schema_version").fetchall()
    return not {version for version, *_ in migrations()} <= {version for (version,) in rows}


def is_outdated(path: Path) -> bool:
    """Whether an earlier program made this version of a warehouse."""
    with open_facts(path) as connection:
        return is_behind(connection)


def migrations() -> list[tuple[int, str, str]]:
    """Every migration of the warehouse: number, name, SQL."""
    found = []
    for file in files("metrics.warehouse_schema").iterdir():
        number, _, name = file.name.removesuffix(".sql").partition("_")
        if file.name.endswith(".sql"):
            found.append((int(number), name, file.read_text("utf-8")))
    return sorted(found)


def _make_room(current: Path) -> None:
    """Refuse to start what a full disk would stop halfway."""
    needed = current.stat().st_size + (64 << 20)
    free = shutil.disk_usage(current.parent).free
    if free < needed:
        raise NoRoom(
            f"There is no room for a copy of the warehouse: {needed >> 20} MB are needed and "
            f"{free >> 20} MB are free in {current.parent}.",
            next_step="Free some space, or lower kept_versions in vigie.toml.",
        )
