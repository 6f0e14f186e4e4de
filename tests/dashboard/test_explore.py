"""The Explore page: a question asked live, its answer, its refusal and what lies behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import address, charts, exploring_filters
from dashboard.exploring_chart import exploration
from dashboard.palette import LIGHT
from metrics.access import LOCAL_CPO
from metrics.catalogue import load_catalogue
from metrics.detection.signals import UNBORN
from metrics.query import query
from metrics.result import Figure, Scope
from tests.dashboard.drawn import axis, layers
from tests.dashboard.drawn import texts as written
from tests.dashboard.facts import voice
from tests.dashboard.test_pages import plain, texts
from tests.dashboard.usage import WEEKS, import_usage


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A workspace of two products with five weeks of usage."""
    return import_usage(tmp_path_factory.mktemp("explored"))


@pytest.fixture
def explore(folder, monkeypatch):
    monkeypatch.setenv("VIGIE_WORKSPACE", str(folder))

    def draw(**address: str) -> AppTest:
        app = AppTest.from_string(
            "from dashboard import app\napp.main('explore')", default_timeout=30
        )
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    return draw


def test_figures_are_those_of_the_query(explore, folder):
    page = explore(kpi="active_users", by="product", lang="EN", span="all")
    assert not page.exception
    shown = page.dataframe[0].value
    from metrics.workspace import Workspace

    for product, name in (("atelier", "Atelier"), ("balise", "Balise")):
        asked = query(Workspace.open(folder), LOCAL_CPO, ["active_users"], by="product")
        told = {
            voice("en").format.week(_period(figure), year=True): f"{figure.value:,.0f}"
            for figure in asked
            if figure.scope == Scope("product", product) and figure.value is not None
        }
        assert len(told) == WEEKS
        rows = dict(zip(shown["period"], shown[name], strict=True))
        assert {period: rows[period] for period in told} == told
    assert len(page.get("vega_lite_chart")) == 1
    page.toggle(key="zoom").set_value(True)
    (balise,) = [key for key in page.multiselect[0].value if "balise" in key]
    page.multiselect[0].set_value([balise]).run()
    assert list(page.dataframe[0].value) == ["period", "Balise"]
    assert [f"shown={quote(balise, safe='')}" in block.value for block in page.code] == [True]
    assert not page.get("vega_lite_chart")
    assert len(page.get("plotly_chart")) == 1


def test_another_kpi_shows_its_own_first_series_until_some_are_chosen(monkeypatch):
    asked = {}
    monkeypatch.setattr(address.st, "query_params", _Address(asked))
    monkeypatch.setattr(address.st, "session_state", state := {})

    def chosen(*_, key, **__):
        return state[key]

    monkeypatch.setattr(address.st, "multiselect", chosen)
    session = SimpleNamespace(voice=voice("en"))
    one, other = {"a": "A", "b": "B", "c": "C"}, {"c": "C", "b": "B", "a": "A"}
    assert exploring_filters.series(session, one, 3, 2) == ["a", "b"]
    assert exploring_filters.series(session, other, 3, 2) == ["c", "b"]
    assert not asked.get("shown")
    state[address.choice("shown")] = ["a"]
    assert exploring_filters.series(session, other, 3, 2) == ["a"]
    assert asked == {"shown": ["a"]}
    assert exploring_filters.series(session, one, 3, 2) == ["a"]
    del state[address.choice("shown")]  # as when another page was looked at in between
    assert exploring_filters.series(session, one, 3, 2) == ["a"]
    assert exploring_filters.series(session, {"d": "D"}, 3, 2) == ["d"]


class _Address(dict):
    """The address as Streamlit gives it, a list of values for each key."""

    def __init__(self, held):
        self._held = held

    def get_all(self, key):
        return self._held.get(key, [])

    def __setitem__(self, key, values):
        self._held[key] = values

    def __delitem__(self, key):
        del self._held[key]


def _period(figure: Figure):
    from metrics.calendar import Calendar, Grain

    return Calendar().period(Grain(figure.grain), figure.start)


def test_an_illegal_question_is_refused_with_its_remedy_in_the_reader_s_language(explore):
    page = explore(kpi="retention_w1", grain="month", lang="FR")
    assert "n’a pas de chiffre par mois" in plain(page.warning[0].value)
    page.button(key="in_cadence").click().run()
    assert not page.warning
    assert "grain" not in page.query_params


