"""Rows of values, as workbooks, JSON and Parquet have them, written as the text that is read.

One row is one line: a line break inside a cell becomes U+2028, so that a line's number is a row's.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO

DELIMITER = ","
LINE_BREAK = "\u2028"
_BREAKS = re.compile(r"\r\n|\r|\n")
_WRITTEN_OUT = 40  # digits: beyond, a number stays in powers of ten


@contextmanager
def writing(target: Path) -> Iterator[IO[str]]:
    with target.open("w", encoding="utf-8", errors="replace", newline="") as file:
        yield file


def write_row(file: IO[str], cells: Iterable[str]) -> None:
    csv.writer(file, delimiter=DELIMITER, lineterminator="\n").writerow(list(cells))


def one_line(text: str) -> str:
    """The text without line breaks at its ends, and without any that would end the row."""
    if "\n" in text or "\r" in text:
        text = _BREAKS.sub(LINE_BREAK, text.strip("\r\n"))
    return text.replace("\0", "\ufffd") if "\0" in text else text


def scalar_text(value: str | bool | None) -> str:
    """What every kind of file writes alike: a text, true and false, nothing for nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value).lower()


def cell_text(value: object) -> str:
    """A value as text: ISO dates, numbers in digits, true and false, nothing for nothing."""
    match value:
        case None | bool() | str():
            return one_line(scalar_text(value))
        case float():
            return written_out(repr(value))
        case datetime():
            moment = _rounded(value)
            return moment.isoformat(" ") if moment.time() != time() else moment.date().isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            seconds = round(value.total_seconds())
            sign, seconds = "-" if seconds < 0 else "", abs(seconds)
            return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return one_line(str(value))


def written_out(number: str) -> str:
    """A number without an exponent and without an empty fraction: 1.5e-05 → 0.000015, 3.0 → 3."""
    if number.endswith(".0"):
        return number[:-2]
    if "e" not in number.lower():
        return number
    exact = Decimal(number)
    if abs(exact.adjusted()) > _WRITTEN_OUT:
        return number
    return format(exact, "f")


def _rounded(moment: datetime) -> datetime:
    """A spreadsheet keeps moments as fractions of a day: what is almost a second is that second."""
    off = moment.microsecond
    if 1_000 <= off <= 999_000:
        return moment
    rounded = moment.replace(microsecond=0)
    return rounded + timedelta(seconds=1) if off > 999_000 else rounded
