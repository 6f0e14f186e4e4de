"""Initiatives that slip: not shipped by the day they are due, or moved to a later day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from metrics import warehouse
from metrics.access import Viewer, may_see
from metrics.definitions import definitions_of
from metrics.engines import open_facts
from metrics.result import Scope
from metrics.roadmap import Initiative, read_roadmap
from metrics.workspace import Workspace

DROPPED = "dropped"


@dataclass(frozen=True)
class Slip:
    """An initiative that is not shipped: days past its due day (0 while that is to come), and days
    by which that day was moved since it was first promised."""

    initiative: Initiative
    late: int
    moved: int


def slipping(
    workspace: Workspace,
    viewer: Viewer,
    *,
    scopes: Collection[Scope] | None = None,
    today: date | None = None,
) -> tuple[Slip, ...]:
    """The initiatives of the roadmap that slip, the soonest due first; of the products and squads
    in `scopes` alone, where those are given. Empty while no roadmap was imported."""
    path = warehouse.current_path(workspace)
    # A review is held on published figures, and opens where the facts themselves do not.
    if path is None or not path.exists() or not may_see(viewer, "product"):
        return ()
    connection = open_facts(path)
    try:
        known = read_roadmap(connection, definitions_of(workspace).models)
    finally:
        connection.close()
    return slips(known, today or datetime.now(workspace.zone).date(), scopes)


def slips(
    initiatives: Iterable[Initiative], today: date, scopes: Collection[Scope] | None = None
) -> tuple[Slip, ...]:
    """Those of `initiatives` that slip on a day; see `slipping`."""
    found = []
    for each in initiatives:
        if each.shipped is not None or each.state == DROPPED or each.due is None:
            continue
        of = {Scope("product", each.product or ""), Scope("squad", each.squad or "")}
        if scopes is not None and not of & set(scopes):
            continue
        moved = (each.due - (each.first_due or each.due)).days
        late = max((today - each.due).days, 0)
        if late or moved > 0:
            found.append(Slip(each, late, max(moved, 0)))
    return tuple(sorted(found, key=lambda slip: (slip.initiative.due, slip.initiative.initiative)))
