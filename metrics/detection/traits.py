"""What of a KPI decides how its series are judged: what it counts, and how far back it looks."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from metrics.calendar import Grain
from metrics.catalogue.kpi import Catalogue, Kind, Kpi, Unit
from metrics.detection.masked import Bools, Codes

#: Periods in a year: how far back the season of a period lies.
YEAR = {Grain.DAY: 364, Grain.WEEK: 52, Grain.MONTH: 12, Grain.QUARTER: 4}

#: Periods of a trailing window of 28 days: so far apart they no longer overlap.
WINDOW = {Grain.DAY: 28, Grain.WEEK: 4}

#: Fewest answers that give a score a status; teams have their own rule of small groups.
LEAST_ANSWERS = 30

#: Fewest cases that give a rate one (with one more or less it must not move by over a tenth), and
#: fewest facts a median or another quantile.
LEAST_CASES = 10
LEAST_FACTS = 5


@dataclass(frozen=True)
class Traits:
    """What of its KPI decides how a series is judged, one entry per series.

    `volume`: grows by percents; `stepwise`: carries over, so that only its steps can surprise;
    `counted`: counts things; `share`: is a part of its cases; `drawn`: is a quantile; `kpi`:
    a code of its KPI, whose series are alike; `least`: the fewest cases, answers or facts that give
    it a status.
    """

    volume: Bools
    stepwise: Bools
    counted: Bools
    share: Bools
    drawn: Bools
    kpi: Codes
    least: Codes

    @staticmethod
    def of(unit: Unit, kind: Kind, *, series: int = 1, teams: bool = False) -> Traits:
        """Those of `series` series of one kind; teams have their own rule of small groups."""
        return Traits(
            volume=np.full(series, is_volume(unit)),
            stepwise=np.full(series, steps(kind, unit)),
            counted=np.full(series, unit is Unit.COUNT),
            share=np.full(series, unit is Unit.RATE and kind is not Kind.SCORE),
            kpi=np.zeros(series, dtype=np.int64),
            drawn=np.full(series, kind is Kind.QUANTILE),
            least=np.full(series, least_cases(unit, kind, teams), dtype=np.int64),
        )


def stride_of(kpi: Kpi, catalogue: Catalogue) -> int:
    """How many periods apart a KPI's windows no longer overlap; 1 when they never do.

    A change over a year, such as a contribution to growth, looks back over a window of a year.
    """
    if _looks_back_a_year(kpi, catalogue):
        return YEAR[kpi.cadence]
    return window_of(kpi, catalogue)


def window_of(kpi: Kpi, catalogue: Catalogue) -> int:
    """How many periods a KPI's trailing window of days spans, of which each has a part of its own
    (see `windows`); 1 when it has none."""
    behind = [kpi, *measures_of(kpi, catalogue)]
    rolling = any(measure.kind is Kind.ROLLING for measure in behind)
    return WINDOW.get(kpi.cadence, 1) if rolling and not _looks_back_a_year(kpi, catalogue) else 1


def _looks_back_a_year(kpi: Kpi, catalogue: Catalogue) -> bool:
    behind = [kpi, *measures_of(kpi, catalogue)]
    return any("prior_year" in _names(measure.calculation) for measure in behind)


def measures_of(kpi: Kpi, catalogue: Catalogue) -> list[Kpi]:
    """The KPIs and measures that a KPI's calculation names, and those that theirs name."""
    found: dict[str, Kpi] = {}
    waiting = [kpi]
    while waiting:
        for name in sorted(_names(waiting.pop().calculation)):
            if name in catalogue.entries and name not in found and name != kpi.name:
                found[name] = catalogue.entries[name]
                waiting.append(found[name])
    return list(found.values())


def _names(calculation: object) -> set[str]:
    if isinstance(calculation, dict):
        return set().union(*(_names(part) for part in calculation.values()))
    if isinstance(calculation, list | tuple):
        return set().union(*(_names(part) for part in calculation))
    return (
        set(re.findall(r"[a-z_][a-z0-9_]*", calculation)) if isinstance(calculation, str) else set()
    )


def is_volume(unit: Unit) -> bool:
    """Volumes grow by percents, rates and scores do not."""
    return unit in (Unit.COUNT, Unit.MONEY)


def steps(kind: Kind, unit: Unit) -> bool:
    """Stocks of money carry over from one period to the next: only their steps can surprise."""
    return kind is Kind.STOCK and unit is Unit.MONEY


def built_on_steps(kpi: Kpi, catalogue: Catalogue) -> bool:
    """Whether a KPI is such a stock or, as ARR is, nothing but such stocks."""
    parts = measures_of(kpi, catalogue) or [kpi]
    return kpi.unit is Unit.MONEY and all(steps(part.kind, part.unit) for part in parts)


def least_cases(unit: Unit, kind: Kind, teams: bool) -> int:
    """The fewest cases, answers or facts that give a figure a status."""
    if kind is Kind.SCORE:
        return 0 if teams else LEAST_ANSWERS
    if kind is Kind.QUANTILE:
        return LEAST_FACTS
    return LEAST_CASES if unit is Unit.RATE else 0
