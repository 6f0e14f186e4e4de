"""A file that no profile knows, looked at: where its header is and what its columns hold."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb

from metrics.engines import open_facts
from metrics.importing.accounting import mask
from metrics.importing.container import Part
from metrics.importing.dialect import Layout, Record, find_layout
from metrics.importing.header import comparable
from metrics.importing.places import is_place, with_places
from metrics.importing.recognise import HEADER_WITHIN
from metrics.importing.refusal import Refusal
from metrics.importing.source import open_source
from metrics.importing.two_rows import merge_header_rows
from metrics.importing.values import prepare

Holds = Literal["nothing", "date", "number", "flag", "address", "text"]
EXAMPLES = 3
LONGEST_EXAMPLE = 40
#: What stands between the first and the last day where one cell holds both.
RANGE = "→"
#: The share of a column's filled cells that must read as what it is said to hold.
NEARLY_ALL = 0.8
#: How a row of totals begins, or ends after its period: it says nothing of what its columns hold.
TOTAL = (
    r"^(grand |sub)?totals?( g[eé]n[eé]ral)?$|^(sous-)?totaux|^total |^gesamt|^summe$|^totale\b"
    r"|^(sous|sub)[- ]total\b|^(\S+ )?\d[\d/.-]* (sub)?total$"
)
#: A moment between 2001 and 2033, in seconds or smaller parts, or in a spreadsheet's days.
SINCE_1970 = re.compile(r"1\d{9}(\.\d+)?|1\d{12}|1\d{15}|4\d{4}([.,]\d+)?")
_ADDRESS = re.compile(r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$")


@dataclass(frozen=True)
class SeenColumn:
    """One column of the sample. `values` are its distinct filled cells, the most frequent first;
    `comma` says that its decimals are written with one."""

    header: str
    place: int
    holds: Holds
    filled: int
    values: tuple[str, ...]
    comma: bool = False
    is_period: bool = False  # whether the header itself names a period, such as 2026-11

    @property
    def has_ranges(self) -> bool:
        """Whether a cell holds two dates, the first and the last, as those of Notion do."""
        return self.holds == "date" and any(RANGE in value for value in self.values)

    @property
    def examples(self) -> tuple[str, ...]:
        """A few of its values, without personal data."""
        if self.holds == "address":
            return ("‹e-mail›",)
        return tuple(mask(value)[:LONGEST_EXAMPLE] for value in self.values[:EXAMPLES])


@dataclass(frozen=True)
class SeenTable:
    """The table that a file seems to hold, from its first rows: `records` without the header."""

    name: str
    columns: tuple[SeenColumn, ...]
    records: tuple[tuple[str, ...], ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that can be told apart, in the file's order."""
        return tuple(dict.fromkeys(column.header for column in self.columns if column.header))

    def column(self, header: str) -> SeenColumn | None:
        wanted = comparable(header)
        return next((each for each in self.columns if comparable(each.header) == wanted), None)


def look(file: Path | Part) -> SeenTable:
    """The table of a file's first rows. Raises Refusal when it holds none, or one that has no
    header."""
    with open_source(file) as source:
        layout = merge_header_rows(find_layout(source.text, source.delimiter))
    with closing(open_facts(None)) as connection:
        prepare(connection, ZoneInfo("UTC"), "EUR", b"\0" * 32)
        return _table(connection, layout, file.name)


def _table(connection: duckdb.DuckDBPyConnection, layout: Layout, name: str) -> SeenTable:
    records, index = _from_header(connection, layout)
    header = [cell.replace("\ufeff", "").strip() for cell in records[index].cells]
    while header and not header[-1]:
        header.pop()
    rows = tuple(
        tuple(record.cells) for record in records[index + 1 :] if len(record.cells) >= len(header)
    )
    if not rows:
        raise Refusal("header_only")
    periods = _kinds(connection, [[cell] for cell in header])
    own = [row for row in rows if not any(re.match(TOTAL, comparable(cell)) for cell in row)
           and [cell.strip() for cell in row[: len(header)]] != header]  # fmt: skip
    cells = [[row[place].strip() for row in own if row[place].strip()]
             for place in range(len(header))]  # fmt: skip
    kinds = _kinds(connection, cells)
    kinds = [
        "date" if kind == "number" and (_counts_time(told, values) or _are_years(told, values))
        else kind
        for kind, told, values in zip(kinds, header, cells, strict=True)
    ]  # fmt: skip
    semicolons = layout.dialect.delimiter == ";"
    columns = tuple(
        SeenColumn(
            told,
            place,
            kinds[place],
            len(cells[place]),
            tuple(value for value, _ in Counter(cells[place]).most_common()),
            kinds[place] == "number" and _comma(cells[place], semicolons),
            periods[place] == "date" or re.fullmatch(r"(19|20)\d\d", told) is not None,
        )
        for place, told in enumerate(header)
    )
    return SeenTable(name, columns, rows)


