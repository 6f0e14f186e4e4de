"""Reports of web analytics: several tables in one file, each under lines that begin with '#'.

Google Analytics writes, above its tables, who and when: a ruled preamble with the property, and
before each table its own period. Its time axis is often an index counted from that period's start.
Here every table's rows become records of one table: property, period, grain, dimension, member, and
a column for each figure of any block, so that they are staged and accounted for as any other rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from babel import Locale

from metrics.importing.dialect import (
    MOST_COLUMNS,
    Dialect,
    Layout,
    Record,
    lines_of,
    records_of,
)
from metrics.importing.header import comparable
from metrics.importing.profile import Profile
from metrics.importing.refusal import Refusal

COMMAS = Dialect(",")
PLACES = ("property", "period", "grain", "dimension", "member")
BLANK = " \t\r\n;,"  # what is left of a line without cells
LOOKED_AT = 400
LONGEST_FIGURE = 60
LONGEST_NOTE = 500
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "pl", "sv")
_RULE = re.compile(r"#\s*-{8,}\s*$")
_RANGE = re.compile(r"(\d{8})\s*[-–]\s*(\d{8})")
_DATED = re.compile(r"(?s).*[:：]\s*(\d{8})")
_UNITS = {
    "hour": "hour|heure|stunde|hora|ora|uur",
    "day": "day|jour|tag|d[ií]a|giorno|dag",
    "week": "week|semaine|woche|semana|settimana",
    "month": "month|mois|monat|mes|m[eê]s|mese|maand",
}
_DURATION = re.compile(r"(\d{1,6}):([0-5]\d):([0-5]\d)")
_AMOUNT = re.compile(r"[^\w\s.,+-]?\s*([+-]?\d[\d.,'\s\u00a0\u202f]*)\s*(%|[^\w\s.,]|[A-Z]{3})?")
_NOTHING = frozenset({"", "-", "—", "#div/0", "#div/0!", "(not available)", "n/a"})
_EVERYBODY = re.compile(r"(?i)all users|tous les utilisateurs|alle nutzer|todos los usuarios|tutti")


@dataclass(frozen=True)
class Period:
    first: date
    last: date

    @property
    def grain(self) -> str:
        """The calendar's name for it where it has one (weeks begin on Mondays), else its days."""
        following = self.last + timedelta(1)
        days = (following - self.first).days
        if days == 1:
            return "day"
        if days == 7 and self.first.isoweekday() == 1:
            return "week"
        if self.first.day == following.day == 1:
            months = 12 * (following.year - self.first.year) + following.month - self.first.month
            if months == 1:
                return "month"
            if months == 12 and self.first.month == 1:
                return "year"
        return f"{days} days"


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
    day_first: bool = True
    cohorts: bool = False
    given_elsewhere: set[int] = field(default_factory=set)


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
                yield _unfold(block, record, places, len(self.figures))


def read_report(path: Path, profiles: Sequence[Profile]) -> Report | None:
    """The report in a UTF-8 file, or None when the file is no such report.

    It is one when a ruled preamble leads it, or when its first row names at least three figures
    of a profile that reads reports (people cut the preamble off).
    """
    known = {name for profile in profiles if profile.blocks for name in _names(profile)}
    if not known or not _leads(path, known):
        return None
    figures = {name for profile in profiles if profile.blocks for name in _figures(profile)}
    said = {name for profile in profiles if profile.blocks for name in _dimensions(profile)}
    blocks = _survey(path)
    for block in blocks:
        _settle(block, figures, said)
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


def _leads(path: Path, known: set[str]) -> bool:
    for line in lines_of(path):
        if not line.strip():
            continue
        if line.startswith("#"):
            return _RULE.match(line.rstrip(BLANK)) is not None
        for record in records_of([line], _dialect(path)):
            told = [comparable(cell) in known for cell in record.cells]
            return sum(told) >= 3 and 2 * sum(told) > len(told)
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
    return bool(width) and any(_number(cell) for cell in cells[1:] if cell.strip())


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
                period = _period(notes) or period
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
    if any(_RANGE.fullmatch(text) for text in texts):
        stream = texts[0]
    else:
        labelled = [text for text in texts[1:] if re.search(r"[:：]", text)]
        stream = re.split(r"[\s\u00a0]*[:：]\s*", labelled[-1], maxsplit=1)[1] if labelled else ""
    after = [note.lstrip("#").strip() for note in notes[rules[1] + 1 :]]
    said = [text for text in after if text and not _DATED.fullmatch(text) and "?" not in text]
    return stream, next((text for text in said if not _EVERYBODY.match(text)), "")


