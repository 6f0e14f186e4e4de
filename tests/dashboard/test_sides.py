"""The two sides of a product's page: what each shows, in order, and what it says when empty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dashboard import flow_charts, product_charts
from dashboard.palette import LIGHT
from dashboard.side_sentences import sprint, step_labels
from dashboard.waterfall import Bar, bounds, is_cut, levels, waterfall
from metrics.catalogue.kpi import Unit
from metrics.documents import DECLARE_FUNNEL, ProductUsage
from tests.dashboard import facts
from tests.dashboard.drawn import layers, rows
from tests.dashboard.drawn import texts as texts_of
from tests.dashboard.test_pages import plain, texts


def headings(page) -> list[str]:
    return [plain(each.value) for each in page.subheader]


def test_cap_shows_the_north_star_the_pace_retention_bridge_and_funnel(play):
    page = play("product", lang="EN")
    assert not page.exception
    assert headings(page)[:4] == [
        "North Star: Active users, and what moves it", "Objectives", "Pace", "Funnel",
    ]  # fmt: skip
    assert [metric.label for metric in page.metric] == ["Active users", "Activation"]
    told = " | ".join(texts(page))
    assert "October 2026: from €1.8 M to €1.84 M" in told
    assert "Entries from 10 Aug 2026 to 1 Nov 2026, 14 days to get through." in told
    aims, pace, funnel = (page.dataframe[at].value for at in range(3))
    assert list(aims["result"]) == ["Five partners"]
    assert plain(aims["pace"][0]) == "▲ ahead of time gone"
    assert plain(pace["verdict"][0]) == "◆ uncertain (71 %)"
    assert "budget" not in pace.columns
    assert list(funnel["part"]) == [1.0, 0.75]
    assert len(page.get("vega_lite_chart")) <= 4


def test_cadence_shows_say_do_and_each_squad_that_has_sprints(play):
    page = play("product", lang="FR", side="Cadence")
    assert not page.exception
    assert headings(page)[0] == "Dune"
    assert "Crique" not in headings(page)
    told = " | ".join(texts(page))
    assert "Taux de tenue du sprint" in told
    assert "1 autre sujet côté Cap." in told


def test_a_side_without_data_says_what_to_bring(play, monkeypatch):
    bare = replace(
        facts.cap_side(), north_star=None, inputs=(), outlooks=(), bridge=None,
        usage=ProductUsage(None, None, DECLARE_FUNNEL),
    )  # fmt: skip
    monkeypatch.setattr(facts, "cap_side", lambda: bare)
    monkeypatch.setattr(facts, "cadence_side", tuple)
    told = " | ".join(texts(play("product", lang="EN")))
    assert "No North Star yet." in told
    assert "No usage yet. Import product events" in told
    assert "No subscriptions yet. Import a Stripe" in told
    assert "This product declares no funnel." in told
    assert "No delivery yet." in " | ".join(texts(play("product", lang="EN", side="Cadence")))


def test_a_bridge_draws_only_the_steps_that_moved_and_ends_where_it_should():
    found = facts.mrr_bridge()
    voice = facts.voice("en")
    bars = product_charts.bridge(found, voice, step_labels(voice))
    drawing = waterfall(bars, voice, Unit.MONEY, LIGHT)
    drawn = rows(drawing, "rect")
    assert [bar["x2"] for bar in drawn] == levels(bars)
    assert [bar["x"] for bar in drawn[1:-1]] == levels(bars)[:-2]
    assert drawn[-1]["x2"] == found.closing.value
    assert texts_of(drawing) == ["€1.8 M", "+€60 k", "−€20 k", "€1.84 M"]
    assert is_cut(bars)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_cells_of_weeks_that_are_not_closed_stay_empty(language):
    table = facts.retention_table()
    drawing = product_charts.retention_grid(table, facts.voice(language), LIGHT)
    cells = rows(drawing, "text")
    assert next(plain(cell["t"]) for cell in cells if cell["y"] == 0).replace(" ", "") == "48%"
    assert len([cell for cell in cells if cell["y"] == 0]) == 3
    assert [cell for cell in cells if cell["y"] == 3] == []
    assert len(rows(drawing, "rect")) == len(cells)
    since = product_charts.retention_grid(table, facts.voice(language), LIGHT, since=True)
    assert [cell for cell in rows(since, "text") if cell["y"] == 0] == []
    curve = product_charts.retention_curve(table.curve, facts.voice(language), LIGHT, "#000")
    assert [row["y"] for row in rows(curve, "line")] == [0.48, 0.405, 0.35]


def test_a_waterfall_that_ends_below_zero_keeps_room_for_its_labels():
    bars = [
        Bar("revenue", 10.0, "10"),
        Bar("squads", -30.0, "-30"),
        Bar("result", -20.0, "-20", True),
    ]
    low, high = bounds(bars)
    assert low < -20 < 10 < high
    assert not is_cut(bars)
    assert levels(bars) == [10.0, -20.0, -20.0]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_flow_of_a_squad_is_drawn_pile_on_pile(language):
    voice, flow = facts.voice(language), facts.flow()
    piles = [
        [row["y2"] - row["y"] for row in layer["data"]["values"]]
        for layer in layers(flow_charts.piles(flow, voice, LIGHT), "area")
    ]
    assert piles == [
        [pile.done for pile in flow.piles],
        [pile.doing for pile in flow.piles],
        [pile.waiting for pile in flow.piles],
    ]
    scatter = flow_charts.cycle_times(flow, voice, LIGHT, "#000000")
    assert [row["y"] for row in rows(scatter, "point")] == [1, 2, 3, 10]
    levelled = [row["y"] for row in rows(scatter, "rule")]
    assert levelled == [pytest.approx(2.5), pytest.approx(np.quantile([1, 2, 3, 10], 0.85))]
    assert [row["x2"] for row in rows(flow_charts.ages(flow, voice, LIGHT), "rect")] == [12, 3]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Committed 20 points, kept 15"),
        ("fr", "20 points au début du sprint ; tenus : 15"),
    ],
)
def test_a_sprint_is_told_in_two_lines(language, said):
    first, second = sprint(facts.voice(language), facts.flow().sprint)
    assert "Ship the search" in first
    assert said in plain(second)
    unknown = replace(facts.flow().sprint, committed=None, kept=None, added=None, removed=None)
    assert "20" not in sprint(facts.voice(language), unknown)[1]
