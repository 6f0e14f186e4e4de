"""Tables and queries of a database as files to import: read once, in a stream, and only read.

Where the database is and how one signs in stay in this process: the file, and so the ledger and
the archive, bear the names of the database and of the table, nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from metrics.engines import open_database, open_facts
from metrics.errors import VigieError, unknown
from metrics.importing.rows_text import cell_text

BATCH = 20_000
MEMORY_LIMIT = "1GB"
DUCKDB, SQLITE = b"DUCK", b"SQLite format 3"
#: sqlglot's names where they are not SQLAlchemy's.
DIALECTS = {
    "postgresql": "postgres",
    "mariadb": "mysql",
    "mssql": "tsql",
    "clickhousedb": "clickhouse",
}
#: What has no place in a query that only reads.
WRITING = (
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Merge,
    exp.Into,
    exp.Command,
    exp.Create,
    exp.Drop,
)
#: How a session is told to refuse writing.
READ_ONLY = {
    "mysql": "set session transaction read only",
    "mariadb": "set session transaction read only",
    "oracle": "set transaction read only",
    "postgresql": "set session characteristics as transaction read only",
    "sqlite": "pragma query_only = on",
}


@dataclass(frozen=True)
class Asked:
    """What to read: one of `table` (schema.table where it has one) and `query`."""

    table: str = ""
    query: str = ""

    @property
    def name(self) -> str:
        return self.table or "query"


def extract(database: str, asked: Asked, folder: Path) -> Path:
    """Read a table or a query into a Parquet file in `folder`; returns it.

    `database` is a DuckDB or SQLite file, or an address as SQLAlchemy writes it. Raises VigieError,
    which never tells the address: it may hold a password.
    """
    file = _file_of(database)
    if file is not None and _begins(file, 8, DUCKDB):
        target = folder / _name(file.stem, asked)
        _from_duckdb(file, asked, target)
        return target
    if file is not None and not _begins(file, 0, SQLITE):
        raise VigieError(
            f"{file.name} is neither a DuckDB nor an SQLite database.",
            next_step="Name such a file, or an address such as postgresql://user@host/name.",
            exit_code=2,
        )
    engine = open_database(f"sqlite:///file:{file}?mode=ro&uri=true" if file else database)
    try:
        target = folder / _name(file.stem if file else engine.url.database or "database", asked)
        _from_engine(engine, asked, target)
    except sa.exc.SQLAlchemyError as error:
        raise _said(error, asked) from None
    finally:
        engine.dispose()
    return target


def _file_of(database: str) -> Path | None:
    """The file that is meant, of `duckdb:///path`, `sqlite:///path` or a path."""
    path = re.sub(r"^(duckdb|sqlite):///", "", database)
    if "://" in path:
        return None
    if not Path(path).is_file():
        raise VigieError(f"There is no file {path}.", next_step="Check the path.", exit_code=2)
    return Path(path).resolve()


def _begins(file: Path, at: int, signature: bytes) -> bool:
    with file.open("rb") as content:
        return content.read(at + len(signature))[at:] == signature


def _name(database: str, asked: Asked) -> str:
    """What the ledger shows: database and table, without what could steer a path or a screen."""
    told = f"{Path(database).stem}.{asked.name}"
    return "".join(
        letter if letter.isprintable() and letter not in "/\\" else "_" for letter in told
    )


def _from_duckdb(file: Path, asked: Asked, target: Path) -> None:
    try:
        with closing(open_facts(file)) as connection:
            connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
            connection.execute(f"set temp_directory = {_literal(str(target.parent))}")
            if asked.table:
                _check(asked.table, _tables_of(connection))
            query = _whole(asked.table).sql("duckdb") if asked.table else _checked(asked, "duckdb")
            connection.sql(query).write_parquet(str(target))
    except duckdb.Error as error:
        raise _said(error, asked) from None


def _tables_of(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables order by all"
    ).fetchall()
    return [table if schema == "main" else f"{schema}.{table}" for schema, table in found]


def _from_engine(engine: sa.Engine, asked: Asked, target: Path) -> None:
    dialect = DIALECTS.get(engine.dialect.name, engine.dialect.name)
    with engine.connect().execution_options(stream_results=True) as connection:
        if (told := READ_ONLY.get(engine.dialect.name)) is not None:
            connection.exec_driver_sql(told)
            if engine.dialect.name != "oracle":  # elsewhere it holds from the next transaction on
                connection.rollback()
        if asked.table:
            rows = connection.execute(sa.select(_reflected(connection, asked.table)))
        else:
            rows = connection.exec_driver_sql(_checked(asked, dialect))
        _write(list(rows.keys()), rows.partitions(BATCH), target)
        connection.rollback()


def _reflected(connection: sa.Connection, table: str) -> sa.Table:
    schema, _, name = table.rpartition(".")
    try:
        return sa.Table(name, sa.MetaData(), schema=schema or None, autoload_with=connection)
    except sa.exc.NoSuchTableError:
        look = sa.inspect(connection)
        names = [*look.get_table_names(schema or None), *look.get_view_names(schema or None)]
        _check(table, [f"{schema}.{each}" if schema else each for each in names])
        raise


def _check(table: str, names: Sequence[str]) -> None:
    if table not in names:
        raise unknown("table", table, names, "Name one of them, or write a --query.")


def _whole(table: str) -> exp.Query:
    schema, _, name = table.rpartition(".")
    return exp.select("*").from_(exp.table_(name, db=schema or None, quoted=True))


def _checked(asked: Asked, dialect: str) -> str:
    """The query as it was written, one select. Raises VigieError for any other statement."""
    try:
        known = dialect if sqlglot.Dialect.get(dialect) else None
        statements = [each for each in sqlglot.parse(asked.query, dialect=known) if each]
    except SqlglotError as error:
        told = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).partition("\n")[0]
        raise VigieError(f"The query cannot be read: {told}", exit_code=2) from None
    if (
        len(statements) == 1
        and isinstance(statements[0], exp.Query)
        and statements[0].find(*WRITING) is None
    ):
        return asked.query.strip().rstrip(";")
    raise VigieError(
        "The query must be one SELECT, which changes nothing.",
        next_step="Write one SELECT, or name a --table.",
        exit_code=2,
    )


def _write(names: Sequence[str], batches: Iterator[Sequence[Any]], target: Path) -> None:
    schema = pa.schema([pa.field(name, pa.string()) for name in _distinct(names)])
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in batches:
            columns = [
                pa.array(map(_text, column), pa.string()) for column in zip(*batch, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def _distinct(names: Sequence[str]) -> list[str]:
    """Column names, none twice: a file of columns cannot tell two of one name apart."""
    found: list[str] = []
    for name in names:
        number, told = 1, name
        while told in found:
            number += 1
            told = f"{name} {number}"
        found.append(told)
    return found


def _text(value: object) -> str | None:
    match value:
        case None:
            return None
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case dict() | list():
            return cell_text(json.dumps(value, ensure_ascii=False, default=str))
        case bytes() | memoryview():
            return bytes(value).hex()
    return cell_text(value)


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql("duckdb")


def _said(error: Exception, asked: Asked) -> VigieError:
    """What the database said, in its own first line."""
    told = str(getattr(error, "orig", None) or error).strip().partition("\n")[0][:300]
    return VigieError(
        f"The database did not give {asked.table or 'the query'}: {told}",
        next_step="Check the name, the address and what this user may read.",
    )
