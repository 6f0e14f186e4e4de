"""The tables that imports write: made in a scratch database, and freed of one import."""

from __future__ import annotations

from importlib.resources import files

import duckdb
from sqlglot import exp

from metrics.importing.dataset import DATASETS, Behaviour


def remove(connection: duckdb.DuckDBPyConnection, import_id: int) -> None:
    """Delete one import's rows everywhere: what counts follows from the imports that remain."""
    connection.execute("begin")
    try:
        for table in import_tables():
            query = exp.delete(table).where(exp.column("import_id").eq(exp.Placeholder()))
            connection.execute(query.sql("duckdb"), [import_id])
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def import_tables() -> list[str]:
    landed = [
        dataset.table
        for dataset in DATASETS.values()
        if dataset.behaviour is not Behaviour.ORGANISATION
    ]
    return [*landed, "slices", "import_streams", "complete_lists", "imports"]


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    folder = files("metrics.warehouse_schema")
    for migration in sorted(folder.iterdir(), key=lambda file: file.name):
        if migration.name.endswith(".sql"):
            connection.execute(migration.read_text("utf-8"))
