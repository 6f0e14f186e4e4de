"""Every figure of the two pages against the same figure computed from the export files.

The sample company is imported as anyone's is; `tests.truth` reads the same files with
pandas and shares no code with what it checks.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest

from metrics.access import LOCAL_CPO
from metrics.catalogue import load_catalogue
from metrics.pages.panel import open_panel
from metrics.pages.product import product_page
from metrics.pages.review import weekly_review
from metrics.pages.review_facts import Review, ScorecardCell, SixTwelve
from metrics.pages.six_twelve import six_twelve, six_twelve_of
from metrics.query import query
from metrics.reading import Reading
from metrics.register.series import read_frame, read_signals
from metrics.result import Figure, Scope
from tests.sample_workspace import Sample
from tests.truth import Truth
from tests.truth.dictionary import NOT_RETOLD, OF_SQUADS, RATES, VOLUMES, grain_of
from tests.truth.spans import Span, iso_week, month_of, quarter_of

#: The latest week; one that ends with its month, so that sums to date exist; the outage.
LATEST, MONTH_END, OUTAGE = "2026-W46", "2026-W22", "2026-W24"
PRODUCTS = ("sillon", "escale", "passerelle", "clairiere", "oree")
COMPANY = Scope("company", "")
MONEY = (
    "mrr", "arr", "new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr",
    "reactivation_mrr", "arpa", "revenue", "contribution_margin", "fx_mrr", "cost_per_active_user",
    "product_result", "north_star", "transferred_mrr",
)  # fmt: skip
CENT = 0.005
#: The KPIs whose figures the truth computes.
RETOLD = tuple(kpi for kpi in (*RATES, *VOLUMES) if kpi not in NOT_RETOLD)


def same(kpi: str, found: float | None, true: float | None) -> bool:
    """Money to the cent, all else to the last digits of floating point."""
    if found is None or true is None:
        return found is None and true is None
    near = CENT if kpi in MONEY else 1e-7
    return math.isclose(found, true, rel_tol=1e-9, abs_tol=near)


def wrong_reading(truth: Truth, reading: Reading, week: Span) -> Iterator[str]:
    """What a reading shows that the files do not say."""
    kpi, scope = reading.kpi, reading.scope
    if kpi in NOT_RETOLD:
        return
    at = (kpi, scope.kind, scope.key)
    period = truth.read_at(*at, week)
    true = truth.value(*at, period)
    figure = reading.figure
    place = f"{kpi} of {scope.key or 'company'} in {week.start}"
    if figure is None:
        yield f"{place}: no figure, {true} in {period}"
        return
    if (figure.start, figure.end) != (period.start, period.end):
        yield f"{place}: shown for {figure.period}, born in {period} ({true})"
        return
    if not same(kpi, figure.value, true):
        yield f"{place}: {figure.value} ({figure.reason}), truly {true} in {period}"
    for name, other, comparison in (
        ("previous", truth.previous(*at, period), reading.previous),
        ("prior year", period.year_before(), reading.prior_year),
    ):
        base = truth.value(*at, other)
        if comparison is None:
            if true is not None and base is not None:
                yield f"{place}: no {name}, truly {base} in {other}"
            continue
        if comparison.base.start != other.start or not same(kpi, comparison.base.value, base):
            shown = f"{comparison.base.value} in {comparison.base.period}"
            yield f"{place}: {name} {shown}, truly {base}"
        elif true is None or base is None:
            yield f"{place}: compared with {name} although one of them is not known"
        else:
            ratio = (true - base) / base if kpi in VOLUMES and base > 0 else None
            if ratio is None and kpi in VOLUMES and true == base == 0:
                ratio = 0.0
            # A change from 0 is new, not infinity.
            if comparison.is_new != (kpi in VOLUMES and base == 0 and true != 0):
                yield f"{place}: {name} is_new {comparison.is_new}, from {base} to {true}"
            if (comparison.ratio is None) != (ratio is None) or not math.isclose(
                comparison.ratio or 0.0, ratio or 0.0, rel_tol=1e-6, abs_tol=1e-7
            ):
                yield f"{place}: {name} ratio {comparison.ratio}, truly {ratio}"
            if not same(kpi, comparison.change, true - base):
                yield f"{place}: {name} change {comparison.change}, truly {true - base}"
    for past in reading.history:
        if past.closed:
            yield from wrong_figure(truth, past)


def wrong_figure(truth: Truth, figure: Figure) -> Iterator[str]:
    span = Span(figure.start, figure.end)
    true = truth.value(figure.kpi, figure.scope.kind, figure.scope.key, span)
    if not same(figure.kpi, figure.value, true):
        yield (
            f"{figure.kpi} of {figure.scope.key or 'company'} in {figure.period}: "
            f"{figure.value} ({figure.reason}), truly {true}"
        )


def on_review(review: Review) -> Iterator[Reading]:
    yield from review.headline
    for subject in review.subjects:
        yield from (subject.reading, *subject.also)
    for row in review.scorecard:
        yield from on_cells(row.cells)
    yield from review.steady


def on_cells(cells: tuple[ScorecardCell, ...]) -> Iterator[Reading]:
    for cell in cells:
        yield from cell.readings
        if cell.worst is not None:
            yield cell.worst


def reported(differences: Iterator[str]) -> None:
    found = list(dict.fromkeys(differences))
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:60])


def test_the_truth_knows_every_kpi() -> None:
    catalogue = load_catalogue()
    assert {kpi.name for kpi in catalogue} == {*RATES, *VOLUMES}
    for kpi in catalogue:
        assert grain_of(kpi.name) == kpi.cadence
        assert (kpi.name in OF_SQUADS) == (kpi.member == "squad")


@pytest.mark.parametrize("week", [LATEST, MONTH_END, OUTAGE])
def test_every_figure_of_the_review(sample: Sample, truth: Truth, week: str) -> None:
    review = weekly_review(sample.workspace, LOCAL_CPO, week=week)
    assert (review.week.start, review.week.end) == (iso_week(week).start, iso_week(week).end)
    shown = list(on_review(review))
    assert len({(reading.kpi, reading.scope) for reading in shown}) > 150
    reported(
        difference
        for reading in shown
        for difference in wrong_reading(truth, reading, iso_week(week))
    )


def test_the_review_opens_at_the_latest_closed_week(sample: Sample) -> None:
    assert weekly_review(sample.workspace, LOCAL_CPO).week.key == LATEST


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_figure_of_a_product(sample: Sample, truth: Truth, product: str) -> None:
    page = product_page(sample.workspace, LOCAL_CPO, product, week=LATEST)
    shown = list(on_cells(page.families))
    shown += [r for subject in page.subjects for r in (subject.reading, *subject.also)]
    assert len({reading.kpi for reading in shown}) >= 40
    reported(
        difference
        for reading in shown
        for difference in wrong_reading(truth, reading, iso_week(LATEST))
    )


def test_a_product_tells_what_stands_out_in_its_squads(sample: Sample) -> None:
    page = product_page(sample.workspace, LOCAL_CPO, "clairiere", week=LATEST)
    told = {(subject.reading.kpi, subject.reading.scope) for subject in page.subjects}
    assert ("sprint_predictability", Scope("squad", "amarre")) in told


@pytest.mark.parametrize(("week", "products"), [(LATEST, 5), (MONTH_END, 1)])
def test_every_point_and_box_of_the_charts(
    sample: Sample, truth: Truth, week: str, products: int
) -> None:
    """Each KPI of the company and of so many products: of one, they take turns."""
    with sample.workspace.register.connect() as connection:
        panel = open_panel(connection, sample.workspace, LOCAL_CPO, week)  # opened once for all
        reported(
            difference
            for number, kpi in enumerate(RETOLD)
            for scope in (COMPANY, *in_turn(number, products))
            for difference in wrong_chart(
                truth, six_twelve_of(panel, panel.catalogue[kpi], scope), week
            )
        )
        shown = six_twelve(sample.workspace, LOCAL_CPO, "mrr", COMPANY, week=week)
        assert shown == six_twelve_of(panel, panel.catalogue["mrr"], COMPANY)


def in_turn(number: int, products: int) -> list[Scope]:
    """So many of the products, beginning with another one at each number."""
    turned = PRODUCTS[number % len(PRODUCTS) :] + PRODUCTS
    return [Scope("product", product) for product in turned[:products]]


def wrong_chart(truth: Truth, chart: SixTwelve, week: str) -> Iterator[str]:
    at = (chart.kpi, chart.scope.kind, chart.scope.key)
    place = f"chart of {chart.kpi} of {chart.scope.key or 'company'}"
    for point in (*chart.weeks, *chart.months):
        if point.figure.closed:
            yield from wrong_figure(truth, point.figure)
        span = Span(point.figure.start, point.figure.end)
        before = truth.value(*at, span.year_before())
        if not same(chart.kpi, point.prior_year, before):
            yield f"{place}, {span} a year before: {point.prior_year}, truly {before}"
    yield from wrong_boxes(truth, chart, iso_week(week))


def last_month(week: Span) -> Span:
    month = month_of(week.end)
    return month if month.end <= week.end else month.before()


def wrong_boxes(truth: Truth, chart: SixTwelve, week: Span) -> Iterator[str]:
    at = (chart.kpi, chart.scope.kind, chart.scope.key)
    volume = chart.kpi in VOLUMES
    weekly = grain_of(chart.kpi) == "week"
    until = week.end if weekly else last_month(week).end
    starts = {
        "mtd": until.replace(day=1),
        "qtd": quarter_of(until).start,
        "ytd": until.replace(month=1, day=1),
    }
    for box in chart.boxes:
        place = f"{box.name} of {chart.kpi} of {chart.scope.key or 'company'}"
        span = week if weekly else last_month(week)
        if any(other_box.name == "last_closed_week" for other_box in chart.boxes):
            # A cohort's own last closed week that has a figure.
            shown = [p.figure for p in chart.weeks if p.figure.value is not None]
            span = Span(shown[-1].start, shown[-1].end)
        other = span.year_before() if box.name == "yoy" else span.before()
        if box.name in starts:
            span = Span(starts[box.name], until)
            other = Span(span.start.replace(year=2025), span.end.replace(year=2025))
        if box.value is None and box.ratio is None and box.points is None:
            continue
        true, base = truth.value(*at, span), truth.value(*at, other)
        if box.value is not None and not same(chart.kpi, box.value, true):
            yield f"{place}: {box.value}, truly {true}"
        if box.ratio is not None or box.points is not None:
            if true is None or base is None:
                yield f"{place}: compared although one of {true} and {base} is not known"
                continue
            change = true - base
            if box.points is not None and (volume or not same(chart.kpi, box.points, change)):
                yield f"{place}: {box.points} points, truly {change}"
            ratio = change / base if base else 0.0 if not change else math.nan
            if box.ratio is not None and (
                not volume or not math.isclose(box.ratio, ratio, abs_tol=1e-6)
            ):
                yield f"{place}: {box.ratio}, truly {change} on {base}"


def test_initiatives_confirmed_are_some_of_those_due_for_review(
    sample: Sample, truth: Truth
) -> None:
    """What the truth does not retell is counted in initiatives of the roadmap, none twice."""
    counted: dict[tuple[str, str], tuple[float, float]] = {}
    for by in ("company", "product"):
        for figure in query(sample.workspace, LOCAL_CPO, ["initiative_hit_rate"], by=by):
            if not figure.closed or figure.value is None:
                continue
            assert figure.numerator is not None
            assert figure.denominator is not None
            assert figure.value == figure.numerator / figure.denominator <= 1
            counted[figure.scope.key, figure.period] = (figure.numerator, figure.denominator)
            due = truth.due_for_review(figure.scope.key, Span(figure.start, figure.end))
            assert 0 < figure.denominator <= due
    periods = {period for scope, period in counted if not scope}
    assert len(periods) >= 4
    for period in periods:
        parts = [counts for (scope, at), counts in counted.items() if scope and at == period]
        assert counted["", period] == tuple(map(sum, zip(*parts, strict=True)))
    hits, reviewed = map(
        sum, zip(*(counts for (at, _), counts in counted.items() if at), strict=True)
    )
    assert 0 < hits < reviewed


def test_live_questions_answer_the_same(sample: Sample, truth: Truth) -> None:
    chance = random.Random(46)
    for by in ("company", "product", "squad"):
        names = chance.sample(RETOLD, 12)
        first = date(2025, 11, 3 + 7 * chance.randrange(3))
        answer = subprocess.run(
            [sys.executable, "-c", "from metrics.command import main; main()", "kpi", "query",
             *names, "--by", by, "--from", f"{first}", "--to", "2026-11-15", "--json",
             "--workspace", str(sample.workspace.path)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        rows = [row for row in json.loads(answer.stdout)["rows"] if row["closed"]]
        assert {row["kpi"] for row in rows} == set(names)
        asked = chance.sample(rows, min(400, len(rows)))
        differences = []
        for row in asked:
            span = Span(date.fromisoformat(row["start"]), date.fromisoformat(row["end"]))
            key = "" if by == "company" else row["scope"]
            true = truth.value(row["kpi"], by, key, span)
            if not same(row["kpi"], row["value"], true):
                differences.append(
                    f"{row['kpi']} of {row['scope']} in {row['period']}: {row['value']} "
                    f"({row['reason']}), truly {true}"
                )
        reported(iter(differences))


# The story


def signals(sample: Sample, kpis: list[str], scope: Scope) -> dict[str, set[int]]:
    """Directions of rule-1 signals by first day of the period."""
    with sample.workspace.register.connect() as connection:
        rows = read_signals(connection, LOCAL_CPO, kpis=kpis, scopes=[scope])
    rows = rows[rows["rule"] == 1]
    found: dict[str, set[int]] = {}
    for start, direction in zip(rows["start"], rows["direction"], strict=True):
        found.setdefault(f"{start:%Y-%m-%d}", set()).add(int(direction))
    return found


def test_what_happened_in_the_reviewed_week_is_what_is_talked_about(sample: Sample) -> None:
    review = weekly_review(sample.workspace, LOCAL_CPO, week=LATEST)
    assert {(subject.reading.kpi, subject.reading.scope) for subject in review.subjects} == {
        ("activation_rate", Scope("product", "escale")),  # an onboarding regression
        ("sprint_predictability", Scope("squad", "amarre")),  # a squad under strain
        ("nps", Scope("product", "oree")),  # a competitor's launch
        ("win_rate", Scope("product", "oree")),
        ("ai_feature_adoption", Scope("product", "sillon")),  # a feature that takes off
    }
    first = {s.reading.kpi: s.drivers[0].member for s in review.subjects if s.drivers}
    assert first["win_rate"] == Scope("competitor", "Lucarne")  # to whom deals are lost
    assert first["activation_rate"].kind == "plan"  # a regression for everyone


@pytest.mark.parametrize(
    ("week", "kpi", "scope"),
    [
        ("2026-W14", "expansion_mrr", Scope("product", "sillon")),  # the price rises
        ("2026-W18", "net_revenue_retention", Scope("product", "sillon")),
        ("2026-W40", "win_rate", Scope("product", "oree")),  # a competitor's launch
        ("2026-W42", "sprint_predictability", Scope("squad", "amarre")),
        ("2026-W43", "ai_feature_adoption", Scope("product", "sillon")),
    ],
)
def test_what_was_planted_is_talked_about_when_it_shows(
    sample: Sample, week: str, kpi: str, scope: Scope
) -> None:
    review = weekly_review(sample.workspace, LOCAL_CPO, week=week)
    assert (kpi, scope) in {(s.reading.kpi, s.reading.scope) for s in review.subjects}


def test_a_price_change_shows_in_the_month_from_which_it_holds(
    sample: Sample, truth: Truth
) -> None:
    with sample.workspace.register.connect() as connection:
        rows = read_frame(
            connection, LOCAL_CPO, kpis=["expansion_mrr"], scopes=[Scope("product", "sillon")],
            grains=["month"], since=date(2026, 1, 1), until=date(2026, 6, 1),
        )  # fmt: skip
    by_month = dict(zip(rows["period"], rows["value"], strict=True))
    assert max(by_month, key=by_month.__getitem__) == "2026-04"
    assert by_month["2026-04"] > 5 * by_month["2026-03"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_bottom_of_august_is_no_news(sample: Sample, product: str) -> None:
    found = signals(sample, ["active_users"], Scope("product", product))
    assert all(-1 not in found.get(monday, set()) for monday in ("2026-08-10", "2026-08-17"))


def test_an_outage_is_missing_data_and_not_a_fall(sample: Sample) -> None:
    scope = Scope("product", "passerelle")
    review = weekly_review(sample.workspace, LOCAL_CPO, week=OUTAGE)
    (gap,) = [fact for fact in review.missing if fact.dataset == "events"]
    assert (gap.scope, gap.since) == (scope, date(2026, 6, 9))
    page = product_page(sample.workspace, LOCAL_CPO, "passerelle", week=OUTAGE)
    (users,) = [r for cell in page.families for r in cell.readings if r.kpi == "active_users"]
    assert users.figure is not None
    assert (users.figure.value, users.figure.reason) == (None, "gap")
    assert users.status == "no_data"
    assert str(iso_week(OUTAGE).start) not in signals(sample, ["active_users"], scope)
