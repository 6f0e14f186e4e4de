"""The coverage page: what came, what has gaps, what was never imported and what it would show."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from dashboard.glossary import MARKS
from dashboard.session import Session
from metrics.register import tables
from metrics.workspace import Workspace
from tests.dashboard.test_pages import texts
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
