"""Readings family by family: each family has the status of its worst review KPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from metrics.catalogue.kpi import Family, Kpi
from metrics.detection.signals import UNBORN
from metrics.pages.panel import Key, Panel
from metrics.pages.people import PRODUCT_ROLES, holders_of
from metrics.pages.review_facts import ScorecardCell, ScorecardRow
from metrics.reading import Reading
from metrics.result import Scope

#: The order in which a product's families are looked at.
TOLD_FIRST = ("worse", "signal", "better", "no_data", "partial", "steady")
#: The order in which a family's review KPIs give it its status.
WORST_FIRST = ("worse", "signal", "no_data", "partial", "steady", "better")


def rows_of(
    panel: Panel, products: Sequence[Scope], readings: Mapping[Key, Reading]
) -> tuple[ScorecardRow, ...]:
    """One row per product. What is told first of each, and is drawn, has its history."""
    names = {each.product: each.name for each in panel.organisation.products}
    owners = holders_of(panel.organisation, products, PRODUCT_ROLES, panel.week.end)
    cells = {each: cells_of(panel, each, readings, panel.review_kpis) for each in products}
    drawn = [worst for found in cells.values() if (worst := told_first(found))]
    whole = panel.with_histories(drawn)
    return tuple(
        ScorecardRow(
            scope=product,
            name=names[product.key],
            owners=owners[product],
            cells=tuple(_with(whole, cell) for cell in cells[product]),
        )
        for product in products
    )


def told_first(cells: Sequence[ScorecardCell]) -> Reading | None:
    """Of the families' worst KPIs the most pressing one."""
    return min(
        (cell.worst for cell in cells if cell.worst),
        key=lambda reading: _rank(reading, TOLD_FIRST),
        default=None,
    )


def _rank(reading: Reading, order: Sequence[str]) -> tuple[bool, int]:
    """The place of a reading in an order of statuses; last what has no figure only because its
    period is under way, which tells nothing of the product."""
    under_way = reading.status == "partial" and (
        reading.figure is None or reading.figure.value is None
    )
    return under_way, order.index(reading.status)


def _with(whole: Mapping[Key, Reading], cell: ScorecardCell) -> ScorecardCell:
    """The cell with the readings that have their history in place of the brief ones."""
    if cell.worst is None or (cell.worst.kpi, cell.worst.scope) not in whole:
        return cell
    return replace(
        cell,
        worst=whole[cell.worst.kpi, cell.worst.scope],
        readings=tuple(whole.get((each.kpi, each.scope), each) for each in cell.readings),
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
        worst = min(born, key=lambda r: _rank(r, WORST_FIRST), default=None)
        cells.append(ScorecardCell(str(family), worst, found))
    return tuple(cells)
