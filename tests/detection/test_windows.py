"""What each week brings to a trailing window."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.catalogue.kpi import Kind, Unit
from metrics.detection.windows import own_parts
from tests.detection.test_signals import judged_frame, kpi, weeks

WEEKS = np.random.default_rng(5).normal(100, 20, size=(3, 159))
TRAILING = np.stack([np.convolve(each, np.ones(4) / 4, "valid") for each in WEEKS])
SETS, GROUP = np.zeros(TRAILING.shape, dtype=np.int64), np.zeros(3, dtype=np.int64)
TELLING = np.ones(TRAILING.shape, dtype=np.bool_)


def test_the_weeks_of_a_trailing_mean_come_back() -> None:
    own, rest = own_parts(TRAILING, SETS, 4, GROUP, TELLING)
    np.testing.assert_allclose(own[:, 1:] + rest[:, 1:], TRAILING[:, 1:])
    for found, week in zip(own[:, 60:], WEEKS[:, 63:], strict=True):
        assert np.corrcoef(found, week)[0, 1] > 0.95
        assert found.std() == pytest.approx(week.std() / 4, rel=0.1)


def test_a_part_is_the_change_and_what_returns_of_the_part_that_leaves() -> None:
    gone = TRAILING.copy()
    gone[0, 80] = np.nan
    sets = SETS.copy()
    sets[1, 90:] = 1
    own, _ = own_parts(gone, sets, 4, GROUP, TELLING)
    assert np.flatnonzero(np.isnan(own[0])).tolist() == [0, 80, 81]
    assert np.flatnonzero(np.isnan(own[1])).tolist() == [0, 90]
    change = np.diff(gone, axis=1, prepend=np.nan)
    for week in range(1, gone.shape[1]):  # by hand, nine tenths of it returning
        parts, back = 0, week - 4
        while back > 0 and not np.isnan(own[0, back]):
            parts, back = parts + 1, back - 4
        share = min(0.9, parts / (parts + 1))
        leaves = own[0, week - 4] if parts else 0.0
        assert own[0, week] == pytest.approx(change[0, week] + share * leaves, nan_ok=True)


def test_a_count_of_which_little_returns_is_told_by_its_changes() -> None:
    wandering = np.cumsum(WEEKS - 100, axis=1)[:, 3:]
    own, _ = own_parts(wandering, SETS, 4, GROUP, TELLING)
    np.testing.assert_allclose(own[:, 1:], np.diff(wandering))


def test_a_fall_is_seen_in_its_first_week_and_the_range_says_on_what() -> None:
    values = 4 * TRAILING[0]
    fallen = np.concatenate([values[:-1], [values[-1] - 80]])  # in which one week went to nothing
    entry = kpi("rolling", Kind.ROLLING, Unit.COUNT)
    told, before = (judged_frame(weeks(list(each)), entry) for each in (fallen, values))
    assert told.loc[told["week"] == 155, ["rule", "direction"]].values.tolist()[1] == [1, -1]
    assert 1 not in set(before[before["week"] == 155]["rule"])
    assert set(told["taken_out"]) == {"overlap"}
    whole = told[told["rule"] == 0]
    assert (whole["upper"] - whole["lower"]).max() < 6.5 * 4 * TRAILING[0].std()
