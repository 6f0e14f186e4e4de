"""`vigie journey`: live questions about what users do one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from metrics import journeys
from metrics.access import LOCAL_CPO
from metrics.command.groups import Sentences
from metrics.command.journey_terms import (
    ANY,
    EVENT_SYNTAX,
    MOST_DAYS,
    audience_of,
    event_of,
    exclusion_of,
    of_audience,
    span_of,
)
from metrics.command.output import answer, as_json, in_workspace, open_workspace, table
from metrics.command.types import DAY, MOMENT
from metrics.errors import VigieError
from metrics.journeys import Session, Step
from metrics.journeys.audience import PROPERTIES
from metrics.journeys.declared import declared_steps, declared_window
from metrics.journeys.stickiness import Comparison
from metrics.organisation import FUNNEL_DAYS

MOST_INTERVALS = 1_000


@click.group("journey", cls=Sentences)
def verb() -> None:
    """Live questions over events: funnels, retention, life cycles, stickiness, trailing users.

    An event is written EVENT[;property=value][;property!=value]; '*' is any event. Properties are
    feature, session, platform, country and plan.
    """


@verb.command("funnel")
@click.option("--step", "steps", multiple=True, metavar=EVENT_SYNTAX, help="In order.")
@click.option("--within", help="Window: 30min, 12h, 14d; else the product's own, or 14d.")
@click.option("--order", type=click.Choice([str(o) for o in journeys.Order]), default="ordered")
@click.option("--exclude", "exclusions", multiple=True, metavar="EVENT@FROM-TO",
              help="Void a try with EVENT between two steps, counted from 1.")  # fmt: skip
@click.option("--from", "since", type=DAY, help="First day on which a try may begin.")
@click.option("--to", "until", type=DAY, help="Last day on which a try may begin.")
@click.option("--elapsed", is_flag=True, help="Only tries whose window has passed.")
@click.option("--by", "breakdown", type=click.Choice(PROPERTIES))
@of_audience
@in_workspace
@as_json
def funnel(
    steps: tuple[str, ...],
    within: str | None,
    order: str,
    exclusions: tuple[str, ...],
    since: date | None,
    until: date | None,
    elapsed: bool,
    breakdown: str | None,
    scope: str,
    unit: str,
    where: tuple[str, ...],
    unless: tuple[str, ...],
    folder: Path | None,
    wants_json: bool,
) -> None:
    """How many go through a row of steps; without --step, through those the product declares.

    \b
    Examples:
      vigie journey funnel --scope product:atelier
      vigie journey funnel --step "Signed Up" --step "First Plan Shared" --within 7d
    """
    asked_of = audience_of(scope, unit, where, unless)
    with Session.open(open_workspace(folder), LOCAL_CPO) as session:
        filters = tuple(event_of(step) for step in steps)
        if not filters:
            if asked_of.scope.kind != "product":
                raise VigieError(
                    "Each product declares its own funnel.",
                    next_step="Name one with --scope product:KEY, or give steps with --step.",
                    exit_code=2,
                )
            organisation, product = session.setting.organisation, asked_of.scope.key
            filters = declared_steps(organisation, product)
            within = within or f"{declared_window(organisation, product)}d"
        asked = journeys.Funnel(
            steps=filters,
            window_seconds=int(span_of(within or f"{FUNNEL_DAYS}d").total_seconds()),
            order=journeys.Order(order),
            exclusions=tuple(exclusion_of(text) for text in exclusions),
            since=since,
            until=until,
            elapsed_only=elapsed,
            breakdown=breakdown,
            audience=asked_of,
        )
        found = journeys.funnel(session, asked)
    rows = [
        {
            "value": value,
            "step": number,
            "event": filters[number - 1].event or ANY,
            "units": step.units,
            "of_first": step.units / reached[0].units if reached[0].units else None,
            "mean_seconds": step.mean_seconds,
            "median_seconds": step.median_seconds,
        }
        for value, reached in found.by_value.items()
        for number, step in enumerate(reached, 1)
    ]
    _answer({"known_until": str(found.known_until), "elapsed": found.elapsed}, rows, wants_json)


@verb.command("retention")
@click.option("--target", default=ANY, metavar=EVENT_SYNTAX, help="What puts one into a cohort.")
@click.option("--returning", default=ANY, metavar=EVENT_SYNTAX, help="What counts as coming back.")
@click.option("--step", type=click.Choice([str(step) for step in Step]), default="week")
@click.option("--to", "until", type=MOMENT, help="Within the last interval; else the last known.")
@click.option("--from", "since", type=MOMENT, help="Within the first cohort: a rectangle.")
@click.option("--intervals", default=12, show_default=True, type=click.IntRange(1, MOST_INTERVALS))
@click.option("--cohort", type=click.Choice([str(c) for c in journeys.Cohort]),
              default="first_time", show_default=True)  # fmt: skip
@click.option("--cumulative", is_flag=True, help="Count who came back in an interval or later.")
@click.option("--occurrences", default=1, type=click.IntRange(1), help="Events that make a return.")
@click.option("--by", "breakdown", type=click.Choice(PROPERTIES))
@of_audience
@in_workspace
@as_json
def retention(
    target: str,
    returning: str,
    step: str,
    until: datetime | None,
    since: datetime | None,
    intervals: int,
    cohort: str,
    cumulative: bool,
    occurrences: int,
    breakdown: str | None,
    scope: str,
    unit: str,
    where: tuple[str, ...],
    unless: tuple[str, ...],
    folder: Path | None,
    wants_json: bool,
) -> None:
    """The grid of cohorts: who came back how many intervals later."""
    asked_of = audience_of(scope, unit, where, unless)
    with Session.open(open_workspace(folder), LOCAL_CPO) as session:
        asked = journeys.Retention(
            target=event_of(target),
            returning=event_of(returning),
            date_to=until or session.last_known,
            step=Step(step),
            count=intervals,
            date_from=since,
            cohort=journeys.Cohort(cohort),
            cumulative=cumulative,
            min_occurrences=occurrences,
            breakdown=breakdown,
            audience=asked_of,
        )
        grid = journeys.retention(session, asked)
    rows = [
        {"value": value, "cohort": interval.start.isoformat(), "units": list(row)}
        for value, matrix in grid.matrices.items()
        for interval, row in zip(grid.intervals, matrix, strict=False)
    ]
    _answer(_intervals(grid.intervals, grid.closed, grid.reasons), rows, wants_json)


@verb.command("lifecycle")
@click.option("--event", default=ANY, metavar=EVENT_SYNTAX)
@click.option("--step", type=click.Choice([str(step) for step in Step]), default="week")
@click.option("--from", "since", type=MOMENT, required=True)
@click.option("--to", "until", type=MOMENT, help="Else the last day known.")
@of_audience
@in_workspace
@as_json
def lifecycle(
    event: str,
    step: str,
    since: datetime,
    until: datetime | None,
    scope: str,
    unit: str,
    where: tuple[str, ...],
    unless: tuple[str, ...],
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Who is new, stays, comes back and falls silent, per interval."""
    asked_of = audience_of(scope, unit, where, unless)
    with Session.open(open_workspace(folder), LOCAL_CPO) as session:
        found = journeys.lifecycle(
            session,
            journeys.Lifecycle(
                event_of(event), since, until or session.last_known, Step(step), asked_of
            ),
        )
    states = ("new", "returning", "resurrecting", "dormant")
    rows = [
        {"start": interval.start.isoformat()}
        | {state: getattr(found, state)[at] for state in states}
        | {"closed": found.closed[at], "reason": found.reasons[at] or None}
        for at, interval in enumerate(found.intervals)
    ]
    _answer({}, rows, wants_json)


