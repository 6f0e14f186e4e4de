from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from metrics import references, warehouse
from metrics.access import LOCAL_CPO
from metrics.account_natures import account_natures, nature_of
from metrics.errors import VigieError
from metrics.organisation import Membership, Name, Organisation, Product, Squad
from metrics.register.series import read_figures
from metrics.result import Scope
from tests.small_workspace import SmallWorkspace, only

FORGE = Scope("product", "forge")


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
    natures = account_natures()
    assert facts.execute("select count(*) from account_natures").fetchone() == (len(natures),)

    assert nature_of("706010", natures) == "revenue"
    assert nature_of("613501", natures) == "direct_variable"
    assert nature_of("613200", natures) == "shared"
    assert nature_of("641100", natures) == "squad"


LEDGER = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tEcritureLib\tDebit\tCredit\n"
    "VE\tVentes\t1\t20260115\t706100\tx\tx\t0,00\t1000,00\n"
    "VE\tVentes\t1\t20260115\t708500\tx\tx\t0,00\t90,00\n"
    "AC\tAchats\t2\t20260116\t622600\tx\tx\t300,00\t0,00\n"
    "BQ\tBanque\t3\t20260117\t512000\tx\tx\t790,00\t0,00\n"
    "VE\tVentes\t4\t20260228\t706100\tx\tx\t0,00\t1,00\n"
    "BQ\tBanque\t5\t20260228\t512000\tx\tx\t1,00\t0,00\n"
)


def test_a_company_says_what_its_own_accounts_stand_for(tmp_path: Path) -> None:
    company = SmallWorkspace(tmp_path / "forge")

    # What a subcontractor bills is variable; what is charged on is no revenue.
    company.write("accounts.csv", "account;nature\n6226;direct_variable\n\n7085;none\n")
    names = [f"product,fec,{account},forge" for account in ("706100", "708500", "622600")]
    files = {
        "products.csv": "product,name\nforge,Forge\n",
        "names.csv": "\n".join(["kind,source,alias,target", *names, ""]),
        "000000000FEC20261231.txt": LEDGER,
    }
    with only("contribution_margin"):
        done = company.import_files(files, observed_at=datetime(2026, 4, 1))
    assert {each.status for each in done.files} == {"loaded"}, done.files
    with company.workspace.register.connect() as connection:
        found = read_figures(connection, LOCAL_CPO, grains=["month"], scopes=[FORGE])
    january = {figure.kpi: figure.value for figure in found if figure.period == "2026-01"}
    assert january == {"revenue": 1000, "contribution_margin": 700}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("compte;nature\n", "accounts.csv:1: the columns are compte, nature"),
        ("account,nature\n6226,direct\n", "accounts.csv:2: 'direct' is no nature"),
        ("account,nature\n,shared\n", "accounts.csv:2: a nature without an account"),
        ("account,nature\n62,shared\n62,none\n", "accounts.csv:3: the account '62' comes twice"),
    ],
)
def test_a_mistake_in_the_accounts_is_told_with_its_line(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "accounts.csv").write_text(text, "utf-8")
    with pytest.raises(VigieError, match=told):
        account_natures(tmp_path)
