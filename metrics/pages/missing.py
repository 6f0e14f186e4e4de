"""Streams that should have data and have none: told as such, never as a fall."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue.kpi import Catalogue
from metrics.coverage import Coverage, alternatives
from metrics.organisation import Organisation
from metrics.pages.panel import Panel
from metrics.pages.review_facts import MissingData
from metrics.register.ledger import AppliedSpan, read_coverage
from metrics.result import Scope

#: How long after a period's end its data may come, by the shortest cadence they feed.
NORMAL_LAG = {
    Grain.DAY: timedelta(0),
    Grain.WEEK: timedelta(0),
    Grain.MONTH: timedelta(days=10),
    Grain.QUARTER: timedelta(days=21),
}


def missing_data(
    spans: Sequence[AppliedSpan],
    organisation: Organisation,
    catalogue: Catalogue,
    calendar: Calendar,
    week: Period,
    scopes: Collection[Scope],
) -> tuple[MissingData, ...]:
    """Where a day is unknown that should be known by the end of `week`, for products and squads.

    A dataset owes the latest period of the shortest cadence it feeds, once its normal lag is over:
    the week itself for usage, last month for accounts from the 10th. `since` is the first day
    without data of that stretch. What a scope never had is not missing, nor is what follows its
    last day.
    """
    if not spans:
        return ()
    coverage = Coverage([applied.span for applied in spans], organisation)
    if coverage.first is None:
        return ()
    names = {Scope("product", p.product): p.name for p in organisation.products}
    names |= {Scope("squad", s.squad): s.name for s in organisation.squads}
    latest = latest_imports(spans, organisation, scopes)
    found = []
    for dataset, member_kind, cadence in sorted(
        feeds(catalogue), key=lambda feed: (feed[0], feed[1])
    ):
        due = due_period(calendar, cadence, week)
        first = coverage.index(due.start)
        for scope in sorted(scopes):
            days = coverage.days(dataset, scope.kind, scope.key)
            if scope.kind != member_kind or days is None:
                continue
            begins = int(days.argmax())
            last = organisation.ends.get(scope, due.end)
            start, end = max(first, begins), coverage.index(min(due.end, last))
            unknown = [day for day in range(start, end + 1) if day >= len(days) or not days[day]]
            if not unknown:
                continue
            day = unknown[0]
            while day > begins and (day > len(days) or not days[day - 1]):
                day -= 1
            found.append(
                MissingData(
                    scope=scope,
                    name=names.get(scope, scope.key),
                    dataset=dataset,
                    since=coverage.first + timedelta(day),
                    last_import=latest.get((dataset, scope)),
                )
            )
    return tuple(found)


def feeds(catalogue: Catalogue) -> set[tuple[str, str, Grain]]:
    """Each dataset with whom its facts belong to and the shortest cadence it feeds."""
    order = list(Grain)
    shortest: dict[tuple[str, str], Grain] = {}
    for kpi in catalogue:
        for dataset in (name for entry in kpi.datasets for name in alternatives(entry)):
            key = (dataset, kpi.member)
            if key not in shortest or order.index(kpi.cadence) < order.index(shortest[key]):
                shortest[key] = kpi.cadence
    return {(*key, cadence) for key, cadence in shortest.items()}


def due_period(calendar: Calendar, cadence: Grain, week: Period) -> Period:
    """The latest period whose data should have come by the week's end."""
    if cadence in (Grain.DAY, Grain.WEEK):
        return week
    period = calendar.period(cadence, week.end)
    while period.end + NORMAL_LAG[cadence] > week.end:
        period = calendar.previous(period)
    return period


def latest_imports(
    spans: Sequence[AppliedSpan], organisation: Organisation, scopes: Collection[Scope]
) -> dict[tuple[str, Scope], datetime]:
    """When the newest export of a dataset was made, by the product or squad it speaks of."""
    places: dict[tuple[str, str, str], str | None] = {}
    latest: dict[tuple[str, Scope], datetime] = {}
    for applied in spans:
        span = applied.span
        for kind in ("product", "squad"):
            key = (kind, span.source, span.stream)
            if key not in places:
                places[key] = organisation.place(*key)
            placed = places[key]
            told = (
                [scope for scope in scopes if scope.kind == kind]
                if not span.stream
                else [Scope(kind, placed)]
                if placed
                else []
            )
            for scope in told:
                at = (span.dataset, scope)
                latest[at] = max(latest.get(at, applied.observed_at), applied.observed_at)
    return latest


def missing_of(panel: Panel, scopes: Collection[Scope]) -> tuple[MissingData, ...]:
    """The same, at the week of a page."""
    return missing_data(
        read_coverage(panel.connection),
        panel.organisation,
        panel.catalogue,
        panel.calendar,
        panel.week,
        scopes,
    )
