"""Subscriptions as Stripe exports them: trials, quantities, intervals, cancellations, against days.
What successive exports tell of one subscription is its history: what was over, or not paid, when
an export was taken stays so, whatever a later one says of it.

A discount stands in a column of its own, in percent or as an amount, and is deducted. A coupon
says only that there is one: where nothing gives its discount, the import says so.
"""

from __future__ import annotations

import random
from calendar import monthrange
from collections import Counter
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


#: Coupon, percent off, amount off, and what is paid of two seats at 20; None where it is refused.
DISCOUNTS = (
    ("", "", "", 40.0),
    ("SPRING", "25", "", 30.0),
    ("SPRING", "", "15.50", 24.5),
    ("SPRING", "10", "6", 30.0),
    ("SPRING", "", "", 40.0),
    ("SPRING", "120", "", None),
    ("SPRING", "", "-3", None),
    ("SPRING", "", "41", None),
)


def test_discounts_are_deducted_or_said_to_be_unknown(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    lines = [f"{HEADER},channel (metadata)"]
    for number, (coupon, percent, amount, _) in enumerate(DISCOUNTS):
        lines.append(
            f"sub_{number},cus_{number},Anvil,2,eur,month,20,active,{FIRST} 10:00,{FIRST} 10:00"
            f",,,,,{coupon},{percent},{amount},way {number}"
        )
    report = imported.file("subscriptions.csv", "\n".join(lines) + "\n", observed=f"{OBSERVED}")
    told: Counter[str] = Counter()
    for each in report.problems:
        told[each.reason] += each.rows
    assert (told["coupon_unknown"], told["discount_beyond_price"]) == (1, 3)
    found = {
        figure.member: figure.value
        for figure in imported.ask("mrr", by="channel", grain=Grain.MONTH)
        if figure.period == "2026-01"
    }
    assert found == {
        f"way {number}": paid for number, (*_, paid) in enumerate(DISCOUNTS) if paid is not None
    }


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


#: Exports are taken on the first of a month; what they show without a day has held since the last.
EXPORTED = [date(2025, 11, 1), date(2025, 12, 1), *(date(2026, month, 1) for month in (1, 2, 3, 4))]
Shown = tuple[str, int, date | None]  # status, price, the day it ended


def life(chance: random.Random) -> tuple[list[Shown], dict[date, int]]:
    """What each export shows of a subscription, and what it pays a month on each day."""
    shown: list[Shown] = []
    paid: dict[date, int] = {}
    ended, standing, since = None, "running", FIRST
    for exported in EXPORTED:
        status = chance.choice(["active"] * 3 + ["past_due", "unpaid", "paused", "canceled"])
        price = chance.randint(1, 40)
        days = [since + timedelta(number) for number in range((exported - since).days)]
        if status == "canceled" and standing != "over":
            ended = exported - timedelta(chance.randint(1, 12))
            if standing == "running":
                paid |= {day: price for day in days if day < ended}
        if status in ("active", "past_due"):
            paid |= dict.fromkeys(days, price)
        running = status in ("active", "past_due")
        standing = "running" if running else "over" if status == "canceled" else "unpaid"
        shown.append((status, price, ended if status == "canceled" else None))
        since = exported
    return shown, paid


def test_what_an_export_told_of_a_subscription_stays(tmp_path: Path) -> None:
    chance = random.Random(46)
    lives = [life(chance) for _ in range(50)]
    imported = Imported(tmp_path)
    for at, exported in enumerate(EXPORTED):
        lines = [f"{HEADER},channel (metadata),Current Period Start (UTC)"]
        for number, (shown, _) in enumerate(lives):
            status, price, ended = shown[at]
            over = f"{ended} 10:00" if ended else ""
            lines.append(
                f"sub_{number},cus_{number},Anvil,1,eur,month,{price},{status},{FIRST} 10:00,"
                f"{FIRST} 10:00,,,{over},{over},,,,way {number},{FIRST} 10:00"
            )
        imported.file("subscriptions.csv", "\n".join(lines) + "\n", observed=f"{exported}")
        if at == len(EXPORTED) - 1:
            by_way = imported.ask("mrr", by="channel", grain=Grain.WEEK)
            closed = [figure for figure in by_way if figure.closed]
            assert closed[-1].end >= exported - timedelta(8)
            for figure in closed:
                paid = lives[int(figure.member.removeprefix("way "))][1]
                assert figure.value == paid.get(figure.end, 0), (figure.member, figure.period)
    names = ("new_mrr", "reactivation_mrr", "churned_mrr", "logo_churn_rate")
    told = {(f.kpi, f.period): f.value for f in imported.ask(*names, grain=Grain.MONTH) if f.closed}
    for exported in EXPORTED[1:]:
        last = exported - timedelta(1)
        first = last.replace(day=1)
        held = [(paid, paid.get(first - timedelta(1), 0), paid.get(last, 0)) for _, paid in lives]
        came = [(paid, now) for paid, before, now in held if now and not before]
        anew = sum(now for paid, now in came if min(paid) >= first)
        lost = [before for _, before, now in held if before and not now]
        assert told["new_mrr", f"{last:%Y-%m}"] == anew
        assert told["reactivation_mrr", f"{last:%Y-%m}"] == sum(now for _, now in came) - anew
        assert told["churned_mrr", f"{last:%Y-%m}"] == sum(lost)
        assert told["logo_churn_rate", f"{last:%Y-%m}"] == pytest.approx(
            len(lost) / sum(before > 0 for _, before, _ in held)
        )


#: Status, when the present period began, and what is paid of 30 in January and in March.
STANDINGS = (
    ("past_due", date(2026, 2, 10), [30, 30]),
    ("unpaid", date(2026, 2, 10), [30, 0]),
    ("impayé", date(2026, 2, 10), [30, 0]),
    # Stripe pauses what has no means of payment when its trial ends.
    ("paused", FIRST, [0, 0]),
    ("unpaid", None, [0, 0]),
    ("canceled", date(2026, 2, 10), [30, 0]),
    ("incomplete", date(2026, 2, 10), [0, 0]),
    ("incomplete_expired", date(2026, 2, 10), [0, 0]),
)


def test_what_counts_while_it_is_not_paid(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    lines = [f"{HEADER},channel (metadata),Current Period Start (UTC)"]
    for number, (status, period, _) in enumerate(STANDINGS):
        began = f"{period} 10:00" if period else ""
        lines.append(
            f"sub_{number},cus_{number},Anvil,1,eur,month,30,{status},{FIRST} 10:00,{FIRST} 10:00,"
            f",,,,,,,way {number},{began}"
        )
    report = imported.file("subscriptions.csv", "\n".join(lines) + "\n", observed=f"{OBSERVED}")
    assert {each.reason: each.rows for each in report.problems}["unpaid_subscriptions"] == 5
    told = {
        (f.member, f.period): f.value for f in imported.ask("mrr", by="channel", grain=Grain.MONTH)
    }
    for number, (status, period, paid) in enumerate(STANDINGS):
        found = [told.get((f"way {number}", month)) or 0 for month in ("2026-01", "2026-03")]
        assert found == paid, (status, period)


def test_a_start_told_anew_takes_nothing_from_what_was_paid_before(tmp_path: Path) -> None:
    """A tool that tells of each renewal as the start; and months given for nothing from now on."""
    imported = Imported(tmp_path)
    for day, renewed, free in (
        (date(2026, 2, 1), FIRST, ""),
        (OBSERVED, date(2026, 2, 20), "2026-05-20 10:00"),
    ):
        rows = [
            f"sub_1,cus_1,Anvil,1,eur,month,10,active,{FIRST} 10:00,{renewed} 10:00,,,,,,,",
            f"sub_2,cus_2,Anvil,1,eur,month,30,active,{FIRST} 10:00,{FIRST} 10:00,{free},,,,,,",
        ]
        imported.file("subscriptions.csv", "\n".join([HEADER, *rows]) + "\n", observed=f"{day}")
    told = imported.values("mrr", grain=Grain.MONTH)
    months = ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03")
    assert [told["anvil", month] for month in months] == [40, 40, 40, 40, 10, 10]
