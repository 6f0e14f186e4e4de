"""Units active in a trailing window, at the start or end of each interval.

Compiled through the shape of the KPI of trailing users, so that both count alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlglot import exp

from metrics.calendar import Grain, Period
from metrics.errors import VigieError
from metrics.journeys import trees
from metrics.journeys.audience import EVERYONE, Audience, EventFilter
from metrics.journeys.intervals import Interval, Step, intervals, local
from metrics.journeys.occurrence import matching
from metrics.journeys.session import Session, Statement
from metrics.journeys.trees import Bound, column
from metrics.kinds import filled
from metrics.sets import put_calendar


@dataclass(frozen=True)
class ActiveUsers:
    """`window` days that end with each interval's last day, or with its first (`at`).

    The last interval is looked at on `date_to` when it ends later. `whole_range` asks for one
    number instead: the window that ends on `date_to`.
    """

    event: EventFilter
    date_from: date | datetime
    date_to: date | datetime
    window: int = 28
    step: Step = Step.DAY
    at: Literal["start", "end"] = "end"
    whole_range: bool = False
    audience: Audience = EVERYONE

    def __post_init__(self) -> None:
        if self.window < 1 or self.step is Step.HOUR:
            raise VigieError("A trailing window is one or more days, looked at once a day or less.")


@dataclass(frozen=True)
class ActiveUsersAnswer:
    """`units[i]` were active in the window that ends on `days[i]`; None where it is not known."""

    intervals: tuple[Interval, ...]
    days: tuple[date, ...]
    units: tuple[int | None, ...]
    closed: tuple[bool, ...]
    reasons: tuple[str, ...]


def compiled(session: Session, asked: ActiveUsers) -> Statement:
    """`period_index` and `value`, through the SQL of trailing users."""
    bound = Bound()
    tree = filled("rolling", {"window": asked.window})
    own = tree.args["with_"].expressions
    visits = asked.audience.visits(bound)
    members = exp.select(
        exp.alias_(column("cut"), "cut"),
        exp.alias_(exp.Literal.string("all"), "member"),
        exp.alias_(column("day"), "day"),
        exp.alias_(column("unit"), "entity"),
    ).from_("matched")
    parts: dict[str, exp.Expr] = {
        "visits": visits,
        "matched": matching(asked.event.condition(bound)),
        "facts": members,
        # The audience is one set, whatever products it stands for.
        "member_masks": exp.select(
            exp.alias_(exp.Literal.number(0), "chunk"),
            exp.alias_(exp.Literal.string("all"), "member"),
            exp.alias_(exp.Literal.number(1), "mask"),
        ),
        "set_bits": exp.select(
            exp.alias_(exp.Literal.number(0), "set_id"),
            exp.alias_(exp.Literal.number(0), "chunk"),
            exp.alias_(exp.Literal.number(1), "bit"),
        ),
    }
    whole = trees.with_ctes(_typed(tree), parts)
    whole.args["with_"].expressions.extend(own)
    return session.compiled(whole, bound)


def _typed(tree: exp.Expr) -> exp.Select:
    assert isinstance(tree, exp.Select)
    kept = {each.alias_or_name: each.unalias() for each in tree.expressions}
    tree = tree.copy()
    tree.set("with_", None)
    tree.set("expressions", [trees.typed(kept[name], "BIGINT", name)
                             for name in ("period_index", "value")])  # fmt: skip
    return tree


def active_users(session: Session, asked: ActiveUsers) -> ActiveUsersAnswer:
    """The answer; raises VigieError for scopes and properties that do not exist."""
    found = intervals(
        asked.step, asked.date_from, asked.date_to, session.setting.calendar, session.zone
    )
    last = local(asked.date_to, session.zone).date()
    if asked.whole_range:
        found = [Interval(0, found[0].start, found[0].first_day, last)]
    days = [
        each.first_day
        if asked.at == "start" and not asked.whole_range
        else min(each.last_day, last)
        for each in found
    ]
    members = session.gather(asked.audience)
    put_calendar(session.connection, [Period(day, day, Grain.DAY, str(day)) for day in days])
    ends = [
        Interval(index, each.start, day, day)
        for index, (each, day) in enumerate(zip(found, days, strict=True))
    ]
    certainty = session.certainty(
        members, ends, [(day - timedelta(asked.window - 1), day) for day in days]
    )
    counts = {row["period_index"]: row["value"] for row in session.rows(compiled(session, asked))}
    return ActiveUsersAnswer(
        intervals=tuple(found),
        days=tuple(days),
        units=tuple(
            counts.get(index, 0) if shown else None for index, shown in enumerate(certainty.shown)
        ),
        closed=certainty.closed,
        reasons=certainty.reasons,
    )
