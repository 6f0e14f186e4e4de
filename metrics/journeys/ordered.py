"""The tries of a funnel whose steps come in order, worked out from the end without any join.

From the last step backwards, each row learns when the steps that follow it would be reached: what
the first row of the next step already knows. An earlier row of a step never reaches a later one
later than a later row does, so the first is the least, and one window per step is enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from metrics.journeys import trees
from metrics.journeys.audience import EventFilter
from metrics.journeys.trees import (
    BEFORE_AND_PEERS,
    PEERS_AND_AHEAD,
    ROWS_AHEAD,
    column,
    flag,
    is_set,
)

#: A condition, and the steps (from 1) between which it voids a try.
Between = tuple[exp.Expr, int, int]
UNIT = ("unit", "cut")


def overlap(steps: Sequence[EventFilter]) -> bool:
    """Whether one event could fill two steps."""
    return any(not one.excludes(other) for at, one in enumerate(steps) for other in steps[at + 1 :])


def tries(
    conditions: Sequence[exp.Expr],
    window: exp.Expr,
    *,
    overlapping: bool,
    exclusions: Sequence[Between] = (),
    adjacent: bool = False,
    unit: Sequence[str] = UNIT,
    kept: Sequence[str] = (),
    timed: bool = True,
) -> dict[str, exp.Expr]:
    """Queries, the last one `tries`: one row per event of the first step whose try is not void.

    They read `visits`. `window` is how long a try may take, in microseconds: a number, or made of
    `kept`. `tries` holds the columns of `unit` and `kept`, `day`, `reached` (steps) and with
    `timed` also `seconds_2` … (from the step before, null when the step was not reached).
    `adjacent` demands that steps be one another's next event. Rows of one moment may stand in for
    one another in the order of the steps; where one event could fill two steps (`overlapping`) they
    are put in a row, those that fit fewer steps first.
    """
    count = len(conditions)
    parts: dict[str, exp.Expr] = {
        "flagged": _flagged(conditions, exclusions, adjacent, unit, kept),
        "begun": _begun(unit),
    }
    parts["lined_up"] = _lined_up(count, len(exclusions), window, unit, kept)
    source = "lined_up"
    if exclusions:
        parts["warned"] = _warned(count, len(exclusions), unit, kept)
        source = "warned"
    base = (*unit, *kept, "time", "day", "place", *_flags("fills", count))
    for step in range(count, 1, -1):
        name = f"before_{step}"
        carried = {f"at_{step}": "time"} | {
            f"at_{later}": f"at_{later}" for later in range(step + 1, count + 1)
        }
        for number, (_, from_step, _) in enumerate(exclusions, 1):
            if from_step >= step:
                own = f"next_excluded_{number}" if from_step == step else f"excluded_{number}"
                carried[f"excluded_{number}"] = own
        passed_on = [
            f"next_excluded_{number}"
            for number, (_, from_step, _) in enumerate(exclusions, 1)
            if from_step < step
        ]
        tree = exp.select(*base, *passed_on).from_(source)
        for target, value in carried.items():
            tree = tree.select(
                exp.alias_(
                    _next(step, value, unit, overlapping=overlapping, adjacent=adjacent), target
                )
            )
        parts[name] = tree
        source = name
    parts["tries"] = _tries(source, count, window, exclusions, (*unit, *kept), timed)
    return parts


def _flags(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}_{number}" for number in range(1, count + 1))


def _flagged(
    conditions: Sequence[exp.Expr],
    exclusions: Sequence[Between],
    adjacent: bool,
    unit: Sequence[str],
    kept: Sequence[str],
) -> exp.Select:
    """The visits with a flag per step and exclusion; without those that are neither, unless a
    step must be the very next event."""
    fills = [flag(condition) for condition in conditions]
    excluded = [flag(condition) for condition, _, _ in exclusions]
    tree = exp.select(*unit, *kept, "time", "day").from_("visits")
    for number, value in enumerate(fills, 1):
        tree = tree.select(exp.alias_(value, f"fills_{number}"))
    for number, value in enumerate(excluded, 1):
        tree = tree.select(exp.alias_(value, f"is_excluded_{number}"))
    if not adjacent:
        wanted = [*conditions, *(condition for condition, _, _ in exclusions)]
        tree = tree.where(exp.or_(*(condition.copy() for condition in wanted)))
    return tree


def _begun(unit: Sequence[str]) -> exp.Select:
    """For each row when the last try began before it or with it."""
    last = exp.Max(this=trees.when(is_set("fills_1"), column("time")))
    begun = trees.over(last, unit, ("time",), BEFORE_AND_PEERS)
    return exp.select("*", exp.alias_(begun, "begun_at")).from_("flagged")


def _lined_up(
    count: int,
    exclusion_count: int,
    longest: exp.Expr,
    unit: Sequence[str],
    kept: Sequence[str],
) -> exp.Select:
    """The rows that a try could still reach, with their `place` in the unit's row.

    In one moment excluded events come first, then the steps in their order, then what fits fewer.
    """
    fills, excluded = _flags("fills", count), _flags("is_excluded", exclusion_count)
    rank = exp.Case(default=exp.Literal.number(count + 1))
    for name in excluded:
        rank = rank.when(is_set(name), exp.Literal.number(0))
    for number, name in enumerate(fills, 1):
        rank = rank.when(is_set(name), exp.Literal.number(number))
    fitting: exp.Expr = column(fills[0])
    for name in fills[1:]:
        fitting = exp.Add(this=fitting, expression=column(name))
    window = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(name) for name in unit],
        order=exp.Order(
            expressions=[exp.Ordered(this=each) for each in (column("time"), rank, fitting)]
        ),
    )
    return (
        exp.select(*unit, *kept, "time", "day", *fills, *excluded, exp.alias_(window, "place"))
        .from_("begun")
        .where(
            exp.LTE(
                this=trees.microseconds(column("begun_at"), column("time")),
                expression=longest.copy(),
            )
        )
    )


def _warned(
    count: int, exclusion_count: int, unit: Sequence[str], kept: Sequence[str]
) -> exp.Select:
    """For each row when the next excluded event comes, after its own moment."""
    tree = exp.select(*unit, *kept, "time", "day", "place", *_flags("fills", count))
    for number in range(1, exclusion_count + 1):
        value = exp.Min(this=trees.when(is_set(f"is_excluded_{number}"), column("time")))
        ahead = trees.over(value, unit, ("place",), ROWS_AHEAD)
        tree = tree.select(exp.alias_(ahead, f"next_excluded_{number}"))
    return tree.from_("lined_up")


def _next(
    step: int, value: str, unit: Sequence[str], *, overlapping: bool, adjacent: bool
) -> exp.Expr:
    """What the row that fills a step next knows, seen from each row before it."""
    if adjacent:
        fills = trees.over(exp.Lead(this=column(f"fills_{step}")), unit, ("place",))
        known = trees.over(exp.Lead(this=column(value)), unit, ("place",))
        return trees.when(exp.EQ(this=fills, expression=exp.Literal.number(1)), known)
    least = exp.Min(this=trees.when(is_set(f"fills_{step}"), column(value)))
    if overlapping:
        return trees.over(least, unit, ("place",), ROWS_AHEAD)
    return trees.over(least, unit, ("time",), PEERS_AND_AHEAD)


def _tries(
    source: str,
    count: int,
    window: exp.Expr,
    exclusions: Sequence[Between],
    kept: Sequence[str],
    timed: bool,
) -> exp.Select:
    def in_time(name: str) -> exp.Expr:
        return exp.LTE(
            this=trees.microseconds(column("time"), column(name)), expression=window.copy()
        )

    reached: exp.Expr = exp.Literal.number(1)
    tree = exp.select(*kept, "day")
    before = "time"
    for step in range(2, count + 1):
        name = f"at_{step}"
        reached = exp.Add(this=reached, expression=flag(in_time(name)))
        if timed:
            spent = trees.when(in_time(name), trees.seconds(column(before), column(name)))
            tree = tree.select(exp.alias_(spent, f"seconds_{step}"))
        before = name
    tree = tree.select(exp.alias_(reached, "reached")).from_(source).where(is_set("fills_1"))
    for number, (_, from_step, to_step) in enumerate(exclusions, 1):
        excluded = f"next_excluded_{number}" if from_step == 1 else f"excluded_{number}"
        met: list[exp.Expr] = [in_time(excluded)]
        if from_step > 1:
            met.append(in_time(f"at_{from_step}"))
        too_late = exp.and_(
            in_time(f"at_{to_step}"),
            exp.GTE(this=column(excluded), expression=column(f"at_{to_step}")),
        )
        void = exp.and_(*met, exp.EQ(this=flag(too_late), expression=exp.Literal.number(0)))
        tree = tree.where(exp.EQ(this=flag(void), expression=exp.Literal.number(0)))
    return tree
