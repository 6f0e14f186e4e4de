"""Boxes of the 6-12 chart: sums over the same dates of two years, or nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.errors import VigieError
from metrics.pages.restatements import restatements
from metrics.pages.review_facts import Box
from metrics.pages.series_figures import fill
from metrics.pages.six_twelve import six_twelve
from metrics.register import tables
from metrics.register.baselines import acknowledge
from metrics.result import Figure, Scope
from tests.made_up_review import CALENDAR, LAST, publish, series

ATELIER = Scope("product", "atelier")
START = date(2026, 1, 1)


def span(first: int, last: int) -> Figure:
    """A figure over the days from `first` to `last`, counted from the start of the year."""
    start, end = START + timedelta(first), START + timedelta(last)
    return Figure("revenue", ATELIER, "x", "x", start, end, 1.0)


def boxes(folder: Path, months: list[float | None]) -> dict[str, Box]:
    """Boxes at the week that ends on Sunday 31 May 2026, with months from January 2025 on."""
    figures = series("revenue", ATELIER, months, Grain.MONTH, date(2026, 5, 31))
    figures += series("active_users", Scope("company", ""), [100.0] * 60)
    found = six_twelve(publish(folder, figures), LOCAL_CPO, "revenue", ATELIER, week="2026-W22")
    assert [point.figure.period for point in found.months][-1] == "2026-05"
    return {box.name: box for box in found.boxes}


def test_months_add_up_to_the_year_so_far(tmp_path: Path) -> None:
    months: list[float | None] = [float(value) for value in range(1, 18)]
    found = boxes(tmp_path / "ws", months)
    this, last = range(13, 18), range(1, 6)
    assert found["qtd"].value == 16 + 17
    assert found["qtd"].ratio == pytest.approx((16 + 17) / (4 + 5) - 1)
    assert found["ytd"].value == sum(this)
    assert found["ytd"].ratio == pytest.approx(sum(this) / sum(last) - 1)


def test_a_kpi_without_weeks_begins_with_its_last_month(tmp_path: Path) -> None:
    months: list[float | None] = [float(value) for value in range(1, 18)]
    found = boxes(tmp_path / "ws", months)
    assert list(found) == ["last_month", "mom", "yoy", "qtd", "ytd"]
    assert found["last_month"].value == 17
    assert found["mom"].ratio == pytest.approx(17 / 16 - 1)
    assert found["yoy"].ratio == pytest.approx(17 / 5 - 1)


def test_cohorts_under_way_leave_the_last_closed_week(tmp_path: Path) -> None:
    rates = [0.4 + week / 1000 for week in range(60)]
    *closed, last = series("activation_rate", ATELIER, rates)
    figures = [*closed, replace(last, value=None, closed=False, reason="not_closed")]
    figures += series("active_users", Scope("company", ""), [100.0] * 60)
    workspace = publish(tmp_path / "ws", figures)
    found = six_twelve(workspace, LOCAL_CPO, "activation_rate", ATELIER)
    first, second, *_ = found.boxes
    assert (first.name, first.value) == ("last_closed_week", rates[-2])
    assert (second.name, second.points) == ("wow", pytest.approx(0.001))


def test_the_range_before_an_acknowledged_shift_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    noise = np.random.default_rng(5).normal(0, 1, 100)
    noise[-4:] += 20
    figures = series("active_users", ATELIER, [float(1000 + 10 * drawn) for drawn in noise])
    figures += series("active_users", Scope("company", ""), [100.0] * 60)
    workspace = publish(tmp_path / "ws", figures)
    asked = (workspace, LOCAL_CPO, "active_users", ATELIER)
    assert six_twelve(*asked, week="2026-W46").new_level is None
    since = CALENDAR.period(Grain.WEEK, LAST - timedelta(21)).start
    with workspace.register.begin() as connection:
        acknowledge(connection, LOCAL_CPO, kpi="active_users", scope=ATELIER, since=since)
    found = six_twelve(*asked, week="2026-W46").new_level
    assert found is not None
    assert (found.since, found.before) == (since, 2)
    assert found.limits is not None
    assert 980 < found.limits.centre < 1020


def test_a_month_without_data_makes_no_partial_sum(tmp_path: Path) -> None:
    months: list[float | None] = [float(value) for value in range(1, 18)]
    months[13] = None
    found = boxes(tmp_path / "ws", months)
    assert (found["ytd"].value, found["ytd"].reason) == (None, "gap")
    assert found["qtd"].value == 16 + 17


def test_a_gap_a_year_ago_leaves_the_value_without_a_change(tmp_path: Path) -> None:
    months: list[float | None] = [float(value) for value in range(1, 18)]
    months[0] = None
    found = boxes(tmp_path / "ws", months)
    assert (found["ytd"].value, found["ytd"].ratio) == (sum(range(13, 18)), None)
    assert found["ytd"].reason == "gap"


def test_fill_takes_long_periods_first_and_goes_round_dead_ends() -> None:
    weeks = [span(0, 6), span(7, 13)]
    assert fill(START, START + timedelta(13), [*weeks, span(0, 13)]) == [span(0, 13)]
    # The longest first period leads nowhere here.
    assert fill(START, START + timedelta(13), [*weeks, span(0, 9)]) == weeks
    assert fill(START, START + timedelta(14), weeks) == []
    assert fill(START + timedelta(1), START + timedelta(13), weeks) == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), max_size=12), st.integers(0, 12))
def test_what_fills_a_span_touches_end_to_end(pieces: list[tuple[int, int]], last: int) -> None:
    figures = [span(first, first + length) for first, length in pieces]
    found = fill(START, START + timedelta(last), figures)
    reachable = {0}
    for day in range(last + 1):
        if day in reachable:
            reachable |= {
                first + length + 1
                for first, length in pieces
                if first == day and first + length <= last
            }
    assert bool(found) == (last + 1 in reachable)
    if found:
        assert found[0].start == START
        assert found[-1].end == START + timedelta(last)
        for before, after in itertools.pairwise(found):
            assert after.start == before.end + timedelta(1)


def test_a_figure_reported_otherwise_before_says_what_it_was(tmp_path: Path) -> None:
    figures = series("active_users", Scope("company", ""), [100.0] * 60)
    figures += series("revenue", ATELIER, [5.0] * 60)
    workspace = publish(tmp_path / "ws", figures)
    drawn, long_ago = figures[57].start, figures[20].start
    with workspace.register.begin() as connection:
        ids = dict(connection.execute(sa.select(tables.series.c.kpi, tables.series.c.id)).all())
        connection.execute(
            sa.insert(tables.restatements),
            [
                {
                    "publication_id": 1, "series_id": ids[kpi], "start": start, "old": 90.0,
                    "new": 100.0, "cause": "undo", "cause_detail": "import 3: x.csv",
                }
                for kpi, start in (
                    ("active_users", drawn), ("active_users", long_ago), ("revenue", drawn)
                )
            ],
        )  # fmt: skip
    (found,) = six_twelve(workspace, LOCAL_CPO, "active_users", Scope("company", "")).restated
    assert (found.cause, found.detail) == ("undo", "import 3: x.csv")
    assert [(each.period.start, each.old, each.new) for each in found.moved] == [(drawn, 90, 100)]
    # The list of all of them, of some days, of one KPI.
    users, revenue = ("active_users", "company", ""), ("revenue", *ATELIER)
    assert [
        (each.kpi, *each.scope, each.period.start) for each in restatements(workspace, LOCAL_CPO)
    ] == [(*users, drawn), (*users, long_ago)]  # revenue is told by the month
    told = restatements(workspace, LOCAL_CPO, grain=Grain.WEEK, since=drawn + timedelta(6))
    assert [(each.kpi, *each.scope, each.was, each.now) for each in told] == [
        (*users, 90, 100), (*revenue, 90, 100)
    ]  # fmt: skip
    assert not restatements(workspace, LOCAL_CPO, grain=Grain.WEEK, since=drawn + timedelta(7))
    told = restatements(workspace, LOCAL_CPO, kpis=["active_users"], until=drawn - timedelta(1))
    assert [each.period.start for each in told] == [long_ago]
    with pytest.raises(VigieError, match="no_kpi"):
        restatements(workspace, LOCAL_CPO, kpis=["no_kpi"])
