"""Cap or cadence: the scores by a worked example, against brute force, and on the sample."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.access import LOCAL_CPO
from metrics.pages.bearings import bearings
from metrics.pages.signs import (
    LEVELS,
    STRAINS,
    Score,
    Sign,
    advise,
    fact,
    judged,
    quadrant,
    state_of,
)
from metrics.query import query

STATES = ("met", "half", "unmet", "unknown")


def test_a_score_worked_by_hand():
    """Vision and North Star are there (2), no target (0), objectives 3 points behind (½), 4 of 5
    delivered initiatives tied to a KPI (1), nothing known of the roadmap: 3.5 of 5 signs."""
    score = Score(
        (
            fact("vision", True),
            fact("north_star", True),
            fact("targets", False),
            judged("objectives", 0.40 - 0.43),
            judged("linked_initiatives", 4 / 5, 4, 5),
            judged("roadmap_stability", None),
        )
    )
    assert [sign.state for sign in score.signs] == [
        "met", "met", "unmet", "half", "met", "unknown",
    ]  # fmt: skip
    assert score.known == 5
    assert score.value == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("commitment_kept", 0.80, "met"), ("commitment_kept", 0.79, "half"),
        ("commitment_kept", 0.60, "half"), ("commitment_kept", 0.59, "unmet"),
        ("scope_change", 0.15, "met"), ("scope_change", 0.16, "half"),
        ("scope_change", 0.31, "unmet"), ("cycle_time_stability", 0, "met"),
        ("cycle_time_stability", 1, "half"), ("cycle_time_stability", 2, "unmet"),
        ("ready_backlog", 0.9, "unmet"), ("ready_backlog", 1.5, "half"),
        ("ready_backlog", 2.0, "met"), ("ready_backlog", 3.0, "met"),
        ("ready_backlog", 3.5, "half"), ("ready_backlog", 4.1, "unmet"),
        ("objectives", 0.0, "met"), ("objectives", -0.10, "half"), ("objectives", -0.2, "unmet"),
    ],
)  # fmt: skip
def test_where_a_sign_is_met_and_half_met(name, value, state):
    assert state_of(name, value) == state


@settings(max_examples=200)
@given(st.lists(st.sampled_from(STATES), max_size=8))
def test_a_score_is_the_share_of_known_signs(states):
    score = Score(tuple(Sign(f"s{at}", state) for at, state in enumerate(states)))
    points = {"met": 2, "half": 1, "unmet": 0}
    known = [points[state] for state in states if state in points]
    if len(known) < 3:
        assert score.value is None
    else:
        assert score.value == pytest.approx(sum(known) / (2 * len(known)))


@given(st.sampled_from(sorted(LEVELS)), st.floats(-2, 8), st.floats(-2, 8))
def test_more_of_what_is_good_never_makes_a_sign_worse(name, one, other):
    level = LEVELS[name]
    if level.met_to is not None:
        return
    worse, better = sorted((one, other), reverse=not level.up)
    assert STATES.index(state_of(name, better)) <= STATES.index(state_of(name, worse))


def test_the_quadrant_follows_both_scores():
    high = Score(tuple(Sign(str(at), "met") for at in range(3)))
    low = Score(tuple(Sign(str(at), "unmet") for at in range(3)))
    unknown = Score((Sign("a", "met"),))
    assert quadrant(high, high) == "steady"
    assert quadrant(low, high) == "heading"
    assert quadrant(high, low) == "pace"
    assert quadrant(low, low) == "both"
    assert quadrant(high, unknown) == ""


@given(
    st.integers(0, 6), st.integers(0, 6), st.integers(0, 3),
    st.lists(st.sampled_from(STRAINS), unique=True),
)  # fmt: skip
def test_more_squads_products_or_strains_never_advise_fewer_people(squads, products, people, shown):
    order = {"one": 0, "either": 1, "two": 2}
    here = order[advise(squads, products, people, shown).verdict]
    assert here <= order[advise(squads + 1, products, people, shown).verdict]
    assert here <= order[advise(squads, products + 1, people, shown).verdict]
    for strain in set(STRAINS) - set(shown):
        assert here <= order[advise(squads, products, people, [*shown, strain]).verdict]


def test_advice_agrees_with_how_the_roles_are_held():
    assert advise(1, 1, 1, ()).agrees
    assert not advise(1, 1, 2, ()).agrees
    assert advise(2, 2, 2, ()).agrees
    assert not advise(2, 2, 1, ()).agrees
    assert not advise(2, 1, 0, ()).agrees
    assert replace(advise(2, 1, 2, ()), people=1).agrees


def test_signs_of_the_sample_rest_on_published_figures(sample):
    found = {each.product.key: each for each in bearings(sample.workspace, LOCAL_CPO).products}
    clairiere = {sign.name: sign for sign in found["clairiere"].pace.signs}
    week = bearings(sample.workspace, LOCAL_CPO).week
    asked = [
        figure
        for figure in query(
            sample.workspace, LOCAL_CPO, ["sprint_predictability"], by="product", grain="week"
        )
        if figure.scope.key == "clairiere"
        and figure.closed
        and figure.value is not None
        and 0 <= (week.end - figure.start).days <= 91
    ]
    kept = clairiere["commitment_kept"]
    assert kept.part == pytest.approx(sum(figure.numerator for figure in asked))
    assert kept.whole == pytest.approx(sum(figure.denominator for figure in asked))
    months = [
        figure
        for figure in query(
            sample.workspace, LOCAL_CPO, ["okr_progress", "okr_expected_progress"], by="product",
            grain="month",
        )
        if figure.scope.key == "clairiere" and figure.end <= week.end
    ]  # fmt: skip
    last = {figure.kpi: figure.value for figure in months}  # the latest of each
    objectives = next(s for s in found["clairiere"].heading.signs if s.name == "objectives")
    assert (objectives.part, objectives.whole) == pytest.approx(
        (last["okr_progress"], last["okr_expected_progress"])
    )
    assert found["clairiere"].quadrant == "pace"
    assert found["oree"].quadrant == ""
    assert "falling_engagement" in found["clairiere"].advice.strains


def test_a_roadmap_is_stable_where_dates_stayed(sample):
    found = {each.product.key: each for each in bearings(sample.workspace, LOCAL_CPO).products}
    sign = next(s for s in found["sillon"].heading.signs if s.name == "roadmap_stability")
    assert sign.whole
    assert sign.value == pytest.approx(sign.part / sign.whole)
