"""Derived KPIs that functions compute: growth that sums, objectives, North Stars, initiatives."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from metrics.calendar import Grain
from metrics.errors import VigieError
from tests.facts import ORGANISATION, Facts
from tests.imported import Imported

PRODUCTS = ("anvil", "bellows", "crucible")
FIRST = date(2024, 1, 1)
MONTHS = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(30)]
brute = settings(max_examples=4, deadline=None, phases=(Phase.explicit, Phase.generate))

amounts = st.lists(st.integers(50, 400), min_size=30, max_size=30)


def company(anvil: list[int], bellows: list[int], crucible: list[int]) -> Facts:
    """Anvil and Bellows have an account each that pays an amount a month; Crucible only revenue.
    Amounts are of the latest months: the data of fewer than 30 begin later."""
    paid = {"anvil": anvil, "bellows": bellows, "crucible": crucible}
    months = {product: MONTHS[30 - len(amounts) :] for product, amounts in paid.items()}
    facts = Facts()
    for product, known in months.items():
        if known:
            covered = ("ledger", [""]) if product == "crucible" else ("subscriptions", [product])
            facts.cover(*covered, known[0], date(2026, 6, 30))
    facts.connection.execute("insert into account_natures values ('70', 'revenue')")
    spans = [
        (product, n, month, (month + timedelta(31)).replace(day=1), amount)
        for product in ("anvil", "bellows")
        for n, (month, amount) in enumerate(zip(months[product], paid[product], strict=True))
    ]
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day, end_day",
        [
            ("test", date(2026, 7, 1), f"{product}{n}", 1, product, 1, amount, "EUR", start, end)
            for product, n, start, end, amount in spans
        ],
    )
    facts.insert(
        "landed_ledger",
        "source, stream, day, journal, account, amount, currency",
        [
            ("test", "crucible", month + timedelta(4), "VT", "7061", amount, "EUR")
            for month, amount in zip(months["crucible"], crucible, strict=True)
        ],
    )
    facts.connection.execute(
        "insert into slices select distinct 1, 'ledger', source, '', day from landed_ledger"
    )
    return facts


@brute
@given(amounts, amounts, amounts)
def test_contributions_of_products_sum_to_the_growth_of_the_company(anvil, bellows, crucible):
    facts = company(anvil, bellows, crucible)
    paid = dict(zip(PRODUCTS, (anvil, bellows, crucible), strict=True))

    def base(product: str, last: int, months: int) -> float:
        """MRR at the end of a month, or the mean revenue a month of a product without MRR."""
        if product != "crucible":
            return paid[product][last]
        return sum(paid[product][last - months + 1 : last + 1]) / months

    for grain, months in ((Grain.MONTH, 1), (Grain.QUARTER, 3)):
        for kpi, back in (("growth_contribution", 12), ("period_growth_contribution", months)):
            parts = facts.values(kpi, by="product", grain=grain)
            whole = facts.values(kpi, by="company", grain=grain)
            checked = 0
            for last in range(back + months - 1, 30):
                if (last + 1) % months:
                    continue
                month = MONTHS[last]
                name = (
                    f"{month:%Y-%m}"
                    if grain is Grain.MONTH
                    else f"{month.year}-Q{(month.month + 2) // 3}"
                )
                then = sum(base(p, last - back, months) for p in PRODUCTS)
                for product in PRODUCTS:
                    change = base(product, last, months) - base(product, last - back, months)
                    assert parts[product, name] == pytest.approx(100 * change / then)
                total = whole["", name]
                assert sum(parts[p, name] for p in PRODUCTS) == pytest.approx(total)
                checked += 1
            assert checked >= 5


@brute
@given(amounts, st.integers(0, 60))
def test_a_share_of_growth_is_not_given_of_noise(anvil, growth):
    rising = [amount + growth * n for n, amount in enumerate(anvil)]
    flat = [100] * 30
    facts = company(rising, flat, flat)
    whole = [a + b + c for a, b, c in zip(rising, flat, flat, strict=True)]
    found = {
        figure.period: figure for figure in facts.ask("share_of_growth", by="product")
        if figure.scope.key == "anvil"
    }  # fmt: skip
    for last in range(12, 30):
        seen = whole[max(0, last - 23) : last + 1]
        ranges = [abs(b - a) for a, b in itertools.pairwise(seen)]
        noise = 2.66 * sum(ranges) / len(ranges)
        change = whole[last] - whole[last - 12]
        figure = found[f"{MONTHS[last]:%Y-%m}"]
        if abs(change) == pytest.approx(noise):
            continue
        if abs(change) <= noise:
            assert (figure.value, figure.reason) == (None, "within_noise")
        else:
            assert figure.value == pytest.approx(1)


@pytest.mark.parametrize("later", ["bellows", "crucible"])
def test_what_comes_with_a_product_whose_data_begin_later_is_no_growth(later: str) -> None:
    """Anvil grows by 1 a month; 300 of another product are known from March 2025 on."""
    known = {"bellows": [], "crucible": [], later: [300] * 16}
    facts = company([100 + n for n in range(30)], known["bellows"], known["crucible"])
    names = ("growth_contribution", "period_growth_contribution", "share_of_growth")
    found = {(figure.kpi, figure.period): figure for figure in facts.ask(*names)}
    for month in ("2025-03", "2026-02"):
        figure = found["growth_contribution", month]
        assert (figure.value, figure.reason) == (None, "history_begins")
    assert found["growth_contribution", "2025-02"].value == pytest.approx(12 / 101 * 100)
    assert found["growth_contribution", "2026-03"].value == pytest.approx(12 / 414 * 100)
    assert found["period_growth_contribution", "2025-03"].value is None
    assert found["period_growth_contribution", "2025-04"].value == pytest.approx(100 / 414)
    assert found["share_of_growth", "2026-03"].value == 1  # nor is it noise


SUBSCRIPTIONS = """id,Customer ID,Plan,Quantity,Interval,Amount,Status,Start Date (UTC),Ended At (UTC),channel (metadata)
s1,c1,Anvil,1,month,100,active,2025-12-01 10:00,,self-serve
s2,c2,Anvil,1,month,60,active,2026-01-10 10:00,,sales
s3,c1,Anvil,1,month,40,active,2026-01-15 10:00,,sales
s4,c3,Anvil,1,month,30,active,2026-02-03 10:00,,self-serve
s5,c4,Anvil,1,month,10,active,2026-02-05 10:00,,
s6,c9,Bellows,1,month,50,active,2025-12-05 10:00,,sales
"""  # noqa: E501
KEY_RESULTS = """key_result,objective,product,period,start_value,target_value,current_value,kpi
MRR of Anvil,Grow,Anvil,2026 Q1,100,300,,mrr
Five partners,Grow,Anvil,2026 Q1,0,5,2,
Calm support,Care,Bellows,2026 Q1,80,40,70,
Company MRR,Grow,,2026 Q1,150,350,,MRR
"""


def test_a_key_result_reads_its_kpi_and_else_what_an_export_says(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    imported.file("subscriptions.csv", SUBSCRIPTIONS)
    imported.file("key results.csv", KEY_RESULTS.replace(",2,", ",1,"), observed="2026-02-01")
    imported.file("key results later.csv", KEY_RESULTS, observed="2026-03-01")
    values = imported.values("okr_progress")
    # January: MRR 200, the first export; February: MRR 240, the second export.
    assert values["anvil", "2026-01"] == pytest.approx(((200 - 100) / 200 + 1 / 5) / 2)
    assert values["anvil", "2026-02"] == pytest.approx(((240 - 100) / 200 + 2 / 5) / 2)
    assert values["bellows", "2026-02"] == pytest.approx(10 / 40)
    whole = imported.values("okr_progress", by="company")
    parts = (0.7, 2 / 5, 10 / 40, (290 - 150) / 200)
    assert whole["", "2026-02"] == pytest.approx(sum(parts) / 4)
    expected = imported.values("okr_expected_progress")
    assert expected["anvil", "2026-02"] == pytest.approx((31 + 28) / 90)


def test_what_no_export_had_said_yet_leaves_progress_unknown(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    imported.file("key results.csv", KEY_RESULTS, observed="2026-03-01")
    values = imported.values("okr_progress")
    assert values["bellows", "2026-01"] == "unknown_part"
    assert values["bellows", "2026-02"] == pytest.approx(0.25)


def test_the_north_star_is_the_kpi_that_the_product_names(tmp_path: Path) -> None:
    anvil, bellows, crucible = ORGANISATION.products
    stars = replace(
        ORGANISATION,
        products=(
            replace(anvil, north_star="mrr"),
            replace(bellows, north_star="new_mrr"),
            crucible,
        ),
    )
    imported = Imported(tmp_path, stars)
    imported.file("subscriptions.csv", SUBSCRIPTIONS)
    values = imported.values("north_star")
    assert values["anvil", "2026-02"] == 240
    assert values["bellows", "2026-01"] == 0
    assert imported.values("north_star", by="company")["", "2026-02"] == "several_definitions"


def test_self_serve_counts_accounts_by_how_they_came(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    imported.file("subscriptions.csv", SUBSCRIPTIONS)
    values = imported.values("self_serve_share")
    # What c1 added in January by sales is an expansion; c4 of February has no channel.
    assert values["anvil", "2026-01"] == 0
    assert values["anvil", "2026-02"] == 1


def events(weeks: list[int]) -> str:
    monday = date(2025, 9, 1)
    lines = ["Event Name,Time,Distinct ID,Product,Plan"]
    for week, users in enumerate(weeks):
        lines += [
            f"Use,{monday + timedelta(7 * week + user % 7)} 10:00:00,u{user},Anvil,Free"
            for user in range(users)
        ]
    return "\n".join(lines)


INITIATIVES = """initiative,title,product,squad,status,target_kpi,expected_effect,origin,objective,due,shipped,review
i1,Guided start,Anvil,north,Shipped,active_users,+20 %,Feedback: speed,Grow,2026-01-10,2026-01-04,2026-02-20
i2,Slimmer,Anvil,north,Shipped,active_users,-20 %,Strategy,,2026-01-01,2026-01-04,2026-02-20
i3,No target,Anvil,north,Shipped,,,Lost deal: price,,2026-01-10,2026-01-04,2026-02-20
i4,Not yet,Anvil,north,In progress,active_users,+5 %,,,2026-02-10,,
i5,Given up,Anvil,north,Dropped,active_users,+5 %,,,2026-03-10,,
"""  # noqa: E501


def test_an_initiative_hits_when_its_kpi_moves_as_expected(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    quiet = [40 + (3 * week) % 5 for week in range(18)]
    imported.file("events 2026-03-02.csv", events([*quiet, *[90 + week % 3 for week in range(8)]]))
    imported.file("initiatives.csv", INITIATIVES, observed="2026-04-02")
    [figure] = [
        figure for figure in imported.ask("initiative_hit_rate") if figure.period == "2026-Q1"
    ]
    assert (figure.numerator, figure.denominator, figure.value) == (1, 2, 0.5)


def test_initiatives_are_counted_by_target_origin_and_first_promise(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    earlier = INITIATIVES.replace("2026-01-10,2026-01-04,2026-02-20\ni2", "2026-01-02,,\ni2")
    imported.file("initiatives.csv", earlier, observed="2025-12-20")
    imported.file("initiatives later.csv", INITIATIVES, observed="2026-04-02")
    imported.file(
        "discoveries.csv",
        "date,product,kind,people_heard,insight,initiative\n"
        "2025-11-03,Anvil,interview,5,Too heavy,Slimmer\n",
        observed="2026-04-02",
    )
    assert imported.values("linked_initiatives")["anvil", "2026-Q1"] == pytest.approx(2 / 3)
    # i1 from feedback, i2 from an interview, i3 from a lost deal
    assert imported.values("market_driven_roadmap_share")["anvil", "2026-Q1"] == 1
    # Due: i1 by the promise of December, i2, i3, i4; i5 was dropped before its date. Only i3 held.
    [figure] = [
        figure
        for figure in imported.ask("on_time_delivery", by="squad")
        if figure.period == "2026-Q1"
    ]
    assert (figure.numerator, figure.denominator) == (1, 4)


@pytest.mark.parametrize("least", [1, 2, 3])
def test_qualified_free_users_by_the_newest_rule(tmp_path: Path, least: int) -> None:
    rows = [
        ("u1", "Use", "Free", "2026-01-05"), ("u1", "Use", "Free", "2026-01-20"),
        ("u1", "Look", "Free", "2026-02-02"), ("u2", "Use", "Free", "2026-01-07"),
        ("u3", "Use", "Standard", "2026-01-08"), ("u2", "Use", "Free", "2026-02-09"),
        ("u2", "Use", "Free", "2026-02-10"), ("u4", "Look", "Free", "2026-02-11"),
        ("u4", "Look", "Free", "2026-02-28"), ("u1", "Look", "Free", "2026-01-01"),
    ]  # fmt: skip
    imported = Imported(tmp_path)
    lines = [f"{event},{day} 10:00:00,{user},Anvil,{plan}" for user, event, plan, day in rows]
    imported.file(
        "events 2026-03-02.csv", "\n".join(["Event Name,Time,Distinct ID,Product,Plan", *lines])
    )
    imported.file(
        "usage.csv",
        f"product,event,at_least,version\nAnvil,Look,1,1\nAnvil,Use,{least},2\n",
    )
    uses: dict[str, list[str]] = defaultdict(list)
    for user, event, _, day in sorted(rows, key=lambda row: row[3]):
        if event == "Use":
            uses[user].append(day)
    for month, figure in imported.values("pql_rate").items():
        free = {(u, day) for u, _, plan, day in rows if plan == "Free" and day[:7] == month[1]}
        reached = {u for u, day in free if len(uses[u]) >= least and uses[u][least - 1] <= day}
        assert figure == pytest.approx(len(reached) / len({u for u, _ in free}))


def test_dated_figures_are_kpis_and_missing_months_are_not_zero(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    imported.file("events 2026-04-02.csv", events([40] * 30))
    imported.file(
        "observations.csv",
        "indicateur;période;périmètre;valeur;unité;granularité\n"
        "carbon_grams;2026-01;Anvil;5 200,5;g;\ncarbon_grams;2026-03;Anvil;4000;g;\n"
        "rgaa_criteria_met;2025-11-15;Anvil;45;critères;niveau\n"
        "rgaa_criteria_applicable;2025-11-15;Anvil;60;critères;niveau\n"
        "rgaa_criteria_met;2026-02-15;Anvil;54;critères;niveau\n"
        "rgaa_criteria_met;2026-01-15;Bellows;10;critères;niveau\n"
        "rgaa_criteria_applicable;2026-01-15;Bellows;40;critères;niveau\n",
        observed="2026-04-02",
    )
    carbon = imported.values("carbon_per_active_user")
    assert carbon["anvil", "2026-01"] == pytest.approx(5200.5 / 40)
    assert carbon["anvil", "2026-02"] == "gap"
    rgaa = imported.values("rgaa_compliance", grain=Grain.MONTH)
    assert [rgaa["anvil", f"2026-0{n}"] for n in (1, 2)] == [0.75, 0.9]
    whole = imported.values("rgaa_compliance", by="company", grain=Grain.MONTH)
    assert whole["", "2026-03"] == pytest.approx(64 / 100)


def test_the_rule_of_40_adds_growth_and_contribution_margin():
    facts = company([100] * 12 + [130] * 18, [100] * 30, [100] * 30)
    facts.insert(
        "landed_ledger",
        "source, stream, day, journal, account, amount, currency",
        [("test", "anvil", date(2025, 3, 5), "VT", "7061", 500, "EUR"),
         ("test", "anvil", date(2025, 3, 6), "AC", "6135", -125, "EUR")],
    )  # fmt: skip
    facts.connection.execute("insert into account_natures values ('6135', 'direct_variable')")
    facts.connection.execute("insert into slices values (1, 'ledger', 'test', '', '2025-03-06')")
    assert facts.values("rule_of_40", by="product")["anvil", "2025-03"] == pytest.approx(30 + 75)


def test_what_functions_compute_is_given_to_date(tmp_path: Path) -> None:
    """Of the quarter's three initiatives to review, those due by the week's end count."""
    anvil, *others = ORGANISATION.products
    stars = replace(ORGANISATION, products=(replace(anvil, north_star="mrr"), *others))
    imported = Imported(tmp_path, stars)
    imported.file("subscriptions.csv", SUBSCRIPTIONS)
    imported.file("key results.csv", KEY_RESULTS, observed="2026-03-01")
    for grain in (Grain.MTD, Grain.QTD):
        # A North Star of months is given at their ends, where MRR is what the month ends with.
        star, mrr = (
            {
                figure.end: figure.value
                for figure in imported.ask(name, grain=of)
                if figure.scope.key == "anvil" and figure.value is not None
            }
            for name, of in (("north_star", grain), ("mrr", Grain.MONTH))
        )
        assert star == {end: mrr[end] for end in star}
        assert star
        expected = {
            figure.end: figure.value
            for figure in imported.ask("okr_expected_progress", grain=grain)
            if figure.scope.key == "bellows" and figure.value is not None and figure.closed
        }
        assert expected
        for end, share in expected.items():
            assert share == pytest.approx(((end - date(2026, 1, 1)).days + 1) / 90)
    with pytest.raises(VigieError, match="not born per mtd"):
        imported.ask("growth_contribution", grain=Grain.MTD)


FEC_HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|"
    "PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


@brute
@given(
    st.lists(st.tuples(st.integers(0, 16), st.integers(20, 300)), min_size=3, max_size=8),
    st.lists(st.integers(100, 900), min_size=18, max_size=18),
    st.integers(0, 90),
)
def test_growth_and_the_rule_of_40_from_files(
    tmp_path_factory: pytest.TempPathFactory,
    paid: list[tuple[int, int]],
    earned: list[int],
    cost: int,
) -> None:
    """Subscriptions that begin in some month and stay, and a book: imported, then told by hand."""
    months = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(18)]
    paid = [(0, 100), *paid]
    imported = Imported(tmp_path_factory.mktemp("growth"))
    rows = [
        f"s{n},c{n},Anvil,1,month,{amount},active,{months[start]} 10:00,,"
        for n, (start, amount) in enumerate(paid)
    ]
    header = SUBSCRIPTIONS.splitlines()[0]
    imported.file("subscriptions.csv", "\n".join([header, *rows]) + "\n", observed="2025-07-02")
    lines = [FEC_HEADER]
    for n, (month, revenue) in enumerate(zip(months, earned, strict=True)):
        stamp = f"{month:%Y%m}15"
        spent = revenue * cost / 100
        for account, debit, credit in (
            ("706000", 0, revenue), ("411000", revenue, 0),
            ("611000", spent, 0), ("401000", 0, spent),
        ):  # fmt: skip
            lines.append(
                f"VE|Ventes|{n}|{stamp}|{account}|x|||p|{stamp}|v|{debit:.2f}|{credit:.2f}|||{stamp}||"
            )
    lines.append(lines[-1].replace("20250615", "20250630").replace("|17|", "|18|"))
    imported.file("123456789FEC20250630.txt", "\n".join(lines) + "\n", product="anvil",
                  observed="2025-07-02")  # fmt: skip

    def mrr(month: int) -> int:
        return sum(amount for start, amount in paid if start <= month)

    found = {
        (figure.kpi, figure.period): figure.value
        for figure in imported.ask("rule_of_40", "growth_contribution")
        if figure.scope.key == "anvil"
    }
    told = 0
    for n in range(12, 17):
        period = f"{months[n]:%Y-%m}"
        grown = 100 * (mrr(n) - mrr(n - 12)) / mrr(n - 12)
        assert found["growth_contribution", period] == pytest.approx(grown)
        assert found["rule_of_40", period] == pytest.approx(grown + 100 - cost)
        told += 1
    assert told == 5
