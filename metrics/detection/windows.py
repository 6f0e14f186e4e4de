"""What each period brings to a trailing window: parts that do not overlap.

A window of four weeks shares three of them with the one a week before, so neighbours are alike and
limits around them would raise thirty false alarms in a hundred. Its change from one week to the
next is what the newest week brings less what the oldest took away, four weeks before:

    own(t) = x(t) - x(t - 1) + returned · own(t - window)

With all of it `returned`, the weeks of a trailing sum or mean come back but for a constant; nine
tenths are enough for that, and let what the beginning is not known by fade. Of a trailing count of
distinct users less returns, since who leaves with the oldest week may have come in another: how
much forecasts all series of a KPI best, they say together. This is the forecast of a moving
average at the lag of the window (Box and Jenkins 1970, "seasonal" models).
"""

from __future__ import annotations

import numpy as np

from metrics.detection.masked import Bools, Codes, Floats, mean

#: What part of a week's own share may be expected to leave with it.
RETURNED = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9)
#: Fewest moving ranges by which a series says what returns.
LEAST_RANGES = 13


def own_parts(
    values: Floats, sets: Codes, window: int, group: Codes, telling: Bools
) -> tuple[Floats, Floats]:
    """Each period's own part of a trailing `window`, and the rest of the value (series × points).

    A point whose set (`sets`, a code) is not that of the point before has no part. Series of one
    `group` decide together how much returns, by the points that are `telling`.
    """
    change = np.full(values.shape, np.nan)
    change[:, 1:] = np.where(sets[:, 1:] == sets[:, :-1], np.diff(values), np.nan)
    returned = _returned(change, window, group, telling)
    own = _unwound(change, window, returned)
    return own, values - own


def _returned(change: Floats, window: int, group: Codes, telling: Bools) -> Floats:
    """How much returns in each series: what leaves the least ranges from part to part."""
    codes, place = np.unique(group, return_inverse=True)
    found = np.full(len(codes), RETURNED[-1])
    least = np.full(len(codes), np.inf)
    plain = _ranges(change, telling)
    for share in RETURNED:
        unwound = _unwound(change, window, np.full(len(change), share))
        with np.errstate(invalid="ignore", divide="ignore"):
            left = _ranges(unwound, telling) / plain
        usable = np.isfinite(left)
        total = np.bincount(place[usable], left[usable], len(codes))
        better = (total > 0) & (total < least)
        found, least = np.where(better, share, found), np.where(better, total, least)
    return found[place]


def _ranges(parts: Floats, telling: Bools) -> Floats:
    """The mean moving range of the telling parts; NaN where they are too few."""
    ranges = np.abs(np.diff(np.where(telling, parts, np.nan)))
    enough = (~np.isnan(ranges)).sum(1) >= LEAST_RANGES
    return np.where(enough, mean(ranges), np.nan)


def _unwound(change: Floats, window: int, returned: Floats) -> Floats:
    """The parts that changes are made of; the first of each place in the window is the change.

    While few parts are known before, their mean is what they say of the one that leaves.
    """
    own = change.copy()
    before = np.zeros(change.shape)  # how many parts are known at this place in the window
    for column in range(window, change.shape[1]):
        earlier = own[:, column - window]
        before[:, column] = np.where(np.isnan(earlier), 0, before[:, column - window] + 1)
        count = before[:, column]
        share = np.minimum(returned, count / (count + 1))
        own[:, column] += share * np.where(np.isnan(earlier), 0.0, earlier)
    return own
