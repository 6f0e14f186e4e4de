"""Published answers on weeks, months and figures to date: wbr-app's scenarios, from a file of daily
figures to what a question answers and to the boxes under a chart.

Weeks run from Sunday to Saturday. The indicators are a company's own, as its catalogue writes them:
a sum is a flow, a mean a ratio of a sum and a number of days, the least and greatest are quantiles,
differences, quotients and products are derived. Latency is measured in two countries, here two
products of one line: one country is a product's figure, both are the company's.

Left out, since nothing here has it: the label 'wk 38' (weeks bear their ISO numbers), and basis
points (rates compare in points, which are theirs divided by 100; tried below).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from metrics import jobs
from metrics.access import LOCAL_CPO
from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue.kpi import Unit
from metrics.command.init import lay_out
from metrics.importing.report import ImportOptions
from metrics.organisation import Organisation, Product
from metrics.pages.six_twelve import six_twelve
from metrics.reading import compare
from metrics.result import Figure, Scope
from metrics.workspace import Workspace
from tests.company import Company, csv_text

FILE = Path(__file__).with_name("wbr.yml")
ORGANISATION = Organisation(products=(Product("us", "US", "sites"), Product("uk", "UK", "sites")))
COMPANY = Scope("company", "")
US = Scope("product", "us")
CALENDAR = Calendar(first_weekday=7)
HEADER = ["metric", "period", "grain", "scope", "value"]
GRAINS = (Grain.WEEK, Grain.MONTH, Grain.MTD, Grain.QTD, Grain.YTD)
SUMS = ("page_views", "new_paid_customers", "new_churned_customers", "new_logo_mrr_usd",
        "upsell_mrr_usd", "free_trial_starts", "cac_usd", "latency")  # fmt: skip
MEANS = ("cumulative_paid_customers", "latency")
FORMULAS = {
    "paid_less_churned": "new_paid_customers - new_churned_customers",
    "churned_by_customers": "new_churned_customers / mean_cumulative_paid_customers",
    "cost_times_trials": "cac_usd * free_trial_starts",
    "customers_times_churned": "mean_cumulative_paid_customers * new_churned_customers",
    "new_and_upsold": "new_logo_mrr_usd + upsell_mrr_usd",
}
#: The KPI and scope of each case.
ASKED = {
    "s1_PageViewsFiscal": ("page_views", COMPANY),
    "s1_PageViewsTrailing": ("page_views", COMPANY),
    "s2_PageViewsFiscal": ("page_views", COMPANY),
    "s2_PageViewsTrailing": ("page_views", COMPANY),
    "s4_CumulativePaidCustomers": ("mean_cumulative_paid_customers", COMPANY),
    "s4_PaidCustomers": ("new_paid_customers", COMPANY),
    "s4_TestDifferenceMetric": ("paid_less_churned", COMPANY),
    "s4_TestDivisionMetric": ("churned_by_customers", COMPANY),
    "s4_TestFilterMetricUS": ("mean_latency", US),
    "s4_TestMaxMetric": ("greatest_latency", COMPANY),
    "s4_TestMinMetric": ("least_latency", COMPANY),
    "s4_TestProductMetric": ("cost_times_trials", COMPANY),
    "s4_TestProductMetricTwo": ("customers_times_churned", COMPANY),
    "s4_TestSumDoubleMetric": ("latency", COMPANY),
    "s4_TestSumMetricColumn": ("new_and_upsold", COMPANY),
    "s4_TestSumMetrics": ("new_and_upsold", COMPANY),
}


@cache
def content() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def catalogue() -> str:
    """The company's own indicators."""

    def entry(name: str, kind: str, **keys: object) -> dict[str, object]:
        text = {"en": name, "fr": name}
        return {"name": name, "kind": kind, "unit": "number", "label": text, "meaning": text,
                "cadence": "week", "owner_role": "PM"} | keys  # fmt: skip

    def observed(metric: str, expression: str = "value") -> dict[str, object]:
        return {"model": "observed_figures", "expression": expression,
                "filter": f"metric = '{metric}'"}  # fmt: skip

    kpis = [entry(name, "flow", **observed(name)) for name in SUMS]
    for name in MEANS:
        kpis.append(entry(f"{name}_days", "flow", **observed(name, "1")))
        if name not in SUMS:
            kpis.append(entry(name, "flow", **observed(name)))
        kpis.append(entry(f"mean_{name}", "ratio", numerator=name, denominator=f"{name}_days"))
    for word, quantile in (("least", 0), ("greatest", 1)):
        kpis.append(entry(f"{word}_latency", "quantile", quantile=quantile, **observed("latency")))
    kpis += [entry(name, "derived", formula=formula) for name, formula in FORMULAS.items()]
    return yaml.safe_dump({"family": "product_performance", "kpis": kpis})


