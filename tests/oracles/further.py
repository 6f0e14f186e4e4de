"""Cases of every other kind, in files of others: each put to the part that answers it, or the
reason why nothing here does."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from math import sqrt
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from metrics.calendar import Grain
from metrics.detection import xmr
from metrics.explaining.drivers import Part, ratio_drivers
from metrics.organisation import Organisation, Squad
from metrics.result import Scope
from tests.company import Company, csv_text
from tests.detection.test_xmr import limits_after
from tests.oracles.billed import Line, billed

Case = Mapping[str, Any]

#: Kinds that no KPI here answers, and why.
DO_NOT_FIT = {
    "decomposition_funnel_sequential": "the steps of a funnel are shown as they are, and no change "
    "of theirs is taken apart",
    "dora_frequency": "a word for a count over three months; the count is `deployment_frequency`",
    "dora_lead_time": "legs of pull requests, which no dataset holds; the whole way from commit "
    "to production, is tried in test_delivery_kpis.py",
    "predictability": "adds the value of work never committed, which is in neither part of "
    "`sprint_predictability`",
    "wbr_6_12": "its indicator must be written as a KPI first: those at hand are in wbr.yml",
    "wbr_unit": "asks for basis points or a month's last day: tried in test_weekly_review.py",
    "xmr_trend": "points that each rise or each fall are not among the three rules",
    "xmr_trended": "a trend here is a least-squares line, not one through two halves' means",
}
MOVEMENTS = {
    "new_business": "new_mrr", "expansion": "expansion_mrr", "contraction": "contraction_mrr",
    "churn": "churned_mrr", "reactivation": "reactivation_mrr",
}  # fmt: skip


def nps(case: Case, folder: Path) -> None:
    scores = [score for score in case["scores"] if score is not None]
    rows = [[f"r{at}", f"2026-03-{1 + at % 28:02}", score] for at, score in enumerate(scores)]
    company = Company(folder)
    company.load("nps.csv", csv_text(["id", "date", "nps"], rows), observed_at=datetime(2026, 4, 2))
    [figure] = [each for each in company.ask("nps", grain=Grain.MONTH) if each.value is not None]
    exact = case.get("exact", case["expected"])
    assert figure.n == len(scores)
    assert figure.value == pytest.approx(exact["nps"], abs=0.5 if "exact" not in case else 1e-9)
    if "variance_unit_scale" in exact:
        error = 196 / 100 * sqrt(exact["variance_unit_scale"] / len(scores)) * 100
        assert figure.high - figure.value == pytest.approx(error, rel=1e-4)


def mrr(case: Case, folder: Path) -> None:
    """A month's opening and movements with the ratios of them, or what one customer did."""
    if isinstance(case["input"], list):
        _one_customer(case, folder)
        return
    given, expected = case["input"], case["expected"]
    opening = given.get("starting_mrr", given.get("start_mrr"))
    lost, less, more = (given.get(name, 0) for name in ("churn", "contraction", "expansion"))
    began, changed = "2026-01-05", "2026-03-10"
    lines: list[Line] = [
        ("grows", 1, f"{opening - lost - less - 1}.00", "month", began, None),
        # One that shrinks stays a customer.
        ("shrinks", 1, "1.00", "month", began, None),
        ("grows", 1, f"{more}.00", "month", changed, None),
        ("shrinks", 1, f"{less}.00", "month", began, changed),
        ("leaves", 1, f"{lost}.00", "month", began, changed),
    ]
    company = billed(folder, [line for line in lines if line[2] != "0.00"])
    gross, net = (
        company.values(name, grain=Grain.MONTH)["2026-03"]
        for name in ("gross_revenue_retention", "net_revenue_retention")
    )
    answers = {
        "grr_pct": gross, "nrr_pct": net, "gross_mrr_churn_pct": 1 - gross,
        "net_mrr_churn_pct": 1 - net,
    }  # fmt: skip
    if given.get("reactivation"):
        del answers["net_mrr_churn_pct"]  # theirs lets it offset what was lost
    for name in expected.keys() & answers.keys():
        assert answers[name] * 100 == pytest.approx(expected[name]), name


def _one_customer(case: Case, folder: Path) -> None:
    """Each event in a month of its own, on the tenth."""
    held: dict[str, tuple[str, float]] = {}
    lines: list[Line] = [("elder", 1, "100.00", "month", "2024-11-01", None)]
    for at, event in enumerate(case["input"]):
        day = f"2025-{at + 1:02}-10"
        name, paid = event["subscription"], float(event["mrr_after"])
        if name in held:
            since, before = held.pop(name)
            lines.append(("customer", 1, f"{before * 12:.2f}", "year", since, day))
        if paid:
            held[name] = (day, paid)
    for since, paid in held.values():
        lines.append(("customer", 1, f"{paid * 12:.2f}", "year", since, None))
    company = billed(folder, lines)
    expected = {
        (MOVEMENTS[each["movement"]], f"2025-{at + 1:02}"): abs(each["amount"])
        for at, each in enumerate(case["expected"])
    }
    for name in MOVEMENTS.values():
        values = company.values(name, grain=Grain.MONTH)
        for at in range(len(case["input"])):
            month = f"2025-{at + 1:02}"
            assert values[month] == pytest.approx(expected.get((name, month), 0), abs=0.006), month


