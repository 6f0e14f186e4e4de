"""The figures of one series in every grain, and what they come to from a day to a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Catalogue, Kind, Kpi
from metrics.detection.traits import measures_of
from metrics.pages.panel import Panel
from metrics.result import Figure, Scope


class SeriesFigures:
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


def to_date(
    panel: Panel, figures: SeriesFigures, name: str, start: date, end: date
) -> Figure | None:
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
    # Worked backwards from the end, so that a long row of days does not nest as many calls.
    day = end + timedelta(1)
    filled: dict[date, list[Figure]] = {day: []}
    while day > start:
        day -= timedelta(1)
        for figure in sorted(by_start.get(day, ()), key=lambda f: f.end, reverse=True):
            following = figure.end + timedelta(1)
            if following in filled:
                filled[day] = [figure, *filled[following]]
                break
    return filled.get(start, [])


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
