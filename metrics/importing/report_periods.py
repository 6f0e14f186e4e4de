"""The days that a report speaks of, as its notes, its index and its cells tell them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel import Locale

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "pl", "sv")
RANGE = re.compile(r"(\d{8})\s*[-–]\s*(\d{8})")
DATED = re.compile(r"(?s).*[:：]\s*(\d{8})")
_WRITTEN_DAY = re.compile(
    r"\b(?P<day>\d{1,2})\.? (?:de )?(?P<word>[^\W\d_]+\.?),? (?:de )?(?P<year>\d{4})\b"
    r"|\b(?P<first>[^\W\d_]+\.?) (?P<d>\d{1,2}), (?P<of>\d{4})\b"
    r"|\b(?P<iso>\d{4})-(?P<month>\d{2})-(?P<n>\d{2})\b"
)
_UNITS = {
    "hour": "hour|heure|stunde|hora|ora|uur",
    "day": "day|jour|tag|d[ií]a|giorno|dag",
    "week": "week|semaine|woche|semana|settimana",
    "month": "month|mois|monat|mes|m[eê]s|mese|maand",
}


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


def period_of_notes(notes: list[str]) -> Period | None:
    days: list[date] = []
    for note in notes:
        text = note.lstrip("#").strip()
        if found := RANGE.fullmatch(text):
            days += [day for part in found.groups() if (day := compact_day(part))]
        elif (found := DATED.fullmatch(text)) and (day := compact_day(found.group(1))):
            days.append(day)
    return Period(days[0], days[1]) if len(days) >= 2 and days[0] <= days[1] else None


def period_told(text: str) -> Period | None:
    """The period that a line above a table tells: '27 January 2026 - 23 February 2026', 'Jan 27,
    2026 – Feb 23, 2026', '2026-01-27 - 2026-02-23'; None when it is no such line."""
    days = [
        day
        for found in _WRITTEN_DAY.finditer(text)
        if (day := _written(found.groupdict())) is not None
    ]
    return Period(*days) if len(days) == 2 and days[0] <= days[1] else None


def _written(found: dict[str, str | None]) -> date | None:
    word = (found["word"] or found["first"] or "").rstrip(".").casefold()
    month = int(found["month"]) if found["month"] else _months().get(word)
    year, day = (
        found["year"] or found["of"] or found["iso"],
        found["day"] or found["d"] or found["n"],
    )
    try:
        return date(int(year or 0), month or 0, int(day or 0))
    except ValueError:
        return None


def compact_day(text: str) -> date | None:
    try:
        day = datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None
    return day if 1990 <= day.year < 2100 else None


def unit_of_index(name: str, cells: list[str], period: Period) -> str:
    """Of an index: by its name, else by how many there are in the period."""
    for unit, words in _UNITS.items():
        if re.search(rf"\b({words})", name):
            return unit
    most, days = int(max(cells, key=int)), (period.last - period.first).days
    return "day" if most == days else "week" if days // 8 <= most <= days // 7 + 1 else ""


def is_date(cell: str) -> bool:
    if re.fullmatch(r"\d{8}", cell):
        return compact_day(cell) is not None
    return (
        re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})", cell) is not None
    )


def names_months(header: str) -> bool:
    return re.search(rf"\b({_UNITS['month']})", header) is not None


def month_of(cell: str, period: Period | None) -> Period | None:
    """'202603', or '03' where the report's own period has one such month: cut by that period."""
    if found := re.fullmatch(r"((?:19|20)\d\d)(0[1-9]|1[0-2])", cell):
        months = [(int(found[1]), int(found[2]))]
    elif period is not None and re.fullmatch(r"0?[1-9]|1[0-2]", cell):
        months = [
            (year, int(cell))
            for year in range(period.first.year, period.last.year + 1)
            if period.first.replace(day=1) <= date(year, int(cell), 1) <= period.last
        ]
    else:
        return None
    if len(months) != 1:
        return None
    [(year, month)] = months
    first = date(year, month, 1)
    last = (first + timedelta(31)).replace(day=1) - timedelta(1)
    if period is not None:
        first, last = max(first, period.first), min(last, period.last)
    return Period(first, last) if first <= last else None


def day_first_of(cells: list[str], period: Period | None) -> bool:
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
    days = [day_of(cell, True) for cell in cells]
    return all(day is not None and period.first <= day <= period.last for day in days)


def day_of(cell: str, day_first: bool) -> date | None:
    if not is_date(cell):
        return None
    if re.fullmatch(r"\d{8}", cell):
        return compact_day(cell)
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


def cohort_of(label: str, period: Period | None) -> Period | None:
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


def counted(unit: str, index: int, period: Period) -> tuple[Period | None, str]:
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
