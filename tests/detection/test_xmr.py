"""Limits and rules of process-behaviour charts against published worked examples."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.catalogue.kpi import Kind, Unit
from metrics.detection import xmr
from metrics.detection.signals import judge
from metrics.reading import Limits
from metrics.result import Figure
from metrics.scopes import COMPANY

SERIES = st.lists(
    st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False)), min_size=2, max_size=40
)


def limits_after(values: list[float]) -> Limits | None:
    """The limits that a week after weeks of these values is judged on."""
    figures = []
    for at, value in enumerate([*values, fmean(values)]):
        start = date(2025, 1, 6) + timedelta(weeks=at)
        figures.append(
            Figure("k", COMPANY, "week", str(at), start, start + timedelta(days=6), value)
        )
    return judge(figures, Unit.NUMBER, Kind.STOCK, last=1).limits.get(figures[-1].start)


@pytest.mark.parametrize(
    ("values", "lower", "upper", "close"),
    [
        pytest.param(
            [35, 37, 33, 32, 27, 29, 31, 22, 25, 30, 24, 19], 18.0, 39.3, 0.05,
            id="accident rates of a plant",
        ),
        pytest.param(
            [33.75, 33.05, 34.0, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.2, 33.62, 33.0,
             33.54, 33.12, 33.84], 32.24483789, 34.80182877, 5e-4,
            id="viscosity, with 3/1.128 for 2.66",
        ),
        pytest.param(
            [-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621,
             -1.26506123, -0.68685285, -0.44566197, 1.2240818, 0.35981383, 0.40077145, 0.11068272,
             10.0, 1.78691314, 0.49785048, -1.96661716, 0.7013559, -0.47279141],
            -4.596625, 5.935457, 2e-6, id="an odd point is not screened out",
        ),
    ],
)  # fmt: skip
def test_limits_are_the_published_ones(
    values: list[float], lower: float, upper: float, close: float
) -> None:
    limits = limits_after(values)
    assert limits is not None
    assert (limits.lower, limits.upper) == (
        pytest.approx(lower, abs=close), pytest.approx(upper, abs=close)
    )  # fmt: skip
    assert limits.provisional == (len(values) < xmr.SETTLED_POINTS)


def test_four_points_have_no_limits() -> None:
    assert limits_after([10, 50, 40, 30]) is None


def test_eight_successive_points_on_one_side() -> None:
    smokers = [
        21.3, 20.2, 20.9, 21.0, 18.8, 19.6, 18.7, 18.6, 18.1, 18.9, 19.2, 18.2, 17.3, 19.0,
    ]  # fmt: skip
    assert xmr.runs(smokers, fmean(smokers)) == [0] * 6 + [-1] * 8


@pytest.mark.parametrize(
    ("values", "centre", "length", "expected"),
    [
        ([5, 6, 4, 5, 6, 4, 5], 5, 7, [0] * 7),
        ([5, 6, 6, 6, 6, 6, 5], 5, 5, [0, 1, 1, 1, 1, 1, 0]),
        ([5, 4, 4, 4, 4, 4, 5], 5, 5, [0, -1, -1, -1, -1, -1, 0]),
        ([5, 6, 6, 6, 5], 5, 4, [0] * 5),
        ([6, 6, 6, 5, 6, 6, 6, 6], 5, 4, [0, 0, 0, 0, 1, 1, 1, 1]),
        ([6, 7, 8, 9, 10], [5, 6, 7, 8, 9], 3, [1] * 5),
        ([6, 6, None, 6, 6], 5, 4, [1, 1, 0, 1, 1]),
    ],
)
def test_a_point_on_the_centre_is_on_neither_side(
    values: list[float | None], centre: float | list[float], length: int, expected: list[int]
) -> None:
    assert xmr.runs(values, centre, length) == expected


def test_three_of_four_nearer_a_limit_than_the_centre() -> None:
    assert xmr.near_limit([0, 6, 1, 7, 8, 0], 0, -10, 10) == [0, 1, 0, 1, 1, 0]
    assert xmr.near_limit([0, -6, -1, -7, -8], 0, -10, 10) == [0, -1, 0, -1, -1]
    assert xmr.near_limit([6, 0, 0, 6, 6], 0, -10, 10) == [0] * 5
    assert xmr.near_limit([5, 5, 5, 5], 0, -10, 10) == [0] * 4  # as near the one as the other
    assert xmr.near_limit([6, -6, 6, -6, 6], 0, -10, 10) == [0] * 5


@given(SERIES, st.integers(2, 9))
def test_runs_are_the_brute_force_ones(values: list[float | None], length: int) -> None:
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    expected = [0] * len(values)
    for first in range(len(known) - length + 1):
        window = known[first : first + length]
        for side in (1, -1):
            if all(side * value > 0 for _, value in window):
                for index, _ in window:
                    expected[index] = side
    assert xmr.runs(values, 0.0, length) == expected
