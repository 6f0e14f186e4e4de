"""Money in several currencies, squads' cost and what rests on them, against plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import references
from metrics.calendar import Grain
from metrics.organisation import Assignment, Name, Organisation, Product, Squad, SquadRate
from metrics.result import Figure
from tests.facts import MONDAY, Facts
from tests.test_figures import PRODUCTS, brute

FIRST = date(2025, 11, 1)
LAST = date(2026, 2, 28)
WEEK_ENDS = [MONDAY + timedelta(7 * week + 6) for week in range(-4, 7)]

subscriptions = st.lists(
    st.tuples(
        st.sampled_from(PRODUCTS),
        st.integers(1, 4),  # account
        st.integers(0, 90),  # first day paid
        st.one_of(st.none(), st.integers(1, 60)),  # days it lasts
        st.sampled_from([(1, "20.00"), (12, "500.00"), (3, "100.10")]),
        st.sampled_from(["EUR", "USD", "CHF"]),
    ),
    min_size=1,
    max_size=20,
)
rates = st.lists(
    st.tuples(
        st.sampled_from(["USD", "CHF"]),
        st.integers(0, 100),
        st.decimals(Decimal("0.50000000"), Decimal("1.50000000"), places=8),
    ),
    max_size=12,
)


def money(subscribed, quoted) -> tuple[Facts, dict[tuple[str, date], Decimal]]:
    """The facts, and the rate written for each currency and day: one before all the rest."""
    by_day = {("USD", FIRST): Decimal("0.9"), ("CHF", FIRST): Decimal("1.05")}
    by_day |= {("USD", FIRST + timedelta(n)): Decimal("0.91") for n in (30, 60, 90)}
    by_day |= {("CHF", FIRST + timedelta(n)): Decimal("1.04") for n in (30, 60, 90)}
    by_day |= {(currency, FIRST + timedelta(n)): rate for currency, n, rate in quoted}
    facts = Facts().cover("subscriptions", PRODUCTS, FIRST, LAST)
    facts.insert(
        "landed_rates",
        "source, observed_at, stream, currency, day, rate",
        [("test", FIRST, "", currency, day, rate) for (currency, day), rate in by_day.items()],
    )
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day, end_day",
        [
            ("test", MONDAY, f"s{number}", account, product, months, amount, currency,
             FIRST + timedelta(start),
             FIRST + timedelta(start + lasts) if lasts is not None else None)
            for number, (product, account, start, lasts, (months, amount), currency)
            in enumerate(subscribed)
        ],
    )  # fmt: skip
    return facts, by_day


def rate_on(by_day, currency: str, day: date) -> float:
    if currency == "EUR":
        return 1.0
    known = max(quoted for code, quoted in by_day if code == currency and quoted <= day)
    return float(by_day[currency, known])


def held(subscribed, product: str, account: int, day: date) -> dict[str, float]:
    """What an account pays a month on a day, by currency."""
    found: dict[str, float] = defaultdict(float)
    for p, a, start, lasts, (months, amount), currency in subscribed:
        begun = FIRST + timedelta(start)
        paying = begun <= day and (lasts is None or day < begun + timedelta(lasts))
        if (p, a) == (product, account) and paying:
            found[currency] += float(amount) / months
    return found


@brute
@given(subscriptions, rates)
@pytest.mark.parametrize("by", ["company", "product"])
def test_mrr_moves_and_rates_tie_to_the_cent(by, subscribed, quoted):
    facts, by_day = money(subscribed, quoted)
    moves = ("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "reactivation_mrr",
             "fx_mrr")  # fmt: skip
    found: dict[tuple[str, str], dict[str, Figure]] = defaultdict(dict)
    for figure in facts.ask("mrr", *moves, by=by, grain=Grain.WEEK):
        found[figure.scope.key, figure.period][figure.kpi] = figure
    compared = 0
    for (scope, _), figures in found.items():
        closing = figures["mrr"]
        opened = closing.start - timedelta(1)
        if not closing.closed or closing.value is None or opened < FIRST:
            continue
        compared += 1
        expected = dict.fromkeys(moves, 0.0)
        opening = total = 0.0
        for product in [scope] if scope else PRODUCTS:
            for account in range(1, 5):
                before = held(subscribed, product, account, opened)
                after = held(subscribed, product, account, closing.end)
                then = sum(v * rate_on(by_day, c, opened) for c, v in before.items())
                steady = sum(v * rate_on(by_day, c, opened) for c, v in after.items())
                now = sum(v * rate_on(by_day, c, closing.end) for c, v in after.items())
                known = any(
                    (p, a) == (product, account) and FIRST + timedelta(start) <= opened
                    for p, a, start, *_ in subscribed
                )
                opening += then
                total += now
                if not before and after:
                    expected["reactivation_mrr" if known else "new_mrr"] += now
                elif before and not after:
                    expected["churned_mrr"] += then
                elif before:
                    expected["fx_mrr"] += now - steady
                    name = "expansion_mrr" if steady > then else "contraction_mrr"
                    expected[name] += abs(steady - then)
        assert closing.value == pytest.approx(total, abs=1e-4)
        for name, amount in expected.items():
            assert figures[name].value == pytest.approx(amount, abs=1e-4), name
        moved = sum(
            figures[name].value * (-1 if name in ("contraction_mrr", "churned_mrr") else 1)
            for name in moves
        )
        assert opening + moved == pytest.approx(closing.value, abs=1e-4)
    assert compared


@brute
@given(subscriptions)
@pytest.mark.parametrize("by", ["company", "product"])
def test_an_account_that_keeps_a_product_is_lost_to_the_other_alone(by, subscribed):
    facts, _ = money(subscribed, [])
    compared = 0
    for figure in facts.ask("logo_churn_rate", by=by, grain=Grain.MONTH):
        opened = figure.start - timedelta(1)
        if not figure.closed or opened < FIRST:
            continue
        products = [figure.scope.key] if by == "product" else PRODUCTS
        opening, closing = (
            {a for p in products for a in range(1, 5) if held(subscribed, p, a, day)}
            for day in (opened, figure.end)
        )
        compared += 1
        assert (figure.numerator, figure.denominator) == (len(opening - closing), len(opening))
    assert compared


@brute
@given(subscriptions, rates)
def test_retention_of_revenue_keeps_its_bounds_whatever_the_rates(subscribed, quoted):
    facts, _ = money(subscribed, quoted)
    by_kpi: dict[str, dict[str, Figure]] = defaultdict(dict)
    names = (
        "gross_revenue_retention", "net_revenue_retention", "revenue_quick_ratio", "new_mrr",
        "expansion_mrr", "reactivation_mrr", "churned_mrr", "contraction_mrr",
    )  # fmt: skip
    for figure in facts.ask(*names, grain=Grain.MONTH):
        by_kpi[figure.kpi][figure.period] = figure
    for period, gross in by_kpi["gross_revenue_retention"].items():
        if gross.value is not None:
            assert -1e-9 <= gross.value <= 1 + 1e-9
            assert by_kpi["net_revenue_retention"][period].value >= gross.value - 1e-9
    for period, quick in by_kpi["revenue_quick_ratio"].items():
        won, lost = (
            [by_kpi[name][period].value for name in group] for group in (names[3:6], names[6:])
        )
        if None in won or None in lost:
            assert quick.value is None
        elif sum(lost):
            assert quick.value == pytest.approx(sum(won) / sum(lost))
        else:
            assert quick.reason == "zero_denominator"


def test_money_without_a_rate_has_no_figure_and_says_why():
    facts = Facts().cover("subscriptions", ["anvil", "bellows"], FIRST, LAST)
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day",
        [("test", MONDAY, "s", 1, "anvil", 1, "10.00", "USD", FIRST),
         ("test", MONDAY, "t", 1, "bellows", 1, "10.00", "EUR", FIRST)],
    )  # fmt: skip
    january = {f.scope.key: f for f in facts.ask("mrr", by="product", grain=Grain.MONTH)
               if f.period == "2026-01"}  # fmt: skip
    assert (january["anvil"].value, january["anvil"].reason) == (None, "no_rate")
    assert january["bellows"].value == 10
    [company] = [f for f in facts.ask("mrr", grain=Grain.MONTH) if f.period == "2026-01"]
    assert (company.value, company.reason) == (None, "no_rate")
    facts.insert("landed_rates", "source, observed_at, stream, currency, day, rate",
                 [("test", FIRST, "", "USD", date(2026, 1, 20), "0.5")])  # fmt: skip
    values = facts.values("mrr", grain=Grain.MONTH)
    assert values["", "2026-01"] == 15
    # A rate holds 35 days at most: on 28 February nobody knows it any more.
    assert values["", "2026-02"] is None


def accounts(organisation: Organisation, entries) -> Facts:
    """Entries of account, day and amount, booked as the French ledger does."""
    facts = Facts(organisation)
    facts.cover("ledger", [""], date(2026, 1, 1), LAST)
    facts.insert(
        "landed_ledger",
        "source, stream, day, journal, account, amount, currency",
        [
            ("fec", account, day, "OD", account, amount, *(currency or ["EUR"]))
            for account, day, amount, *currency in entries
        ],
    )
    facts.connection.execute(
        "insert into slices select distinct 1, 'ledger', 'fec', '', day from landed_ledger"
    )
    facts.connection.execute(
        "insert into import_streams select distinct 1, 'ledger', source, stream, 1 "
        "from landed_ledger"
    )
    references.rebuild(facts.connection, organisation)
    return facts


def company(**more) -> Organisation:
    return Organisation(
        products=(Product("anvil", "Anvil"), Product("bellows", "Bellows")),
        squads=(Squad("north", "North"), Squad("south", "South")),
        assignments=(
            Assignment("north", "anvil", date(2020, 1, 1)),
            Assignment("north", "bellows", date(2020, 1, 1), date(2026, 1, 31)),
            Assignment("south", "bellows", date(2020, 1, 1)),
        ),
        names=(Name("product", "fec", "70610", "anvil"), Name("product", "fec", "61350", "anvil"),
               Name("product", "fec", "70620", "bellows"), Name("squad", "fec", "64110", "north"),
               Name("squad", "fec", "64120", "south"), Name("product", "fec", "64130", "bellows")),
        **more,
    )  # fmt: skip


BOOKED = [
    ("70610", date(2026, 1, 31), "1000.00"), ("61350", date(2026, 1, 20), "-100.00"),
    ("70620", date(2026, 1, 31), "500.00"), ("64110", date(2026, 1, 31), "-300.01"),
    ("64110", date(2026, 2, 28), "-300.01"),
]  # fmt: skip


def test_the_cost_of_a_squad_is_shared_between_its_products_and_never_counted_twice():
    facts = accounts(company(), [*BOOKED, ("64120", date(2026, 1, 31), "-40.00")])
    result = facts.values("product_result", by="product")
    assert result["anvil", "2026-01"] == pytest.approx(1000 - 100 - 300.01 / 2)
    assert result["bellows", "2026-01"] == pytest.approx(500 - 300.01 / 2 - 40)
    assert result["anvil", "2026-02"] == pytest.approx(-300.01)  # alone since February
    whole = facts.values("product_result")["", "2026-01"]
    assert whole == pytest.approx(result["anvil", "2026-01"] + result["bellows", "2026-01"])


def test_a_squad_that_no_account_names_costs_its_monthly_rate_and_only_then():
    rate = SquadRate("south", 70.5, date(2026, 1, 10), date(2026, 2, 14))
    ignored = SquadRate("north", 999.0, date(2026, 1, 1))
    facts = accounts(company(squad_rates=(rate, ignored)), BOOKED)
    result = facts.values("product_result", by="product")
    # By days: 22 of 31, then half of a month; none of the last days of either counts for the whole.
    assert result["bellows", "2026-01"] == pytest.approx(500 - 300.01 / 2 - 50.04)
    assert result["bellows", "2026-02"] == pytest.approx(-35.25)


def test_people_who_are_booked_on_a_product_are_its_cost_in_place_of_rates():
    """They were nobody's: the result was better than what the accounts say."""
    facts = accounts(
        company(squad_rates=(SquadRate("south", 70.5, date(2026, 1, 1)),)),
        [*BOOKED, ("64130", date(2026, 1, 31), "-80.00")],
    )
    result = facts.values("product_result", by="product")
    assert result["bellows", "2026-01"] == pytest.approx(500 - 300.01 / 2 - 80)
    assert result["anvil", "2026-01"] == pytest.approx(1000 - 100 - 300.01 / 2)


