"""A person taken out of the open draft of the warehouse."""

from __future__ import annotations

import duckdb
from sqlglot import exp

from metrics.erasure.person import Erased, Person, label_of
from metrics.importing.dataset import DATASETS, Behaviour

#: Columns of landed tables that hold keys of people, or of accounts, which may be people.
KEYS = ("user_key", "account_key", "alias_key", "person_key")


def erase_facts(facts: duckdb.DuckDBPyConnection, person: Person) -> Erased:
    """Delete the person's rows from the open draft, and texts that name them."""
    rows: dict[str, int] = {}
    for dataset in DATASETS.values():
        if dataset.behaviour is Behaviour.ORGANISATION:
            continue
        kinds = dict(
            facts.execute(
                "select column_name, data_type from duckdb_columns() where table_name = ?",
                [dataset.table],
            ).fetchall()
        )
        tests: list[exp.Expr] = [
            exp.column(name).isin(*person.keys) for name in KEYS if name in kinds
        ]
        if "person" in kinds:
            tests.append(exp.func("lower", exp.column("person")).isin(*person.words))
        if tests:
            query = exp.delete(dataset.table).where(exp.or_(*tests))
            rows[dataset.name] = _changed(facts, query)
        for name in (name for name, kind in kinds.items() if kind == "VARCHAR"):
            if name in ("owner", dataset.text) and (test := _named(name, person)) is not None:
                change = exp.update(dataset.table, {name: exp.null()}, where=test)
                rows[dataset.name] = rows.get(dataset.name, 0) + _changed(facts, change)
    return Erased({name: count for name, count in rows.items() if count})


def erase_names(facts: duckdb.DuckDBPyConnection, person: Person, number: int) -> None:
    """Take the person out of what the draft has copied from the register."""
    theirs = exp.func("lower", exp.column("person")).isin(*person.words)
    _changed(facts, exp.delete("people_names").where(theirs))
    label = exp.Literal.string(label_of(number))
    _changed(facts, exp.update("product_roles", {"person": label}, where=theirs.copy()))


def _named(column: str, person: Person) -> exp.Expr | None:
    """Whether a text is the person's name, or has it in it."""
    text = exp.func("lower", exp.column(column))
    tests: list[exp.Expr] = [text.copy().isin(*person.words)] if column == "owner" else []
    tests += [
        exp.func("contains", text.copy(), exp.Literal.string(word), dialect="duckdb")
        for word in person.inside
    ]
    return exp.or_(*tests) if tests else None


def _changed(facts: duckdb.DuckDBPyConnection, statement: exp.Expr) -> int:
    found = facts.execute(statement.sql("duckdb")).fetchone()
    return int(found[0]) if found else 0
