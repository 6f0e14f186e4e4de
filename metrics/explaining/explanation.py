"""Along which dimension a change is best taken apart, and what each member's part of it is.

Only what adds up to the whole explains it: sums and stocks by their members' changes, ratios,
cohorts and scores by their rates and weights. Where members share what they count (users of two
countries) their parts do not add up, and that dimension is left aside.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.catalogue.kpi import Kind, Kpi, Unit
from metrics.explaining.drivers import Driver, Part, additive_drivers, ratio_drivers
from metrics.result import Figure, Scope

#: Parts that differ from the whole by more, relatively, are not its parts.
TOLERANCE = 1e-9
RATIOS = (Kind.RATIO, Kind.COHORT, Kind.SCORE)
SUMS = (Kind.FLOW, Kind.STOCK, Kind.DERIVED)
#: Periods back to which a change that lasts is told from where it began.
REACH = 12


@dataclass(frozen=True)
class Explanation:
    """The members of one dimension that a change came from; the largest part comes first.

    `since` is the last day of the period that it is counted from, where that is not the one before.
    """

    dimension: str
    drivers: tuple[Driver, ...]
    since: date | None = None

    @property
    def change(self) -> float:
        return math.fsum(driver.change for driver in self.drivers)


def base_of(starts: Iterable[date], unusual: Collection[date], after: date) -> date | None:
    """The period from which the change to `after` is told: the last one in its usual range.

    `starts` are the first days of known periods, `unusual` those outside their usual range. What
    has been outside for over REACH periods is told from the period before.
    """
    earlier = sorted(start for start in starts if start < after)
    usual = [start for start in earlier[-REACH:] if start not in unusual]
    return next(reversed(usual or earlier), None)


def is_additive(kpi: Kpi) -> bool:
    """Whether a KPI may be a sum of its members; whether it is, its figures show."""
    return kpi.kind in SUMS and kpi.unit in (Unit.COUNT, Unit.MONEY)


def can_explain(kpi: Kpi) -> bool:
    """Whether a change of a KPI can be taken apart without residual."""
    return is_additive(kpi) or kpi.kind in RATIOS


def explain(
    kpi: Kpi, before: Figure, after: Figure, candidates: Mapping[str, Iterable[Figure]]
) -> Explanation | None:
    """The change from `before` to `after` along the dimension that says most; None if none does.

    `candidates` holds, by dimension, the members' figures; those of other periods are left aside.
    A dimension says most where one member's part of the change goes farthest beyond the part that
    it had in the whole before: a member of 90 % behind 90 % of a fall says nothing.
    """
    best: tuple[float, Explanation] | None = None
    for dimension, figures in candidates.items():
        if not can_explain(kpi):
            break
        found = list(figures)
        pair = tuple(
            {_member(dimension, figure): figure for figure in found if figure.start == whole.start}
            for whole in (before, after)
        )
        if len({*pair[0], *pair[1]}) < 2 or not all(
            adds_up(kpi, parts.values(), whole)
            for parts, whole in zip(pair, (before, after), strict=True)
        ):
            continue
        explanation = Explanation(dimension, _drivers(kpi, pair[0], pair[1], after))
        if not any(driver.change for driver in explanation.drivers):
            continue
        said = _said(kpi, explanation.drivers, pair[0])
        if best is None or said > best[0]:
            best = (said, explanation)
    return best[1] if best else None


def adds_up(kpi: Kpi, parts: Iterable[Figure], whole: Figure) -> bool:
    """Whether figures of members are the parts of the whole figure."""
    parts = list(parts)
    if is_additive(kpi):
        return _same([part.value for part in parts], whole.value)
    return _same([part.numerator for part in parts], whole.numerator) and _same(
        [part.denominator for part in parts], whole.denominator
    )


def _same(parts: Sequence[float | None], whole: float | None) -> bool:
    if whole is None:
        return False
    known = [part for part in parts if part is not None]
    scale = max(math.fsum(abs(part) for part in known), abs(whole))
    return abs(math.fsum(known) - whole) <= TOLERANCE * scale


def _member(dimension: str, figure: Figure) -> Scope:
    return Scope(dimension, figure.member) if figure.dimension else figure.scope


def _drivers(
    kpi: Kpi, before: Mapping[Scope, Figure], after: Mapping[Scope, Figure], whole: Figure
) -> tuple[Driver, ...]:
    if is_additive(kpi):
        return additive_drivers(_values(before), _values(after))
    # A score is its ratio times a scale: an NPS is a mean of −1, 0 and 1, times 100.
    scale = float(str(kpi.calculation.get("scale", 1))) if kpi.kind is Kind.SCORE else 1.0
    return ratio_drivers(_parts(before, scale), _parts(after, scale))


def _values(figures: Mapping[Scope, Figure]) -> dict[Scope, float]:
    return {member: f.value for member, f in figures.items() if f.value is not None}


def _parts(figures: Mapping[Scope, Figure], scale: float) -> dict[Scope, Part]:
    return {
        member: Part(f.numerator * scale, f.denominator)
        for member, f in figures.items()
        if f.numerator is not None and f.denominator is not None
    }


def _said(kpi: Kpi, drivers: Sequence[Driver], before: Mapping[Scope, Figure]) -> float:
    """How far the largest part of the change goes beyond the member's part in the whole before."""
    moved = math.fsum(abs(driver.change) for driver in drivers)
    if not moved:
        return 0.0
    sizes = {
        member: abs((figure.value if is_additive(kpi) else figure.denominator) or 0.0)
        for member, figure in before.items()
    }
    whole = math.fsum(sizes.values())
    first = drivers[0]
    size = sizes.get(first.member, 0.0) / whole if whole else 1.0 / len(drivers)
    return abs(first.change) / moved - size
