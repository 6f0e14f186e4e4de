"""Parts of a change against published decompositions and against plain sums."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.explaining.drivers import Part, additive_drivers, ratio_drivers
from metrics.result import Scope

MEMBERS = [Scope("product", key) for key in "abcdef"]
AMOUNTS = st.dictionaries(st.sampled_from(MEMBERS), st.floats(-1e9, 1e9, allow_nan=False))
PARTS = st.dictionaries(
    st.sampled_from(MEMBERS),
    st.builds(Part, st.floats(0, 1e6), st.one_of(st.just(0.0), st.floats(1, 1e6))),
)


def whole(parts: dict[Scope, Part]) -> float:
    return math.fsum(part.numerator for part in parts.values()) / math.fsum(
        part.denominator for part in parts.values()
    )


def test_households_by_age_of_their_head() -> None:
    """Headship by age of 1970 and 1985: a published rate effect of 1.7403 and mix of 1.2269."""
    sizes = (
        [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9],
        [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5],
    )
    rates = (
        [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8],
        [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2],
    )
    before, after = (
        {
            Scope("product", f"{age:02}"): Part(size * rate, size)
            for age, (size, rate) in enumerate(zip(size_list, rate_list, strict=True))
        }
        for size_list, rate_list in zip(sizes, rates, strict=True)
    )
    effects = ratio_drivers(before, after)
    assert math.fsum(effect.rate for effect in effects) == pytest.approx(1.7403, abs=1e-4)
    assert math.fsum(effect.mix for effect in effects) == pytest.approx(1.2269, abs=1e-4)


def test_two_specialities_of_claims_sum_to_the_change_of_the_mean() -> None:
    dentist, psychiatrist = MEMBERS[:2]
    before = {dentist: Part(20 * 148.365, 20), psychiatrist: Part(10 * 222.401, 10)}
    after = {dentist: Part(8 * 97.6825, 8), psychiatrist: Part(8 * 148.15875, 8)}
    effects = {effect.member: effect for effect in ratio_drivers(before, after)}
    assert math.fsum(e.change for e in effects.values()) == pytest.approx(-50.123041667)
    # By hand: mean weight 7/12 times the fall of the dentists' mean claim.
    assert effects[dentist].rate == pytest.approx(7 / 12 * (97.6825 - 148.365))
    assert effects[psychiatrist].mix > 0  # dearer than the mean, and a larger part than before


def test_a_member_that_comes_or_goes_is_mix_alone() -> None:
    gone, come = MEMBERS[:2]
    before, after = {gone: Part(4 * 174.48, 4)}, {come: Part(4 * 98.375, 4)}
    effects = {effect.member: effect for effect in ratio_drivers(before, after)}
    assert (effects[gone].rate, effects[come].rate) == (0, 0)
    assert math.fsum(e.mix for e in effects.values()) == pytest.approx(-76.105)


def test_equal_rates_and_moving_weights_change_nothing() -> None:
    a, b = MEMBERS[:2]
    effects = ratio_drivers({a: Part(5, 10), b: Part(5, 10)}, {a: Part(20, 40), b: Part(5, 10)})
    assert all(effect.change == 0 for effect in effects)


def test_a_ratio_that_is_not_defined_has_no_drivers() -> None:
    assert ratio_drivers({MEMBERS[0]: Part(1, 0)}, {MEMBERS[0]: Part(1, 2)}) == ()
    assert ratio_drivers({}, {MEMBERS[0]: Part(1, 2)}) == ()


def test_additive_drivers_come_largest_first_with_their_share() -> None:
    a, b, c = MEMBERS[:3]
    drivers = additive_drivers({a: 100, b: 50}, {a: 90, b: 20, c: 15})
    assert [(d.member, d.change, d.share) for d in drivers] == [
        (b, -30, 1.2),
        (c, 15, -0.6),
        (a, -10, 0.4),
    ]


def test_a_change_of_nothing_has_no_shares() -> None:
    a, b = MEMBERS[:2]
    assert [d.share for d in additive_drivers({a: 1, b: 2}, {a: 2, b: 1})] == [None, None]


@given(AMOUNTS, AMOUNTS)
def test_additive_drivers_sum_to_the_change(
    before: dict[Scope, float], after: dict[Scope, float]
) -> None:
    drivers = additive_drivers(before, after)
    change = math.fsum([*after.values(), *(-amount for amount in before.values())])
    assert math.fsum(d.change for d in drivers) == pytest.approx(change, rel=1e-12, abs=1e-6)
    if drivers and drivers[0].share is not None and abs(change) > 1:
        assert math.fsum(d.share or 0 for d in drivers) == pytest.approx(1, abs=1e-6)


@given(PARTS, PARTS)
def test_ratio_effects_sum_to_the_change(
    before: dict[Scope, Part], after: dict[Scope, Part]
) -> None:
    defined = all(sum(part.denominator for part in parts.values()) for parts in (before, after))
    effects = ratio_drivers(before, after)
    if not defined:
        assert effects == ()
        return
    expected = whole(after) - whole(before)
    scale = max(1.0, *(part.numerator for part in [*before.values(), *after.values()]))
    assert math.fsum(e.rate + e.mix for e in effects) == pytest.approx(
        expected, rel=1e-9, abs=1e-9 * scale
    )
