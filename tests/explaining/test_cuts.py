"""What moved a KPI: cut figures published behind its signals, from files to the review."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from metrics.access import LOCAL_CPO
from metrics.pages.review import weekly_review
from metrics.register.restatements import read_restatements
from metrics.register.series import read_figures, read_signals
from metrics.result import Scope
from tests.small_workspace import SmallWorkspace, only

MONDAY = date(2026, 6, 1)
WEEKS = 16
PRODUCTS = (
    "product,name,signup_event,activation_event\n"
    "anvil,Anvil,sign up,hammer\n"
)  # fmt: skip
COUNTRIES = {"DE": 30, "FR": 40, "IT": 30}


def events(last: dict[str, float], weeks: int = WEEKS, fallen: int = 1) -> str:
    """Sign-ups and activations; rates of the last cohorts by country as given, else about a half.

    The last week's cohort is not known yet: the `fallen` ones are those before it.
    """
    rng = np.random.default_rng(5)
    rows = ["event name,time,distinct id,country,plan,product"]
    for week in range(weeks):
        for country, usual in COUNTRIES.items():
            count = usual + int(rng.integers(-4, 5)) * (week < weeks - 2)
            rate = last.get(country, 0.5) if weeks - 2 - fallen < week <= weeks - 2 else 0.5
            active = round(count * rate) + int(rng.integers(-2, 3))
            for user in range(count):
                day = MONDAY + timedelta(7 * week + user % 5)
                who = f"{week}-{country}-{user}"
                plan = "pro" if user % 3 else "free"
                rows.append(f"sign up,{day}T09:00:00Z,{who},{country},{plan},anvil")
                if user < active:
                    rows.append(f"hammer,{day}T10:00:00Z,{who},{country},{plan},anvil")
    end = MONDAY + timedelta(7 * weeks - 1)
    rows.append(f"look,{end}T20:00:00Z,keeper,FR,pro,anvil")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    with only("activation_rate", "activated_users", "new_users", "active_users"):
        yield


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SmallWorkspace:
    made = SmallWorkspace(tmp_path_factory.mktemp("cuts") / "forge")
    outcome = made.import_files({"products.csv": PRODUCTS, "events.csv": events({"DE": 0.0})})
    assert outcome.status == "done", outcome
    return made


def test_the_country_that_fell_is_named_with_parts_that_sum(company: SmallWorkspace) -> None:
    review = weekly_review(company.workspace, LOCAL_CPO)
    subject = next(s for s in review.subjects if s.reading.kpi == "activation_rate")
    assert subject.reading.scope == Scope("product", "anvil")
    assert subject.dimension == "country"
    assert subject.drivers[0].member == Scope("country", "DE")
    assert subject.reading.previous is not None
    assert math.fsum(d.change for d in subject.drivers) == pytest.approx(
        subject.reading.previous.change, abs=1e-15
    )
    assert subject.because is not None
    assert "DE" in subject.because.en
    assert "pour DE" in subject.because.fr


def test_a_fall_that_lasts_is_told_from_its_last_usual_week(tmp_path: Path) -> None:
    made = SmallWorkspace(tmp_path / "forge")
    files = {"products.csv": PRODUCTS, "events.csv": events({"DE": 0.0}, weeks=24, fallen=2)}
    assert made.import_files(files).status == "done"
    review = weekly_review(made.workspace, LOCAL_CPO)
    subject = next(s for s in review.subjects if s.reading.kpi == "activation_rate")
    figure = subject.reading.figure
    usual = next(f for f in subject.reading.history if f.start == MONDAY + timedelta(7 * 20))
    assert figure is not None
    assert figure.start == MONDAY + timedelta(7 * 22)
    assert math.fsum(d.change for d in subject.drivers) == pytest.approx(
        figure.value - usual.value, abs=1e-15
    )
    assert subject.drivers[0].member == Scope("country", "DE")
    assert subject.because is not None
    assert "since 25 Oct" in subject.because.en.replace("\xa0", " ").replace("\u202f", " ")


def test_only_what_is_behind_a_signal_is_cut(company: SmallWorkspace) -> None:
    with company.workspace.register.connect() as connection:
        cut = read_figures(connection, LOCAL_CPO, dimensions=["country", "plan"])
        judged = read_signals(connection, LOCAL_CPO, grains=["week"])
    news = {
        (kpi, start.date())
        for kpi, start, rule in zip(judged["kpi"], judged["start"], judged["rule"], strict=True)
        if rule == 1
    }
    for kpi in {figure.kpi for figure in cut}:
        assert max(f.start for f in cut if f.kpi == kpi) in {
            day for name, day in news if name == kpi
        }
    by_country = {
        (figure.member, figure.start): (figure.numerator, figure.denominator)
        for figure in cut
        if (figure.kpi, figure.dimension) == ("activation_rate", "country")
        and figure.scope == Scope("product", "anvil")
    }
    cohort = MONDAY + timedelta(7 * (WEEKS - 2))
    for country, count in COUNTRIES.items():
        reached, entered = by_country[country, cohort]
        assert entered == count
        assert (reached or 0) <= 2 if country == "DE" else (reached or 0) > 10


def test_what_is_no_news_any_more_goes_without_a_restatement(company: SmallWorkspace) -> None:
    company.import_files({"events2.csv": events({})})
    with company.workspace.register.connect() as connection:
        cut = read_figures(connection, LOCAL_CPO, dimensions=["country"])
        told = read_restatements(connection, LOCAL_CPO)
    assert "activation_rate" not in {figure.kpi for figure in cut}
    assert {restated.dimension for restated in told} <= {""}
