"""Initiatives that slip: not shipped by the day they are due, or moved to a later day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from metrics.access import Viewer
from metrics.plans import read_initiatives
from metrics.register.organisation import organisation_now
from metrics.result import Scope
from metrics.roadmap import Initiative
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
    """The initiatives of the published roadmap that slip, the soonest due first; of the products
    and squads in `scopes` alone, where those are given. Nothing is promised any more of a product
    that has ended. Empty while no roadmap was imported."""
    day = today or datetime.now(workspace.zone).date()
    with workspace.register.connect() as connection:
        organisation = organisation_now(connection)
        known = read_initiatives(connection, viewer)
    there = (
        each for each in known if not organisation.had_ended("product", each.product or "", day)
    )
    return slips(there, day, scopes)


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
