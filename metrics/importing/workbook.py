"""Sheets of an Excel workbook (.xlsx, .xlsm) as text: the values that were last computed."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from metrics.importing.refusal import Refusal
from metrics.importing.rows_text import cell_text, write_row, writing

MOST_ROWS = 1_048_576  # of a sheet, by its own format
LOOKED_AT = 1_000
#: What the library raises for a package that is not what it should be.
BROKEN_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    NotImplementedError,
    OverflowError,
    RecursionError,
)
_FORMULA_WITHOUT_VALUE = re.compile(rb"(</f>|<f\b[^>]*/>)\s*(<v>\s*</v>|<v\s*/>)?\s*</c>")
_OVERLAP = 64


def filled_sheets(path: Path) -> list[str]:
    """The names of the sheets with a value among their first rows, hidden ones too."""
    with _open(path) as book:
        return [
            sheet.title
            for sheet in book.worksheets
            if any(
                value is not None
                for row in islice(sheet.iter_rows(values_only=True), LOOKED_AT)
                for value in row
            )
        ]


def write_sheet(path: Path, name: str, target: Path) -> int:
    """Write a sheet's rows to `target`, row n on line n; gives the number of formulas of the
    workbook whose values were never computed, and are therefore empty. Raises Refusal."""
    with _open(path) as book, writing(target) as file:
        shares: dict[int, bool] = {}  # by style
        for number, row in enumerate(book[name].iter_rows(), 1):
            if number > MOST_ROWS:
                raise Refusal("damaged_archive", example=name)
            cells = [_shown(cell, shares) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            write_row(file, cells)
    return _formulas_without_value(path)


def _shown(cell: Any, shares: dict[int, bool]) -> str:
    """The cell's text: a share that is shown in percent as such, as other files of it write it."""
    value = cell.value
    if type(value) in (int, float):
        style = cell._style_id
        if style not in shares:
            shares[style] = "%" in (cell.number_format or "")
        if shares[style]:
            return f"{cell_text(round(value * 100, 9))}%"
    return cell_text(value)


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    """The workbook, read row by row. Raises Refusal for a broken one."""
    import openpyxl  # most jobs read no workbook, and it takes a tenth of their start

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which nobody reads
            with (
                path.open("rb") as file,
                closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as book,
            ):
                for sheet in book.worksheets:
                    sheet.reset_dimensions()  # what a file says of its own size is often wrong
                yield book
    except (*BROKEN_WORKBOOK, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the workbook
        raise Refusal("damaged_archive", example=str(error)[:80]) from error


def _formulas_without_value(path: Path) -> int:
    found = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with archive.open(name) as content:
                kept = b""
                while block := content.read(1 << 20):
                    text = kept + block
                    last = 0
                    for match in _FORMULA_WITHOUT_VALUE.finditer(text):
                        found, last = found + 1, match.end()
                    kept = text[max(last, len(text) - _OVERLAP) :]
    return found