def daily(scenario: str, until: date) -> list[list[object]]:
    """The rows of a file of daily figures up to a day."""
    rows: list[list[object]] = []
    for name, series in content()["series"].items():
        if (name == "page_views") != (scenario in ("s1", "s2")):
            continue
        metric, _, country = name.partition("_u") if name.startswith("latency") else (name, "", "s")
        for at, value in enumerate(series["values"]):
            day = series["first"] + timedelta(at)
            if day <= until:
                rows.append([metric, day, "day", f"u{country}", value])
        if name == "page_views":
            # the peer adds up the month in which its data begins; here that takes its first days
            rows += [[name, date(2020, 1, day), "day", "us", 0] for day in range(1, 5)]
            # the other product says that it measures nothing of the kind
            rows.append(["nothing", series["first"], "day", "uk", 0])
            rows.append(["nothing", until, "day", "uk", 0])
    return rows


@cache
def figures(folder: Path, scenario: str, until: date) -> dict[tuple[str, Scope], list[Figure]]:
    """Every figure that the cases of a scenario ask for, its days known until one day."""
    rows = daily(scenario, until)
    company = Company(
        folder / scenario, {"first_weekday": 7}, ORGANISATION, {"own.yml": catalogue()}
    )
    company.load(
        "daily figures.csv",
        csv_text(HEADER, rows),
        product=None,
        observed_at=datetime.combine(until + timedelta(1), datetime.min.time()),
    )
    found: dict[tuple[str, Scope], list[Figure]] = {}
    wanted = {asked for case, asked in ASKED.items() if case.startswith(scenario)}
    for kind in ("company", "product"):
        names = sorted({name for name, scope in wanted if scope.kind == kind})
        for grain in GRAINS if names else ():
            for figure in company.ask(*names, by=kind, grain=grain):
                found.setdefault((figure.kpi, figure.scope), []).append(figure)
    return found


class Answers:
    """The figures of one case, by grain and last day."""

    def __init__(self, found: list[Figure]) -> None:
        self.by_end = {(figure.grain, figure.end): figure for figure in found}

    def value(self, period: Period) -> float | None:
        figure = self.by_end.get((str(period.grain), period.end))
        return figure.value if figure and figure.closed else None

    def change(self, grain: Grain, end: date, before: date) -> float:
        """In percent, as the boxes under a chart compare."""
        this, that = (self.by_end[str(grain), day] for day in (end, before))
        compared = compare(this, that, Unit.NUMBER)
        assert compared is not None
        assert compared.ratio is not None
        return compared.ratio * 100


def back(grain: Grain, last: date, count: int) -> list[Period]:
    periods = [CALENDAR.period(grain, last)]
    while len(periods) < count:
        periods.insert(0, CALENDAR.previous(periods[0]))
    return periods


def printed(expected: float | None) -> Any:
    """What is printed, to half a unit of its last digit."""
    if expected is None:
        return None
    digits = len(str(expected).partition(".")[2]) if isinstance(expected, float) else 0
    return pytest.approx(expected, rel=1e-12, abs=0.5000001 * 10**-digits)


