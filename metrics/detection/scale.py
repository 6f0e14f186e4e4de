"""The scale on which a series varies evenly: its own, its square root or its logarithm.

Volumes move by percents, so a volume is judged on logarithms; small counts vary as their square
root does; a share is judged as it is. A series of any unit that leans to one side (durations, say)
is judged on the scale that makes it the most even, for limits at equal distances from a centre
would raise false alarms on its long side.
"""

from __future__ import annotations

import numpy as np

from metrics.detection.masked import Bools, Codes, Floats, line, median

PLAIN, ROOT, LOG = 0, 1, 2

#: A series leans when the standardised third moment of its residuals is beyond this.
LEANS = 0.6
#: Volumes that vary by less than this part of themselves are as even on one scale as on another.
NARROW = 0.25
#: Where more than this part is nothing, no scale makes the series even.
MOSTLY_NOTHING = 0.3
#: A series that is so seldom nothing has a logarithm elsewhere: a fall to nothing is a fall.
RARELY_NOTHING = 0.05
#: Residuals count up to so many median absolute deviations: one odd point does not make a lean.
FARTHEST = 6.0


def choose_scale(values: Floats, volumes: Bools) -> Codes:
    """`PLAIN`, `ROOT` or `LOG` for each series (series × points, NaN for unknown)."""
    known = ~np.isnan(values)
    floor = np.nan_to_num(values, nan=np.inf).min(1, initial=np.inf)
    nothing = ((values == 0) & known).sum(1)
    able = (floor >= 0) & np.isfinite(floor) & (nothing <= MOSTLY_NOTHING * known.sum(1))
    positive = able & (nothing <= RARELY_NOTHING * known.sum(1))
    leans = np.stack([np.abs(_lean(on_scale(values, np.full(len(values), scale), able)))
                      for scale in (PLAIN, ROOT, LOG)])  # fmt: skip
    leans[LOG, ~positive] = np.inf
    evenest = leans.argmin(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        narrow = _deviation(values) < NARROW * np.abs(median(values))
    found = np.where(leans[PLAIN] > LEANS, evenest, PLAIN)
    found = np.where(volumes & positive & (narrow | (leans[LOG] <= LEANS)), LOG, found)
    return np.where(able & ~np.isnan(leans[PLAIN]), found, PLAIN)


def on_scale(values: Floats, scale: Codes, able: Bools | None = None) -> Floats:
    """The values on each series' scale.

    What fell to nothing has no logarithm: it stands at half the least value that has one.
    """
    found = values.copy()
    usable = np.ones(len(values), dtype=np.bool_) if able is None else able
    root, log = usable & (scale == ROOT), usable & (scale == LOG)
    found[root] = np.sqrt(np.maximum(values[root], 0.0))
    least = np.where(values[log] > 0, values[log], np.inf).min(1, initial=np.inf)[:, None]
    found[log] = np.log(np.maximum(values[log], least / 2))
    return found


def off_scale(numbers: Floats, scale: Codes) -> Floats:
    """The way back: one number per series, or series × points."""
    shape = scale if numbers.ndim == 1 else scale[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(
            shape == LOG,
            np.exp(np.where(shape == LOG, numbers, 0.0)),
            np.where(shape == ROOT, np.maximum(numbers, 0.0) ** 2, numbers),
        )


def _lean(values: Floats) -> Floats:
    """The third standardised moment of what a line leaves, odd points cut."""
    left = _left(values)
    far = FARTHEST * median(np.abs(left))[:, None]
    left = np.clip(left, -far, far)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = left - (np.nansum(left, 1) / (~np.isnan(left)).sum(1))[:, None]
        second, third = np.nansum(left**2, 1), np.nansum(left**3, 1)
        result: Floats = third / second**1.5 * np.sqrt((~np.isnan(left)).sum(1))
    return result


def _deviation(values: Floats) -> Floats:
    return 1.4826 * median(np.abs(_left(values)))


def _left(values: Floats) -> Floats:
    slope, intercept, _, _ = line(values)
    left = values - intercept[:, None] - slope[:, None] * np.arange(values.shape[1])
    return left - median(left)[:, None]