def test_a_kpi_without_data_says_what_it_is_made_from(explore):
    page = explore(kpi="mrr", lang="EN")
    assert not page.exception
    assert any("No figure to show" in text and "subscriptions" in text for text in texts(page))


def test_definition_sql_and_imports_lie_behind_a_click(explore):
    page = explore(kpi="active_users", lang="EN")
    titles = [box.label for box in page.expander]
    assert titles == ["Definition", "SQL", "Rows behind a figure", "Rests on 1 import"]
    assert not [block for block in page.code if "SELECT" in block.value.upper()]


def week_figures(count, **changed):
    day = date(2026, 11, 2)
    return tuple(
        Figure("active_users", Scope("company", ""), "week", f"2026-W{45 + n}",
               day + timedelta(7 * n), day + timedelta(7 * n + 6), 10.0 + n, **changed)
        for n in range(count)
    )  # fmt: skip


def test_a_line_has_gaps_hollow_open_periods_and_no_unborn_ones():
    known = week_figures(4)
    figures = (
        known[0],
        replace(known[1], value=None),
        replace(known[2], value=None, reason=UNBORN),
        replace(known[3], closed=False),
    )
    shown = [charts.Line("<b>&", LIGHT.categories[0], figures)]
    drawn = charts.lines(shown, load_catalogue()["active_users"], voice("en"), LIGHT, dates=2)
    (line,) = layers(drawn, "line")
    assert [row["y"] for row in line["data"]["values"]] == [10.0, None, 13.0]
    closed, still_open = layers(drawn, "point")
    assert (closed["mark"]["filled"], still_open["mark"]["filled"]) == (True, False)
    (row,) = still_open["data"]["values"]
    assert row["tip"]["title"].startswith("<b>& · ")
    assert row["tip"]["Note"] == "partial"
    assert axis(drawn, "x")["values"] == [known[0].start.toordinal(), known[3].start.toordinal()]


def test_what_is_zoomed_into_has_the_same_gaps_and_text_that_stays_text():
    known = week_figures(3)
    figures = (known[0], replace(known[1], value=None), replace(known[2], closed=False))
    shown = [charts.Line("<b>&", LIGHT.categories[0], figures)]
    drawn = exploration(shown, load_catalogue()["active_users"], voice("en"), LIGHT)
    (line,) = drawn["data"]
    assert (line["y"], line["connectgaps"]) == ([10.0, None, 12.0], False)
    assert line["marker"]["symbol"] == ["circle", "circle", "circle-open"]
    assert line["name"] == "&lt;b&gt;&amp;"
    assert line["customdata"][2].startswith("<b>&lt;b&gt;&amp; · ")
    assert line["customdata"][2].endswith("partial")
    assert not drawn["layout"]["showlegend"]
    assert drawn["layout"]["xaxis"]["tickvals"] == [each.start.isoformat() for each in figures]


@pytest.mark.parametrize(("series", "legend"), [(2, False), (6, True)])
def test_lines_are_named_where_they_end_or_by_a_legend(series, legend):
    figures = week_figures(2)
    shown = [charts.Line(f"<b>{n}", LIGHT.categories[n], figures) for n in range(series)]
    drawn = charts.lines(shown, load_catalogue()["active_users"], voice("en"), LIGHT)
    named = [layer for layer in drawn.spec["layer"] if "color" in layer["encoding"]
             and layer["encoding"]["color"]["field"] == "n"]  # fmt: skip
    assert len(named) == legend
    assert len(written(drawn)) == (0 if legend else series)


def test_a_shared_view_opens_the_rows_that_were_open(explore):
    page = explore(
        kpi="active_users", by="product", lang="EN", span="all", shown="balise", of="balise",
        rows="true",
    )  # fmt: skip
    assert not page.exception
    assert [choice.value for choice in page.selectbox if choice.label == "Scope"] == ["balise"]
    shared = next(code.value for code in page.code if "kpi=active_users" in code.value)
    assert "shown=balise" in shared
    assert "of=balise" in shared
    assert "rows=true" in shared
