"""What a page stands on: one publication seen by one viewer, and readings made from it.

A page needs few figures of many series (the reviewed period, the one before, the one a year
before) and the history of some, so a panel reads those, in few queries, all of one publication.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from metrics.access import Viewer
from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue import Catalogue, Kpi
from metrics.catalogue.kpi import Family
from metrics.definitions import catalogue_of
from metrics.detection.signals import UNBORN
from metrics.errors import unknown
from metrics.kinds import NOT_ASKED, NOTHING_MEASURED
from metrics.like_with_like import LIKE_WITH_LIKE
from metrics.organisation import Organisation
from metrics.pages.review_facts import Freshness
from metrics.reading import (
    Limits,
    Reading,
    SignalFact,
    compare,
    status_of,
    within_nature,
)
from metrics.register.organisation import organisation_now
from metrics.register.review_choice import review_kpis
from metrics.register.series import (
    Closing,
    Publication,
    current_publication,
    read_closings,
    read_figures,
    read_judgements,
)
from metrics.result import Figure, Scope
from metrics.scopes import COMPANY
from metrics.workspace import Workspace

HISTORY = 26  # periods of a sparkline, the reviewed one included
LAG = 5  # periods by which data of a longer cadence, or of cohorts, may lie back
#: How far back the latest figure of a KPI that is not born every period may lie.
BORN_WITHIN = timedelta(weeks=13)
#: The part of the company's weekly review KPIs that must be closed for a week to be the latest.
MOST = 0.5
#: A closed period in which a KPI was not born: nothing to divide by or to measure, or no survey.
NOT_BORN = (UNBORN, NOTHING_MEASURED, NOT_ASKED)

PAIRS = 2000  # KPIs with a scope asked for at once

Key = tuple[str, Scope]


@dataclass(frozen=True)
class Panel:
    """Everything that readings of one week are made from. Make it with `open_panel`."""

    connection: sa.Connection
    viewer: Viewer
    catalogue: Catalogue
    organisation: Organisation
    calendar: Calendar
    publication: Publication
    review_kpis: tuple[Kpi, ...]
    week: Period
    weeks: tuple[Period, ...]  # newest first
    currency: str = "EUR"

    @property
    def freshness(self) -> Freshness:
        now = self.publication
        return Freshness(now.id, now.finished_at, now.warehouse_version)

    def readings(
        self,
        kpis: Iterable[Kpi],
        scopes: Collection[Scope],
        *,
        history: Collection[str] | None = None,
    ) -> dict[Key, Reading]:
        """Readings of `kpis` for `scopes` at the panel's week, by KPI and scope.

        A KPI of a longer cadence, or one whose cohorts are still under way, is read at its latest
        closed period up to the week. History is filled for the KPIs named in `history` (all when
        None) and for every KPI with a signal or without a figure in the week itself. Pairs that
        were never published are left out.
        """
        by_grain: dict[Grain, list[Kpi]] = {}
        for kpi in kpis:
            by_grain.setdefault(kpi.cadence, []).append(kpi)
        found: dict[Key, Reading] = {}
        for grain, of_grain in by_grain.items() if scopes else ():
            found |= self._readings(grain, of_grain, scopes, history)
        return found

    def with_histories(self, wanting: Iterable[Reading]) -> dict[Key, Reading]:
        """Those of the readings that lack their past, with it."""
        short = [each for each in wanting if len(each.history) < HISTORY and each.figure]
        found: dict[Key, Reading] = {}
        for grain in {self.catalogue[each.kpi].cadence for each in short}:
            of_grain = {
                (each.kpi, each.scope): each
                for each in short
                if self.catalogue[each.kpi].cadence is grain
            }
            period = self._latest(grain)
            since = self._back(period, HISTORY - 1).start
            told: dict[Key, list[Figure]] = {key: [] for key in of_grain}
            for figure in self._histories(sorted(of_grain), grain, since, period.start):
                told[figure.kpi, figure.scope].append(figure)
            for key, each in of_grain.items():
                last = each.figure.start if each.figure else period.start
                before = [figure for figure in told[key] if figure.start < last]
                found[key] = replace(each, history=(*before, *each.history[-1:])[-HISTORY:])
        return found

    def figures(
        self,
        kpis: Collection[str],
        scopes: Iterable[Scope],
        grains: Iterable[str],
        since: date,
        until: date,
        dimension: str = "",
    ) -> list[Figure]:
        """Whole figures whose first day lies in the span, ordered by series, grain and start."""
        if not kpis:
            return []
        return read_figures(
            self.connection, self.viewer, kpis=kpis, scopes=scopes, grains=grains,
            dimensions=[dimension], since=since, until=until, publication=self.publication.id,
        )  # fmt: skip

    def limits(
        self, kpis: Iterable[str], scopes: Iterable[Scope], grain: Grain, since: date, until: date
    ) -> tuple[dict[tuple[str, Scope, date], Limits], dict[tuple[str, Scope, date], SignalFact]]:
        """Published limits, and the gravest signal, by KPI, scope and first day."""
        limits: dict[tuple[str, Scope, date], Limits] = {}
        signals: dict[tuple[str, Scope, date], SignalFact] = {}
        for kpi, scope, start, rule, direction, centre, lower, upper, new, out in read_judgements(
            self.connection, self.viewer, kpis=kpis, scopes=scopes, grains=[grain],
            since=since, until=until, publication=self.publication.id,
        ):  # fmt: skip
            at = (kpi, scope, start)
            if at not in limits:
                taken_out = tuple(out.split(",")) if out else ()
                limits[at] = Limits(centre, lower, upper, new, taken_out)
            if rule and (at not in signals or rule < signals[at].rule):
                signals[at] = SignalFact(rule, direction, limits[at])
        return limits, signals

    def _readings(
        self,
        grain: Grain,
        kpis: list[Kpi],
        scopes: Collection[Scope],
        history: Collection[str] | None,
    ) -> dict[Key, Reading]:
        by_name = {kpi.name: kpi for kpi in kpis}
        period = self._latest(grain)
        back = self._back(period, HISTORY - 1)
        # Two periods answer for most KPIs; those that lag, or are seldom born, need more.
        lagging = {kpi.name for kpi in kpis if kpi.waits or grain is not Grain.WEEK}
        full = set(by_name) if history is None else set(history) & set(by_name)
        rest = set(by_name) - full
        found = self.figures(full, scopes, [grain], back.start, period.start)
        since = self._back(period, LAG if rest & lagging else 1).start
        brief = self.figures(rest, scopes, [grain], since, period.start)
        seldom = {(figure.kpi, figure.scope) for figure in brief if figure.reason == UNBORN}
        found += [figure for figure in brief if (figure.kpi, figure.scope) not in seldom]
        found += self._histories(sorted(seldom), grain, back.start, period.start)
        series: dict[Key, list[Figure]] = {}
        for figure in found:
            series.setdefault((figure.kpi, figure.scope), []).append(figure)
        current = {
            key: self._current(figures, period, key[0] in lagging)
            for key, figures in series.items()
        }
        starts = {figure.start for figure in current.values()}
        prior = self._prior_year(grain, current.values(), scopes)
        limits, signals = self.limits(
            by_name, scopes, grain, min(starts, default=period.start), period.start
        )
        wanting = {
            key for key in series if key[0] in rest and (*key, current[key].start) in signals
        }
        if wanting:
            more = self._histories(sorted(wanting), grain, back.start, period.start)
            series |= {key: [] for key in wanting}
            for figure in more:
                if (key := (figure.kpi, figure.scope)) in wanting:
                    series[key].append(figure)
        closed_parts = self._closed_parts(grain, current)
        beside = {
            start: (self.calendar.previous(own).start, self.calendar.prior_year(own).start)
            for start in {figure.start for figure in current.values()}
            if (own := self.calendar.period(grain, start))
        }
        return {
            key: self._reading(
                by_name[key[0]],
                beside[current[key].start],
                closed_parts.get(key, {}),
                [figure for figure in figures if figure.start <= current[key].start],
                prior,
                limits.get((*key, current[key].start)),
                signals.get((*key, current[key].start)),
            )
            for key, figures in series.items()
        }

    def _histories(
        self, wanting: Sequence[Key], grain: Grain, since: date, until: date
    ) -> list[Figure]:
        """The figures of some KPIs, each of one scope, so many at a time."""
        return [
            figure
            for at in range(0, len(wanting), PAIRS)
            for figure in read_figures(
                self.connection, self.viewer, of=wanting[at : at + PAIRS], grains=[grain],
                since=since, until=until, publication=self.publication.id,
            )
        ]  # fmt: skip

    def _closed_parts(
        self, grain: Grain, current: dict[Key, Figure]
    ) -> dict[Key, dict[date, Figure]]:
        """For scopes of which only a part has closed: that part's figures, by first day."""
        parted = {
            key: figure
            for key, figure in current.items()
            if (figure.reason or "").startswith("partial_members")
        }
        if not parted:
            return {}
        starts = [figure.start for figure in parted.values()]
        since = self.calendar.prior_year(self.calendar.period(grain, min(starts))).start
        rows = self.figures(
            {kpi for kpi, _ in parted}, {scope for _, scope in parted}, [grain],
            since, max(starts), LIKE_WITH_LIKE,
        )  # fmt: skip
        sets = {
            (row.kpi, row.scope): row.member
            for row in rows
            if (row.kpi, row.scope) in parted and row.start == parted[row.kpi, row.scope].start
        }
        found: dict[Key, dict[date, Figure]] = {}
        for row in rows:
            key = (row.kpi, row.scope)
            if sets.get(key) == row.member:
                found.setdefault(key, {})[row.start] = row
        return found

    def _reading(
        self,
        kpi: Kpi,
        beside: tuple[date, date],
        closed_part: dict[date, Figure],
        figures: list[Figure],
        prior: dict[tuple[str, Scope, date], Figure],
        limits: Limits | None,
        signal: SignalFact | None,
    ) -> Reading:
        figure = figures[-1]
        period_before, year_before = beside
        before = [f for f in figures[:-1] if f.reason != UNBORN]
        previous = before[-1] if before else None
        if previous and figure.reason != UNBORN and not self._seldom(figures):
            # Next to a missing period there is nothing to compare with.
            previous = previous if previous.start == period_before else None
        year_ago = prior.get((kpi.name, figure.scope, year_before))
        now = figure
        if figure.start in closed_part:
            now = closed_part[figure.start]
            previous = closed_part.get(period_before)
            year_ago = closed_part.get(year_before)
            figure = replace(now, closed=False, reason=figure.reason, dimension="", member="")
        if limits is not None:
            limits = within_nature(limits, kpi.unit, figures)
        if signal is not None and limits is not None:
            signal = SignalFact(signal.rule, signal.direction, limits)
        return Reading(
            kpi=kpi.name,
            scope=figure.scope,
            figure=figure,
            previous=compare(now, previous, kpi.unit),
            prior_year=compare(now, year_ago, kpi.unit),
            limits=limits,
            signal=signal,
            status=status_of(kpi, figure, signal),
            history=tuple(figures[-HISTORY:]),
        )

    def _seldom(self, figures: list[Figure]) -> bool:
        return any(figure.reason == UNBORN for figure in figures)

    def _current(self, figures: list[Figure], period: Period, lagging: bool) -> Figure:
        """The figure to read: the period's, or the latest one that is closed and was born."""
        last = figures[-1]
        if not lagging and last.start == period.start and last.reason != UNBORN:
            return last
        for figure in reversed(figures):
            if figure.closed and figure.reason not in NOT_BORN:
                recent = period.start - figure.start <= BORN_WITHIN
                return figure if recent or period.grain is not Grain.WEEK else last
        return last

    def _latest(self, grain: Grain) -> Period:
        """The latest period of a grain that had ended by the end of the week."""
        period = self.calendar.period(grain, self.week.end)
        return period if period.end <= self.week.end else self.calendar.previous(period)

    def _back(self, period: Period, count: int) -> Period:
        for _ in range(count):
            period = self.calendar.previous(period)
        return period

    def _prior_year(
        self, grain: Grain, current: Iterable[Figure], scopes: Collection[Scope]
    ) -> dict[tuple[str, Scope, date], Figure]:
        """The figures a year before the current ones, read period by period: those of KPIs that
        wait lie far apart."""
        by_start: dict[date, set[str]] = {}
        for figure in current:
            by_start.setdefault(figure.start, set()).add(figure.kpi)
        return {
            (figure.kpi, figure.scope, figure.start): figure
            for start, kpis in by_start.items()
            if (ago := self.calendar.prior_year(self.calendar.period(grain, start)).start)
            for figure in self.figures(kpis, scopes, [grain], ago, ago)
        }