@verb.command("stickiness")
@click.option("--event", default=ANY, metavar=EVENT_SYNTAX)
@click.option("--step", type=click.Choice([str(step) for step in Step]), default="day")
@click.option(
    "--every",
    default=1,
    type=click.IntRange(1, MOST_INTERVALS),
    help="Steps that make one interval.",
)
@click.option("--from", "since", type=MOMENT, required=True)
@click.option("--to", "until", type=MOMENT, help="Else the last day known.")
@click.option("--cumulative", is_flag=True, help="Active in k intervals or more.")
@click.option("--events", type=(click.Choice([str(c) for c in Comparison]), int),
              metavar="[exact|gte|lte] N", default=("gte", 1), help="How many events make an "
              "interval active.")  # fmt: skip
@of_audience
@in_workspace
@as_json
def stickiness(
    event: str,
    step: str,
    every: int,
    since: datetime,
    until: datetime | None,
    cumulative: bool,
    events: tuple[str, int],
    scope: str,
    unit: str,
    where: tuple[str, ...],
    unless: tuple[str, ...],
    folder: Path | None,
    wants_json: bool,
) -> None:
    """In how many intervals of a range each user was active."""
    asked_of = audience_of(scope, unit, where, unless)
    criterion = journeys.Criterion(Comparison(events[0]), events[1])
    with Session.open(open_workspace(folder), LOCAL_CPO) as session:
        found = journeys.stickiness(
            session,
            journeys.Stickiness(
                event_of(event), since, until or session.last_known, Step(step), every, criterion,
                cumulative, asked_of,
            ),
        )  # fmt: skip
    rows = [{"intervals": k, "units": units} for k, units in enumerate(found.units, 1)]
    _answer({"closed": found.closed, "reason": found.reason or None}, rows, wants_json)


