"""What follows once an erasure is noted: its files are put in place and every copy goes.

An erasure writes archived files anew into a folder of its own beside the archive and touches none
before the register is told. The folder is the mark that this is still to do: it is removed last,
and whoever holds the lease next ends what a process that died has begun.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa

from metrics import warehouse
from metrics.inbox import FOLDER, LOADED, REFUSED, REPORT
from metrics.register.state import read_state
from metrics.register.tables import erasures, imports, purges
from metrics.workspace import Workspace

ERASURE, PURGE = ".erasure-", ".purge-"
NOTED = {ERASURE: erasures, PURGE: purges}


def aside_of(archive: Path, number: int, prefix: str = ERASURE) -> Path:
    """The folder in which an erasure, or a purge, keeps cleaned files until it is noted."""
    return archive / f"{prefix}{number}"


def settle(workspace: Workspace) -> list[int]:
    """End the erasures and purges that are noted, forget what others left aside; returns the
    numbers of those ended.

    For the holder of the publisher's lease. May be interrupted and called again at any moment.
    """
    found = [(prefix, each) for prefix in NOTED for each in workspace.archive.glob(f"{prefix}*")]
    if not found:
        return []
    with workspace.register.connect() as connection:
        noted = {
            (prefix, str(number))
            for prefix, table in NOTED.items()
            for number in connection.execute(sa.select(table.c.id)).scalars()
        }
        version = read_state(connection).warehouse_version
        archived = set(connection.execute(sa.select(imports.c.archive)).scalars())
    ended = []
    for prefix, folder in sorted(found, key=lambda each: each[1]):
        number = folder.name.removeprefix(prefix)
        if (prefix, number) in noted:
            for file in sorted(folder.glob("*.parquet")):
                file.replace(workspace.archive / file.name)
            warehouse.sweep(workspace, version, 0)
            if prefix == ERASURE:
                _remove_copies(workspace.path)
            else:  # what undone imports left behind
                for file in workspace.archive.glob("*.parquet"):
                    if file.name not in archived:
                        file.unlink(missing_ok=True)
            _flush(workspace.register)
            ended.append(int(number))
        shutil.rmtree(folder)
    return ended


def _remove_copies(folder: Path) -> None:
    """Remove what else holds rows as they came: files that were put aside in the inbox, reports of
    those that wait in it, the last failure."""
    for aside in (LOADED, REFUSED):
        shutil.rmtree(folder / FOLDER / aside, ignore_errors=True)
    for report in (folder / FOLDER).glob(f"*{REPORT}"):
        report.unlink(missing_ok=True)
    (folder / "last_failure.txt").unlink(missing_ok=True)


def _flush(register: sa.Engine) -> None:
    """Empty SQLite's journal, which still holds what was replaced."""
    if register.dialect.name == "sqlite":
        with register.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
