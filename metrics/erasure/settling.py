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
from metrics.register.tables import erasures
from metrics.workspace import Workspace

PREFIX = ".erasure-"


def aside_of(archive: Path, number: int) -> Path:
    """The folder in which erasure `number` keeps cleaned files until it is noted."""
    return archive / f"{PREFIX}{number}"


def settle(workspace: Workspace) -> list[int]:
    """End the erasures that are noted, forget what others left aside; returns those ended.

    For the holder of the publisher's lease. May be interrupted and called again at any moment.
    """
    folders = sorted(workspace.archive.glob(f"{PREFIX}*"))
    if not folders:
        return []
    with workspace.register.connect() as connection:
        noted = set(connection.execute(sa.select(erasures.c.id)).scalars())
        version = read_state(connection).warehouse_version
    ended = []
    for folder in folders:
        number = folder.name.removeprefix(PREFIX)
        if number.isdigit() and int(number) in noted:
            for file in sorted(folder.glob("*.parquet")):
                file.replace(workspace.archive / file.name)
            warehouse.sweep(workspace, version, 0)
            _remove_copies(workspace.path)
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
