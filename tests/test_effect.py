"""What became of a KPI since a decision, against the rules applied by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from metrics.effect import FELL, ROSE, STEADY, TOO_EARLY, UNTOLD, Effect, effect_of
from metrics.result import Figure, Scope
from tests.made_up_review import CATALOGUE, LAST, series

ATELIER = Scope("product", "atelier")
DECIDED = date(2026, 10, 14)  # in the week of 12 October; four weeks began after it and closed


def figures(after: list[float | None], before: int = 60, seed: int = 1) -> list[Figure]:
    noise = np.random.default_rng(seed).normal(size=before)
    values: list[float | None] = [*(0.45 + 0.01 * noise), *after]
    return series("activation_rate", ATELIER, values)


def effect(found: list[Figure], since: date = DECIDED, until: date = LAST) -> Effect:
    return effect_of(found, CATALOGUE["activation_rate"], CATALOGUE, since, until)


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ([0.45, 0.46, 0.44, 0.45], STEADY),
        ([0.45, 0.52, 0.55, 0.56], ROSE),
        ([0.45, 0.40, 0.36, 0.35], FELL),
    ],
)
def test_a_kpi_moved_when_a_point_since_leaves_its_usual_range(
    after: list[float | None], verdict: str
) -> None:
    found = effect(figures(after))
    assert (found.verdict, found.periods) == (verdict, 4)
    assert found.latest is not None
    assert found.latest.value == after[-1]
    # The range told is that of the first period since: centre ± 2.66 mean moving ranges before it.
    assert found.usual is not None
    assert found.usual.lower < 0.45 < found.usual.upper
    outside = [value for value in after if value and not 0.40 < value < 0.50]
    assert bool(outside) == (verdict != STEADY)


def test_what_moved_before_a_decision_is_none_of_its_effect() -> None:
    found = figures([0.60, 0.45, 0.45, 0.45, 0.45])
    assert effect(found).verdict == STEADY
    assert effect(found, since=date(2026, 10, 5)).verdict == ROSE


def test_the_period_in_which_it_was_decided_is_not_since() -> None:
    assert effect(figures([0.60, 0.45, 0.45, 0.45, 0.45])).periods == 4


def test_nothing_is_told_before_a_period_has_closed() -> None:
    assert effect(figures([0.6, 0.6, 0.6, 0.6]), since=LAST).verdict == TOO_EARLY
    assert effect(figures([0.6, 0.6, 0.6, 0.6]), until=DECIDED).verdict == TOO_EARLY
    assert effect([]).verdict == TOO_EARLY
    assert effect(figures([None, None, None, None])).verdict == TOO_EARLY


def test_nothing_is_told_on_too_short_a_history() -> None:
    found = effect(figures([0.6, 0.6, 0.6, 0.6], before=1))
    assert (found.verdict, found.usual, found.periods) == (UNTOLD, None, 4)


def shifted(seed: int, before: int, shift: float, after: int = 8) -> list[Figure]:
    """Thirty weeks around 100 and some after the day; a shift so many of them before it."""
    noise = 10 * np.random.default_rng(seed).normal(size=30 + after)
    level = np.where(np.arange(30 + after) < 30 - before, 100.0, 100.0 + shift)
    return series("throughput", ATELIER, list(level + noise))


def rose(found: list[Figure], after: int = 8) -> bool:
    day = found[-after - 1].end
    return 1 in effect_of(found, CATALOGUE["throughput"], CATALOGUE, day, LAST).sides


def test_a_level_that_had_shifted_before_is_no_effect() -> None:
    """Six weeks before: as rarely told as chance is; a shift that came after it is told."""
    assert sum(rose(shifted(seed, before=6, shift=12)) for seed in range(30)) <= 3
    assert sum(rose(shifted(seed, before=0, shift=0)) for seed in range(30)) <= 2
    assert sum(rose(shifted(seed, before=0, shift=25)) for seed in range(15)) >= 13


def test_rules_of_several_points_take_points_since_alone() -> None:
    """Two of three of four, or seven of eight, lie before the day: nothing moved since."""
    even = [100.0 + (-1) ** week for week in range(40)]  # limits 5.3 off the centre
    near = series("throughput", ATELIER, [*even, 104.0, 104.0, 104.0])
    assert rose(near, after=3)
    assert not rose(near, after=1)
    run = series("throughput", ATELIER, [*even, *[101.5] * 8])
    assert rose(run, after=8)
    assert not rose(run, after=7)


def test_a_figure_that_carries_on_is_judged_by_its_steps() -> None:
    """Recurring revenue that grows as it did has no effect, however far it comes."""
    grown = [1000.0 + 10 * week + (week * 7 % 5) for week in range(60)]
    kpi = CATALOGUE["mrr"]

    def sides(values: list[float]) -> frozenset[int]:
        found = series("mrr", ATELIER, list(values))
        return effect_of(found, kpi, CATALOGUE, found[-13].end, LAST).sides

    assert sides(grown) == frozenset()
    assert sides([*grown[:-6], *(value + 400 for value in grown[-6:])]) == {1}


@pytest.mark.parametrize(("lift", "least", "most"), [(0.0, 0, 2), (60.0, 18, 20)])
def test_a_trailing_window_is_judged_by_what_each_week_brought(
    lift: float, least: int, most: int
) -> None:
    """Two weeks since, half of whose windows lie before: told as the weeks themselves are."""
    kpi, told, alike = CATALOGUE["rolling_active_users"], 0, 0
    for seed in range(20):
        weeks = 300 + 12 * np.random.default_rng(seed).normal(size=80)
        weeks[-2:] += lift
        trailing = np.convolve(weeks, np.ones(4), "valid")
        found = series(kpi.name, ATELIER, list(trailing))
        own = series("throughput", ATELIER, list(weeks[3:]))
        day = found[-3].end
        verdict = effect_of(found, kpi, CATALOGUE, day, LAST).verdict
        told += verdict == ROSE
        alike += verdict == effect_of(own, CATALOGUE["throughput"], CATALOGUE, day, LAST).verdict
    assert least <= told <= most
    assert alike >= 18
