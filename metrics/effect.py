"""What a KPI did since a day, judged as signals are and never by eye.

Of a decision at its review, and of an initiative once shipped: each closed period that began after
the day is judged on those before it; the KPI moved when one of them takes part in a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.detection.signals import judge
from metrics.detection.traits import stride_of
from metrics.reading import Limits, within_nature
from metrics.result import Figure

#: No period has closed since; too few periods before to tell; nothing unusual; it rose or fell.
TOO_EARLY, UNTOLD, STEADY, ROSE, FELL = "too_early", "untold", "steady", "rose", "fell"


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
    after = [
        each for each in known if each.start > since and each.closed and each.value is not None
    ]
    if not after:
        return Effect(kpi.name, since, TOO_EARLY)
    latest = after[-1]
    judgement = judge(
        known, kpi.unit, kpi.kind, overlapping=stride_of(kpi, catalogue) > 1, last=len(after)
    )
    judged = sorted({each.start for each in after} & set(judgement.limits))
    if not judged:
        return Effect(kpi.name, since, UNTOLD, len(after), latest=latest)
    told = [signal for signal in judgement.signals if signal.start in judged]
    verdict = STEADY
    if told:
        verdict = ROSE if told[-1].direction > 0 else FELL
    return Effect(
        kpi.name,
        since,
        verdict,
        len(after),
        within_nature(judgement.limits[judged[0]], kpi.unit, known),
        latest,
        frozenset(signal.direction for signal in told),
    )
