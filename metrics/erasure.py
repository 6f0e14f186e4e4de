"""Erasing a person: from the facts, the archive and the register, wherever any of them is known.

Facts know people by keyed hashes of what tools call them; the hashes of one identifier are made
again here, as each tool would have made them. Rows that bear one are deleted; what people wrote
that names the person loses its text; the register's own people become a number.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlglot import exp

from metrics.errors import VigieError, unknown
from metrics.importing.bound_cells import kind_of_identifier
from metrics.importing.dataset import DATASETS, Behaviour
from metrics.importing.header import comparable
from metrics.importing.profile import Profile
from metrics.importing.values import Reading
from metrics.register.tables import erasures, metadata, people, series

#: Columns of landed tables that hold keys of people, or of accounts, which may be people.
KEYS = ("user_key", "account_key", "alias_key", "person_key")
#: Tables of the register that hold figures and marks, no word about anybody.
NO_WORDS = ("figures", "signals", "documents", "state", "leases", "alembic_version")
#: Columns of the register that hold who somebody is, as do those that end in _by.
NAMING = ("person", "owner", "email")
#: What is put where a name stood in a text.
GONE = "‹erased›"
LONG_ENOUGH = 5  # letters of a name that is looked for inside texts


@dataclass(frozen=True)
class Person:
    """Somebody to erase: what they are called, in lower case, and the keys of that in the facts."""

    words: frozenset[str]
    keys: frozenset[int]

    @property
    def inside(self) -> tuple[str, ...]:
        """Words that name them beyond doubt, even inside a text: full names and addresses."""
        told = (word for word in self.words if len(word) >= LONG_ENOUGH)
        return tuple(sorted(word for word in told if "@" in word or " " in word))


@dataclass(frozen=True)
class Erased:
    """How many rows each place has lost, or had changed."""

    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def find(
    register: sa.Connection,
    facts: duckdb.DuckDBPyConnection,
    secret: bytes,
    given: str,
    profiles: Sequence[Profile],
    known_as: str = "",
) -> Person:
    """Who is meant by an address, a name or an identifier of a tool.

    An address is looked for in every tool. An identifier may be one person's in one tool and
    another's in the next, so that `known_as` (tool:kind) must say which when several know it.
    Raises VigieError then, and when nothing is kept under `given`.
    """
    wanted = given.strip()
    words = _called(register, wanted)
    candidates = _candidates(facts, secret, {wanted, *words}, profiles)
    if known_as:
        if known_as not in candidates:
            raise unknown("kind of identifier", known_as, candidates)
        keys = set(candidates[known_as])
    else:
        kept = _kept(facts, {key for keys in candidates.values() for key in keys})
        holders = [name for name, keys in candidates.items() if kept & keys]
        if len(holders) > 1 and "@" not in wanted:
            raise VigieError(
                f"'{wanted}' is somebody in several tools, perhaps not the same.",
                choices=holders,
                next_step="Say which is meant with --as, and erase one after the other.",
                exit_code=2,
            )
        keys = {key for name in candidates if name in holders or "@" in wanted
                for key in candidates[name]}  # fmt: skip
    return Person(words, _same_person(facts, keys))


def _called(connection: sa.Connection, wanted: str) -> frozenset[str]:
    """What the register calls who is meant, in lower case, the given word included."""
    columns = (people.c.person, people.c.name, people.c.email)
    found = connection.execute(
        sa.select(*columns).where(
            sa.or_(*(sa.func.lower(column) == wanted.lower() for column in columns))
        )
    )
    words = {word.strip().lower() for row in found for word in row if word and word.strip()}
    return frozenset(words | {wanted.lower()})


def _candidates(
    facts: duckdb.DuckDBPyConnection,
    secret: bytes,
    identifiers: Collection[str],
    profiles: Iterable[Profile],
) -> dict[str, frozenset[int]]:
    """The keys that the identifiers would have had, by tool:kind."""
    columns = [
        (profile.tool, kind_of_identifier(name, column))
        for profile in profiles
        for name, column in profile.columns.items()
        if column.read is Reading.HASH
    ]
    tools = {tool for tool, _ in columns}
    tools |= {tool for (tool,) in facts.execute("select distinct source from imports").fetchall()}
    names = {f"{tool}:{kind}" for tool in tools for kind in {kind for _, kind in columns}}
    return {
        name: frozenset(key_of(secret, f"{name}:{identifier}") for identifier in identifiers)
        for name in sorted(names)
    }


def _kept(facts: duckdb.DuckDBPyConnection, keys: Collection[int]) -> set[int]:
    """Those of the keys that a row bears."""
    found: set[int] = set()
    for table, name in facts.execute(
        "select table_name, column_name from duckdb_columns() where column_name in "
        "('user_key', 'account_key', 'alias_key', 'person_key') and starts_with(table_name, ?)",
        ["landed_"],
    ).fetchall():
        query = exp.select(name).distinct().from_(table).where(exp.column(name).isin(*keys))
        found |= {key for (key,) in facts.execute(query.sql("duckdb")).fetchall()}
    return found


def _same_person(facts: duckdb.DuckDBPyConnection, keys: set[int]) -> frozenset[int]:
    """The keys, and those of everything that `identities` says is the same person."""
    pairs = facts.execute("select distinct alias_key, person_key from landed_identities").fetchall()
    known = -1
    while known != len(keys):
        known = len(keys)
        keys = keys | {key for pair in pairs if keys & set(pair) for key in pair}
    return frozenset(keys)


def key_of(secret: bytes, identifier: str) -> int:
    """As the macro `key_of` of importing/values.sql."""
    digest = hashlib.sha256((secret.hex() + identifier).encode()).hexdigest()
    return int(digest[:16], 16) - (1 << 63)


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


def erase_copies(workspace: Path) -> None:
    """Remove what else holds rows as they came: loaded files of the inbox, the last failure."""
    shutil.rmtree(workspace / "inbox" / "loaded", ignore_errors=True)
    (workspace / "last_failure.txt").unlink(missing_ok=True)


def flush(register: sa.Engine) -> None:
    """Empty SQLite's journal, which still holds what was replaced."""
    if register.dialect.name == "sqlite":
        with register.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")


