"""The coverage page: what came, what has gaps, what was never imported and what it would show."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from dashboard.glossary import MARKS
from dashboard.session import Session
from metrics.access import LOCAL_CPO
from metrics.catalogue import load_catalogue
from metrics.query import query
from metrics.register import tables
from metrics.workspace import Workspace
from tests.dashboard.test_pages import plain, texts
from tests.dashboard.usage import FIRST, WEEKS, import_usage

LAST = FIRST + timedelta(7 * WEEKS - 1)
SILENT = [date(2026, 10, 14) + timedelta(day) for day in range(3)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = import_usage(tmp_path_factory.mktemp("covered"), SILENT)
    with Workspace.open(place).register.begin() as connection:
        wanted = sa.select(tables.series.c.id).where(
            tables.series.c.kpi == "active_users",
            tables.series.c.grain == "week",
            tables.series.c.scope == "balise",
        )
        told = {"publication_id": 1, "series_id": connection.execute(wanted).scalar_one()}
        told |= {"start": FIRST, "old": 7, "new": 12, "cause": "undo", "cause_detail": ""}
        connection.execute(sa.insert(tables.restatements), told)
    return place


@pytest.mark.parametrize(
    ("language", "gap", "never", "undone"),
    [
        (
            "EN",
            "Balise · product events: nothing from 14 Oct 2026 to 16 Oct 2026.",
            "No subscriptions yet. Import a Stripe or CSV export to see MRR.",
            "data taken back",
        ),
        (
            "FR",
            "Balise · événements produit : rien du 14 oct. 2026 au 16 oct. 2026.",
            "Importez un export Stripe ou CSV pour voir le MRR.",
            "données retirées",
        ),
    ],
)
def test_gaps_and_what_never_came_are_told(folder, monkeypatch, language, gap, never, undone):
    monkeypatch.setenv("VIGIE_WORKSPACE", str(folder))
    monkeypatch.setattr(Session, "today", LAST + timedelta(1))
    page = AppTest.from_string(
        "from dashboard import app\napp.main('coverage')", default_timeout=30
    )
    page.query_params["lang"] = language
    page.query_params["changed_of"] = "product:balise"
    page.run()
    assert not page.exception
    told = " | ".join(texts(page))
    assert gap in told
    assert never in told
    table = page.dataframe[0].value
    events = table.iloc[0]
    assert events["on_time"] == "2 / 2"
    assert events["gaps"] == 1
    assert events["sources"] == "Mixpanel"
    changed = page.dataframe[1].value.iloc[0]
    assert (changed["scope"], changed["was"], changed["now"]) == ("Balise", "7", "12")
    assert changed["cause"] == undone
    # A week has ended since, of which nothing came.
    monkeypatch.setattr(Session, "today", LAST + timedelta(8))
    page.run()
    assert page.dataframe[0].value.iloc[0]["on_time"] == "0 / 2"
    assert MARKS["worse"] in page.dataframe[0].value.iloc[0]["state"]


def test_a_company_of_which_a_product_is_missing_shows_the_others_and_says_so(
    tmp_path, monkeypatch
):
    place = import_usage(tmp_path, [LAST - timedelta(day) for day in range(7)])
    week, workspace = "2026-W45", Workspace.open(place)
    asked = {
        (by, figure.scope.key): figure
        for by in ("company", "product")
        for figure in query(workspace, LOCAL_CPO, ["active_users"], by=by)
        if figure.period == week
    }
    workspace.register.dispose()
    whole, known = asked["company", ""], asked["product", "atelier"]
    assert (whole.value, whole.reason) == (None, "partial_members:1/2")
    monkeypatch.setenv("VIGIE_WORKSPACE", str(place))
    for language, part in (("en", "1 of 2 up to date"), ("fr", "1 sur 2 à jour")):
        page = AppTest.from_string("from dashboard import app\napp.main()", default_timeout=60)
        page.query_params["lang"], page.query_params["week"] = language.upper(), week
        page.run()
        assert not page.exception
        label = load_catalogue()["active_users"].label[language]
        (tile,) = [each for each in page.metric if each.label == label]
        assert (tile.value, tile.delta) == (f"{known.value:.0f}", f"◌ {part}")
        assert f"{label} {known.value:.0f}, {part}, " in plain(page.header[0].value)
