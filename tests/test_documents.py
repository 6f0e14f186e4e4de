"""Retention tables, funnels and outlooks: published with the figures, read from the register."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from metrics.access import LOCAL_CPO, Role, Viewer
from metrics.calendar import Grain, Period
from metrics.catalogue import load_catalogue
from metrics.cohort_grid import _row
from metrics.command import vigie
from metrics.documents import product_usage
from metrics.errors import VigieError
from metrics.outlook import outlooks
from metrics.register import tables
from metrics.register.series import read_figures
from metrics.register.targets import set_target
from metrics.result import Scope
from tests.small_workspace import SmallWorkspace

MONDAY, WEEKS = date(2026, 3, 2), 12
ANVIL, COMPANY = Scope("product", "anvil"), Scope("company", "")
PRODUCTS = (
    "product,name,funnel_steps,funnel_days,qualifying_events\n"
    "anvil,Anvil,look;hammer,10,look;hammer\n"
    "bellows,Bellows,,,\n"
)  # fmt: skip
FUNNEL_DAYS = timedelta(10)
MONTHS = [date(2024, 1 + m, 15) for m in range(12)] + [date(2025, 1 + m, 15) for m in range(10)]


def visits() -> list[tuple[date, int, str, int, str]]:
    """Day, minute, product, user and event; what `idle` does is nothing that qualifies."""
    random = Random(11)
    rows = []
    for user in range(60):
        first = random.randrange(7 * WEEKS - 3)
        for offset in [first, *(first + random.randrange(1, 50) for _ in range(6))]:
            if offset < 7 * WEEKS:
                event = random.choice(["look", "look", "hammer", "idle"])
                rows.append((MONDAY + timedelta(offset), user % 60, "anvil", user, event))
    # The first day is known, and the last one, since a day after it is.
    rows += [(MONDAY + timedelta(7 * WEEKS * end), 0, "anvil", 99, "idle") for end in (0, 1)]
    rows.append((MONDAY, 0, "bellows", 98, "look"))
    return sorted(rows)


def ledger() -> str:
    """A book whose months earn 1000, 1010, … until October 2025."""
    lines = ["JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|"
             "CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|"
             "Montantdevise|Idevise"]  # fmt: skip
    for number, day in enumerate(MONTHS):
        amount = f"{1000 + 10 * number},00"
        stamp = f"{day:%Y%m%d}"
        for account, debit, credit in (("411000", amount, "0,00"), ("706000", "0,00", amount)):
            lines.append(
                f"VE|Ventes|{number}|{stamp}|{account}|x|||p|{stamp}|v|{debit}|{credit}||||{stamp}||"
            )
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SmallWorkspace:
    made = SmallWorkspace(tmp_path_factory.mktemp("documents") / "forge")
    rows = [
        f"{event},{day}T10:{minute:02}:00Z,u{user},{product}"
        for day, minute, product, user, event in visits()
    ]
    text = "\n".join(["event name,time,distinct id,product", *rows]) + "\n"
    target = "kpi,scope_kind,scope,period,kind,value\nstickiness,company,,2026-Q2,target,1\n"
    outcome = made.import_files(
        {"products.csv": PRODUCTS, "targets.csv": target, "events.csv": text}
    )
    assert outcome.status == "done", outcome
    return made


def test_the_grid_against_brute_force(company: SmallWorkspace) -> None:
    table = product_usage(company.workspace, LOCAL_CPO, "anvil").retention
    assert table is not None
    active: dict[int, set[int]] = defaultdict(set)
    for day, _, product, user, event in visits():
        if product == "anvil" and event != "idle":
            active[user].add((day - MONDAY).days // 7)
    first = {user: min(weeks) for user, weeks in active.items()}
    assert [row.start for row in table.cohorts] == [
        MONDAY + timedelta(7 * week) for week in range(min(first.values()), WEEKS)
    ]
    back = dict.fromkeys(range(13), 0)
    entered = dict.fromkeys(range(13), 0)
    for row in table.cohorts:
        week = (row.start - MONDAY).days // 7
        cohort = [user for user in first if first[user] == week]
        for later in range(13):
            if week + later >= WEEKS:
                assert (row.exact[later], row.on_or_after[later]) == (None, None)
                continue
            exact = sum(week + later in active[user] for user in cohort)
            since = sum(max(active[user]) >= week + later for user in cohort)
            assert (row.exact[later], row.on_or_after[later]) == (exact, since)
            back[later] += exact
            entered[later] += len(cohort)
    for point in table.curve:
        assert (point.back, point.entered) == (back[point.later], entered[point.later])
        assert point.rate == back[point.later] / entered[point.later]
    assert table.curve[0].rate == 1
    told = [(row.on_or_after, row.size) for row in table.cohorts if row.on_or_after[1] is not None]
    point = table.curve_since[1]
    assert point.entered == sum(size for _, size in told)
    assert point.back == sum(counts[1] for counts, _ in told)


def test_who_came_since_is_not_told_over_a_week_that_is_not_known() -> None:
    weeks = [Period(MONDAY, MONDAY, Grain.WEEK, f"w{n}") for n in range(4)]
    cells = {(0, 0): (9, 3), (0, 1): (4, 1), (0, 3): (5, 5), (2, 0): (7, 5), (2, 1): (2, 2)}
    sure = [True, False, True, True]
    rows = [_row(week, at, sure, cells, "") for at, week in enumerate(weeks)]
    assert rows[0].exact[:4] == (9, None, None, None)
    assert rows[0].on_or_after[:4] == (None,) * 4
    assert (rows[2].exact[:2], rows[2].on_or_after[:2]) == ((7, 2), (7, 2))


def test_the_grid_says_what_the_published_retention_says(company: SmallWorkspace) -> None:
    table = product_usage(company.workspace, LOCAL_CPO, "anvil").retention
    assert table is not None
    with company.workspace.register.connect() as connection:
        figures = read_figures(
            connection, LOCAL_CPO, kpis=["retention_w1", "retention_w4"], scopes=[ANVIL]
        )
    told = {(f.kpi, f.start): (f.numerator, f.denominator) for f in figures if f.value is not None}
    rows = {row.start: row for row in table.cohorts}
    assert len(told) > 10
    for (kpi, start), parts in told.items():
        later = int(kpi.removeprefix("retention_w"))
        assert parts == (rows[start].exact[later], rows[start].size)


def test_the_funnel_against_brute_force_and_a_signpost_where_none_is_declared(
    company: SmallWorkspace,
) -> None:
    usage = product_usage(company.workspace, LOCAL_CPO, "anvil")
    assert usage.funnel is not None
    assert usage.signpost is None
    assert usage.funnel.until == MONDAY + timedelta(7 * WEEKS) - FUNNEL_DAYS
    assert usage.funnel.window_days == 10

    def at(row: tuple[date, int, *tuple[object, ...]]) -> timedelta:
        return row[0] - MONDAY + timedelta(minutes=row[1])

    looked, hammered = set(), set()
    rows = [row for row in visits() if row[2] == "anvil"]
    for day, minute, _, user, event in rows:
        if event != "look" or not usage.funnel.since <= day <= usage.funnel.until:
            continue
        looked.add(user)
        if any(
            (day, minute) <= later[:2] and later[3:] == (user, "hammer")
            and at(later) - at((day, minute)) <= FUNNEL_DAYS
            for later in rows
        ):  # fmt: skip
            hammered.add(user)
    assert [step.users for step in usage.funnel.steps] == [len(looked), len(hammered)]
    assert usage.funnel.conversion_rate == len(hammered) / len(looked)
    other = product_usage(company.workspace, LOCAL_CPO, "bellows")
    assert other.funnel is None
    assert other.signpost is not None
    assert "funnel_steps" in other.signpost.fr
    with pytest.raises(VigieError, match="anvill"):
        product_usage(company.workspace, LOCAL_CPO, "anvill")


def test_who_may_not_see_products_sees_no_document(
    company: SmallWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.access.VISIBLE_SCOPES", {Role.CPO: frozenset({"company"})})
    usage = product_usage(company.workspace, Viewer("x", Role.CPO), "anvil")
    assert (usage.retention, usage.funnel) == (None, None)


def test_landing_beside_budget_target_and_the_year_before(company: SmallWorkspace) -> None:
    outcome = company.import_files({"000000000FEC20251031.txt": ledger()}, product="anvil")
    assert [report.status for report in outcome.files] == ["loaded"], outcome.files
    with company.workspace.register.begin() as connection:
        for kind, value in (("target", 3600.0), ("budget", 3500.0)):
            set_target(
                connection, LOCAL_CPO, load_catalogue(), kpi="contribution_margin", scope=ANVIL,
                period="2026-Q2", kind=kind, value=value,
            )  # fmt: skip
    quarters = {
        (each.kpi, each.scope, each.period.key): each
        for each in outlooks(company.workspace, LOCAL_CPO, scopes=[ANVIL], grains=["quarter"])
    }
    # The last day known of anything lies in the second quarter of 2026; the books end before.
    found = quarters["contribution_margin", ANVIL, "2026-Q2"]
    assert (found.actual, found.left) == (0, 3)
    assert found.forecast == pytest.approx(found.landing)
    assert found.low <= found.landing <= found.high
    assert found.gap_to_budget == pytest.approx(found.landing - 3500)
    assert found.gap_to_target == pytest.approx(found.landing - 3600)
    assert found.prior_year == 1150 + 1160 + 1170
    assert found.verdict in ("yes", "no", "uncertain")
    assert quarters["revenue", ANVIL, "2026-Q2"].target is None


def test_the_command_tells_it_with_the_documented_keys(company: SmallWorkspace) -> None:
    ran = CliRunner().invoke(
        vigie,
        [
            "pace",
            "stickiness",
            "--scope",
            "company",
            "--json",
            "--workspace",
            str(company.folder),
        ],
    )
    rows = json.loads(ran.output)["rows"]
    assert {row["period"] for row in rows} == {"2026-05", "2026-Q2"}
    assert all(row["landing"] >= 0 for row in rows)
    wrong = CliRunner().invoke(
        vigie, ["pace", "--scope", "team", "--workspace", str(company.folder)]
    )
    assert wrong.exit_code == 2


def test_a_document_that_did_not_change_is_not_written_again(company: SmallWorkspace) -> None:
    count = sa.select(sa.func.count()).select_from(tables.documents)
    with company.workspace.register.connect() as connection:
        before = connection.execute(count).scalar_one()
    company.publish()
    with company.workspace.register.connect() as connection:
        assert connection.execute(count).scalar_one() == before
