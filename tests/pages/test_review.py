"""The weekly review, a product's page and the 6-12 chart, from a register made by the test."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.errors import VigieError
from metrics.pages.product import product_page
from metrics.pages.review import weekly_review
from metrics.pages.review_facts import Person, Review
from metrics.pages.six_twelve import six_twelve
from metrics.register import tables
from metrics.register.decisions import decide
from metrics.result import Figure, Scope
from metrics.workspace import Workspace
from tests.made_up_review import LAST, publish, series

COMPANY = Scope("company", "")
ATELIER, BALISE = Scope("product", "atelier"), Scope("product", "balise")
NORD, SUD = Scope("squad", "nord"), Scope("squad", "sud")


def steady(seed: int, level: float, count: int = 104) -> list[float]:
    return list(level + level / 40 * np.random.default_rng(seed).normal(size=count))


def figures() -> list[Figure]:
    atelier_users, balise_users = steady(1, 4000), steady(2, 1000)
    fallen = steady(3, 0.45)
    fallen[-2:] = [0.36, 0.35]
    company_activation = steady(4, 0.45)
    company_activation[-1] = 0.30
    found: list[Figure] = []
    for scope, users in (
        (ATELIER, atelier_users),
        (BALISE, balise_users),
        (COMPANY, [a + b for a, b in zip(atelier_users, balise_users, strict=True)]),
    ):
        found += series("active_users", scope, users)
        found += series("new_mrr", scope, [round(value) for value in users])
        found += series("revenue", scope, steady(9, 50_000, 24), Grain.MONTH, date(2026, 10, 31))
    found += series("activation_rate", ATELIER, fallen)
    found += series("activation_rate", BALISE, steady(5, 0.45))
    found += series("activation_rate", COMPANY, company_activation)
    for squad in (NORD, SUD):
        found += series("throughput", squad, steady(6, 40))
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return publish(tmp_path_factory.mktemp("review"), figures())


@pytest.fixture(scope="module")
def review(workspace: Workspace) -> Review:
    return weekly_review(workspace, LOCAL_CPO)


def test_the_latest_closed_week_is_reviewed(review: Review) -> None:
    assert review.week.key == "2026-W46"
    assert (review.week.start, review.week.end) == (date(2026, 11, 9), LAST)
    assert len(review.weeks) == 104
    assert review.weeks[0] == review.week
    assert review.freshness.publication == 1


def test_a_companys_signal_that_a_product_shows_is_the_products_subject(review: Review) -> None:
    (subject,) = review.subjects
    assert (subject.reading.kpi, subject.reading.scope) == ("activation_rate", ATELIER)
    assert subject.reading.status == "worse"
    assert subject.reading.signal is not None
    assert (subject.reading.signal.rule, subject.reading.signal.direction) == (1, -1)
    assert subject.owners == (Person("c-morel", "C. Morel", "PM", date(2026, 7, 1)),)
    assert subject.decided == 0
    assert len(subject.reading.history) == 26
    assert review.unusual == ()  # the company's own is the same news


def test_rates_compare_in_points_and_volumes_in_percent(review: Review) -> None:
    by_kpi = {reading.kpi: reading for reading in review.headline}
    rate, users = by_kpi["activation_rate"], by_kpi["active_users"]
    assert rate.previous is not None
    assert rate.previous.ratio is None
    assert users.previous is not None
    assert users.figure is not None
    assert users.prior_year is not None
    last_week = users.history[-2].value
    assert users.previous.ratio == pytest.approx((users.figure.value or 0) / (last_week or 1) - 1)
    assert users.prior_year.base.start == date(2025, 11, 10)  # 364 days before


def test_a_monthly_kpi_shows_its_latest_closed_month(workspace: Workspace) -> None:
    page = product_page(workspace, LOCAL_CPO, "atelier")
    revenue = next(r for cell in page.families for r in cell.readings if r.kpi == "revenue")
    assert revenue.figure is not None
    assert revenue.figure.period == "2026-10"
    assert revenue.previous is not None
    assert revenue.previous.base.period == "2026-09"
    assert revenue.prior_year is not None
    assert revenue.prior_year.base.period == "2025-10"


def test_the_scorecard_has_a_row_per_product_and_a_cell_per_family(review: Review) -> None:
    rows = {row.scope: row for row in review.scorecard}
    assert [row.name for row in review.scorecard] == ["Atelier", "Balise"]
    performance = {cell.family: cell for cell in rows[ATELIER].cells}["product_performance"]
    assert performance.worst is not None
    assert (performance.worst.kpi, performance.worst.status) == ("activation_rate", "worse")
    assert [owner.name for owner in rows[ATELIER].owners] == ["C. Morel", "J. Petit"]
    assert rows[BALISE].owners == ()  # vacant


def test_a_past_week_is_read_as_it_was(workspace: Workspace) -> None:
    past = weekly_review(workspace, LOCAL_CPO, week="2026-W44", today=date(2026, 11, 25))
    assert past.waiting is None
    assert weekly_review(workspace, LOCAL_CPO, today=date(2026, 11, 22)).waiting is None
    unseen = weekly_review(workspace, LOCAL_CPO, today=date(2026, 11, 23)).waiting
    assert unseen is not None
    assert unseen.key == "2026-W47"  # it ended the day before
    assert past.week.start == date(2026, 10, 26)
    assert past.subjects == ()
    reading = next(r for r in past.headline if r.kpi == "active_users")
    assert reading.figure is not None
    assert reading.figure.period == "2026-W44"
    assert reading.history[-1] == reading.figure
    with pytest.raises(VigieError, match="week"):
        weekly_review(workspace, LOCAL_CPO, week="2031-W01")


def test_a_review_can_be_narrowed(workspace: Workspace) -> None:
    narrowed = weekly_review(workspace, LOCAL_CPO, scope=Scope("line", "field"))
    assert [row.scope for row in narrowed.scorecard] == [BALISE]
    assert narrowed.subjects == ()
    product = weekly_review(workspace, LOCAL_CPO, scope=ATELIER)
    assert [subject.reading.scope for subject in product.subjects] == [ATELIER]
    with pytest.raises(VigieError, match="atelier"):
        weekly_review(workspace, LOCAL_CPO, scope=Scope("product", "atelie"))


def test_decisions_are_counted(tmp_path: Path) -> None:
    workspace = publish(tmp_path / "decided", figures())
    with workspace.register.begin() as connection:
        decide(connection, LOCAL_CPO, kpi="activation_rate", scope=ATELIER, what="Roll back.")
        decide(connection, LOCAL_CPO, kpi="activation_rate", scope=BALISE, what="Wait.")
    (subject,) = weekly_review(workspace, LOCAL_CPO).subjects
    assert subject.decided == 1


def test_a_companys_change_is_split_among_its_products(tmp_path: Path) -> None:
    # What one product loses to the other leaves the company quiet, so that only it shows the fall.
    swings = [100 * (-1) ** month for month in range(104)]
    atelier = [4000.0 + swing for swing in swings]
    balise = [value - swing for value, swing in zip(steady(2, 1000), swings, strict=True)]
    atelier[-1] -= 100
    balise[-1] -= 120
    both = [a + b for a, b in zip(atelier, balise, strict=True)]
    found = series("revenue", COMPANY, both[-24:], Grain.MONTH, date(2026, 10, 31))
    found += series("revenue", ATELIER, atelier[-24:], Grain.MONTH, date(2026, 10, 31))
    found += series("revenue", BALISE, balise[-24:], Grain.MONTH, date(2026, 10, 31))
    found += series("active_users", COMPANY, steady(7, 100))
    subjects = weekly_review(publish(tmp_path / "split", found), LOCAL_CPO).subjects
    (whole,) = subjects
    assert whole.reading.scope == COMPANY
    changes = {driver.member: driver.change for driver in whole.drivers}
    assert changes == {
        ATELIER: pytest.approx(atelier[-1] - atelier[-2]),
        BALISE: pytest.approx(balise[-1] - balise[-2]),
    }
    assert sum(driver.share or 0 for driver in whole.drivers) == pytest.approx(1)


def test_nothing_published_is_an_empty_review(tmp_path: Path) -> None:
    empty = weekly_review(publish(tmp_path / "empty", []), LOCAL_CPO)
    assert (empty.weeks, empty.headline, empty.subjects, empty.judged) == ((), (), (), 0)
    assert empty.freshness.published_at is None


def test_an_open_week_is_partial_and_compared_with_nothing(tmp_path: Path) -> None:
    found = figures()
    index = max(i for i, f in enumerate(found) if (f.kpi, f.scope) == ("active_users", ATELIER))
    last = found[index]
    found[index] = Figure(**(vars(last) | {"closed": False, "value": 10.0}))
    workspace = publish(tmp_path / "open", found)
    review = weekly_review(workspace, LOCAL_CPO, week="2026-W46")
    row = next(row for row in review.scorecard if row.scope == ATELIER)
    users = next(r for cell in row.cells for r in cell.readings if r.kpi == "active_users")
    assert users.status == "partial"
    assert (users.previous, users.signal) == (None, None)


def test_an_open_company_shows_what_has_closed_against_itself(tmp_path: Path) -> None:
    found = figures()
    of_company = [i for i, f in enumerate(found) if (f.kpi, f.scope) == ("active_users", COMPANY)]
    last, before = found[of_company[-1]], found[of_company[-2]]
    partial = {"closed": False, "value": None, "reason": "partial_members:1/2"}
    found[of_company[-1]] = Figure(**(vars(last) | partial))
    part = {"dimension": "like_with_like", "member": "m1"}
    found += [
        Figure(**(vars(last) | part | {"value": 4400.0})),
        Figure(**(vars(before) | part | {"value": 4000.0})),
    ]
    review = weekly_review(publish(tmp_path / "part", found), LOCAL_CPO, week="2026-W46")
    users = next(r for r in review.headline if r.kpi == "active_users")
    assert users.figure is not None
    assert (users.status, users.signal) == ("partial", None)
    assert (users.figure.value, users.figure.reason) == (4400.0, "partial_members:1/2")
    assert users.previous is not None
    assert (users.previous.base.value, users.previous.ratio) == (4000.0, pytest.approx(0.1))
    assert users.history[-1].value is None


def test_a_stream_without_data_is_missing_and_not_a_fall(tmp_path: Path) -> None:
    workspace = publish(tmp_path / "missing", figures())
    spans = [("atelier", date(2026, 11, 11)), ("balise", LAST)]
    with workspace.register.begin() as connection:
        connection.execute(
            sa.insert(tables.imports).values(
                id=1, file="events.csv", sha256="x", tool="mixpanel", profile="mixpanel",
                dataset="events", confidence=1.0, observed_at=datetime(2026, 11, 11, 9),
                options={}, status="applied", rows={}, problems=[], kpis=[],
                created_at=datetime(2026, 11, 11, 9), created_by="test",
            )
        )  # fmt: skip
        for stream, end in spans:
            connection.execute(
                sa.insert(tables.coverage).values(
                    import_id=1, dataset="events", source="mixpanel", stream=stream,
                    start=date(2024, 11, 18), end=end,
                )
            )  # fmt: skip
    (missing,) = weekly_review(workspace, LOCAL_CPO).missing
    assert (missing.scope, missing.name, missing.dataset) == (ATELIER, "Atelier", "events")
    assert missing.since == date(2026, 11, 12)
    assert missing.last_import == datetime(2026, 11, 11, 9)
    assert weekly_review(workspace, LOCAL_CPO, week="2026-W45").missing == ()


def test_a_products_page_says_who_and_since_when(workspace: Workspace) -> None:
    page = product_page(workspace, LOCAL_CPO, "atelier")
    assert (page.name, page.line, page.stage) == ("Atelier", "studio", "growing")
    assert [(p.name, p.role, p.since) for p in page.owners] == [
        ("C. Morel", "PM", date(2026, 7, 1)),
        ("J. Petit", "PO", date(2025, 3, 3)),
    ]
    assert page.squads == (("nord", "Nord", date(2025, 3, 3)),)
    before = product_page(workspace, LOCAL_CPO, "atelier", week="2026-W20")
    assert [p.name for p in before.owners if p.role == "PM"] == ["A. Roy"]
    with pytest.raises(VigieError, match="product"):
        product_page(workspace, LOCAL_CPO, "nothing")


def test_six_weeks_and_twelve_complete_months(workspace: Workspace) -> None:
    weekly = six_twelve(workspace, LOCAL_CPO, "active_users", ATELIER)
    values = steady(1, 4000)
    assert [point.figure.value for point in weekly.weeks] == pytest.approx(values[-6:])
    assert [point.prior_year for point in weekly.weeks] == pytest.approx(values[-58:-52])
    assert weekly.limits is not None
    assert [point.figure.period for point in weekly.months][-1] == "2026-10"
    assert [point.figure.reason for point in weekly.months] == ["no_data"] * 12
    boxes = {box.name: box for box in weekly.boxes}
    assert boxes["last_week"].value == pytest.approx(values[-1])
    assert boxes["wow"].ratio == pytest.approx(values[-1] / values[-2] - 1)
    assert boxes["yoy"].ratio == pytest.approx(values[-1] / values[-53] - 1)
    assert boxes["mtd"].reason == "not_published"  # distinct users are never added up

    monthly = six_twelve(workspace, LOCAL_CPO, "revenue", ATELIER)
    assert monthly.weeks == ()
    assert [point.figure.value for point in monthly.months] == pytest.approx(
        steady(9, 5e4, 24)[-12:]
    )
    assert [point.prior_year for point in monthly.months] == pytest.approx(steady(9, 5e4, 24)[:12])
