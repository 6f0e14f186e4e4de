"""From tries to people: how far each got at best, and how long that took."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlglot import exp

from metrics.journeys import trees
from metrics.journeys.trees import column, flag

UNIT = ("unit", "cut")


def counted(
    parts: Mapping[str, exp.Expr], count: int, since: date | None, until: date | None
) -> exp.Select:
    """One row per cut: `units_i`, `mean_i` and `median_i` of each step, from the query `tries`.

    A unit's time at a step is its mean over the tries that reach the furthest step it ever reached.
    """
    inside: list[exp.Expr] = [
        kind(this=column("day"), expression=exp.cast(exp.Literal.string(str(day)), "DATE"))
        for kind, day in ((exp.GTE, since), (exp.LTE, until))
        if day is not None
    ]
    furthest = exp.Window(
        this=exp.Max(this=column("reached")), partition_by=[column(name) for name in UNIT]
    )
    times = [f"seconds_{step}" for step in range(2, count + 1)]
    compared = exp.select(*UNIT, "reached", *times, exp.alias_(furthest, "furthest")).from_("tries")
    if inside:
        compared = compared.where(exp.and_(*inside))
    people = exp.select(*UNIT, "furthest")
    for name in times:
        mean = exp.Div(this=trees.total(column(name)), expression=trees.rows_counted())
        people = people.select(exp.alias_(mean, name))
    people = (
        people.from_("compared")
        .where(exp.EQ(this=column("reached"), expression=column("furthest")))
        .group_by(*UNIT, "furthest")
    )
    last = exp.select(trees.typed(column("cut"), "VARCHAR", "cut"))
    for step in range(1, count + 1):
        there = flag(exp.GTE(this=column("furthest"), expression=exp.Literal.number(step)))
        last = last.select(trees.typed(trees.total(there), "BIGINT", f"units_{step}"))
    for step, name in enumerate(times, 2):
        mean = exp.Div(
            this=trees.total(column(name)), expression=exp.Count(this=column(name), big_int=True)
        )
        median = exp.PercentileCont(this=column(name), expression=exp.Literal.number("0.5"))
        last = last.select(
            trees.typed(mean, "DOUBLE", f"mean_{step}"),
            trees.typed(median, "DOUBLE", f"median_{step}"),
        )
    last = last.from_("people").group_by("cut")
    return trees.with_ctes(last, {**parts, "compared": compared, "people": people})
