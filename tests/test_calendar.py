from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.calendar import CALENDAR_GRAINS, Calendar, Grain

days = st.dates(date(1999, 1, 1), date(2061, 12, 31))
calendars = st.builds(Calendar, st.integers(1, 7), st.integers(1, 12))


@given(calendars, st.sampled_from(CALENDAR_GRAINS), days)
def test_periods_tile_the_days_without_gap_or_overlap(calendar, grain, day):
    period = calendar.period(grain, day)
    assert period.start <= day <= period.end
    assert calendar.following(period).start == period.end + timedelta(1)
    assert calendar.previous(period).end == period.start - timedelta(1)
    assert calendar.period(grain, period.start) == calendar.period(grain, period.end) == period


@given(days)
def test_weeks_that_begin_on_monday_bear_their_iso_name(day):
    year, week, _ = day.isocalendar()
    assert Calendar().period(Grain.WEEK, day).key == f"{year}-W{week:02}"


@given(calendars, days)
def test_a_fiscal_year_has_four_quarters_of_three_months(calendar, day):
    quarter = calendar.period(Grain.QUARTER, day)
    keys = [quarter.key]
    for _ in range(3):
        quarter = calendar.following(quarter)
        keys.append(quarter.key)
    assert sorted(key[-2:] for key in keys) == ["Q1", "Q2", "Q3", "Q4"]


@pytest.mark.parametrize(
    ("grain", "day", "key", "prior"),
    [
        (Grain.WEEK, date(2026, 11, 15), "2026-W46", "2025-W46"),
        (Grain.WEEK, date(2026, 12, 31), "2026-W53", "2026-W01"),
        (Grain.MONTH, date(2024, 2, 29), "2024-02", "2023-02"),
        (Grain.QUARTER, date(2026, 11, 15), "2026-Q4", "2025-Q4"),
        (Grain.DAY, date(2026, 11, 15), "2026-11-15", "2025-11-16"),
    ],
)
def test_the_prior_year_is_364_days_earlier_for_days_and_weeks(grain, day, key, prior):
    calendar = Calendar()
    period = calendar.period(grain, day)
    assert (period.key, calendar.prior_year(period).key) == (key, prior)


def test_periods_between_two_days_include_both_ends():
    weeks = Calendar(first_weekday=7).periods(Grain.WEEK, date(2026, 1, 3), date(2026, 1, 11))
    assert [week.start for week in weeks] == [
        date(2025, 12, 28),
        date(2026, 1, 4),
        date(2026, 1, 11),
    ]
