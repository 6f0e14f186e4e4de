"""Retention, life cycles, stickiness and trailing users against plain Python over random rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.calendar import Calendar, Grain
from metrics.journeys import (
    ActiveUsers,
    Cohort,
    Criterion,
    EventFilter,
    Lifecycle,
    Retention,
    Step,
    Stickiness,
    active_users,
    lifecycle,
    retention,
    stickiness,
)
from metrics.journeys.retention import compiled
from metrics.journeys.stickiness import Comparison
from metrics.pinning import DIALECTS
from metrics.workspace import Settings
from tests.facts import MONDAY
from tests.journeys.walk import LENGTH, Visit, moment, session, visits

brute = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LAST = MONDAY + timedelta(LENGTH - 1)


def index_of(row: Visit, step: Step, first_weekday: int) -> int:
    """The place of a row's interval, counted from the first one known."""
    if step is Step.HOUR:
        return row[1] // 60
    calendar = Calendar(first_weekday)
    period = calendar.period(Grain(step), moment(row).date())
    return calendar.periods(Grain(step), MONDAY, LAST).index(period)


def grid(rows: list[Visit], asked: Retention, first_weekday: int, cohorts: int) -> list[list[int]]:
    """The triangle or rectangle, counted user by user."""

    def fits(row: Visit, one: EventFilter) -> bool:
        return one.event in (None, row[2]) and all(row[3] == value for _, value in one.where)

    entered: dict[int, set[int]] = defaultdict(set)
    back: Counter[tuple[int, int]] = Counter()
    for row in sorted(rows, key=lambda row: row[1]):
        at = index_of(row, asked.step, first_weekday)
        if fits(row, asked.target) and (asked.cohort is Cohort.RECURRING or not entered[row[0]]):
            entered[row[0]].add(at)
        if fits(row, asked.returning):
            back[row[0], at] += 1
    matrix = []
    for cohort in range(cohorts):
        users = [user for user, places in entered.items() if cohort in places]
        width = cohorts - cohort
        line = [len(users)]
        for offset in range(1, width):
            later = range(offset, width) if asked.cumulative else [offset]
            line.append(
                sum(
                    any(back[user, cohort + each] >= asked.min_occurrences for each in later)
                    for user in users
                )
            )
        matrix.append(line)
    return matrix


@brute
@given(
    visits(users=6),
    st.sampled_from([Cohort.RECURRING, Cohort.FIRST_TIME]),
    st.booleans(),
    st.integers(1, 2),
    st.sampled_from([(Step.DAY, 1, 28), (Step.WEEK, 1, 4), (Step.WEEK, 7, 5), (Step.MONTH, 1, 2)]),
)
def test_triangles(rows, cohort, cumulative, occurrences, laid_out):
    step, first_weekday, cohorts = laid_out
    asked = Retention(
        EventFilter("a"), EventFilter(None), LAST, step, cohorts, cohort=cohort,
        cumulative=cumulative, min_occurrences=occurrences,
    )  # fmt: skip
    found = retention(session(rows, Settings(first_weekday=first_weekday)), asked)
    assert [list(row) for row in found.matrix] == grid(rows, asked, first_weekday, cohorts)


@brute
@given(visits(users=5, last=600))
def test_hours(rows):
    asked = Retention(EventFilter(None), EventFilter("b"), moment((0, 600, "", "")), Step.HOUR, 11)
    found = retention(session(rows), asked)
    assert [list(row) for row in found.matrix] == grid(rows, asked, 1, 11)


@brute
@given(visits(users=6))
def test_a_rectangle_holds_the_triangle_and_is_empty_where_nothing_is_known(rows):
    triangle = Retention(EventFilter(None), EventFilter(None), LAST, Step.WEEK, 4)
    rectangle = Retention(
        EventFilter(None), EventFilter(None), LAST, Step.WEEK, 4, date_from=MONDAY
    )
    asking = session(rows)
    known, wide = retention(asking, triangle).matrix, retention(asking, rectangle)
    for row, padded in zip(known, wide.matrix, strict=True):
        assert padded[: len(row)] == row
        assert padded[len(row) :] == (None,) * (4 - len(row))
    assert wide.reasons[-1] == "not_closed"


