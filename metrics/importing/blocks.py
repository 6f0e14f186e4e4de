"""Reports of web analytics: several tables in one file, each under lines that begin with '#'.

Google Analytics writes, above its tables, who and when: a ruled preamble with the property, and
before each table its own period. Its time axis is often an index counted from that period's start.
Here every table's rows become records of one table: property, period, grain, dimension, member, and
a column for each figure of any block, so that they are staged and accounted for as any other rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from metrics.importing.block import Block, settle, unfold
from metrics.importing.dialect import (
    MOST_COLUMNS,
    Dialect,
    Layout,
    Record,
    lines_of,
    records_of,
)
from metrics.importing.header import comparable
from metrics.importing.plain_figures import is_number
from metrics.importing.profile import Profile
from metrics.importing.refusal import Refusal
from metrics.importing.report import FileTotal
from metrics.importing.report_periods import DATED, RANGE, period_of_notes
from metrics.importing.totals import totals_of

COMMAS = Dialect(",")
PLACES = ("property", "period", "grain", "dimension", "member")
BLANK = " \t\r\n;,"  # what is left of a line without cells
LOOKED_AT = 400
LONGEST_NOTE = 500
_RULE = re.compile(r"#\s*-{8,}\s*$")
_EVERYBODY = re.compile(r"(?i)all users|tous les utilisateurs|alle nutzer|todos los usuarios|tutti")


@dataclass(frozen=True)
class Report:
    """A report as one table. `records` reads the file again, so that it may be long."""

    path: Path
    blocks: tuple[Block, ...]
    figures: tuple[str, ...]  # headers of the figure columns

    @property
    def header(self) -> tuple[str, ...]:
        return (*PLACES, *self.figures)

    @property
    def layout(self) -> Layout:
        first = Record(self.blocks[0].line, list(self.header), ",".join(self.header))
        return Layout(COMMAS, (first,), len(self.header))

    def records(self) -> Iterator[Record]:
        """The data rows of every block; totals and tables told twice say so in `broken`."""
        places = {comparable(name): place for place, name in enumerate(self.figures)}
        by_line = {block.line: block for block in self.blocks}
        block = self.blocks[0]
        for kind, record in _told_apart(self.path):
            if kind == "header":
                block = by_line[record.line]
            elif kind == "row":
                yield unfold(block, record, places, len(self.figures))

    def totals(self) -> tuple[FileTotal, ...]:
        """The totals of the tables that give one, with what their rows add up to."""
        found: list[FileTotal] = []
        rows: dict[int, list[list[str]]] = {}
        said: dict[int, list[str]] = {}
        by_line = {block.line: block for block in self.blocks}
        block = self.blocks[0]
        for kind, record in _told_apart(self.path):
            if kind == "header":
                block = by_line[record.line]
            elif kind == "row" and not record.broken:
                cells = [cell.strip() for cell in record.cells]
                if block.dimensions and not any(cells[: block.dimensions]):
                    said.setdefault(block.line, cells)
                else:
                    rows.setdefault(block.line, []).append(cells)
        for line, cells in said.items():
            found += totals_of(by_line[line].header, rows.get(line, []), cells)
        return tuple(found)


def read_report(path: Path, profiles: Sequence[Profile]) -> Report | None:
    """The report in a UTF-8 file, or None when the file is no such report.

    It is one when a ruled preamble leads it, or when its first row names at least three figures
    of a profile that reads reports (people cut the preamble off) and nothing it is `without`.
    """
    known = {name for profile in profiles if profile.blocks for name in _names(profile)}
    others = {
        comparable(header)
        for profile in profiles
        if profile.blocks
        for header in profile.identity.without
    }
    if not known or not _leads(path, known, others):
        return None
    figures = {name for profile in profiles if profile.blocks for name in _figures(profile)}
    said = {name for profile in profiles if profile.blocks for name in _dimensions(profile)}
    blocks = _survey(path)
    for block in blocks:
        settle(block, figures, said)
    filled = [block for block in blocks if block.rows]
    _drop_what_is_told_twice(filled)
    headers: dict[str, str] = {}
    for block in filled:
        for cell in block.header[block.dimensions :]:
            if cell.strip():
                headers.setdefault(comparable(cell), cell.strip())
    if len(headers) > MOST_COLUMNS:
        details = {"columns": str(len(headers)), "most": str(MOST_COLUMNS)}
        raise Refusal("too_many_columns", details=details)
    return Report(path, tuple(blocks), tuple(headers.values())) if blocks else None


def _names(profile: Profile) -> set[str]:
    return _figures(profile) | _dimensions(profile)


def _figures(profile: Profile) -> set[str]:
    return {comparable(header) for headers in profile.figures.values() for header in headers}


def _dimensions(profile: Profile) -> set[str]:
    column = profile.columns["dimension"]
    return {comparable(word) for words in column.words.values() for word in words}


def _leads(path: Path, known: set[str], others: set[str]) -> bool:
    for line in lines_of(path):
        if not line.strip():
            continue
        if line.startswith("#"):
            return _RULE.match(line.rstrip(BLANK)) is not None
        for record in records_of([line], _dialect(path)):
            cells = [comparable(cell) for cell in record.cells]
            told = sum(cell in known for cell in cells)
            return told >= 3 and 2 * told > len(cells) and others.isdisjoint(cells)
    return False


def _dialect(path: Path) -> Dialect:
    """Commas, or what a spreadsheet saved the report with: by its first line that is no note."""
    for line in lines_of(path):
        if line.strip(BLANK) and not line.startswith("#"):
            return Dialect(max(",;\t", key=line.count))
    return COMMAS


def _told_apart(path: Path) -> Iterator[tuple[str, Record]]:
    """Every record as 'note' (begins with '#'), 'header' or 'row'.

    Notes come first in the file, after a blank line or after a note: a page may be called '#1'.
    """
    expected, last_line, width = "note", 0, 0
    for record in records_of(lines_of(path), _dialect(path)):
        if not record.broken and not any(cell.strip() for cell in record.cells):
            expected = "note"
            continue
        if record.line > last_line + 1:
            expected = "note"
        last_line = record.line + record.text.rstrip("\r\n").count("\n")
        if expected == "note" and record.text.lstrip("\ufeff").startswith("#"):
            yield "note", record
            continue
        if expected == "note" and not record.broken and not _has_number(record.cells, width):
            yield "header", record
            width = len(record.cells)
        else:
            yield "row", record
        expected = "row"


def _has_number(cells: list[str], width: int) -> bool:
    """Whether a record after a blank line goes on with the table above instead of heading one."""
    return bool(width) and any(is_number(cell) for cell in cells[1:] if cell.strip())


def _survey(path: Path) -> list[Block]:
    blocks: list[Block] = []
    stream, period, comparison = "", None, ""
    notes: list[str] = []
    for kind, record in _told_apart(path):
        if kind == "note":
            notes.append(record.text.lstrip("\ufeff").rstrip(BLANK)[:LONGEST_NOTE])
            continue
        if kind == "header":
            if notes:
                stream, comparison = _named(notes, stream, comparison)
                period = period_of_notes(notes) or period
                notes = []
            cells = [cell.replace("\ufeff", "").strip() for cell in record.cells]
            while len(cells) > 1 and not cells[-1]:
                cells.pop()
            blocks.append(Block(stream, period, comparison, cells, record.line))
        elif blocks:
            blocks[-1].rows += 1
            if len(blocks[-1].sample) < LOOKED_AT and not record.broken:
                blocks[-1].sample.append([cell.strip() for cell in record.cells])
    return blocks


def _named(notes: list[str], stream: str, comparison: str) -> tuple[str, str]:
    """Property and comparison: of the ruled preamble, or as they were."""
    rules = [place for place, note in enumerate(notes) if _RULE.match(note)]
    if len(rules) < 2:
        return stream, comparison
    texts = [note.lstrip("#").strip() for note in notes[rules[0] + 1 : rules[1]]]
    if any(RANGE.fullmatch(text) for text in texts):
        stream = texts[0]
    else:
        labelled = [text for text in texts[1:] if re.search(r"[:：]", text)]
        stream = re.split(r"[\s\u00a0]*[:：]\s*", labelled[-1], maxsplit=1)[1] if labelled else ""
    after = [note.lstrip("#").strip() for note in notes[rules[1] + 1 :]]
    said = [text for text in after if text and not DATED.fullmatch(text) and "?" not in text]
    return stream, next((text for text in said if not _EVERYBODY.match(text)), "")


def _drop_what_is_told_twice(blocks: list[Block]) -> None:
    """A figure that several tables give for the same dimension counts in the longest of them."""
    told: dict[tuple[object, ...], list[tuple[Block, int]]] = {}
    for block in blocks:
        about = tuple(comparable(cell) for cell in block.header[: block.dimensions])
        for place in range(block.dimensions, len(block.header)):
            key = (block.stream, block.comparison, block.period, about,
                   comparable(block.header[place]))  # fmt: skip
            told.setdefault(key, []).append((block, place))
    for those in told.values():
        best = max(those, key=lambda one: (one[0].rows, len(one[0].header)))
        for block, place in those:
            if (block, place) != best:
                block.given_elsewhere.add(place)
