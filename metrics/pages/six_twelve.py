"""The 6-12 chart: six weeks, twelve complete months, the year before, and the boxes under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from metrics.access import Viewer
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Kind, Kpi
from metrics.detection.traits import built_on_steps
from metrics.grains import is_of_any_length
from metrics.pages.panel import Panel, open_panel
from metrics.pages.restated import restated_in
from metrics.pages.review_facts import Box, NewLevel, Point, SixTwelve
from metrics.pages.series_figures import SeriesFigures, to_date
from metrics.reading import Limits, compare, told_alike, within_nature
from metrics.register.baselines import acknowledged
from metrics.register.remarks import Annotation, read_annotations
from metrics.register.targets import targets_held
from metrics.result import Figure, Scope
from metrics.scopes import COMPANY
from metrics.timeline import ends_with, year_before
from metrics.workspace import Workspace

WEEKS, MONTHS = 6, 12
NOT_PUBLISHED = "not_published"
TOLD_OF_FEWER = "told_of_fewer"


def six_twelve_of(panel: Panel, kpi: Kpi, scope: Scope) -> SixTwelve:
    """The chart of one KPI of one scope at the panel's week.

    Months are complete ones: the week's own counts only when the week ends on its last day. A
    period that was never published is a point without a value.
    """
    week, month = panel.week, _last_month(panel)
    figures = SeriesFigures(panel, kpi, scope)
    targets = _targets(panel, kpi, scope)
    weeks = _back(panel, week, WEEKS) if Grain.WEEK in kpi.grains else []
    months = _back(panel, month, MONTHS) if Grain.MONTH in kpi.grains else []
    limits, _ = panel.limits([kpi.name], [scope], kpi.cadence, _since(panel, week), week.start)
    judged = _last_closed(panel, figures) if kpi.waits else week
    band = limits.get((kpi.name, scope, judged.start)) if kpi.cadence is Grain.WEEK else None
    if band is not None:
        band = within_nature(band, kpi.unit, [f for f in figures.all("week") if f])
    return SixTwelve(
        kpi=kpi.name,
        scope=scope,
        weeks=tuple(_point(panel, figures, period, targets) for period in weeks),
        months=tuple(_point(panel, figures, period, targets) for period in months),
        limits=band,
        boxes=_boxes(panel, figures, kpi),
        new_level=_new_level(panel, figures, weeks, limits),
        annotations=_annotations(panel, figures, [*weeks, *months]),
        restated=restated_in(panel, kpi, scope, [*weeks, *months]),
    )


def _targets(panel: Panel, kpi: Kpi, scope: Scope) -> dict[str, float]:
    """What is wanted of the KPI, by period."""
    held = targets_held(panel.connection, panel.viewer, kpis=[kpi.name], scopes=[scope])
    return {each.period: said.value for each, said in held.items() if each.kind == "target"}


def _target(panel: Panel, kpi: Kpi, period: Period, targets: Mapping[str, float]) -> float | None:
    """The target of a period: its own, else, of what means the same in a period of any length, that
    of the month or quarter in which it ends."""
    wanted = [period.key]
    if is_of_any_length(kpi, panel.catalogue):
        longer = (Grain.MONTH, Grain.QUARTER)
        wanted += [panel.calendar.period(grain, period.end).key for grain in longer]
    return next((targets[key] for key in wanted if key in targets), None)


def _annotations(
    panel: Panel, figures: SeriesFigures, periods: list[Period]
) -> tuple[Annotation, ...]:
    """What was noted of the days drawn, about the KPI or all of them, its scope or the company."""
    if not periods:
        return ()
    return tuple(
        read_annotations(
            panel.connection,
            panel.viewer,
            kpis=[figures.kpi.name, ""],
            scopes={figures.scope, COMPANY},
            since=min(period.start for period in periods),
            until=max(period.end for period in periods),
        )
    )


def _new_level(
    panel: Panel,
    figures: SeriesFigures,
    weeks: list[Period],
    limits: Mapping[tuple[str, Scope, date], Limits],
) -> NewLevel | None:
    """The latest shift that was acknowledged by the reviewed week, and the range before it."""
    kpi, scope = figures.kpi, figures.scope
    held = [
        baseline.since
        for baseline in acknowledged(panel.connection, panel.viewer, kpis=[kpi.name])
        if baseline.scope == scope and baseline.since <= panel.week.end
    ]
    if not held:
        return None
    since = max(held)
    before = [week.start for week in weeks if week.start < since]
    known = [limits[kpi.name, scope, day] for day in before if (kpi.name, scope, day) in limits]
    band = known[-1] if known else None
    if band is not None:
        band = within_nature(band, kpi.unit, [f for f in figures.all("week") if f])
    return NewLevel(since, len(before), band)


def _last_month(panel: Panel) -> Period:
    """The last month that had ended by the end of the week."""
    month = panel.calendar.period(Grain.MONTH, panel.week.end)
    return month if month.end <= panel.week.end else panel.calendar.previous(month)


def _last_closed(panel: Panel, figures: SeriesFigures) -> Period:
    """The latest of the six weeks whose figure is known; the reviewed one when none is."""
    for week in reversed(_back(panel, panel.week, WEEKS)):
        figure = figures.get(week)
        if figure is not None and figure.closed and figure.value is not None:
            return week
    return panel.week


def _back(panel: Panel, last: Period, count: int) -> list[Period]:
    periods = [last]
    while len(periods) < count:
        periods.insert(0, panel.calendar.previous(periods[0]))
    return periods


def _since(panel: Panel, week: Period) -> date:
    return _back(panel, week, WEEKS)[0].start


def _point(
    panel: Panel, figures: SeriesFigures, period: Period, targets: Mapping[str, float]
) -> Point:
    before = figures.get(panel.calendar.prior_year(period))
    figure = figures.get(period) or Figure(
        kpi=figures.kpi.name,
        scope=figures.scope,
        grain=str(period.grain),
        period=period.key,
        start=period.start,
        end=period.end,
        value=None,
        closed=True,
        reason="no_data",
    )
    return Point(
        figure,
        before.value if before and before.closed else None,
        _target(panel, figures.kpi, period, targets),
    )


def _boxes(panel: Panel, figures: SeriesFigures, kpi: Kpi) -> tuple[Box, ...]:
    """Last week with its changes on the week and on the year, then the year's sums so far.

    A KPI that has no weeks begins with its last complete month, and its sums end with it; one whose
    cohorts are still under way begins with its last closed week. `wow`, `mom` and `yoy` hold a
    change and no value.
    """
    calendar, week = panel.calendar, panel.week
    last, latest, step = week, "last_week", "wow"
    if Grain.WEEK not in kpi.grains:
        last, latest, step = _last_month(panel), "last_month", "mom"
    elif kpi.waits:
        last = _last_closed(panel, figures)
        latest = "last_week" if last == week else "last_closed_week"
    this = figures.get(last)
    boxes = [_value_box(latest, this)]
    for name, other in ((step, calendar.previous(last)), ("yoy", calendar.prior_year(last))):
        boxes.append(_change_box(name, kpi, None, this, figures.get(other)))
    ending = ends_with(kpi)
    weekly = ending is Grain.WEEK
    end = week.end if weekly else last.end
    # A level has no sum to date; what has no weeks has its last month in the first box.
    level = kpi.kind is Kind.STOCK or built_on_steps(kpi, panel.catalogue)
    for name in () if level else ("mtd", "qtd", "ytd") if weekly else ("qtd", "ytd"):
        start = panel.calendar.to_date(Grain(name), end).start
        now = to_date(panel, figures, name, start, end)
        if now is None:
            boxes.append(Box(name, None, None, None, NOT_PUBLISHED))
            continue
        before = to_date(panel, figures, name, year_before(start), year_before(end, ending))
        box = _change_box(name, kpi, now.value, now, before)
        boxes.append(box if end == week.end else replace(box, until=end))
    return tuple(boxes)


def _value_box(name: str, figure: Figure | None) -> Box:
    if figure is None:
        return Box(name, None, None, None, NOT_PUBLISHED)
    return Box(name, figure.value, None, None, figure.reason)


def _change_box(
    name: str, kpi: Kpi, value: float | None, this: Figure | None, before: Figure | None
) -> Box:
    comparison = compare(this, before, kpi.unit)
    if comparison is None:
        reason = this.reason if this else NOT_PUBLISHED
        if this and this.closed and this.value is not None:
            reason = _why_not(this, before)
        return Box(name, value, None, None, reason)
    if kpi.unit.compares_in_points:
        return Box(name, value, None, comparison.change, None)
    return Box(name, value, comparison.ratio, None, "new" if comparison.is_new else None)


def _why_not(this: Figure, before: Figure | None) -> str:
    """Why a known figure is not compared with another one."""
    if before is None:
        return NOT_PUBLISHED
    if before.reason:
        return before.reason
    return "not_closed" if told_alike(this, before) else TOLD_OF_FEWER


def six_twelve(
    workspace: Workspace, viewer: Viewer, kpi: str, scope: Scope, *, week: str | None = None
) -> SixTwelve:
    """The 6-12 chart of a KPI for a scope; raises VigieError for a KPI that does not exist."""
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        return six_twelve_of(panel, panel.catalogue[kpi], scope)
