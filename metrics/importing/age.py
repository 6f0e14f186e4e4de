"""How old a row is: by the last day of which it says anything, dataset by dataset."""

from __future__ import annotations

from datetime import date

import duckdb
import sqlglot
from sqlglot import exp

from metrics.importing.binding import Binding
from metrics.importing.dataset import Behaviour

#: Why a row of that age is left out.
BEYOND = "beyond_age"
#: When all that a row says lies before the day `horizon`. What is not here are no raw rows: plans,
#: rules, rates and figures that a tool or the market has already added up.
RULES = {
    "events": "day < horizon",
    "ledger": "day < horizon",
    "responses": "day < horizon",
    "discoveries": "day < horizon",
    "feedback": "coalesce(resolved_day, day) < horizon "
    "and (kind <> 'ticket' or status = 'resolved')",
    "deployments": "coalesce(restored_day, day) < horizon",
    "work_items": "status_category in ('done', 'cancelled') "
    "and coalesce(done_day, category_changed_day, created_day) < horizon",
    "subscriptions": "end_day <= horizon",
    "deals": "outcome <> 'open' and coalesce(closed_day, created_day) < horizon",
    "users": "signed_up_day < horizon and cast(observed_at as date) < horizon",
}
#: Of rows with an identifier, the table or view that tells what they say now, and what names them:
#: all versions go together, once the newest one is past.
ENTITIES = {
    "discoveries": ("discoveries", ("discovery_id",)),
    "feedback": ("feedback", ("feedback_id",)),
    "deployments": ("deployed_changes", ("deployment_id",)),
    "work_items": ("work_items", ("item_id",)),
    "subscriptions": ("subscriptions", ("subscription_id",)),
    "deals": ("landed_deals", ("deal_id",)),
    "users": ("landed_users", ("stream", "user_key")),
}


def horizon_of(today: date, months: int) -> date:
    """The first day of which raw rows are kept, `months` full months before today's."""
    count = today.year * 12 + today.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def kept_since(connection: duckdb.DuckDBPyConnection, catalog: str) -> date | None:
    """The first day of which a warehouse keeps raw rows; None where none were purged. `catalog` is
    '' while there is no warehouse yet."""
    if not catalog:
        return None
    known = connection.execute(
        "select 1 from duckdb_tables() where database_name = ? and table_name = 'kept_since'",
        [catalog],
    ).fetchone()
    if known is None:  # made by a program that purged nothing
        return None
    query = exp.select("max(day)").from_(exp.table_("kept_since", db="main", catalog=catalog))
    [(day,)] = connection.execute(query.sql("duckdb", identify=True)).fetchall()
    found: date | None = day
    return found


def note(facts: duckdb.DuckDBPyConnection, horizon: date) -> None:
    """Note in an open draft that nothing before the horizon is kept in it."""
    facts.execute("delete from kept_since")
    facts.execute("insert into kept_since values (?)", [horizon])


def beyond(binding: Binding, observed_day: date, horizon: date | None) -> exp.Expr | None:
    """The condition on a shaped row by which it is past already as it comes; None where no row is.

    Of what has an identifier, everything that an export from before the horizon says is past: an
    item that it shows open may have been finished, and purged, long ago.
    """
    name = binding.dataset.name
    if horizon is None or name not in RULES:
        return None
    if observed_day < horizon and binding.dataset.behaviour is not Behaviour.SLICES:
        return exp.true()
    return None if name == "users" else is_past(name, horizon)


def is_past(dataset: str, horizon: date) -> exp.Expr:
    """The condition on a row by which all that it says lies before the horizon."""
    tree = sqlglot.parse_one(RULES[dataset], read="duckdb")
    day = exp.cast(exp.Literal.string(horizon.isoformat()), "date")
    found: exp.Expr = tree.transform(
        lambda node: day.copy() if isinstance(node, exp.Column) and node.name == "horizon" else node
    )
    return found
