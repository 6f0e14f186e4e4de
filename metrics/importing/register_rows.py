"""Rows of the organisation's files, typed for the register, and what they change there."""

from __future__ import annotations

from dataclasses import asdict

import duckdb
from sqlglot import exp

from metrics.importing.comparison import Compared
from metrics.importing.dataset import Dataset
from metrics.organisation import Organisation


def organisation_changes(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, organisation: Organisation
) -> tuple[tuple[dict[str, object], ...], Compared]:
    """Every good row as a dict of the register table's columns, and how they compare with the
    organisation as it is."""
    query = (
        exp.select(*(exp.column(name, quoted=True) for name in dataset.fields))
        .from_("shaped")
        .where("problem is null and skip is null")
        .order_by("record")
    )
    rows = tuple(
        dict(zip(dataset.fields, values, strict=True))
        for values in connection.execute(query.sql("duckdb")).fetchall()
    )
    present = {
        _key(dataset, asdict(held)): asdict(held) for held in getattr(organisation, dataset.name)
    }
    unchanged = replaced = 0
    for row in rows:
        held = present.get(_key(dataset, row))
        if held is not None:
            unchanged += held == row
            replaced += held != row
    return rows, Compared(replaced, unchanged)


def _key(dataset: Dataset, row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in dataset.key)
