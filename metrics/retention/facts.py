"""Rows that are past their age, found in the warehouse and deleted from an open draft."""

from __future__ import annotations

from datetime import date

import duckdb
from sqlglot import exp

from metrics.importing import account_links, age
from metrics.importing.age import ENTITIES, RULES, is_past
from metrics.importing.dataset import DATASETS, Behaviour
from metrics.importing.landed_rows import insert_streams


def find_due(facts: duckdb.DuckDBPyConnection, horizon: date) -> None:
    """Make a temporary table `due_<dataset>` for each dataset with identifiers: the source and the
    identifier of what is past. Works on a warehouse that is open for reading only, too."""
    for name, (relation, key) in ENTITIES.items():
        newest = exp.select("*").from_(relation)
        if relation.startswith("landed_"):
            ranked = exp.Window(
                this=exp.RowNumber(),
                partition_by=[exp.column(each) for each in ("source", *key)],
                order=exp.Order(expressions=[_down("observed_at"), _down("import_id")]),
            )
            newest = newest.qualify(ranked.eq(1))
        past = exp.func("bool_and", is_past(name, horizon))
        due = exp.select("source", *key).from_(newest.subquery("newest"))
        due = due.group_by("source", *key).having(past)
        text = due.sql("duckdb")
        facts.execute(f"create or replace temp table due_{name} as {text}")


def _down(name: str) -> exp.Ordered:
    return exp.Ordered(this=exp.column(name), desc=True)


def due(name: str, horizon: date, table: str, source: str | None = None) -> exp.Expr:
    """The condition by which a row of `table` goes, landed or, if of a `source`, shaped."""
    if name not in ENTITIES:
        return is_past(name, horizon)
    _, key = ENTITIES[name]
    of = exp.column("source", table=table) if source is None else exp.Literal.string(source)
    same = [exp.column("source", table="d").eq(of)]
    same += [exp.column(each, table="d").eq(exp.column(each, table=table)) for each in key]
    query = exp.select("1").from_(exp.to_table(f"due_{name}").as_("d")).where(*same)
    return exp.Exists(this=query)


def due_rows(facts: duckdb.DuckDBPyConnection, horizon: date) -> dict[str, int]:
    """How many landed rows of each dataset are past; after `find_due`."""
    found = {}
    for name in RULES:
        table = DATASETS[name].table
        query = exp.select(exp.Count(this=exp.Star())).from_(table).where(due(name, horizon, table))
        row = facts.execute(query.sql("duckdb")).fetchone()
        if row and row[0]:
            found[name] = int(row[0])
    return found


def touched(facts: duckdb.DuckDBPyConnection, horizon: date) -> set[int]:
    """The imports that hold rows which are past; after `find_due`."""
    found: set[int] = set()
    for name in RULES:
        table = DATASETS[name].table
        query = exp.select("import_id").distinct().from_(table).where(due(name, horizon, table))
        found |= {number for (number,) in facts.execute(query.sql("duckdb")).fetchall()}
    return found


def purge_facts(facts: duckdb.DuckDBPyConnection, horizon: date) -> dict[str, int]:
    """Delete from the open draft the rows that are past, and what was noted of their days; returns
    how many rows of each dataset; after `find_due`."""
    age.note(facts, horizon)
    rows: dict[str, int] = {}
    changed = touched(facts, horizon)
    for name in RULES:
        dataset = DATASETS[name]
        gone = exp.delete(dataset.table, where=due(name, horizon, dataset.table))
        found = facts.execute(gone.sql("duckdb")).fetchone()
        if found and found[0]:
            rows[name] = int(found[0])
        if dataset.behaviour is Behaviour.SLICES:
            facts.execute("delete from slices where dataset = ? and day < ?", [name, horizon])
    account_links.prune(facts)
    for number in sorted(changed):
        told = facts.execute(
            "select dataset, source from imports where import_id = ?", [number]
        ).fetchone()
        if told is not None:
            facts.execute("delete from import_streams where import_id = ?", [number])
            insert_streams(facts, DATASETS[told[0]], number, told[1])
    return rows
