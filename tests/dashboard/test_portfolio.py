"""The portfolio on the sample company: contributions sum, and the page shows what is published."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import portfolio_charts
from dashboard.palette import LIGHT
from metrics.access import LOCAL_CPO
from metrics.pages.portfolio import CONTRIBUTION, plans, portfolio
from metrics.query import query
from metrics.result import Scope
from tests.dashboard.drawn import rows, written
from tests.dashboard.facts import voice
from tests.dashboard.test_pages import plain, texts


def test_contributions_are_those_of_the_query_and_sum_to_the_company_s_growth(sample):
    found = portfolio(sample.workspace, LOCAL_CPO)
    period = found.company.period(CONTRIBUTION)
    asked = {
        figure.scope: figure.value
        for by in ("company", "product")
        for figure in query(sample.workspace, LOCAL_CPO, [CONTRIBUTION], by=by)
        if figure.period == period
    }
    for each in (found.company, *found.products):
        assert each.value(CONTRIBUTION) == pytest.approx(asked[each.scope])
    points = [each.value(CONTRIBUTION) for each in found.products]
    assert sum(points) == pytest.approx(found.company.value(CONTRIBUTION))
    assert found.sums
    assert points == sorted(points, reverse=True)


def test_the_chart_goes_from_zero_to_the_whole(sample):
    found = portfolio(sample.workspace, LOCAL_CPO)
    *steps, whole = rows(portfolio_charts.contributions(found, voice("en"), LIGHT), "rect")
    assert len(steps) == len(found.products)
    assert (steps[0]["x"], whole["x"]) == (0, 0)
    assert steps[-1]["x2"] == pytest.approx(whole["x2"])


@pytest.mark.parametrize(("language", "title"), [("EN", "Portfolio"), ("FR", "Portefeuille")])
def test_the_page_lists_every_product_with_its_figures(sample, monkeypatch, language, title):
    monkeypatch.setenv("VIGIE_WORKSPACE", str(sample.workspace.path))
    page = AppTest.from_string(
        "from dashboard import app\napp.main('portfolio')", default_timeout=60
    )
    page.query_params["lang"] = language
    page.run()
    assert not page.exception
    assert plain(page.header[0].value).startswith(f"{title} · ")
    rows = written(page.dataframe[0])
    found = portfolio(sample.workspace, LOCAL_CPO)
    assert len(rows) == len(found.products)
    margin = found.products[0].value("contribution_margin_rate")
    said = f"{100 * margin:.2f}".replace(".", "," if language == "FR" else ".")
    assert plain(rows["contribution_margin_rate"][0]) == f"{said} %"
    assert len(page.get("vega_lite_chart")) == 2
    of_when = {"EN": "Expected OKR progress: October 2026",
               "FR": "Avancement attendu des OKR : octobre 2026"}  # fmt: skip
    assert any(of_when[language] in plain(each.value) for each in page.caption)
    assert any("points" in text for text in texts(page))
    assert found.products[0].scope == Scope("product", "oree")


def test_key_results_average_to_the_published_progress(sample):
    """Of products whose key results are read from KPIs, at the last week with data."""
    found = plans(sample.workspace, LOCAL_CPO)
    asked = {
        figure.scope.key: figure.value
        for figure in query(
            sample.workspace, LOCAL_CPO, ["okr_progress"], by="product", grain="month"
        )
        if figure.period == "2026-11"
    }
    for product, value in asked.items():
        own = [each.progress for each in found.results if each.planned.product == product]
        assert len(own) == 3
        assert sum(own) / len(own) == pytest.approx(value), product


def test_a_quarter_of_the_roadmap_holds_what_ships_or_falls_due_in_it(sample):
    now = plans(sample.workspace, LOCAL_CPO)
    assert now.quarter == "2026-Q4"
    assert now.quarter in [period.key for period in now.quarters]
    everything = []
    for period in now.quarters:
        shown = plans(sample.workspace, LOCAL_CPO, quarter=period.key).roadmap
        for each in shown:
            day = each.initiative.shipped or each.initiative.due
            assert period.start <= day <= period.end
            assert each.slipped == max((each.initiative.due - each.initiative.first_due).days, 0)
        rices = [each.initiative.rice for each in shown if each.initiative.rice is not None]
        assert rices == sorted(rices, reverse=True)
        everything += [each.initiative.initiative for each in shown]
    assert len(everything) == len(set(everything))
    assert {each.effect is None for each in now.roadmap if not each.initiative.shipped} == {True}


def test_the_page_shows_another_quarter_from_its_address(sample, monkeypatch):
    monkeypatch.setenv("VIGIE_WORKSPACE", str(sample.workspace.path))
    page = AppTest.from_string(
        "from dashboard import app\napp.main('portfolio')", default_timeout=60
    )
    page.query_params["lang"] = "FR"
    page.query_params["quarter"] = "2026-Q3"
    page.run()
    assert not page.exception
    assert page.selectbox(key="quarter_choice").value == "2026-Q3"
    roadmap, results = page.dataframe[1].value, page.dataframe[2].value
    expected = plans(sample.workspace, LOCAL_CPO, quarter="2026-Q3")
    assert list(roadmap["title"]) == [each.initiative.title for each in expected.roadmap]
    assert len(results) == len(expected.results)


def test_of_many_products_the_others_are_one_step_and_the_sum_stays(sample, monkeypatch):
    monkeypatch.setattr(portfolio_charts, "MOST_BARS", 2)
    found = portfolio(sample.workspace, LOCAL_CPO)
    drawn = rows(portfolio_charts.contributions(found, voice("fr"), LIGHT), "rect")
    assert len(drawn) == 4
    steps = [bar["x2"] - bar["x"] for bar in drawn[:-1]]
    assert sum(steps) == pytest.approx(found.company.value(CONTRIBUTION))
    moved = sorted((abs(each.value(CONTRIBUTION)) for each in found.products), reverse=True)
    assert sorted(map(abs, steps[:2]), reverse=True) == pytest.approx(moved[:2])