def year_before(day: date) -> date:
    return day.replace(year=day.year - 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wbr")


@pytest.mark.parametrize("case", content()["answers"], ids=lambda case: case["case"])
def test_weeks_months_and_figures_to_date(case: dict[str, Any], folder: Path) -> None:
    last: date = case["week_ending"]
    name, scope = ASKED[case["case"]]
    answers = Answers(figures(folder, case["case"][:2], last)[name, scope])

    weeks = back(Grain.WEEK, last, 6)
    assert [answers.value(week) for week in weeks] == [printed(v) for v in case["weeks"]]
    year_ago = [CALENDAR.prior_year(week) for week in weeks]
    assert [answers.value(week) for week in year_ago] == [printed(v) for v in case["py_weeks"]]

    ended = CALENDAR.period(Grain.MONTH, last + timedelta(1))
    if "months" in case:
        months = back(Grain.MONTH, ended.start - timedelta(1), 12)
        key = "months"
    else:
        months = back(Grain.MONTH, date(last.year, 12, 1), 12)
        key = "fiscal_months"
    assert [answers.value(month) for month in months] == [printed(v) for v in case[key]]
    before = [CALENDAR.prior_year(month) for month in months]
    assert [answers.value(month) for month in before] == [printed(v) for v in case[f"py_{key}"]]

    assert answers.value(weeks[-1]) == printed(case["last_week"])
    assert answers.change(Grain.WEEK, last, weeks[-2].end) == printed(case["wow"])
    assert answers.change(Grain.WEEK, last, year_ago[-1].end) == printed(case["yoy_week"])
    for window in (Grain.MTD, Grain.QTD, Grain.YTD):
        assert answers.by_end[str(window), last].value == printed(case[str(window)])
        change = answers.change(window, last, year_before(last))
        assert change == printed(case[f"{window}_yoy"])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Scenario 4 imported and published as anyone would."""
    root = tmp_path_factory.mktemp("published")
    workspace = lay_out(root / "w", "wbr")
    settings = root / "w" / "vigie.toml"
    (root / "w" / "catalogue" / "own.yml").write_text(catalogue(), "utf-8")
    text = settings.read_text("utf-8")
    ours = ("first_weekday", "review_kpis")
    lines = [line for line in text.splitlines() if not line.startswith(ours)]
    settings.write_text(
        "\n".join(["first_weekday = 7", 'review_kpis = ["latency"]', *lines]), "utf-8"
    )
    workspace.register.dispose()
    products = [[each.product, each.name, each.line] for each in ORGANISATION.products]
    (root / "products.csv").write_text(csv_text(["product", "name", "line"], products))
    file = root / "daily figures.csv"
    file.write_text(csv_text(HEADER, daily("s4", date(2022, 4, 30))))
    files = (str(root / "products.csv"), str(file))
    options = ImportOptions(observed_at=datetime(2022, 5, 1))
    outcome = jobs.run(jobs.Job("import", str(root / "w"), "test", files, options))
    assert {report.status for report in outcome.files} == {"loaded"}, outcome
    return Workspace.open(root / "w")


@pytest.mark.parametrize(
    "case",
    [each for each in content()["answers"] if each["case"].startswith("s4")],
    ids=lambda case: case["case"],
)
def test_the_boxes_under_a_published_chart(case: dict[str, Any], published: Workspace) -> None:
    name, scope = ASKED[case["case"]]
    week = CALENDAR.period(Grain.WEEK, case["week_ending"])
    chart = six_twelve(published, LOCAL_CPO, name, scope, week=week.key)
    assert [point.figure.value for point in chart.weeks] == [printed(v) for v in case["weeks"]]
    assert [point.prior_year for point in chart.weeks] == [printed(v) for v in case["py_weeks"]]
    assert [point.figure.value for point in chart.months] == [printed(v) for v in case["months"]]
    boxes = {box.name: box for box in chart.boxes}
    assert boxes["last_week"].value == printed(case["last_week"])
    for box, answer in (("wow", "wow"), ("yoy", "yoy_week")):
        assert boxes[box].ratio is not None
        assert boxes[box].ratio * 100 == printed(case[answer])
    for window in ("mtd", "qtd", "ytd"):
        assert boxes[window].value == printed(case[window])
        assert boxes[window].ratio is not None
        assert boxes[window].ratio * 100 == printed(case[f"{window}_yoy"])


@pytest.mark.parametrize(
    ("day", "last"), [(date(2024, 2, 28), "2024-01"), (date(2024, 2, 29), "2024-02")]
)
def test_a_month_counts_once_its_last_day_is_over(day: date, last: str, tmp_path: Path) -> None:
    company = Company(tmp_path / "w", {}, ORGANISATION, {"own.yml": catalogue()})
    days = [date(2023, 1, 1) + timedelta(at) for at in range((day - date(2023, 1, 1)).days + 1)]
    rows = [["page_views", each, "day", site, 1] for each in days for site in ("us", "uk")]
    company.load(
        "daily figures.csv",
        csv_text(HEADER, rows),
        product=None,
        observed_at=datetime.combine(day + timedelta(1), datetime.min.time()),
    )
    closed = [f.period for f in company.ask("page_views", grain=Grain.MONTH) if f.closed]
    assert closed[-1] == last


@pytest.mark.parametrize(("now", "before", "points"), [(0.05, 0.03, 2.0), (0.02, 0.05, -3.0)])
def test_rates_compare_in_points(now: float, before: float, points: float) -> None:
    this, that = (
        Figure("r", COMPANY, "week", "x", date(2026, 1, 5), date(2026, 1, 11), value)
        for value in (now, before)
    )
    compared = compare(this, that, Unit.RATE)
    assert compared is not None
    assert compared.change * 100 == pytest.approx(points)
