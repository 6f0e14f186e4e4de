"""A person taken out of the open draft of the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import duckdb
from sqlglot import exp

from metrics.erasure.person import GONE, Erased, Person, label_of
from metrics.importing.landed_tables import import_tables
from metrics.organisation import Organisation

#: Columns of landed tables that hold keys of people, or of accounts, which may be people.
KEYS = ("user_key", "account_key", "other_key", "alias_key", "person_key")


def erase_facts(facts: duckdb.DuckDBPyConnection, person: Person) -> Erased:
    """Delete the person's rows from the open draft, and their name from every text of others'."""
    rows: dict[str, int] = {}
    for change in _changes(facts, person):
        rows[change.place] = rows.get(change.place, 0) + _changed(facts, change.statement)
    return Erased({name: count for name, count in rows.items() if count})


def count_in_facts(facts: duckdb.DuckDBPyConnection, person: Person) -> Erased:
    """What `erase_facts` would delete or change, which stays as it is."""
    rows: dict[str, int] = {}
    for change in _changes(facts, person):
        query = exp.select(exp.Count(this=exp.Star())).from_(change.table).where(change.where)
        [(count,)] = facts.execute(query.sql("duckdb")).fetchall()
        rows[change.place] = rows.get(change.place, 0) + int(count)
    return Erased({name: count for name, count in rows.items() if count})


@dataclass(frozen=True)
class _Change:
    """One statement of an erasure, and the rows of its table that it takes."""

    table: str
    statement: exp.Expr
    where: exp.Expr

    @property
    def place(self) -> str:
        return self.table.removeprefix("landed_")


def _changes(facts: duckdb.DuckDBPyConnection, person: Person) -> Iterator[_Change]:
    """The statements, in their order. None takes a row that one before it has taken, so that rows
    are counted once whether the statements are run or only counted."""
    for table in import_tables():
        kinds = dict(
            facts.execute(
                "select column_name, data_type from duckdb_columns() where table_name = ? "
                "and database_name = current_database()",
                [table],
            ).fetchall()
        )
        tests: list[exp.Expr] = [
            exp.column(name).isin(*person.keys) for name in KEYS if name in kinds
        ]
        if "person" in kinds:
            tests.append(exp.func("lower", exp.column("person")).isin(*person.words))
        gone = exp.or_(*tests) if tests else exp.false()
        others = exp.not_(exp.func("coalesce", gone.copy(), exp.false()))
        if tests:
            yield _Change(table, exp.delete(table, where=gone.copy()), gone)
        theirs = exp.func("lower", exp.column("owner")).isin(*person.words)
        if "owner" in kinds:
            where = exp.and_(theirs, others)
            yield _Change(table, exp.update(table, {"owner": exp.null()}, where=where), where)
        for name, kind in kinds.items():
            if not person.pattern or kind not in ("VARCHAR", "VARCHAR[]"):
                continue
            left: exp.Expr = others
            if name == "owner":
                left = exp.and_(left, exp.not_(exp.func("coalesce", theirs.copy(), exp.false())))
            yield _without_name(table, name, person.pattern, left, several=kind != "VARCHAR")


def _without_name(
    table: str, column: str, pattern: str, left: exp.Expr, *, several: bool
) -> _Change:
    """Replace a name in the texts of a column, as the archive does, so that both stay the same."""
    told = exp.Literal.string(pattern)
    asked = exp.column(column)
    text = exp.func("array_to_string", asked, exp.Literal.string("\n")) if several else asked
    gone = exp.Literal.string(GONE)
    of = exp.column("x") if several else asked.copy()
    new: exp.Expr = exp.Anonymous(
        this="regexp_replace", expressions=[of, told, gone, exp.Literal.string("g")]
    )
    if several:
        lambda_ = exp.Lambda(this=new, expressions=[exp.to_identifier("x")])
        new = exp.Anonymous(this="list_transform", expressions=[asked.copy(), lambda_])
    test = exp.Anonymous(this="regexp_matches", expressions=[text, told.copy()])
    where = exp.and_(test, left.copy())
    return _Change(table, exp.update(table, {column: new}, where=where), where)


def erase_names(facts: duckdb.DuckDBPyConnection, person: Person, number: int) -> None:
    """Take the person out of what the draft has copied from the register."""
    theirs = exp.func("lower", exp.column("person")).isin(*person.words)
    called = exp.func("lower", exp.column("name")).isin(*person.words)
    _changed(facts, exp.delete("people_names", where=exp.or_(theirs, called)))
    label = exp.Literal.string(label_of(number))
    for table in ("product_roles", "squad_members"):
        _changed(facts, exp.update(table, {"person": label.copy()}, where=theirs.copy()))


def as_after(organisation: Organisation, person: Person) -> Organisation:
    """The organisation as tools' words will be placed once the person's name is gone from them."""
    names = tuple(replace(name, alias=person.without(name.alias)) for name in organisation.names)
    return replace(organisation, names=names)


def _changed(facts: duckdb.DuckDBPyConnection, statement: exp.Expr) -> int:
    found = facts.execute(statement.sql("duckdb")).fetchone()
    return int(found[0]) if found else 0
