"""Files whose first line already is a row: their columns go by their places, '#1', '#2' and so on.

No profile of ours knows such headers; one that a person made by mapping such a file does.
"""

from __future__ import annotations

import re
from dataclasses import replace

from metrics.importing.dialect import Layout, Record

LOOKED_AT = 200
NEARLY_ALL = 0.8
_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{8})([ T].*)?"
)
_NUMBER = re.compile(r"[-+(]?[\d.,\s\u00a0\u202f]*\d\s*[%€$£)]?")
_PLACE = re.compile(r"#\d+")


def with_places(layout: Layout) -> Layout | None:
    """The layout with its columns' places as a header, or None where its first row is none of data.

    It is one when it has a date above dates, or figures above figures and no word above figures or
    dates: a header of years or of the steps of a scale has such words.
    """
    usual = [
        record for record in layout.records
        if not record.broken and len(record.cells) == layout.width
    ]  # fmt: skip
    if len(usual) < 2 or not _is_data(usual[0], usual[1 : 1 + LOOKED_AT]):
        return None
    cells = [f"#{place + 1}" for place in range(layout.width)]
    return replace(layout, records=(Record(0, cells), *layout.records))


def is_place(header: str) -> bool:
    return _PLACE.fullmatch(header) is not None


def shape_of(text: str) -> str:
    """A pattern that texts of the same kind match: digits and letters, however many of them."""
    kinds = re.sub(r"\d+", "0", re.sub(r"[^\W\d_]+", "a", text.strip()))
    return "".join({"0": r"\d+", "a": r"[^\W\d_]+"}.get(sign, re.escape(sign)) for sign in kinds)


def _is_data(first: Record, below: list[Record]) -> bool:
    figures = named = 0
    for place, cell in enumerate(first.cells):
        under = [record.cells[place].strip() for record in below if record.cells[place].strip()]
        if not under:
            continue
        dates = _share(_DATE, under) >= NEARLY_ALL
        if dates and _DATE.fullmatch(cell.strip()):
            return True
        if not dates and _share(_NUMBER, under) < NEARLY_ALL:
            continue
        is_figure = _NUMBER.fullmatch(cell.strip()) and not re.fullmatch(
            r"(19|20)\d\d|\d", cell.strip()
        )
        figures += bool(is_figure)
        named += not is_figure
    return figures > 0 and not named


def _share(pattern: re.Pattern[str], cells: list[str]) -> float:
    return sum(pattern.fullmatch(cell) is not None for cell in cells) / len(cells)
