"""Missing is not zero: closed periods, gaps, histories that begin, scopes over several products."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from metrics.calendar import Grain
from metrics.catalogue.kpi import Unit
from metrics.figures import Computation
from metrics.like_with_like import LIKE_WITH_LIKE
from metrics.organisation import Membership, Organisation, Product
from metrics.reading import compare
from metrics.scopes import COMPANY
from metrics.timeline import timeline_of
from tests.facts import CATALOGUE, MONDAY, ORGANISATION, Facts

WEEK = timedelta(7)
EVENTS = [("anvil", 1, MONDAY, "look"), ("anvil", 2, MONDAY + WEEK, "look")]


def figure(
    facts: Facts, period: str, by: str = "company", kpi: str = "active_users", key: str = ""
):
    found = [
        figure
        for figure in facts.ask(kpi, by=by, grain=Grain.WEEK)
        if figure.period == period and figure.scope.key == key
    ]
    return found[0] if found else None


def test_a_covered_period_without_rows_is_zero():
    facts = Facts().cover("events", ["anvil"], MONDAY, MONDAY + 4 * WEEK).events(EVENTS)
    assert figure(facts, "2026-W04").value == 0


def test_a_gap_makes_the_period_absent_and_not_a_fall():
    facts = Facts()
    facts.cover("events", ["anvil"], MONDAY, MONDAY + timedelta(8))
    facts.cover("events", ["anvil"], MONDAY + timedelta(10), MONDAY + 4 * WEEK).events(EVENTS)
    gap = figure(facts, "2026-W03")
    assert (gap.value, gap.reason, gap.closed) == (None, "gap", True)
    assert figure(facts, "2026-W02").value == 1


def test_an_open_period_is_partial_and_shows_what_is_known_to_date():
    facts = Facts().cover("events", ["anvil"], MONDAY, MONDAY + timedelta(9)).events(EVENTS)
    partial = figure(facts, "2026-W03")
    assert (partial.value, partial.reason, partial.closed) == (1, "not_closed", False)
    assert figure(facts, "2026-W03", kpi="churned_users").value is None


def test_a_company_closes_when_each_product_has():
    facts = Facts()
    facts.cover("events", ["anvil"], MONDAY, MONDAY + timedelta(13))
    facts.cover("events", ["bellows"], MONDAY, MONDAY + timedelta(6)).events(EVENTS)
    both = figure(facts, "2026-W03")
    assert (both.value, both.reason, both.closed) == (None, "partial_members:1/2", False)
    assert figure(facts, "2026-W02").closed
    alone = figure(facts, "2026-W03", by="product", key="anvil")
    assert (alone.value, alone.closed) == (1, True)


def test_the_members_that_have_closed_are_compared_with_themselves():
    facts = Facts()
    facts.cover("events", ["anvil"], MONDAY, MONDAY + timedelta(13))
    facts.cover("events", ["bellows"], MONDAY, MONDAY + timedelta(6))
    facts.events([*EVENTS, ("anvil", 3, MONDAY + WEEK, "look"), ("bellows", 9, MONDAY, "look")])
    users, churn = CATALOGUE["active_users"], CATALOGUE["usage_churn_rate"]
    computation = Computation(
        facts.connection,
        facts.setting,
        timeline_of(facts.connection, facts.setting, Grain.WEEK),
        [COMPANY],
        compared=[users, churn],
    )
    frame = computation.frame(users)
    alike = frame[frame["dimension"] == LIKE_WITH_LIKE]
    # Only anvil, in the open week and in the one before: never bellows' user of that week.
    assert alike[["period", "value", "closed"]].values.tolist() == [
        ["2026-W03", 2.0, True],
        ["2026-W02", 1.0, True],
    ]
    assert alike["member"].nunique() == 1
    whole = frame[(frame["dimension"] == "") & (frame["period"] == "2026-W03")]
    assert whole["reason"].tolist() == ["partial_members:1/2"]
    rates = computation.frame(churn)
    rates = rates[rates["dimension"] == LIKE_WITH_LIKE]
    assert rates.iloc[0][["value", "numerator", "denominator"]].tolist() == [1.0, 1.0, 1.0]


def test_a_product_without_data_is_left_out_and_does_not_hold_up_the_company():
    facts = Facts().cover("events", ["anvil"], MONDAY, MONDAY + timedelta(13)).events(EVENTS)
    assert figure(facts, "2026-W02").value == 1
    assert figure(facts, "2026-W02", by="product", key="crucible") is None


@pytest.mark.parametrize(
    ("launched", "alike"),
    [
        (None, False),  # what it had before is unknown
        (MONDAY - 52 * WEEK, False),
        (MONDAY + 2 * WEEK, True),  # before its launch it had nothing
        (MONDAY, False),  # its first weeks are unknown
    ],
)
def test_what_a_product_brings_whose_data_begin_later_is_no_growth(launched, alike):
    products = (Product("anvil", "Anvil"), Product("bellows", "Bellows", launched=launched))
    facts = Facts(Organisation(products=products))
    facts.cover("events", ["anvil"], MONDAY, MONDAY + 4 * WEEK - timedelta(1))
    facts.cover("events", ["bellows"], MONDAY + 2 * WEEK, MONDAY + 4 * WEEK - timedelta(1))
    weeks = [MONDAY + WEEK * week for week in range(4)]
    facts.events(
        [("anvil", 1, week, "look") for week in weeks]
        + [("bellows", 2, week, "look") for week in weeks[2:]]
    )
    told = facts.ask("active_users", grain=Grain.WEEK)
    assert [each.value for each in told] == [1, 1, 2, 2]
    assert compare(told[3], told[2], Unit.COUNT).change == 0
    assert (compare(told[2], told[1], Unit.COUNT) is not None) == alike
    # A sign of change asks for one set of members, too.
    assert len({each.members for each in told}) == (1 if alike else 2)
    alone = facts.ask("active_users", by="product", grain=Grain.WEEK)
    assert len({each.members for each in alone}) == 2


def test_history_that_begins_inside_a_period_is_absent_unless_the_product_was_launched_then():
    start = MONDAY + timedelta(2)
    rows = [("anvil", 1, start, "look")]
    late = Facts().cover("events", ["anvil"], start, MONDAY + 2 * WEEK).events(rows)
    assert figure(late, "2026-W02").reason == "history_begins"
    launched = Organisation(products=(Product("anvil", "Anvil", launched=start),))
    new = Facts(launched).cover("events", ["anvil"], start, MONDAY + 2 * WEEK).events(rows)
    assert figure(new, "2026-W02").value == 1
    assert figure(new, "2026-W02", kpi="new_users").value == 1


def test_new_users_are_unknown_in_the_first_period_of_the_history():
    facts = Facts().cover("events", ["anvil"], MONDAY, MONDAY + 4 * WEEK).events(EVENTS)
    assert figure(facts, "2026-W02", kpi="new_users").reason == "history_begins"
    assert figure(facts, "2026-W03", kpi="new_users").value == 1


def test_activation_waits_until_the_whole_cohort_has_had_its_seven_days():
    rows = [("anvil", 1, MONDAY, "sign up"), ("anvil", 1, MONDAY + timedelta(3), "hammer"),
            ("anvil", 2, MONDAY + timedelta(6), "sign up")]  # fmt: skip
    short = Facts().cover("events", ["anvil"], MONDAY, MONDAY + timedelta(12)).events(rows)
    waiting = figure(short, "2026-W02", kpi="activation_rate")
    assert (waiting.value, waiting.closed) == (None, False)
    long = Facts().cover("events", ["anvil"], MONDAY, MONDAY + timedelta(13)).events(rows)
    assert figure(long, "2026-W02", kpi="activation_rate").value == 0.5


def test_a_product_s_own_activation_window_counts_and_is_waited_for_beside_the_others():
    """Three days for one product, ten for another: each sign-up is told by its own product's."""
    own = {"anvil": 3, "bellows": 10}
    products = tuple(
        replace(each, activation_days=own.get(each.product)) for each in ORGANISATION.products
    )
    took = {"anvil": [0, 3, 4], "bellows": [8, 10, 11, None], "crucible": [7, 8]}
    word = {each.product: each.activation_event for each in products}
    rows = []
    for at, (product, days) in enumerate(took.items()):
        for user, day in enumerate(days, 10 * at):
            rows.append((product, user, MONDAY, "sign up"))
            if day is not None:
                rows.append((product, user, MONDAY + timedelta(day), word[product]))
    facts = Facts(replace(ORGANISATION, products=products))
    facts.cover("events", took, MONDAY, MONDAY + timedelta(15)).events(rows)
    told = {p: figure(facts, "2026-W02", "product", "activation_rate", p) for p in took}
    assert {p: (each.value, each.reason) for p, each in told.items()} == {
        "anvil": (2 / 3, None), "bellows": (None, "not_closed"), "crucible": (1 / 2, None)
    }  # fmt: skip
    assert figure(facts, "2026-W02", kpi="activation_rate").reason == "partial_members:2/3"
    facts.cover("events", took, MONDAY, MONDAY + timedelta(16))
    assert figure(facts, "2026-W02", kpi="activation_rate").value == (2 + 2 + 1) / 9
    assert figure(facts, "2026-W02", kpi="never_activated_share").value == (1 + 2 + 1) / 9
    hours = sorted(24 * day for day in (0, 3, 8, 10, 7))
    assert figure(facts, "2026-W02", kpi="time_to_value").value == hours[2]


