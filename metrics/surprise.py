"""How often chance alone would bring a signal, and which of a week's signals are more than that."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from scipy import special

from metrics.catalogue.kpi import Catalogue, Kind, Kpi, Unit
from metrics.detection.traits import measures_of
from metrics.reading import Reading
from metrics.result import Scope

#: The part of the signals that open a subject which chance may have brought.
BY_CHANCE = 0.1
#: Standard deviations between the centre and a limit, and of what never varied.
SIGMAS, FARTHEST = 3.0, 10.0
#: Points that limits usually stand on; a moving range is worth 0.62 degrees of freedom (Wheeler).
PROVISIONAL_POINTS, MONTHS, WEEKS = 10, 18, 40
FREEDOM = 0.62
#: Degrees of freedom of a quantile of durations, and of money and its shares, which a few accounts
#: move: their tails are heavy.
HEAVY_TAILS = 5.0
#: Of a share, cases (or cases left over) that are fewer than so many are dealt out by chance.
RARE_CASES = 5.0
#: A limit drawn nearer than this part of the one on the other side is so by what came before.
NARROWED = 0.75


def surprising(
    signals: Iterable[Reading],
    judged: Iterable[Reading],
    catalogue: Catalogue,
    causes: Mapping[tuple[str, Scope], int],
) -> set[tuple[str, Scope]]:
    """KPI and scope of the signals that chance has hardly brought among all that was judged.

    At most a tenth of them is expected to be chance's (Benjamini and Hochberg 1995): alone, a
    signal must be so far out that chance would bring one in ten weeks; with others, less far.
    Signals of one cause (`causes`, a code) count once: a price that moves ten figures is one
    finding, which vouches for no more of others than one.
    """
    ranked = sorted((by_chance(each, catalogue), each.kpi, each.scope) for each in signals)
    many = sum(1 for _ in judged)
    found: set[int] = set()
    passed = 0
    for place, (chance, kpi, scope) in enumerate(ranked, 1):
        found.add(causes[kpi, scope])
        if chance * many <= BY_CHANCE * len(found):
            passed = place
    return {(kpi, scope) for _, kpi, scope in ranked[:passed]}


def by_chance(reading: Reading, catalogue: Catalogue) -> float:
    """How often chance alone would bring a signal so far out (0 to 1), by its likeliest way."""
    kpi = catalogue[reading.kpi]
    heavy = kpi.kind is Kind.QUANTILE or any(
        part.unit is Unit.MONEY for part in (kpi, *measures_of(kpi, catalogue))
    )
    charted = _as_charted(reading, heavy)
    return max(charted, _as_counted(reading, kpi), _as_average(reading, kpi))


def _as_charted(reading: Reading, heavy: bool) -> float:
    """How often chance alone would bring a signal so far out, on either side, by Student's t."""
    if reading.signal is None or reading.figure is None:
        return 1.0
    points = WEEKS if reading.figure.grain in ("day", "week") else MONTHS
    if reading.signal.limits.provisional:
        points = PROVISIONAL_POINTS
    freedom = FREEDOM * (points - 1)
    if heavy:
        freedom = min(freedom, HEAVY_TAILS)
    return float(2 * special.stdtr(freedom, -sigmas(reading)))


def _as_counted(reading: Reading, kpi: Kpi) -> float:
    """The same by Poisson's law for what is counted and for the rare cases of a share; 0 else."""
    figure = reading.figure
    if reading.signal is None or figure is None or figure.value is None:
        return 0.0
    found, usual = figure.value, reading.signal.limits.centre
    if kpi.unit is Unit.RATE and figure.denominator and 0 <= usual <= 1:
        cases = figure.denominator
        if usual > 1 / 2:
            found, usual = 1 - found, 1 - usual
        found, usual = found * cases, usual * cases
        if usual > RARE_CASES:
            return 0.0
    elif kpi.unit is not Unit.COUNT and not (kpi.unit is Unit.NUMBER and kpi.kind is Kind.FLOW):
        return 0.0
    usual = max(usual, 1 / WEEKS)
    tail = special.pdtrc(found - 1, usual) if found > usual else special.pdtr(found, usual)
    return float(2 * tail) if found >= 0 else 0.0


def _as_average(reading: Reading, kpi: Kpi) -> float:
    """The same for so much per case, each case varying by as much as it is; 0 for all else."""
    figure = reading.figure
    if reading.signal is None or figure is None or not figure.denominator:
        return 0.0
    found, usual = figure.value or 0.0, reading.signal.limits.centre
    if kpi.unit in (Unit.RATE, Unit.COUNT) or min(found, usual, figure.denominator) <= 0:
        return 0.0
    parts = [each for each in (figure.numerator, figure.denominator) if each and each > 0]
    error = math.sqrt(sum(1 / each for each in parts))
    return float(2 * special.ndtr(-abs(math.log(found / usual)) / error))


def sigmas(reading: Reading) -> float:
    """How many standard deviations a signal lies from what is usual."""
    if reading.signal is None or reading.figure is None or reading.figure.value is None:
        return 0.0
    limits = reading.signal.limits
    above, below = limits.upper - limits.centre, limits.centre - limits.lower
    own, other = (above, below) if reading.signal.direction > 0 else (below, above)
    sigma = max(own, NARROWED * other) / SIGMAS
    return abs(reading.figure.value - limits.centre) / sigma if sigma else FARTHEST
