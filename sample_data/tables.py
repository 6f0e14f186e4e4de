"""Writing export files: the same bytes for the same rows, whatever the machine."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path


def write_csv(
    path: Path,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    line_end: str = "\n",
    quote_all: bool = False,
) -> Path:
    """Write one table. None is an empty cell; other values are as `str` gives them, so days and
    moments (without microseconds) are in ISO form."""
    with path.open("w", encoding=encoding, newline="") as file:
        if encoding == "utf-16-le":
            file.write("\ufeff")
        writer = csv.writer(
            file,
            delimiter=delimiter,
            lineterminator=line_end,
            quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
        )
        writer.writerow(headers)
        writer.writerows(rows)
    return path


def compact(number: float) -> str:
    """A number without useless zeros: 3, 0.5."""
    return f"{number:g}"
