"""Factors of a product against published decompositions.

The one-sided split of a mean that some tools print (rate at the present weight, mix against the
present mean) is not ours: rates and weights are taken at their midpoints, so only the sums agree
(see test_drivers); a member that is new is mix alone here, and a rate from 0 there.
"""

from __future__ import annotations

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.explaining.factors import Change, factor_effects, member_factor_effects, step_effects

AMOUNTS = st.floats(-1e3, 1e3, allow_nan=False)


def test_earnings_of_two_groups() -> None:
    effects = factor_effects(
        {"earnings": Change(10930, 16591), "earners": Change(0.717892, 0.825974)}
    )
    assert effects == {
        "earnings": pytest.approx(4369.913, abs=1e-3),
        "earners": pytest.approx(1487.262, abs=1e-3),
    }


def test_four_factors_of_a_birth_rate() -> None:
    effects = factor_effects(
        {
            "births": Change(25.3, 32.7),
            "pregnancies": Change(0.214, 0.290),
            "active": Change(0.279, 0.473),
            "women": Change(0.949, 0.986),
        }
    )
    assert list(effects.values()) == pytest.approx([0.6889411, 0.8125381, 1.3829055, 0.1047547])


def test_three_factors_by_age() -> None:
    births = [393, 407, 369, 274, 184, 90, 16], [488, 452, 338, 156, 63, 22, 3]
    married = (
        [0.122, 0.622, 0.903, 0.93, 0.916, 0.873, 0.8],
        [0.082, 0.527, 0.866, 0.941, 0.942, 0.923, 0.876],
    )
    women = (
        [0.043, 0.041, 0.036, 0.032, 0.026, 0.02, 0.018],
        [0.058, 0.038, 0.032, 0.03, 0.026, 0.023, 0.019],
    )
    effects = member_factor_effects(
        {
            str(age): {
                name: Change(factor[0][age], factor[1][age])
                for name, factor in (("births", births), ("married", married), ("women", women))
            }
            for age in range(7)
        }
    )
    assert effects == {
        "births": pytest.approx(-7.285632, abs=1e-6),
        "married": pytest.approx(-2.720633, abs=1e-6),
        "women": pytest.approx(-1.565181, abs=1e-6),
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1000, 150, 120, 8600], [1000, 120, 160, 9055], [0, -1720, 4586.67, -2411.67]),
        ([2000, 150, 150, 9400], [2150, 200, 145, 8739], [705, 2428.33, -3446.67, -347.67]),
        ([2500, 250, 125, 10750], [2000, 400, 166, 10147], [-2150, 8600, -2924, -4129]),
        ([50, 20, 10, 500], [2500, 1000, 500, 50000], [24500, 0, 0, 25000]),
        ([2000, 300, 150, 11400], [2150, 323, 145, 10739], [855, 19, -1254, -281]),
        ([2500, 250, 125, 8750], [2000, 320, 166, 12147], [-1750, 4200, 420, 527]),
    ],
)
def test_a_funnel_from_impressions_to_revenue(
    before: list[float], after: list[float], expected: list[float]
) -> None:
    assert step_effects(before, after) == pytest.approx(expected, abs=0.005)


def test_a_step_that_nobody_reached_explains_nothing() -> None:
    assert step_effects([10, 0, 0], [10, 5, 2])[2] is None


def test_funnels_of_unlike_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="2 steps"):
        step_effects([1, 2], [1, 2, 3])


@given(st.dictionaries(st.sampled_from("abcd"), st.builds(Change, AMOUNTS, AMOUNTS), min_size=1))
def test_factor_effects_are_the_mean_over_all_orders(factors: dict[str, Change]) -> None:
    totals = dict.fromkeys(factors, 0.0)
    orders = list(permutations(factors))
    for order in orders:
        now = {name: factor.before for name, factor in factors.items()}
        for name in order:
            earlier = math.prod(now.values())
            now[name] = factors[name].after
            totals[name] += (math.prod(now.values()) - earlier) / len(orders)
    scale = math.prod(max(1.0, abs(f.before), abs(f.after)) for f in factors.values())
    effects = factor_effects(factors)
    for name in factors:
        assert effects[name] == pytest.approx(totals[name], abs=1e-9 * scale)
    change = math.prod(f.after for f in factors.values()) - math.prod(
        f.before for f in factors.values()
    )
    assert math.fsum(effects.values()) == pytest.approx(change, abs=1e-9 * scale)
