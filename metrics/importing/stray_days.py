"""Days that a clock told wrong: a few rows of 1970 or of 2062 beside all the others.

Their rows are kept, but they make no day known. Else one such row would have everything between it
and the others known as nothing at all, and the present would be years ahead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise, takewhile

Counts = Mapping[str, Mapping[date, int]]  # stream -> day -> rows

#: Days without any row that part what a clock told wrong from all else.
APART = 60
#: The part of a file's rows that may be stray.
FEW = 0.01
#: No product was followed before.
EARLIEST = date(2000, 1, 1)


def stray_days(counts: Counts, arrived: date) -> frozenset[date]:
    """The days with rows that say nothing of what is known, in a file that came on the day
    `arrived`.

    Before all others: those parted from them by `APART` days, if they hold few rows or are before
    `EARLIEST`. After them: days to come, if they hold few rows or are parted as well. A file all of
    whose days are to come has none.
    """
    totals: Counter[date] = Counter()
    for by_day in counts.values():
        totals.update(by_day)
    days = sorted(day for day, rows in totals.items() if rows)
    if not days:
        return frozenset()
    few = FEW * totals.total()
    breaks = [at for at, (one, other) in enumerate(pairwise(days), 1) if (other - one).days > APART]
    groups = [days[start:end] for start, end in pairwise([0, *breaks, len(days)])]
    most = max(groups, key=lambda group: sum(totals[day] for day in group))

    def early(group: list[date]) -> bool:
        return sum(totals[day] for day in group) <= few or group[-1] < EARLIEST

    before = takewhile(early, groups[: groups.index(most)])
    coming = [day for day in days if day > arrived + timedelta(1)]
    if len(coming) < len(days) and sum(totals[day] for day in coming) > few:
        first_known = max(day for day in days if day <= arrived + timedelta(1))
        coming = coming if (coming[0] - first_known).days > APART else []
    after = coming if len(coming) < len(days) else []
    return frozenset(day for group in before for day in group) | frozenset(after)


def without(counts: Counts, days: frozenset[date]) -> dict[str, dict[date, int]]:
    """The rows of all other days; streams that have no other are left out."""
    kept = {
        stream: {day: rows for day, rows in by_day.items() if day not in days}
        for stream, by_day in counts.items()
    }
    return {stream: by_day for stream, by_day in kept.items() if by_day}
