"""What a product's PM looks up of accounts, of the market and of users, from files to the page."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from metrics.pages.accounts_at_risk import at_risk
from metrics.pages.discoveries import heard
from metrics.pages.facts_now import FactsNow
from metrics.pages.market_side import in_market
from metrics.setting import Setting
from tests.facts import CATALOGUE, MODELS
from tests.imported import Imported

TAKEN, UNTIL = date(2026, 6, 30), date(2026, 6, 30)
ACCOUNTS = range(40)


def facts(imported: Imported) -> FactsNow:
    """What pages read, once the files are placed."""
    imported.ask("mrr")
    setting = Setting.of(
        imported.workspace.settings, CATALOGUE, MODELS, imported.organisation, imported.spans
    )
    return FactsNow(imported.connection, setting)


def subscriptions(amounts: dict[int, float], ends: dict[int, date], starts: dict[int, date]) -> str:
    header = (
        "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Start Date (UTC),"
        "Ended At (UTC)"
    )
    rows = [
        f"sub_{n},cus_{n},Anvil,1,EUR,month,{amount},active,{starts[n]},{ends.get(n, '')}"
        for n, amount in amounts.items()
    ]
    return "\n".join([header, *rows])


def test_accounts_at_risk_are_those_that_a_reader_of_the_files_finds(tmp_path: Path) -> None:
    chance = random.Random(7)
    starts = {n: date(2025, 1, 1) + timedelta(chance.randrange(480)) for n in ACCOUNTS}
    before = {n: float(chance.choice([50, 80, 120])) for n in ACCOUNTS}
    now = {n: before[n] - (20 if chance.random() < 0.2 else 0) for n in ACCOUNTS}
    ends = {n: TAKEN + timedelta(chance.randrange(20, 160)) for n in ACCOUNTS if n % 6 == 0}
    used = {n: set() if n % 9 == 0 else
            {TAKEN - timedelta(chance.randrange(120 if n % 3 else 40)) for _ in range(n)}
            for n in ACCOUNTS}  # fmt: skip
    used[39] = {TAKEN - timedelta(day) for day in (30, 33, 36, 40, 44, 3)}
    imported = Imported(tmp_path)
    imported.file("subscriptions.csv", subscriptions(before, {}, starts), observed="2026-05-15")
    imported.file("subscriptions.csv", subscriptions(now, ends, starts), observed="2026-07-01")
    # Every day of half a year is told of by a user without an account.
    days = [TAKEN - timedelta(day) for day in range(180)]
    events = [f"{day}T09:00:00,hit,u0,,Anvil" for day in days]
    events += [f"{day}T10:00:00,hit,u{n},sub_{n},Anvil" for n in ACCOUNTS for day in used[n]]
    imported.file(
        "mixpanel events.csv",
        "\n".join(["time,event name,distinct id,feature,product", *events]),
        observed="2026-07-01",
    )
    unread = at_risk(facts(imported), "anvil", UNTIL)
    assert unread is not None
    assert unread.use == "no_accounts"
    assert {s.kind for each in unread.found for s in each.signs} == {"leaves", "pays_less"}
    # What each tool calls an account is a key of its own; here the two are told to be the same.
    imported.connection.execute(
        "update landed_events as e set account_key = s.account_key "
        "from landed_subscriptions as s where s.subscription_id = e.feature"
    )
    found = at_risk(facts(imported), "anvil", UNTIL)
    assert found is not None
    assert (found.use, found.day, found.used_until) == ("known", TAKEN, TAKEN)
    paying = [n for n in ACCOUNTS if starts[n] <= TAKEN]
    assert found.paying == len(paying)
    assert found.mrr == pytest.approx(sum(now[n] for n in paying))
    expected: dict[tuple[str, ...], set[str]] = {}
    for n in paying:
        signs = set()
        if n in ends and (ends[n] - TAKEN).days <= 90:
            signs.add("leaves")
        if now[n] < before[n] and starts[n] <= TAKEN - timedelta(90):
            signs.add("pays_less")
        lately = {day for day in used[n] if (TAKEN - day).days < 28}
        earlier = {day for day in used[n] if 28 <= (TAKEN - day).days < 56}
        if not used[n]:
            signs |= {"never_used"} if starts[n] < TAKEN - timedelta(28) else set()
        elif not lately:
            signs.add("unused")
        elif len(earlier) >= 4 and 2 * len(lately) < len(earlier):
            signs.add("used_less")
        if signs:
            expected[f"sub_{n}",] = signs
    told = {each.subscriptions: {sign.kind for sign in each.signs} for each in found.found}
    assert told == expected
    kinds = {"leaves", "pays_less", "never_used", "unused", "used_less"}
    assert set.union(*told.values()) == kinds
    amounts = [each.mrr or 0.0 for each in found.found]
    assert amounts == sorted(amounts, reverse=True)
    # A gap in what is known of use is no sign, and neither is use that nobody looked at.
    earlier_week = at_risk(facts(imported), "anvil", date(2026, 1, 10))
    assert earlier_week is not None
    assert earlier_week.use == "no_days"
    assert at_risk(facts(imported), "bellows", UNTIL) is None


def test_shares_are_those_of_the_kpi_and_discoveries_name_their_initiative(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    imported.file(
        "market.csv",
        "period,product,segment,player,value,unit,definition\n"
        "2026-01,Anvil,France,Anvil,20,M€,sales\n2026-01,Anvil,France,Forgeron,50,M€,sales\n"
        "2026-01,Anvil,France,Total,100,M€,sales\n2026-02,Anvil,France,Anvil,30,M€,sales\n"
        "2026-02,Anvil,France,Forgeron,45,M€,sales\n2026-02,Anvil,France,Total,120,M€,sales\n",
        observed="2026-04-01",
    )
    deals = [("Closed Won", "Forgeron", ""), ("Closed Lost", "Forgeron", "Price"),
             ("Closed Lost", "", "Price"), ("Closed Lost", "", ""),
             ("Closed Lost", "", "No decision")]  # fmt: skip
    imported.file(
        "hubspot deals.csv",
        "Deal ID,Deal Name,Deal Stage,Pipeline,Create Date,Close Date,Competitor,"
        "Closed Lost Reason\n"
        + "\n".join(
            f"{n},Deal {n},{stage},Anvil,2026-01-01,2026-02-0{n + 1},{rival},{reason}"
            for n, (stage, rival, reason) in enumerate(deals)
        ),
        observed="2026-04-01",
    )
    imported.file(
        "discoveries.csv",
        "date,product,kind,people_heard,insight,initiative\n"
        "2026-01-03,Anvil,interview,5,Too heavy,Slimmer\n"
        "2026-02-03,Anvil,study,,=Too <b>loud</b>,\n",
        observed="2026-04-01",
    )
    now = facts(imported)
    side = in_market(now, "anvil", date(2026, 3, 31))
    [market] = side.markets
    assert market.name == "Anvil · sales · France · M€"
    asked = {f.period: f.value for f in imported.ask("market_share") if f.scope.key == "anvil"}
    assert {figure.period: figure.value for figure in market.ours} == {
        period: value for period, value in asked.items() if value is not None
    }
    assert [figure.value for figure in market.rivals["Forgeron"]] == [0.5, 0.375]
    assert side.deals is not None
    assert (side.deals.won, side.deals.lost, side.deals.undecided) == (1, 3, 1)
    assert side.deals.reasons == (("Price", 2), (None, 1))
    [rival] = side.deals.against
    assert (rival.competitor, rival.won, rival.lost) == ("Forgeron", 1, 1)
    assert side.deals.win_rate == 0.25
    told = heard(now, "anvil", date(2026, 3, 31))
    assert (len(told.found), told.people_heard, told.led) == (2, 5, 1)
    assert [each.initiative for each in told.found] == [None, "Slimmer"]
    assert in_market(now, "crucible", UNTIL).markets == ()
