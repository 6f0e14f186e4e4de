"""The organisation as the register holds it: every version kept, the newest applied one counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from metrics.errors import unknown
from metrics.organisation import (
    Assignment,
    Feature,
    KpiTarget,
    Membership,
    Name,
    Organisation,
    Ownership,
    Person,
    Product,
    Squad,
    SquadRate,
)
from metrics.register import tables
from metrics.register.tables import ORGANISATION, imports, state

Row = TypeVar("Row")


def load_organisation(
    connection: sa.Connection, *, including: Iterable[int] = (), excluding: Iterable[int] = ()
) -> Organisation:
    """The organisation of today: per key, the newest row of an applied import or of the screen.

    `including` adds imports that are not applied yet, `excluding` leaves applied ones out, so a
    job can see the organisation as it will be once it is done.
    """
    included, excluded = list(including), list(excluding)

    def newest(table: sa.Table, row_type: type[Row]) -> tuple[Row, ...]:
        return _newest(connection, table, row_type, included, excluded)

    return Organisation(
        products=newest(tables.products, Product),
        squads=newest(tables.squads, Squad),
        people=newest(tables.people, Person),
        assignments=newest(tables.assignments, Assignment),
        memberships=newest(tables.memberships, Membership),
        ownerships=newest(tables.ownerships, Ownership),
        names=newest(tables.names, Name),
        features=newest(tables.features, Feature),
        squad_rates=newest(tables.squad_rates, SquadRate),
        targets=newest(tables.targets, KpiTarget),
    )


#: The last organisation read of each register, with what it was read at.
_KEPT: WeakKeyDictionary[sa.Engine, tuple[tuple[int | None, ...], Organisation]] = (
    WeakKeyDictionary()
)


def organisation_now(connection: sa.Connection) -> Organisation:
    """The organisation of today for readers: the same object while none of it changes."""
    counts = [
        sa.select(counted).scalar_subquery()
        for table in ORGANISATION.values()
        for counted in (sa.func.max(table.c.id), sa.func.count())
    ]
    applied = sa.select(sa.func.sum(imports.c.id)).where(imports.c.status == "applied")
    published = sa.select(state.c.publication_id)  # an erasure changes rows in their place
    asked = sa.select(*counts, applied.scalar_subquery(), published.scalar_subquery())
    stamp = tuple(connection.execute(asked).one())
    known = _KEPT.get(connection.engine)
    if known is None or known[0] != stamp:
        known = (stamp, load_organisation(connection))
        _KEPT[connection.engine] = known
    return known[1]


def write_rows(
    connection: sa.Connection,
    table: str,
    rows: Sequence[Mapping[str, Any]],
    import_id: int | None,
    observed_at: datetime,
) -> int:
    """Add rows to one organisation table; returns how many.

    `rows` hold the table's own columns; absent ones take the column's default, or null.
    `import_id` is None for rows written on screen; others count once their import is applied.
    Runs in the caller's transaction.
    """
    if table not in ORGANISATION:
        raise unknown("organisation table", table, ORGANISATION)
    target = ORGANISATION[table]
    columns = {
        column.name: column.default.arg if isinstance(column.default, sa.ColumnDefault) else None
        for column in target.c
        if column.name not in ("id", "import_id", "observed_at")
    }
    for row in rows:
        for name in row:
            if name not in columns:
                raise unknown(f"column of {table}", name, columns)
    if rows:
        connection.execute(
            sa.insert(target),
            [
                {
                    name: default if row.get(name) is None else row[name]
                    for name, default in columns.items()
                }
                | {"import_id": import_id, "observed_at": observed_at}
                for row in rows
            ],
        )
    return len(rows)


def remove_rows(connection: sa.Connection, import_id: int) -> None:
    """Delete every organisation row of an import that never came to be applied."""
    for table in ORGANISATION.values():
        connection.execute(sa.delete(table).where(table.c.import_id == import_id))


def _newest(
    connection: sa.Connection,
    table: sa.Table,
    row_type: type[Row],
    including: list[int],
    excluding: list[int],
) -> tuple[Row, ...]:
    key = [table.c[name] for name in table.info["key"]]
    ranked = (
        sa.select(
            table,
            sa.func.row_number()
            .over(partition_by=key, order_by=(table.c.observed_at.desc(), table.c.id.desc()))
            .label("age"),
        )
        .select_from(table.outerjoin(imports, imports.c.id == table.c.import_id))
        .where(
            sa.or_(
                table.c.import_id.is_(None),
                imports.c.status == "applied",
                table.c.import_id.in_(including),
            ),
            sa.or_(table.c.import_id.is_(None), table.c.import_id.not_in(excluding)),
        )
        .subquery()
    )
    names = [field.name for field in fields(row_type)]  # type: ignore[arg-type]
    query = (
        sa.select(*(ranked.c[name] for name in names))
        .where(ranked.c.age == 1)
        .order_by(*(ranked.c[name] for name in table.info["key"]))
    )
    return tuple(row_type(*row) for row in connection.execute(query))
