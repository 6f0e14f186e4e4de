"""KPIs whose definition failed when figures were last computed: their published figures stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa

from metrics.errors import Mistake
from metrics.register.tables import left_out


def note(connection: sa.Connection, mistakes: Iterable[Mistake]) -> None:
    """Replace what is known of failed definitions, in the caller's transaction."""
    rows = {mistake.name: asdict(mistake) for mistake in mistakes if mistake.name}
    connection.execute(sa.delete(left_out))
    if rows:
        connection.execute(sa.insert(left_out), list(rows.values()))


def read(connection: sa.Connection) -> tuple[Mistake, ...]:
    """The mistakes of the last computation, by name."""
    rows = connection.execute(sa.select(left_out).order_by(left_out.c.name)).mappings()
    return tuple(Mistake(**row) for row in rows)