def test_without_any_cost_of_squads_there_is_no_result_instead_of_a_flattering_one():
    facts = accounts(company(), [row for row in BOOKED if not row[0].startswith("64")])
    assert all(figure.value is None for figure in facts.ask("product_result", by="product"))


def test_cost_per_active_user_is_of_the_months_users():
    facts = accounts(company(), BOOKED)
    facts.cover("events", ["anvil", "bellows"], date(2026, 1, 1), LAST)
    facts.connection.execute(
        "insert into streams values ('test', 'anvil', 'anvil', null), "
        "('test', 'bellows', 'bellows', null)"
    )
    facts.events([("anvil", user, date(2026, 1, 5 + user), "look") for user in (1, 2, 2, 3, 4)])
    values = facts.values("cost_per_active_user", by="product")
    assert values["anvil", "2026-01"] == 25
    assert values["anvil", "2026-02"] is None


booked = st.lists(
    st.tuples(
        st.sampled_from(["70610", "70620", "61350", "64110"]),
        st.integers(0, 58).map(lambda at: date(2026, 1, 1) + timedelta(at)),
        st.decimals(Decimal("-900.00"), Decimal("900.00"), places=2),
        st.sampled_from(["EUR", "USD", "CHF"]),
    ),
    min_size=1,
    max_size=12,
)


