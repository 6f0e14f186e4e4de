"""The closed set of kinds: the SQL shape of each, what it reads and gives, which days it needs.

Every shape reads `facts` (the KPI's own rows: member, cut and the columns listed here), the sets
(`set_members`, or `member_masks` and `set_bits`) and the calendar (`days`, `periods`), and gives
one row per cut, set and period. None adds up what may not be added: distinct entities, stocks and
quantiles are computed again for every set and every period.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import sqlglot
from sqlglot import exp

from metrics.allowlist import check
from metrics.catalogue.kpi import Kind
from metrics.errors import VigieError


class Need(StrEnum):
    """The days that must be covered for a period's figure to count."""

    PERIOD = "period"  # all its days
    END = "end"  # its last day
    TRAILING = "trailing"  # a window that ends with it
    BOTH_PERIODS = "both_periods"  # its days and those of the period before
    BOTH_ENDS = "both_ends"  # its last day and the last day of the period before
    ELAPSED = "elapsed"  # its days and the days a cohort is given afterwards
    LATER_PERIOD = "later_period"  # from its days up to a period some periods later


#: Why a known period has no figure: no fact has an amount in it, or nobody was asked.
NOTHING_MEASURED, NOT_ASKED = "nothing_measured", "no_answers"


@dataclass(frozen=True)
class Shape:
    """One SQL shape. `zero` says whether a covered period without rows is 0 or has no figure;
    `shows_partial` whether an open period may show a figure to date."""

    name: str
    facts: tuple[str, ...]
    outputs: tuple[str, ...]
    need: Need
    zero: bool = True
    shows_partial: bool = False
    masks: bool = False
    parameters: tuple[str, ...] = ()
    template: str = ""  # the file of its SQL, when not named like the shape
    absent: str = NOTHING_MEASURED  # why a known period has no figure though it has rows


_MOVEMENT = ("new", "retained", "resurrected", "churned")
_MONEY_MOVEMENT = ("new", "reactivation", "expansion", "contraction", "churned", "fx",
                   "lost_entities", "opening_entities")  # fmt: skip

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape("flow", ("day", "amount"), ("value", "n"), Need.PERIOD, shows_partial=True),
        Shape("flow_in_currency", ("day", "amount", "currency"), ("value", "n"), Need.PERIOD,
              shows_partial=True, absent="no_rate"),
        Shape("flow_days", ("start_day", "end_day", "amount"), ("value", "n"), Need.PERIOD,
              zero=False),
        Shape("flow_movement", ("start_day", "end_day", "amount", "entity", "currency"),
              _MONEY_MOVEMENT, Need.BOTH_ENDS, absent="no_rate"),
        Shape("stock", ("start_day", "end_day", "amount"), ("value", "n"), Need.END),
        Shape("stock_in_currency", ("start_day", "end_day", "amount", "currency"), ("value", "n"),
              Need.END, absent="no_rate"),
        Shape("stock_distinct", ("start_day", "end_day", "entity"), ("value", "n"), Need.END),
        Shape("stock_holders", ("start_day", "end_day", "amount", "entity", "currency"),
              ("value", "n"), Need.END, absent="no_rate"),
        Shape("stock_min", ("start_day", "end_day", "amount"), ("value", "n"), Need.END,
              zero=False),
        Shape("distinct", ("day", "entity"), ("value", "n"), Need.PERIOD, shows_partial=True,
              masks=True),
        Shape("distinct_movement", ("day", "entity"), _MOVEMENT, Need.BOTH_PERIODS, masks=True),
        Shape("rolling", ("day", "entity"), ("value", "n"), Need.TRAILING, masks=True,
              parameters=("window",)),
        Shape("rolling_mean", ("day", "entity"), ("value", "n"), Need.TRAILING, masks=True,
              parameters=("window",)),
        Shape("score", ("day", "amount", "entity"), ("total", "squares", "answers", "respondents"),
              Need.PERIOD, zero=False, shows_partial=True, absent=NOT_ASKED),
        Shape("quantile", ("day", "amount"), ("value", "n", "entered"), Need.PERIOD, zero=False,
              shows_partial=True, parameters=("quantile",)),
        Shape("quantile_elapsed", ("day", "amount"), ("value", "n", "entered"), Need.ELAPSED,
              zero=False, parameters=("quantile",), template="quantile"),
        Shape("quantile_age", ("start_day", "end_day", "amount"), ("value", "n"), Need.END,
              zero=False, parameters=("quantile",)),
        Shape("cohort", ("day", "amount"), ("reached", "entered"), Need.ELAPSED),
        Shape("cohort_distinct", ("day", "amount", "entity"), ("reached", "entered"), Need.ELAPSED),
        Shape("cohort_retention", ("day", "entity"), ("reached", "entered"), Need.LATER_PERIOD,
              masks=True, parameters=("after",)),
        Shape("cohort_grid", ("day", "entity"), ("offset_index", "active", "latest"),
              Need.PERIOD),
    )
}  # fmt: skip

