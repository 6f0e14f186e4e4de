"""In which grains a KPI is given, and how those of one length stand to those of another."""

from __future__ import annotations

import re

from metrics.calendar import TO_DATE_GRAINS, Grain
from metrics.catalogue.kpi import Catalogue, Kind, Kpi
from metrics.catalogue.loading import parts_of
from metrics.formula import TRANSFERRED
from metrics.functions import FUNCTIONS

#: A formula of sums and differences alone.
SUM = re.compile(r"\s*[a-z_][a-z0-9_]*(\s*[+-]\s*[a-z_][a-z0-9_]*)*\s*")
#: The words of formulas that read the figure of another period.
LOOKS_BACK = ("previous", "prior_year", TRANSFERRED)


def grains_of(kpi: Kpi, catalogue: Catalogue) -> tuple[Grain, ...]:
    """The grains in which a KPI is given: its own, and to date where that means something.

    Users who came or left, trailing windows, cohorts and shares of the period before are told from
    one period to the next; a team's wave is given once.
    """
    return (*kpi.grains, *(TO_DATE_GRAINS if runs_to_date(kpi, catalogue) else ()))


def runs_to_date(kpi: Kpi, catalogue: Catalogue) -> bool:
    """Whether a KPI is given from the first day of a month, quarter or year to a week's end."""
    if "small_groups" in kpi.calculation or kpi.kind in (Kind.ROLLING, Kind.COHORT):
        return False
    if kpi.kind is Kind.DISTINCT and "movement" in kpi.calculation:
        return False
    function = FUNCTIONS.get(str(kpi.calculation.get("function")))
    if function is not None and not function.to_date:
        return False
    formulas = [
        str(kpi.calculation.get(key, "")) for key in ("numerator", "denominator", "formula")
    ]
    if any(f"{name}(" in formula for formula in formulas for name in ("previous", TRANSFERRED)):
        return False
    return all(runs_to_date(catalogue[part], catalogue) for part in parts_of(kpi))


def adds_over_time(kpi: Kpi, catalogue: Catalogue) -> bool:
    """Whether a longer period's figure is the sum of the shorter ones within it: flows, and sums
    and differences of them, as a contribution margin is. Movements net over a longer period."""
    if kpi.kind is Kind.FLOW:
        return "movement" not in kpi.calculation
    formula = str(kpi.calculation.get("formula", ""))
    if kpi.kind is not Kind.DERIVED or not SUM.fullmatch(formula):
        return False
    return all(adds_over_time(catalogue[part], catalogue) for part in parts_of(kpi))


def stands_at_end(kpi: Kpi, catalogue: Catalogue) -> bool:
    """Whether a period's figure is that of its last day, whatever the period's length: stocks,
    trailing windows, ages, and what is made of nothing but these on that day."""
    if kpi.kind in (Kind.STOCK, Kind.ROLLING):
        return True
    if kpi.kind is Kind.QUANTILE:
        return kpi.calculation.get("statistic") == "age"
    if kpi.kind not in (Kind.RATIO, Kind.DERIVED) or "function" in kpi.calculation:
        return False
    formulas = [
        str(kpi.calculation.get(key, "")) for key in ("numerator", "denominator", "formula")
    ]
    if any(f"{name}(" in formula for formula in formulas for name in LOOKS_BACK):
        return False
    return all(stands_at_end(catalogue[part], catalogue) for part in parts_of(kpi))


def is_of_any_length(kpi: Kpi, catalogue: Catalogue) -> bool:
    """Whether a KPI's figures of a week, a month and a quarter may be set beside each other, and
    beside one target: what stands at their end, means and medians, shares of those who entered,
    what adds up by what adds up. A month's users are not a week's, nor is what it lost of them."""
    if stands_at_end(kpi, catalogue) or kpi.kind in (Kind.SCORE, Kind.QUANTILE, Kind.COHORT):
        return True
    parts = parts_of(kpi)
    if kpi.kind is Kind.RATIO:
        return all(_adds_or_stands(catalogue[part], catalogue) for part in parts)
    if kpi.kind is not Kind.DERIVED:
        return False
    function = FUNCTIONS.get(str(kpi.calculation.get("function")))
    if function is not None:  # of what is true on the last day, but for a KPI that each names
        return function.to_date and bool(function.facts)
    if any(f"{name}(" in str(kpi.calculation["formula"]) for name in LOOKS_BACK):
        return False
    return all(is_of_any_length(catalogue[part], catalogue) for part in parts)


def _adds_or_stands(kpi: Kpi, catalogue: Catalogue) -> bool:
    return adds_over_time(kpi, catalogue) or stands_at_end(kpi, catalogue)
