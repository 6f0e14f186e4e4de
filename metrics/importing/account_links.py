"""Accounts that a billing file and a tracking tool both know: met while the file is read.

Of an account only keyed hashes are kept, so a billing file's customers can be matched with the
accounts of other tools only while their numbers, addresses and names are at hand: what a tool may
call the customer is hashed as that tool's accounts are, and looked for among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from metrics.importing.binding import Binding
from metrics.importing.header import comparable
from metrics.importing.session import Session

#: Headers under which a billing tool tells what a customer is called elsewhere, the surest first.
TELLING = (
    tuple(f"{name} (metadata)" for name in ("account_id", "account id", "account", "company_id",
                                            "tenant_id", "workspace_id", "organization_id")),
    ("customer email", "email", "e-mail", "billing email"),
    ("customer name", "company", "société", "customer", "client", "customer description"),
)  # fmt: skip
TRACKING = ("landed_events", "landed_users")


@dataclass(frozen=True)
class Met:
    """How many of a file's accounts are known to another tool."""

    source: str
    accounts: int
    of: int


def meet(session: Session, binding: Binding) -> list[Met]:
    """Note the accounts of the file being landed that other tools know too; says of each tool how
    many. `typed` and `staged` are as typing left them."""
    connection = session.connection
    cells = _telling(binding)
    others = _tracking(connection, binding.profile.tool)
    if not cells or not others or binding.keyed:
        return []
    [(accounts,)] = connection.execute("select count(distinct account_key) from typed").fetchall()
    found = []
    for other in others:
        query = f"""
            with told as (
                select distinct t.account_key, c.rank, c.text
                from typed as t join staged as s on s.record = t.record,
                unnest([{", ".join(_struct(rank, cell) for rank, cell in cells)}]) as u(c)
                where t.account_key is not null and c.text is not null
            ),
            called as (
                select account_key, rank, unnest(account_words(text)) as word from told
            ),
            known as ({_known()}),
            alike as (
                select c.account_key, k.account_key as other_key, min(c.rank) as rank
                from called as c join known as k on k.account_key = key_of($namespace, c.word)
                where length(c.word) > 1
                group by all
            )
            insert into landed_account_links
            select $import_id, $source, account_key, $other, arg_min(other_key, (rank, other_key))
            from alike group by account_key
        """  # noqa: S608 - names of cells and tables of ours
        [(rows,)] = connection.execute(
            query,
            {
                "namespace": f"{other}:account:", "import_id": session.import_id,
                "source": binding.profile.tool, "other": other,
            },
        ).fetchall()  # fmt: skip
        if rows:
            found.append(Met(other, rows, accounts))
    return found


def links_of(connection: duckdb.DuckDBPyConnection, import_id: int) -> list[list[object]]:
    """What an import noted, for its archive: account, other tool, account there."""
    rows = connection.execute(
        "select account_key, other_source, other_key from landed_account_links "
        "where import_id = ? order by all",
        [import_id],
    ).fetchall()
    return [list(row) for row in rows]


def note_again(
    connection: duckdb.DuckDBPyConnection,
    import_id: int,
    source: str,
    links: Sequence[Sequence[object]],
) -> None:
    """Note what the archive tells that an import noted."""
    if links:
        connection.executemany(
            "insert into landed_account_links values (?, ?, ?, ?, ?)",
            [[import_id, source, *link] for link in links],
        )


def prune(connection: duckdb.DuckDBPyConnection) -> None:
    """Delete the links of accounts of which the import that noted them holds no row any more."""
    connection.execute(
        "delete from landed_account_links as l where not exists (select 1 from "
        "landed_subscriptions as s where s.import_id = l.import_id "
        "and s.account_key = l.account_key)"
    )


def _telling(binding: Binding) -> list[tuple[int, str]]:
    """The file's columns that tell what a customer is called, with how sure that is."""
    headers = [comparable(cell) for cell in binding.table.header]
    return [
        (rank, f"c{place}")
        for rank, names in enumerate(TELLING)
        for place, header in enumerate(headers)
        if header in names
    ]


def _struct(rank: int, cell: str) -> str:
    return f"{{'rank': {rank}, 'text': clean(s.{cell})}}"


def _known() -> str:
    """The accounts of a tracking tool, as keys."""
    tables = (
        exp.select("account_key").from_(table).where("source = $other", "account_key is not null")
        for table in TRACKING
    )
    return exp.union(*tables).sql("duckdb")


def _tracking(connection: duckdb.DuckDBPyConnection, own: str) -> list[str]:
    """The tools that name accounts of users."""
    tables = (
        exp.select("source").distinct().from_(table).where("account_key is not null")
        for table in TRACKING
    )
    query = exp.select("source").from_(exp.union(*tables).subquery("t")).where("source <> ?")
    found = connection.execute(query.order_by("source").sql("duckdb"), [own]).fetchall()
    return [source for (source,) in found]