def _counts_time(header: str, cells: list[str]) -> bool:
    """Whether a column holds seconds since 1970, or thousandths or millionths of them."""
    named = re.search(
        r"time|date|moment|heure|zeit|fecha|\bat\b|_at$|created|updated", comparable(header)
    )
    return named is not None and all(SINCE_1970.fullmatch(cell) for cell in cells)


def _are_years(header: str, cells: list[str]) -> bool:
    """Whether a column holds years, under a header that says so."""
    named = re.fullmatch(
        r"(fiscal )?year|an(née)?|exercice|jahr|año|anno|ano|jaar", comparable(header)
    )
    return named is not None and all(re.fullmatch(r"(19|20)\d\d", cell) for cell in cells)


def _from_header(connection: duckdb.DuckDBPyConnection, layout: Layout) -> tuple[list[Record], int]:
    """The records and which of them is the header; of a file without one, its columns' places."""
    records = [record for record in layout.records if not record.broken]
    if all(map(is_place, records[0].cells)):
        return records, 0
    placed = with_places(layout)
    try:
        index = _header(connection, records, _filled_width(records, layout.width))
    except Refusal:
        if placed is None:
            raise
    else:
        usual = next(each for each in records if len(each.cells) == layout.width)
        if placed is None or records[index] is not usual:
            return records, index
    return [record for record in placed.records if not record.broken], 0


def _filled_width(records: list[Record], width: int) -> int:
    """The usual width without the cells at the end that are empty in every such record: behind a
    delimiter that ends the rows, and not the header."""
    usual = [record.cells for record in records if len(record.cells) == width]
    while width > 1 and not any(cells[width - 1].strip() for cells in usual):
        width -= 1
    return width


def _header(connection: duckdb.DuckDBPyConnection, records: list[Record], width: int) -> int:
    """The first record of the usual width whose cells are names, or a name and then periods."""
    for index, record in enumerate(records[:HEADER_WITHIN]):
        cells = [cell.strip() for cell in record.cells]
        while cells and not cells[-1]:
            cells.pop()
        if len(record.cells) < width or len(cells) < 2 or len(cells) < width / 2:
            continue
        kinds = _kinds(connection, [[cell] if cell else [] for cell in cells])
        names = sum(kind == "text" for kind in kinds)
        dated = sum(kind == "date" or re.fullmatch(r"(19|20)\d\d", cell) is not None
                    for kind, cell in zip(kinds, cells, strict=True))  # fmt: skip
        filled = sum(bool(cell) for cell in cells)
        distinct = len({comparable(cell) for cell in cells if cell})
        if filled < len(cells) - 1 or distinct < 0.5 * filled:
            continue
        if names >= 0.8 * filled or (kinds[0] in ("text", "nothing") and names + dated == filled):
            return index
    first = next((", ".join(each.cells) for each in records if len(each.cells) == width), "")
    raise Refusal("no_header", example=mask(first)[:200])


def _kinds(connection: duckdb.DuckDBPyConnection, columns: list[list[str]]) -> list[Holds]:
    """What the cells of each column hold, by the very readers that will read them."""
    long = [(place, cell) for place, cells in enumerate(columns) for cell in dict.fromkeys(cells)]
    found: list[Holds] = ["nothing"] * len(columns)
    if not long:
        return found
    places, texts = [place for place, _ in long], [cell for _, cell in long]
    counted = connection.execute(
        "select place, count(*), "
        "count_if(read_decimal(cell, 'dot') is not null), "
        "count_if((coalesce(read_day(first, 'dmy'), read_day(first, 'mdy')) is not null "
        "and not regexp_full_match(first, '1\\d{9,15}(\\.\\d+)?|4\\d{4}([.,]\\d+)?')) "
        "or is_period(trim(cell))), "
        "count_if(read_flag(cell) is not null) "
        "from (select place, cell, regexp_extract(cell, '^[^→]*') as first from ("
        "select unnest(?::integer[]) as place, unnest(?::varchar[]) as cell)) group by place",
        [places, texts],
    ).fetchall()
    for place, distinct, numbers, dates, flags in counted:
        if dates >= NEARLY_ALL * distinct:
            found[place] = "date"
        elif flags == distinct and distinct <= 2 and numbers < distinct:
            found[place] = "flag"
        elif numbers >= NEARLY_ALL * distinct:
            found[place] = "number"
        elif sum(bool(_ADDRESS.match(cell)) for cell in columns[place]) >= 0.5 * len(
            columns[place]
        ):
            found[place] = "address"
        else:
            found[place] = "text"
    return found


def _comma(cells: list[str], semicolons: bool) -> bool:
    """Whether a column's decimals are written with a comma. A file told apart by semicolons most
    likely is one of those countries that write them so."""
    if any(re.search(r"\d\.(\d{1,2}|\d{4,})(\D|$)", cell) for cell in cells):
        return False
    decimal = any(re.search(r"\d,(\d{1,2}|\d{4,})(\D|$)|\.\d{3},\d", cell) for cell in cells)
    return decimal or semicolons
