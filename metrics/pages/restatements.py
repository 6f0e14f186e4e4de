"""Figures that were reported otherwise before, of many KPIs: was, is, and what changed them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from metrics.access import Viewer
from metrics.calendar import CALENDAR_GRAINS, Calendar, Grain, Period
from metrics.definitions import catalogue_of
from metrics.errors import VigieError
from metrics.register.restatements import Restatement, read_restatements
from metrics.result import Scope
from metrics.workspace import Workspace

#: A role owner's figures move with those of the products they hold, which are told.
SCOPES = ("company", "line", "product", "squad")


@dataclass(frozen=True)
class Changed:
    """A closed figure that changed after it had settled; `at` is when, in UTC, None while the
    publication that changed it is under way. `detail` names what brought it, as an import."""

    kpi: str
    scope: Scope
    period: Period
    was: float | None
    now: float | None
    cause: str
    detail: str
    publication: int
    at: datetime | None

    def as_row(self) -> dict[str, object]:
        """The change as people download it: names of columns and exact numbers."""
        return {
            "kpi": self.kpi,
            "scope_kind": self.scope.kind,
            "scope": self.scope.key or "company",
            "period": self.period.key,
            "start": self.period.start,
            "end": self.period.end,
            "was": self.was,
            "is": self.now,
            "cause": self.cause,
            "cause_detail": self.detail,
            "publication": self.publication,
            "at": self.at,
        }


def restatements(
    workspace: Workspace,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    grain: Grain | None = None,
    since: date | None = None,
    until: date | None = None,
) -> tuple[Changed, ...]:
    """The changes that `viewer` may see, the newest first, of periods that touch the days from
    `since` to `until`; each KPI's in its own cadence unless a `grain` is given.

    Of what hides small groups nothing is told: two figures of one wave differ by what somebody
    answered. Raises VigieError for a KPI that does not exist, or a grain that no calendar has.
    """
    if grain is not None and grain not in CALENDAR_GRAINS:
        raise VigieError(
            f"'{grain}' is no period of the calendar.",
            choices=[str(each) for each in CALENDAR_GRAINS],
            exit_code=2,
        )
    catalogue, settings = catalogue_of(workspace), workspace.settings
    calendar = Calendar(settings.first_weekday, settings.fiscal_year_start)
    wanted = [catalogue[name] for name in kpis] if kpis is not None else list(catalogue)
    told = {kpi.name for kpi in wanted if "small_groups" not in kpi.calculation}
    with workspace.register.connect() as connection:
        found = read_restatements(
            connection,
            viewer,
            kpis=None if kpis is None else told,
            scopes=scopes,
            grains=CALENDAR_GRAINS if grain is None else [grain],
            dimensions=[""],
        )
    changed = (
        _changed(each, calendar)
        for each in found
        if each.kpi in told
        and (scopes is not None or each.scope.kind in SCOPES)
        and (grain is not None or each.grain == catalogue[each.kpi].cadence)
    )
    within = (
        each
        for each in changed
        if (since is None or each.period.end >= since)
        and (until is None or each.period.start <= until)
    )
    return tuple(
        sorted(
            within,
            key=lambda each: (
                -each.publication,
                each.kpi,
                each.scope,
                -each.period.start.toordinal(),
            ),
        )
    )


def _changed(each: Restatement, calendar: Calendar) -> Changed:
    return Changed(
        each.kpi,
        each.scope,
        calendar.period(Grain(each.grain), each.start),
        each.old,
        each.new,
        each.cause,
        each.cause_detail,
        each.publication,
        each.at,
    )
