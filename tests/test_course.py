"""By which figures a KPI is followed to a period's end, and that what it says is what flowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from metrics.access import LOCAL_CPO
from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue import load_catalogue
from metrics.course import Course, bounds_of, course_of
from metrics.grains import stands_at_end
from metrics.outlook import Outlook, outlooks
from metrics.pace import Landing, pace_of
from metrics.result import Figure, Scope
from tests.small_workspace import SmallWorkspace

CATALOGUE = load_catalogue()
CALENDAR = Calendar()
COMPANY = Scope("company", "")
OCTOBER = CALENDAR.period(Grain.MONTH, date(2026, 10, 1))


def figure(period: Period, value: float | None, closed: bool = True, members: str = "m") -> Figure:
    return Figure(
        "k", COMPANY, str(period.grain), period.key, period.start, period.end, value,
        closed=closed, members=members,
    )  # fmt: skip


def weeks(last: date, values: list[float]) -> list[Figure]:
    """Closed weeks, the last of which ends on a day."""
    first = last - timedelta(7 * len(values) - 1)
    periods = CALENDAR.periods(Grain.WEEK, first, last)
    return [figure(*each) for each in zip(periods, values, strict=True)]


def to_date(grain: Grain, end: date, value: float, members: str = "m") -> Figure:
    """As published: by its end."""
    return figure(Period(end, end, grain, f"{grain} {end}"), value, members=members)


def course(kpi: str, period: Period, found: list[Figure]) -> Course | None:
    by_grain: dict[str, list[Figure]] = {}
    for each in found:
        by_grain.setdefault(each.grain, []).append(each)
    return course_of(CATALOGUE[kpi], CATALOGUE, CALENDAR, period, by_grain)


def test_what_flowed_to_date_and_the_days_to_come() -> None:
    known = date(2026, 10, 18)
    found = course(
        "throughput",
        OCTOBER,
        [*weeks(known, [70.0] * 12), to_date(Grain.MTD, known, 180.0)],
    )
    assert found is not None
    assert (found.actual, found.left) == (180, 2)
    assert found.landing.expected == pytest.approx(310)  # 13 days more


def test_a_month_of_which_no_week_has_ended() -> None:
    """28 to 30 September follow the last week known and are not of October."""
    found = course("throughput", OCTOBER, weeks(date(2026, 9, 27), [70.0] * 12))
    assert found is not None
    assert (found.actual, found.left) == (0, 5)
    assert found.landing.expected == pytest.approx(310)


def test_without_the_sum_to_date_there_is_no_forecast() -> None:
    known = date(2026, 10, 18)
    shown = weeks(known, [70.0] * 12)
    assert course("throughput", OCTOBER, shown) is None
    earlier = to_date(Grain.MTD, date(2026, 10, 11), 110.0)
    assert course("throughput", OCTOBER, [*shown, earlier]) is None
    other = to_date(Grain.MTD, known, 180.0, members="others")
    assert course("throughput", OCTOBER, [*shown, other]) is not None
    others = [to_date(Grain.MTD, date(2026, 10, 18), 1.0, "others")]
    assert course("throughput", OCTOBER, [*shown[:7], *others]) is None


def test_a_quarter_by_months_where_there_are_no_weeks() -> None:
    quarter = CALENDAR.period(Grain.QUARTER, date(2026, 10, 1))
    months = [
        figure(CALENDAR.period(Grain.MONTH, date(2026, month, 1)), 10.0) for month in range(1, 11)
    ]
    found = course("revenue", quarter, months)
    assert found is not None
    assert (found.actual, found.left, found.landing.expected) == (10, 2, 30)


def test_a_period_that_is_over_is_its_own_figure() -> None:
    over = figure(OCTOBER, 305.0)
    for kpi in ("throughput", "mrr", "active_users"):
        found = course(kpi, OCTOBER, [*weeks(date(2026, 10, 25), [70.0] * 12), over])
        assert found is not None
        assert (found.landing.expected, found.landing.spread, found.left) == (305, 0, 0)


def test_a_level_goes_on_from_its_latest_week_to_the_very_end() -> None:
    rising = [100.0 + 7 * week for week in range(12)]  # 1 a day
    rising[-1] += 1e-6
    found = course("mrr", OCTOBER, weeks(date(2026, 10, 18), rising))
    assert found is not None
    assert found.actual is None
    assert found.landing.expected == pytest.approx(rising[-1] + 13, abs=0.01)


def test_users_of_a_month_are_not_those_of_a_week() -> None:
    months = [
        figure(CALENDAR.period(Grain.MONTH, date(2026, month, 1)), 300.0) for month in range(1, 10)
    ]
    so_far = to_date(Grain.MTD, date(2026, 10, 18), 180.0)
    found = course(
        "active_users", OCTOBER, [*weeks(date(2026, 10, 18), [70.0] * 12), *months, so_far]
    )
    assert found is not None
    assert (found.landing.expected, found.landing.least, found.left) == (300, 180, 1)
    # Without enough months nobody can say, however many weeks there are.
    assert course("active_users", OCTOBER, weeks(date(2026, 10, 18), [70.0] * 40)) is None


def test_the_first_months_of_a_launch_say_nothing_of_its_margin() -> None:
    def month(number: int, margin: float, revenue: float) -> Figure:
        period = CALENDAR.period(Grain.MONTH, date(2026, 1 + number, 1))
        own = figure(period, margin)
        return replace(own, numerator=margin * revenue, denominator=revenue)

    costly = [month(at, -50.0 / 7**at, 40.0 * 5**at) for at in range(2)]
    november = CALENDAR.period(Grain.MONTH, date(2026, 11, 1))
    settled = [month(at, 0.30 + 0.01 * (at % 2), 4000.0) for at in range(2, 10)]
    found = course("contribution_margin_rate", november, [*costly, *settled])
    assert found is not None
    assert found.landing.expected == pytest.approx(0.3, abs=0.03)
    assert course("contribution_margin_rate", november, [*costly, *settled[1:]]) is None
    # Little to divide by later on is no launch.
    quiet = [*settled[:4], month(6, 0.30, 5.0), *settled[5:]]
    assert course("contribution_margin_rate", november, quiet) is not None


def test_a_landing_stays_within_what_a_kpi_can_be() -> None:
    def around(name: str, expected: float) -> tuple[float, float, float]:
        pace = pace_of(Landing(expected, 0.5 * abs(expected)), bounds=bounds_of(CATALOGUE[name]))
        return pace.low, pace.expected, pace.high

    assert around("activation_rate", 1.2)[1:] == (1, 1)
    assert around("csat", -0.1)[:2] == (0, 0)
    assert around("nps", 90)[2] == 100
    assert around("cycle_time_p85", 0.0 - 2)[:2] == (0, 0)
    low, expected, high = around("contribution_margin", -100)
    assert low < expected < high < 0


@pytest.mark.parametrize(
    ("kpi", "stands"),
    [("mrr", True), ("arr", True), ("arpa", True), ("wip_age", True), ("stickiness", True),
     ("rolling_active_users", True), ("wip_per_person", True), ("active_users", False),
     ("net_revenue_retention", False), ("win_rate", False), ("cycle_time_p50", False),
     ("growth_contribution", False), ("okr_progress", False), ("throughput", False)],
)  # fmt: skip
def test_what_stands_at_a_periods_end(kpi: str, stands: bool) -> None:
    assert stands_at_end(CATALOGUE[kpi], CATALOGUE) is stands


def test_an_even_company_is_on_its_targets(tmp_path: Path) -> None:
    """Ten tickets a day, ten users of one day each and one who stays; imported up to 20 October."""
    company = SmallWorkspace(tmp_path / "w")
    first, last = date(2026, 1, 1), date(2026, 10, 20)
    days = [first + timedelta(at) for at in range((last - first).days)]
    tickets = [f"{at * 10 + n},{day},Forge,so" for at, day in enumerate(days) for n in range(10)]
    visits = [
        f"Open,{day} 10:00:00,{user},Forge"
        for at, day in enumerate(days)
        for user in ("stays", *(f"u{at}-{n}" for n in range(10)))
    ]
    company.import_files(
        {
            "products.csv": "product,name\nforge,Forge\n",
            "targets.csv": "kpi,scope_kind,scope,period,kind,value\n"
            "feedback_volume,company,,2026-10,target,310\n"
            "feedback_volume,company,,2026-Q4,target,920\n"
            "active_users,company,,2026-10,target,150\n",
            f"feedback {last}.csv": "id,opened,product,text\n" + "\n".join(tickets),
            f"Mixpanel events {last}.csv": "Event Name,Time,Distinct ID,Product\n"
            + "\n".join(visits),
        }
    )
    found: dict[tuple[str, str], Outlook] = {
        (each.kpi, each.period.key): each
        for each in outlooks(company.workspace, LOCAL_CPO, scopes=[COMPANY])
    }
    known = sum(day.month == 10 and day <= date(2026, 10, 18) for day in days) * 10
    for period, length in (("2026-10", 31), ("2026-Q4", 92)):
        tickets_then = found["feedback_volume", period]
        assert tickets_then.actual == known
        assert tickets_then.landing == pytest.approx(10 * length)
        assert tickets_then.verdict == "yes"
    users = found["active_users", "2026-10"]
    assert (users.actual, users.forecast, users.verdict) == (known + 1, None, "yes")
    assert users.landing == pytest.approx(311, abs=8)  # nine months of 28 to 31 days
    assert ("active_users", "2026-Q4") not in found


def test_four_months_in_five_end_within_the_interval() -> None:
    """Of daily sums with noise, seen each time after 18 days of October."""
    rng = np.random.default_rng(8)
    within, known = 0, date(2026, 10, 18)
    for _ in range(60):
        days = rng.normal(10, 3, size=7 * 30)
        rest = rng.normal(10, 3, size=13).sum()
        told = [float(sum(days[at : at + 7])) for at in range(0, len(days), 7)]
        so_far = float(days[-18:].sum())
        found = course(
            "throughput", OCTOBER, [*weeks(known, told), to_date(Grain.MTD, known, so_far)]
        )
        assert found is not None
        reach = 1.2816 * found.landing.spread
        within += abs(so_far + rest - found.landing.expected) <= reach
    assert 0.65 <= within / 60 <= 0.95
