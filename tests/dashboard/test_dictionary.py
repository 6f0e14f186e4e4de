"""The dictionary page: every KPI found by a word, told in full, in both languages."""

from metrics.catalogue import load_catalogue
from tests.dashboard.test_pages import plain, texts


def told(page) -> str:
    return " | ".join(texts(page))


def test_every_published_kpi_is_listed_and_a_word_without_its_accent_finds_one(play):
    page = play("dictionary", lang="FR")
    assert not page.exception
    assert plain(page.header[0].value) == "Dictionnaire des KPI"
    assert len(page.dataframe[0].value) == len(load_catalogue())
    found = play("dictionary", lang="FR", q="retention s+4")
    assert list(found.dataframe[0].value["kpi"]) == ["Rétention S+4"]
    nothing = play("dictionary", lang="EN", q="zzz")
    assert not nothing.dataframe
    assert "No KPI matches." in told(nothing)


def test_an_address_opens_a_definition(play):
    page = play("dictionary", lang="FR", kpi="nps")
    assert not page.exception
    kpi = load_catalogue()["nps"]
    text = told(page)
    assert kpi.label.fr in [plain(each.value) for each in page.subheader]
    assert plain(kpi.governance.in_words.fr) in text
    assert plain(kpi.governance.decision.fr) in text
    assert plain(kpi.governance.edge_rule.fr) in text
    assert "version 1 depuis le 22 nov. 2026 · certifié" in text
    assert "Réponses NPS" in text
    assert "Pas encore importé" in text


def test_the_tree_leads_from_a_kpi_to_the_one_it_moves_and_back_to_all(play):
    page = play("dictionary", lang="EN", kpi="activation_rate")
    parent = load_catalogue()["activation_rate"].parents[0]
    page.button(key=f"tree_{parent}").click().run()
    assert [plain(each.value) for each in page.subheader] == [load_catalogue()[parent].label.en]
    assert parent in page.query_params["kpi"]
    page.button(key="all_kpis").click().run()
    assert "kpi" not in page.query_params
    assert len(page.dataframe[0].value) == len(load_catalogue())
