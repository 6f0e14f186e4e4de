"""Retention: of those who did something in an interval, how many came back later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial

from sqlglot import exp

from metrics.errors import VigieError
from metrics.journeys import trees
from metrics.journeys.audience import EVERYONE, Audience, EventFilter
from metrics.journeys.intervals import Interval, Step, intervals, put_intervals
from metrics.journeys.occurrence import firsts, matching, on_intervals
from metrics.journeys.session import Session, Statement
from metrics.journeys.trees import Bound, column


class Cohort(StrEnum):
    """Which cohort a unit belongs to.

    `recurring`: every interval in which it did the target. `first_time`: the interval of its first
    target over all history. `first_ever`: the interval of its first event of the target's name,
    whatever its properties, and only if that event is a target.
    """

    RECURRING = "recurring"
    FIRST_TIME = "first_time"
    FIRST_EVER = "first_ever"


@dataclass(frozen=True)
class Retention:
    """What is asked. Without `date_from` the grid is a triangle of `count` cohorts that ends with
    the interval of `date_to`; with it, a rectangle of `count` columns for each cohort between.

    `cumulative` counts a return in the interval or any later one of the row ("on or after").
    `min_occurrences` is how many returning events make an interval a return; entering takes one.
    With `breakdown` target and return must carry the same value of that property.
    """

    target: EventFilter
    returning: EventFilter
    date_to: date | datetime
    step: Step = Step.WEEK
    count: int = 12
    date_from: date | datetime | None = None
    cohort: Cohort = Cohort.FIRST_TIME
    cumulative: bool = False
    min_occurrences: int = 1
    breakdown: str | None = None
    audience: Audience = EVERYONE

    def __post_init__(self) -> None:
        if self.count < 1 or self.min_occurrences < 1:
            raise VigieError("A retention grid needs at least one interval and one occurrence.")


@dataclass(frozen=True)
class RetentionGrid:
    """`matrices[value][i][j]`: units of cohort i back j intervals later; j = 0 is the size.

    A cell is None where its interval or its cohort's is not known; `closed` and `reasons` say so
    per interval of `intervals` (cohorts first, then what the last cohorts need).
    """

    intervals: tuple[Interval, ...]
    cohorts: int
    matrices: dict[str, tuple[tuple[int | None, ...], ...]]
    closed: tuple[bool, ...]
    reasons: tuple[str, ...]

    @property
    def matrix(self) -> tuple[tuple[int | None, ...], ...]:
        """The grid of a question without a breakdown."""
        return self.matrices[""]


def compiled(session: Session, asked: Retention) -> Statement:
    """`cut`, `cohort_index`, `offset_index`, `units`; a cohort's size has offset 0.

    Cumulative: units by the last interval in which they came back, within their row.
    """
    bound = Bound()
    hours = asked.step is Step.HOUR
    targeted = asked.target.condition(bound)
    parts: dict[str, exp.Expr] = {
        "visits": asked.audience.visits(bound, asked.breakdown),
        "targets": matching(targeted),
        "returned": matching(asked.returning.condition(bound)),
    }
    match asked.cohort:
        case Cohort.RECURRING:
            entries = "targets"
        case Cohort.FIRST_TIME:
            entries = "first_targets"
            parts[entries] = firsts("targets")
        case Cohort.FIRST_EVER:
            entries = "first_targets"
            parts |= _first_ever(asked, bound)
    parts["cohorts"] = on_intervals(entries, hours=hours)
    enough = exp.GTE(
        this=trees.rows_counted(), expression=exp.Literal.number(asked.min_occurrences)
    )
    parts["came_back"] = on_intervals("returned", hours=hours, having=enough)
    parts["offsets"] = _offsets(asked)
    parts["cells"] = exp.union(
        exp.select(
            "cut",
            exp.alias_(column("interval_index"), "cohort_index"),
            exp.alias_(exp.Literal.number(0), "offset_index"),
        ).from_("cohorts"),
        exp.select("cut", "cohort_index", "offset_index").from_("offsets"),
        distinct=False,
    )
    keys = ("cut", "cohort_index", "offset_index")
    last = (
        exp.select(
            trees.typed(column("cut"), "VARCHAR", "cut"),
            *(trees.typed(column(name), "BIGINT", name) for name in keys[1:]),
            trees.typed(trees.rows_counted(), "BIGINT", "units"),
        )
        .from_("cells")
        .group_by(*keys)
    )
    return session.compiled(trees.with_ctes(last, parts), bound)


def _first_ever(asked: Retention, bound: Bound) -> dict[str, exp.Expr]:
    """Each unit's first event of the target's name, kept where a target happened at that moment."""
    t, f = partial(column, table="t"), partial(column, table="f")
    same = [exp.EQ(this=t(name), expression=f(name)) for name in ("cut", "unit", "time")]
    names = ("cut", "unit", "time", "day")
    return {
        "named": matching(asked.target.by_name().condition(bound)),
        "first_named": firsts("named"),
        "first_targets": exp.select(*(exp.alias_(t(name), name) for name in names))
        .from_(exp.alias_(exp.to_table("targets"), "t", table=True))
        .join(exp.alias_(exp.to_table("first_named"), "f", table=True), on=exp.and_(*same))
        .group_by(*(t(name) for name in names)),
    }


def _offsets(asked: Retention) -> exp.Select:
    """How many intervals later each unit of a cohort came back, within the row's columns."""
    c, r = partial(column, table="c"), partial(column, table="r")
    later = exp.Sub(this=r("interval_index"), expression=c("interval_index"))
    on = exp.and_(
        exp.EQ(this=r("cut"), expression=c("cut")),
        exp.EQ(this=r("unit"), expression=c("unit")),
        exp.GT(this=r("interval_index"), expression=c("interval_index")),
        exp.LT(
            this=r("interval_index"),
            expression=exp.Add(
                this=c("interval_index"), expression=exp.Literal.number(asked.count)
            ),
        ),
    )
    offset: exp.Expr = exp.Max(this=later) if asked.cumulative else later
    tree = (
        exp.select(
            exp.alias_(c("cut"), "cut"),
            exp.alias_(c("interval_index"), "cohort_index"),
            exp.alias_(offset, "offset_index"),
        )
        .from_(exp.alias_(exp.to_table("cohorts"), "c", table=True))
        .join(exp.alias_(exp.to_table("came_back"), "r", table=True), on=on)
    )
    return tree.group_by(c("cut"), c("unit"), c("interval_index")) if asked.cumulative else tree


