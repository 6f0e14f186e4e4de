"""The life cycle: who is new, who stays, who comes back and who falls silent, per interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlglot import exp

from metrics.journeys import trees
from metrics.journeys.audience import EVERYONE, Audience, EventFilter
from metrics.journeys.intervals import Interval, Step, intervals, put_intervals
from metrics.journeys.occurrence import firsts, matching, on_intervals
from metrics.journeys.session import Session, Statement
from metrics.journeys.trees import Bound, column, flag

STATES = ("new", "returning", "resurrecting", "dormant")


@dataclass(frozen=True)
class Lifecycle:
    """The intervals from the one of `date_from` to the one of `date_to`."""

    event: EventFilter
    date_from: date | datetime
    date_to: date | datetime
    step: Step = Step.WEEK
    audience: Audience = EVERYONE


@dataclass(frozen=True)
class LifecycleAnswer:
    """Per interval: units active in the interval of their first activity ever (`new`), active now
    and in the interval before (`returning`), active now, not before, and not new (`resurrecting`),
    and, as a negative count, active before and not now (`dormant`).

    None where the interval or the one before is not known; `reasons` says why.
    """

    intervals: tuple[Interval, ...]
    new: tuple[int | None, ...]
    returning: tuple[int | None, ...]
    resurrecting: tuple[int | None, ...]
    dormant: tuple[int | None, ...]
    closed: tuple[bool, ...]
    reasons: tuple[str, ...]


def compiled(session: Session, asked: Lifecycle) -> Statement:
    """`interval_index` and the four counts; reads `spans`, which begins one interval earlier."""
    bound = Bound()
    hours = asked.step is Step.HOUR
    order = (("unit",), ("interval_index",))
    index = column("interval_index")
    one = exp.Literal.number(1)
    parts: dict[str, exp.Expr] = {
        "visits": asked.audience.visits(bound),
        "matched": matching(asked.event.condition(bound)),
        "active": on_intervals("matched", hours=hours),
        "first_visits": firsts("matched"),
        "first_active": on_intervals("first_visits", hours=hours),
        "neighbours": exp.select(
            "unit",
            "interval_index",
            exp.alias_(trees.over(exp.Lag(this=index.copy()), *order), "earlier_index"),
            exp.alias_(trees.over(exp.Lead(this=index.copy()), *order), "later_index"),
        ).from_("active"),
    }
    n, f = partial(column, table="n"), partial(column, table="f")
    is_new = trees.known(f("unit"))
    stayed = exp.EQ(
        this=n("earlier_index"), expression=exp.Sub(this=n("interval_index"), expression=one)
    )
    parts["states"] = (
        exp.select(
            exp.alias_(n("interval_index"), "interval_index"),
            exp.alias_(flag(is_new), "is_new"),
            exp.alias_(flag(stayed), "is_returning"),
            exp.alias_(exp.Literal.number(0), "is_dormant"),
        )
        .from_(exp.alias_(exp.to_table("neighbours"), "n", table=True))
        .join(
            exp.alias_(exp.to_table("first_active"), "f", table=True),
            on=exp.and_(
                exp.EQ(this=f("unit"), expression=n("unit")),
                exp.EQ(this=f("interval_index"), expression=n("interval_index")),
            ),
            join_type="left",
        )
    )
    following = exp.Add(this=index.copy(), expression=one)
    silent = exp.or_(
        exp.Is(this=column("later_index"), expression=exp.null()),
        exp.GT(this=column("later_index"), expression=following),
    )
    zero = exp.Literal.number(0)
    parts["silences"] = (
        exp.select(
            exp.alias_(following, "interval_index"),
            exp.alias_(zero, "is_new"),
            exp.alias_(zero, "is_returning"),
            exp.alias_(one, "is_dormant"),
        )
        .from_("neighbours")
        .where(silent)
    )
    names = ("interval_index", "is_new", "is_returning", "is_dormant")
    parts["both"] = exp.union(
        exp.select(*names).from_("states"), exp.select(*names).from_("silences"), distinct=False
    )
    # Whoever is neither new, back from the interval before, nor silent has come back.
    others = [exp.EQ(this=column(name), expression=zero) for name in names[1:]]
    back = flag(exp.and_(*others))
    last = (
        exp.select(
            trees.typed(index, "BIGINT", "interval_index"),
            trees.typed(trees.total(column("is_new")), "BIGINT", "new"),
            trees.typed(trees.total(column("is_returning")), "BIGINT", "returning"),
            trees.typed(trees.total(back), "BIGINT", "resurrecting"),
            trees.typed(trees.total(column("is_dormant")), "BIGINT", "dormant"),
        )
        .from_("both")
        .group_by("interval_index")
    )
    return session.compiled(trees.with_ctes(last, parts), bound)


def lifecycle(session: Session, asked: Lifecycle) -> LifecycleAnswer:
    """The answer; raises VigieError for scopes and properties that do not exist."""
    found = intervals(
        asked.step, asked.date_from, asked.date_to, session.setting.calendar, session.zone, before=1
    )
    shown = found[1:]
    members = session.gather(asked.audience)
    put_intervals(session.connection, found)
    certainty = session.certainty(
        members,
        shown,
        [(before.first_day, now.last_day) for before, now in zip(found[:-1], shown, strict=True)],
    )
    counts = {row["interval_index"]: row for row in session.rows(compiled(session, asked))}

    def series(state: str, sign: int = 1) -> tuple[int | None, ...]:
        return tuple(
            sign * counts.get(interval.index, {}).get(state, 0) if known else None
            for interval, known in zip(shown, certainty.shown, strict=True)
        )

    return LifecycleAnswer(
        intervals=tuple(shown),
        new=series("new"),
        returning=series("returning"),
        resurrecting=series("resurrecting"),
        dormant=series("dormant", -1),
        closed=certainty.closed,
        reasons=certainty.reasons,
    )
