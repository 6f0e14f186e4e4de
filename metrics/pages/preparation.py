"""Before the meeting: who owes which export by when, and what the review would show today.

The week looked at is the last one that has ended, whatever has come of it so far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from metrics.access import Viewer, may_see
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Catalogue
from metrics.coverage import Coverage, alternatives
from metrics.pages.freshness import expected_by
from metrics.pages.missing import feeds, latest_imports, missing_data
from metrics.pages.panel import Panel, open_panel
from metrics.pages.people import holders
from metrics.pages.review_facts import Person
from metrics.reading import Reading
from metrics.register.ledger import AppliedSpan, read_coverage
from metrics.result import Scope
from metrics.scopes import COMPANY
from metrics.workspace import Workspace

#: What falls due within so many days is told before it is late.
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Owed:
    """An export that is late, or due soon: of what, for whom, by when, and whom to ask.

    `since` is the first day without data. `owners` answer for most KPIs that read it; none is a
    vacancy in `role`.
    """

    dataset: str
    scope: Scope
    name: str
    role: str
    owners: tuple[Person, ...]
    since: date
    due: date
    last_import: datetime | None
    sources: tuple[str, ...]

    def late(self, today: date) -> int:
        """Days since it was due; below 1 it is not late yet."""
        return (today - self.due).days


@dataclass(frozen=True)
class Preparation:
    """What is owed on `today`, the most pressing first, and the review KPIs of the company as a
    review of `week` would show them today."""

    today: date
    week: Period
    owed: tuple[Owed, ...]
    review: tuple[Reading, ...]

    @property
    def late(self) -> int:
        """Kinds of export that are late, for however many products or squads."""
        return len({each.dataset for each in self.owed if each.late(self.today) > 0})

    @property
    def complete(self) -> int:
        """Review KPIs whose latest due period is closed."""
        return sum(
            each.figure is not None and each.figure.closed and each.figure.value is not None
            for each in self.review
        )


def preparation(workspace: Workspace, viewer: Viewer, *, today: date) -> Preparation:
    """What the next review waits for, as it stands on `today`.

    What belongs to products or squads that `viewer` may not see is left out.
    """
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, None)
        week = panel.calendar.previous(panel.calendar.period(Grain.WEEK, today))
        panel = replace(panel, week=week)
        spans = read_coverage(connection)
        readings = panel.readings(panel.review_kpis, [COMPANY], history=())
    owed = sorted(_owed(panel, spans, today), key=lambda each: (each.due, each.dataset, each.name))
    return Preparation(
        today,
        week,
        tuple(owed),
        tuple(
            readings[kpi.name, COMPANY]
            for kpi in panel.review_kpis
            if (kpi.name, COMPANY) in readings
        ),
    )


def _owed(panel: Panel, spans: Sequence[AppliedSpan], today: date) -> Iterator[Owed]:
    organisation, calendar = panel.organisation, panel.calendar
    names = {Scope("product", each.product): each.name for each in organisation.products}
    names |= {Scope("squad", each.squad): each.name for each in organisation.squads}
    scopes = [scope for scope in names if may_see(panel.viewer, scope.kind)]
    coverage = Coverage([applied.span for applied in spans], organisation)
    if coverage.first is None:
        return
    roles = _roles(panel.catalogue)
    shortest = {(name, kind): cadence for name, kind, cadence in feeds(panel.catalogue)}
    imported = latest_imports(spans, organisation, scopes)
    sources: dict[str, set[str]] = {}
    for applied in spans:
        sources.setdefault(applied.span.dataset, set()).add(applied.span.source)

    def owed(dataset: str, scope: Scope, since: date) -> Owed:
        role = roles[dataset]
        return Owed(
            dataset, scope, names[scope], role,
            holders(organisation, scope, [role], today), since,
            expected_by(calendar, shortest[dataset, scope.kind], since - timedelta(1)),
            imported.get((dataset, scope)), tuple(sorted(sources.get(dataset, ()))),
        )  # fmt: skip

    told = set()
    late = missing_data(spans, organisation, panel.catalogue, calendar, panel.week, scopes)
    for each in late:
        told.add((each.dataset, each.scope))
        yield owed(each.dataset, each.scope, each.since)
    for dataset, kind in sorted(shortest):
        for scope in scopes:
            days = coverage.days(dataset, *scope) if scope.kind == kind else None
            if days is None or (dataset, scope) in told or not days.any():
                continue
            until = coverage.first + timedelta(int(days.nonzero()[0][-1]))
            if organisation.had_ended(*scope, until + timedelta(1)):
                continue
            soon = owed(dataset, scope, until + timedelta(1))
            if soon.due <= today + SOON:
                yield soon


def _roles(catalogue: Catalogue) -> dict[str, str]:
    """The role that answers for most of the KPIs that read each dataset."""
    counts: dict[str, Counter[str]] = {}
    for kpi in catalogue:
        for dataset in (name for entry in kpi.datasets for name in alternatives(entry)):
            counts.setdefault(dataset, Counter())[kpi.owner_role] += 1
    return {dataset: found.most_common(1)[0][0] for dataset, found in counts.items()}
