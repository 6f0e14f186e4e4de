"""The page of a squad on the sample company, in both languages."""

from __future__ import annotations

import pytest

from metrics.access import LOCAL_CPO
from metrics.pages.squad import squad_page
from tests.dashboard.test_app import opened
from tests.dashboard.test_pages import plain, texts


@pytest.mark.parametrize(
    ("language", "title", "team"), [("EN", "Week", "The team"), ("FR", "Semaine", "L’équipe")]
)
def test_the_page_shows_the_squad_s_figures_and_what_it_serves(
    sample, monkeypatch, language, title, team
):
    page = opened(monkeypatch, sample.workspace, "squad", lang=language, squad="Amarre")
    assert not page.exception
    assert plain(page.header[0].value).startswith(f"Amarre · {title} ")
    assert team in [plain(each.value) for each in page.subheader]
    told = " | ".join(texts(page))
    assert "Zoé Bellegarde" in told
    found = squad_page(sample.workspace, LOCAL_CPO, "amarre")
    delivery = page.dataframe[0].value
    assert len(delivery) == len(found.parts["delivery"])
    assert list(page.dataframe[-1].value["name"]) == ["Clairière"]


def test_a_squad_without_figures_says_what_to_import(play):
    page = play("squad", lang="EN")
    assert not page.exception
    told = " | ".join(texts(page))
    assert "No delivery yet. Import a Jira" in told
    assert "groups of fewer than five answers are never shown" in told