@verb.command("active")
@click.option("--event", default=ANY, metavar=EVENT_SYNTAX)
@click.option(
    "--window", default=28, show_default=True, type=click.IntRange(1, MOST_DAYS), help="Days."
)
@click.option("--step", type=click.Choice(["day", "week", "month", "quarter"]), default="day")
@click.option("--at", type=click.Choice(["start", "end"]), default="end", show_default=True)
@click.option("--from", "since", type=MOMENT, required=True)
@click.option("--to", "until", type=MOMENT, help="Else the last day known.")
@of_audience
@in_workspace
@as_json
def active(
    event: str,
    window: int,
    step: str,
    at: str,
    since: datetime,
    until: datetime | None,
    scope: str,
    unit: str,
    where: tuple[str, ...],
    unless: tuple[str, ...],
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Users active in a trailing window, at the start or end of each interval."""
    asked_of = audience_of(scope, unit, where, unless)
    with Session.open(open_workspace(folder), LOCAL_CPO) as session:
        found = journeys.active_users(
            session,
            journeys.ActiveUsers(
                event_of(event), since, until or session.last_known, window, Step(step),
                "start" if at == "start" else "end", False, asked_of,
            ),
        )  # fmt: skip
    rows = [
        {
            "day": str(day),
            "units": found.units[index],
            "closed": found.closed[index],
            "reason": found.reasons[index] or None,
        }
        for index, day in enumerate(found.days)
    ]
    _answer({}, rows, wants_json)


def _intervals(
    intervals: Sequence[journeys.Interval], closed: Sequence[bool], reasons: Sequence[str]
) -> dict[str, Any]:
    return {
        "intervals": [
            {"start": each.start.isoformat(), "closed": closed[at], "reason": reasons[at] or None}
            for at, each in enumerate(intervals)
        ]
    }


def _answer(content: dict[str, Any], rows: list[dict[str, Any]], wants_json: bool) -> None:
    if wants_json:
        answer(content | {"rows": rows})
        return
    for key, value in content.items():
        if not isinstance(value, list):
            click.echo(f"{key}: {value}")
    if not rows:
        click.echo("Nobody did this.")
        return
    names = list(rows[0])
    click.echo(table([[row[name] for name in names] for row in rows], names))
