"""The traps of the trade: what a dashboard gets wrong when nobody looks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from metrics.access import LOCAL_CPO
from metrics.calendar import Calendar, Grain
from metrics.errors import VigieError
from metrics.query import query
from tests.facts import MONDAY, Facts
from tests.small_workspace import SmallWorkspace

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


def items(rows: list[dict[str, object]], covered: tuple[str, ...] = ("north",)) -> Facts:
    """Work items of the first two weeks; each row gives what differs from a plain finished item."""
    facts = Facts().cover("work_items", covered, MONDAY, MONDAY + 2 * WEEK - timedelta(1))
    names = ("source", "observed_at", "item_id", "stream", "status_category", "created_day",
             "started_day", "done_day", "sprints", "labels", "blocked_by")  # fmt: skip
    plain = {"source": "test", "observed_at": MONDAY + WEEK, "stream": "north",
             "status_category": "done", "created_day": MONDAY, "started_day": MONDAY,
             "done_day": MONDAY + timedelta(2), "sprints": [], "labels": [],
             "blocked_by": []}  # fmt: skip
    full = [plain | {"item_id": f"i{number}"} | row for number, row in enumerate(rows)]
    return facts.insert(
        "landed_work_items", ", ".join(names), [[row[name] for name in names] for row in full]
    )


def test_an_item_of_two_sprints_with_three_labels_is_one_item():
    facts = items([{"sprints": ["S1", "S2"], "labels": ["a", "b", "c"], "blocked_by": ["x", "y"]}])
    assert facts.values("throughput")["", "2026-W02"] == 1


def test_items_and_members_of_a_squad_do_not_multiply_each_other():
    doing = {"status_category": "doing", "done_day": None}
    facts = items([doing] * 4)
    facts.connection.executemany(
        "insert into squad_members values ('north', ?, date '2020-01-01', null)",
        [["ada"], ["bob"], ["eve"]],
    )
    (figure,) = [f for f in facts.ask("wip_per_person", by="squad") if f.period == "2026-W02"]
    assert (figure.numerator, figure.denominator) == (4, 3)
    assert figure.value == pytest.approx(4 / 3)


def test_an_account_with_two_subscriptions_is_one_account():
    facts = Facts().cover("subscriptions", ["anvil"], MONDAY, QUARTER_END)
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day",
        [("test", MONDAY, f"s{n}", 7, "anvil", 1, "10.00", "EUR", MONDAY) for n in range(2)],
    )
    assert facts.values("arpa", grain=Grain.MONTH)["", "2026-01"] == 20


def test_a_ratio_of_distinct_users_is_counted_again_for_the_whole():
    """Each product's adoption is 1/2; of the three people in all, two use the feature."""
    facts = Facts().cover("events", ["anvil", "bellows"], MONDAY, MONDAY + WEEK)
    facts.events(
        [(product, user, MONDAY, "draw") for product, user in (("anvil", 1), ("bellows", 2))]
        + [(product, 3, MONDAY, "look") for product in ("anvil", "bellows")]
    )
    wanted = {"2026-W02": pytest.approx(2 / 3)}
    cut = [f for f in facts.ask("feature_adoption", by="feature") if f.member == "draw"]
    assert {f.period: f.value for f in cut if f.closed and f.value is not None} == wanted


def test_a_period_under_way_is_not_compared():
    thursday = MONDAY + WEEK + timedelta(3)
    facts = Facts().cover("events", ["anvil"], MONDAY, thursday)
    facts.events(
        [("anvil", user, MONDAY, "look") for user in (1, 2)] + [("anvil", 1, thursday, "look")]
    )
    last = {f.kpi: f for f in facts.ask("active_users", "churned_users") if f.period == "2026-W03"}
    assert (last["active_users"].closed, last["active_users"].value) == (False, 1)
    assert (last["churned_users"].value, last["churned_users"].reason) == (None, "not_closed")


def test_late_data_fills_a_gap_that_was_no_zero():
    facts = Facts().cover("events", ["anvil"], MONDAY, MONDAY + timedelta(2))
    facts.cover("events", ["anvil"], MONDAY + timedelta(4), MONDAY + 2 * WEEK)
    facts.events([("anvil", 1, MONDAY, "look")])
    (before,) = [f for f in facts.ask("active_users") if f.period == "2026-W02"]
    assert (before.value, before.reason) == (None, "gap")
    late = MONDAY + timedelta(3)
    facts.cover("events", ["anvil"], late, late)
    assert facts.values("active_users")["", "2026-W02"] == 1