def test_a_stock_needs_only_the_last_day():
    facts = Facts().cover("subscriptions", ["anvil"], MONDAY + timedelta(6), MONDAY + 2 * WEEK)
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day",
        [("test", MONDAY, "s", 1, "anvil", 1, "10.00", "EUR", date(2025, 1, 1))],
    )
    assert figure(facts, "2026-W02", kpi="mrr").value == 10


def test_small_groups_are_hidden_with_every_number_about_them():
    facts = Facts().cover("responses", ["north", "south"], date(2026, 1, 1), date(2026, 3, 31))
    facts.insert(
        "landed_responses",
        "source, observed_at, response_id, question, kind, wave, day, stream, score, scale_min, "
        "scale_max",
        [
            ("test", MONDAY, f"{squad}{n}", "q", "engagement", "Q1", MONDAY, squad, 4, 1, 5)
            for squad, size in (("north", 4), ("south", 5))
            for n in range(size)
        ],
    )
    answers = facts.ask("engagement_score", by="squad")
    shown = {f.scope.key: f for f in answers if f.period == "2026-01"}
    for hidden in shown.values():
        assert hidden.reason == "small_group"
        assert [hidden.value, hidden.n, hidden.numerator, hidden.denominator] == [None] * 4
        assert [hidden.low, hidden.high] == [None] * 2
    assert set(shown) == {"north", "south"}


