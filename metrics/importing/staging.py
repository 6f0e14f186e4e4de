"""A file's records as text columns in DuckDB, every record accounted for.

Two readers keep one contract. The exact one goes record by record and tells ragged, broken,
repeated-header and empty records apart. The fast one lets DuckDB read, and is believed only when
nothing was rejected and its count equals the file's own count of lines.

Either way the connection then has a table `raw_rows` and a view `staged` with `record` (1 for the
first after the header), `line` (in the file), and `c0`, `c1` … as text, empty cells null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from metrics.importing.dialect import Dialect, Record, lines_of, records_of
from metrics.importing.header import comparable
from metrics.importing.profile import Skipped
from metrics.importing.source import Source

#: Why a record is left out by a rule, where its reader says so.
BY_A_RULE = frozenset(
    (
        "empty_row",
        "table_repeated",
        "total_row",
        "footer_row",
        "continuation_row",
        "comparison_row",
        "test_row",
        "heading_row",
    )
)
FAST_FROM_BYTES = 2 << 20
LARGE_FROM_RECORDS = 500_000
BATCH = 50_000
BLANKS = " \t\r\n\u00a0\u202f\ufeff"  # as `clean` of values.sql
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Table:
    """Where the table lies in the text: its header's cells and line, and how to read it."""

    dialect: Dialect
    header: tuple[str, ...]
    header_line: int

    @property
    def names(self) -> list[str]:
        return [f"c{index}" for index in range(len(self.header))]


@dataclass(frozen=True)
class Aside:
    """A record that did not reach `raw_rows`."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class Staged:
    """What became of the records: read = in `raw_rows` + skipped + broken."""

    read: int
    skipped: tuple[Aside, ...] = ()
    broken: tuple[Aside, ...] = field(default=())
    fast: bool = False

    @property
    def kept(self) -> int:
        """How many records are in `raw_rows`."""
        return self.read - len(self.skipped) - len(self.broken)

    @property
    def large(self) -> bool:
        """Whether to read on through views: millions of rows are not written twice."""
        return self.read > LARGE_FROM_RECORDS


def stage(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    table: Table,
    progress: Progress = lambda stage, done: None,
    short_rows: bool = False,
    rules: Sequence[Skipped] = (),
    records: Iterator[Record] | None = None,
) -> Staged:
    """Read the file's records into the connection, by whichever reader is safe."""
    staged = None
    large = source.text.stat().st_size >= FAST_FROM_BYTES
    rules = [rule for rule in rules if _can_match(rule, table)]
    exact = bool(rules) or records is not None
    if not exact and source.plain and large and table.dialect.quote and not source.broken:
        staged = stage_fast(connection, source, table)
    if staged is None:
        short_rows = short_rows or source.is_rows
        staged = stage_exact(
            connection, source.text, table, progress, source.newlines, short_rows,
            source.lines_before, rules, records,
        )  # fmt: skip
    source.check_unchanged()
    broken = tuple(Aside(row.line, row.reason, row.text) for row in source.broken)
    return replace(staged, read=staged.read + len(broken), broken=staged.broken + broken)


def stage_fast(
    connection: duckdb.DuckDBPyConnection, source: Source, table: Table
) -> Staged | None:
    """Read with DuckDB, or None when its reading cannot be proved complete.

    A cell that spans lines, a blank line, a ragged record or a second header all make the counts
    differ, and the file is then for the exact reader.
    """
    _drop(connection)
    reader = exp.func(
        "read_csv",
        exp.Literal.string(str(source.text)),
        _option("delim", exp.Literal.string(table.dialect.delimiter)),
        _option("quote", exp.Literal.string('"')),
        _option("escape", exp.Literal.string('"')),
        _option("header", exp.false()),
        _option("skip", exp.Literal.number(table.header_line)),
        _option("auto_detect", exp.false()),
        _option("strict_mode", exp.true()),
        _option("null_padding", exp.false()),
        _option("encoding", exp.Literal.string("utf-8")),
        _option("max_line_size", exp.Literal.number(4 << 20)),
        _option(
            "columns",
            exp.Struct(
                expressions=[
                    exp.PropertyEQ(
                        this=exp.to_identifier(name), expression=exp.Literal.string("VARCHAR")
                    )
                    for name in table.names
                ]
            ),
        ),
    )
    create = exp.Create(
        this=exp.to_table("raw_rows"),
        kind="TABLE",
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        expression=exp.select("*").from_(reader),
    )
    try:
        connection.execute(create.sql("duckdb"))
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    found = connection.execute("select count(*) from raw_rows").fetchone()
    lines = source.newlines + (not source.ends_with_newline) - table.header_line
    if found is None or found[0] != lines or _repeats_header(connection, table):
        _drop(connection)
        return None
    line = exp.column("rowid") + (table.header_line + 1 - source.lines_before)
    _view(connection, line, table)
    return Staged(read=lines, fast=True)


