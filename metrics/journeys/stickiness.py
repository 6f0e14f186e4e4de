"""Stickiness as a distribution: in how many intervals of a range each unit was active."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlglot import exp

from metrics.errors import VigieError
from metrics.journeys import trees
from metrics.journeys.audience import EVERYONE, Audience, EventFilter
from metrics.journeys.intervals import Interval, Step, intervals, local, put_intervals
from metrics.journeys.occurrence import matching, on_intervals
from metrics.journeys.session import Session, Statement
from metrics.journeys.trees import Bound, column


class Comparison(StrEnum):
    EXACT = "exact"
    AT_LEAST = "gte"
    AT_MOST = "lte"


_TREES: dict[Comparison, type[exp.Binary]] = {
    Comparison.EXACT: exp.EQ,
    Comparison.AT_LEAST: exp.GTE,
    Comparison.AT_MOST: exp.LTE,
}


@dataclass(frozen=True)
class Criterion:
    """How many matching events make an interval active."""

    comparison: Comparison = Comparison.AT_LEAST
    events: int = 1

    @property
    def condition(self) -> exp.Expr:
        return _TREES[self.comparison](
            this=trees.rows_counted(), expression=exp.Literal.number(self.events)
        )


ANY_EVENT = Criterion()


@dataclass(frozen=True)
class Stickiness:
    """Intervals of `interval_count` steps, from the start of the step of `date_from` to the day of
    `date_to`. `cumulative` counts units active in k intervals or more instead of exactly k."""

    event: EventFilter
    date_from: date | datetime
    date_to: date | datetime
    step: Step = Step.DAY
    interval_count: int = 1
    criterion: Criterion = ANY_EVENT
    cumulative: bool = False
    audience: Audience = EVERYONE

    def __post_init__(self) -> None:
        if self.interval_count < 1 or (self.step is Step.HOUR and self.interval_count > 1):
            raise VigieError(
                "An interval is one hour, or one or more days, weeks, months or quarters."
            )


@dataclass(frozen=True)
class StickinessAnswer:
    """`units[k - 1]` were active in k intervals. None where a day of the range is not known."""

    intervals: tuple[Interval, ...]
    units: tuple[int | None, ...]
    closed: bool
    reason: str


def compiled(session: Session, asked: Stickiness) -> Statement:
    """`active_count` (intervals) and `units`."""
    bound = Bound()
    parts: dict[str, exp.Expr] = {
        "visits": asked.audience.visits(bound),
        "matched": matching(asked.event.condition(bound)),
        "active": on_intervals(
            "matched", hours=asked.step is Step.HOUR, having=asked.criterion.condition
        ),
        "counted": exp.select("unit", exp.alias_(trees.rows_counted(), "active_count"))
        .from_("active")
        .group_by("unit"),
    }
    last = (
        exp.select(
            trees.typed(column("active_count"), "BIGINT", "active_count"),
            trees.typed(trees.rows_counted(), "BIGINT", "units"),
        )
        .from_("counted")
        .group_by("active_count")
    )
    return session.compiled(trees.with_ctes(last, parts), bound)


def stickiness(session: Session, asked: Stickiness) -> StickinessAnswer:
    """The answer; raises VigieError for scopes and properties that do not exist."""
    found = intervals(
        asked.step, asked.date_from, asked.date_to, session.setting.calendar, session.zone,
        count=asked.interval_count,
    )  # fmt: skip
    last_day = local(asked.date_to, session.zone).date()
    members = session.gather(asked.audience)
    put_intervals(session.connection, found, last_day=last_day)
    whole = Interval(0, found[0].start, found[0].first_day, last_day)
    certainty = session.certainty(members, [whole])
    counts = {row["active_count"]: row["units"] for row in session.rows(compiled(session, asked))}
    numbers = range(1, len(found) + 1)
    units: tuple[int | None, ...] = tuple(
        sum(counts.get(more, 0) for more in numbers[k - 1 :])
        if asked.cumulative
        else counts.get(k, 0)
        for k in numbers
    )
    return StickinessAnswer(
        intervals=tuple(found),
        units=units if certainty.shown[0] else (None,) * len(found),
        closed=certainty.closed[0],
        reason=certainty.reasons[0],
    )
