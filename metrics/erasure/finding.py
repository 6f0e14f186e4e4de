"""Who is meant: what they are called, and the keys under which facts know them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence

import duckdb
import sqlalchemy as sa
from sqlglot import exp

from metrics.erasure.person import Person
from metrics.errors import VigieError, unknown
from metrics.importing.bound_cells import kind_of_identifier
from metrics.importing.profile import Profile
from metrics.importing.values import Reading
from metrics.register.tables import names, people


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
    called = sa.select(people.c.person, people.c.name, people.c.email)
    said = sa.select(names.c.alias, names.c.target).where(names.c.kind == "person")
    rows = [
        frozenset(word.strip().lower() for word in row if word and word.strip())
        for query in (called, said)
        for row in connection.execute(query)
    ]
    words = frozenset({wanted.lower()})
    while (wider := words.union(*(row for row in rows if row & words))) != words:
        words = wider
    return words


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
