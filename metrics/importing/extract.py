"""The table in a file: which profile it fits, where its header is, and its rows, staged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import duckdb

from metrics.importing.blocks import read_report
from metrics.importing.dialect import Layout, find_layout, records_of
from metrics.importing.profile import Profile
from metrics.importing.recognise import Match, recognise, second_export
from metrics.importing.refusal import Refusal
from metrics.importing.source import Source
from metrics.importing.staging import Progress, Staged, Table, stage
from metrics.importing.two_rows import merge_header_rows

#: Rows of another shape that may be another tool's header.
HEADERS_LOOKED_FOR = 50


@dataclass(frozen=True)
class Extract:
    """What was found; the rows are in the connection, as `staging` says."""

    match: Match
    table: Table
    staged: Staged


def read_table(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    profiles: Sequence[Profile],
    forced: str | None = None,
    recognised: Callable[[Match], None] = lambda match: None,
    progress: Progress = lambda stage, done: None,
) -> Extract:
    """Recognise the source and stage its rows; `recognised` is told before any row is read.

    Raises Refusal for what is no table, fits no profile, has no row, or holds two exports.
    """
    told = read_report(source.text, profiles)
    layout = (
        told.layout
        if told is not None
        else merge_header_rows(find_layout(source.text, source.delimiter))
    )
    match = recognise(layout, source.name, profiles, forced)
    recognised(match)
    table = _table(layout, match)
    staged = stage(
        connection,
        source,
        table,
        progress,
        match.profile.short_rows,
        match.profile.skipped,
        told.records() if told is not None else None,
    )
    if staged.read == 0:
        raise Refusal("header_only")
    _refuse_two_exports(staged, table, match, source.name, profiles)
    return Extract(match, table, staged)


def _table(layout: Layout, match: Match) -> Table:
    header = layout.records[match.header_index]
    dialect = replace(layout.dialect, quote=match.profile.quote)
    cells = tuple(cell.replace("\ufeff", "") for cell in header.cells)
    while len(cells) > 1 and not cells[-1].strip():  # a trailing delimiter names no column
        cells = cells[:-1]
    lines = header.text.rstrip("\r\n").count("\n")
    return Table(dialect, cells, header.line + lines)


def _refuse_two_exports(
    staged: Staged, table: Table, match: Match, file_name: str, profiles: Sequence[Profile]
) -> None:
    """Raises Refusal when another tool's header stands among the rows of another shape."""
    ragged = [aside for aside in staged.broken if aside.reason.endswith("_cells")]
    records = (
        replace(record, line=aside.line)
        for aside in ragged[:HEADERS_LOOKED_FOR]
        for record in records_of([aside.text], table.dialect)
    )
    found = second_export(records, file_name, profiles, match.profile)
    if found is not None:
        line, other = found
        raise Refusal(
            "two_exports", line=line, details={"first": match.profile.name, "second": other.name}
        )
