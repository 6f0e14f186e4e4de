"""How far chance alone moves a figure that is made of fewer cases than usual.

What is counted varies as chance deals it out (Poisson), and a share as its cases do (binomial), on
top of whatever else moves a series. Both vary more, on the scale on which a series is even, when
less is expected: 160 users are 8 % give or take, 90 of them in August 11 %. A series' own moving
ranges tell of its usual weeks; what lies beyond them is added. A user who comes in a week with a
chance of p gives (1 − p) / np on logarithms; between two chances that differs by the same 1 / np as
Poisson's does, so nothing need be known of p.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.detection.masked import Bools, Codes, Floats, mean
from metrics.detection.scale import LOG, ROOT

#: A count of which less is expected is taken for so much: nothing has no logarithm.
LEAST_EXPECTED = 0.5


@dataclass(frozen=True)
class Sampling:
    """What figures are made of: `values` in their own unit and `cases` are series × points.

    `counted` series count things, `share` ones are a part of their cases; a quantile is `drawn`
    from its cases, so that its variance is in inverse proportion to their number.
    """

    values: Floats
    cases: Floats
    counted: Bools
    share: Bools
    drawn: Bools
    scale: Codes

    def beyond_usual(
        self, columns: slice, expected: Floats, counts: Bools, spread: Floats
    ) -> Floats:
        """By how much the variance that chance brings to each point of `columns` is beyond that of
        the points that count, on each series' scale; at least 0, and 0 where nothing is known.

        `expected` says what each point should be, in the unit of the series. A share of which the
        `spread` (a standard deviation) is less than its cases would bring keeps to that.
        """
        cases = self.cases[:, columns]
        variance = self._variance(expected, cases)
        usual = mean(np.where(counts, self._variance(self.values[:, columns], cases), np.nan))
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.where(self.share, np.fmin(spread**2 / usual, 1.0), 1.0)
        found: Floats = np.fmax(kept[:, None] * (variance - usual[:, None]), 0.0)
        return found

    def fewer(self, columns: slice, counts: Bools) -> Floats:
        """How many times the usual variance a quantile has for being drawn from fewer cases; 1 for
        all that is no quantile, and at least 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = 1 / self.cases[:, columns]
            usual = mean(np.where(counts & np.isfinite(variance), variance, np.nan))
            found = np.fmax(variance / usual[:, None], 1.0)
        return np.where(self.drawn[:, None] & np.isfinite(found), found, 1.0)

    def _variance(self, expected: Floats, cases: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            count = np.maximum(expected, LEAST_EXPECTED)
            part = np.clip(expected, 0.0, 1.0)
            binomial = np.where(cases > 0, part * (1 - part) / cases, np.nan)
            own = np.where(self.counted[:, None], count, binomial)
            level = np.where(self.counted[:, None], count, part)
            scale = self.scale[:, None]
            found = np.where(
                scale == LOG, own / level**2, np.where(scale == ROOT, own / level / 4, own)
            )
        known = (self.counted | self.share)[:, None] & np.isfinite(found)
        return np.where(known, found, np.nan)
