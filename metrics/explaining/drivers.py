"""Who made a change: each member's part of it, adding up to the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from metrics.result import Scope

#: A whole change this small beside its largest part is none: shares of it would mean nothing.
NOTHING = Fraction(1, 10**12)


@dataclass(frozen=True)
class Driver:
    """One member's part of a change: `change` in the KPI's unit, `share` of the whole.

    `member` is a product, a squad, or a member of a dimension: ('country', 'DE'). Of a ratio,
    `change` is `rate` (its own ratio moved) plus `mix` (its weight in the whole moved); both are
    None for what adds up.
    """

    member: Scope
    change: float
    share: float | None
    rate: float | None = None
    mix: float | None = None


class Part(NamedTuple):
    """One member of a ratio in one period: it has a rate when the denominator is not 0."""

    numerator: float
    denominator: float


def additive_drivers(
    before: Mapping[Scope, float], after: Mapping[Scope, float]
) -> tuple[Driver, ...]:
    """Each member's change and its share of the whole change, the largest first.

    A member absent from one period counts 0 there. The changes add up to the change of the sums.
    Shares are None when that change is next to nothing beside its parts.
    """
    members = sorted({*before, *after})
    exact = {
        member: Fraction(after.get(member, 0.0)) - Fraction(before.get(member, 0.0))
        for member in members
    }
    return _ranked(exact)


def ratio_drivers(before: Mapping[Scope, Part], after: Mapping[Scope, Part]) -> tuple[Driver, ...]:
    """Each member's rate and mix effect, and both together as its part of a ratio's change.

    With a member's weight w (its share of the denominators) and rate r, and midpoints of the two
    periods: rate effect w̄·Δr, mix effect Δw·(r̄ − R̄), where R̄ is the midpoint of the whole ratio.
    Since weights sum to 1, R̄ adds nothing to the sum; it makes a member that gains weight raise the
    ratio only if its own rate is above it. The effects sum to the change without residual. A
    member without a rate in one period has no change of rate: it is mix alone.

    Empty when the ratio is not defined in both periods.
    """
    effects = _effects(before, after)
    ranked = _ranked({member: rate + mix for member, (rate, mix) in effects.items()})
    return tuple(
        replace(driver, rate=float(effects[driver.member][0]), mix=float(effects[driver.member][1]))
        for driver in ranked
    )


def _effects(
    before: Mapping[Scope, Part], after: Mapping[Scope, Part]
) -> dict[Scope, tuple[Fraction, Fraction]]:
    totals = [
        sum(Fraction(part.denominator) for part in parts.values()) for parts in (before, after)
    ]
    if not all(totals):
        return {}
    wholes = [
        sum(Fraction(part.numerator) for part in parts.values()) / total
        for parts, total in zip((before, after), totals, strict=True)
    ]
    middle = sum(wholes, Fraction(0)) / 2
    effects: dict[Scope, tuple[Fraction, Fraction]] = {}
    for member in sorted({*before, *after}):
        weights: list[Fraction] = []
        rates: list[Fraction | None] = []
        stray = Fraction(0)  # a numerator without a denominator weighs nothing, yet counts
        for sign, parts, total in zip((-1, 1), (before, after), totals, strict=True):
            part = parts.get(member, Part(0.0, 0.0))
            weights.append(Fraction(part.denominator) / total)
            if part.denominator:
                rates.append(Fraction(part.numerator) / Fraction(part.denominator))
            else:
                rates.append(None)
                stray += sign * Fraction(part.numerator) / total
        known = [rate for rate in rates if rate is not None]
        if not known:
            effects[member] = (Fraction(0), stray)
            continue
        first, last = (known[0] if rate is None else rate for rate in rates)
        rate_effect = sum(weights, Fraction(0)) / 2 * (last - first)
        mix_effect = (weights[1] - weights[0]) * ((first + last) / 2 - middle)
        effects[member] = (Fraction(rate_effect), Fraction(mix_effect) + stray)
    return effects


def _ranked(exact: Mapping[Scope, Fraction]) -> tuple[Driver, ...]:
    whole = sum(exact.values(), Fraction(0))
    largest = max((abs(change) for change in exact.values()), default=Fraction(0))
    has_shares = abs(whole) > NOTHING * largest
    return tuple(
        Driver(member, float(change), float(change / whole) if has_shares else None)
        for member, change in sorted(exact.items(), key=lambda item: (-abs(item[1]), item[0]))
    )
