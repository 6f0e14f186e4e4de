"""No small group follows from the groups that are shown, whatever sums an onlooker forms."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.suppression import shown_groups

THRESHOLD = 5


def group(*members: str) -> frozenset[str]:
    return frozenset(members)


def test_a_small_group_is_hidden_and_so_is_the_next_smallest():
    groups = [group("a", "b", "c"), group("a"), group("b"), group("c")]
    shown = shown_groups(groups, [22, 12, 3, 7], THRESHOLD)
    assert shown.tolist() == [True, True, False, False]


def test_without_the_total_nothing_more_is_hidden():
    shown = shown_groups([group("a"), group("b"), group("c")], [12, 3, 7], THRESHOLD)
    assert shown.tolist() == [True, False, True]


def test_two_small_groups_hide_each_other():
    groups = [group("a", "b", "c"), group("a"), group("b"), group("c")]
    shown = shown_groups(groups, [16, 10, 3, 3], THRESHOLD)
    assert shown.tolist() == [True, True, False, False]


def test_two_small_groups_that_are_small_together_need_a_third():
    groups = [group("a", "b", "c", "d"), *map(group, "abcd")]
    shown = shown_groups(groups, [24, 12, 8, 2, 2], THRESHOLD)
    assert shown.tolist() == [True, True, False, False, False]


def test_a_subtotal_gives_nothing_away():
    groups = [group("a", "b", "c", "d"), group("a", "b"), group("c", "d"), *map(group, "abcd")]
    shown = shown_groups(groups, [30, 13, 17, 10, 3, 9, 8], THRESHOLD)
    assert shown.tolist() == [True, True, True, False, False, True, True]


def test_a_group_without_answers_hides_nothing():
    shown = shown_groups([group("a", "b"), group("a"), group("b")], [9, 9, 0], THRESHOLD)
    assert shown.tolist() == [True, True, False]


def test_a_withheld_group_stays_hidden_though_it_is_large():
    groups = [group("a", "b", "c"), group("a"), group("b"), group("c")]
    shown = shown_groups(groups, [30, 12, 10, 8], THRESHOLD, withheld=[group("b")])
    assert shown.tolist() == [True, True, False, False]


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 9), min_size=1, max_size=5),
    patterns=st.lists(st.integers(1, 31), max_size=6),
    later=st.lists(st.integers(1, 31), max_size=4),
)
def test_no_small_sum_of_squads_can_be_formed(sizes, patterns, later):
    """Brute force: small whole multiples of the shown groups, and what members they leave; those
    shown before the groups became others included."""
    names = [chr(97 + index) for index in range(len(sizes))]
    of = dict(zip(names, sizes, strict=True))
    seen: list[frozenset[str]] = []
    for told in (patterns, later):
        groups = [frozenset(names), *(group(name) for name in names)]
        for pattern in told:
            chosen = frozenset(name for index, name in enumerate(names) if pattern >> index & 1)
            if chosen and chosen not in groups:
                groups.append(chosen)
        counts = [sum(of[name] for name in members) for members in groups]
        shown = shown_groups(groups, counts, THRESHOLD, before=seen)
        assert not shown[[count < THRESHOLD for count in counts]].any()
        found = [members for members, is_shown in zip(groups, shown, strict=True) if is_shown]
        assert {members for members in seen if members in groups} <= set(found)
        seen = list(dict.fromkeys([*seen, *found]))
    answering = [name for name in names if of[name]]
    vectors = [np.array([float(name in members) for name in answering]) for members in seen]
    for factors in product((-1, 0, 1), repeat=min(len(vectors), 6)):
        mixed = sum(
            (f * v for f, v in zip(factors, vectors, strict=False)), np.zeros(len(answering))
        )
        if set(mixed.tolist()) <= {0.0, 1.0} and mixed.any():
            members = [name for name, part in zip(answering, mixed, strict=True) if part]
            total = sum(of[name] for name in members)
            assert total >= THRESHOLD, members


def test_nothing_to_hide_shows_every_group():
    groups = [group("a", "b"), group("a"), group("b")]
    assert shown_groups(groups, [14, 7, 7], THRESHOLD).all()
    assert shown_groups([], [], THRESHOLD).size == 0


@pytest.mark.parametrize("threshold", [5, 8])
def test_a_raised_threshold_hides_more(threshold):
    shown = shown_groups([group("a"), group("b")], [7, 9], threshold)
    assert shown.tolist() == [threshold == 5, True]
