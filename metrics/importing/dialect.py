"""How a text file is laid out: its delimiter, its quoting, and its first records.

Decided on a sample with the same record reader that will read the file, so that nothing is
recognised in one way and read in another.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from metrics.importing.refusal import Refusal

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_RECORDS = 400
MOST_COLUMNS = 2_000
LONGEST_RECORD_LINES = 2_000
LEAST_RECORD_LINES = 20

# The module's own limit of 128 KiB a cell is below what a description in a tracker may hold.
csv.field_size_limit(1 << 26)


@dataclass(frozen=True)
class Dialect:
    """`quote` is '"', or '' where quotes are ordinary characters."""

    delimiter: str
    quote: str = '"'


@dataclass(frozen=True)
class Record:
    """One record: its first line, counted from 1, and its cells; or why it cannot be read."""

    line: int
    cells: list[str]
    text: str = ""
    broken: str = ""  # a reason, when the cells cannot be told apart


@dataclass(frozen=True)
class Layout:
    """What the first records of a file look like; blank lines are left out."""

    dialect: Dialect
    records: tuple[Record, ...]
    width: int  # the usual number of cells


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file, each with its end."""
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        yield from file


def records_of(lines: Iterable[str], dialect: Dialect) -> Iterator[Record]:
    """Every record of the text, blank lines left out; a broken one is told, not dropped.

    A quote that never closes breaks the line on which it opens, not the rest of the file.
    """
    numbered = enumerate(lines, 1)
    waiting: list[tuple[int, str]] = []
    reach = LONGEST_RECORD_LINES
    while True:
        try:
            number, line = waiting.pop() if waiting else next(numbered)
        except StopIteration:
            return
        if not line.strip(" \r\n\ufeff"):
            continue
        if not dialect.quote or '"' not in line:
            yield Record(number, line.rstrip("\r\n").split(dialect.delimiter), line)
            continue
        taken = [(number, line)]

        def following(taken: list[tuple[int, str]] = taken, reach: int = reach) -> Iterator[str]:
            yield taken[0][1]
            while len(taken) < reach:
                after = waiting.pop() if waiting else next(numbered, None)
                if after is None:
                    return
                taken.append(after)
                yield after[1]

        cells, problem = _parse(following(), dialect)
        if problem:
            # What was read ahead is given back; where that keeps failing, less is read ahead.
            waiting.extend(reversed(taken[1:]))
            if len(taken) > 1:
                reach = max(reach // 2, LEAST_RECORD_LINES)
            yield Record(number, cells, line, problem)
        else:
            yield Record(number, cells, "".join(text for _, text in taken))


def _parse(lines: Iterator[str], dialect: Dialect) -> tuple[list[str], str]:
    """The cells of one record, and why it cannot be parsed ('' when it can)."""
    try:
        return next(csv.reader(lines, delimiter=dialect.delimiter, strict=True)), ""
    except csv.Error as error:
        unclosed = "unexpected end of data" in str(error)
        return [], "unclosed_quote" if unclosed else "stray_quote"


def find_layout(path: Path, known_delimiter: str = "") -> Layout:
    """The layout of a UTF-8 text file. Raises Refusal when it holds no table."""
    sample = _sample(path)
    scored: list[tuple[float, int, Layout]] = []
    for delimiter in (known_delimiter,) if known_delimiter else DELIMITERS:
        for quote in ('"', "") if delimiter in "\t|" else ('"',):
            layout = _try(sample, Dialect(delimiter, quote))
            if layout.width > 1 and not _cuts_quotes(layout):
                scored.append((_regularity(layout), -len(scored), layout))
    if not scored:
        raise Refusal("one_column", example=sample[0][:80].strip() if sample else "")
    best = max(scored)[2]
    if best.width > MOST_COLUMNS:
        raise Refusal(
            "too_many_columns", details={"columns": str(best.width), "most": str(MOST_COLUMNS)}
        )
    return best


def _sample(path: Path) -> list[str]:
    lines, size = [], 0
    for line in lines_of(path):
        lines.append(line)
        size += len(line)
        if len(lines) >= 4 * SAMPLE_RECORDS or size > 1 << 21:
            break
    return lines


def _try(sample: list[str], dialect: Dialect) -> Layout:
    records = []
    for record in records_of(sample, dialect):
        records.append(record)
        if len(records) == SAMPLE_RECORDS:
            break
    widths = Counter(len(record.cells) for record in records if not record.broken)
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    if usual == 1:  # a short table among its notes
        tables = [width for width in widths if width > 2 and widths[width] > 1]
        usual = max(tables, key=lambda width: (widths[width], width), default=1)
    return Layout(dialect, tuple(records), usual)


def _cuts_quotes(layout: Layout) -> bool:
    """Whether the delimiter mostly stands inside of quotes, as the tabs of Amplitude's texts do."""
    alone = sum(record.cells[:1] == ['"'] for record in layout.records)
    return not layout.dialect.quote and 2 * alone > len(layout.records)


def _regularity(layout: Layout) -> float:
    """The share of records of the usual width, weighed by how much that width says."""
    usual = sum(len(record.cells) == layout.width for record in layout.records)
    return usual / len(layout.records) * (1 - 1 / layout.width)
