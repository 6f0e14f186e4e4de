"""The warehouse is made again from the archive, equal to the last row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from metrics import warehouse
from metrics.engines import open_facts
from metrics.errors import VigieError
from metrics.job import Job, Outcome
from tests.small_workspace import SmallWorkspace, only

EVENTS = "Event Name,Time,Distinct ID,Product,Account ID,Plan\n" + "".join(
    f"Open,2026-0{month}-{day:02} 10:0{user}:00,u{user},Forge,acme,pro\n"
    for month in (8, 9)
    for day in range(1, 29)
    for user in range(6)
)
JIRA = """Summary,Issue key,Issue Type,Status,Project key,Created,Updated,Resolved,Sprint,Sprint,Labels,Status Category
One,COR-1,Story,In Review,COR,05/Aug/26 9:00 AM,10/Aug/26 11:13 AM,,S1,S2,production,In Progress
Two,COR-2,Bug,Done,COR,05/Aug/26 9:00 AM,10/Aug/26 11:13 AM,08/Aug/26 1:00 PM,S1,,,Done
Three,COR-3,Bug,Done,COR,never,10/Aug/26 11:13 AM,08/Aug/26 1:00 PM,S1,,,Done
"""  # noqa: E501
SURVEY = """Horodateur,Produit,Compte,"Sur une échelle de 0 à 10, recommanderiez-vous ce produit ?",Commentaire
05/09/2026 10:00:00,Forge,acme,9,Très bien
06/09/2026 10:00:00,Forge,acme,11,
07/09/2026 10:00:00,Muet,bêta,6,Trop lent
"""  # noqa: E501
STRIPE = """id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Start Date (UTC),Ended At (UTC)
sub_1,cus_1,Forge,3,eur,month,10.00,active,2026-01-01 10:00,
sub_2,cus_2,Forge,1,eur,year,1200.00,canceled,2026-01-05 10:00,2026-08-05 10:00
"""  # noqa: E501
SHARES = "Date,Forge,Rival,Other\n2026-07,40,50,10\n2026-08,41,49,10\n"
FEC = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tEcritureLib\tDebit\tCredit\n"
    "VE\tVentes\t1\t20260815\t706100\tx\tx\t0,00\t50,00\nVE\tVentes\t1\t20260815\t411000\tx\tx\t50,00\t0,00\n"
)
FILES = {
    "products.csv": "product,name,keeps_verbatims\nforge,Forge,\nmuet,Muet,no\n",
    "squads.csv": "squad,name\ncore,Core\n",
    "names.csv": "kind,source,alias,target\nsquad,jira,COR,core\n",
    "Mixpanel events 2026-09-30.csv": EVENTS,
    "Jira 2026-08-12.csv": JIRA,
    "Jira 2026-08-19.csv": JIRA.replace("In Review", "Blocked"),
    "Enquête 2026-09-09.csv": SURVEY,
    "subscriptions_2026-09-01.csv": STRIPE,
    "os_combined-ww-monthly-202607-202608.csv": SHARES,
    "000000000FEC20261231.txt": FEC,
    "Mixpanel events 2026-10-01.csv": EVENTS.replace("u5", "u6").replace("09-28", "09-29"),
}


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    with only("active_users", "mrr", "nps", "throughput"):
        yield


@pytest.fixture
def company(tmp_path) -> SmallWorkspace:
    company = SmallWorkspace(tmp_path / "forge")
    done = company.import_files(FILES, complete=("*",))
    assert [report.status for report in done.files] == ["loaded"] * len(FILES), [
        (report.file, report.problems) for report in done.files if report.status != "loaded"
    ]
    company.undo(5)
    return company


def rebuild(company: SmallWorkspace) -> Outcome:
    return company._do(Job("rebuild", str(company.folder), "test"))


def digests(company: SmallWorkspace) -> dict[str, str]:
    with closing(open_facts(warehouse.current_path(company.workspace))) as facts:
        return warehouse.digests(facts)


def test_a_warehouse_is_made_again_from_the_archive(company):
    before, shown = digests(company), company.published("active_users")
    done = rebuild(company)
    assert (done.status, done.differs, done.restated) == ("done", (), 0)
    assert digests(company) == before
    assert sum(held != "(0, None)" for held in before.values()) >= 9
    assert company.published("active_users") == shown

    missing = next(company.workspace.archive.glob("4-*.parquet"))
    missing.rename(missing.with_suffix(".gone"))
    with pytest.raises(VigieError, match="import 4"):
        rebuild(company)
    assert digests(company) == before
