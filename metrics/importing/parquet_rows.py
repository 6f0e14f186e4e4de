"""A Parquet file's rows as text, written by DuckDB."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
from sqlglot import exp

from metrics.engines import open_facts
from metrics.importing.refusal import Refusal
from metrics.importing.rows_text import DELIMITER, LINE_BREAK

MEMORY_LIMIT = "1GB"


def write_parquet(path: Path, target: Path) -> None:
    """Write a header and one line per row to `target`: row n is on line n + 1. Moments with a
    zone are in UTC. Raises Refusal."""
    reader = exp.func("read_parquet", exp.Literal.string(str(path)))
    with closing(open_facts(None)) as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"set temp_directory = {_literal(str(target.parent))}")
        try:
            described = connection.execute(
                f"describe {exp.select('*').from_(reader).sql('duckdb')}"
            ).fetchall()
            rows = exp.select(*(_text(name, kind) for name, kind, *_ in described)).from_(reader)
            connection.execute(
                f"copy ({rows.sql('duckdb')}) to {_literal(str(target))} "
                f"(format csv, header true, delimiter '{DELIMITER}', nullstr '')"
            )
        except (
            duckdb.IOException,
            duckdb.DataError,
            duckdb.ProgrammingError,
            duckdb.NotSupportedError,
            duckdb.InvalidInputException,
        ) as error:
            raise Refusal("damaged_archive", example=str(error).partition("\n")[0][:80]) from error


def _text(name: str, kind: str) -> exp.Expr:
    column: exp.Expr = exp.column(name, quoted=True)
    if kind == "TIMESTAMP WITH TIME ZONE":
        column = exp.func("strftime", column, exp.Literal.string("%Y-%m-%dT%H:%M:%SZ"))
    text: exp.Expr = exp.cast(column, "varchar")
    if kind in ("VARCHAR", "JSON") or kind.startswith(("STRUCT", "MAP")) or kind.endswith("[]"):
        pattern, line_break = exp.Literal.string(r"\r\n|\r|\n"), exp.Literal.string(LINE_BREAK)
        flags = exp.Literal.string("g")
        text = exp.Anonymous(this="regexp_replace", expressions=[text, pattern, line_break, flags])
    return exp.alias_(text, name.replace("\n", " ").replace("\r", " "), quoted=True)


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql("duckdb")
