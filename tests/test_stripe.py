"""Subscriptions as Stripe exports them: trials, quantities, intervals, cancellations, against days.

A discount is what the tool deducts before it writes the amount; an export has no column of its own
for it, so the amount is taken as it is.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.calendar import Grain
from tests.imported import Imported

HEADER = (
    "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start Date (UTC),"
    "Trial End (UTC),Current Period End (UTC),Canceled At (UTC),Ended At (UTC)"
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
    ),
    min_size=1,
    max_size=10,
)


def line(number: int, row: tuple) -> str:  # type: ignore[type-arg]
    account, product, created, trial, interval, seats, price, end = row
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
         status, at(begun), at(begun), at(trial_end), at(period_end), at(cancelled), at(ended)]
    )  # fmt: skip


def paid_on(rows: list[tuple], product: str, day: date) -> dict[int, float]:  # type: ignore[type-arg]
    """What each account pays a month at a day's end: nothing in a trial, nor once it is over."""
    found: dict[int, float] = {}
    for account, named, created, trial, interval, seats, price, end in rows:
        begun = FIRST + timedelta(created)
        from_day = begun + timedelta(trial)
        until = None
        if end:
            until = begun + timedelta(end[1] + (0 if end[0] else 10))
        if named == product and from_day <= day and (until is None or day < max(until, from_day)):
            found[account] = found.get(account, 0.0) + seats * price / MONTHS[interval]
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