def open_panel(
    connection: sa.Connection, workspace: Workspace, viewer: Viewer, week: str | None
) -> Panel:
    """The panel of one week; None is the latest that is closed for most of the company's KPIs.

    Raises VigieError, with the weeks there are, when `week` is not one of them.
    """
    settings = workspace.settings
    calendar = Calendar(settings.first_weekday, settings.fiscal_year_start)
    catalogue = catalogue_of(workspace)
    publication = current_publication(connection)
    chosen = review_kpis(connection, settings.review_kpis, catalogue)
    families = list(Family)
    reviewed_kpis = tuple(sorted(chosen, key=lambda kpi: families.index(kpi.family)))
    weeks, latest = _weeks(connection, viewer, calendar, reviewed_kpis, publication.id)
    if week is None:
        today = datetime.now(workspace.zone).date()
        reviewed = latest or calendar.previous(calendar.period(Grain.WEEK, today))
    else:
        by_key = {period.key: period for period in weeks}
        if week not in by_key:
            raise unknown("week", week, list(by_key), "Leave it out to see the latest week.")
        reviewed = by_key[week]
    return Panel(
        connection=connection,
        viewer=viewer,
        catalogue=catalogue,
        organisation=organisation_now(connection),
        calendar=calendar,
        publication=publication,
        review_kpis=reviewed_kpis,
        week=reviewed,
        weeks=weeks,
        currency=settings.currency,
    )


def _weeks(
    connection: sa.Connection,
    viewer: Viewer,
    calendar: Calendar,
    kpis: Iterable[Kpi],
    publication: int,
) -> tuple[tuple[Period, ...], Period | None]:
    """The weeks that the company or a part of it has closed, newest first; the one to review."""
    weekly = [k.name for k in kpis if k.cadence is Grain.WEEK and not k.waits]

    def read(names: list[str] | None) -> list[Closing]:
        return read_closings(
            connection, viewer, kpis=names, scope=COMPANY, grain=Grain.WEEK,
            publication=publication, unborn=UNBORN,
        )  # fmt: skip

    # A company whose review KPIs are not born every week is told by all that are.
    rows = read(weekly) or read(None)
    starts = [row.start for row in rows if row.closed or row.in_part]
    weeks = tuple(calendar.period(Grain.WEEK, start) for start in sorted(starts, reverse=True))
    most = [row.start for row in rows if row.closed >= MOST * row.figures]
    latest = calendar.period(Grain.WEEK, max(most)) if most else (weeks[0] if weeks else None)
    return weeks, latest
