"""Funnels against plain Python that tries every choice of events, and what they refuse."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import product
from statistics import mean, median

import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.errors import VigieError
from metrics.journeys import EventFilter, Exclusion, Funnel, Order, funnel
from metrics.journeys.funnel import compiled
from metrics.pinning import DIALECTS
from tests.facts import MONDAY
from tests.journeys.walk import Visit, moment, session, visits

brute = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
A, B, C, X = (EventFilter(name) for name in "abcx")
FRENCH = EventFilter("a", (("country", "FR"),))
DAY = 86_400


def fits(step: EventFilter, visit: Visit) -> bool:
    return step.event in (None, visit[2]) and all(visit[3] == value for _, value in step.where)


def ordered_tries(rows: list[Visit], asked: Funnel) -> dict[int, list[list[int]]]:
    """Per user, the moments (minutes) of each try that is not void: as many steps as can be made,
    and of those ways the one that is earliest at every step."""
    found: dict[int, list[list[int]]] = defaultdict(list)
    by_user: dict[int, list[Visit]] = defaultdict(list)
    for row in rows:
        by_user[row[0]].append(row)
    window = asked.window_seconds // 60
    for user, own in by_user.items():
        for first, start in enumerate(own):
            if not fits(asked.steps[0], start):
                continue
            ways = [((first,), start[1])]
            for step in asked.steps[1:]:
                longer = [
                    ((*used, at), visit[1])
                    for (used, last), (at, visit) in product(ways, enumerate(own))
                    if at not in used and fits(step, visit)
                    and last <= visit[1] <= start[1] + window
                ]  # fmt: skip
                if not longer:
                    break
                ways = longer
            times = min([own[at][1] for at in used] for used, _ in ways)
            if not any(_void(own, one, times, start[1] + window) for one in asked.exclusions):
                found[user].append(times)
    return found


def _void(own: list[Visit], exclusion: Exclusion, times: list[int], end: int) -> bool:
    if len(times) <= exclusion.from_step:
        return False
    until = times[exclusion.to_step] if len(times) > exclusion.to_step else end + 1
    return any(
        fits(exclusion.event, visit) and times[exclusion.from_step] < visit[1] < until
        for visit in own
    )


def expected(tries: dict[int, list[list[int]]], count: int) -> list[tuple[int, object, object]]:
    steps = []
    best = {user: max(len(each) for each in own) for user, own in tries.items()}
    for step in range(count):
        users = [user for user, reached in best.items() if reached > step]
        spent = [
            mean(60 * (each[step] - each[step - 1]) for each in tries[user]
                 if len(each) == best[user])
            for user in users
        ] if step else []  # fmt: skip
        steps.append(
            (
                len(users),
                pytest.approx(mean(spent)) if spent else None,
                pytest.approx(median(spent)) if spent else None,
            )
        )
    return steps


@brute
@given(visits(step=60), st.sampled_from([0, 3600, DAY, 14 * DAY]))
@pytest.mark.parametrize("steps", [(A, B), (A, B, C), (C, A, B)], ids=str)
def test_ordered_funnels_also_when_moments_coincide(steps, rows, window):
    asked = Funnel(steps, window)
    found = funnel(session(rows), asked).steps
    told = [(step.units, step.mean_seconds, step.median_seconds) for step in found]
    assert told == expected(ordered_tries(rows, asked), len(steps))


@brute
@given(visits(), st.sampled_from([3600, DAY, 14 * DAY]))
@pytest.mark.parametrize(
    "steps", [(A, A), (A, B, A), (FRENCH, A, EventFilter()), (EventFilter(), B)], ids=str
)
def test_one_event_fills_one_step(steps, rows, window):
    rows = list({(row[0], row[1]): row for row in rows}.values())  # no two at one moment
    asked = Funnel(steps, window)
    found = funnel(session(rows), asked).steps
    assert [step.units for step in found] == [
        units for units, _, _ in expected(ordered_tries(rows, asked), len(steps))
    ]


@brute
@given(visits(step=60, users=3), st.sampled_from([(0, 1), (1, 2), (0, 2)]))
def test_an_excluded_event_voids_a_try(rows, between):
    asked = Funnel((A, B, C), 7 * DAY, exclusions=(Exclusion(X, *between),))
    found = funnel(session(rows), asked).steps
    told = [(step.units, step.mean_seconds, step.median_seconds) for step in found]
    assert told == expected(ordered_tries(rows, asked), 3)


@brute
@given(visits())
def test_strict_steps_are_the_very_next_events(rows):
    rows = list({(row[0], row[1]): row for row in rows}.values())
    best: dict[int, int] = defaultdict(int)
    for user in {row[0] for row in rows}:
        own = sorted((row for row in rows if row[0] == user), key=lambda row: row[1])
        for at, start in enumerate(own):
            reached = 0
            for step, visit in zip("ab", own[at : at + 2], strict=False):
                if visit[2] != step or visit[1] - start[1] > 24 * 60:
                    break
                reached += 1
            best[user] = max(best[user], reached)
    found = funnel(session(rows), Funnel((A, B), DAY, Order.STRICT)).steps
    assert [step.units for step in found] == [
        sum(reached >= step for reached in best.values()) for step in (1, 2)
    ]


@brute
@given(visits(step=60), st.sampled_from([3600, DAY]))
@pytest.mark.parametrize("names", ["abc", "aab", "aaa"])
def test_unordered_steps_within_one_window(names, rows, window):
    best: dict[int, int] = defaultdict(int)
    for start in rows:
        if start[2] in names:
            inside = [
                row[2] for row in rows
                if row[0] == start[0] and 0 <= (row[1] - start[1]) * 60 <= window
            ]  # fmt: skip
            met = sum(min(names.count(name), inside.count(name)) for name in set(names))
            best[start[0]] = max(best[start[0]], met)
    asked = Funnel(tuple(map(EventFilter, names)), window, Order.UNORDERED)
    found = funnel(session(rows), asked).steps
    assert [step.units for step in found] == [
        sum(reached >= step for reached in best.values()) for step in (1, 2, 3)
    ]


@brute
@given(visits())
def test_a_breakdown_walks_each_value_apart(rows):
    found = funnel(session(rows), Funnel((A, B), DAY, breakdown="country")).by_value
    for country, steps in found.items():
        part = [row for row in rows if row[3] == country]
        alone = funnel(session(part), Funnel((A, B), DAY)).steps
        assert steps == alone


def test_only_tries_that_began_within_the_days_asked_about():
    rows = [
        (1, 0, "a", "FR"),
        (1, 60, "b", "FR"),
        (2, 3 * 1440, "a", "FR"),
        (2, 3 * 1440 + 9, "b", "FR"),
    ]
    asked = Funnel((A, B), DAY, since=MONDAY + timedelta(1), until=MONDAY + timedelta(3))
    assert [step.units for step in funnel(session(rows), asked).steps] == [1, 1]


def test_tries_whose_window_has_not_passed_can_be_left_out():
    rows = [(1, 0, "a", "FR"), (2, 27 * 1440, "a", "FR")]
    every = funnel(session(rows), Funnel((A, B)))
    assert (every.steps[0].units, every.elapsed) == (2, False)
    elapsed = funnel(session(rows), Funnel((A, B), elapsed_only=True))
    assert (elapsed.steps[0].units, elapsed.elapsed, elapsed.conversion_rate) == (1, True, 0)


@pytest.mark.parametrize(
    "asked",
    [
        lambda: Funnel((A,)),
        lambda: Funnel((A, B), exclusions=(Exclusion(X, 1, 1),)),
        lambda: Funnel((A, B), exclusions=(Exclusion(X, 0, 2),)),
        lambda: Funnel((A, B), order=Order.UNORDERED, exclusions=(Exclusion(X, 0, 1),)),
        lambda: EventFilter("a", (("colour", "red"),)),
    ],
)
def test_what_cannot_be_asked_is_refused(asked):
    with pytest.raises(VigieError):
        asked()


def test_steps_that_one_event_could_fill_need_an_order():
    with pytest.raises(VigieError, match="the same or exclude one another"):
        funnel(session([(1, 0, "a", "FR")]), Funnel((A, FRENCH), order=Order.UNORDERED))


def test_a_name_is_bound_and_never_sql():
    hostile = EventFilter("a' or '1'='1", (("country", "' or 1=1 --"),))
    found = funnel(session([(1, 0, "a", "FR"), (1, 1, "b", "FR")]), Funnel((hostile, B)))
    assert [step.units for step in found.steps] == [0, 0]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("order", list(Order))
def test_every_engine_can_be_asked(dialect, order):
    statement = compiled(session([(1, 0, "a", "FR")]), Funnel((A, B, C), order=order))
    assert sqlglot.parse_one(statement.sql(dialect), read=dialect)
    assert set(statement.values.values()) >= {"a", "b", "c"}
    assert moment((1, 0, "a", "FR")).date() == MONDAY
