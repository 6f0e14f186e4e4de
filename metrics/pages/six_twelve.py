"""The 6-12 chart: six weeks, twelve complete months, the year before, and the boxes under it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Catalogue, Kind, Kpi
from metrics.detection.traits import built_on_steps, measures_of
from metrics.grains import adds_over_time
from metrics.pages.panel import Panel
from metrics.pages.review_facts import Box, NewLevel, Point, SixTwelve
from metrics.reading import Limits, compare, within_nature
from metrics.register.baselines import acknowledged
from metrics.register.remarks import Annotation, read_annotations
from metrics.register.targets import targets_held
from metrics.result import Figure, Scope
from metrics.scopes import COMPANY
from metrics.timeline import ends_with, year_before

WEEKS, MONTHS = 6, 12
NOT_PUBLISHED = "not_published"
#: The period each to-date box belongs to.


def six_twelve_of(panel: Panel, kpi: Kpi, scope: Scope) -> SixTwelve:
    """The chart of one KPI of one scope at the panel's week.

    Months are complete ones: the week's own counts only when the week ends on its last day. A
    period that was never published is a point without a value.
    """
    week, month = panel.week, _last_month(panel)
    figures = _Figures(panel, kpi, scope)
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
    )


def _targets(panel: Panel, kpi: Kpi, scope: Scope) -> dict[str, float]:
    """What is wanted of the KPI, by period."""
    held = targets_held(panel.connection, panel.viewer, kpis=[kpi.name], scopes=[scope])
    return {each.period: said.value for each, said in held.items() if each.kind == "target"}


def _target(panel: Panel, kpi: Kpi, period: Period, targets: Mapping[str, float]) -> float | None:
    """The target of a period: its own, else, of what does not add up over time, that of the month
    or quarter in which it ends."""
    wanted = [period.key]
    if not adds_over_time(kpi, panel.catalogue):
        longer = (Grain.MONTH, Grain.QUARTER)
        wanted += [panel.calendar.period(grain, period.end).key for grain in longer]
    return next((targets[key] for key in wanted if key in targets), None)


def _annotations(panel: Panel, figures: _Figures, periods: list[Period]) -> tuple[Annotation, ...]:
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
    figures: _Figures,
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


def _last_closed(panel: Panel, figures: _Figures) -> Period:
    """The latest of the six weeks whose figure is known; the reviewed one when none is."""
    for week in reversed(_back(panel, panel.week, WEEKS)):
        figure = figures.get(week)
        if figure is not None and figure.closed and figure.value is not None:
            return week
    return panel.week


class _Figures:
    """The figures of one series in every grain it is published in, by grain and first day."""

    def __init__(self, panel: Panel, kpi: Kpi, scope: Scope) -> None:
        self.kpi, self.scope = kpi, scope
        until = panel.week.end
        since = panel.calendar.prior_year(panel.calendar.period(Grain.MONTH, until)).start
        since -= timedelta(366)
        # Days only serve to add up a month so far, and most of a chart's rows would be days.
        wanted = [
            str(grain)
            for grain in kpi.grains
            if grain is not Grain.DAY or is_additive(kpi, panel.catalogue)
        ]
        found = panel.figures([kpi.name], [scope], [*wanted, "mtd", "qtd", "ytd"], since, until)
        self._by_grain: dict[str, dict[date, Figure]] = {}
        for figure in found:
            self._by_grain.setdefault(figure.grain, {})[figure.start] = figure

    def all(self, grain: str) -> Iterable[Figure]:
        return self._by_grain.get(grain, {}).values()

    def get(self, period: Period) -> Figure | None:
        return self._by_grain.get(str(period.grain), {}).get(period.start)

    def window(self, name: str, end: date) -> Figure | None:
        """The published to-date window of that name that ends on a day."""
        return next((figure for figure in self.all(name) if figure.end == end), None)


def _back(panel: Panel, last: Period, count: int) -> list[Period]:
    periods = [last]
    while len(periods) < count:
        periods.insert(0, panel.calendar.previous(periods[0]))
    return periods


def _since(panel: Panel, week: Period) -> date:
    return _back(panel, week, WEEKS)[0].start


def _point(panel: Panel, figures: _Figures, period: Period, targets: Mapping[str, float]) -> Point:
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


def _boxes(panel: Panel, figures: _Figures, kpi: Kpi) -> tuple[Box, ...]:
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
    weekly = ends_with(kpi) is Grain.WEEK
    end = week.end if weekly else last.end
    # A level has no sum to date; what has no weeks has its last month in the first box.
    level = kpi.kind is Kind.STOCK or built_on_steps(kpi, panel.catalogue)
    for name in () if level else ("mtd", "qtd", "ytd") if weekly else ("qtd", "ytd"):
        start = panel.calendar.to_date(Grain(name), end).start
        now = _to_date(panel, figures, name, start, end)
        if now is None:
            boxes.append(Box(name, None, None, None, NOT_PUBLISHED))
            continue
        before = _to_date(panel, figures, name, year_before(start), year_before(end))
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
            reason = (before.reason or "not_closed") if before else NOT_PUBLISHED
        return Box(name, value, None, None, reason)
    if kpi.unit.compares_in_points:
        return Box(name, value, None, comparison.change, None)
    return Box(name, value, comparison.ratio, None, "new" if comparison.is_new else None)


def _to_date(panel: Panel, figures: _Figures, name: str, start: date, end: date) -> Figure | None:
    """The figure from `start` to `end`: a published window, a whole period, or a sum of periods.

    Sums and ratios of sums can be put together from days, weeks, months and quarters that fill
    the span exactly; anything else cannot be derived and is None unless published.
    """
    published = figures.window(name, end)
    if published is not None:
        return published
    whole = next(
        (
            figure
            for grain in (Grain.MONTH, Grain.QUARTER)
            for figure in figures.all(str(grain))
            if (figure.start, figure.end) == (start, end)
        ),
        None,
    )
    if whole is not None:
        return whole
    kpi = figures.kpi
    if not is_additive(kpi, panel.catalogue):
        return None
    tiles = fill(
        start,
        end,
        [f for grain in kpi.grains for f in figures.all(str(grain)) if f.closed],
    )
    return _sum(kpi, tiles, name, start, end) if tiles else None


def is_additive(kpi: Kpi, catalogue: Catalogue) -> bool:
    """Whether the KPI over a span follows from its parts: a flow, or a ratio of flows.

    A movement between two period ends does not: what grew and shrank within the span is no change.
    """
    parts = measures_of(kpi, catalogue) if kpi.kind is Kind.RATIO else [kpi]
    return bool(parts) and all(
        part.kind is Kind.FLOW and "movement" not in part.calculation for part in parts
    )


def fill(start: date, end: date, figures: Iterable[Figure]) -> list[Figure]:
    """Figures whose periods fill the days from `start` to `end` exactly, the fewest found.

    Longer periods are tried first. Empty when no choice of them fits.
    """
    by_start: dict[date, list[Figure]] = {}
    for figure in figures:
        if figure.end <= end:
            by_start.setdefault(figure.start, []).append(figure)
    return _fill(start, end, by_start, {})


def _fill(
    start: date,
    end: date,
    by_start: Mapping[date, list[Figure]],
    tried: dict[date, list[Figure]],
) -> list[Figure]:
    # Worked backwards from the end, so that a long row of days does not nest as many calls.
    day = end + timedelta(1)
    tried[day] = []
    found = {day}
    while day > start:
        day -= timedelta(1)
        for figure in sorted(by_start.get(day, ()), key=lambda f: f.end, reverse=True):
            following = figure.end + timedelta(1)
            if following in found:
                tried[day] = [figure, *tried[following]]
                found.add(day)
                break
    return tried.get(start, [])


@dataclass(frozen=True)
class _Parts:
    """What a sum of figures is made of; None where one of them is not known."""

    value: float | None
    numerator: float | None
    denominator: float | None


def _sum(kpi: Kpi, tiles: list[Figure], name: str, start: date, end: date) -> Figure:
    parts = _Parts(
        _total(figure.value for figure in tiles),
        _total(figure.numerator for figure in tiles),
        _total(figure.denominator for figure in tiles),
    )
    value = parts.value
    reason = None
    if kpi.kind is Kind.RATIO:
        value = None
        if parts.numerator is not None and parts.denominator:
            value = parts.numerator / parts.denominator
        elif parts.denominator == 0:
            reason = "zero_denominator"
    if value is None and reason is None:
        reason = next((figure.reason for figure in tiles if figure.reason), "no_data")
    return Figure(
        kpi=kpi.name,
        scope=tiles[0].scope,
        grain=name,
        period=name,
        start=start,
        end=end,
        value=value,
        numerator=parts.numerator,
        denominator=parts.denominator,
        reason=reason,
    )


def _total(numbers: Iterable[float | None]) -> float | None:
    """A sum, or None as soon as one part is unknown: a partial sum is no figure."""
    total = 0.0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total
