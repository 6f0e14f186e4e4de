"""Figures that tools have added up already: each period of a metric counts once, whoever told."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.calendar import Grain
from tests.facts import Facts

COLUMNS = "source, observed_at, metric, stream, day, grain, dimension, member, value"
EARLIER, LATER = datetime(2026, 5, 1), datetime(2026, 5, 2)
FIRST, LAST = date(2026, 1, 1), date(2026, 4, 30)
MONTHS = [date(2026, month, 1) for month in range(1, 5)]


def known():
    facts = Facts()
    for metric in ("carbon_grams", "rgaa_criteria_met"):
        facts.cover(f"observations:{metric}", ["anvil"], FIRST, LAST)
    return facts


def told(metric, day, grain, value, *, source="test", at=EARLIER, stream="anvil"):
    return (source, at, metric, stream, day, grain, "", "", value)


def days_of(month):
    return [month + timedelta(n) for n in range(monthrange(month.year, month.month)[1])]


def carbon(rows):
    facts = known()
    facts.insert("landed_observations", COLUMNS, rows)
    return {
        figure.period: figure.value
        for figure in facts.ask("carbon_grams", by="product", grain=Grain.MONTH)
        if figure.scope.key == "anvil"
    }


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 31)), min_size=4, max_size=4))
def test_a_metric_told_by_month_and_by_day_counts_once(drawn):
    """Days take the place of their month where they tell all of it; the month stands elsewhere."""
    rows, expected = [], {}
    for month, (by_month, known) in zip(MONTHS, drawn, strict=True):
        days = days_of(month)[:known]
        rows += [told("carbon_grams", day, "day", 2, at=LATER) for day in days]
        rows += [told("carbon_grams", month, "month", 100)] * by_month
        whole = len(days) == len(days_of(month))
        expected[f"{month:%Y-%m}"] = 100 if by_month and not whole else 2 * len(days)
    if rows:
        found = carbon(rows)
        assert {period: found.get(period) or 0 for period in expected} == expected


def test_a_product_that_is_written_otherwise_is_not_another_one():
    """A month told of "Anvil" and told again of " anvil" counted twice."""
    facts = known()
    facts.connection.execute(
        "insert into streams by name select * replace (unnest([' Anvil', 'ANVIL']) as stream) "
        "from streams where stream = 'anvil'"
    )
    again = [told("carbon_grams", MONTHS[0], "month", 110, at=LATER, stream=" Anvil")]
    shouted = [told("carbon_grams", MONTHS[1], "month", 70, stream="ANVIL")]
    rows = [told("carbon_grams", MONTHS[0], "month", 100), *again, *shouted]
    facts.insert("landed_observations", COLUMNS, rows)
    found = facts.values("carbon_grams", by="product", grain=Grain.MONTH)
    assert (found["anvil", "2026-01"], found["anvil", "2026-02"]) == (110, 70)


def test_of_two_tools_that_tell_the_same_month_the_last_one_counts_and_sites_of_one_tool_add_up():
    january = MONTHS[0]
    both = [
        told("carbon_grams", january, "month", 100, source="test"),
        told("carbon_grams", january, "month", 90, source="other", at=LATER),
    ]
    facts = known()
    facts.connection.execute(
        "insert into streams by name select * replace ('other' as source) from streams"
        " where source = 'test'"
    )
    facts.insert("landed_observations", COLUMNS, both)
    (value,) = [
        figure.value
        for figure in facts.ask("carbon_grams", by="product", grain=Grain.MONTH)
        if figure.scope.key == "anvil" and figure.period == "2026-01"
    ]
    assert value == 90


@pytest.mark.parametrize("grain", ["level", "week"])
def test_a_level_told_at_two_grains_is_one_level(grain):
    facts = known()
    rows = [told("rgaa_criteria_met", month, "month", 50) for month in MONTHS]
    rows += [
        told("rgaa_criteria_met", date(2026, 1, 5) + timedelta(7 * n), grain, 50, at=LATER)
        for n in range(16)
    ]
    facts.insert("landed_observations", COLUMNS, rows)
    values = {
        figure.value
        for figure in facts.ask("rgaa_criteria_met", by="product", grain=Grain.MONTH)
        if figure.scope.key == "anvil" and figure.closed
    }
    assert values == {50}


LENGTHS = st.sampled_from(["day", "week", "month"])


@settings(max_examples=8, deadline=None)
@given(LENGTHS, st.lists(st.integers(0, 110), min_size=1, max_size=9))
def test_of_a_period_that_a_longer_or_shifted_one_reaches_into_nothing_is_told(grain, offsets):
    spans = []
    for first in sorted({FIRST + timedelta(offset) for offset in offsets}):
        start = first.replace(day=1) if grain == "month" else first
        lasts = {"day": 1, "week": 7, "month": len(days_of(start))}[grain]
        if not spans or spans[-1][1] <= start:
            spans.append((start, start + timedelta(lasts)))
    facts = known()
    facts.insert(
        "landed_observations", COLUMNS, [told("carbon_grams", s, grain, 3) for s, _ in spans]
    )
    for asked in (Grain.MONTH, Grain.QUARTER):
        for figure in facts.ask("carbon_grams", by="product", grain=asked):
            after = figure.end + timedelta(1)
            touching = [s for s in spans if s[0] < after and s[1] > figure.start]
            across = any(s[0] < figure.start or s[1] > after for s in touching)
            if figure.closed and figure.scope.key == "anvil":
                expected = (None, "other_periods") if across else (3 * len(touching), None)
                assert (figure.value, figure.reason) == expected
