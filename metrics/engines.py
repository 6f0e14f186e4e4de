"""The one place that opens a database: DuckDB for facts, SQLAlchemy for the register."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import duckdb
import sqlalchemy as sa
from sqlalchemy import event

from metrics.errors import VigieError

MEMORY_LIMIT = os.environ.get("VIGIE_DUCKDB_MEMORY", "4GB")
BUSY_TIMEOUT_MS = 10_000

#: What a definition can be to blame for: a column that is not there, a value that is no number.
#: A full disk or memory is not among them.
DEFINITION_ERRORS = (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError)


def not_computed(error: duckdb.Error, source: str, name: str) -> VigieError:
    """The refusal for a definition whose SQL fails on the facts; `source` says where it stands."""
    said = str(error).strip().splitlines()[0]
    return VigieError(
        f"{source}: '{name}' cannot be computed: {said}",
        next_step="Mend its definition, or what it reads; 'vigie check' tries it on the data.",
    )


def open_facts(path: Path | None, *, read_only: bool = True) -> duckdb.DuckDBPyConnection:
    """Open one warehouse version, or a scratch database in memory when `path` is None.

    Sessions are in UTC: local days are columns, never a session setting. Raises VigieError when
    the file is missing or held by another process.
    """
    if path is not None and read_only and not path.exists():
        raise VigieError(
            f"The warehouse file {path.name} is missing.",
            next_step="Make it again from the archive: vigie rebuild",
        )
    try:
        connection = duckdb.connect(
            str(path) if path else ":memory:", read_only=read_only and path is not None
        )
    except duckdb.IOException as error:
        raise VigieError(
            f"The warehouse file {path.name if path else ''} cannot be opened: {error}",
            next_step="Close the program that holds it, then try again.",
        ) from error
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    connection.execute("set preserve_insertion_order = true")
    return connection


def attach_read_only(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Attach a warehouse version beside an open one, read-only, under `name`."""
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as {name} (read_only)")


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Attach a file to be written beside what is open, under `name`; made if there is none."""
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as {name}")


def open_database(url: str) -> sa.Engine:
    """Somebody else's database, to read from: no connection outlives its use.

    Raises VigieError for an address that cannot be one, without telling it: it may hold a password.
    """
    return _engine(url, sa.NullPool)


def _engine(url: str, pool: type[sa.Pool] | None = None) -> sa.Engine:
    try:
        return sa.create_engine(url, poolclass=pool)
    except sa.exc.NoSuchModuleError as error:
        raise VigieError(
            f"No database is known by that name: {error}",
            next_step="Install the package that brings it to SQLAlchemy.",
            exit_code=2,
        ) from None
    except ImportError as error:
        raise VigieError(
            f"The driver of this database is not installed: {error.name}.",
            next_step=f"Install it beside Vigie: pip install {error.name}",
            exit_code=2,
        ) from None
    except (sa.exc.ArgumentError, ValueError):
        raise VigieError(
            "That is no address of a database.",
            next_step="Write it as postgresql://user:password@host/name, or name a DuckDB file.",
            exit_code=2,
        ) from None


def open_register(url: str) -> sa.Engine:
    """Open the register. SQLite runs in WAL mode so that readers never wait for a writer.

    Raises VigieError for an address that cannot be one.
    """
    engine = _engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def configure(connection, _record):  # type: ignore[no-untyped-def]
            with closing(connection.cursor()) as cursor:
                cursor.execute("pragma journal_mode = wal")
                cursor.execute("pragma synchronous = normal")
                cursor.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_MS}")
                cursor.execute("pragma foreign_keys = on")

    return engine
