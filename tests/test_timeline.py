"""Figures to date and per sprint, against brute force over the rows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.calendar import Calendar, Grain
from metrics.errors import VigieError
from metrics.timeline import TO_DATE_PERIODS, Sprint, of_sprints, to_date, year_before
from tests.facts import MONDAY, Facts
from tests.test_figures import LAST, active, covered, events, held, money, mrr_on
from tests.test_figures import subscriptions as subscription_rows

brute = settings(max_examples=5, deadline=None)


@given(
    st.sampled_from([Grain.MTD, Grain.QTD, Grain.YTD]),
    st.dates(date(2015, 1, 1), date(2035, 1, 1)),
    st.integers(1, 12),
    st.integers(1, 7),
)
def test_windows_end_with_weeks_and_the_same_day_a_year_earlier(grain, last, month, weekday):
    line = to_date(Calendar(weekday, month), grain, last)
    windows = [p for p, shown in zip(line.periods, line.shown, strict=True) if shown]
    ends = {window.end for window in windows}
    weeks = sorted(end for end in ends if end.isoweekday() % 7 == (weekday - 1) % 7)
    assert len(weeks) >= TO_DATE_PERIODS
    assert {year_before(end) for end in weeks[-TO_DATE_PERIODS:]} <= ends
    for position, period in enumerate(line.periods):
        if line.shown[position]:
            eve = line.periods[line.previous[position]]
            assert eve.end == period.start - timedelta(1)
            assert period.start.day == 1
            assert (period.start.month - month) % {"mtd": 1, "qtd": 3, "ytd": 12}[grain] == 0


@pytest.mark.parametrize(
    ("end", "ending", "earlier"),
    [
        (date(2024, 2, 29), Grain.WEEK, date(2023, 2, 28)),
        (date(2024, 3, 10), Grain.WEEK, date(2023, 3, 10)),
        (date(2025, 2, 28), Grain.WEEK, date(2024, 2, 28)),
        (date(2025, 2, 28), Grain.MONTH, date(2024, 2, 29)),
        (date(2024, 2, 29), Grain.MONTH, date(2023, 2, 28)),
        (date(2025, 12, 31), Grain.MONTH, date(2024, 12, 31)),
    ],
)
def test_windows_are_compared_to_the_same_date_and_months_whole(end, ending, earlier):
    assert year_before(end, ending) == earlier
    line = to_date(Calendar(), Grain.YTD, end, ending)
    windows = {window.end: ago for window, ago in zip(line.periods, line.prior_year, strict=True)}
    if ending is Grain.MONTH:
        assert line.periods[windows[end]].end == earlier


@brute
@given(events)
@pytest.mark.parametrize("grain", [Grain.MTD, Grain.QTD, Grain.YTD])
def test_users_to_date_are_counted_and_not_added(grain, rows):
    for figure in covered(rows).ask("active_users", by="company", grain=grain):
        if figure.start < MONDAY:
            assert figure.reason in ("history_begins", "not_closed")
        elif figure.closed:
            users = active(rows, held(figure.scope, figure), figure.start, figure.end)
            assert figure.value == len(users)


@brute
@given(subscription_rows)
def test_movements_to_date_tie_with_the_eve_of_the_window(rows):
    facts = money(rows)
    gains = ("new_mrr", "expansion_mrr", "reactivation_mrr")
    losses = ("contraction_mrr", "churned_mrr")
    found: dict[str, dict[date, float]] = {}
    for figure in facts.ask("mrr", *gains, *losses, by="product", grain=Grain.MTD):
        if figure.scope.key == "anvil" and figure.value is not None and figure.closed:
            found.setdefault(figure.kpi, {})[figure.end] = figure.value
    for end, closing in found.get("mrr", {}).items():
        if end not in found["new_mrr"]:
            continue
        eve = end.replace(day=1) - timedelta(1)
        opening = sum(mrr_on(rows, "anvil", account, eve) for account in range(1, 6))
        change = sum(found[kpi][end] for kpi in gains) - sum(found[kpi][end] for kpi in losses)
        assert opening + change == pytest.approx(closing, abs=1e-6)


def test_what_means_nothing_to_date_is_refused():
    facts = covered([("anvil", 1, MONDAY, "look")])
    for kpi in ("new_users", "usage_churn_rate", "rolling_active_users", "retention_w4"):
        with pytest.raises(VigieError, match="is not born per mtd"):
            facts.ask(kpi, grain=Grain.MTD)


def test_a_squad_has_figures_of_its_own_sprints_only():
    facts = Facts().cover("work_items", ["north", "south"], MONDAY, LAST)
    facts.cover("sprints", ["north", "south"], MONDAY, LAST)
    two_weeks, day = timedelta(13), timedelta(1)
    facts.insert(
        "landed_sprints",
        "source, observed_at, sprint, stream, start_day, end_day",
        [
            ("test", MONDAY, "N1", "north", MONDAY, MONDAY + two_weeks),
            ("test", MONDAY, "S1", "south", MONDAY + 7 * day, MONDAY + 7 * day + two_weeks),
        ],
    )
    item = "source, observed_at, observed_day, item_id, stream, status_category, points, sprints, "
    item += "labels, blocked_by, done_day"
    for squad, sprint, start, done in (
        ("north", "N1", MONDAY, MONDAY + 3 * day),
        ("south", "S1", MONDAY + 7 * day, None),
    ):
        for observed, category in ((start, "todo"), (start + 20 * day, "done" if done else "todo")):
            facts.insert(
                "landed_work_items",
                item,
                [("test", observed, observed, f"{squad}-1", squad, category, 3, [sprint], [], [],
                  done if category == "done" else None)],
            )  # fmt: skip
    found = {
        (figure.scope.key, figure.period): figure.value
        for figure in facts.ask("sprint_predictability", by="squad", grain=Grain.SPRINT)
    }
    assert found == {("north", "N1"): 1.0, ("south", "S1"): 0.0}
    assert facts.ask("sprint_predictability", by="company", grain=Grain.SPRINT) == []


def test_sprints_that_fall_together_share_a_column():
    line = of_sprints(
        [
            Sprint("north", "N1", MONDAY, MONDAY + timedelta(13)),
            Sprint("south", "S1", MONDAY, MONDAY + timedelta(13)),
            Sprint("east", "E1", MONDAY, MONDAY + timedelta(6)),
        ]
    )
    assert [period.key for period in line.periods] == ["E1", "2026-01-05/2026-01-18"]
    assert line.held_by == (frozenset({"east"}), frozenset({"north", "south"}))
