"""The expressions that read one bound field's text, cell by cell, in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlglot import exp

from metrics.importing.binding import Binding, BoundField
from metrics.importing.header import comparable
from metrics.importing.profile import Column, Profile
from metrics.importing.values import Reading, read, read_moment


def cell_of(bound: BoundField, table: str | None = None) -> exp.Expr:
    """The field's text: the first of its cells that is not empty."""
    if len(bound.cells) == 1:
        return exp.column(bound.cells[0], table=table)
    return exp.func(
        "coalesce", *(exp.func("clean", exp.column(cell, table=table)) for cell in bound.cells)
    )


def raw_of(bound: BoundField) -> exp.Expr:
    """The text without surrounding space, null when empty or a word for 'missing'."""
    raw = exp.func("clean", cell_of(bound))
    for missing in bound.column.missing:
        raw = exp.func("nullif", raw, exp.Literal.string(missing))
    return raw


def value_of(bound: BoundField) -> exp.Expr:
    column, cell = bound.column, raw_of(bound) if bound.column.missing else cell_of(bound)
    if column.many or column.split:
        return _list(bound)
    match column.read:
        case Reading.MOMENT:
            return read_moment(cell, column.zone, bound.order)
        case Reading.WORD if column.words:
            return _word(column, cell)
        case Reading.TEXT if column.words:
            return exp.func("coalesce", _word(column, cell), exp.func("clean", cell.copy()))
    value = read(cell, column.read, column.mark, bound.order)
    if column.parts == 1:
        return value
    divided = exp.Div(this=value, expression=exp.Literal.number(column.parts))
    return exp.cast(divided, "decimal(28,6)")


def _word(column: Column, cell: exp.Expr) -> exp.Expr:
    text = exp.func("word", cell)
    default = None
    if all(ours.isdigit() for ours in column.words):  # 3 - Autonome
        led = exp.cast(exp.func("labelled", cell.copy()), "varchar")
        known = exp.In(this=led, expressions=[exp.Literal.string(ours) for ours in column.words])
        default = exp.Case(ifs=[exp.If(this=known, true=led.copy())])
    return exp.Case(
        default=default,
        ifs=[
            exp.If(
                this=exp.In(
                    this=text.copy(), expressions=[exp.Literal.string(word) for word in words]
                ),
                true=exp.Literal.string(ours),
            )
            for ours, words in column.words.items()
        ],
    )


def _list(bound: BoundField) -> exp.Expr:
    """The non-empty cells, or parts of one cell, as a list in the file's order."""
    if bound.column.split:
        parts = exp.func(
            "string_split_regex",
            exp.func("coalesce", cell_of(bound), exp.Literal.string("")),
            exp.Literal.string(f"[{re.escape(bound.column.split)}]"),
            dialect="duckdb",
        )
        parts = exp.func("parts_of", parts)
    else:
        parts = exp.func("parts_of", exp.array(*(exp.column(cell) for cell in bound.cells)))
    return parts


def kind_of_identifier(name: str, column: Column) -> str:
    """What a field's identifiers name: users, accounts, persons."""
    return column.namespace or name.removesuffix("_key")


def identifier_of(profile: Profile, bound: BoundField, table: str | None = None) -> exp.Expr:
    """The identifier's text, led by its tool and kind where a column names the tool."""
    if not bound.tool_cell:
        return cell_of(bound, table)
    tool = exp.func(
        "coalesce",
        exp.func("word", exp.column(bound.tool_cell, table=table)),
        exp.Literal.string(profile.tool),
    )
    identifier = exp.func("clean", cell_of(bound, table))
    return exp.Case(
        ifs=[
            exp.If(
                this=identifier.copy().is_(exp.null()).not_(),
                true=exp.func(
                    "concat",
                    tool,
                    exp.Literal.string(f":{kind_of_identifier(bound.name, bound.column)}:"),
                    identifier,
                ),
            )
        ]
    )


def other_cells(binding: Binding) -> exp.Expr:
    """The filled cells of the other columns: a list of member, text and value."""
    profile = binding.profile
    if not binding.others:
        return exp.func("filled_cells", exp.func("no_cells"))
    metrics = {
        comparable(header): metric
        for metric, headers in profile.figures.items()
        for header in headers
    }
    members = [metrics.get(comparable(other.header), other.header) for other in binding.others]
    cells = exp.func(
        "cells_of",
        _texts(members),
        exp.array(*(exp.column(other.cell) for other in binding.others)),
        _texts(profile.other_values),
        _texts(profile.other_values.values()),
        exp.Literal.string(profile.other_mark),
    )
    return exp.func("filled_cells", cells)


def _texts(texts: Iterable[str]) -> exp.Expr:
    return exp.cast(exp.array(*map(exp.Literal.string, texts)), "varchar[]")
