"""Why a product of factors changed: each factor's part, adding up to the whole without residual.

`factor_effects` treats factors alike (Das Gupta 1993; the same as Shapley's value); `step_effects`
replaces them one after the other, as the steps of a funnel follow each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial, prod
from typing import NamedTuple


class Change(NamedTuple):
    """A factor in two periods, in one unit."""

    before: float
    after: float


def factor_effects(factors: Mapping[str, Change]) -> dict[str, float]:
    """Each factor's part in the change of their product: the mean over all orders of replacing.

    The parts add up to the change of the product. With k factors there are 2^(k−1) states to look
    at for each: meant for a handful.
    """
    return {name: float(effect) for name, effect in _exact(factors).items()}


def member_factor_effects(members: Mapping[str, Mapping[str, Change]]) -> dict[str, float]:
    """The same for a sum over members of products, as births by age are: each factor's part.

    Every member has the same factors; parts are summed over members.
    """
    totals: dict[str, Fraction] = {}
    for factors in members.values():
        for name, effect in _exact(factors).items():
            totals[name] = totals.get(name, Fraction(0)) + effect
    return {name: float(effect) for name, effect in totals.items()}


def step_effects(before: Sequence[float], after: Sequence[float]) -> tuple[float | None, ...]:
    """How much each step of a funnel adds to the change of the last count.

    `before` and `after` count those at each step, the first one entering. The first part is of more
    or fewer entering, each further one of the share that goes on to that step: its change times
    the present values of the steps before and the former ones of those after. The parts depend on
    the order, which the funnel has, and add up exactly. A share of nobody is unknown: then every
    part but the first is None unless the change is 0.
    """
    if len(before) != len(after):
        raise ValueError(f"A funnel of {len(before)} steps is compared with one of {len(after)}.")
    old, new = _shares(before), _shares(after)
    effects: list[float | None] = []
    for step in range(len(before)):
        earlier, later = new[:step], old[step + 1 :]
        known = [*earlier, *later, old[step], new[step]]
        if any(share is None for share in known):
            effects.append(None)
            continue
        values = [share for share in (*earlier, *later) if share is not None]
        step_change = (new[step] or Fraction(0)) - (old[step] or Fraction(0))
        effects.append(float(step_change * prod(values, start=Fraction(1))))
    return tuple(effects)


def _shares(counts: Sequence[float]) -> list[Fraction | None]:
    """The first count, then the part of each count that goes on to the next."""
    found: list[Fraction | None] = []
    for step, count in enumerate(counts):
        if not step:
            found.append(Fraction(count))
        else:
            found.append(Fraction(count) / Fraction(counts[step - 1]) if counts[step - 1] else None)
    return found


def _exact(factors: Mapping[str, Change]) -> dict[str, Fraction]:
    names = list(factors)
    exact = {name: (Fraction(f.before), Fraction(f.after)) for name, f in factors.items()}
    effects = {}
    for name in names:
        others = [other for other in names if other != name]
        step = exact[name][1] - exact[name][0]
        total = Fraction(0)
        for size in range(len(others) + 1):
            orders = Fraction(
                factorial(size) * factorial(len(others) - size), factorial(len(names))
            )
            for replaced in combinations(others, size):
                total += orders * prod(
                    (exact[other][1 if other in replaced else 0] for other in others),
                    start=Fraction(1),
                )
        effects[name] = step * total
    return effects
