"""The two sides of a product's page: what each shows, in order, and what it says when empty."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard import product_charts
from dashboard.palette import LIGHT
from dashboard.side_sentences import step_labels
from dashboard.waterfall import is_cut, waterfall
from metrics.catalogue.kpi import Unit
from metrics.documents import DECLARE_FUNNEL, ProductUsage
from tests.dashboard import facts
from tests.dashboard.test_pages import plain, texts


def headings(page) -> list[str]:
    return [plain(each.value) for each in page.subheader]


def test_cap_shows_the_north_star_the_pace_retention_bridge_and_funnel(play):
    page = play("product", lang="EN")
    assert not page.exception
    assert headings(page)[:3] == [
        "North Star: Active users, and what moves it", "Pace", "Funnel",
    ]  # fmt: skip
    assert [metric.label for metric in page.metric] == ["Active users", "Activation"]
    told = " | ".join(texts(page))
    assert "October 2026: from €1.8 M to €1.84 M" in told
    assert "Entries from 10 Aug 2026 to 1 Nov 2026, 14 days to get through." in told
    pace, funnel = page.dataframe[0].value, page.dataframe[1].value
    assert plain(pace["verdict"][0]) == "◆ uncertain (71 %)"
    assert "budget" not in pace.columns
    assert list(funnel["part"]) == [100.0, 75.0]
    assert len(page.get("plotly_chart")) <= 4


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
    drawn = waterfall(bars, voice, Unit.MONEY, LIGHT)["data"][0]
    assert drawn["measure"] == ["absolute", "relative", "relative", "total"]
    assert sum(drawn["x"][:-1]) == drawn["x"][-1] == found.closing.value
    assert [plain(text) for text in drawn["text"]] == ["€1.8 M", "+€60 k", "−€20 k", "€1.84 M"]
    assert is_cut(bars)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_cells_of_weeks_that_are_not_closed_stay_empty(language):
    table = facts.retention_table()
    drawn = product_charts.retention_grid(table, facts.voice(language), LIGHT)["data"][0]
    assert drawn["z"][0] == [0.48, 0.405, 0.35]
    assert drawn["z"][3] == [None, None, None]
    assert drawn["text"][3] == ["", "", ""]
    assert plain(drawn["text"][0][0]) == "48 %"
    curve = product_charts.retention_curve(table, facts.voice(language), LIGHT, "#000")
    assert curve["data"][0]["y"] == [0.48, 0.405, 0.35]
