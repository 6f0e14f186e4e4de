"""Readings family by family: each family has the status of its worst review KPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metrics.catalogue.kpi import Family, Kpi
from metrics.detection.signals import UNBORN
from metrics.pages.panel import Key, Panel
from metrics.pages.people import PRODUCT_ROLES, holders
from metrics.pages.review_facts import ScorecardCell, ScorecardRow
from metrics.reading import Reading
from metrics.result import Scope

#: The order in which a family's review KPIs give it its status.
WORST_FIRST = ("worse", "signal", "no_data", "partial", "steady", "better")


def row_of(panel: Panel, product: Scope, readings: Mapping[Key, Reading]) -> ScorecardRow:
    entry = next(p for p in panel.organisation.products if p.product == product.key)
    return ScorecardRow(
        scope=product,
        name=entry.name,
        owners=holders(panel.organisation, product, PRODUCT_ROLES, panel.week.end),
        cells=cells_of(panel, product, readings, panel.review_kpis),
    )


def cells_of(
    panel: Panel, scope: Scope, readings: Mapping[Key, Reading], kpis: Sequence[Kpi]
) -> tuple[ScorecardCell, ...]:
    """One cell per family; its status is that of its worst review KPI."""
    watched = {kpi.name for kpi in panel.review_kpis}
    cells = []
    for family in Family:
        found = tuple(
            readings[kpi.name, scope]
            for kpi in kpis
            if kpi.family is family and (kpi.name, scope) in readings
        )
        review = [r for r in found if r.kpi in watched]
        # What nothing could have given birth to, as sprints where there are none, is not missing.
        born = [r for r in review if r.figure is None or r.figure.reason != UNBORN]
        worst = min(born, key=lambda r: WORST_FIRST.index(r.status), default=None)
        cells.append(ScorecardCell(str(family), worst, found))
    return tuple(cells)