def _period(notes: list[str]) -> Period | None:
    days: list[date] = []
    for note in notes:
        text = note.lstrip("#").strip()
        if found := _RANGE.fullmatch(text):
            days += [day for part in found.groups() if (day := _compact(part))]
        elif (found := _DATED.fullmatch(text)) and (day := _compact(found.group(1))):
            days.append(day)
    return Period(days[0], days[1]) if len(days) >= 2 and days[0] <= days[1] else None


def _compact(text: str) -> date | None:
    try:
        day = datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None
    return day if 1990 <= day.year < 2100 else None


def _settle(block: Block, figures: set[str], said: set[str]) -> None:
    """Which columns tell what a row is about, and what the first of them is."""
    names = [comparable(cell) for cell in block.header]
    for place, name in enumerate(names):
        if name in figures:
            break
        cells = [row[place] for row in block.sample if place < len(row) and row[place]]
        if place and name not in said and all(_number(cell) for cell in cells):
            break
        block.dimensions = place + 1
    first = [row[0] for row in block.sample if row and row[0]]
    if block.dimensions and first:
        index = all(re.fullmatch(r"\d{4,6}", cell) for cell in first) and first[0].startswith("000")
        index = index or (
            names[0].endswith("index") and all(re.fullmatch(r"\d{1,4}", cell) for cell in first)
        )
        if index and block.period:
            block.unit = _unit(names[0], first, block.period)
    for place in range(block.dimensions):
        cells = [row[place] for row in block.sample if place < len(row) and row[place]]
        if block.unit or not cells:
            continue
        if all(_is_date(cell) for cell in cells):
            block.date_column = place
            block.day_first = _day_first(cells, block.period)
            break
    block.cohorts = (
        block.dimensions == 1
        and block.period is not None
        and len(block.header) > 2
        and all(re.search(r"\s0*\d+$", name) for name in names[1:])
        and bool(first)
        and all(_cohort(cell, block.period) for cell in first)
    )


def _unit(name: str, cells: list[str], period: Period) -> str:
    """Of an index: by its name, else by how many there are in the period."""
    for unit, words in _UNITS.items():
        if re.search(rf"\b({words})", name):
            return unit
    most, days = int(max(cells, key=int)), (period.last - period.first).days
    return "day" if most == days else "week" if days // 8 <= most <= days // 7 + 1 else ""


def _is_date(cell: str) -> bool:
    if re.fullmatch(r"\d{8}", cell):
        return _compact(cell) is not None
    return (
        re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})", cell) is not None
    )


def _day_first(cells: list[str], period: Period | None) -> bool:
    """Whether 3/4/2026 is in April: by a day above 12, else by the report's own period."""
    pairs = [
        [int(part) for part in re.split(r"[/.-]", cell)[:2]]
        for cell in cells
        if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d+", cell)
    ]
    if any(first > 12 for first, _ in pairs):
        return True
    if any(second > 12 for _, second in pairs):
        return False
    if period is None:
        return True
    days = [_day(cell, True) for cell in cells]
    return all(day is not None and period.first <= day <= period.last for day in days)


def _day(cell: str, day_first: bool) -> date | None:
    if not _is_date(cell):
        return None
    if re.fullmatch(r"\d{8}", cell):
        return _compact(cell)
    parts = [int(part) for part in re.split(r"[/.-]", cell) if part.isdigit()]
    if len(parts) != 3:
        return None
    if len(cell) >= 10 and cell[4] == "-":
        year, month, day = parts
    else:
        (day, month) = parts[:2] if day_first else (parts[1], parts[0])
        year = parts[2] if parts[2] > 99 else 2000 + parts[2]
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Names and short names of months, in the languages of `LANGUAGES`, without their dot."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names = Locale(language).months[form][width]
                found |= {str(name).rstrip(".").casefold(): month for month, name in names.items()}
    return found


