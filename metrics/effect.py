"""What a KPI did since a day, judged as signals are and never by eye.

Of a decision at its review, and of an initiative once shipped. The closed periods that began after
the day are judged on those before it, and on none of themselves; the KPI moved when one of them
leaves its usual range, or three of four, or eight of them in a row, lie to one side. A run that had
begun before the day says nothing of what came after it: where the KPI had already leaned to a side
over the last eight periods, those since must lie farther to that side.

Recurring revenue is judged by its steps. Where what is left of autocorrelation is charted, or what
each period brings to a trailing window, each figure is judged on all before it: only so are they
independent of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise, takewhile
from operator import lt
from statistics import fmean

from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.detection.chance import cases_of
from metrics.detection.signals import Judgement, judge
from metrics.detection.traits import least_cases, steps, stride_of, window_of
from metrics.detection.xmr import RUN_LENGTH, near_limit, runs
from metrics.reading import Limits, within_nature
from metrics.result import Figure

#: No period has closed since; too few periods before to tell; nothing unusual; it rose or fell.
TOO_EARLY, UNTOLD, STEADY, ROSE, FELL = "too_early", "untold", "steady", "rose", "fell"
#: What is taken out of a series whose figures each carry on from the one before.
CARRY_ON = frozenset({"steps", "autocorrelation", "overlap"})
#: Fewer points in a row on one side are chance.
LEAST_RUN = 3

#: Judges the last so many of some figures.
Judge = Callable[[Sequence[Figure], int], Judgement]


@dataclass(frozen=True)
class Effect:
    """`usual` is the range that the first period since was judged on, `latest` the last closed
    figure since; `sides` are those (+1 above, -1 below) on which signals lay."""

    kpi: str
    since: date
    verdict: str
    periods: int = 0  # closed since, with a figure
    usual: Limits | None = None
    latest: Figure | None = None
    sides: frozenset[int] = frozenset()


def effect_of(
    figures: Sequence[Figure], kpi: Kpi, catalogue: Catalogue, since: date, until: date
) -> Effect:
    """What a KPI did in the periods that began after `since` and ended by `until`.

    `figures` are of one series in the KPI's own cadence, oldest first. Where signals lay on both
    sides, the verdict is that of the latest.
    """
    known = [each for each in figures if each.end <= until]
    closed = [each for each in known if each.closed and each.value is not None]
    after = [each for each in closed if each.start > since]
    if not after:
        return Effect(kpi.name, since, TOO_EARLY)
    latest = after[-1]
    before = [each for each in known if each.start <= since]
    window = window_of(kpi, catalogue)
    stride = 1 if window > 1 else stride_of(kpi, catalogue)

    def judged(told: Sequence[Figure], last: int) -> Judgement:
        return judge(told, kpi.unit, kpi.kind, overlapping=stride > 1, window=window, last=last)

    known_before = closed[: -len(after)]
    if steps(kpi.kind, kpi.unit) and known_before:
        points = _steps_since(before, [known_before[-1], *after], judged)
    else:
        points = _points_since(before, after, judged)
    if not points:
        return Effect(kpi.name, since, UNTOLD, len(after), latest=latest)
    usual = points[0].limits
    least = least_cases(kpi.unit, kpi.kind, teams=False)
    apart = [  # NaN cases: nobody counts them
        each for each in points[::-1][::stride][::-1] if not cases_of(each.figure, kpi.kind) < least
    ]
    lean = {1: 0.0, -1: 0.0}
    if not CARRY_ON.intersection(usual.taken_out):
        latest_before = known_before[::-stride][:RUN_LENGTH]
        lean = _lean(latest_before, judged(before, RUN_LENGTH * stride).limits)
    told = {
        each.start: each.outside
        for each in points
        if each.outside and abs(each.side) > 1 + lean[each.outside]
    }
    for direction in (1, -1):
        moved = _moved([each.side for each in apart], direction, lean[direction])
        told |= {each.start: direction for each, is_so in zip(apart, moved, strict=True) if is_so}
    verdict = STEADY
    if told:
        verdict = ROSE if told[max(told)] > 0 else FELL
    return Effect(
        kpi.name,
        since,
        verdict,
        len(after),
        within_nature(_leaning(usual, lean), kpi.unit, known),
        latest,
        frozenset(told.values()),
    )


@dataclass(frozen=True)
class _Point:
    """A period since: the figure as it was judged, and on which side of its limits it lies
    outside them, as rule 1 says."""

    start: date
    figure: Figure
    limits: Limits
    outside: int

    @property
    def side(self) -> float:
        return _side(self.figure, self.limits)


def _points_since(before: Sequence[Figure], after: Sequence[Figure], judged: Judge) -> list[_Point]:
    first = judged([*before, after[0]], 1)
    if any(CARRY_ON.intersection(limits.taken_out) for limits in first.limits.values()):
        told = judged([*before, *after], len(after))
        found = [(each.start, each, told) for each in after]
    else:
        found = [(each.start, each, judged([*before, each], 1)) for each in after[1:]]
        found.insert(0, (after[0].start, after[0], first))
    return _points(found)


def _steps_since(before: Sequence[Figure], known: Sequence[Figure], judged: Judge) -> list[_Point]:
    """The points of figures that carry over, `known` being the last before the day and those since:
    each as far from that last one as it is from the one before it, so that one jump does not widen
    what is usual of the steps that follow."""
    last, first = known[0], known[1]
    found = []
    for previous, each in pairwise(known):
        value = (last.value or 0.0) + (each.value or 0.0) - (previous.value or 0.0)
        step = replace(first, value=value, members=each.members)
        found.append((each.start, step, judged([*before, step], 1)))
    return _points(found)


def _points(found: Sequence[tuple[date, Figure, Judgement]]) -> list[_Point]:
    points = []
    for start, figure, judgement in found:
        if figure.start in judgement.limits:
            told = [
                signal.direction
                for signal in judgement.signals
                if signal.rule == 1 and signal.start == figure.start
            ]
            points.append(_Point(start, figure, judgement.limits[figure.start], sum(told)))
    return points


def _side(figure: Figure, limits: Limits) -> float:
    """How far off the centre a figure lies: 1 on the upper limit, -1 on the lower one."""
    off = (figure.value or 0.0) - limits.centre
    reach = limits.upper - limits.centre if off > 0 else limits.centre - limits.lower
    return off / reach if reach else 0.0


def _lean(latest: Sequence[Figure], limits: Mapping[date, Limits]) -> dict[int, float]:
    """How far the latest figures before the day, newest first, leaned to either side: all of them
    on average, or those of the run that led up to it."""
    sides = [_side(each, limits[each.start]) for each in latest if each.start in limits]
    found = {}
    for direction in (1, -1):
        leaning = [side * direction for side in sides]
        run = list(takewhile(partial(lt, 0.0), leaning))
        means = [fmean(part) for part in (leaning, run) if len(part) >= LEAST_RUN]
        found[direction] = max([0.0, *means])
    return found


def _leaning(limits: Limits, lean: Mapping[int, float]) -> Limits:
    """The limits, each as much farther out as the figures before had leaned to its side."""
    return replace(
        limits,
        lower=limits.lower - lean[-1] * (limits.centre - limits.lower),
        upper=limits.upper + lean[1] * (limits.upper - limits.centre),
    )


def _moved(sides: Sequence[float], direction: int, lean: float) -> list[bool]:
    """Which points since lie to a side by rule 2 or 3, by themselves and beyond the lean."""
    # The point before them takes no part: it lies on the centre.
    left = [0.0, *(side - direction * lean for side in sides)]
    near, run = near_limit(left, 0.0, -1.0, 1.0), runs(left, 0.0)
    return [direction in pair for pair in zip(near[1:], run[1:], strict=True)]
