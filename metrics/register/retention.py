"""Purges of raw rows by age, in the register: when, by whom, up to which day, what they keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa

from metrics.register.tables import imports, kept_figures, purges, quarantine


@dataclass(frozen=True)
class Horizon:
    """The day before which no raw rows are left, and the figures of later periods that a purge
    changed: kept as they were, by series and first day."""

    day: date
    kept: frozenset[tuple[int, date]] = frozenset()


@dataclass(frozen=True)
class PurgeRecord:
    """One purge: rows that went, by place."""

    id: int
    purged_at: datetime  # UTC
    purged_by: str
    horizon: date
    rows: dict[str, int]


def read_horizon(connection: sa.Connection) -> Horizon | None:
    """The horizon of the last purge; None while there was none."""
    day: date | None = connection.execute(sa.select(sa.func.max(purges.c.horizon))).scalar_one()
    if day is None:
        return None
    rows = connection.execute(sa.select(kept_figures.c.series_id, kept_figures.c.start)).all()
    return Horizon(day, frozenset((row.series_id, row.start) for row in rows))


def history(connection: sa.Connection) -> list[PurgeRecord]:
    """Every purge, newest first."""
    query = sa.select(purges).order_by(purges.c.id.desc())
    return [
        PurgeRecord(row.id, row.purged_at, row.purged_by, row.horizon, dict(row.rows))
        for row in connection.execute(query)
    ]


def next_number(connection: sa.Connection) -> int:
    """The number of the next purge. Only the holder of the publisher's lease may use it."""
    last = connection.execute(sa.select(sa.func.max(purges.c.id))).scalar_one()
    return int(last or 0) + 1


def note(
    connection: sa.Connection,
    number: int,
    horizon: date,
    rows: Mapping[str, int],
    kept: Collection[tuple[int, date]],
    *,
    by: str,
) -> None:
    """Write down a purge, in the caller's transaction, and what it keeps of later periods."""
    connection.execute(
        sa.insert(purges).values(
            id=number,
            purged_at=datetime.now(UTC).replace(tzinfo=None, microsecond=0),
            purged_by=by,
            horizon=horizon,
            rows=dict(rows),
        )
    )
    known = {
        (row.series_id, row.start)
        for row in connection.execute(sa.select(kept_figures.c.series_id, kept_figures.c.start))
    }
    new = [{"series_id": at[0], "start": at[1]} for at in dict.fromkeys(kept) if at not in known]
    if new:
        connection.execute(sa.insert(kept_figures), new)


def old_imports(connection: sa.Connection, horizon: date) -> list[int]:
    """Imports that came before the horizon, or of which all lies before it."""
    moment = datetime.combine(horizon, datetime.min.time())
    rows = connection.execute(
        sa.select(imports.c.id)
        .where(sa.or_(imports.c.created_at < moment, imports.c.period_end < horizon))
        .order_by(imports.c.id)
    )
    return list(rows.scalars())


def quarantined(connection: sa.Connection, import_ids: Collection[int]) -> int:
    """How many rows of these imports are set aside."""
    query = sa.select(sa.func.count()).select_from(quarantine)
    return int(connection.execute(query.where(quarantine.c.import_id.in_(import_ids))).scalar_one())


def forget_quarantine(connection: sa.Connection, import_ids: Collection[int]) -> None:
    """Delete the rows of these imports that were set aside, in the caller's transaction."""
    if connection.dialect.name == "sqlite":  # what is deleted is overwritten in the file too
        connection.exec_driver_sql("pragma secure_delete = on")
    connection.execute(sa.delete(quarantine).where(quarantine.c.import_id.in_(import_ids)))


def undone_archives(connection: sa.Connection, import_ids: Collection[int]) -> list[str]:
    """The archived files of those of these imports that were undone, if no other refers to them."""
    left = connection.execute(
        sa.select(imports.c.archive).where(
            imports.c.id.in_(import_ids), imports.c.status == "undone",
            imports.c.archive.is_not(None),
        )
    ).scalars()  # fmt: skip
    used = connection.execute(sa.select(imports.c.archive).where(imports.c.status != "undone"))
    return sorted(set(left) - set(used.scalars()))


def forget_archives(connection: sa.Connection, archives: Collection[str]) -> None:
    """Note that these archived files are gone, in the caller's transaction."""
    connection.execute(
        sa.update(imports).where(imports.c.archive.in_(archives)).values(archive=None)
    )
