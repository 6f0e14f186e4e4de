"""In which grains a KPI is given."""

from __future__ import annotations

from metrics.calendar import TO_DATE_GRAINS, Grain
from metrics.catalogue.kpi import Catalogue, Kind, Kpi
from metrics.catalogue.loading import parts_of
from metrics.formula import TRANSFERRED
from metrics.functions import FUNCTIONS


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
