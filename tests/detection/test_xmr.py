"""Limits and rules of process-behaviour charts against published worked examples."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.detection import xmr

SERIES = st.lists(
    st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False)), min_size=2, max_size=40
)


def test_accident_rates_of_a_plant() -> None:
    chart = xmr.chart([35, 37, 33, 32, 27, 29, 31, 22, 25, 30, 24, 19])
    assert chart is not None
    assert chart.upper == pytest.approx(39.3, abs=0.05)
    assert chart.lower == pytest.approx(18.0, abs=0.05)
    assert chart.provisional


def test_four_points_with_every_number_of_the_chart() -> None:
    chart = xmr.chart([10, 50, 40, 30])
    assert chart is not None
    assert (chart.centre, chart.moving_range) == (32.5, 20.0)
    assert chart.upper == pytest.approx(85.7)
    assert chart.lower == pytest.approx(-20.7)
    assert chart.range_limit == pytest.approx(65.36)


def test_factors_of_three_sigma_over_d2() -> None:
    viscosity = [
        33.75, 33.05, 34.0, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.2, 33.62, 33.0, 33.54,
        33.12, 33.84,
    ]  # fmt: skip
    chart = xmr.chart(viscosity, limit_factor=3 / 1.128, range_factor=3.267)
    assert chart is not None
    assert chart.centre == pytest.approx(33.52333333)
    assert chart.upper == pytest.approx(34.80182877)
    assert chart.lower == pytest.approx(32.24483789)
    assert chart.range_limit == pytest.approx(1.57049357)
    assert not chart.provisional


def test_a_proportion_in_each_period() -> None:
    shares = [
        5 / 113, 7 / 132, 5 / 121, 7 / 134, 7 / 116, 5 / 131, 4 / 93, 6 / 92, 4 / 91, 13 / 157,
        8 / 100, 7 / 103, 4 / 73, 7 / 108, 8 / 102, 11 / 141, 8 / 134,
    ]  # fmt: skip
    chart = xmr.chart(shares, limit_factor=3 / 1.128)
    assert chart is not None
    assert chart.upper == pytest.approx(0.0957, abs=6e-5)
    assert chart.lower == pytest.approx(0.0229, abs=6e-5)


def test_an_odd_point_is_not_screened_out_of_the_moving_range() -> None:
    values = [
        -0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621,
        -1.26506123, -0.68685285, -0.44566197, 1.2240818, 0.35981383, 0.40077145, 0.11068272,
        10.0, 1.78691314, 0.49785048, -1.96661716, 0.7013559, -0.47279141,
    ]  # fmt: skip
    chart = xmr.chart(values)
    assert chart is not None
    assert chart.upper == pytest.approx(5.935457, abs=2e-6)
    assert chart.lower == pytest.approx(-4.596625, abs=2e-6)


def test_the_median_moving_range() -> None:
    values = [2.5, 2.3, 16.3, 6.3, 7.6, 16.3, 7.1, 7.8, 7.8, 9.9, 10.5, -4.8]
    chart = xmr.chart(values, by_median=True)
    assert chart is not None
    assert chart.centre == pytest.approx(7.467, abs=1e-3)
    assert chart.moving_range == pytest.approx(2.1)
    assert chart.upper == pytest.approx(14.072, abs=1e-3)
    assert chart.lower == pytest.approx(0.862, abs=1e-3)
    assert chart.range_limit == pytest.approx(8.1165)


def test_a_gap_breaks_moving_ranges() -> None:
    assert xmr.moving_ranges([1, 2, None, 10, 12]).tolist() == [1, 2]
    assert xmr.chart([1, None, 5]) is None


def test_eight_successive_points_on_one_side() -> None:
    smokers = [
        21.3, 20.2, 20.9, 21.0, 18.8, 19.6, 18.7, 18.6, 18.1, 18.9, 19.2, 18.2, 17.3, 19.0,
    ]  # fmt: skip
    chart = xmr.chart(smokers)
    assert chart is not None
    assert xmr.runs(smokers, chart.centre) == [0] * 6 + [-1] * 8


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


def test_a_point_on_a_limit_is_within() -> None:
    assert xmr.outside([10, 10.1, -10, -10.1, None], -10, 10) == [0, 1, 0, -1, 0]


@given(SERIES)
def test_limits_are_the_brute_force_ones(values: list[float | None]) -> None:
    known = [value for value in values if value is not None]
    ranges = [
        abs(after - before)
        for before, after in itertools.pairwise(values)
        if before is not None and after is not None
    ]
    chart = xmr.chart(values)
    if not ranges:
        assert chart is None
        return
    assert chart is not None
    reach = 2.66 * math.fsum(ranges) / len(ranges)
    centre = math.fsum(known) / len(known)
    assert chart.upper == pytest.approx(centre + reach, rel=1e-9, abs=1e-6)
    assert chart.lower == pytest.approx(centre - reach, rel=1e-9, abs=1e-6)


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
