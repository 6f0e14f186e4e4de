"""Subscriptions as Stripe exports them: trials, quantities, intervals, cancellations, against days.

A discount stands in a column of its own, in percent or as an amount, and is deducted. A coupon
says only that there is one: where nothing gives its discount, the import says so.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.calendar import Grain
from tests.imported import Imported

HEADER = (
    "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start Date (UTC),"
    "Trial End (UTC),Current Period End (UTC),Canceled At (UTC),Ended At (UTC),Coupon,Percent Off,"
    "Amount Off"
)
FIRST, OBSERVED = date(2025, 10, 1), date(2026, 4, 2)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
PRODUCTS = ("Anvil", "Bellows")

subscriptions = st.lists(
    st.tuples(
        st.integers(1, 4),  # account
        st.sampled_from(PRODUCTS),
        st.integers(0, 150),  # day it was created
        st.integers(0, 30),  # days of trial
        st.sampled_from(sorted(MONTHS)),
        st.integers(1, 5),  # seats
        st.integers(1, 90),  # price of a seat
        # how it ended: not, at once, or at the end of the paid period; after so many days
        st.one_of(st.none(), st.tuples(st.booleans(), st.integers(0, 60))),
        # a discount: none, so many percent, or so much of a seat's price
        st.one_of(
            st.none(), st.tuples(st.sampled_from(["percent", "amount"]), st.integers(0, 100))
        ),
    ),
    min_size=1,
    max_size=10,
)


def deductions(price: int, discount: tuple[str, int] | None) -> tuple[str, str]:
    """What stands under Percent Off and Amount Off."""
    kind, size = discount or ("", 0)
    return str(size) if kind == "percent" else "", str(min(size, price)) if kind == "amount" else ""


def line(number: int, row: tuple) -> str:  # type: ignore[type-arg]
    account, product, created, trial, interval, seats, price, end, discount = row
    begun = FIRST + timedelta(created)
    trial_end = begun + timedelta(trial) if trial else None
    cancelled = begun + timedelta(end[1]) if end else None
    at_once = bool(end and end[0])
    period_end = cancelled + timedelta(10) if cancelled else begun + timedelta(200)
    ended = cancelled if at_once else None
    trialing = trial_end is not None and trial_end > OBSERVED
    status = "canceled" if at_once else "trialing" if trialing else "active"

    def at(day: date | None) -> str:
        return f"{day} 10:00" if day else ""

    return ",".join(
        [f"sub_{number}", f"cus_{account}", product, str(seats), "eur", interval, str(price),
         status, at(begun), at(begun), at(trial_end), at(period_end), at(cancelled), at(ended),
         "SPRING" if discount else "", *deductions(price, discount)]
    )  # fmt: skip


def paid_on(rows: list[tuple], product: str, day: date) -> dict[int, float]:  # type: ignore[type-arg]
    """What each account pays a month at a day's end: nothing in a trial, nor once it is over."""
    found: dict[int, float] = {}
    for account, named, created, trial, interval, seats, price, end, discount in rows:
        begun = FIRST + timedelta(created)
        from_day = begun + timedelta(trial)
        until = None
        if end:
            until = begun + timedelta(end[1] + (0 if end[0] else 10))
        if named == product and from_day <= day and (until is None or day < max(until, from_day)):
            percent, amount = (float(text or 0) for text in deductions(price, discount))
            paid = seats * price * (1 - percent / 100) - amount
            if paid > 0:
                found[account] = found.get(account, 0.0) + paid / MONTHS[interval]
    return found


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(subscriptions)
def test_what_is_paid_and_how_it_moves(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple],  # type: ignore[type-arg]
) -> None:
    imported = Imported(tmp_path_factory.mktemp("stripe"))
    # Known since October: somebody paid then, of a product of their own.
    known = f"sub_0,cus_0,Crucible,1,eur,month,1,active,{FIRST} 10:00,{FIRST} 10:00,,,,"
    lines = [HEADER, known, *(line(number, row) for number, row in enumerate(rows, 1))]
    imported.file("subscriptions.csv", "\n".join(lines) + "\n", observed=f"{OBSERVED}")
    names = ("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "reactivation_mrr")
    told: dict[str, dict[tuple[str, str], float]] = {}
    for figure in imported.ask("mrr", "arpa", *names, grain=Grain.MONTH):
        if figure.closed and figure.value is not None:
            told.setdefault(figure.kpi, {})[figure.scope.key, figure.period] = figure.value
    checked = 0
    for product in PRODUCTS:
        for year, month in ((2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3)):
            key = (product.lower(), f"{year}-{month:02}")
            if key not in told["mrr"]:
                continue
            end = date(year, month, monthrange(year, month)[1])
            held = paid_on(rows, product, end)
            assert told["mrr"][key] == pytest.approx(sum(held.values()), abs=1e-4)
            if held:
                assert told["arpa"][key] == pytest.approx(sum(held.values()) / len(held), abs=1e-4)
            if all(key in told.get(name, {}) for name in names):
                before = paid_on(rows, product, date(year, month, 1) - timedelta(1))
                new, more, less, lost, back = (told[name][key] for name in names)
                assert new + more + back - less - lost == pytest.approx(
                    sum(held.values()) - sum(before.values()), abs=1e-3
                )
                assert lost == pytest.approx(
                    sum(paid for account, paid in before.items() if account not in held), abs=1e-3
                )
                checked += 1
    assert checked or all(row[2] > 120 for row in rows) or len(rows) < 3


@pytest.mark.parametrize(
    ("coupon", "percent", "amount", "paid", "told"),
    [
        ("", "", "", 40.0, set()),
        ("SPRING", "25", "", 30.0, set()),
        ("SPRING", "", "15.50", 24.5, set()),
        ("SPRING", "10", "6", 30.0, set()),
        ("SPRING", "", "", 40.0, {"coupon_unknown"}),
        ("SPRING", "120", "", None, {"discount_beyond_price"}),
        ("SPRING", "", "-3", None, {"discount_beyond_price"}),
        ("SPRING", "", "41", None, {"discount_beyond_price"}),
    ],
)
def test_discounts_are_deducted_or_said_to_be_unknown(
    tmp_path: Path,
    coupon: str,
    percent: str,
    amount: str,
    paid: float | None,
    told: set[str],
) -> None:
    imported = Imported(tmp_path)
    row = f"sub_1,cus_1,Anvil,2,eur,month,20,active,{FIRST} 10:00,{FIRST} 10:00,,,,"
    other = f"sub_2,cus_2,Bellows,1,eur,month,5,active,{FIRST} 10:00,{FIRST} 10:00,,,,,,,"
    text = f"{HEADER}\n{row},{coupon},{percent},{amount}\n{other}\n"
    report = imported.file("subscriptions.csv", text, observed=f"{OBSERVED}")
    assert {each.reason for each in report.problems} & {
        "coupon_unknown", "discount_beyond_price",
    } == told  # fmt: skip
    figures = imported.ask("mrr", grain=Grain.MONTH) if paid else []
    assert {f.value for f in figures if f.closed and f.scope.key == "anvil"} == (
        {paid} if paid else set()
    )


def test_who_has_everything_for_nothing_does_not_pay_and_comes_anew_when_paying(
    tmp_path: Path,
) -> None:
    imported = Imported(tmp_path)
    december = date(2025, 12, 10)
    rows = [
        f"sub_0,cus_0,Anvil,1,eur,month,10,active,{FIRST} 10:00,{FIRST} 10:00,,,,,,,",
        f"sub_1,cus_1,Anvil,1,eur,month,30,canceled,{FIRST} 10:00,{FIRST} 10:00,,,"
        f"{december} 10:00,{december} 10:00,GIFT,100,",
        f"sub_2,cus_1,Anvil,1,eur,month,30,active,{december} 10:00,{december} 10:00,,,,,,,",
        # A trial of which nobody says the end is not paid for.
        f"sub_3,cus_3,Anvil,1,eur,month,50,trialing,{FIRST} 10:00,{FIRST} 10:00,,,,,,,",
    ]
    imported.file("subscriptions.csv", "\n".join([HEADER, *rows]) + "\n", observed=f"{OBSERVED}")
    told = {
        (figure.kpi, figure.period): figure.value
        for figure in imported.ask("arpa", "new_mrr", "reactivation_mrr", grain=Grain.MONTH)
        if figure.closed and figure.scope.key == "anvil"
    }
    assert (told["arpa", "2025-11"], told["arpa", "2025-12"]) == (10, 20)
    assert (told["new_mrr", "2025-12"], told["reactivation_mrr", "2025-12"]) == (30, 0)
