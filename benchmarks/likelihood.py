"""What a detector could find that is told how a series is made, for `detection.py` to compare with.

It knows the model and its parameters, when nothing happens and by how much a step moves it: only
whether there is a step, up or down, in this week or the one before, it must tell. By Neyman and
Pearson's lemma no rule that raises as seldom finds more than the likelihood ratio of such a step
against none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

#: A step of so many deviations, up or down: the logarithm of how much likelier a series is with it
#: than without, were it to begin in each week, judged in that week and with the next.
Ratio = Callable[[Floats, float], tuple[Floats, Floats]]

#: What may be left of a step that rounding or nothing below 0 makes impossible.
NEVER = -1e9


def of_surprises(surprises: Callable[[Floats], Floats], now: Floats, after: Floats) -> Ratio:
    """Of a series whose surprises are independent, normal and of deviation 1: a step of one
    deviation lifts that of its first week by `now` and that of the next by `after`."""

    def ratio(values: Floats, step: float) -> tuple[Floats, Floats]:
        found = surprises(values)
        first = step * now * found - (step * now) ** 2 / 2
        second = np.full(len(found), np.nan)
        lifted = step * after[1:]
        second[:-1] = lifted * found[1:] - lifted**2 / 2
        return first, first + second

    return ratio


def of_weeks(density: Callable[[Floats, float], Floats]) -> Ratio:
    """Of a series of independent weeks, whose `density` (a logarithm) is that of values that have
    been moved by a step."""

    def ratio(values: Floats, step: float) -> tuple[Floats, Floats]:
        usual = density(values, 0.0)
        first = np.maximum(density(values, step), NEVER) - np.maximum(usual, NEVER)
        second = np.full(len(first), np.nan)
        second[:-1] = first[1:]
        return first, first + second

    return ratio


def amounts(sigma: float, usual: float, deviation: float) -> Ratio:
    """Of lognormal amounts that cannot fall below 0."""

    def density(values: Floats, step: float) -> Floats:
        before = values - step * deviation
        with np.errstate(divide="ignore", invalid="ignore"):
            far = np.log(before / usual) / sigma
            found = np.where(before > 0, -(far**2) / 2 - np.log(before * sigma), -np.inf)
            floored = special.log_ndtr(np.log(-step * deviation / usual) / sigma)
        return np.where((values <= 0) & (step < 0), floored, found)

    return of_weeks(density)


def counts(usual: float) -> Ratio:
    """Of Poisson's counts, a step being rounded to whole ones that cannot fall below 0."""

    def density(values: Floats, step: float) -> Floats:
        moved = np.round(step * np.sqrt(usual))
        before = values - moved
        with np.errstate(divide="ignore", invalid="ignore"):
            there = before * np.log(usual) - usual - special.gammaln(before + 1)
            floored = np.log(special.pdtr(-moved, usual)) if moved < 0 else -np.inf
        found = np.where(before >= 0, there, -np.inf)
        return np.where(values <= 0, floored if moved < 0 else found, found)

    return of_weeks(density)


@dataclass(frozen=True)
class Evidence:
    """The likelihood ratio of a step now or a week before, up or down: series × weeks, its
    logarithm, and the side (-1, +1) that is the likelier."""

    weight: Floats
    side: Floats

    @staticmethod
    def of(values: Floats, ratio: Ratio, size: float) -> Evidence:
        """That of one series for steps of `size` deviations."""
        told = []
        for side in (-1.0, 1.0):
            now, since = ratio(values, side * size)
            before = np.concatenate([[NEVER], since[:-1]])
            told.append(np.logaddexp(now, before))
        return Evidence(np.maximum(*told), np.where(told[1] > told[0], 1.0, -1.0))