def stage_exact(
    connection: duckdb.DuckDBPyConnection,
    text: Path,
    table: Table,
    progress: Progress = lambda stage, done: None,
    lines: int = 0,
    short_rows: bool = False,
    lines_before: int = 0,
    rules: Sequence[Skipped] = (),
    records: Iterator[Record] | None = None,
) -> Staged:
    """Read record by record. Ragged and broken records are told with line and reason.

    Those that `rules` match are left out. `records` are read instead of the text's own when given.

    With `short_rows`, the tool leaves out empty cells at a record's end, and they are added.
    Lines are counted after `lines_before`.
    """
    _drop(connection)
    names = table.names
    columns = ", ".join(f"{name} varchar" for name in names)
    connection.execute(f"create temp table raw_rows (line bigint, {columns})")
    skipped: list[Aside] = []
    broken: list[Aside] = []
    read = 0
    if records is None:
        records = _after_header(records_of(lines_of(text), table.dialect), table.header_line)
    if rules:
        records = _left_out(records, table, rules)
    while batch := list(islice(records, BATCH)):
        read += len(batch)
        kept = []
        for record in batch:
            cells = _fit(record, len(names), short_rows)
            if isinstance(cells, str):
                line = record.text.rstrip("\r\n")
                aside = Aside(record.line - lines_before, cells, line)
                (skipped if cells in BY_A_RULE else broken).append(aside)
            elif tuple(cells) == table.header:
                skipped.append(Aside(record.line - lines_before, "repeated_header", ""))
            else:
                kept.append((record.line - lines_before, cells))
        _append(connection, kept, names)
        if lines:
            progress("reading", min(batch[-1].line / lines, 1.0))
    _view(connection, exp.column("line"), table)
    return Staged(read, tuple(skipped), tuple(broken))


def _after_header(records: Iterator[Record], header_line: int) -> Iterator[Record]:
    return (record for record in records if record.line > header_line)


def _can_match(rule: Skipped, table: Table) -> bool:
    """Whether the table has a column that the rule looks at."""
    wanted = {comparable(header) for header in rule.headers}
    return not wanted or not wanted.isdisjoint(map(comparable, table.header))


def _left_out(
    records: Iterator[Record], table: Table, rules: Sequence[Skipped]
) -> Iterator[Record]:
    """The records, those that a rule matches marked with its reason."""
    headers = [comparable(cell) for cell in table.header]
    judged = []
    for rule in rules:
        wanted = {comparable(header) for header in rule.headers}
        places = [place for place, header in enumerate(headers) if header in wanted]
        if places or not wanted:
            judged.append((rule, re.compile(rule.pattern, re.IGNORECASE), places))
    for record in records:
        cells = [cell.strip(BLANKS) for cell in record.cells]
        filled = sum(map(bool, cells))
        for rule, pattern, places in judged:
            under = [cells[place] for place in places if place < len(cells)] if places else cells
            if (filled == 1 if rule.alone else filled) and any(map(pattern.search, under)):
                yield replace(record, broken=rule.reason)
                break
        else:
            yield record


def _fit(record: Record, width: int, short_rows: bool) -> list[str] | str:
    """The cells, `width` of them, or the reason why the record has another shape.

    Empty cells beyond the header are a trailing delimiter and are cut off.
    """
    if record.broken:
        return record.broken
    cells = record.cells
    if not any(cell.strip(BLANKS) for cell in cells):
        return "empty_row"
    if len(cells) == width:
        return cells
    if len(cells) < width:
        return cells + [""] * (width - len(cells)) if short_rows else "too_few_cells"
    if any(cell.strip(BLANKS) for cell in cells[width:]):
        return "too_many_cells"
    return cells[:width]


def _append(
    connection: duckdb.DuckDBPyConnection, rows: list[tuple[int, list[str]]], names: list[str]
) -> None:
    if not rows:
        return
    arrays = [pa.array([line for line, _ in rows], pa.int64())]
    for index in range(len(names)):
        arrays.append(pa.array([cells[index] or None for _, cells in rows], pa.string()))
    connection.register("batch", pa.table(arrays, names=["line", *names]))
    connection.execute("insert into raw_rows select * from batch")
    connection.unregister("batch")


def _repeats_header(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether a data record is the header again, or has no cell at all: work for the exact one."""
    again = exp.and_(
        *(
            exp.NullSafeEQ(this=exp.column(name), expression=exp.Literal.string(cell))
            for name, cell in zip(table.names, table.header, strict=True)
            if cell
        )
    )
    empty = exp.and_(*(_blank(name) for name in table.names))
    query = exp.select("1").from_("raw_rows").where(exp.or_(again, empty)).limit(1)
    return connection.execute(query.sql("duckdb")).fetchone() is not None


def _blank(name: str) -> exp.Expr:
    """Whether a cell holds nothing: seen at once where it begins with a visible character."""
    cell = exp.column(name)
    first = exp.func("left", cell, exp.Literal.number(1))
    low, high = exp.Literal.string("!"), exp.Literal.string("~")
    trimmed = exp.Anonymous(this="trim", expressions=[cell.copy(), exp.Literal.string(BLANKS)])
    seen = exp.Case(
        ifs=[exp.If(this=exp.Between(this=first, low=low, high=high), true=exp.false())],
        default=trimmed.eq(""),
    )
    return exp.func("coalesce", seen, exp.true())


def _option(name: str, value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.column(name), expression=value)


def _view(connection: duckdb.DuckDBPyConnection, line: exp.Expr, table: Table) -> None:
    view = exp.Create(
        this=exp.to_table("staged"),
        kind="VIEW",
        replace=True,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        expression=exp.select(
            (exp.column("rowid") + 1).as_("record"), line.as_("line"), *map(exp.column, table.names)
        ).from_("raw_rows"),
    )
    connection.execute(view.sql("duckdb", copy=False))


def _drop(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("drop view if exists temp.staged")
    connection.execute("drop table if exists temp.raw_rows")


def drop_temporary(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Drop temporary tables and views by name, those that exist."""
    found = connection.execute(
        "select table_name, 'table' from duckdb_tables() where temporary "
        "union all select view_name, 'view' from duckdb_views() where temporary"
    ).fetchall()
    for name, kind in found:
        if name in names:
            connection.execute(f"drop {kind} temp.{name}")