def dora_cfr(case: Case, folder: Path) -> None:
    made, failed = case["input"]["deployments"], case["input"]["failed"]
    rows = [["before", "North", "2025-12-30 10:00", "no"]]
    rows += [
        [at, "North", f"2026-01-05 {at % 24:02}:{at // 24:02}", "yes" if at < failed else "no"]
        for at in range(made)
    ]
    company = Company(folder, organisation=Organisation(squads=(Squad("north", "North"),)))
    text = csv_text(["deployment", "squad", "deployed_at", "failed"], rows)
    company.load("deployments.csv", text, product=None, observed_at=datetime(2026, 3, 2))
    value = company.values("change_fail_rate", grain=Grain.MONTH)["2026-01"]
    assert value * 100 == pytest.approx(case["expected"]["change_failure_rate_pct"])


def chart(case: Case, _folder: Path) -> None:
    """The limits on which the product judges a week after weeks of these values."""
    values, params = case["values"], case.get("params", {})
    if len(values) < xmr.LEAST_POINTS:
        pytest.skip("xmr: fewer points than limits are given for")
    if params.get("mr") == "median":
        pytest.skip("xmr: limits here come from the mean moving range")
    limits = limits_after(values)
    assert limits is not None
    if limits.provisional and len(values) >= xmr.SETTLED_POINTS:
        pytest.skip("xmr: holds a clear shift, which begins a new baseline here")
    ours = {"center": limits.centre, "unpl": limits.upper, "lnpl": limits.lower}
    for name, number in {**case["expected"], **case.get("exact", {})}.items():
        close = (
            {"rel": 1e-4 if "k" in params else 1e-6}
            if name in case.get("exact", {})
            else {"abs": 0.05}
        )
        if name in ours:
            assert ours[name] == pytest.approx(number, **close), name


def run(case: Case, _folder: Path) -> None:
    flags = xmr.runs(case["values"], fmean(case["values"]))
    assert [bool(flag) for flag in flags] == case["expected"]["flags"]


def shift(case: Case, _folder: Path) -> None:
    sides = {"none": 0, "upper": 1, "lower": -1}
    for each in case["cases"]:
        found = xmr.runs(each["values"], each["center"], length=each["n"])
        assert found == [sides[word] for word in each["expected"]]


def factors(case: Case, _folder: Path) -> None:
    if case["rate"] != "sum(share*rate)":
        pytest.skip("decomposition_shapley: no KPI here is a product of more than two factors")
    found = _mix_and_rate(case["factors"])
    expected = case.get("exact", case["expected_effect_pop2_minus_pop1"])
    assert found == {name: pytest.approx(number, rel=1e-6) for name, number in expected.items()}
    assert math.fsum(found.values()) == pytest.approx(case["total_difference"], rel=1e-6)


def _mix_and_rate(given: Mapping[str, list[list[float]]]) -> dict[str, float]:
    """Rate and mix of a ratio over its members: the second factor is the members' rate."""
    sizes, rates = given.values()
    before, after = (
        {
            Scope("product", str(at)): Part(size * rate, size)
            for at, (size, rate) in enumerate(zip(sizes[when], rates[when], strict=True))
        }
        for when in (0, 1)
    )
    effects = ratio_drivers(before, after)
    mix, rate = ([getattr(each, name) for each in effects] for name in ("mix", "rate"))
    return dict(zip(given, (math.fsum(mix), math.fsum(rate)), strict=True))


def split(case: Case, _folder: Path) -> None:
    """Theirs is one-sided and ours symmetric: the sums agree, and whoever is new is mix alone."""
    before, after = (
        {Scope("product", name): Part(n * rate, n) for name, (n, rate) in case[when].items()}
        for when in ("previous", "current")
    )
    found = ratio_drivers(before, after)
    assert math.fsum(each.change for each in found) == pytest.approx(case["total_difference"])
    for each in found:
        if each.member not in before or each.member not in after:
            assert each.rate == 0


CHECKS: Mapping[str, Callable[[Case, Path], None]] = {
    "nps": nps, "mrr": mrr, "dora_cfr": dora_cfr, "xmr": chart, "xmr_run": run, "xmr_shift": shift,
    "decomposition_shapley": factors, "decomposition_mix_rate": split,
}  # fmt: skip
