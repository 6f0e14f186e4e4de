"""Publishing: only what changed, in small transactions, under a number that nobody reads yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import sqlalchemy as sa

from metrics.publication import BREATH, CHUNK, EPOCH, Cause, Writer
from metrics.register.leases import Lease
from metrics.register.state import read_state
from metrics.register.tables import documents, figures, publications, restatements, signals
from metrics.versioned import DOCUMENTS, FIGURES, SIGNALS

__all__ = ["Cause", "Published", "clean", "finish", "publish"]


@dataclass(frozen=True)
class Published:
    """`publication` is None when every figure was already there; then nothing was written."""

    publication: int | None
    rows_written: int
    rows_closed: int
    restated: int


def publish(
    register: sa.Engine,
    lease: Lease,
    computed: Iterable[pd.DataFrame],
    judged: Callable[[int], Iterable[pd.DataFrame]] = lambda publication: (),
    documented: Callable[[int], Iterable[pd.DataFrame]] = lambda publication: (),
    *,
    warehouse_version: int,
    cause: Cause,
    by: str,
    settling_days: int,
    today: date,
    once: Collection[str] = (),
    progress: Callable[[int], None] = lambda rows_written: None,
    kept: Callable[[], Collection[str]] = tuple,
    unchanged: Collection[tuple[str, str]] = (),
    passed: Collection[tuple[str, str]] = (),
) -> Published:
    """Write the figures that differ from the ones readers see, under a new publication.

    `computed` yields frames with the columns kpi, definition, scope_kind, scope, grain, dimension,
    member, start, end, period, value, numerator, denominator, n, low, high, closed, reason,
    members. `judged` is then called with the new publication's number, at which the new figures
    can be read, and yields frames of signals: the key columns, start, rule, direction, centre,
    lower, upper, provisional; `documented` likewise, frames of documents: the key columns, start,
    body. Together they are everything: what they do not hold any more is closed, except of the KPIs
    that `kept` names once all are through, and except of the figures and signals of KPIs and grains
    that are `unchanged`, which `computed` passes over, and of the documents of those that are
    `passed`. Readers see none of it until the caller flips the pointer. A value that changes
    although its period was closed and had ended more than `settling_days` before `today` leaves a
    restatement; a value where there was none before does not. A closed value of a KPI named in
    `once` is kept as it was first published, until what it rests on is undone.
    """
    with register.begin() as connection:
        lease.hold(connection)
        current = read_state(connection).publication_id
        number = connection.execute(
            sa.insert(publications)
            .values(
                warehouse_version=warehouse_version,
                cause=cause.kind,
                cause_detail=cause.detail,
                started_at=datetime.now(UTC).replace(tzinfo=None),
                published_by=by,
                rows_written=0,
            )
            .returning(publications.c.id)
        ).scalar_one()
    settled = (today - timedelta(settling_days) - EPOCH).days
    writer = Writer(register, lease, number, current, settled, cause, progress, once, kept)
    writer.write(FIGURES, computed, unchanged)
    writer.write(SIGNALS, judged(number), unchanged)
    writer.write(DOCUMENTS, documented(number), passed)
    if writer.touched:
        return Published(number, writer.written, writer.closed, writer.restated)
    with register.begin() as connection:
        lease.hold(connection)
        connection.execute(sa.delete(publications).where(publications.c.id == number))
    return Published(None, 0, 0, 0)


def finish(connection: sa.Connection, published: Published) -> None:
    """Mark a publication finished; part of the transaction that makes it current."""
    connection.execute(
        sa.update(publications)
        .where(publications.c.id == published.publication)
        .values(
            finished_at=datetime.now(UTC).replace(tzinfo=None),
            rows_written=published.rows_written + published.rows_closed,
        )
    )


def clean(register: sa.Engine, lease: Lease) -> int:
    """Remove what a publisher that died left behind; returns how many rows that was.

    Its rows were never seen: they are deleted, and the rows they were to replace are opened again.
    """
    removed = 0
    with register.connect() as connection:
        current = read_state(connection).publication_id
    for table in (figures, signals, documents):
        began, ended = table.c.from_publication > current, table.c.to_publication > current
        for ids in _portions(register, table, began):
            with register.begin() as connection:
                lease.hold(connection)
                mine = table.c.series_id.in_(ids)
                removed += connection.execute(sa.delete(table).where(mine, began)).rowcount
            time.sleep(BREATH)
        for ids in _portions(register, table, ended):
            with register.begin() as connection:
                lease.hold(connection)
                mine = table.c.series_id.in_(ids)
                removed += connection.execute(
                    sa.update(table).where(mine, ended).values(to_publication=None)
                ).rowcount
            time.sleep(BREATH)
    with register.begin() as connection:
        lease.hold(connection)
        connection.execute(sa.delete(restatements).where(restatements.c.publication_id > current))
        connection.execute(sa.delete(publications).where(publications.c.id > current))
    return removed


def _portions(
    register: sa.Engine, table: sa.Table, condition: sa.ColumnElement[bool]
) -> Iterator[list[int]]:
    """Series that hold rows under a condition, in portions of about CHUNK rows."""
    with register.connect() as connection:
        counts = connection.execute(
            sa.select(table.c.series_id, sa.func.count())
            .where(condition)
            .group_by(table.c.series_id)
        ).all()
    portion: list[int] = []
    rows = 0
    for series_id, count in counts:
        portion.append(series_id)
        rows += count
        if rows >= CHUNK or len(portion) >= 500:
            yield portion
            portion, rows = [], 0
    if portion:
        yield portion
