"""Funnels: how many go through a row of steps within a window, and how long it takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlglot import exp

from metrics.errors import VigieError
from metrics.journeys import ordered, unordered
from metrics.journeys.audience import EVERYONE, Audience, EventFilter
from metrics.journeys.session import DATASETS, Session, Statement
from metrics.journeys.trees import Bound
from metrics.journeys.tries import counted

DAY_SECONDS = 86_400


class Order(StrEnum):
    """`ordered`: other events may come between. `strict`: each step is the very next event.
    `unordered`: the steps in any order within one window."""

    ORDERED = "ordered"
    STRICT = "strict"
    UNORDERED = "unordered"


@dataclass(frozen=True)
class Exclusion:
    """An event that voids a try when it comes between two steps, counted from 0, ends excluded."""

    event: EventFilter
    from_step: int
    to_step: int


@dataclass(frozen=True)
class Funnel:
    """What is asked. Every event that fills the first step begins a try; a later step counts within
    `window_seconds` of it, the end included. One event fills one step; events of one moment may
    come in the order of the steps. A try with an excluded event does not count.

    `since` and `until` are the first and last local day on which a try may begin. `elapsed_only`
    leaves out the tries whose window has not passed yet on the last day known.
    """

    steps: tuple[EventFilter, ...]
    window_seconds: int = 14 * DAY_SECONDS
    order: Order = Order.ORDERED
    exclusions: tuple[Exclusion, ...] = ()
    since: date | None = None
    until: date | None = None
    elapsed_only: bool = False
    breakdown: str | None = None
    audience: Audience = EVERYONE

    def __post_init__(self) -> None:
        if len(self.steps) < 2:
            raise VigieError("A funnel has at least two steps.", exit_code=2)
        if self.window_seconds < 0:
            raise VigieError("A funnel's window cannot be negative.", exit_code=2)
        for exclusion in self.exclusions:
            if self.order is Order.UNORDERED:
                raise VigieError(
                    "In a funnel without order nothing lies between two steps, so nothing can "
                    "be excluded there.",
                    exit_code=2,
                )
            if not 0 <= exclusion.from_step < exclusion.to_step < len(self.steps):
                raise VigieError(
                    f"An exclusion from step {exclusion.from_step} to {exclusion.to_step} does not "
                    "lie between two steps of the funnel.",
                    choices=[str(number) for number in range(len(self.steps))],
                    exit_code=2,
                )


@dataclass(frozen=True)
class FunnelStep:
    """`units` that got this far. Times are seconds from the step before: each unit's mean over its
    best tries, then the mean and the median over units."""

    units: int
    mean_seconds: float | None
    median_seconds: float | None


@dataclass(frozen=True)
class FunnelAnswer:
    """The steps per value of the breakdown ('' without one).

    `known_until` is the last day known of every product asked about; `elapsed` says whether every
    try that counts had its whole window by then.
    """

    by_value: dict[str, tuple[FunnelStep, ...]]
    known_until: date
    elapsed: bool

    @property
    def steps(self) -> tuple[FunnelStep, ...]:
        """The steps of a question without a breakdown."""
        return self.by_value[""]

    @property
    def conversion_rate(self) -> float | None:
        """Units that reached the last step of those who entered; None when nobody did."""
        return self.steps[-1].units / self.steps[0].units if self.steps[0].units else None


def compiled(session: Session, asked: Funnel) -> Statement:
    """`cut`, and for step i `units_i`, `mean_i` and `median_i`; one row per cut."""
    bound = Bound()
    visits = asked.audience.visits(bound, asked.breakdown)
    if asked.order is Order.UNORDERED:
        parts = unordered.tries(asked.steps, asked.window_seconds, bound)
    else:
        parts = ordered.tries(
            tuple(step.condition(bound) for step in asked.steps),
            exp.Literal.number(asked.window_seconds * 1_000_000),
            overlapping=ordered.overlap(asked.steps),
            exclusions=tuple(
                (exclusion.event.condition(bound), exclusion.from_step + 1, exclusion.to_step + 1)
                for exclusion in asked.exclusions
            ),
            adjacent=asked.order is Order.STRICT,
        )
    tree = counted({"visits": visits, **parts}, len(asked.steps), asked.since, asked.until)
    return session.compiled(tree, bound)


def funnel(session: Session, asked: Funnel) -> FunnelAnswer:
    """The answer; raises VigieError for scopes and properties that do not exist."""
    members = session.gather(asked.audience, asked.until)
    known_until = _known_until(session, members)
    window_days = -(-asked.window_seconds // DAY_SECONDS)
    last_elapsed = known_until - timedelta(window_days)
    if asked.elapsed_only:
        asked = replace(asked, until=min(asked.until or last_elapsed, last_elapsed))
    rows = session.rows(compiled(session, asked))
    by_value = {str(row["cut"]): _steps(row, len(asked.steps)) for row in rows}
    if asked.breakdown is None and not by_value:
        by_value[""] = (FunnelStep(0, None, None),) * len(asked.steps)
    elapsed = asked.until is not None and asked.until <= last_elapsed
    return FunnelAnswer(dict(sorted(by_value.items())), known_until, elapsed)


def _steps(row: Mapping[str, Any], count: int) -> tuple[FunnelStep, ...]:
    return tuple(
        FunnelStep(row[f"units_{step}"], row.get(f"mean_{step}"), row.get(f"median_{step}"))
        for step in range(1, count + 1)
    )


def _known_until(session: Session, members: frozenset[str]) -> date:
    """The last day known of every product asked about that is known at all."""
    coverage = session.setting.coverage
    known = [coverage.days(DATASETS[0], "product", member) for member in sorted(members)]
    last = [
        max(index for index, day in enumerate(days) if day) for days in known if days is not None
    ]
    if not last or coverage.first is None:
        raise VigieError(
            "No events are known of these products.",
            next_step="Import an export of product events: 'vigie import FILE'.",
        )
    return coverage.first + timedelta(min(last))
