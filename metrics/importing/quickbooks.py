"""QuickBooks' Profit and Loss: an outline of accounts, a column a month, under a title.

Here every line of an account becomes a record: the section it stands under, the side on which it is
booked and a figure a month, so that it is staged and accounted for as any other row. Headings,
totals and the footer say so in `broken`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metrics.importing.dialect import Dialect, Layout, Record, lines_of, records_of
from metrics.importing.header import comparable
from metrics.importing.refusal import Refusal
from metrics.importing.report import FileTotal

COMMAS = Dialect(",")
PLACES = ("QuickBooks account", "Section", "Side")
HEADER_WITHIN = 12
#: Sections of the outline: what their accounts are called here, and the side that adds to profit.
SECTIONS = {
    "income": ("income", "c"),
    "revenue": ("income", "c"),
    "cost of goods sold": ("cost of goods sold", "d"),
    "cost of sales": ("cost of goods sold", "d"),
    "expenses": ("expenses", "d"),
    "expense": ("expenses", "d"),
    "other income": ("other income", "c"),
    "other expenses": ("other expenses", "d"),
    "other expense": ("other expenses", "d"),
}
_TITLE = re.compile(r"profit (and|&) loss|income statement|p&l", re.IGNORECASE)
_LEDGER = re.compile(r"general ledger|transaction detail by account", re.IGNORECASE)
_TOTAL = re.compile(
    r"total\b.*|gross profit|net (ordinary |operating |other )?income|net earnings|profit",
    re.IGNORECASE,
)
_BASIS = re.compile(r"\b(accrual|cash) basis\b", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"(?P<name>[a-z]{3})[a-z]*\.?(?: \d{1,2}(?: ?- ?(?P<to>[a-z]{3})?[a-z]*\.? ?\d{1,2})?,?)?"
    r" (?P<year>\d{4})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ProfitAndLoss:
    """A report as one table: `months` are the columns that bear a month, by place."""

    path: Path
    line: int  # of its header
    months: dict[int, str]

    @property
    def header(self) -> tuple[str, ...]:
        return (*PLACES, *self.months.values())

    @property
    def layout(self) -> Layout:
        first = Record(self.line, list(self.header), ",".join(self.header))
        return Layout(COMMAS, (first,), len(self.header))

    def records(self) -> Iterator[Record]:
        """Every line below the header, accounts with their section; others say what they are."""
        section, side = "", ""
        for record in records_of(lines_of(self.path), COMMAS):
            if record.line <= self.line:
                continue
            name = record.cells[0].strip() if record.cells else ""
            filled = any(cell.strip() for cell in record.cells[1:])
            cells = [name, section, side]
            cells += [
                record.cells[place].strip() if place < len(record.cells) else ""
                for place in self.months
            ]
            told = comparable(name)
            if record.broken:
                broken = record.broken
            elif _BASIS.search(record.text):
                broken = "footer_row"
            elif _TOTAL.fullmatch(told):
                broken = "total_row"
            elif not filled:
                broken = "heading_row"
                section, side = SECTIONS.get(told, (section, side))
            elif not any(cells[len(PLACES) :]):
                broken = "empty_row"
            else:
                broken = ""
                cells[0] = f"{section}:{name}"
            yield Record(record.line, cells, record.text, broken)

    def totals(self) -> tuple[FileTotal, ...]:
        """Its totals are of sections and of differences: none of a whole column."""
        return ()


def read_profit_and_loss(path: Path) -> ProfitAndLoss | None:
    """The report in a UTF-8 file, or None when the file is no such report.

    Raises Refusal when it tells several months as one, which cannot be told apart, and for the
    general ledger, which does not say which accounts are income or cost.
    """
    above: list[str] = []
    for record in records_of(lines_of(path), COMMAS):
        if record.broken or len(above) > HEADER_WITHIN:
            return None
        cells = [" ".join(cell.split()) for cell in record.cells]
        named = [cell for cell in cells[1:] if cell]
        if any(_LEDGER.fullmatch(text) for text in above) and "Transaction type" in cells:
            raise Refusal("ledger_without_kinds", line=record.line)
        if named and cells[0].casefold() in ("", "distribution account"):
            return _headed(path, record.line, cells, above)
        above += [cell for cell in cells if cell]
    return None


def _headed(path: Path, line: int, cells: list[str], above: list[str]) -> ProfitAndLoss | None:
    if not any(_TITLE.search(text) for text in above):
        return None
    months = {place: month for place, cell in enumerate(cells) if (month := month_of(cell))}
    spans = [cell for cell in cells[1:] if re.search(r"\d{4}", cell) and not month_of(cell)]
    whole = [place for place, cell in enumerate(cells) if comparable(cell) == "total"]
    if not months and not spans and whole:
        period = above[-1] if above else ""
        told = month_of(period)
        months, spans = ({whole[0]: told}, []) if told else ({}, [period])
    if spans:
        raise Refusal("months_as_one", line=line, example=spans[0])
    return ProfitAndLoss(path, line, months) if months else None


def month_of(text: str) -> str:
    """The month that a header names, whole or in part, as 2025-01; '' where it names none, or more
    than one."""
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        return ""
    name, to = found["name"].casefold(), (found["to"] or found["name"]).casefold()
    if name not in _MONTHS or to != name:
        return ""
    return f"{found['year']}-{_MONTHS.index(name) + 1:02}"
