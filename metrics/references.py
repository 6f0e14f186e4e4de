"""What the facts refer to, copied from the register into a draft of the warehouse.

Models join these tables: whom a tool's word stands for, which events count, who is in a squad.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pandas as pd
from sqlglot import exp

from metrics.account_natures import Natures, account_natures
from metrics.organisation import ACCOUNT, NOT_OURS, Organisation, listed
from metrics.roles import product_roles

_COLUMNS: dict[str, tuple[str, ...]] = {
    "streams": ("source", "stream", "product", "squad"),
    "products": ("product", "signup_event", "activation_event", "activation_days"),
    "funnel_steps": ("product", "step", "event", "window_days"),
    "squad_members": ("squad", "person", "start_day", "end_day"),
    "account_natures": ("account", "nature"),
    "same_accounts": ("source", "other_source"),
    "company": ("currency",),
    "qualifying_events": ("product", "event"),
    "feature_tags": ("product", "feature", "tag"),
    "feature_eligibility": ("product", "feature", "plan"),
    "squad_assignments": ("squad", "product", "start_day", "end_day"),
    "squad_rates": ("squad", "day", "amount"),
    "product_roles": ("product", "role", "person", "start_day", "end_day"),
    "people_names": ("name", "person"),
}


def rebuild(
    connection: duckdb.DuckDBPyConnection,
    organisation: Organisation,
    currency: str = "EUR",
    natures: Natures | None = None,
) -> None:
    """Write the reference tables anew from `organisation`, the company's `currency` and the natures
    of its accounts (the built-in ones unless given); the rest of the draft stays."""
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
            (
                product.product,
                product.signup_event,
                product.activation_event,
                product.activation_window,
            )
            for product in organisation.products
        ],
        "funnel_steps": [
            (product.product, step, event, product.funnel_window)
            for product in organisation.products
            for step, event in enumerate(product.funnel, 1)
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
        "account_natures": list((account_natures() if natures is None else natures).items()),
        "company": [(currency,)],
        "qualifying_events": [
            (product.product, event)
            for product in organisation.products
            for event in listed(product.qualifying_events)
        ],
        "feature_tags": [
            (feature.product, feature.feature, tag)
            for feature in organisation.features
            for tag in listed(feature.tags)
        ],
        "feature_eligibility": [
            (feature.product, feature.feature, plan)
            for feature in organisation.features
            for plan in (*listed(feature.eligible_plans), *([None] * bool(feature.listed_users)))
        ],
        "squad_assignments": [
            (
                assignment.squad,
                assignment.product,
                assignment.start,
                assignment.end + timedelta(1) if assignment.end else None,
            )
            for assignment in organisation.assignments
        ],
        "squad_rates": list(_daily_costs(connection, organisation)),
        "product_roles": list(product_roles(organisation)),
        "people_names": list(people_names(organisation)),
        "same_accounts": [
            (name.source, name.alias.strip().casefold())
            for name in organisation.names
            if name.kind == ACCOUNT and name.target != NOT_OURS
        ],
    }
    for table, columns in _COLUMNS.items():
        connection.execute(exp.delete(table).sql("duckdb"))
        if not rows[table]:
            continue
        frame = pd.DataFrame(rows[table], columns=list(columns), dtype="object")
        connection.register("reference_rows", frame)
        connection.execute(_copy(table, columns))
        connection.unregister("reference_rows")


def _daily_costs(
    connection: duckdb.DuckDBPyConnection, organisation: Organisation
) -> Iterator[tuple[str, date, Decimal]]:
    """Squad, day and cost, for every month that the ledger reaches: a rate's month spread over its
    days, of which those count on which the rate holds and the squad is there. Days are in cents,
    and a whole month of them is the rate, to the cent.
    """
    found = connection.execute("select max(day) from landed_ledger").fetchone()
    last = found[0] if found else None
    for rate in organisation.squad_rates:
        month = rate.start.replace(day=1)
        while last is not None and month <= last:
            days = monthrange(month.year, month.month)[1]
            whole, booked = round(Decimal(str(rate.monthly_cost)) * 100), 0
            for number in range(1, days + 1):
                day, due = month.replace(day=number), whole * number // days
                held = rate.start <= day and (rate.end is None or day <= rate.end)
                if held and not organisation.had_ended("squad", rate.squad, day):
                    yield rate.squad, day, Decimal(booked - due) / 100
                booked = due
            month += timedelta(days)


@cache
def _copy(table: str, columns: tuple[str, ...]) -> str:
    rows = exp.select(*columns).from_("reference_rows")
    return exp.insert(rows, table, columns=list(columns)).sql("duckdb")


def people_names(organisation: Organisation) -> Iterator[tuple[str, str]]:
    """What files may call a person (key, address, name), in lower case, and the person's key.

    A name that two people bear tells neither, unless someone said whose it is.
    """
    people = {person.person for person in organisation.people}
    said = {
        " ".join(name.alias.lower().split()): name.target
        for name in organisation.names
        if name.kind == "person" and name.target in people
    }
    yield from said.items()
    called: dict[str, set[str]] = {}
    for person in organisation.people:
        for name in (person.person, person.name, person.email):
            if name:
                called.setdefault(" ".join(name.lower().split()), set()).add(person.person)
    for name, bearers in called.items():
        if len(bearers) == 1 and name not in said:
            yield name, bearers.pop()