def laid_out(session: Session, asked: Retention) -> tuple[list[Interval], int]:
    """All intervals the grid reads, and how many of them are cohorts."""
    calendar, zone = session.setting.calendar, session.zone
    if asked.date_from is None:
        found = intervals(
            asked.step, asked.date_to, asked.date_to, calendar, zone, before=asked.count - 1
        )
        return [replace(each, index=index) for index, each in enumerate(found)], asked.count
    cohorts = intervals(asked.step, asked.date_from, asked.date_to, calendar, zone)
    found = intervals(
        asked.step, asked.date_from, asked.date_to, calendar, zone, after=asked.count - 1
    )
    return found, len(cohorts)


def retention(session: Session, asked: Retention) -> RetentionGrid:
    """The grid of one question. Raises VigieError for scopes and properties that do not exist."""
    found, cohorts = laid_out(session, asked)
    members = session.gather(asked.audience, min(found[-1].last_day, session.last_known))
    put_intervals(session.connection, found)
    certainty = session.certainty(members, found)
    cells: dict[str, dict[tuple[int, int], int]] = {}
    for row in session.rows(compiled(session, asked)):
        place = (row["cohort_index"], row["offset_index"])
        cells.setdefault(row["cut"], {})[place] = row["units"]
    if asked.breakdown is None:
        cells.setdefault("", {})
    triangle = asked.date_from is None

    def grid(units: dict[tuple[int, int], int]) -> tuple[tuple[int | None, ...], ...]:
        rows = []
        for cohort in range(cohorts):
            width = cohorts - cohort if triangle else asked.count
            row: list[int | None] = []
            for offset in range(width):
                count = units.get((cohort, offset), 0)
                if asked.cumulative and offset:
                    count = sum(units.get((cohort, later), 0) for later in range(offset, width))
                shown = certainty.shown[cohort] and certainty.shown[cohort + offset]
                row.append(count if shown else None)
            rows.append(tuple(row))
        return tuple(rows)

    return RetentionGrid(
        intervals=tuple(found),
        cohorts=cohorts,
        matrices={cut: grid(units) for cut, units in sorted(cells.items())},
        closed=certainty.closed,
        reasons=certainty.reasons,
    )
