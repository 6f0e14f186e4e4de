"""A product's two sides from published figures, on the sample company."""

from __future__ import annotations

import pytest

from metrics.access import LOCAL_CPO
from metrics.errors import VigieError
from metrics.product_sides import MOVEMENTS, cadence_side, cap_side, unexplained


@pytest.mark.parametrize("product", ["sillon", "escale", "oree"])
def test_a_bridge_leads_from_one_month_s_end_to_the_next_to_the_cent(sample, product):
    side = cap_side(sample.workspace, LOCAL_CPO, product)
    assert side.bridge is not None
    assert [step.kpi for step in side.bridge.steps] == [kpi for kpi, _ in MOVEMENTS]
    assert abs(unexplained(side.bridge)) < 0.005
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
