"""The whole dashboard on a filled register: session, facts and pages together."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import app as app_module
from metrics.access import LOCAL_CPO
from metrics.pages.review import weekly_review
from tests.dashboard.published import fill
from tests.dashboard.test_pages import plain, texts


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("published"))


def opened(monkeypatch, workspace, home="review", **address):
    monkeypatch.setenv("VIGIE_WORKSPACE", str(workspace.path))
    page = AppTest.from_string(f"from dashboard import app\napp.main({home!r})", default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    return page.run()


@pytest.mark.parametrize("language", ["FR", "EN"])
def test_the_review_shows_the_planted_fall(monkeypatch, filled, language):
    page = opened(monkeypatch, filled, lang=language)
    assert not page.exception
    assert not page.error
    facts = weekly_review(filled, LOCAL_CPO)
    assert [(s.reading.kpi, s.reading.scope.key) for s in facts.subjects] == [
        ("activation_rate", "atelier")
    ]
    told = " | ".join(texts(page))
    assert "Atelier · " in told
    assert "PM : C. Morel" in told or "PM: C. Morel" in told
    assert "46" in plain(page.header[0].value)


def test_a_product_opens_from_its_address(monkeypatch, filled):
    page = opened(monkeypatch, filled, "product", lang="EN", product="Balise")
    assert not page.exception
    assert plain(page.header[0].value) == "Balise · Week 46"
    assert "**PM** vacant" in " | ".join(texts(page))


def test_a_week_of_the_past_opens_from_its_address(monkeypatch, filled):
    page = opened(monkeypatch, filled, lang="EN", week="2026-W40")
    assert not page.exception
    assert plain(page.header[0].value).startswith("Week 40: nothing out of the ordinary")


def test_every_scope_of_the_filter_opens(monkeypatch, filled):
    page = opened(monkeypatch, filled, lang="EN")
    for label in page.selectbox(key="scope").options:
        again = opened(monkeypatch, filled, lang="EN", scope=label)
        assert not again.exception, label
        assert not again.error, label


@pytest.mark.parametrize(
    ("home", "address"),
    [("review", {"week": "2019-W99"}), ("product", {"product": "Nowhere"}),
     ("squad", {"squad": "Nobody"}), ("owner", {"owner": "PM:nobody"}),
     ("explore", {"kpi": "nothing"})],
)  # fmt: skip
def test_an_address_that_asks_for_what_there_is_not_is_told(monkeypatch, filled, home, address):
    page = opened(monkeypatch, filled, home, lang="EN", **address)
    assert not page.exception
    (asked,) = address.values()
    assert [f"there is no “{asked}” here" in plain(each.value) for each in page.toast] == [True]
    assert not page.run().toast


def test_the_app_runs_as_a_script(monkeypatch, filled):
    monkeypatch.setenv("VIGIE_WORKSPACE", str(filled.path))
    page = AppTest.from_file(app_module.__file__, default_timeout=60).run()
    assert not page.exception
