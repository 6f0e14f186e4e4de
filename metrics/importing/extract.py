"""The table in a file: which profile it fits, where its header is, and its rows, staged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import duckdb

from metrics.importing import mended
from metrics.importing.blocks import read_report
from metrics.importing.dataset import DATASETS
from metrics.importing.dialect import Layout, find_layout, lines_of, records_of
from metrics.importing.places import with_places
from metrics.importing.profile import Profile
from metrics.importing.quickbooks import read_profit_and_loss
from metrics.importing.recognise import Match, recognise, second_export
from metrics.importing.refusal import Refusal
from metrics.importing.report import FileTotal
from metrics.importing.source import Source
from metrics.importing.staging import Progress, Staged, Table, stage
from metrics.importing.totals import MOST_TOLD, totals_of
from metrics.importing.two_rows import merge_header_rows

#: Rows of another shape that may be another tool's header.
HEADERS_LOOKED_FOR = 50
#: Files of more rows are not read a second time to add them up.
MOST_ADDED_UP = 100_000


@dataclass(frozen=True)
class Extract:
    """What was found; the rows are in the connection, as `staging` says."""

    match: Match
    table: Table
    staged: Staged
    totals: tuple[FileTotal, ...] = ()  # the file's own, beside what its rows add up to
    above: tuple[str, ...] = ()  # the lines above the header


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
    told = read_report(source.text, profiles) or read_profit_and_loss(source.text)
    layout = (
        told.layout
        if told is not None
        else merge_header_rows(find_layout(source.text, source.delimiter))
    )
    layout, match = _recognised(layout, source.name, profiles, forced)
    recognised(match)
    table = _table(layout, match)
    mended.check(DATASETS[match.profile.dataset], table.header)
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
    totals: tuple[FileTotal, ...] = ()
    if staged.read <= MOST_ADDED_UP and any(row.reason == "total_row" for row in staged.skipped):
        totals = told.totals() if told is not None else _totals(source, table, staged)
    above = tuple(record.text.strip() for record in layout.records[: match.header_index])
    return Extract(match, table, staged, totals[:MOST_TOLD], above)


def _recognised(
    layout: Layout, name: str, profiles: Sequence[Profile], forced: str | None
) -> tuple[Layout, Match]:
    """The profile of a file, by its header, or by its columns' places where it has none."""
    try:
        return layout, recognise(layout, name, profiles, forced)
    except Refusal as refusal:
        if refusal.problem.reason not in ("not_recognised", "profile_does_not_fit"):
            raise
        if (placed := with_places(layout)) is None:
            raise
        try:
            return placed, recognise(placed, name, profiles, forced)
        except Refusal:
            raise refusal from None


def _totals(source: Source, table: Table, staged: Staged) -> tuple[FileTotal, ...]:
    """The last total row of a table, which stands for all of it, beside the sums of its rows."""
    asides = {row.line: row.reason for row in (*staged.skipped, *staged.broken)}
    rows: list[list[str]] = []
    said: list[str] = []
    for record in records_of(lines_of(source.text), table.dialect):
        line = record.line - source.lines_before
        if record.broken or record.line <= table.header_line:
            continue
        if asides.get(line) == "total_row":
            said = record.cells
        elif line not in asides:
            rows.append(record.cells)
    return tuple(totals_of(table.header, rows, said))


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