def label_of(number: int) -> str:
    """What stands for a person once they are erased."""
    return f"erased-{number}"


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


def erase_archive(folder: Path, person: Person, profiles: Sequence[Profile]) -> int:
    """Take the person's rows out of every archived file; returns how many those were.

    Each file is written aside and put in place whole. Source rows keep their numbers.
    """
    gone = 0
    for file in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(file) as parquet:
            schema = parquet.schema_arrow
            about = json.loads((schema.metadata or {}).get(b"vigie", b"{}"))
            places = _Places.of(about, profiles)
            if all(
                _cleaned(batch, places, person).equals(batch) for batch in parquet.iter_batches()
            ):
                continue
            unfinished = file.with_name(f".{file.name}.{os.getpid()}")
            unfinished.touch(mode=0o600)
            with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
                for batch in parquet.iter_batches():
                    kept = _cleaned(batch, places, person)
                    gone += batch.num_rows - kept.num_rows
                    writer.write_batch(kept)
        unfinished.replace(file)
    return gone


@dataclass(frozen=True)
class _Places:
    """Cells of an archived file: keys of people, their names, and names of who answers for it."""

    keys: frozenset[str]
    people: frozenset[str]
    owners: frozenset[str]

    @classmethod
    def of(cls, about: Mapping[str, Any], profiles: Sequence[Profile]) -> _Places:
        headers = {cell: comparable(header) for cell, header in about.get("headers", {}).items()}
        columns = next((each.columns for each in profiles if each.name == about.get("profile")), {})

        def cells(*fields: str) -> frozenset[str]:
            wanted = {
                header for field in fields if field in columns
                for header in columns[field].comparable_headers
            }  # fmt: skip
            return frozenset(cell for cell, header in headers.items() if header in wanted)

        return cls(frozenset(about.get("hashed", ())), cells("person", "email"), cells("owner"))


def _cleaned(batch: pa.RecordBatch, places: _Places, person: Person) -> pa.RecordBatch:
    """The rows of others, without the person's name in their texts."""
    keys = pa.array([str(key) for key in person.keys], pa.string())  # as old archives hold them
    words = pa.array(sorted(person.words), pa.string())
    theirs = pa.array([False] * batch.num_rows, pa.bool_())
    columns = []
    for name in batch.schema.names:
        column = batch.column(name)
        if name in places.keys:
            told = pc.is_in(column, value_set=keys.cast(column.type))
            theirs = pc.or_(theirs, pc.fill_null(told, False))
        elif pa.types.is_string(column.type):
            told = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(column)), value_set=words)
            if name in places.people:
                theirs = pc.or_(theirs, pc.fill_null(told, False))
            if name in places.owners:
                column = pc.if_else(told, pa.scalar(None, pa.string()), column)
            for word in person.inside:
                pattern = f"(?i){re.escape(word)}"
                column = pc.replace_substring_regex(column, pattern=pattern, replacement=GONE)
        columns.append(column)
    return pa.record_batch(columns, schema=batch.schema).filter(pc.invert(theirs))


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
            for word in person.inside:
                value = re.sub(re.escape(word), GONE, value, flags=re.IGNORECASE)
            return value
        case dict():
            return {key: _erased(name, each, person, label) for key, each in value.items()}
        case list():
            return [_erased(name, each, person, label) for each in value]
    return value
