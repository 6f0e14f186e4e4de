"""The tries of a funnel whose steps may come in any order within one window."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from metrics.errors import VigieError
from metrics.journeys import trees
from metrics.journeys.audience import EventFilter
from metrics.journeys.trees import PEERS_AND_AHEAD, ROWS_AHEAD, Bound, column, flag, is_set

UNIT = ("unit", "cut")


def tries(steps: Sequence[EventFilter], window_seconds: int, bound: Bound) -> dict[str, exp.Expr]:
    """Queries, the last one `tries`, with the columns that `ordered.tries` gives.

    Every event that fills any step begins a try. A step named r times takes r different events.
    Raises VigieError where two steps differ and one event could still fill both: which of them it
    fills would then change the count.
    """
    kinds = list(dict.fromkeys(steps))
    for at, one in enumerate(kinds):
        for other in kinds[at + 1 :]:
            if not one.excludes(other):
                raise VigieError(
                    "In a funnel without order, steps must be the same or exclude one another: "
                    f"an event could be both '{one.event or 'any'}' and '{other.event or 'any'}'.",
                    next_step="Tell them apart by event name or by one property's value.",
                    exit_code=2,
                )
    conditions = [kind.condition(bound) for kind in kinds]
    parts: dict[str, exp.Expr] = {"flagged": _flagged(conditions)}
    source = "flagged"
    found: list[tuple[int, int]] = []
    for number, kind in enumerate(kinds, 1):
        for turn in range(1, steps.count(kind) + 1):
            name = f"turn_{number}_{turn}"
            parts[name] = _turn(source, number, turn)
            source = name
            found.append((number, turn))
    parts["starts"] = _starts(source, found)
    parts["met"] = _met(found, window_seconds)
    parts["in_turn"] = _in_turn()
    parts["tries"] = _tries(len(steps))
    return parts


def _flagged(conditions: Sequence[exp.Expr]) -> exp.Select:
    tree = exp.select(*UNIT, "time", "day")
    for number, condition in enumerate(conditions, 1):
        tree = tree.select(exp.alias_(flag(condition), f"fills_{number}"))
    place = trees.over(exp.RowNumber(), UNIT, ("time",))
    tree = tree.select(exp.alias_(place, "place"))
    return tree.from_("visits").where(exp.or_(*(condition.copy() for condition in conditions)))


def _turn(source: str, number: int, turn: int) -> exp.Select:
    """Adds, for each row of a kind, when its kind's row comes that is `turn` − 1 places later."""
    value: exp.Expr = column("time")
    if turn > 1:
        earlier = exp.Min(
            this=trees.when(is_set(f"fills_{number}"), column(f"own_{number}_{turn - 1}"))
        )
        value = trees.over(earlier, UNIT, ("place",), ROWS_AHEAD)
    return exp.select("*", exp.alias_(value, f"own_{number}_{turn}")).from_(source)


def _starts(source: str, found: Sequence[tuple[int, int]]) -> exp.Select:
    """For each row when each step would be filled from its moment on."""
    tree = exp.select(*UNIT, "place", "time", "day").from_(source)
    for number, turn in found:
        first = exp.Min(this=trees.when(is_set(f"fills_{number}"), column(f"own_{number}_{turn}")))
        ahead = trees.over(first, UNIT, ("time",), PEERS_AND_AHEAD)
        tree = tree.select(exp.alias_(ahead, f"at_{number}_{turn}"))
    return tree


def _met(found: Sequence[tuple[int, int]], window_seconds: int) -> exp.Expr:
    """One row per try and step filled in time."""
    selects = []
    for number, turn in found:
        name = f"at_{number}_{turn}"
        in_time = exp.LTE(
            this=trees.microseconds(column("time"), column(name)),
            expression=exp.Literal.number(window_seconds * 1_000_000),
        )
        selects.append(
            exp.select(*UNIT, "place", "day", exp.alias_(column(name), "met_at"))
            .from_("starts")
            .where(in_time)
        )
    return selects[0] if len(selects) == 1 else exp.union(*selects, distinct=False)


def _in_turn() -> exp.Select:
    unit, order = (*UNIT, "place"), ("met_at",)
    return exp.select(
        *unit,
        "day",
        "met_at",
        exp.alias_(trees.over(exp.RowNumber(), unit, order), "step"),
        exp.alias_(trees.over(exp.Lag(this=column("met_at")), unit, order), "before"),
    ).from_("met")


def _tries(count: int) -> exp.Select:
    tree = exp.select(*UNIT, "day", exp.alias_(trees.rows_counted(), "reached"))
    for step in range(2, count + 1):
        at_step = exp.EQ(this=column("step"), expression=exp.Literal.number(step))
        spent = trees.when(at_step, trees.seconds(column("before"), column("met_at")))
        tree = tree.select(exp.alias_(exp.Max(this=spent), f"seconds_{step}"))
    return tree.from_("in_turn").group_by(*UNIT, "place", "day")
