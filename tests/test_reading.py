"""A figure against what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from metrics.catalogue.kpi import Kind, Unit
from metrics.reading import Limits, SignalFact, compare, status_of, within_nature
from metrics.result import Figure, Scope
from tests.detection.test_signals import kpi


def figure(value: float | None, *, closed: bool = True, reason: str | None = None) -> Figure:
    day = date(2026, 11, 9)
    return Figure(
        "k", Scope("company", ""), "week", "2026-W46", day, day, value,
        closed=closed, reason=reason,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "before", "unit", "change", "ratio", "is_new"),
    [
        (110, 100, Unit.COUNT, 10, 0.1, False),
        (0.4, 0.5, Unit.RATE, -0.1, None, False),
        (30, -10, Unit.SCORE, 40, None, False),
        (5, 0, Unit.COUNT, 5, None, True),
        (0, 0, Unit.COUNT, 0, 0.0, False),
        (0.2, 0, Unit.RATE, 0.2, None, False),
        (50, -100, Unit.MONEY, 150, None, False),
    ],
)
def test_compare(
    now: float, before: float, unit: Unit, change: float, ratio: float | None, is_new: bool
) -> None:
    found = compare(figure(now), figure(before), unit)
    assert found is not None
    assert found.change == pytest.approx(change)
    assert found.ratio == (None if ratio is None else pytest.approx(ratio))
    assert found.is_new is is_new


def test_open_and_absent_figures_compare_with_nothing() -> None:
    assert compare(figure(1, closed=False), figure(2), Unit.COUNT) is None
    assert compare(figure(1), figure(2, closed=False), Unit.COUNT) is None
    assert compare(figure(None), figure(2), Unit.COUNT) is None
    assert compare(figure(1), None, Unit.COUNT) is None


def test_figures_that_tell_of_fewer_of_the_same_members_do_not_compare() -> None:
    fewer, all_of_them = replace(figure(2), members="a-b"), replace(figure(3), members="a")
    assert compare(all_of_them, fewer, Unit.COUNT) is None
    assert compare(all_of_them, replace(fewer, members="a"), Unit.COUNT) is not None
    # Who holds others than then is set against what they held.
    assert compare(all_of_them, replace(fewer, members="c"), Unit.COUNT) is not None


def test_status() -> None:
    higher, lower, neither = (
        kpi("k", Kind.FLOW, Unit.COUNT, direction=direction) for direction in (1, -1, 0)
    )
    above = SignalFact(1, 1, Limits(1, 0, 2, False))
    assert status_of(higher, figure(5), above) == "better"
    assert status_of(lower, figure(5), above) == "worse"
    assert status_of(neither, figure(5), above) == "signal"
    assert status_of(higher, figure(5), SignalFact(2, 1, above.limits)) == "steady"
    assert status_of(higher, figure(5), None) == "steady"
    assert status_of(higher, figure(5, closed=False), None) == "partial"
    assert status_of(higher, figure(None, reason="gap"), None) == "no_data"
    assert status_of(higher, figure(None, reason="partial_members:4/5"), None) == "partial"
    assert status_of(higher, None, None) == "no_data"


def test_limits_stay_where_the_kpi_can_be() -> None:
    limits = Limits(0.5, -0.2, 1.2, False)
    history = [figure(0.4), figure(0.6), figure(None)]
    assert within_nature(limits, Unit.RATE, history) == Limits(0.5, 0.0, 1.0, False)
    assert within_nature(limits, Unit.COUNT, history) == Limits(0.5, 0.0, 1.2, False)
    assert within_nature(limits, Unit.SCORE, history) == limits
    assert within_nature(limits, Unit.MONEY, [figure(-5)]) == limits
