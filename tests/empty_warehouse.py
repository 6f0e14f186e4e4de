"""Empty warehouses, copied from one: to make its schema takes longer than most questions to it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import duckdb

from metrics import warehouse
from metrics.engines import attach_read_only, open_facts


def in_memory() -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with today's schema and no row, open for writing."""
    connection = open_facts(None, read_only=False)
    attach_read_only(connection, _made(), "made")
    connection.execute("copy from database made to memory")
    connection.execute("detach made")
    return connection


def in_file(path: Path) -> duckdb.DuckDBPyConnection:
    """The same in a file."""
    shutil.copyfile(_made(), path)
    return open_facts(path, read_only=False)


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="vigie-tests-"))
    atexit.register(shutil.rmtree, folder)
    path = folder / "empty.duckdb"
    with open_facts(path, read_only=False) as connection:
        warehouse.migrate(connection)
    return path
