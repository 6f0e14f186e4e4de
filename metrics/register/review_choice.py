"""Which KPIs the company reviews, who chose them, and what was chosen before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from metrics.access import Viewer, may_see
from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.errors import VigieError
from metrics.register.tables import review_choices

MOST = 20


@dataclass(frozen=True)
class ReviewChoice:
    """One choice; without `kpis` the settings' choice, or the catalogue's, holds again."""

    kpis: tuple[str, ...]
    chosen_at: datetime  # UTC
    chosen_by: str


def choose(
    connection: sa.Connection, viewer: Viewer, kpis: Sequence[str], *, at: datetime | None = None
) -> ReviewChoice:
    """Choose the review's KPIs in the caller's transaction; what was chosen before stays beside it.

    The caller knows the catalogue. Raises VigieError for more than 20, which no meeting reads, and
    for a viewer who does not see the company.
    """
    names = list(dict.fromkeys(kpis))
    if len(names) > MOST:
        raise VigieError(
            "{count} KPIs are more than a review can hold: {most} at most, a dozen is usual.",
            values={"count": str(len(names)), "most": str(MOST)},
        )
    if not may_see(viewer, "company"):
        raise VigieError(f"{viewer.person} may not choose what the company reviews.")
    moment = at or datetime.now(UTC).replace(tzinfo=None)
    connection.execute(
        sa.insert(review_choices).values(kpis=names, chosen_at=moment, chosen_by=viewer.person)
    )
    return ReviewChoice(tuple(names), moment, viewer.person)


def chosen(connection: sa.Connection) -> ReviewChoice | None:
    """The choice that holds; None while nobody has chosen on screen."""
    found = choices(connection)
    return found[-1] if found else None


def choices(connection: sa.Connection) -> list[ReviewChoice]:
    """Every choice, oldest first."""
    rows = connection.execute(sa.select(review_choices).order_by(review_choices.c.id))
    return [ReviewChoice(tuple(row.kpis), row.chosen_at, row.chosen_by) for row in rows]


def review_kpis(
    connection: sa.Connection, settings: Sequence[str], catalogue: Catalogue
) -> tuple[Kpi, ...]:
    """The KPIs of the review: those chosen on screen, else the settings', else the catalogue's.

    A name that the catalogue does not have is passed over; `vigie check` tells of those of the
    settings.
    """
    held = chosen(connection)
    wanted = held.kpis if held is not None and held.kpis else settings
    found = tuple(catalogue[name] for name in wanted if name in catalogue)
    return found if wanted else catalogue.review
