"""The review as a CPO opens it: figures read from the page, against ones computed from the files.

The truth is written out by hand here; nothing of the dashboard's formatting is used.
"""

from __future__ import annotations

import math

import pytest

from tests.browser.serving import Reader, plain, serve
from tests.truth import Truth
from tests.truth.spans import iso_week

pytestmark = pytest.mark.browser

WEEK = iso_week("2026-W46")
#: The headline's labels and units.
HEADLINE = {
    "Active users": ("active_users", "count"),
    "Activation rate": ("activation_rate", "rate"),
    "MRR": ("mrr", "money"),
    "NRR": ("net_revenue_retention", "rate"),
    "Contribution margin rate": ("contribution_margin_rate", "rate"),
}
#: Some of a product's table, where the KPIs of the review stand: label, KPI, unit.
TABLE = {
    "Active users": ("active_users", "count"),
    "Activation rate": ("activation_rate", "rate"),
    "Monthly recurring revenue (MRR)": ("mrr", "money"),
    "Win rate": ("win_rate", "rate"),
}


def three_figures(number: float) -> str:
    """At most three significant figures, without trailing zeros."""
    digits = 2 - math.floor(math.log10(abs(number)))
    rounded = round(number, digits)
    return (
        f"{rounded:.{max(digits, 0)}f}".rstrip("0").rstrip(".") if digits > 0 else f"{rounded:.0f}"
    )


def short(unit: str, number: float) -> str:
    """As a headline says it: 41.3 %, €238 k, 2.41 k."""
    if unit == "rate":
        return f"{three_figures(100 * number)} %"
    thousands = number >= 999.5
    said = f"{three_figures(number / 1000)} k" if thousands else three_figures(number)
    return f"€{said}" if unit == "money" else said


def exact(unit: str, number: float) -> str:
    """As a table says it: 41.32 %, €237,535.82, 2,413."""
    if unit == "rate":
        return f"{100 * number:.2f} %"
    return f"€{number:,.2f}" if unit == "money" else f"{number:,.0f}"


@pytest.fixture(scope="module")
def address(sample, tmp_path_factory):
    with serve(sample.workspace.path, tmp_path_factory.mktemp("log") / "server.log") as found:
        yield found


@pytest.fixture
def reader(chromium, address):
    found = Reader(chromium, address)
    yield found
    for context in chromium.contexts:
        context.close()


def true(truth: Truth, kpi: str, kind: str, key: str) -> float:
    value = truth.value(kpi, kind, key, truth.read_at(kpi, kind, key, WEEK))
    assert value is not None
    return value


def test_a_cpo_reads_the_true_headline(reader: Reader, truth: Truth) -> None:
    page = reader.open("/")
    assert plain(page.locator("h2").first.inner_text()).startswith("Week 46")
    metrics = page.locator("[data-testid=stMetric]")
    read = {}
    for index in range(metrics.count()):
        label = plain(metrics.nth(index).locator("[data-testid=stMetricLabel]").inner_text())
        value = metrics.nth(index).locator("[data-testid=stMetricValue]").inner_text()
        read[label.strip()] = plain(value).strip()
    assert read == {
        label: short(unit, true(truth, kpi, "company", ""))
        for label, (kpi, unit) in HEADLINE.items()
    }
    reader.check(page)


def test_a_product_s_table_shows_the_true_figures(reader: Reader, truth: Truth) -> None:
    page = reader.open("/product?product=Escale")
    page.get_by_role("heading", name="Escale").wait_for()
    # What lies below the window is drawn when it is scrolled to.
    page.locator(".st-key-families_box").scroll_into_view_if_needed()
    rows = page.locator(".st-key-families_box canvas table tbody tr")
    rows.first.wait_for(state="attached")
    cells = [
        [plain(text) for text in rows.nth(index).locator("td").all_text_contents()]
        for index in range(rows.count())
    ]
    for label, (kpi, unit) in TABLE.items():
        (row,) = [row for row in cells if label in row]
        assert exact(unit, true(truth, kpi, "product", "escale")) in row, row
    reader.check(page)


@pytest.mark.parametrize(
    ("locale", "behind", "rows"),
    [
        ("en-GB", "Rows behind a figure", "rows of finished_items"),
        ("fr-FR", "Lignes derrière un chiffre", "lignes de finished_items"),
    ],
)
def test_a_pm_goes_from_a_figure_to_its_rows_and_imports(
    reader: Reader, locale: str, behind: str, rows: str
) -> None:
    page = reader.open("/", locale=locale)
    page.locator(".st-key-subject_0 a").first.click()
    page.wait_for_url("**/product?**")
    page.get_by_role("heading", name="Escale").first.wait_for()
    reader.settle(page)
    reader.check(page)

    page = reader.open("/explore?kpi=throughput&by=squad", locale=locale)
    folded = page.locator(".st-key-behind")
    folded.scroll_into_view_if_needed()
    folded.get_by_text(behind).click()
    page.get_by_text(rows).wait_for()
    page.locator(".st-key-behind_imports").scroll_into_view_if_needed()
    files = page.locator(".st-key-behind_imports canvas table tbody tr")
    files.first.wait_for(state="attached")
    told = " ".join(plain(text) for text in files.all_text_contents())
    assert "Jira" in told or "Linear" in told
    reader.check(page)
