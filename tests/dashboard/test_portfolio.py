"""The portfolio on the sample company: contributions sum, and the page shows what is published."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import portfolio_charts
from dashboard.palette import LIGHT
from metrics.access import LOCAL_CPO
from metrics.portfolio import CONTRIBUTION, portfolio
from metrics.query import query
from metrics.result import Scope
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
    drawn = portfolio_charts.contributions(found, voice("en"), LIGHT)["data"][0]
    assert drawn["measure"] == ["relative"] * len(found.products) + ["total"]
    assert sum(drawn["x"][:-1]) == pytest.approx(drawn["x"][-1])


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
    rows = page.dataframe[0].value
    found = portfolio(sample.workspace, LOCAL_CPO)
    assert len(rows) == len(found.products)
    margin = found.products[0].value("contribution_margin_rate")
    said = f"{100 * margin:.2f}".replace(".", "," if language == "FR" else ".")
    assert plain(rows["contribution_margin_rate"][0]) == f"{said} %"
    assert len(page.get("plotly_chart")) == 2
    assert any("points" in text for text in texts(page))
    assert found.products[0].scope == Scope("product", "oree")
