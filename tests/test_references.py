from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from metrics import references, warehouse
from metrics.organisation import Membership, Name, Organisation, Product, Squad


@pytest.fixture
def facts() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        warehouse.migrate(connection)
        connection.execute(
            "insert into import_streams values (1, 'work_items', 'jira', 'ATL', 3), "
            "(2, 'work_items', 'jira', 'ATL', 4), (2, 'work_items', 'jira', 'New', 1), "
            "(3, 'events', 'mixpanel', 'Atelier', 9)"
        )
        yield connection


ORGANISATION = Organisation(
    products=(Product("atelier", "Atelier", signup_event="Sign up"),),
    squads=(Squad("nord", "Nord"),),
    memberships=(
        Membership("a", "nord", date(2026, 1, 5)),
        Membership("b", "nord", date(2026, 1, 5), date(2026, 2, 1)),
    ),
    names=(Name("squad", "jira", "atl", "nord"), Name("product", "jira", "ATL", "atelier")),
)


def test_streams_say_whose_each_word_is(facts: duckdb.DuckDBPyConnection) -> None:
    for _ in range(2):  # rebuilt, not added to
        references.rebuild(facts, ORGANISATION)
        assert facts.execute("select * from streams order by source, stream").fetchall() == [
            ("jira", "ATL", "atelier", "nord"),
            ("jira", "New", None, None),
            ("mixpanel", "Atelier", "atelier", None),
        ]


def test_products_and_members(facts: duckdb.DuckDBPyConnection) -> None:
    references.rebuild(facts, ORGANISATION)
    assert facts.execute("select * from products").fetchall() == [("atelier", "Sign up", None, 7)]
    assert facts.execute("select person, end_day from squad_members order by 1").fetchall() == [
        ("a", None),
        ("b", date(2026, 2, 2)),  # the first day no longer a member
    ]
    references.rebuild(facts, Organisation())
    assert facts.execute("select count(*) from products").fetchone() == (0,)


def test_the_longest_prefix_gives_an_account_its_nature(facts: duckdb.DuckDBPyConnection) -> None:
    references.rebuild(facts, ORGANISATION)
    natures = dict(references.account_natures())
    assert facts.execute("select count(*) from account_natures").fetchone() == (len(natures),)

    def nature(account: str) -> str:
        return natures[max((p for p in natures if account.startswith(p)), key=len)]

    assert nature("706010") == "revenue"
    assert nature("613501") == "direct_variable"
    assert nature("613200") == "shared"
    assert nature("641100") == "squad"
