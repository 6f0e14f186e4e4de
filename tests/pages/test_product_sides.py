"""A product's two sides from published figures, on the sample company."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from metrics.access import LOCAL_CPO
from metrics.engines import open_facts
from metrics.errors import VigieError
from metrics.pages.product_sides import LIFECYCLE, MOVEMENTS, cadence_side, cap_side
from metrics.query import query
from metrics.warehouse import current_path


@pytest.mark.parametrize("product", ["sillon", "escale", "oree"])
def test_a_bridge_leads_from_one_month_s_end_to_the_next_to_the_cent(sample, product):
    side = cap_side(sample.workspace, LOCAL_CPO, product)
    assert side.bridge is not None
    assert [step.kpi for step in side.bridge.steps] == [kpi for kpi, _ in MOVEMENTS]
    moved = sum(step.amount for step in side.bridge.steps)
    assert abs(side.bridge.closing.value - side.bridge.opening - moved) < 0.005
    assert any(step.amount for step in side.bridge.steps)


def test_cap_tells_the_north_star_with_kpis_that_move_it(sample):
    side = cap_side(sample.workspace, LOCAL_CPO, "sillon")
    assert side.north_star is not None
    assert side.north_star.kpi == "active_users"
    assert "activation_rate" in [reading.kpi for reading in side.inputs]
    assert side.usage.retention is not None


def test_cadence_tells_the_squads_of_the_product_and_their_sprints(sample):
    squads = {each.squad.key: each for each in cadence_side(sample.workspace, LOCAL_CPO, "sillon")}
    assert set(squads) == {"boussole", "sonde"}
    for each in squads.values():
        assert {reading.scope for reading in each.readings} == {each.squad}
        assert {figure.scope for figure in each.say_do} == {each.squad}
        assert [figure.end for figure in each.say_do] == sorted(f.end for f in each.say_do)


def test_a_product_that_does_not_exist_is_refused(sample):
    with pytest.raises(VigieError, match="no product named 'nowhere'"):
        cap_side(sample.workspace, LOCAL_CPO, "nowhere")


def test_life_cycle_and_earnings_are_the_published_months(sample):
    side = cap_side(sample.workspace, LOCAL_CPO, "escale")
    names = ["active_users", *LIFECYCLE, "revenue", "contribution_margin", "product_result"]
    asked = {
        (figure.kpi, figure.start): figure.value
        for figure in query(sample.workspace, LOCAL_CPO, names, by="product", grain="month")
        if figure.scope.key == "escale"
    }
    assert len(side.lifecycle) >= 10
    for month in side.lifecycle:
        assert month.new + month.retained + month.resurrected == asked["active_users", month.start]
        assert month.churned == asked["churned_users", month.start]
    start = side.earnings.revenue.start
    assert side.earnings.revenue.value == pytest.approx(asked["revenue", start])
    assert side.earnings.margin == pytest.approx(asked["contribution_margin", start])
    assert side.earnings.result == pytest.approx(asked["product_result", start])


def test_features_are_counted_over_the_rows_of_the_month(sample):
    """Distinct users of a feature over distinct active users, straight from the warehouse."""
    found = cap_side(sample.workspace, LOCAL_CPO, "escale").features
    facts = open_facts(current_path(sample.workspace))
    try:
        rows = facts.execute(
            "select feature, user_key, use_count from feature_days "
            "where product = 'escale' and day between ? and ?", [found.start, found.end],
        ).fetchall()  # fmt: skip
        (active,) = facts.execute(
            "select count(distinct user_key) from activity_days "
            "where product = 'escale' and day between ? and ?", [found.start, found.end],
        ).fetchone()  # fmt: skip
    finally:
        facts.close()
    users, uses = defaultdict(set), Counter()
    for feature, user, count in rows:
        users[feature].add(user)
        uses[feature] += count
    told = {each.feature: each for each in found.features if each.users}
    assert set(told) == set(users)
    for feature, each in told.items():
        assert each.users == len(users[feature])
        assert each.breadth == pytest.approx(len(users[feature]) / active)
        assert each.depth == pytest.approx(uses[feature] / len(users[feature]))


def test_themes_are_shares_of_the_month_s_verbatims(sample):
    side = cap_side(sample.workspace, LOCAL_CPO, "escale")
    assert side.themes.verbatims >= max(each.verbatims for each in side.themes.themes)
    for each in side.themes.themes:
        assert each.share == pytest.approx(each.verbatims / side.themes.verbatims)
    assert {each.theme for each in side.themes.themes} <= set(side.theme_labels)


def test_a_squad_s_flow_stands_beside_its_sprints(sample):
    squads = cadence_side(sample.workspace, LOCAL_CPO, "escale")
    assert all(each.flow is not None and each.flow.piles for each in squads)
