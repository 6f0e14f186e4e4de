"""Coverage and freshness: what has come of each kind of data, what is late, what waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from metrics.access import Viewer, may_see
from metrics.calendar import Calendar, Grain
from metrics.catalogue.kpi import Catalogue
from metrics.coverage import Coverage, alternatives
from metrics.pages.missing import NORMAL_LAG, feeds, missing_data
from metrics.pages.panel import open_panel
from metrics.pages.review_facts import MissingData
from metrics.register.ledger import AppliedSpan, read_coverage
from metrics.result import Scope
from metrics.workspace import Workspace


@dataclass(frozen=True)
class Gap:
    """Days between two imports of which nothing is known, both ends inclusive."""

    scope: Scope
    dataset: str
    start: date
    end: date


@dataclass(frozen=True)
class DatasetState:
    """One kind of data: who sends it, until when it is known, what is late, and what waits.

    `until` is the latest day known of anyone, `expected` the day by which the next data are due.
    `members` products or squads have ever had it. `kpis` are those that read it.
    """

    dataset: str
    sources: tuple[str, ...]
    last_import: datetime | None
    until: date | None
    expected: date | None
    members: int
    late: tuple[MissingData, ...]
    gaps: tuple[Gap, ...]
    kpis: tuple[str, ...]

    @property
    def state(self) -> str:
        """never, late, gaps or fresh."""
        if self.until is None:
            return "never"
        return "late" if self.late else "gaps" if self.gaps else "fresh"


#: What needs a hand first.
STATES = ("late", "gaps", "never", "fresh")


def freshness(
    workspace: Workspace, viewer: Viewer, *, today: date | None = None
) -> tuple[DatasetState, ...]:
    """Every kind of data that a KPI reads, what needs a hand first, judged at the last week that
    had ended by `today` (None: the latest that has closed).

    What belongs to products or squads that `viewer` may not see is left out. Raises VigieError
    while nothing was published.
    """
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, None)
        spans = read_coverage(connection)
    organisation, catalogue, calendar = panel.organisation, panel.catalogue, panel.calendar
    scopes = [
        *(Scope("product", each.product) for each in organisation.products),
        *(Scope("squad", each.squad) for each in organisation.squads),
    ]
    scopes = [scope for scope in scopes if may_see(viewer, scope.kind)]
    coverage = Coverage([applied.span for applied in spans], organisation)
    week = panel.week
    if today is not None:
        week = max(week, calendar.previous(calendar.period(Grain.WEEK, today)))
    late = missing_data(spans, organisation, catalogue, calendar, week, scopes)
    states = _states(spans, coverage, catalogue, calendar, scopes, late)
    return tuple(sorted(states, key=lambda each: (STATES.index(each.state), each.dataset)))


def _states(
    spans: Sequence[AppliedSpan],
    coverage: Coverage,
    catalogue: Catalogue,
    calendar: Calendar,
    scopes: Sequence[Scope],
    late: Sequence[MissingData],
) -> Iterator[DatasetState]:
    readers: dict[str, list[str]] = {}
    for kpi in catalogue:
        for dataset in dict.fromkeys(n for entry in kpi.datasets for n in alternatives(entry)):
            readers.setdefault(dataset, []).append(kpi.name)
    fed = feeds(catalogue)
    order = list(Grain)
    for dataset, kpis in readers.items():
        own = [applied for applied in spans if applied.span.dataset == dataset]
        until = max((applied.span.end for applied in own), default=None)
        kinds = {kind for name, kind, _ in fed if name == dataset}
        cadence = min((each for name, _, each in fed if name == dataset), key=order.index)
        known = [
            scope
            for scope in scopes
            if scope.kind in kinds and coverage.days(dataset, *scope) is not None
        ]
        yield DatasetState(
            dataset=dataset,
            sources=tuple(sorted({applied.span.source for applied in own})),
            last_import=max((applied.observed_at for applied in own), default=None),
            until=until,
            expected=None if until is None else expected_by(calendar, cadence, until),
            members=len(known),
            late=tuple(each for each in late if each.dataset == dataset and each.scope in known),
            gaps=tuple(gap for scope in known for gap in _gaps(coverage, dataset, scope)),
            kpis=tuple(kpis),
        )


def expected_by(calendar: Calendar, cadence: Grain, until: date) -> date:
    """By when the period of the first day after `until` is due."""
    if cadence in (Grain.DAY, Grain.WEEK):
        return calendar.period(Grain.WEEK, until + timedelta(1)).end
    return calendar.period(cadence, until + timedelta(1)).end + NORMAL_LAG[cadence]


def _gaps(coverage: Coverage, dataset: str, scope: Scope) -> Iterator[Gap]:
    """The stretches of unknown days between the first and the last day known of a scope."""
    days = coverage.days(dataset, *scope)
    if days is None or coverage.first is None:
        return
    known = np.flatnonzero(days)
    for before, after in zip(known[:-1].tolist(), known[1:].tolist(), strict=True):
        if after > before + 1:
            yield Gap(
                scope,
                dataset,
                coverage.first + timedelta(before + 1),
                coverage.first + timedelta(after - 1),
            )
