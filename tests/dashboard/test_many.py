"""A company of 200 products, 300 squads and 600 people: every page opens and stays short."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from metrics.access import LOCAL_CPO
from metrics.organisation import (
    Assignment,
    Membership,
    Organisation,
    Ownership,
    Person,
    Product,
    Squad,
)
from metrics.pages.panel import open_panel
from metrics.pages.review import weekly_review
from metrics.pages.scorecard import told_first
from tests.dashboard import published

PRODUCTS, SQUADS, PEOPLE, LINES = 200, 300, 600, 20
SINCE = date(2025, 1, 6)
#: What a page may hold: more is not read, and keeps the browser busy.
MOST_ELEMENTS = 220
PAGES = {
    "review": {}, "meeting": {"meeting": "true"}, "prepare": {}, "product": {},
    "cadence": {"side": "Cadence"}, "squad": {}, "owner": {}, "portfolio": {},
    "cap-or-cadence": {}, "dictionary": {}, "coverage": {},
}  # fmt: skip
HOMES = {"meeting": "review", "cadence": "product"}


def large() -> Organisation:
    products = [
        Product(f"p{n:03d}", f"Écluse {n:03d} de la comptabilité", line=f"Line {n % LINES}",
                launched=SINCE - timedelta(n))
        for n in range(PRODUCTS)
    ]  # fmt: skip
    squads = [Squad(f"s{n:03d}", f"Équipe {n:03d}") for n in range(SQUADS)]
    people = [Person(f"h{n:03d}", f"Camille Rousseau {n:03d}") for n in range(PEOPLE)]
    return Organisation(
        products=products,
        squads=squads,
        people=people,
        assignments=[
            Assignment(squad.squad, products[n % PRODUCTS].product, SINCE)
            for n, squad in enumerate(squads)
        ],
        memberships=[
            Membership(person.person, squads[n % SQUADS].squad, SINCE)
            for n, person in enumerate(people)
        ],
        ownerships=[
            Ownership(f"h{n % 150:03d}", "PM", "product", product.product, SINCE)
            for n, product in enumerate(products)
        ]
        + [
            Ownership(f"h{200 + n:03d}", "PO", "squad", squad.squad, SINCE)
            for n, squad in enumerate(squads)
        ],
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    found = published.fill(folder, large(), first=date(2026, 9, 14), own_grain=True)
    yield found
    found.register.dispose()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_large_company_opens_and_stays_short(workspace, monkeypatch, name):
    monkeypatch.setenv("VIGIE_WORKSPACE", str(workspace.path))
    page = AppTest.from_string(
        f"from dashboard import app\napp.main({HOMES.get(name, name)!r})", default_timeout=60
    )
    for key, value in PAGES[name].items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    assert not page.error
    assert page.header
    assert count(page) <= MOST_ELEMENTS


def count(page) -> int:
    """The elements of a page."""
    return sum(1 for _ in iter(page.main))


def test_of_many_products_what_is_drawn_has_its_past(workspace):
    review = weekly_review(workspace, LOCAL_CPO, today=date(2026, 11, 16))
    assert len(review.scorecard) == PRODUCTS
    drawn = [told_first(row.cells) for row in review.scorecard[:4]]
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, LOCAL_CPO, None)
        for each in drawn:
            whole = panel.readings([panel.catalogue[each.kpi]], [each.scope])
            assert whole[each.kpi, each.scope] == each
            assert len(each.history) > 2
