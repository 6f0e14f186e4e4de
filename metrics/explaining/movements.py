"""What a count of users moved by: who is new, who came back, who left.

A distinct count is not the sum of its products' or countries' parts, so no dimension explains it.
Its movements do: active(t) − active(t−1) = new + resurrected − churned, for every scope, exactly;
over several periods their sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from metrics.catalogue.kpi import Catalogue, Kind, Kpi
from metrics.explaining.drivers import additive_drivers
from metrics.explaining.explanation import Explanation
from metrics.result import Figure, Scope

#: The dimension of an explanation by movements; its members are the movements' names.
MOVEMENT = "movement"
#: Those that change a count, with the sign that each counts with; who is retained changes nothing.
SIGNS = {"new": 1.0, "resurrected": 1.0, "churned": -1.0}
#: What two counts of one kind must have in common.
SAME = ("model", "expression", "filter")


def movements_of(kpi: Kpi, catalogue: Catalogue) -> dict[str, str]:
    """The KPIs that are the movements of a distinct count, by movement; empty unless all are."""
    if kpi.kind is not Kind.DISTINCT or "movement" in kpi.calculation:
        return {}
    found = {
        str(other.calculation["movement"]): other.name
        for other in catalogue
        if other.kind is Kind.DISTINCT
        and "movement" in other.calculation
        and kpi.cadence in other.grains
        and all(other.calculation.get(key) == kpi.calculation.get(key) for key in SAME)
    }
    return {each: found[each] for each in SIGNS} if found.keys() >= SIGNS.keys() else {}


def by_movements(
    names: dict[str, str], before: Figure, after: Figure, figures: Iterable[Figure]
) -> Explanation | None:
    """The change from `before` to `after` by its movements in the periods between.

    `names` is what `movements_of` gives; of `figures` those of other scopes or periods are left
    aside. None where a movement of some period is not known, or where they do not sum to the change
    (the history behind one of the figures was mended since).
    """
    if before.value is None or after.value is None:
        return None
    movement_of = {name: movement for movement, name in names.items()}
    told: dict[str, list[Figure]] = {movement: [] for movement in names}
    for figure in sorted(figures, key=lambda figure: figure.start):
        inside = before.end < figure.start <= after.start and figure.scope == after.scope
        if not inside or figure.dimension or figure.kpi not in movement_of:
            continue
        if figure.value is None or not figure.closed:
            return None
        told[movement_of[figure.kpi]].append(figure)
    if not all(_unbroken(before, after, between) for between in told.values()):
        return None
    changes = {
        Scope(MOVEMENT, movement): SIGNS[movement] * sum(figure.value or 0.0 for figure in between)
        for movement, between in told.items()
    }
    if sum(changes.values()) != after.value - before.value:
        return None
    return Explanation(MOVEMENT, additive_drivers({}, changes))


def _unbroken(before: Figure, after: Figure, between: list[Figure]) -> bool:
    """Whether figures follow each other day by day from one figure's end to another's."""
    if not between or between[-1].end != after.end:
        return False
    ends = [before.end, *(figure.end for figure in between)]
    return all(
        figure.start == end + timedelta(1) for end, figure in zip(ends, between, strict=False)
    )
