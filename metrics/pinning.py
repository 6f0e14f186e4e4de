"""Pins the meaning of allow-listed SQL, so that every engine gives the same figure.

What each rule is for was measured on DuckDB, ClickHouse, Spark and PostgreSQL: integer division,
division by zero, inclusive quantiles, day counts and bit operations all differ silently otherwise.
"""

from __future__ import annotations

from sqlglot import ErrorLevel, exp

DIALECTS = ("duckdb", "clickhouse", "spark", "postgres")


def _as_double(node: exp.Expr) -> exp.Expr:
    return exp.cast(node, exp.DataType.Type.DOUBLE)


def _division(node: exp.Div) -> exp.Expr:
    """Floating point on every engine; a zero denominator gives NULL, never infinity."""
    zero_is_null = exp.Nullif(this=_as_double(node.expression), expression=exp.Literal.number(0))
    return exp.Div(this=_as_double(node.this), expression=zero_is_null, typed=False, safe=False)


def _date_difference(node: exp.DateDiff) -> exp.Expr:
    """Whole days between two local dates, or microseconds between two moments."""
    unit = node.text("unit").upper()
    kind = exp.DataType.Type.DATE if unit == "DAY" else exp.DataType.Type.TIMESTAMP
    return exp.DateDiff(
        this=exp.cast(node.this, kind),
        expression=exp.cast(node.expression, kind),
        unit=exp.var(unit),
    )


def _quantile(node: exp.PercentileCont, dialect: str) -> exp.Expr:
    """Exact and inclusive; ClickHouse and Spark must be asked for it by name."""
    if dialect == "clickhouse":
        return exp.ParameterizedAgg(
            this="quantileExactInclusive", expressions=[node.expression], params=[node.this]
        )
    if dialect == "spark":
        return exp.Anonymous(this="percentile", expressions=[node.this, node.expression])
    return node


def pin(tree: exp.Expr, dialect: str = "duckdb") -> exp.Expr:
    """A copy of `tree` whose constructs mean the same on `dialect` as in the definition."""

    def rule(node: exp.Expr) -> exp.Expr:
        match node:
            case exp.Div() if not isinstance(node.args.get("expression"), exp.Nullif):
                return _division(node)
            case exp.DateDiff() if not isinstance(node.this, exp.Cast):
                return _date_difference(node)
            case exp.PercentileCont():
                return _quantile(node, dialect)
            case exp.BitwiseAnd() if dialect == "clickhouse":
                return exp.Anonymous(this="bitAnd", expressions=[node.this, node.expression])
        return node

    return tree.transform(rule)  # copies


def render(tree: exp.Expr, dialect: str = "duckdb", *, pretty: bool = True) -> str:
    """Pinned SQL text for `dialect`. Raises when the dialect cannot express the tree."""
    return pin(tree, dialect).sql(
        dialect,
        pretty=pretty,
        comments=False,
        unsupported_level=ErrorLevel.RAISE,
        normalize_functions=False,
        copy=False,  # it is a copy already
    )
