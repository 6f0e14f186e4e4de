"""Figures against brute force: plain Python over random rows, for every kind."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from statistics import quantiles

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.calendar import Grain
from metrics.organisation import Organisation, Product
from metrics.result import Figure, Scope
from metrics.scopes import members_of
from tests.facts import MONDAY, ORGANISATION, Facts, days

WEEKS = 8
LAST = MONDAY + timedelta(7 * WEEKS - 1)
PRODUCTS = ("anvil", "bellows", "crucible")

events = st.lists(
    st.tuples(
        st.sampled_from(PRODUCTS),
        st.integers(1, 12),
        st.integers(0, 7 * WEEKS - 1).map(lambda offset: MONDAY + timedelta(offset)),
        st.sampled_from(["hammer", "look", "ai draft"]),
    ),
    min_size=1,
    max_size=120,
)
brute = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def covered(rows: list[tuple[str, int, date, str]]) -> Facts:
    return Facts().cover("events", PRODUCTS, MONDAY, LAST).events(rows)


def held(scope: Scope, figure: Figure) -> frozenset[str]:
    return members_of(ORGANISATION, scope, "product", figure.end)


def active(rows: list[tuple[str, int, date, str]], members: frozenset[str], first: date,
           last: date) -> set[int]:  # fmt: skip
    return {user for product, user, day, _ in rows if product in members and first <= day <= last}


@brute
@given(events)
@pytest.mark.parametrize("by", ["company", "line", "product", "squad", "owner"])
def test_distinct_users_are_counted_again_at_every_level(by, rows):
    facts = covered(rows)
    for grain in (Grain.DAY, Grain.WEEK, Grain.MONTH):
        for figure in facts.ask("active_users", by=by, grain=grain):
            if figure.value is not None and figure.closed:
                users = active(rows, held(figure.scope, figure), figure.start, figure.end)
                assert figure.value == len(users), figure


@brute
@given(events)
def test_trailing_users_and_stickiness(rows):
    facts = covered(rows)
    for figure in facts.ask("rolling_active_users", "stickiness", by="product"):
        window = days(figure.end - timedelta(27), 28)
        if figure.end < MONDAY + timedelta(27) or figure.end > LAST:
            assert figure.value is None
            continue
        users = active(rows, frozenset({figure.scope.key}), window[0], window[-1])
        daily = sum(len(active(rows, frozenset({figure.scope.key}), day, day)) for day in window)
        if figure.kpi == "rolling_active_users":
            assert figure.value == len(users)
        elif users:
            assert figure.value == pytest.approx(daily / 28 / len(users))
        else:
            assert (figure.value, figure.reason) == (None, "zero_denominator")


@brute
@given(events)
@pytest.mark.parametrize("by", ["company", "owner"])
def test_users_who_come_stay_and_leave_tie_exactly(by, rows):
    facts = covered(rows)
    found: dict[tuple[Scope, str], dict[str, Figure]] = defaultdict(dict)
    names = ("active_users", "new_users", "retained_users", "resurrected_users", "churned_users")
    for figure in facts.ask(*names, by=by, grain=Grain.WEEK):
        found[figure.scope, figure.period][figure.kpi] = figure
    for (scope, _), figures in found.items():
        now = figures["active_users"]
        if now.start == MONDAY:
            assert figures["new_users"].reason == "history_begins"
            continue
        members = held(scope, now)
        before = active(rows, members, now.start - timedelta(7), now.start - timedelta(1))
        earlier = active(rows, members, MONDAY, now.start - timedelta(1))
        users = active(rows, members, now.start, now.end)
        assert figures["new_users"].value == len(users - earlier)
        assert figures["retained_users"].value == len(users & before)
        assert figures["resurrected_users"].value == len((users & earlier) - before)
        assert figures["churned_users"].value == len(before - users)
        gained = figures["new_users"].value + figures["resurrected_users"].value
        assert now.value == gained + figures["retained_users"].value
        assert now.value - len(before) == gained - figures["churned_users"].value


@brute
@given(events)
def test_week_four_retention_of_first_activity_cohorts(rows):
    facts = covered(rows)
    for figure in facts.ask("retention_w4", by="product"):
        members = frozenset({figure.scope.key})
        if figure.start + timedelta(34) > LAST:
            assert figure.value is None
            continue
        earlier = active(rows, members, MONDAY, figure.start - timedelta(1))
        cohort = active(rows, members, figure.start, figure.end) - earlier
        later = active(rows, members, figure.start + timedelta(28), figure.end + timedelta(28))
        if cohort:
            assert figure.value == pytest.approx(len(cohort & later) / len(cohort))
            assert (figure.numerator, figure.denominator) == (len(cohort & later), len(cohort))
        else:
            assert figure.reason == "zero_denominator"


@brute
@given(events)
def test_feature_adoption_by_feature_shares_one_denominator(rows):
    facts = covered(rows)
    for figure in facts.ask("feature_adoption", by="feature", grain=Grain.WEEK):
        users = active(rows, frozenset(PRODUCTS), figure.start, figure.end)
        of_feature = {
            user
            for _, user, day, event in rows
            if event == figure.member and figure.start <= day <= figure.end
        }
        if users:
            assert figure.value == pytest.approx(len(of_feature) / len(users))


subscriptions = st.lists(
    st.tuples(
        st.sampled_from(PRODUCTS),
        st.integers(1, 5),  # account
        st.integers(-40, 50),  # start, in days from the first Monday
        st.one_of(st.none(), st.integers(1, 60)),  # days it lasts
        st.sampled_from([(1, "20.00"), (1, "35.50"), (12, "500.00"), (3, "100.00")]),
    ),
    min_size=1,
    max_size=25,
)


def money(rows) -> Facts:
    facts = Facts().cover("subscriptions", PRODUCTS, MONDAY - timedelta(60), LAST)
    return facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day, end_day",
        [
            ("test", MONDAY, f"s{number}", account, product, months, amount, "EUR",
             MONDAY + timedelta(start),
             MONDAY + timedelta(start + lasts) if lasts is not None else None)
            for number, (product, account, start, lasts, (months, amount)) in enumerate(rows)
        ],
    )  # fmt: skip


def mrr_on(rows, product: str, account: int, day: date) -> float:
    return sum(
        round(float(amount) / months, 6)
        for p, a, start, lasts, (months, amount) in rows
        if (p, a) == (product, account)
        and MONDAY + timedelta(start) <= day
        and (lasts is None or day < MONDAY + timedelta(start + lasts))
    )


@brute
@given(subscriptions)
@pytest.mark.parametrize("by", ["company", "product", "owner"])
def test_mrr_and_its_movements_tie_to_the_cent(by, rows):
    facts = money(rows)
    movements = ("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "reactivation_mrr")
    found: dict[tuple[Scope, str], dict[str, Figure]] = defaultdict(dict)
    for figure in facts.ask("mrr", *movements, by=by, grain=Grain.WEEK):
        found[figure.scope, figure.period][figure.kpi] = figure
    for (scope, _), figures in found.items():
        closing = figures["mrr"]
        if not closing.closed or closing.value is None or closing.start <= MONDAY - timedelta(56):
            continue
        members = held(scope, closing)
        opened = closing.start - timedelta(1)
        expected = dict.fromkeys(movements, 0.0)
        total = 0.0
        for product in members:
            for account in range(1, 6):
                before = mrr_on(rows, product, account, opened)
                after = mrr_on(rows, product, account, closing.end)
                total += after
                known = any(
                    (p, a) == (product, account) and MONDAY + timedelta(start) <= opened
                    for p, a, start, _, _ in rows
                )
                if not before and after:
                    expected["reactivation_mrr" if known else "new_mrr"] += after
                elif before and not after:
                    expected["churned_mrr"] += before
                elif after > before:
                    expected["expansion_mrr"] += after - before
                else:
                    expected["contraction_mrr"] += before - after
        assert closing.value == pytest.approx(total, abs=1e-6)
        for name, amount in expected.items():
            assert figures[name].value == pytest.approx(amount, abs=1e-6), name


@brute
@given(subscriptions)
@pytest.mark.parametrize("by", ["company", "squad", "owner"])
def test_from_one_closing_to_the_next_with_what_was_transferred(by, rows):
    """Over changes of role: opening + movements + transferred = closing, to the cent."""
    facts = money(rows)
    gains = ("new_mrr", "expansion_mrr", "reactivation_mrr", "transferred_mrr")
    losses = ("contraction_mrr", "churned_mrr")
    found: dict[Scope, dict[str, dict[date, Figure]]] = defaultdict(lambda: defaultdict(dict))
    for figure in facts.ask("mrr", *gains, *losses, by=by, grain=Grain.MONTH):
        found[figure.scope][figure.kpi][figure.start] = figure
    moved = 0
    for of_scope in found.values():
        closings = [f for f in of_scope["mrr"].values() if f.closed and f.value is not None]
        for opening, closing in pairwise(closings):
            parts = {name: of_scope[name][closing.start].value for name in (*gains, *losses)}
            change = sum(parts[name] for name in gains) - sum(parts[name] for name in losses)
            assert opening.value + change == pytest.approx(closing.value, abs=1e-6)
            moved += opening.members != closing.members
            assert parts["transferred_mrr"] == 0 or opening.members != closing.members
    assert by == "company" or moved


@brute
@given(subscriptions)
def test_revenue_retention_never_gains_from_new_accounts(rows):
    facts = money(rows)
    by_kpi: dict[str, dict[str, Figure]] = defaultdict(dict)
    names = ("gross_revenue_retention", "net_revenue_retention", "revenue_churn_rate")
    for figure in facts.ask(*names, by="company"):
        by_kpi[figure.kpi][figure.period] = figure
    for period, gross in by_kpi["gross_revenue_retention"].items():
        net = by_kpi["net_revenue_retention"][period]
        if gross.value is None:
            assert net.value is None
            continue
        assert net.value is not None
        assert net.value >= gross.value - 1e-9
        assert -1e-9 <= gross.value <= 1 + 1e-9
        churn = by_kpi["revenue_churn_rate"][period].value
        assert churn is not None
        assert gross.value + churn == pytest.approx(1)


answers = st.lists(
    st.tuples(
        st.sampled_from(PRODUCTS),
        st.integers(0, 10),
        st.integers(0, 7 * WEEKS - 1).map(lambda offset: MONDAY + timedelta(offset)),
    ),
    max_size=60,
)


@brute
@given(answers)
def test_nps_counts_answers_and_never_averages_scores(rows):
    facts = (
        Facts()
        .cover("responses", PRODUCTS, date(2026, 1, 1), date(2026, 2, 28))
        .insert(
            "landed_responses",
            "source, observed_at, response_id, question, kind, wave, day, stream, score, "
            "scale_min, scale_max",
            [
                ("test", MONDAY, f"r{number}", "q", "nps", "w", day, product, score, 0, 10)
                for number, (product, score, day) in enumerate(rows)
            ],
        )
    )
    for by in ("company", "product"):
        for figure in facts.ask("nps", by=by, grain=Grain.MONTH):
            members = held(figure.scope, figure)
            scores = [s for p, s, day in rows if p in members and figure.start <= day <= figure.end]
            if not scores:
                assert (figure.value, figure.reason) == (None, "no_answers")
                continue
            promoters = sum(score >= 9 for score in scores) / len(scores)
            detractors = sum(score <= 6 for score in scores) / len(scores)
            assert figure.value == pytest.approx(100 * (promoters - detractors))
            assert figure.n == len(scores)
            variance = promoters + detractors - (promoters - detractors) ** 2
            half = 196 * (variance / len(scores)) ** 0.5
            assert figure.high - figure.low == pytest.approx(2 * half, rel=1e-3, abs=1e-9)


items = st.lists(
    st.tuples(
        st.sampled_from(["north", "south"]),
        st.integers(0, 40),  # created
        st.integers(0, 10),  # days until started
        st.integers(0, 15),  # days from start to done
    ),
    min_size=1,
    max_size=40,
)


@brute
@given(items)
def test_cycle_time_is_a_quantile_of_items_not_of_squads(rows):
    facts = (
        Facts()
        .cover("work_items", ["north", "south"], MONDAY, LAST)
        .insert(
            "landed_work_items",
            "source, observed_at, item_id, stream, status_category, created_day, started_day, "
            "done_day, sprints, labels, blocked_by",
            [
                ("test", LAST, f"i{number}", squad, "done", MONDAY + timedelta(created),
                 MONDAY + timedelta(created + wait), MONDAY + timedelta(created + wait + took),
                 [], [], [])
                for number, (squad, created, wait, took) in enumerate(rows)
            ],
        )
    )  # fmt: skip
    for figure in facts.ask("cycle_time_p85", "throughput", by="company", grain=Grain.MONTH):
        took = [
            cycle
            for _, created, wait, cycle in rows
            if figure.start <= MONDAY + timedelta(created + wait + cycle) <= figure.end
        ]
        if not figure.closed:
            continue
        if figure.kpi == "throughput":
            if figure.value is not None:
                assert figure.value == len(took)
        elif len(took) >= 2 and figure.value is not None:
            assert figure.value == pytest.approx(quantiles(took, n=100, method="inclusive")[84])


def test_more_sets_than_a_mask_has_bits():
    products = tuple(Product(f"p{number}", f"P {number}") for number in range(130))
    rows = [
        (f"p{number}", user, MONDAY, "look")
        for number in range(130)
        for user in range(number % 7 + 1)
    ]
    facts = Facts(Organisation(products=products))
    facts.cover("events", [product.product for product in products], MONDAY, LAST).events(rows)
    values = facts.values("active_users", by="product")
    assert {key[0]: value for key, value in values.items() if key[1] == "2026-W02"} == {
        f"p{number}": number % 7 + 1 for number in range(130)
    }
    assert facts.values("active_users")["", "2026-W02"] == 7
