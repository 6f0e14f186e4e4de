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
