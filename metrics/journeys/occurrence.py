"""Matching events laid on intervals: what retention, life cycles and stickiness have in common."""

from __future__ import annotations

from sqlglot import exp

from metrics.journeys import trees
from metrics.journeys.trees import column


def matching(condition: exp.Expr, source: str = "visits") -> exp.Select:
    """The visits of which a condition holds."""
    return exp.select("unit", "cut", "time", "day").from_(source).where(condition)


def on_intervals(
    source: str, *, hours: bool, count: bool = False, having: exp.Expr | None = None
) -> exp.Select:
    """`cut`, `unit`, `interval_index`, once each: in which intervals of `spans` the unit is found.

    `having` is a condition on the number of rows of each.
    """
    keys = (column("cut", "v"), column("unit", "v"), column("interval_index", "p"))
    on: exp.Expr = exp.EQ(this=column("day", "p"), expression=column("day", "v"))
    if hours:
        on = exp.and_(
            on,
            exp.GTE(this=column("time", "v"), expression=column("from_time", "p")),
            exp.LT(this=column("time", "v"), expression=column("until_time", "p")),
        )
    tree = (
        exp.select(*(exp.alias_(key, key.name) for key in keys))
        .from_(exp.alias_(exp.to_table(source), "v", table=True))
        .join(exp.alias_(exp.to_table("spans"), "p", table=True), on=on)
        .group_by(*(key.copy() for key in keys))
    )
    if count:
        tree = tree.select(exp.alias_(trees.rows_counted(), "occurrence_count"))
    return tree.having(having) if having is not None else tree


def firsts(source: str) -> exp.Select:
    """`cut`, `unit` and the time and day of its first row."""
    return (
        exp.select(
            "cut",
            "unit",
            exp.alias_(exp.Min(this=column("time")), "time"),
            exp.alias_(exp.Min(this=column("day")), "day"),
        )
        .from_(source)
        .group_by("cut", "unit")
    )
