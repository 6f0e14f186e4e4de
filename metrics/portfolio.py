"""The portfolio: how much each product adds to the company's growth, and what it earns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.access import Viewer
from metrics.calendar import Period
from metrics.panel import open_panel
from metrics.reading import Reading
from metrics.result import Scope
from metrics.scopes import COMPANY
from metrics.workspace import Workspace

CONTRIBUTION, MARGIN, SIZE = "growth_contribution", "contribution_margin_rate", "mrr"
PROGRESS, EXPECTED = "okr_progress", "okr_expected_progress"
KPIS = (SIZE, CONTRIBUTION, MARGIN, PROGRESS, EXPECTED)
#: Progress no farther than this from what the date asks for is on pace.
ON_PACE = 0.05
#: Points may differ by so much: sums of floating-point numbers.
NOTHING = 1e-6


@dataclass(frozen=True)
class Holding:
    """One product, or the company, with its readings by KPI."""

    scope: Scope
    readings: Mapping[str, Reading]

    def value(self, kpi: str) -> float | None:
        reading = self.readings.get(kpi)
        return reading.figure.value if reading and reading.figure else None

    @property
    def ahead(self) -> float | None:
        """Progress of the objectives less what the date asks for; None where one is unknown."""
        progress, expected = self.value(PROGRESS), self.value(EXPECTED)
        return None if progress is None or expected is None else progress - expected

    @property
    def pace(self) -> str | None:
        """Whether the objectives are ahead, behind or on_pace; None where nobody can say."""
        if self.ahead is None:
            return None
        if abs(self.ahead) <= ON_PACE:
            return "on_pace"
        return "ahead" if self.ahead > 0 else "behind"

    def period(self, kpi: str) -> str:
        reading = self.readings.get(kpi)
        return reading.figure.period if reading and reading.figure else ""


@dataclass(frozen=True)
class Portfolio:
    week: Period
    weeks: tuple[Period, ...]  # newest first
    company: Holding
    products: tuple[Holding, ...]  # the largest contribution first, unknown ones last

    @property
    def sums(self) -> bool:
        """Whether the products' points are of the company's period and sum to its growth."""
        whole, period = self.company.value(CONTRIBUTION), self.company.period(CONTRIBUTION)
        parts = [
            each.value(CONTRIBUTION)
            for each in self.products
            if each.period(CONTRIBUTION) == period
        ]
        known = [part for part in parts if part is not None]
        return whole is not None and bool(known) and abs(sum(known) - whole) < NOTHING


def portfolio(workspace: Workspace, viewer: Viewer, *, week: str | None = None) -> Portfolio:
    """Every product at a week (None: the latest closed one), from published figures."""
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        kpis = [panel.catalogue[name] for name in KPIS if name in panel.catalogue]
        scopes = [COMPANY, *(Scope("product", p.product) for p in panel.organisation.products)]
        found = panel.readings(kpis, scopes, history=())
        company, *products = (
            Holding(scope, {kpi: r for (kpi, of), r in found.items() if of == scope})
            for scope in scopes
        )

        def rank(holding: Holding) -> tuple[bool, float, str]:
            points = holding.value(CONTRIBUTION)
            return points is None, -(points or 0.0), holding.scope.key

        return Portfolio(panel.week, panel.weeks, company, tuple(sorted(products, key=rank)))
