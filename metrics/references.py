"""What the facts refer to, copied from the register into a draft of the warehouse.

Models join these tables: whom a tool's word stands for, which events count, who is in a squad.
"""

from __future__ import annotations

import csv
from datetime import timedelta
from importlib.resources import files
from typing import Any

import duckdb
import pandas as pd
from sqlglot import exp

from metrics.organisation import Organisation

_COLUMNS: dict[str, tuple[str, ...]] = {
    "streams": ("source", "stream", "product", "squad"),
    "products": ("product", "signup_event", "activation_event"),
    "squad_members": ("squad", "person", "start_day", "end_day"),
    "account_natures": ("account", "nature"),
}


def rebuild(connection: duckdb.DuckDBPyConnection, organisation: Organisation) -> None:
    """Write the four reference tables anew from `organisation`; the rest of the draft stays."""
    pairs = connection.execute(
        "select distinct source, stream from import_streams order by source, stream"
    ).fetchall()
    rows: dict[str, list[tuple[Any, ...]]] = {
        "streams": [
            (
                source,
                stream,
                organisation.place("product", source, stream),
                organisation.place("squad", source, stream),
            )
            for source, stream in pairs
        ],
        "products": [
            (product.product, product.signup_event, product.activation_event)
            for product in organisation.products
        ],
        "squad_members": [
            (
                membership.squad,
                membership.person,
                membership.start,
                membership.end + timedelta(1) if membership.end else None,
            )
            for membership in organisation.memberships
        ],
        "account_natures": account_natures(),
    }
    for table, columns in _COLUMNS.items():
        connection.execute(exp.delete(table).sql("duckdb"))
        frame = pd.DataFrame(rows[table], columns=list(columns), dtype="object")
        connection.register("reference_rows", frame)
        connection.execute(_copy(table, columns).sql("duckdb"))
        connection.unregister("reference_rows")


def _copy(table: str, columns: tuple[str, ...]) -> exp.Insert:
    return exp.insert(exp.select(*columns).from_("reference_rows"), table, columns=list(columns))


def account_natures() -> list[tuple[str, str]]:
    """The nature of accounts of the French chart of accounts, by prefix; the longest one counts."""
    text = files("metrics").joinpath("account_natures.csv").read_text("utf-8")
    return [(row["account"], row["nature"]) for row in csv.DictReader(text.splitlines())]
