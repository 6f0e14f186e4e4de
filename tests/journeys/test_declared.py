"""The funnel a product declares: the KPI, the live question and plain Python give one answer."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random

import pytest
import sqlglot

from metrics.calendar import Grain
from metrics.errors import VigieError
from metrics.journeys import Audience, Funnel, funnel
from metrics.journeys.declared import declared_steps, declared_window, entries
from metrics.models import load_models
from metrics.organisation import Organisation, Product
from metrics.result import Scope
from tests.company import Company, csv_text

START = datetime(2026, 1, 5)
DAYS = 84
FUNNELS = {"shop": ("view", "cart", "pay"), "club": ("join", "pay")}
OWN_DAYS = {"shop": None, "club": 5}
WINDOWS = {product: timedelta(days or 14) for product, days in OWN_DAYS.items()}
ORGANISATION = Organisation(
    products=tuple(
        Product(
            name, name.title(), "sales", funnel_steps=" ; ".join(steps), funnel_days=OWN_DAYS[name]
        )
        for name, steps in FUNNELS.items()
    )
)


@pytest.fixture(scope="module")
def visits() -> list[tuple[str, int, datetime, str]]:
    """product, user, moment, event; the edges of the days known hold somebody without a name."""
    draw = Random(3)
    found = []
    for _ in range(900):
        product = draw.choice(list(FUNNELS))
        moment = START + timedelta(minutes=30 * draw.randrange(48 * DAYS))
        found.append(
            (product, draw.randrange(60), moment, draw.choice(["view", "cart", "pay", "join"]))
        )
    return sorted(found, key=lambda row: row[2])


@pytest.fixture(scope="module")
def company(visits, tmp_path_factory) -> Company:
    company = Company(tmp_path_factory.mktemp("declared") / "w", organisation=ORGANISATION)
    rows = [[event, moment, f"u{user}", product] for product, user, moment, event in visits]
    for product in FUNNELS:
        for moment in (START, START + timedelta(DAYS, minutes=-1)):
            rows.append(["nobody", moment, None, product])
    company.load(
        "Mixpanel events.csv",
        csv_text(["Event Name", "Time", "Distinct ID", "Product"], rows),
        product=None,
    )
    return company


def brute(visits, product: str, first, last) -> tuple[int, int]:
    """Users who entered between two days, and those of them who reached the last step in time."""
    steps = FUNNELS[product]
    own = defaultdict(list)
    for name, user, moment, event in visits:
        if name == product:
            own[user].append((moment, event))
    entered, reached = set(), set()
    for user, rows in own.items():
        for start, event in rows:
            if event != steps[0] or not first <= start.date() <= last:
                continue
            entered.add(user)
            at = start
            for step in steps[1:]:
                at = min((m for m, e in rows if e == step and m >= at), default=datetime.max)
            if at != datetime.max and at - start <= WINDOWS[product]:
                reached.add(user)
    return len(reached), len(entered)


@pytest.mark.parametrize("grain", [Grain.WEEK, Grain.MONTH])
def test_the_kpi_the_question_and_plain_python_agree(company, visits, grain):
    compared = 0
    for figure in company.ask("conversion_rate", by="product", grain=grain):
        product = figure.scope.key
        if figure.end + WINDOWS[product] > START.date() + timedelta(DAYS - 1):
            assert figure.value is None
            continue
        expected = brute(visits, product, figure.start, figure.end)
        if figure.closed and figure.value is not None:
            assert (figure.numerator, figure.denominator) == expected
            asked = Funnel(
                declared_steps(ORGANISATION, product),
                declared_window(ORGANISATION, product) * 86_400,
                since=figure.start,
                until=figure.end,
                audience=Audience(Scope("product", product)),
            )
            steps = funnel(company.session, asked).steps
            assert (steps[-1].units, steps[0].units) == expected
            compared += 1
    assert compared >= 2


def test_the_company_sums_the_funnels_of_its_products(company):
    parts = defaultdict(lambda: [0.0, 0.0])
    for figure in company.ask("conversion_rate", by="product"):
        if figure.value is not None:
            parts[figure.period][0] += figure.numerator
            parts[figure.period][1] += figure.denominator
    told = [figure for figure in company.ask("conversion_rate") if figure.value is not None]
    for figure in told:
        assert [figure.numerator, figure.denominator] == parts[figure.period]
    # The company waits for the product whose window is the longest.
    known = START.date() + timedelta(DAYS - 1)
    assert max(figure.end for figure in told) <= known - max(WINDOWS.values())
    assert max(parts) > max(figure.period for figure in told)


@pytest.mark.parametrize("days", [None, 0, -3, 1000])
def test_a_window_that_is_none_is_fourteen_days(days):
    odd = Organisation(products=(Product("shop", "Shop", funnel_days=days),))
    assert declared_window(odd, "shop") == 14


def test_the_model_of_the_kpi_is_what_the_question_compiles_to():
    model = load_models()["funnel_entries"]
    written = entries().sql("duckdb")
    assert model.tree.sql("duckdb", comments=False) == sqlglot.parse_one(
        written, read="duckdb"
    ).sql("duckdb")


@pytest.mark.parametrize("steps", [None, "view", "; ".join("abcdefghi")])
def test_a_product_without_a_funnel_says_how_to_declare_one(steps):
    lone = Organisation(products=(Product("shop", "Shop", funnel_steps=steps),))
    with pytest.raises(VigieError, match="declares no funnel") as refusal:
        declared_steps(lone, "shop")
    assert "funnel_steps" in (refusal.value.next_step or "")
