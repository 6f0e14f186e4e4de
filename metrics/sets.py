"""Puts the sets and the calendar of a computation beside the facts, for compiled KPIs to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import duckdb
import pyarrow as pa

from metrics.calendar import Period

#: Bits of a mask in use; the sign bit is left alone.
SETS_PER_CHUNK = 60


def put_calendar(connection: duckdb.DuckDBPyConnection, periods: Sequence[Period]) -> None:
    """Temporary relations `periods` (one row each) and `days` (one row a day)."""
    _put(
        connection,
        "periods",
        pa.table(
            {
                "period_index": pa.array(range(len(periods)), pa.int64()),
                "start_day": pa.array([period.start for period in periods], pa.date32()),
                "end_day": pa.array([period.end for period in periods], pa.date32()),
            }
        ),
    )
    days = [
        (period.start + timedelta(offset), index)
        for index, period in enumerate(periods)
        for offset in range(period.days)
    ]
    _put(
        connection,
        "days",
        pa.table(
            {
                "day": pa.array([day for day, _ in days], pa.date32()),
                "period_index": pa.array([index for _, index in days], pa.int64()),
            }
        ),
    )


def put_sets(connection: duckdb.DuckDBPyConnection, sets: Sequence[frozenset[str]]) -> None:
    """Temporary relations `set_members`, `member_masks`, `set_bits`; a set's id is its position."""
    pairs = [(index, member) for index, members in enumerate(sets) for member in sorted(members)]
    masks: dict[tuple[int, str], int] = {}
    for index, member in pairs:
        chunk, bit = divmod(index, SETS_PER_CHUNK)
        masks[chunk, member] = masks.get((chunk, member), 0) | 1 << bit
    _put(
        connection,
        "set_members",
        pa.table(
            {
                "set_id": pa.array([index for index, _ in pairs], pa.int64()),
                "member": pa.array([member for _, member in pairs], pa.string()),
            }
        ),
    )
    _put(
        connection,
        "member_masks",
        pa.table(
            {
                "chunk": pa.array([chunk for chunk, _ in masks], pa.int64()),
                "member": pa.array([member for _, member in masks], pa.string()),
                "mask": pa.array(list(masks.values()), pa.int64()),
            }
        ),
    )
    _put(
        connection,
        "set_bits",
        pa.table(
            {
                "set_id": pa.array(range(len(sets)), pa.int64()),
                "chunk": pa.array(
                    [index // SETS_PER_CHUNK for index in range(len(sets))], pa.int64()
                ),
                "bit": pa.array(
                    [1 << index % SETS_PER_CHUNK for index in range(len(sets))], pa.int64()
                ),
            }
        ),
    )


def _put(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming", table)
    connection.execute(f"create or replace temporary table {name} as select * from incoming")  # noqa: S608 - our own constants
    connection.unregister("incoming")
