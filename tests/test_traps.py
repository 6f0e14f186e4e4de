"""The traps of the trade: what a dashboard gets wrong when nobody looks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from metrics.calendar import Calendar, Grain
from metrics.errors import VigieError
from tests.facts import MONDAY, Facts

WEEK = timedelta(7)
QUARTER_END = MONDAY + 12 * WEEK


def test_users_of_two_products_count_once_for_the_company():
    rows = [(product, 7, MONDAY, "look") for product in ("anvil", "bellows")]
    facts = Facts().cover("events", ["anvil", "bellows"], MONDAY, MONDAY + WEEK).events(rows)
    assert facts.values("active_users")["", "2026-W02"] == 1
    by_product = facts.values("active_users", by="product")
    assert by_product["anvil", "2026-W02"] + by_product["bellows", "2026-W02"] == 2


def test_a_product_with_two_squads_counts_once_for_the_company():
    shared = [("anvil", 1, MONDAY, "look"), ("bellows", 2, MONDAY, "look")]
    facts = Facts().cover("events", ["anvil", "bellows"], MONDAY, MONDAY + WEEK).events(shared)
    assert facts.values("active_users")["", "2026-W02"] == 2
    assert facts.values("active_users", by="squad")["north", "2026-W02"] == 2


def test_a_rate_of_the_whole_is_not_the_mean_of_rates():
    rows = [("anvil", user, MONDAY, "sign up") for user in range(1, 10)]
    rows += [("anvil", user, MONDAY, "hammer") for user in range(1, 10)]
    rows += [("crucible", 99, MONDAY, "sign up")]
    facts = Facts().cover("events", ["anvil", "crucible"], MONDAY, MONDAY + 3 * WEEK).events(rows)
    assert facts.values("activation_rate")["", "2026-W02"] == pytest.approx(0.9)


def test_a_period_belongs_to_whoever_held_the_role_on_its_last_day():
    rows = [("anvil", 1, day, "look") for day in (MONDAY, MONDAY + 4 * WEEK)]
    rows += [("bellows", 2, day, "look") for day in (MONDAY, MONDAY + 4 * WEEK)]
    facts = Facts().cover("events", ["anvil", "bellows"], MONDAY, MONDAY + 5 * WEEK).events(rows)
    values = facts.values("active_users", by="owner")
    assert values["PM:ada", "2026-W02"] == 2
    assert values["PM:ada", "2026-W06"] == 1
    assert values["PM:bob", "2026-W06"] == 1
    assert ("PM:bob", "2026-W02") not in values


def test_an_owner_who_takes_over_a_product_wins_no_new_users_by_it():
    rows = [("bellows", user, day, "look") for user in (1, 2, 3)
            for day in (MONDAY + 3 * WEEK, MONDAY + 4 * WEEK)]  # fmt: skip
    facts = Facts().cover("events", ["anvil", "bellows"], MONDAY, MONDAY + 5 * WEEK).events(rows)
    taken_over = [f for f in facts.ask("new_users", by="owner") if f.scope.key == "PM:bob"]
    assert {f.period: f.value for f in taken_over}["2026-W06"] == 0


def test_week_53_exists_and_its_prior_year_is_364_days_earlier():
    calendar = Calendar()
    week = calendar.period(Grain.WEEK, date(2021, 1, 2))
    assert (week.key, week.start) == ("2020-W53", date(2020, 12, 28))
    assert calendar.prior_year(week).start == date(2019, 12, 30)
    assert calendar.following(week).key == "2021-W01"


def test_fiscal_quarters_bear_the_year_in_which_the_fiscal_year_ends():
    calendar = Calendar(fiscal_year_start=10)
    quarter = calendar.period(Grain.QUARTER, date(2026, 11, 15))
    assert (quarter.key, quarter.start, quarter.end) == (
        "2027-Q1", date(2026, 10, 1), date(2026, 12, 31))  # fmt: skip
    assert calendar.previous(quarter).key == "2026-Q4"


def test_a_grain_in_which_a_kpi_is_not_born_is_refused_with_the_remedy():
    with pytest.raises(VigieError, match="per month, quarter"):
        Facts().ask("revenue", grain=Grain.WEEK)


def test_a_dimension_the_facts_do_not_hold_is_refused_with_the_choices():
    with pytest.raises(VigieError) as refusal:
        Facts().ask("active_users", by="colour")
    assert {"product", "country"} <= set(refusal.value.choices)


def test_a_filter_value_is_bound_and_never_sql():
    facts = Facts().cover("events", ["anvil"], MONDAY, MONDAY + WEEK)
    facts.events([("anvil", 1, MONDAY, "look")])
    hostile = "FR' or '1'='1"
    assert facts.ask("active_users", where={"country": hostile})[0].value == 0
    assert facts.ask("active_users", where={"country": "FR"})[0].value == 1


def test_zero_denominators_are_absent_and_say_so():
    facts = Facts().cover("deals", ["anvil"], MONDAY, QUARTER_END)
    facts.insert(
        "landed_deals",
        "source, observed_at, deal_id, stream, outcome, closed_day",
        [("test", MONDAY, "d1", "anvil", "no_decision", MONDAY)],
    )
    reasons = {f.reason for f in facts.ask("win_rate") if f.closed}
    assert reasons <= {"zero_denominator", "history_begins"}


def test_restated_slices_replace_and_identical_rows_keep_their_number():
    facts = Facts().cover("events", ["anvil"], MONDAY, MONDAY + WEEK)
    facts.events([("anvil", 1, MONDAY, "look")] * 3)
    facts.connection.execute("insert into imports values (2, 'test', '', timestamp '2026-02-01')")
    facts.connection.execute(
        "insert into landed_events select * replace (2 as import_id, 5 as user_key) "
        "from landed_events limit 2"
    )
    facts.connection.execute(
        "insert into slices values (2, 'events', 'test', 'anvil', ?)", [MONDAY]
    )
    rows = facts.connection.execute("select user_key, count(*) from events group by all").fetchall()
    assert rows == [(5, 2)]


def test_product_points_of_growth_sum_to_the_growth_of_the_company():
    start = date(2024, 12, 1)
    facts = Facts().cover("subscriptions", ["anvil", "bellows", "crucible"], start, QUARTER_END)
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day",
        [
            ("test", start, f"s{n}", n, stream, 1, f"{amount}", "EUR", begun)
            for n, (stream, amount, begun) in enumerate([
                ("anvil", 100, start), ("bellows", 60, start), ("anvil", 33.33, MONDAY),
                ("crucible", 21, MONDAY)])
        ],
    )  # fmt: skip
    parts = facts.values("growth_contribution", by="product", grain=Grain.MONTH)
    whole = facts.values("growth_contribution", grain=Grain.MONTH)["", "2026-01"]
    assert whole == pytest.approx((33.33 + 21) / 160 * 100)
    assert sum(v for (_, month), v in parts.items() if month == "2026-01") == pytest.approx(whole)


def test_a_price_change_belongs_to_the_days_between_the_exports_that_show_it():
    facts = Facts().cover("subscriptions", ["anvil"], MONDAY, QUARTER_END)
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, observed_day, subscription_id, account_key, stream, "
        "interval_months, amount, currency, start_day",
        [
            ("test", seen, seen, "s", 1, "anvil", 1, amount, "EUR", date(2025, 6, 1))
            for seen, amount in ((date(2026, 2, 1), "10.00"), (date(2026, 3, 1), "12.00"))
        ],
    )
    mrr = facts.values("mrr", grain=Grain.MONTH)
    assert [mrr["", f"2026-0{month}"] for month in (1, 2)] == [10, 12]
    assert facts.values("expansion_mrr", grain=Grain.MONTH)["", "2026-02"] == 2
