"""Many rows of one statement, bound as the driver wants them: SQLAlchemy's own way by a row at a
time takes most of the time of a large write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Bound:
    """A statement's text and, for each row, the values of its parameters; see
    `Connection.exec_driver_sql`."""

    text: str
    values: list[Any]


def bound(
    engine: sa.Engine, statement: sa.Insert | sa.Update, lists: Mapping[str, list[Any]]
) -> Bound:
    """One statement for many rows: `lists` hold a value per row for each of its parameters."""
    rows = len(next(iter(lists.values())))
    columns = list(lists) if isinstance(statement, sa.Insert) else None
    compiled = statement.compile(dialect=engine.dialect, column_keys=columns)
    names = list(compiled.positiontup or compiled.binds)
    values = [
        _converted(compiled.binds[name].type, engine.dialect, lists[name])
        if name in lists
        else [compiled.params[name]] * rows
        for name in names
    ]
    found: list[Any] = list(zip(*values, strict=True))
    if compiled.positiontup is None:
        found = [dict(zip(names, row, strict=True)) for row in found]
    return Bound(str(compiled), found)


def _converted(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect, values: list[Any]) -> list[Any]:
    """Values as the driver takes them; each different one is converted once."""
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return values
    found = {value: convert(value) for value in set(values)}
    return [found[value] for value in values]
