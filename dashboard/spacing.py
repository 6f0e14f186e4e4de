"""Room between texts that stand beside values."""

from __future__ import annotations

from collections.abc import Sequence

ENOUGH = 0.01  # of the room wanted: nearer than that is near enough
MOST_PUSHES = 100


def apart(wanted: Sequence[float], room: float, low: float, high: float) -> list[float]:
    """Places near those wanted, in their order, with at least `room` between neighbours,
    from `low` to `high` as far as there is room.

    Whatever stands too near is pushed to both sides alike, so that a pair stays centred on its
    values and what is far from others keeps its place.
    """
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    places = [float(wanted[at]) for at in order]
    for _ in range(MOST_PUSHES):
        moved = False
        for first in range(len(places) - 1):
            lacking = room - (places[first + 1] - places[first])
            if lacking > ENOUGH * room:
                places[first] -= lacking / 2
                places[first + 1] += lacking / 2
                moved = True
        if not moved:
            break
    for last in reversed(range(len(places))):
        ceiling = high if last == len(places) - 1 else places[last + 1] - room
        places[last] = min(places[last], ceiling)
    for first in range(len(places)):
        floor = low if first == 0 else places[first - 1] + room
        places[first] = max(places[first], floor)
    found = [0.0] * len(places)
    for at, place in zip(order, places, strict=True):
        found[at] = place
    return found
