"""The tables that imports write: made in a scratch database, and freed of one import."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import duckdb
from sqlglot import exp

from metrics.importing import exports
from metrics.importing.dataset import DATASETS, Behaviour


def remove(connection: duckdb.DuckDBPyConnection, import_id: int) -> None:
    """Delete one import's rows everywhere: what counts follows from the imports that remain."""
    connection.execute("begin")
    try:
        for table in held(connection, import_id):
            query = exp.delete(table).where(exp.column("import_id").eq(exp.Placeholder()))
            connection.execute(query.sql("duckdb"), [import_id])
        exports.prune(connection)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def held(connection: duckdb.DuckDBPyConnection, import_id: int) -> dict[str, int]:
    """The tables that hold rows of an import, each with how many."""
    counts = connection.execute(_counts(), [import_id] * len(import_tables())).fetchall()
    return {table: rows for table, rows in counts if rows}


@cache
def _counts() -> str:
    counts = (
        exp.select(exp.Literal.string(table), exp.Count(this=exp.Star()))
        .from_(table)
        .where(exp.column("import_id").eq(exp.Placeholder()))
        for table in import_tables()
    )
    return exp.union(*counts, distinct=False).sql("duckdb")


def import_tables() -> list[str]:
    landed = [
        dataset.table
        for dataset in DATASETS.values()
        if dataset.behaviour is not Behaviour.ORGANISATION
    ]
    return [
        *landed,
        "slices",
        "import_streams",
        "complete_lists",
        "landed_account_links",
        "exports",
        "same_exports",
        "imports",
    ]


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    folder = files("metrics.warehouse_schema")
    for migration in sorted(folder.iterdir(), key=lambda file: file.name):
        if migration.name.endswith(".sql"):
            connection.execute(migration.read_text("utf-8"))
