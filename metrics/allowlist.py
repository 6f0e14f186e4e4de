"""The subset of SQL that models and KPIs may use: what the pinning pass can make mean the same
on every engine. Anything else is refused when the catalogue loads, not when a figure is wrong."""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from metrics.errors import VigieError

_STRUCTURE = {
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.With, exp.CTE,
    exp.Subquery, exp.Union, exp.Table, exp.TableAlias, exp.Alias, exp.Column, exp.Identifier,
    exp.Star, exp.Order, exp.Ordered, exp.Distinct, exp.Tuple, exp.Paren, exp.Placeholder,
}  # fmt: skip
_VALUES = {exp.Literal, exp.Null, exp.Boolean, exp.Cast, exp.DataType, exp.DataTypeParam, exp.Var}
_LOGIC = {
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is,
    exp.In, exp.Between, exp.Like, exp.Case, exp.If,
}  # fmt: skip
_ARITHMETIC = {exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.BitwiseAnd, exp.Abs}
_FUNCTIONS = {
    exp.Sum, exp.Count, exp.Min, exp.Max, exp.Coalesce, exp.Nullif, exp.BitwiseOrAgg,
    exp.PercentileCont, exp.DateDiff, exp.Left, exp.Length, exp.Lower, exp.Least, exp.Greatest,
}  # fmt: skip
_WINDOWS = {exp.Window, exp.WindowSpec, exp.RowNumber, exp.Lead, exp.Lag, exp.FirstValue}

ALLOWED: frozenset[type[exp.Expr]] = frozenset(
    _STRUCTURE | _VALUES | _LOGIC | _ARITHMETIC | _FUNCTIONS | _WINDOWS
)

#: The only types a model may cast to: others differ between engines in range or rounding.
TYPES = frozenset({"DATE", "BIGINT", "DOUBLE", "DECIMAL", "VARCHAR", "TEXT", "BOOLEAN", "INT"})

#: What date_diff may count: only these are exact and the same everywhere.
DIFFERENCES = ("DAY", "MICROSECOND")


@lru_cache(maxsize=4096)
def parse(sql: str, place: str, *, into: type[exp.Expr] | None = None) -> exp.Expr:
    """The tree of `sql`, checked against the allow-list. `place` is file:line for the message.

    Definitions are read again and again: one text gives one tree, so copy it before changing it.
    Raises VigieError that names the construct, the place and what may be used instead.
    """
    try:
        tree: exp.Expr = sqlglot.parse_one(sql, read="duckdb", into=into)
    except SqlglotError as error:
        first = str(error).splitlines()[0]
        line = error.errors[0]["line"] if isinstance(error, ParseError) and error.errors else None
        raise VigieError(
            f"{_line_in(place, line)}: this SQL cannot be read: {first}",
            next_step="Mend it and try again.",
        ) from None
    check(tree, place)
    return tree


def _line_in(place: str, line: int | None) -> str:
    """A place with the line in it, where it is a file of SQL; else it already says its line."""
    return f"{place}:{line}" if line and place.endswith(".sql") else place


def _line_of(node: exp.Expr) -> int | None:
    """The line of the first word under a node whose place the parser kept."""
    return next((part.meta["line"] for part in node.walk() if "line" in part.meta), None)


def check(tree: exp.Expr, place: str) -> None:
    """Refuse the first construct of `tree` that is outside the allow-list."""
    for node in tree.walk():
        kind = type(node)
        if kind not in ALLOWED:
            shown, where = node.sql("duckdb"), _line_in(place, _line_of(node))
            raise VigieError(
                f"{where}: '{shown[:80]}' uses {kind.__name__}, which does not mean the same on "
                "every engine.",
                next_step="Write it with the constructs listed in docs/catalogue.md.",
            )
        if kind is exp.DataType and node.this.value not in TYPES:
            raise VigieError(
                f"{place}: a cast to {node.sql('duckdb')} differs between engines.",
                choices=sorted(TYPES),
            )
        if isinstance(node, exp.DateDiff) and node.text("unit").upper() not in DIFFERENCES:
            raise VigieError(
                f"{place}: date_diff counts {node.text('unit')} differently on each engine.",
                choices=DIFFERENCES,
                next_step="Count days between dates or microseconds between moments, and divide.",
            )
