"""Detection on made-up series, beside plain XmR: a small share of what `benchmarks/detection.py`
measures over twenty seeds."""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks import detection

SEEDS, SERIES = 2, 20


@cache
def measured(kind: str) -> tuple[detection.Tally, ...]:
    """Ours, plain XmR, XmR stretched to raise as little as ours, and who is told the truth."""
    return detection.over_seeds(kind, SEEDS, SERIES)


@pytest.mark.parametrize(
    "kind", ["independent", "autocorrelated", "seasonal", "skewed", "trending", "overlapping"]
)
def test_where_nothing_happens_little_is_raised(kind: str) -> None:
    ours, plain, *_ = measured(kind)
    assert ours.periods == SEEDS * SERIES * detection.JUDGED
    assert ours.per_hundred <= 2.0
    assert ours.per_hundred < plain.per_hundred


@pytest.mark.parametrize("kind", ["autocorrelated", "seasonal", "skewed"])
def test_steps_are_found_more_often_than_by_limits_that_raise_as_little(kind: str) -> None:
    ours, _, as_few, _ = measured(kind)
    assert as_few.alarms <= ours.alarms
    for size in (3, 4):
        assert ours.recall(size) > as_few.recall(size)
    assert ours.recall(5) >= as_few.recall(5)  # both may find all


def test_a_season_hides_no_step_that_plain_limits_would_show() -> None:
    ours, plain, *_ = measured("seasonal")
    for size in (3, 4, 5):
        assert ours.recall(size) > plain.recall(size)


@pytest.mark.parametrize("size", [4, 5])
def test_large_steps_are_found_as_often_as_by_plain_xmr(size: int) -> None:
    tallies = [measured(kind) for kind in detection.STEPPED]
    ours, plain = (sum(pair[which].recall(size) for pair in tallies) / 4 for which in (0, 1))
    assert ours >= plain
    assert ours > 0.7


@pytest.mark.parametrize("kind", ["independent", "autocorrelated", "overlapping"])
def test_who_is_told_how_a_series_is_made_finds_the_most(kind: str) -> None:
    ours, *_, told = measured(kind)
    for size in detection.SIZES:
        assert told.recall(size) >= ours.recall(size) - 0.05  # of forty steps, two


def test_the_larger_a_step_the_more_often_it_is_found() -> None:
    ours, *_ = measured("independent")
    found = [ours.recall(size) for size in detection.SIZES]
    assert found == sorted(found)
    assert found[-1] > 0.9
