"""Headers of two rows: a question, and below it each of its answers or 'Response'.

SurveyMonkey writes the question once, above the first of its columns, and the choices below.
"""

from __future__ import annotations

from dataclasses import replace

from metrics.importing.dialect import Layout, Record
from metrics.importing.header import comparable

#: What stands below a question of one column, in the tool's languages.
PLAIN = frozenset({
    "response", "open-ended response", "réponse", "réponse libre", "réponse ouverte", "antwort",
    "offene antwort", "respuesta", "respuesta abierta", "risposta", "resposta",
})  # fmt: skip


def merge_header_rows(layout: Layout) -> Layout:
    """The layout with its first two records as one header, where they are one; else as it is.

    They are one when the second leaves the first column to the first, goes on below blanks of the
    first or says 'Response', and a row with a first cell follows.
    """
    if len(layout.records) < 3:
        return layout
    above, below, row = layout.records[:3]
    if not _are_one(above, below) or row.broken or not row.cells[0].strip():
        return layout
    names, question = [], ""
    for place, cell in enumerate(below.cells):
        told = above.cells[place].strip() if place < len(above.cells) else ""
        question = told or question
        plain = not cell.strip() or comparable(cell) in PLAIN
        names.append(question if plain else f"{question} [{cell.strip()}]")
    header = replace(below, cells=names)
    return replace(layout, records=(header, *layout.records[2:]))


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