#: What a kind gives instead of its usual figure, by `statistic`, and the shape that does.
STATISTICS: dict[tuple[Kind, str], str] = {
    (Kind.FLOW, "days"): "flow_days",
    (Kind.STOCK, "min"): "stock_min",
    (Kind.QUANTILE, "age"): "quantile_age",
    (Kind.ROLLING, "daily_mean"): "rolling_mean",
    (Kind.COHORT, "grid"): "cohort_grid",
}


def shape_of(kind: Kind, calculation: dict[str, object], place: str) -> Shape:
    """The shape of a KPI that reads a model; raises VigieError for a contradictory definition."""
    movement = calculation.get("movement")
    distinct = bool(calculation.get("distinct"))
    statistic = calculation.get("statistic")
    if statistic is not None and (kind, statistic) not in STATISTICS:
        raise VigieError(
            f"{place}: a {kind} has no statistic '{statistic}'.",
            choices=tuple(word for each, word in STATISTICS if each is kind)
            or tuple(f"{each}: {word}" for each, word in STATISTICS),
        )
    name = {
        (Kind.FLOW, False): "flow_in_currency" if "currency" in calculation else "flow",
        (Kind.FLOW, True): "flow_movement",
        (Kind.DISTINCT, False): "distinct",
        (Kind.DISTINCT, True): "distinct_movement",
        (Kind.STOCK, False): ("stock_holders" if "entity" in calculation else "stock_distinct")
        if distinct
        else "stock_in_currency"
        if "currency" in calculation
        else "stock",
        (Kind.ROLLING, False): "rolling",
        (Kind.SCORE, False): "score",
        (Kind.QUANTILE, False): "quantile_elapsed" if "elapsed" in calculation else "quantile",
        (Kind.COHORT, False): "cohort_retention"
        if "after" in calculation
        else "cohort_distinct"
        if "entity" in calculation
        else "cohort",
    }.get((kind, movement is not None))
    if statistic is not None and movement is None:
        name = STATISTICS[kind, str(statistic)]
    if name is None:
        raise VigieError(
            f"{place}: a {kind} cannot be a movement.", choices=(Kind.FLOW, Kind.DISTINCT)
        )
    shape = SHAPES[name]
    if movement is not None and movement not in shape.outputs:
        raise VigieError(
            f"{place}: there is no movement '{movement}' of a {kind}.", choices=shape.outputs
        )
    for parameter in shape.parameters:
        if parameter not in calculation:
            raise VigieError(f"{place}: a {kind} needs '{parameter}'.")
    return shape


@cache
def template(name: str) -> exp.Expr:
    """The tree of one shape's SQL, with `$parameters` still in it."""
    file = files(__package__) / f"{name}.sql"
    tree: exp.Expr = sqlglot.parse_one(file.read_text("utf-8"), read="duckdb")
    plain = tree.copy()
    for parameter in list(plain.find_all(exp.Placeholder)):
        parameter.replace(exp.Literal.number(1))
    check(plain, f"kinds/{name}.sql")
    return tree


def filled(name: str, values: dict[str, object]) -> exp.Expr:
    """A copy of a shape's tree with its parameters put in as literals of our own catalogue."""
    tree = template(name).copy()
    for parameter in list(tree.find_all(exp.Placeholder)):
        parameter.replace(exp.Literal.number(str(values[parameter.name])))
    return tree
