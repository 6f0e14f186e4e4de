"""What to talk about: a week's signals gathered into at most five subjects.

- A signal of the company that a product or squad shows as well, for the same KPI and in the same
  direction, is that product's or squad's subject.
- Within one scope, signals that lie on one branch of the KPI tree (one KPI is an ancestor of the
  other), or that share a parent, have one cause and are one subject.
- Hundreds of figures are judged in a week, and some lie outside their limits by chance alone
  (`surprise`). A signal opens a subject when it belongs to those of which chance has brought one in
  ten at most (Benjamini and Hochberg 1995): among the review KPIs judged for one of those that
  settled limits tell, among all that are judged for any other. Limits of few points tell less,
  by Student's t, and quantiles and money stray farther than means. What is counted must also be
  more than Poisson's chance deals out, of 160 users 25 may come or go, and so much per user more
  than that of the users. In a product's first year, when nobody can know its season yet, only
  review KPIs open one. Other signals join the subject of their chain, or stand among the week's
  other signals.
- A signal's weight is its distance from what is usual in standard deviations (ten at most: beyond,
  more is not worse), doubled for a review KPI or the product's North Star, raised by half when it
  is bad news, and raised by up to as much again by the part that its scope has in the company.
  The heaviest of those that open a subject, or of its review KPIs, leads it, and the heaviest
  subjects come first. The product's North Star leads wherever it moved, however far others did:
  it is the one that the room knows; but good news of it does not stand above bad news.

Owners and lines raise no subject: they would repeat their products'. Nor does a KPI that is a
multiple of another, as ARR is of MRR.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.reading import Reading
from metrics.result import Scope
from metrics.surprise import sigmas, surprising

MOST_SUBJECTS = 5
FARTHEST = 10.0  # standard deviations
FIRST_YEAR = timedelta(days=364)
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
    launched: Mapping[Scope, date] | None = None,
    north_stars: Mapping[Scope, str] | None = None,
) -> tuple[Chain, ...]:
    """The subjects among `readings`, heaviest first, `MOST_SUBJECTS` at most.

    `parts` says how large a part of the company each scope is (0 to 1), `review` which KPIs the
    company looks at (those of the catalogue by default), `launched` when products came, if they did
    since the history begins, `north_stars` the KPI that each product names.
    """
    readings = list(readings)
    watched = set(review) if review is not None else {kpi.name for kpi in catalogue.review}
    stars = north_stars or {}
    signals = list(telling(readings, catalogue))
    weights = {
        (reading.kpi, reading.scope): weight(
            reading,
            reading.kpi in watched or _is_star(reading, stars),
            (parts or {}).get(reading.scope, 0.0),
        )
        for reading in signals
    }

    def heaviest(reading: Reading) -> tuple[float, str, Scope]:
        return (-weights[reading.kpi, reading.scope], reading.kpi, reading.scope)

    groups = _grouped(signals, catalogue)
    causes = {(r.kpi, r.scope): code for code, group in enumerate(groups) for r in group}
    judged = [reading for reading in readings if reading.limits is not None]
    open_one = surprising(
        [r for r in signals if r.kpi in watched and not _is_provisional(r)],
        [reading for reading in judged if reading.kpi in watched],
        catalogue,
        causes,
    ) | surprising(
        [
            r
            for r in signals
            if (r.kpi not in watched or _is_provisional(r))
            and not _in_first_year(r, launched or {})
        ],
        judged,
        catalogue,
        causes,
    )
    found = []
    for group in groups:
        opening = [r for r in group if (r.kpi, r.scope) in open_one]
        if not opening:
            continue
        known = [
            r for r in group if (r.kpi in watched or _is_star(r, stars)) and not _is_provisional(r)
        ]
        first = min([*opening, *known], key=heaviest)
        leads = (
            r
            for r in (*opening, *known)
            if _is_star(r, stars) and (r.status == "worse" or first.status != "worse")
        )
        lead = next(leads, first)
        also = sorted((reading for reading in group if reading is not lead), key=heaviest)
        found.append(Chain(lead, tuple(also), weights[first.kpi, first.scope]))
    found.sort(key=lambda chain: (-chain.weight, chain.lead.kpi, chain.lead.scope))
    return tuple(found[:MOST_SUBJECTS])


def _is_star(reading: Reading, north_stars: Mapping[Scope, str]) -> bool:
    return north_stars.get(reading.scope) == reading.kpi


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


def _is_provisional(reading: Reading) -> bool:
    return reading.limits is None or reading.limits.provisional


def _in_first_year(reading: Reading, launched: Mapping[Scope, date]) -> bool:
    """Whether the period a year before was not wholly after the product's launch."""
    came = launched.get(reading.scope)
    return (
        came is not None
        and reading.figure is not None
        and (reading.figure.start - FIRST_YEAR < came)
    )


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
    strength = min(sigmas(reading), FARTHEST)
    bad = 1.5 if reading.status == "worse" else 1.0
    return strength * (2.0 if watched else 1.0) * bad * (1.0 + min(max(part, 0.0), 1.0))


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
