"""A person taken out of the words of the register."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from metrics.erasure.person import Erased, Person, label_of
from metrics.register.tables import erasures, metadata, names, people, series

#: Tables of the register that hold figures and marks, no word about anybody.
NO_WORDS = ("figures", "signals", "documents", "state", "leases", "alembic_version")
#: Columns of the register that hold who somebody is, as do those that end in _by.
NAMING = ("person", "owner", "email")
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


def in_register(connection: sa.Connection, person: Person) -> int:
    """How many rows of the register speak of the person."""
    return sum(1 for _ in _rows_to_change(connection, person, ""))


def erase_register(connection: sa.Connection, person: Person, number: int) -> int:
    """Put a number in the place of the person in the register's words, in the caller's
    transaction; returns how many rows that changed."""
    if connection.dialect.name == "sqlite":  # what is replaced is overwritten in the file too
        connection.exec_driver_sql("pragma secure_delete = on")
    changes = list(_rows_to_change(connection, person, label_of(number)))
    for table, row, values in changes:
        here = [key == value for key, value in zip(table.primary_key.columns, row, strict=True)]
        connection.execute(sa.update(table).where(*here).values(values))
    return len(changes)


def _rows_to_change(
    connection: sa.Connection, person: Person, label: str
) -> Iterator[tuple[sa.Table, tuple[Any, ...], dict[str, Any]]]:
    """Each row of the register that speaks of the person: table, key, and what it is to say."""
    for table in metadata.sorted_tables:
        kept = [
            column
            for column in table.columns
            if isinstance(column.type, sa.String | sa.JSON) and not column.primary_key
        ]
        keys = list(table.primary_key.columns)
        if table.name in NO_WORDS or not kept or not keys:
            continue
        query = sa.select(*keys, *kept)
        if table is series:
            query = query.where(series.c.scope_kind == "owner")
        for row in connection.execute(query).all():
            values = dict(zip((column.name for column in kept), row[len(keys) :], strict=True))
            said = {name: _erased(name, value, person, label) for name, value in values.items()}
            if table is names and values["kind"] == "person":
                said |= {
                    name: label
                    for name in ("alias", "target")
                    if values[name].strip().lower() in person.words
                }
            if values.get("scope_kind") == "owner":
                role, _, owner = str(values["scope"]).partition(":")
                if owner.lower() in person.words:
                    said["scope"] = f"{role}:{label}"
            if table is people and said["person"] == label:
                said |= {"name": label, "email": None}
            if said != values:
                yield table, tuple(row[: len(keys)]), said


def _erased(name: str, value: Any, person: Person, label: str) -> Any:
    """A value of the register without the person: a number where it is them, else no name in it."""
    match value:
        case str():
            names_people = name in NAMING or name.endswith("_by")
            if names_people and value.strip().lower() in person.words:
                return label
            if names_people and ADDRESS.fullmatch(value.strip()):
                return value  # anne-marie@… holds marie@… and is somebody else's
            return person.without(value)
        case dict():
            return {key: _erased(name, each, person, label) for key, each in value.items()}
        case list():
            return [_erased(name, each, person, label) for each in value]
    return value


def next_number(connection: sa.Connection) -> int:
    """The number of the next erasure. Only the holder of the publisher's lease may use it."""
    last = connection.execute(sa.select(sa.func.max(erasures.c.id))).scalar_one()
    return int(last or 0) + 1


def note(connection: sa.Connection, number: int, erased: Erased, *, by: str) -> None:
    """Write down that somebody was erased, in the caller's transaction; never who."""
    connection.execute(
        sa.insert(erasures).values(
            id=number,
            erased_at=datetime.now(UTC).replace(tzinfo=None, microsecond=0),
            erased_by=by,
            rows=dict(erased.rows),
        )
    )
