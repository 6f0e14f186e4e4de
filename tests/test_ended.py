"""A product that is retired and a squad that is dissolved: what follows their last day is nothing,
and nobody waits for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from metrics.access import LOCAL_CPO
from metrics.calendar import Calendar, Grain
from metrics.organisation import Membership
from metrics.pages.review import weekly_review
from metrics.query import query
from metrics.register.series import read_figures
from metrics.result import Scope
from tests.facts import MONDAY, ORGANISATION, Facts, days
from tests.imported import Imported
from tests.small_workspace import SmallWorkspace

WEEK = timedelta(7)
WEEKS = 6
LAST = MONDAY + WEEKS * WEEK - timedelta(1)
ENDED = MONDAY + timedelta(17)  # the Thursday of the third week
CALENDAR = Calendar()
PERIODS = CALENDAR.periods(Grain.WEEK, MONDAY, LAST)
#: Who is active on which days: some of all products, some of one.
USED = {
    "anvil": [(n, day) for day in days(MONDAY, 42) for n in (1, 2, 3) if day.day % n < 1],
    "bellows": [(user, day) for day in days(MONDAY, 42) for user in (5, 6) if day.day % 2],
    "crucible": [(user, day) for day in days(MONDAY, 18) for user in (1, 7, 8, 9)],
}  # fmt: skip
HEADER = "product,name,line,ended\nanvil,Anvil,tools,\nbellows,Bellows,tools,\n"
SQUADS = "squad,name,ended\nnorth,North,\nsouth,South,"
JIRA = "Issue key,Summary,Status,Status Category,Issue Type,Project key,Created,Resolved,Updated\n"
STRIPE = "id,Customer ID,Plan,Quantity,Interval,Amount,Currency,Status,Start Date (UTC)\n"


def written(day: date) -> str:
    return f"{day.day}/{day:%b}/{day:%y} 9:00 AM"


def files() -> dict[str, str]:
    """Exports of every product until its own last day."""
    found = {
        "squads.csv": f"{SQUADS}{ENDED}\n",
        "products.csv": f"{HEADER}crucible,Crucible,metals,{ENDED}\n",
        "names.csv": "kind,source,alias,target\nsquad,*,N,north\nsquad,*,S,south\n",
        f"Stripe {LAST + timedelta(1)}.csv": STRIPE
        + f"s1,c1,Anvil,1,month,100,eur,active,{MONDAY - WEEK}\n",
        f"Stripe {ENDED + timedelta(1)}.csv": STRIPE
        + f"s2,c1,Crucible,1,month,40,eur,active,{MONDAY - WEEK}\n"
        + f"s3,c2,Crucible,1,month,20,eur,active,{MONDAY - WEEK}\n",
    }
    for product, rows in USED.items():
        until = max(day for _, day in rows) + timedelta(1)
        lines = [f"look,{day} 12:00:00,u{user},{product}" for user, day in rows]
        found[f"Mixpanel {product} {until}.csv"] = "\n".join(
            ["Event Name,Time,Distinct ID,Product", *lines, ""]
        )
    for key, count, until in (("N", WEEKS, LAST), ("S", 3, ENDED)):
        items = [
            f"{key}-{n},Item,Done,Done,Story,{key},{written(MONDAY)},"
            f"{written(MONDAY + n * WEEK)},{written(until)}\n"
            for n in range(count)
        ]
        found[f"Jira {key} {until + timedelta(1)}.csv"] = JIRA + "".join(items)
    return found


def active(products: tuple[str, ...], start: date, end: date) -> set[int]:
    return {user for each in products for user, day in USED[each] if start <= day <= end}


def test_a_company_closes_without_what_has_ended_and_counts_it_until_its_end(tmp_path: Path):
    company = SmallWorkspace(tmp_path)
    company.import_files(files())
    with company.workspace.register.connect() as connection:
        published = {
            (each.kpi, each.scope, each.start): each
            for each in read_figures(connection, LOCAL_CPO, grains=["week"])
        }
    live = query(
        company.workspace, LOCAL_CPO, ["active_users", "churned_users", "mrr", "throughput"]
    )
    assert all(published[each.kpi, each.scope, each.start] == each for each in live)
    every, before = tuple(USED), set()
    for week, period in enumerate(PERIODS):
        now = active(every, period.start, period.end)
        expected = {
            "active_users": len(now),
            "churned_users": len(before - now) if week else None,
            "mrr": 160 if period.end <= ENDED else 100,
            "churned_mrr": 60 if period.start <= ENDED < period.end else 0,
            "throughput": 2 if period.start <= ENDED else 1,
        }
        for kpi, value in expected.items():
            told = published[kpi, Scope("company", ""), period.start]
            assert (kpi, told.value, told.closed) == (kpi, value, True)
        own = published.get(("active_users", Scope("product", "crucible"), period.start))
        alone = len(active(("crucible",), period.start, period.end))
        assert (own.value if own else None) == (alone or None)
        before = now
    review = weekly_review(company.workspace, LOCAL_CPO, week=PERIODS[-1].key)
    assert {row.scope.key for row in review.scorecard} == {"anvil", "bellows"}
    assert not [each for each in review.missing if each.scope.key in ("crucible", "south")]
    then = weekly_review(company.workspace, LOCAL_CPO, week=PERIODS[2].key)
    assert {row.scope.key for row in then.scorecard} == set(USED)


def ended(**changes: object) -> Facts:
    crucible = replace(ORGANISATION.products[2], ended=ENDED)
    return Facts(replace(ORGANISATION, products=(*ORGANISATION.products[:2], crucible), **changes))


def company(facts: Facts, kpi: str) -> dict[str, tuple[float | None, str | None]]:
    return {each.period: (each.value, each.reason) for each in facts.ask(kpi, grain=Grain.WEEK)}


def test_the_days_until_the_end_are_still_waited_for():
    facts = ended().cover("events", ["anvil"], MONDAY, LAST)
    facts.cover("events", ["crucible"], MONDAY, ENDED - timedelta(1)).events([])
    told = company(facts, "active_users")
    assert told["2026-W04"] == (None, "partial_members:1/2")
    assert told["2026-W05"] == (0, None)


def test_what_a_file_says_of_the_days_after_the_end_counts():
    """A subscription that an export made later still shows is paid, whatever has ended."""
    facts = ended().cover("subscriptions", ["anvil"], MONDAY, LAST)
    facts.cover("subscriptions", ["crucible"], MONDAY, ENDED + 2 * WEEK)
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day",
        [("test", MONDAY, "s", 1, "crucible", 1, "40.00", "EUR", date(2025, 1, 1))],
    )
    facts.cover("events", ["anvil", "crucible"], MONDAY, LAST)
    facts.events([("crucible", 1, LAST, "look")])
    assert [company(facts, "mrr")[period.key][0] for period in PERIODS] == [40, 40, 40, 40, 0, 0]
    assert company(facts, "active_users")["2026-W07"] == (1, None)
    own = facts.values("active_users", by="product", grain=Grain.WEEK)
    assert own["crucible", "2026-W07"] == 1
    assert ("crucible", "2026-W06") not in own


@pytest.mark.parametrize(("role_until", "vacant"), [(ENDED, 0), (ENDED - timedelta(2), 2)])
def test_nobody_is_missing_where_nothing_is_left(role_until: date, vacant: int):
    """Days without a PM, and people of a squad, are counted until the end and no further."""
    held = replace(ORGANISATION.ownerships[0], target="crucible", end=role_until)
    squads = (ORGANISATION.squads[0], replace(ORGANISATION.squads[1], ended=ENDED))
    people = tuple(
        Membership(person, squad, date(2025, 1, 1))
        for person, squad in (("ada", "north"), ("bob", "south"))
    )
    facts = ended(ownerships=(held,), memberships=people, squads=squads)
    facts.cover("events", ["anvil"], MONDAY, LAST).events([])
    for person in people:
        facts.connection.execute(
            "insert into squad_members values (?, ?, ?, null)",
            [person.squad, person.person, person.start],
        )
    facts.connection.execute(
        "insert into product_roles values ('crucible', 'PM', 'ada', ?, ?)",
        [held.start, role_until + timedelta(1)],
    )
    assert sum(value or 0 for value, _ in company(facts, "vacancy_days").values()) == vacant
    members = [company(facts, "members")[period.key][0] for period in PERIODS]
    assert members == [2, 2, 1, 1, 1, 1]


def test_rows_after_the_end_are_told_as_they_come(tmp_path: Path):
    products = [
        replace(each, ended=ENDED) if each.product == "crucible" else each
        for each in ORGANISATION.products
    ]
    company = Imported(tmp_path, replace(ORGANISATION, products=tuple(products)))
    rows = [
        f"look,{ENDED + timedelta(n)} 12:00:00,u1,{product}"
        for n in (-1, 0, 1, 2)
        for product in ("Crucible", "Anvil")
    ]
    report = company.file("events.csv", "\n".join(["Event Name,Time,Distinct ID,Product", *rows]))
    told = [(each.rows, each.details) for each in report.problems if each.reason == "after_end"]
    assert told == [(2, {"stream": "Crucible", "ended": str(ENDED)})]
