"""One table of a web analytics report: what its columns are, and its rows unfolded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from metrics.importing.dialect import Record
from metrics.importing.header import comparable
from metrics.importing.plain_figures import is_number, plain
from metrics.importing.report_periods import (
    Period,
    cohort_of,
    counted,
    day_first_of,
    day_of,
    is_date,
    month_of,
    names_months,
    unit_of_index,
)


@dataclass
class Block:
    """One table: its header and where it begins; what its columns are is settled by its rows."""

    stream: str
    period: Period | None
    comparison: str
    header: list[str]
    line: int
    sample: list[list[str]] = field(default_factory=list)
    rows: int = 0
    dimensions: int = 0  # how many leading columns tell what a row is about
    unit: str = ""  # of the index counted from the period's start, if there is one
    date_column: int = -1
    month_column: int = -1
    day_first: bool = True
    cohorts: bool = False
    given_elsewhere: set[int] = field(default_factory=set)


def settle(block: Block, figures: set[str], said: set[str]) -> None:
    """Which columns tell what a row is about, and what the first of them is."""
    names = [comparable(cell) for cell in block.header]
    for place, name in enumerate(names):
        if name in figures:
            break
        cells = [row[place] for row in block.sample if place < len(row) and row[place]]
        if place and name not in said and all(is_number(cell) for cell in cells):
            break
        block.dimensions = place + 1
    first = [row[0] for row in block.sample if row and row[0]]
    if block.dimensions and first:
        index = all(re.fullmatch(r"\d{4,6}", cell) for cell in first) and first[0].startswith("000")
        index = index or (
            names[0].endswith("index") and all(re.fullmatch(r"\d{1,4}", cell) for cell in first)
        )
        if index and block.period:
            block.unit = unit_of_index(names[0], first, block.period)
    for place in range(block.dimensions):
        cells = [row[place] for row in block.sample if place < len(row) and row[place]]
        if block.unit or not cells:
            continue
        if all(is_date(cell) for cell in cells):
            block.date_column = place
            block.day_first = day_first_of(cells, block.period)
            break
        if names_months(names[place]) and all(month_of(cell, block.period) for cell in cells):
            block.month_column = place
            break
    block.cohorts = (
        block.dimensions == 1
        and block.period is not None
        and len(block.header) > 2
        and all(re.search(r"\s0*\d+$", name) for name in names[1:])
        and bool(first)
        and all(cohort_of(cell, block.period) for cell in first)
    )


def unfold(block: Block, record: Record, places: dict[str, int], width: int) -> Record:
    """The row as cells of the report's one table."""
    cells, size = [cell.strip() for cell in record.cells], len(block.header)
    if record.broken:
        return record
    total = not any(cells[: block.dimensions]) and block.dimensions > 0
    if total and any(cells[block.dimensions :]):
        return replace(record, cells=[], broken="total_row")
    if any(cells[size:]):
        return replace(record, cells=[], broken="too_many_cells")
    if len(cells) < size and not block.cohorts:
        return replace(record, cells=[], broken="too_few_cells")
    if len(block.given_elsewhere) == size - block.dimensions:
        return replace(record, cells=[], broken="table_repeated")
    period, about = block.period, list(enumerate(cells[: block.dimensions]))
    if block.unit and period is not None:
        index = int(cells[0]) if re.fullmatch(r"\d{1,4}", cells[0]) else None
        period, member = counted(block.unit, index, period) if index is not None else (None, "")
        about = ([(0, member)] if member else []) + about[1:]
    elif block.cohorts:
        period, about = cohort_of(cells[0], period), []
    elif block.date_column >= 0:
        day = day_of(cells[block.date_column], block.day_first)
        period = Period(day, day) if day else None
        about = [pair for pair in about if pair[0] != block.date_column]
    elif block.month_column >= 0:
        period = month_of(cells[block.month_column], block.period)
        about = [pair for pair in about if pair[0] != block.month_column]
    dimension = [block.header[place] for place, _ in about]
    members = [text for _, text in about]
    if block.comparison:
        dimension.insert(0, "comparison")
        members.insert(0, block.comparison)
    values = [""] * width
    for place in range(block.dimensions, min(size, len(cells))):
        if place in block.given_elsewhere or not block.header[place]:
            continue
        text = cells[place]
        if not (block.cohorts and text == "-1"):  # a week that is not over yet
            values[places[comparable(block.header[place])]] = plain(text)
    told = [
        block.stream,
        period.first.isoformat() if period else "",
        period.grain if period else "",
        " × ".join(dimension),
        " × ".join(members),
    ]
    return replace(record, cells=told + values)
