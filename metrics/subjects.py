"""What to talk about: a week's signals gathered into at most five subjects.

- A signal of the company that a product or squad shows as well, for the same KPI and in the same
  direction, is that product's or squad's subject.
- Within one scope, signals that lie on one branch of the KPI tree (one KPI is an ancestor of the
  other), or that share a parent, have one cause and are one subject.
- A review KPI outside settled limits opens a subject. Of the others hundreds are judged in a week,
  and some lie outside by chance alone: they open one when chance would bring a signal so far out,
  among all those judged, in one week of ten at most (limits of few points tell less, by Student's
  t). In a product's first year, when nobody can know its season yet, only review KPIs open one.
  Other signals join the subject of their chain, or stand among the week's other signals.
- A signal's weight is its distance from what is usual in standard deviations (ten at most: beyond,
  more is not worse), doubled for a review KPI, raised by half when it is bad news, and raised by
  up to as much again by the part that its scope has in the company. The heaviest signal leads
  its subject, and the heaviest subjects come first.

Owners and lines raise no subject: they would repeat their products'. Nor does a KPI that is a
multiple of another, as ARR is of MRR.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scipy import special

from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.reading import Reading
from metrics.result import Scope

MOST_SUBJECTS = 5
FARTHEST = 10.0  # standard deviations
SIGMAS = 3.0  # between the centre and a limit
#: How many signals of a week may lie so far out by chance for one of them to open a subject.
BY_CHANCE = 0.1
#: Points that limits usually stand on; a moving range is worth 0.62 degrees of freedom (Wheeler).
PROVISIONAL_POINTS, MONTHS, WEEKS = 10, 18, 40
FREEDOM = 0.62
#: A limit drawn nearer than this part of the one on the other side is so by what came before.
NARROWED = 0.75
MULTIPLE = re.compile(r"\s*[a-z_][a-z0-9_]*\s*[*/]\s*[0-9.]+\s*")


@dataclass(frozen=True)
class Chain:
    """Signals with one cause in one scope: the one to talk about, and the others."""

    lead: Reading
    also: tuple[Reading, ...]
    weight: float


def chains(
    readings: Iterable[Reading],
    catalogue: Catalogue,
    parts: Mapping[Scope, float] | None = None,
    review: Iterable[str] | None = None,
    young: Collection[Scope] = (),
) -> tuple[Chain, ...]:
    """The subjects among `readings`, heaviest first, `MOST_SUBJECTS` at most.

    `parts` says how large a part of the company each scope is (0 to 1), `review` which KPIs the
    company looks at (those of the catalogue by default), `young` the products in their first year.
    """
    readings = list(readings)
    watched = set(review) if review is not None else {kpi.name for kpi in catalogue.review}
    signals = list(telling(readings, catalogue))
    weights = {
        (reading.kpi, reading.scope): weight(
            reading, reading.kpi in watched, (parts or {}).get(reading.scope, 0.0)
        )
        for reading in signals
    }

    def heaviest(reading: Reading) -> tuple[float, str, Scope]:
        return (-weights[reading.kpi, reading.scope], reading.kpi, reading.scope)

    judged = sum(reading.limits is not None for reading in readings)
    found = []
    for group in _grouped(signals, catalogue):
        opening = [r for r in group if opens(r, r.kpi in watched, judged, r.scope in young)]
        if not opening:
            continue
        lead = min(opening, key=heaviest)
        also = sorted((reading for reading in group if reading is not lead), key=heaviest)
        found.append(Chain(lead, tuple(also), weights[lead.kpi, lead.scope]))
    found.sort(key=lambda chain: heaviest(chain.lead))
    return tuple(found[:MOST_SUBJECTS])


def telling(readings: Iterable[Reading], catalogue: Catalogue) -> tuple[Reading, ...]:
    """The signals that could be a subject: each told once, where it happened."""
    signals = [
        reading
        for reading in readings
        if has_subject(reading)
        and belongs(catalogue[reading.kpi], reading.scope)
        and not is_multiple(catalogue[reading.kpi])
    ]
    explained = {
        (reading.kpi, reading.signal.direction)
        for reading in signals
        if reading.signal and reading.scope.kind != "company"
    }
    return tuple(
        reading
        for reading in signals
        if reading.scope.kind != "company"
        or (reading.kpi, reading.signal.direction if reading.signal else 0) not in explained
    )


def has_subject(reading: Reading) -> bool:
    """Whether the latest closed period of a reading is outside its limits."""
    return (
        reading.signal is not None
        and reading.signal.rule == 1
        and reading.figure is not None
        and reading.figure.closed
    )


def opens(reading: Reading, watched: bool, judged: int, young: bool = False) -> bool:
    """Whether a signal among the readings `judged` in a week opens a subject (see above)."""
    if reading.signal is None or reading.figure is None:
        return False
    limits = reading.signal.limits
    if young or (watched and not limits.provisional):
        return watched and not limits.provisional
    points = WEEKS if reading.figure.grain in ("day", "week") else MONTHS
    freedom = FREEDOM * ((PROVISIONAL_POINTS if limits.provisional else points) - 1)
    return bool(2 * special.stdtr(freedom, -_sigmas(reading)) * judged <= BY_CHANCE)


def belongs(kpi: Kpi, scope: Scope) -> bool:
    """Whether a KPI's figures are this scope's own: a squad's products are not the squad's."""
    return scope.kind in ("company", kpi.member)


def is_multiple(kpi: Kpi) -> bool:
    """Whether a KPI only says another one in another measure: "mrr * 12"."""
    return MULTIPLE.fullmatch(str(kpi.calculation.get("formula", ""))) is not None


def weight(reading: Reading, watched: bool, part: float) -> float:
    """How much a signal matters; see the module's text."""
    if reading.signal is None or reading.figure is None or reading.figure.value is None:
        return 0.0
    strength = min(_sigmas(reading), FARTHEST)
    bad = 1.5 if reading.status == "worse" else 1.0
    return strength * (2.0 if watched else 1.0) * bad * (1.0 + min(max(part, 0.0), 1.0))