def test_a_group_of_one_gives_its_own_value_and_nobody_s_opinion():
    facts = items([{"done_day": MONDAY + timedelta(5)}])
    assert facts.values("cycle_time_p85", by="squad")["north", "2026-W02"] == 5
    answers = Facts().cover("responses", ["north"], MONDAY, QUARTER_END)
    answers.insert(
        "landed_responses",
        "source, observed_at, response_id, question, kind, wave, day, stream, score, scale_min, "
        "scale_max",
        [("test", QUARTER_END, "r", "q", "enps", "w", date(2026, 2, 10), "north", 9, 0, 10)],
    )
    told = [f for f in answers.ask("enps", by="squad") if f.period == "2026-02"]
    assert [(f.value, f.n, f.low, f.reason) for f in told] == [(None, None, None, "small_group")]


def test_a_figure_of_week_53_counts_days_of_two_years():
    facts = Facts().cover("events", ["anvil"], date(2020, 12, 21), date(2021, 1, 10))
    seen = ((1, date(2020, 12, 28)), (2, date(2021, 1, 3)), (3, date(2021, 1, 4)))
    facts.events([("anvil", user, day, "look") for user, day in seen])
    values = facts.values("active_users")
    assert (values["", "2020-W53"], values["", "2021-W01"]) == (2, 1)


def test_items_of_two_tools_with_the_same_id_are_two_items():
    facts = items([{"item_id": "1"}, {"item_id": "1", "source": "other"}])
    facts.connection.execute("insert into streams values ('other', 'north', null, 'north')")
    assert facts.values("throughput")["", "2026-W02"] == 2


def test_an_item_imported_again_is_the_newest_and_counts_once():
    doing = {"item_id": "1", "status_category": "doing", "done_day": None}
    facts = items([doing | {"observed_at": MONDAY}, {"item_id": "1"}])
    assert facts.values("throughput")["", "2026-W02"] == 1
    assert facts.values("wip")["", "2026-W02"] == 0


@pytest.mark.parametrize(
    ("day", "moments"),
    [
        ("2026-03-29", ("2026-03-28T23:30:00Z", "2026-03-29T21:30:00Z")),  # 23 hours long
        ("2026-10-25", ("2026-10-24T22:30:00Z", "2026-10-25T22:30:00Z")),  # 25 hours long
    ],
)
def test_days_on_which_the_clocks_change_hold_their_own_hours(tmp_path, day, moments):
    """Half past midnight and half past eleven at night in Paris, and the day after."""
    changed = date.fromisoformat(day)
    rows = [(moment, f"u{number}") for number, moment in enumerate(moments)]
    rows.append((f"{changed + timedelta(1)}T10:00:00Z", "u9"))
    rows.append((f"{changed - timedelta(1)}T10:00:00Z", "u9"))
    company = SmallWorkspace(tmp_path / "forge")
    done = company.import_files({
        "products.csv": "product,name,line,stage,launched,vision,north_star,signup_event,"
        "activation_event\natelier,Atelier,,,,,,,\n",
        "Mixpanel events.csv": "Event Name,Time,Distinct ID,Product\n"
        + "".join(f"Open,{moment},{user},Atelier\n" for moment, user in rows),
    })  # fmt: skip
    assert [report.status for report in done.files] == ["loaded", "loaded"]
    figures = query(company.workspace, LOCAL_CPO, ["active_users"], grain="day")
    values = {figure.period: figure.value for figure in figures}
    assert [values[str(changed + timedelta(n))] for n in (-1, 0, 1)] == [1, 2, 1]


def test_amounts_of_two_currencies_are_never_added_as_they_are():
    """100 euros and 100 dollars are 190, then 195: what the rate did is no growth of an account."""
    january, february = date(2026, 1, 31), date(2026, 2, 28)
    facts = Facts().cover("subscriptions", ["anvil"], date(2026, 1, 1), february)
    facts.insert(
        "landed_rates",
        "source, observed_at, stream, currency, day, rate",
        [("test", MONDAY, "", "USD", day, rate)
         for day, rate in ((january, "0.90"), (february, "0.95"))],
    )  # fmt: skip
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day",
        [("test", MONDAY, f"s{n}", n, "anvil", 1, "100.00", currency, date(2025, 12, 1))
         for n, currency in enumerate(("EUR", "USD"))],
    )  # fmt: skip
    mrr = facts.values("mrr", grain=Grain.MONTH)
    assert (mrr["", "2026-01"], mrr["", "2026-02"]) == (190, 195)
    assert facts.values("fx_mrr", grain=Grain.MONTH)["", "2026-02"] == pytest.approx(5)
    for movement in ("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr"):
        assert facts.values(movement, grain=Grain.MONTH)["", "2026-02"] == 0
    assert facts.values("net_revenue_retention", grain=Grain.MONTH)["", "2026-02"] == 1