def _cohort(label: str, period: Period | None) -> Period | None:
    """'Jun 14 - Jun 20': the days of that name in the report's own period."""
    parts = re.split(r"\s+[-–]\s+", label)
    if period is None or len(parts) != 2:
        return None
    month: int | None = None
    ends: list[date] = []
    for part in reversed(parts):
        words = re.findall(r"[^\W\d_]+", part)
        named = [_months()[word.casefold()] for word in words if word.casefold() in _months()]
        month = named[0] if named else month
        day = re.search(r"\b\d{1,2}\b", part)
        if month is None or day is None:
            return None
        for year in range(period.first.year, period.last.year + 1):
            try:
                found = date(year, month, int(day.group()))
            except ValueError:
                return None
            if period.first - timedelta(31) <= found <= period.last + timedelta(31):
                ends.append(found)
                break
    if len(ends) != 2 or ends[1] > ends[0]:
        return None
    return Period(ends[1], ends[0])


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


def _unfold(block: Block, record: Record, places: dict[str, int], width: int) -> Record:
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
        period, member = _counted(block.unit, index, period) if index is not None else (None, "")
        about = [(0, member)] if member else []
    elif block.cohorts:
        period, about = _cohort(cells[0], period), []
    elif block.date_column >= 0:
        day = _day(cells[block.date_column], block.day_first)
        period = Period(day, day) if day else None
        about = [pair for pair in about if pair[0] != block.date_column]
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
            values[places[comparable(block.header[place])]] = _plain(text)
    told = [
        block.stream,
        period.first.isoformat() if period else "",
        period.grain if period else "",
        " × ".join(dimension),
        " × ".join(members),
    ]
    return replace(record, cells=told + values)


def _counted(unit: str, index: int, period: Period) -> tuple[Period | None, str]:
    """The period of an index and, of hours, which: weeks begin on Sundays, months on the first,
    and the first and last are cut by the report's period.

    Source: in a year's snapshot each such week has the trailing 7 days' users of its last day.
    """
    first = period.first
    match unit:
        case "hour":
            day = first + timedelta(index // 24)
            return Period(day, day), f"{index % 24:02}"
        case "day":
            start = end = first + timedelta(index)
        case "week":
            start = first - timedelta(first.isoweekday() % 7) + timedelta(7 * index)
            end = start + timedelta(6)
        case _:
            months = first.year * 12 + first.month - 1 + index
            start = date(months // 12, months % 12 + 1, 1)
            end = date((months + 1) // 12, (months + 1) % 12 + 1, 1) - timedelta(1)
    start, end = max(start, first), min(end, period.last)
    return (Period(start, end) if start <= end else None), ""


def _number(text: str) -> bool:
    return len(text) <= LONGEST_FIGURE and (
        text.strip().casefold() in _NOTHING
        or _DURATION.fullmatch(text.strip()) is not None
        or _AMOUNT.fullmatch(text.strip()) is not None
    )


def _plain(text: str) -> str:
    """The figure without the marks of the reader's language: shares as fractions, durations in
    seconds. What is no figure stays as it is, to be told."""
    if len(text) > LONGEST_FIGURE:
        return text
    if text.casefold() in _NOTHING:
        return ""
    if found := _DURATION.fullmatch(text):
        hours, minutes, seconds = (int(part) for part in found.groups())
        return str(3600 * hours + 60 * minutes + seconds)
    found = _AMOUNT.fullmatch(text)
    if not found:
        return text
    digits = _pointed(re.sub(r"['\s\u00a0\u202f]", "", found.group(1)))
    if found.group(2) != "%":
        return digits
    return _hundredth(digits)


def _pointed(digits: str) -> str:
    """With a dot for the decimals. One mark before exactly three digits parts thousands, unless
    it is a dot: tools that write no thousands write decimals so."""
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return digits
    last = marks[-1]
    if len(set(marks)) == 2:
        other = "," if last == "." else "."
        return digits.replace(other, "").replace(last, ".")
    if len(marks) > 1 or (last == "," and re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", digits)):
        return digits.replace(last, "")
    return digits.replace(last, ".")


def _hundredth(digits: str) -> str:
    sign = "-" if digits.startswith("-") else ""
    whole, _, rest = digits.lstrip("+-").partition(".")
    whole = whole.rjust(3, "0")
    return f"{sign}{whole[:-2]}.{whole[-2:]}{rest}"