def _sigmas(reading: Reading) -> float:
    """How many standard deviations a signal lies from what is usual."""
    if reading.signal is None or reading.figure is None or reading.figure.value is None:
        return 0.0
    limits = reading.signal.limits
    above, below = limits.upper - limits.centre, limits.centre - limits.lower
    own, other = (above, below) if reading.signal.direction > 0 else (below, above)
    sigma = max(own, NARROWED * other) / SIGMAS
    return abs(reading.figure.value - limits.centre) / sigma if sigma else FARTHEST


def _grouped(signals: list[Reading], catalogue: Catalogue) -> list[list[Reading]]:
    """Signals of one scope joined through the KPI tree."""
    ancestors = {kpi: _ancestors(kpi, catalogue) for kpi in {reading.kpi for reading in signals}}
    by_scope: dict[Scope, list[list[Reading]]] = {}
    for signal in signals:
        groups = by_scope.setdefault(signal.scope, [])
        joined = [
            group
            for group in groups
            if any(_related(signal, other, ancestors, catalogue) for other in group)
        ]
        groups[:] = [group for group in groups if group not in joined]
        groups.append([*(reading for group in joined for reading in group), signal])
    return [group for groups in by_scope.values() for group in groups]


def _related(
    one: Reading, other: Reading, ancestors: Mapping[str, set[str]], catalogue: Catalogue
) -> bool:
    return (
        one.kpi in ancestors[other.kpi]
        or other.kpi in ancestors[one.kpi]
        or bool({*catalogue[one.kpi].parents} & {*catalogue[other.kpi].parents})
    )


def _ancestors(name: str, catalogue: Catalogue) -> set[str]:
    found: set[str] = set()
    waiting = list(catalogue[name].parents)
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting += catalogue[parent].parents if parent in catalogue else ()
    return found
