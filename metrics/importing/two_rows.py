"""Headers of two rows: a question, and below it each of its answers or 'Response'.

SurveyMonkey writes the question once, above the first of its columns, and the choices below.
"""

from __future__ import annotations

from dataclasses import replace

from metrics.importing.dialect import Layout, Record
from metrics.importing.header import comparable

#: Lines that may stand above the two rows: a title, a date.
TITLES = 5
#: What stands below a question of one column, in the tool's languages.
PLAIN = frozenset({
    "response", "open-ended response", "réponse", "réponse libre", "réponse ouverte", "antwort",
    "offene antwort", "respuesta", "respuesta abierta", "risposta", "resposta",
})  # fmt: skip


def merge_header_rows(layout: Layout) -> Layout:
    """The layout with two records as one header, where they are one; else as it is.

    They are one when the second leaves the first column to the first, goes on below blanks of the
    first or says 'Response', and a row with a first cell follows. Titles may stand above them.
    """
    for place in range(min(TITLES, len(layout.records) - 3) + 1):
        above, below, row = layout.records[place : place + 3]
        if _are_one(above, below) and not row.broken and row.cells[0].strip():
            return _merged(layout, place)
        if above.broken or sum(bool(cell.strip()) for cell in above.cells) > 1:
            return layout  # no title: a header of one row, or a row
    return layout


def _merged(layout: Layout, first: int) -> Layout:
    above, below = layout.records[first : first + 2]
    names, question = [], ""
    for place, cell in enumerate(below.cells):
        told = above.cells[place].strip() if place < len(above.cells) else ""
        question = told or question
        plain = not cell.strip() or comparable(cell) in PLAIN
        names.append(question if plain else f"{question} [{cell.strip()}]")
    header = replace(below, cells=names)
    records = (*layout.records[:first], header, *layout.records[first + 2 :])
    return replace(layout, records=records)


def _are_one(above: Record, below: Record) -> bool:
    if above.broken or below.broken or len(above.cells) != len(below.cells):
        return False
    if not above.cells[0].strip() or below.cells[0].strip():
        return False
    pairs = [
        (first.strip(), second.strip())
        for first, second in zip(above.cells, below.cells, strict=True)
    ]
    continued = sum(not first and bool(second) for first, second in pairs)
    said = sum(comparable(second) in PLAIN for _, second in pairs)
    return said > 0 or continued >= 2