def test_a_first_event_that_does_not_match_keeps_a_user_out_of_first_ever_cohorts():
    rows = [(1, 0, "a", "DE"), (1, 1440, "a", "FR"), (2, 1440, "a", "FR"), (3, 0, "b", "FR"),
            (3, 2880, "a", "FR")]  # fmt: skip
    target = EventFilter("a", (("country", "FR"),))
    sizes = {}
    for cohort in (Cohort.FIRST_EVER, Cohort.FIRST_TIME):
        asked = Retention(
            target, EventFilter(None), MONDAY + timedelta(2), Step.DAY, 3, cohort=cohort
        )
        sizes[cohort] = [row[0] for row in retention(session(rows), asked).matrix]
    assert sizes == {Cohort.FIRST_EVER: [0, 1, 1], Cohort.FIRST_TIME: [0, 2, 1]}


@brute
@given(visits(users=6), st.sampled_from([(Step.DAY, 1), (Step.WEEK, 1), (Step.WEEK, 4)]))
def test_life_cycles_tie_exactly(rows, laid_out):
    step, first_weekday = laid_out
    places: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        places[row[0]].add(index_of(row, step, first_weekday))
    found = lifecycle(
        session(rows, Settings(first_weekday=first_weekday)),
        Lifecycle(EventFilter(None), MONDAY, LAST, step),
    )
    active = Counter(place for own in places.values() for place in own)
    for at in range(len(found.intervals)):
        new = sum(min(own) == at for own in places.values())
        returning = sum({at - 1, at} <= own for own in places.values())
        assert (found.new[at], found.returning[at]) == (new, returning)
        assert found.resurrecting[at] == active[at] - new - returning
        assert active[at] - active[at - 1] * (at > 0) == (
            found.new[at] + found.resurrecting[at] + found.dormant[at]
        )


@brute
@given(visits(users=6), st.integers(1, 3), st.booleans(), st.sampled_from(list(Comparison)))
def test_stickiness(rows, together, cumulative, comparison):
    events = Counter((row[0], (moment(row).date() - MONDAY).days // together) for row in rows)
    enough = {
        Comparison.EXACT: lambda count: count == 2,
        Comparison.AT_LEAST: lambda count: count >= 2,
        Comparison.AT_MOST: lambda count: count <= 2,
    }[comparison]
    active = Counter(user for (user, _), count in events.items() if enough(count))
    found = stickiness(
        session(rows),
        Stickiness(
            EventFilter(None),
            MONDAY,
            LAST,
            Step.DAY,
            together,
            Criterion(comparison, 2),
            cumulative,
        ),
    )
    assert len(found.units) == -(-LENGTH // together)
    for k, units in enumerate(found.units, 1):
        assert units == sum(n >= k if cumulative else n == k for n in active.values())


@brute
@given(visits(users=6), st.integers(1, 9), st.sampled_from(["start", "end"]))
def test_trailing_users(rows, window, at):
    found = active_users(
        session(rows), ActiveUsers(EventFilter("a"), MONDAY, LAST, window, Step.WEEK, at)
    )
    for each, day, units in zip(found.intervals, found.days, found.units, strict=True):
        assert day == (each.first_day if at == "start" else each.last_day)
        since = day - timedelta(window - 1)
        assert units == len(
            {row[0] for row in rows if row[2] == "a" and since <= moment(row).date() <= day}
        )


def test_what_is_not_known_is_absent_and_says_why():
    found = active_users(
        session([(1, 0, "a", "FR")]),
        ActiveUsers(EventFilter(None), MONDAY - timedelta(7), LAST + timedelta(7), 7, Step.WEEK),
    )
    assert found.units == (None, 1, 0, 0, 0, None)
    assert (found.reasons[0], found.reasons[-1]) == ("no_data", "not_closed")


def test_a_day_of_23_hours_is_one_day_and_23_hours():
    from metrics.journeys.intervals import intervals
    from tests.journeys.walk import ZONE

    spring = date(2026, 3, 29)
    assert len(intervals(Step.DAY, spring, spring, Calendar(), ZONE)) == 1
    hours = intervals(Step.HOUR, spring, spring + timedelta(1), Calendar(), ZONE)
    assert sum(each.first_day == spring for each in hours) == 23


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("cohort", list(Cohort))
def test_every_engine_can_be_asked(dialect, cohort):
    asked = Retention(EventFilter("a"), EventFilter("b"), LAST, cohort=cohort, breakdown="country")
    assert sqlglot.parse_one(
        compiled(session([(1, 0, "a", "FR")]), asked).sql(dialect), read=dialect
    )