def answers_of(sizes: dict[str, int], day: date = MONDAY) -> list[tuple[object, ...]]:
    return [
        ("test", day, f"{squad}{n} {day}", "q", "engagement", str(day), day, squad, 4, 1, 5)
        for squad, size in sizes.items()
        for n in range(size)
    ]


ANSWER = (
    "source, observed_at, response_id, question, kind, wave, day, stream, score, scale_min, "
    "scale_max"
)


def test_the_next_smallest_group_is_hidden_where_a_small_one_would_follow_by_subtraction():
    facts = Facts().cover("responses", ["north", "south"], date(2026, 1, 1), date(2026, 3, 31))
    facts.insert("landed_responses", ANSWER, answers_of({"north": 4, "south": 9}))
    squads = facts.ask("engagement_score", by="squad")
    assert {f.reason for f in squads if f.period == "2026-01"} == {"small_group"}
    (company,) = (f for f in facts.ask("engagement_score") if f.period == "2026-01")
    assert company.value == pytest.approx(7.5)


def test_of_two_waves_between_which_one_person_came_the_second_is_not_shown_in_detail():
    joined = Membership("zoe", "south", date(2026, 2, 10))
    organisation = replace(
        ORGANISATION,
        memberships=(
            *(Membership(f"n{n}", "north", date(2020, 1, 1)) for n in range(8)),
            *(Membership(f"s{n}", "south", date(2020, 1, 1)) for n in range(8)),
            joined,
        ),
    )
    facts = Facts(organisation)
    facts.cover("responses", ["north", "south"], date(2026, 1, 1), date(2026, 3, 31))
    for month in (1, 2, 3):
        size = 8 if month == 1 else 9
        rows = answers_of({"north": 8, "south": size}, date(2026, month, 20))
        facts.insert("landed_responses", ANSWER, rows)
    shown = {
        (f.scope.key, f.period): f.reason
        for by in ("company", "squad")
        for f in facts.ask("engagement_score", by=by)
    }
    assert shown["south", "2026-01"] is None
    assert shown["south", "2026-02"] == shown["south", "2026-03"] == "small_group"
    assert shown["", "2026-02"] is None
    # The other squad is hidden too, or the company less it would be the one not shown.
    assert shown["north", "2026-01"] is None
    assert shown["north", "2026-02"] == "small_group"


def test_a_team_survey_under_way_shows_nothing_yet():
    facts = Facts().cover("responses", ["north", "south"], date(2026, 1, 1), date(2026, 1, 20))
    facts.insert("landed_responses", ANSWER, answers_of({"north": 9, "south": 9}))
    (company,) = facts.ask("engagement_score")
    assert (company.closed, company.value, company.n) == (False, None, None)


def test_an_open_period_of_which_no_day_is_known_has_no_figure():
    facts = Facts().cover("events", ["anvil"], MONDAY, MONDAY + timedelta(6)).events(EVENTS[:1])
    facts.cover("deals", ["anvil"], MONDAY, MONDAY + timedelta(9))
    nothing = figure(facts, "2026-W03")
    assert (nothing.value, nothing.n, nothing.reason) == (None, None, "not_closed")
