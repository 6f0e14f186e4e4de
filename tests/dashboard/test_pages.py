"""The pages on hand-made facts: what a reader finds, in order, in both languages."""

from dataclasses import replace
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import app as app_module
from dashboard.markup import escape
from tests.dashboard import facts


def plain(text: str) -> str:
    return (
        text.replace("\u00a0", " ")
        .replace("&nbsp;", " ")
        .replace("\u202f", " ")
        .replace("\\", "")
        .replace("\u2060", "")
    )


def texts(page: AppTest) -> list[str]:
    return [plain(element.value) for element in (*page.header, *page.markdown, *page.caption)]


@pytest.mark.parametrize(
    ("language", "beginning"),
    [("en", "Week 46: 3 of 41 KPIs need attention;"), ("fr", "Semaine 46 : 3 KPI sur 41")],
)
def test_a_review_opens_with_its_headline(play, language, beginning):
    page = play(lang=language.upper())
    assert not page.exception
    assert plain(page.header[0].value).startswith(beginning)


def test_a_review_shows_subjects_missing_data_scorecard_and_what_is_folded(play):
    page = play(lang="EN")
    told = " | ".join(texts(page))
    assert "Atelier · Activation** fell 6.2 points to 41.3 %" in told
    assert "PM: C. Morel. Nothing decided yet." in told
    assert "PO: vacant. 2 open decisions." in told
    assert "Atelier · usage: no data since" in told
    assert [metric.label for metric in page.metric] == ["MRR", "Active users", "Activation", "NPS"]
    assert len(page.dataframe) == 1
    assert page.expander[0].label == "Nothing to see: 2 figures within their usual range"


def test_at_most_four_figures_are_drawn_before_a_click(play):
    page = play()
    assert 1 <= len(page.get("vega_lite_chart")) <= 4


def test_the_scorecard_opens_kpi_by_kpi(play):
    page = play(lang="EN")
    view = next(item for item in page.get("button_group") if item.key == "scorecard_view")
    view.set_value("By KPI").run()
    assert not page.exception
    assert "status" in page.dataframe[0].value.columns


def test_latest_is_a_choice_of_its_own(play):
    page = play(lang="EN")
    assert page.selectbox(key="week_choice").options[:2] == ["Latest closed week", "2026-W46"]
    assert page.selectbox(key="week_choice").value == "latest"
    assert "Atelier" in page.selectbox(key="scope").options
    assert "C. Morel, PM" in page.selectbox(key="scope").options


def test_an_empty_workspace_says_what_to_import(play):
    page = play(facts="empty", lang="EN")
    told = " | ".join(texts(page))
    assert "Nothing imported yet." in told
    assert "Import a Typeform, Google Forms or CSV export to see NPS." in told
    assert "No survey answers yet." not in told  # nothing is there, and that is said once


def test_loaded_files_that_nobody_placed_are_not_nothing(play):
    told = " | ".join(texts(play(facts="unplaced", lang="EN")))
    assert "Files are loaded, but there is no figure yet." in told
    assert "Nothing imported yet." not in told


def test_who_does_what_is_no_data(play):
    told = " | ".join(texts(play(facts="organised", lang="EN")))
    assert "Products, squads and people are known; no data are loaded yet." in told
    assert "Import a Typeform, Google Forms or CSV export to see NPS." in told


def test_a_product_page_says_who_holds_it_since_when_and_which_role_is_vacant(play):
    page = play("product", lang="EN")
    assert not page.exception
    assert plain(page.header[0].value) == "Atelier · Week 46"
    told = " | ".join(texts(page))
    assert "**PM** C. Morel (since 3 Mar 2025)" in told
    assert "**PO** vacant" in told
    assert "**Squads** Dune" in told
    assert "Every workshop plans its week in one place." in told


def test_a_product_that_has_ended_is_a_choice_in_weeks_before_its_end_alone(play, monkeypatch):
    *others, estran = facts.ORGANISATION.products
    ended = replace(estran, ended=date(2026, 10, 4))
    company = replace(facts.ORGANISATION, products=(*others, ended))
    monkeypatch.setattr(facts, "ORGANISATION", company)
    page = play("product", lang="EN")
    assert page.selectbox(key="product").options == ["Atelier", "Balise", "Cadran", "Dorade"]
    page.selectbox(key="week_choice").set_value("2026-W40").run()
    assert page.selectbox(key="product").options[-1] == "Estran"
    page.selectbox(key="week_choice").set_value("2026-W41").run()
    assert "Estran" not in page.selectbox(key="product").options
    assert "Estran" in play("product", product="Estran").selectbox(key="product").options


def test_the_import_page_waits_for_files(play):
    page = play("imports", lang="EN")
    assert not page.exception
    assert page.header[0].value == "Imports"
    assert page.subheader[0].value == "History"


def test_without_a_workspace_the_page_says_what_to_do(monkeypatch):
    monkeypatch.delenv("VIGIE_WORKSPACE", raising=False)
    page = AppTest.from_file(app_module.__file__, default_timeout=30).run()
    assert not page.exception
    assert "vigie serve" in plain(page.error[0].value)


def test_a_folder_that_is_no_workspace_is_refused_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("VIGIE_WORKSPACE", str(tmp_path / "nowhere"))
    page = AppTest.from_file(app_module.__file__, default_timeout=30).run()
    assert not page.exception
    assert "is not a Vigie workspace" in plain(page.error[0].value)


def test_a_fresh_workspace_opens(workspace):
    page = AppTest.from_file(app_module.__file__, default_timeout=30).run()
    assert not page.exception
    assert page.header


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "**bold** _x_",
        "[a](http://b)",
        ":red[x]",
        "$x$",
        "# title",
        "- x",
    ],
)
def test_text_from_a_file_is_never_markup(hostile):
    shown = escape(hostile)
    assert plain(shown) == hostile
    for sign in "<*[$#":
        assert f"\\{sign}" in shown or sign not in hostile
