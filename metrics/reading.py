"""One KPI of one scope in one period, set against what it was: the unit of every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metrics.catalogue.kpi import Kpi, Unit
from metrics.result import Figure, Scope
from metrics.scopes import WITHOUT


@dataclass(frozen=True)
class Comparison:
    """A change against another period: `change` in the KPI's unit, `ratio` as a fraction.

    `ratio` is None for rates and scores (they compare in points) and where the base is 0;
    `is_new` marks a change from 0.
    """

    base: Figure
    change: float
    ratio: float | None
    is_new: bool = False


@dataclass(frozen=True)
class Limits:
    """The usual range of a period, from what came before it."""

    centre: float
    lower: float
    upper: float
    provisional: bool
    taken_out: tuple[str, ...] = ()  # overlap, season, trend, autocorrelation, steps


@dataclass(frozen=True)
class SignalFact:
    rule: int
    direction: int  # +1 above what is usual, -1 below
    limits: Limits


@dataclass(frozen=True)
class Reading:
    """One KPI of one scope at the reviewed week (or the latest closed month, sprint, wave)."""

    kpi: str  # catalogue key; label, unit, direction come from the catalogue
    scope: Scope
    figure: Figure | None  # None: nothing ever imported for it
    previous: Comparison | None
    prior_year: Comparison | None
    limits: Limits | None
    signal: SignalFact | None
    status: str  # better, worse, signal (neither good nor bad), steady, no_data, partial
    history: tuple[Figure, ...]  # the last 26 periods up to the figure, oldest first


def told_alike(figure: Figure, base: Figure) -> bool:
    """Whether two figures of the same products or squads tell of the same ones: of those whose data
    begin in between, one of them does not tell."""
    (held, _, late), (other, _, other_late) = (
        each.members.partition(WITHOUT) for each in (figure, base)
    )
    return held != other or late == other_late


def compare(figure: Figure | None, base: Figure | None, unit: Unit) -> Comparison | None:
    """The change from `base` to `figure`; None unless both are closed, have a value and are told
    alike: what comes with a member whose data begin in between is no growth.

    Volumes compare as a fraction of the base, rates and scores in their own unit. What rises from
    0 is new; what stays 0 has not changed. A base below 0 gives no fraction that means anything.
    """
    if figure is None or base is None or not (figure.closed and base.closed):
        return None
    if figure.value is None or base.value is None or not told_alike(figure, base):
        return None
    change = figure.value - base.value
    if unit.compares_in_points:
        return Comparison(base, change, None)
    if base.value == 0:
        return Comparison(base, change, 0.0 if not change else None, is_new=bool(change))
    return Comparison(base, change, change / base.value if base.value > 0 else None)


def status_of(kpi: Kpi, figure: Figure | None, signal: SignalFact | None) -> str:
    """How a figure stands: only a signal by rule 1 makes it better or worse than usual."""
    if figure is None:
        return "no_data"
    if (figure.reason or "").startswith(("partial_members", "not_closed")):
        return "partial"
    if figure.value is None:
        return "no_data"
    if not figure.closed:
        return "partial"
    if signal is None or signal.rule != 1:
        return "steady"
    if not kpi.direction:
        return "signal"
    return "better" if signal.direction == kpi.direction else "worse"


def within_nature(limits: Limits, unit: Unit, history: Sequence[Figure]) -> Limits:
    """Limits cut where the KPI cannot go: nothing counted is below 0, no share above 1.

    Only bounds that the series itself keeps are cut, so a net figure may stay below 0.
    """
    values = [figure.value for figure in history if figure.value is not None]
    lower, upper = limits.lower, limits.upper
    if unit is not Unit.SCORE and unit is not Unit.POINTS and min(values, default=0.0) >= 0:
        lower = max(lower, 0.0)
    if unit is Unit.RATE and max(values, default=1.0) <= 1:
        upper = min(upper, 1.0)
    return replace(limits, lower=lower, upper=upper)
