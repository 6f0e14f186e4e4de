"""Worked examples of others on MRR and NPS, from an imported file to the figure.

Sources: ChartMogul's help (articles 201244842 and 203359341), bigdelta's and maximcalculator's
examples of NRR and GRR, DELA's annual report of 2018 and palospublishing's example of NPS. Amounts
and groups are theirs; dates, accounts and the answers inside a group are ours.

ChartMogul's net MRR churn lets a reactivation offset what was lost. Ours does not: revenue that
comes back is reactivation, and net revenue retention is of the opening accounts only. The two agree
where nothing is reactivated, as in its example.
"""

from __future__ import annotations

from datetime import datetime
from math import sqrt
from pathlib import Path

import pytest

from metrics.calendar import Grain
from tests.company import Company, csv_text
from tests.oracles.billed import Line, billed


def test_one_customer_through_every_movement(tmp_path: Path) -> None:
    company = billed(
        tmp_path,
        [
            ("elder", 1, "100.00", "month", "2024-11-01", None),
            ("syncalytics", 4, "500.00", "year", "2025-01-10", "2026-01-10"),  # paid to its end
            ("syncalytics", 2, "30.00", "month", "2025-02-10", "2025-03-10"),
            ("syncalytics", 3, "50.00", "month", "2026-03-01", None),
        ],
    )
    expected = {
        ("new_mrr", "2025-01"): 166.67,
        ("expansion_mrr", "2025-02"): 60,
        ("contraction_mrr", "2025-03"): 60,
        ("churned_mrr", "2026-01"): 166.67,
        ("reactivation_mrr", "2026-03"): 150,
    }
    for name in ("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "reactivation_mrr"):
        values = company.values(name, grain=Grain.MONTH)
        for month in ("2025-01", "2025-02", "2025-03", "2025-06", "2026-01", "2026-02", "2026-03"):
            assert values[month] == pytest.approx(expected.get((name, month), 0), abs=0.005)


@pytest.mark.parametrize(
    ("opening", "expansion", "contraction", "churn", "answers"),
    [
        (20_000, 3_000, 800, 1_200, {"gross": 0.90, "net": 1.05}),
        (50_000, 0, 2_000, 3_000, {"gross": 0.90, "net": 0.90}),
        (100, 10, 10, 10, {"gross": 0.80, "net": 0.90, "lost": 0.20}),
    ],
)
def test_retention_of_revenue(
    tmp_path: Path, opening: int, expansion: int, contraction: int, churn: int,
    answers: dict[str, float],
) -> None:  # fmt: skip
    began, changed = "2026-01-05", "2026-03-10"
    kept = opening - contraction - churn
    lines: list[Line] = [
        ("grows", 1, f"{kept // 2}.00", "month", began, None),
        ("shrinks", 1, f"{kept - kept // 2}.00", "month", began, None),
        ("shrinks", 1, f"{contraction}.00", "month", began, changed),
        ("leaves", 1, f"{churn}.00", "month", began, changed),
        # neither a new customer nor one who had left before counts as retained
        ("arrives", 1, "777.00", "month", changed, None),
        ("returns", 1, "555.00", "month", "2026-01-05", "2026-01-20"),
        ("returns", 1, "555.00", "month", changed, None),
    ]
    if expansion:
        lines.append(("grows", 1, f"{expansion}.00", "month", changed, None))
    company = billed(tmp_path, lines)
    month = {
        name: company.values(name, grain=Grain.MONTH)["2026-03"]
        for name in ("gross_revenue_retention", "net_revenue_retention", "revenue_churn_rate")
    }
    assert company.values("mrr", grain=Grain.MONTH)["2026-02"] == opening
    assert month["gross_revenue_retention"] == pytest.approx(answers["gross"])
    assert month["net_revenue_retention"] == pytest.approx(answers["net"])
    assert month["revenue_churn_rate"] == pytest.approx(1 - answers["gross"])
    if "lost" in answers:
        assert month["revenue_churn_rate"] == pytest.approx(answers["lost"])


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "answer"),
    [(60, 20, 20, 40), (30, 50, 20, 10), (0, 0, 40, -100), (0, 35, 0, 0)],
)
def test_nps_with_its_interval(
    tmp_path: Path, promoters: int, passives: int, detractors: int, answer: int
) -> None:
    scores = [9 + at % 2 for at in range(promoters)] + [7 + at % 2 for at in range(passives)]
    scores += [at % 7 for at in range(detractors)]
    rows = [[f"r{at}", f"2026-03-{1 + at % 28:02}", score] for at, score in enumerate(scores)]
    company = Company(tmp_path / "w")
    company.load("nps.csv", csv_text(["id", "date", "nps"], rows), observed_at=datetime(2026, 4, 2))
    [figure] = [each for each in company.ask("nps", grain=Grain.MONTH) if each.value is not None]
    count = len(scores)
    share = (promoters - detractors) / count
    error = 1.959963984540054 * sqrt(((promoters + detractors) / count - share**2) / count) * 100
    assert (figure.value, figure.n) == (pytest.approx(answer, abs=1e-9), count)
    assert (figure.low, figure.high) == (
        pytest.approx(answer - error, abs=1e-9),
        pytest.approx(answer + error, abs=1e-9),
    )
