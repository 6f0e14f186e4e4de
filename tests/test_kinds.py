"""Kinds against brute force, in plain Python over rows: random facts, gaps, exports that come
again, roles that change hands, time zones."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.query import query
from metrics.scopes import members_of
from tests.facts import MONDAY, ORGANISATION, Facts
from tests.small_workspace import SmallWorkspace

brute = settings(max_examples=6, deadline=None)
WEEKS = 9
LAST = MONDAY + timedelta(7 * WEEKS - 1)
SQUADS = ("north", "south")
PRODUCTS = ("anvil", "bellows", "crucible")
moments = st.integers(0, 7 * WEEKS - 1).map(lambda offset: MONDAY + timedelta(offset))

versions = st.lists(
    st.tuples(
        st.sampled_from(SQUADS),
        st.integers(1, 8),  # item: an id that comes twice is a newer export of the same item
        st.integers(0, 40),  # started
        st.one_of(st.none(), st.integers(0, 20)),  # days until done
    ),
    min_size=1,
    max_size=25,
)


@brute
@given(versions, st.one_of(st.none(), moments))
def test_flows_and_stocks_of_items_with_a_gap_and_exports_that_come_again(rows, gap):
    facts = Facts()
    for squad in SQUADS:
        if gap is None or squad == "south":
            facts.cover("work_items", [squad], MONDAY, LAST)
        else:
            for start, end in ((MONDAY, gap - timedelta(1)), (gap + timedelta(1), LAST)):
                if start <= end:
                    facts.cover("work_items", [squad], start, end)
    newest = {}
    for squad, item, started, took in rows:
        begun = MONDAY + timedelta(started)
        newest[squad, item] = (begun, None if took is None else begun + timedelta(took))
    facts.insert(
        "landed_work_items",
        "source, observed_at, item_id, stream, status_category, created_day, started_day, "
        "done_day, sprints, labels, blocked_by",
        [
            ("test", datetime(2026, 4, 1) + timedelta(number), f"{squad}{item}", squad,
             "doing" if took is None else "done", MONDAY, MONDAY + timedelta(started),
             None if took is None else MONDAY + timedelta(started + took), [], [], [])
            for number, (squad, item, started, took) in enumerate(rows)
        ],
    )  # fmt: skip
    for by in ("squad", "company"):
        for figure in facts.ask("throughput", by=by):
            held = members_of(ORGANISATION, figure.scope, "squad", figure.end)
            finished = [done for (squad, _), (_, done) in newest.items() if squad in held and done]
            unknown = gap is not None and "north" in held
            if unknown and figure.start <= gap <= figure.end:
                assert figure.value is None or figure.reason.startswith("partial_members"), figure
            elif figure.value is None or figure.reason:
                assert unknown, figure
            else:
                assert figure.value == sum(figure.start <= day <= figure.end for day in finished)


EXPORT_DAYS = [MONDAY + timedelta(n) for n in (0, 3, 7, 8, 14, 21, 24, 35, 48)]
moves = st.lists(
    st.tuples(
        st.sampled_from(SQUADS),
        st.sampled_from(["todo", "doing"]),
        # Where it goes before the next export, and on which of the days between.
        st.lists(
            st.tuples(st.sampled_from(["todo", "doing", "done", None]), st.integers(1, 13)),
            min_size=len(EXPORT_DAYS) - 1, max_size=len(EXPORT_DAYS) - 1,
        ),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@brute
@given(moves)
def test_work_in_progress_is_what_was_in_progress_then_whatever_became_of_it(drawn):
    """Items go back and forth; the tool tells only the day of the last move."""
    facts = Facts().cover("work_items", SQUADS, EXPORT_DAYS[0], EXPORT_DAYS[-1])
    rows, histories = [], []
    for number, (squad, state, steps) in enumerate(drawn):
        moved, history = MONDAY, [(MONDAY, state)]
        for index, observed in enumerate(EXPORT_DAYS):
            if index:
                gone_to, after = steps[index - 1]
                before = EXPORT_DAYS[index - 1]
                if gone_to and gone_to != state:
                    moved = min(before + timedelta(after), observed)
                    state = gone_to
                    history.append((moved, state))
            rows.append(
                ("test", datetime(observed.year, observed.month, observed.day, 12), observed,
                 f"i{number}", squad, state, MONDAY, moved,
                 moved if state == "done" else None, [], [], [])
            )  # fmt: skip
        histories.append((squad, history))
    facts.insert(
        "landed_work_items",
        "source, observed_at, observed_day, item_id, stream, status_category, created_day, "
        "category_changed_day, done_day, sprints, labels, blocked_by",
        rows,
    )
    for by in ("squad", "company"):
        for figure in facts.ask("wip", "wip_age", by=by):
            if not figure.closed:
                continue
            held = members_of(ORGANISATION, figure.scope, "squad", figure.end)
            begun = [
                max(day for day, _ in history if day <= figure.end)
                for squad, history in histories
                if squad in held
                and [state for day, state in history if day <= figure.end][-1] == "doing"
            ]
            if figure.kpi == "wip":
                assert figure.value == len(begun), figure
            else:
                ages = [(figure.end - day).days for day in begun]
                assert figure.value == (median(ages) if ages else None), figure


deals = st.lists(
    st.tuples(
        st.sampled_from(PRODUCTS),
        st.sampled_from(["won", "lost", "no_decision", "open"]),
        moments,
    ),
    min_size=1,
    max_size=40,
)


@brute
@given(deals)
@pytest.mark.parametrize("by", ["company", "line", "product", "owner"])
def test_a_ratio_is_a_sum_over_a_sum_for_whoever_held_the_products_at_the_end(by, rows):
    facts = Facts().cover("deals", PRODUCTS, date(2026, 1, 1), date(2026, 2, 28))
    facts.insert(
        "landed_deals",
        "source, observed_at, deal_id, stream, outcome, closed_day",
        [
            ("test", LAST, f"d{n}", product, outcome, day)
            for n, (product, outcome, day) in enumerate(rows)
        ],
    )
    for figure in facts.ask("win_rate", by=by, grain=Grain.MONTH):
        held = members_of(ORGANISATION, figure.scope, "product", figure.end)
        told = [
            outcome
            for product, outcome, day in rows
            if product in held and figure.start <= day <= figure.end
        ]
        decided = told.count("won") + told.count("lost")
        if decided:
            assert figure.value == pytest.approx(told.count("won") / decided)
            assert (figure.numerator, figure.denominator) == (told.count("won"), decided)
        else:
            assert (figure.value, figure.reason) == (None, "zero_denominator")


signups = st.lists(
    st.tuples(
        st.sampled_from(["anvil", "crucible"]),
        st.integers(1, 20),  # user
        st.integers(0, 7 * WEEKS - 1),  # signed up
        st.one_of(st.none(), st.integers(0, 12)),  # days until activated
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:2],
)


@brute
@given(signups)
@pytest.mark.parametrize("by", ["company", "product"])
def test_only_cohorts_whose_days_have_passed_are_rated(by, rows):
    goal = {"anvil": "hammer", "crucible": "melt"}
    events = []
    for product, user, day, took in rows:
        events.append((product, user, MONDAY + timedelta(day), "sign up"))
        if took is not None and day + took < 7 * WEEKS:
            events.append((product, user, MONDAY + timedelta(day + took), goal[product]))
    facts = Facts().cover("events", ["anvil", "crucible"], MONDAY, LAST).events(events)
    for figure in facts.ask("activation_rate", by=by):
        held = members_of(ORGANISATION, figure.scope, "product", figure.end)
        if figure.end + timedelta(7) > LAST:
            assert figure.value is None, figure
            continue
        cohort = [
            took
            for product, _, day, took in rows
            if product in held and figure.start <= MONDAY + timedelta(day) <= figure.end
        ]
        if cohort:
            reached = sum(took is not None and took <= 7 for took in cohort)
            assert (figure.numerator, figure.denominator) == (reached, len(cohort))
            assert figure.value == pytest.approx(reached / len(cohort))
        else:
            assert (figure.value, figure.reason) == (None, "zero_denominator")


amounts = st.lists(
    st.tuples(
        st.sampled_from(PRODUCTS),
        st.integers(-30, 400),  # start, in days from the first of 2025
        st.one_of(st.none(), st.integers(1, 300)),  # days it lasts
        st.integers(1, 9_999_999).map(lambda cents: f"{cents / 100:.2f}"),
    ),
    min_size=1,
    max_size=15,
)


@brute
@given(amounts)
def test_points_of_growth_of_the_products_sum_to_the_growth_of_the_company(rows):
    first = date(2025, 1, 1)
    facts = Facts().cover("subscriptions", PRODUCTS, first - timedelta(31), date(2026, 2, 28))
    facts.insert(
        "landed_subscriptions",
        "source, observed_at, subscription_id, account_key, stream, interval_months, amount, "
        "currency, start_day, end_day",
        [
            ("test", LAST, f"s{n}", n, product, 1, amount, "EUR", first + timedelta(start),
             None if lasts is None else first + timedelta(start + lasts))
            for n, (product, start, lasts, amount) in enumerate(rows)
        ],
    )  # fmt: skip

    def mrr(day: date, product: str | None = None) -> float:
        return sum(
            float(amount)
            for of, start, lasts, amount in rows
            if product in (None, of)
            and first + timedelta(start) <= day
            and (lasts is None or day < first + timedelta(start + lasts))
        )

    whole = facts.values("growth_contribution", grain=Grain.MONTH)
    parts = facts.values("growth_contribution", by="product", grain=Grain.MONTH)
    for month, end, before in (
        ("2026-01", date(2026, 1, 31), date(2025, 1, 31)),
        ("2026-02", date(2026, 2, 28), date(2025, 2, 28)),
    ):
        if not mrr(before):
            assert whole["", month] is None
            continue
        # A start of a few cents makes percents of many digits: what is near depends on the parts.
        near = 1e-9 * (
            1 + max(mrr(end, of) + mrr(before, of) for of in PRODUCTS) / mrr(before) * 100
        )
        assert whole["", month] == pytest.approx((mrr(end) / mrr(before) - 1) * 100, abs=near)
        for product in PRODUCTS:
            change = mrr(end, product) - mrr(before, product)
            assert parts[product, month] == pytest.approx(change / mrr(before) * 100, abs=near)
        total = sum(parts[product, month] for product in PRODUCTS)
        assert total == pytest.approx(whole["", month], abs=near)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_days_are_cut_in_the_company_s_time_zone_from_file_to_figure(tmp_path: Path, zone: str):
    draw = random.Random(7)
    begun = datetime(2026, 3, 1, tzinfo=UTC)
    seen = [
        (begun + timedelta(seconds=draw.randrange(45 * 86_400)), draw.randrange(9))
        for _ in range(400)
    ]
    company = SmallWorkspace(tmp_path / "forge")
    settings_file = (company.folder / "vigie.toml").read_text("utf-8")
    assert "Europe/Paris" in settings_file
    company.write("vigie.toml", settings_file.replace("Europe/Paris", zone))
    company = SmallWorkspace.again(company.folder)
    done = company.import_files({
        "products.csv": "product,name,line,stage,launched,vision,north_star,signup_event,"
        "activation_event\natelier,Atelier,,,,,,,\n",
        "Mixpanel events.csv": "Event Name,Time,Distinct ID,Product\n"
        + "".join(f"Open,{moment:%Y-%m-%dT%H:%M:%SZ},u{user},Atelier\n" for moment, user in seen),
    })  # fmt: skip
    assert [report.status for report in done.files] == ["loaded", "loaded"]
    local = [(moment.astimezone(ZoneInfo(zone)).date(), user) for moment, user in seen]
    figures = query(company.workspace, LOCAL_CPO, ["active_users"], grain="day")
    for figure in figures:
        if figure.value is not None:
            assert figure.value == len({user for day, user in local if day == figure.start})
    assert sum(figure.value is not None for figure in figures) > 30