@brute
@given(booked, rates)
def test_a_ledger_in_several_currencies_is_told_at_the_rates_of_its_days(entries, quoted):
    """And has no figure where one of them has no rate: 35 days at most after the last one."""
    facts = accounts(company(), entries)
    by_day = {(code, FIRST + timedelta(at)): rate for code, at, rate in quoted}
    facts.insert(
        "landed_rates",
        "source, observed_at, stream, currency, day, rate",
        [("test", FIRST, "", code, day, rate) for (code, day), rate in by_day.items()],
    )

    def worth(currency: str, day: date, amount: Decimal) -> float | None:
        if currency == "EUR":
            return float(amount)
        known = [on for code, on in by_day if code == currency and on <= day]
        if not known or (day - max(known)).days >= 35:
            return None
        return float(amount) * float(by_day[currency, max(known)])

    def total(accounts: set[str], month: int) -> float | None:
        told = [
            worth(currency, day, amount)
            for account, day, amount, currency in entries
            if account in accounts and day.month == month
        ]
        return None if None in told else sum(told)

    found = {
        (figure.kpi, figure.scope.key, figure.start.month): figure
        for by in ("company", "product")
        for figure in facts.ask("revenue", "contribution_margin", by=by, grain=Grain.MONTH)
    }
    for month in (1, 2):
        for scope, earned in (
            ("", {"70610", "70620"}),
            ("anvil", {"70610"}),
            ("bellows", {"70620"}),
        ):
            expected = total(earned, month)
            figure = found["revenue", scope, month]
            if expected is None:
                assert (figure.value, figure.reason) == (None, "no_rate")
            else:
                assert figure.value == pytest.approx(expected, abs=1e-4)
        margin = [total({"70610"}, month), total({"61350"}, month)]
        figure = found["contribution_margin", "anvil", month]
        if None in margin:
            assert figure.value is None
        else:
            assert figure.value == pytest.approx(sum(margin), abs=1e-4)


def test_what_a_squad_costs_in_another_currency_counts_at_its_rate():
    facts = accounts(
        company(squad_rates=(SquadRate("south", 100.0, date(2026, 1, 1)),)),
        [("70610", date(2026, 2, 10), "1000.00"), ("64110", date(2026, 2, 10), "-300.00", "USD")],
    )
    [unpriced] = [
        figure
        for figure in facts.ask("product_result", by="product")
        if (figure.scope.key, figure.period) == ("anvil", "2026-02")
    ]
    assert (unpriced.value, unpriced.reason) == (None, "no_rate")
    facts.insert("landed_rates", "source, observed_at, stream, currency, day, rate",
                 [("test", FIRST, "", "USD", date(2026, 2, 1), "0.5")])  # fmt: skip
    assert facts.values("product_result", by="product")["anvil", "2026-02"] == 850
