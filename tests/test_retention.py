"""Raw rows go after their time, everywhere; the figures that were published of them stay."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from metrics import retention, warehouse
from metrics.command import vigie
from metrics.engines import open_facts
from metrics.job import Job, Outcome
from metrics.register import retention as register
from tests.small_workspace import SmallWorkspace, loaded, only

TODAY = datetime.now().date()
HORIZON = retention.horizon_of(TODAY, 25)
FIRST, LAST = HORIZON - timedelta(70), HORIZON + timedelta(83)


def users_on(day: date) -> list[str]:
    """Eight every day, one of whom pauses for seven weeks across the horizon."""
    away = -21 <= (day - HORIZON).days < 28
    return [f"u{number}" for number in range(8) if not (number == 7 and away)]


def events(first: date, last: date, users=users_on) -> str:
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    rows = [f"Open,{day} 10:00:00,{user},Forge,acme" for day in days for user in users(day)]
    return "\n".join(["Event Name,Time,Distinct ID,Product,Account ID", *rows]) + "\n"


def months(day: date, count: int) -> date:
    return day + timedelta(30 * count)


ITEMS = (
    "Issue key,Summary,Status,Status Category,Issue Type,Created,Updated,Resolved,Project key\n"
    "NORD-1,Old and done,Done,Done,Bug,{0} 10:00,{1} 10:00,{1} 10:00,NORD\n"
    "NORD-2,Old and open,To Do,To Do,Bug,{0} 10:00,{0} 10:00,,NORD\n"
    "NORD-3,Done since,Done,Done,Bug,{0} 10:00,{2} 10:00,{2} 10:00,NORD\n"
).format(months(HORIZON, -3), months(HORIZON, -2), months(HORIZON, 1))
BEGUN = months(HORIZON, -12)
PAID = (
    "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Start Date (UTC),Ended At (UTC)\n"
    f"sub_1,cus_1,Forge,1,eur,month,100.00,active,{BEGUN} 10:00,\n"
    f"sub_2,cus_2,Forge,1,eur,month,50.00,canceled,{BEGUN} 10:00,{months(HORIZON, -1)} 10:00\n"
    f"sub_3,cus_3,Forge,1,eur,month,25.00,canceled,{BEGUN} 10:00,{months(HORIZON, 2)} 10:00\n"
)
ANSWERS = "Horodateur,Produit,Compte,Recommanderiez-vous ce produit ?\n" + "".join(
    f"{day:%d/%m/%Y} 10:00:00,Forge,a{number},{number}\n"
    for day in (HORIZON - timedelta(5), HORIZON + timedelta(5))
    for number in range(3, 11)
)
FILES = {
    "products.csv": "product,name\nforge,Forge\n",
    "squads.csv": "squad,name\nnord,Nord\n",
    "names.csv": "kind,source,alias,target\nsquad,jira,NORD,nord\n",
    f"Mixpanel events {LAST + timedelta(1)}.csv": events(FIRST, LAST),
    f"Jira {LAST}.csv": ITEMS,
    f"subscriptions_{LAST}.csv": PAID,
    f"Enquête {LAST}.csv": ANSWERS,
}


#: A few of every sort, with what they are made of: the others would take a minute more.
KPIS = (
    "active_users",
    "new_users",
    "mrr",
    "churned_mrr",
    "nps",
    "members",
    "throughput",
    "logo_churn_rate",
)


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    with only(*KPIS):
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loaded(tmp_path_factory.mktemp("made") / "forge", FILES)


@pytest.fixture(scope="module")
def purged(made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """The company's folder after a purge, to be copied, and what the purge answered."""
    folder = tmp_path_factory.mktemp("purged") / "forge"
    shutil.copytree(made, folder)
    company = SmallWorkspace.again(folder)
    done = run(company, "purge")
    company.workspace.register.dispose()
    return folder, done


@pytest.fixture
def company(purged: tuple[Path, Outcome], tmp_path: Path) -> SmallWorkspace:
    shutil.copytree(purged[0], tmp_path / "forge")
    return SmallWorkspace.again(tmp_path / "forge")


def run(company: SmallWorkspace, kind: str) -> Outcome:
    return company._do(Job(kind, str(company.folder), "test"))


def figures(company: SmallWorkspace) -> dict[tuple, float]:
    """Every closed figure that readers see, but for those to date, which pass."""
    query = (
        "select s.kpi, s.scope_kind, s.scope, s.grain, f.start, f.value from figures f "
        "join series s on s.id = f.series_id where f.to_publication is null and f.closed "
        "and f.value is not null and s.dimension = '' and s.grain not like '%td' "
        "and s.grain not like 'trailing%'"
    )
    with company.workspace.register.connect() as connection:
        rows = connection.exec_driver_sql(query).all()
    return {tuple(row[:-1]): row[-1] for row in rows}


def rows_of(company: SmallWorkspace, table: str) -> int:
    with closing(open_facts(warehouse.current_path(company.workspace))) as facts:
        [(count,)] = facts.execute(f"select count(*) from {table}").fetchall()  # noqa: S608
    return int(count)


def judged(company: SmallWorkspace) -> int:
    with company.workspace.register.connect() as connection:
        query = "select count(*) from signals where to_publication is null"
        return connection.exec_driver_sql(query).scalar_one()


def test_old_rows_go_and_figures_stay(made, purged, company):
    first, days = SmallWorkspace.again(made), (HORIZON - FIRST).days
    before, (_, done) = figures(first), purged
    assert retention.dry_run(first.workspace) == (
        HORIZON,
        {"events": sum(len(users_on(FIRST + timedelta(n))) for n in range(days)),
         "responses": 8, "work_items": 1, "subscriptions": 1},
    )  # fmt: skip
    assert (done.status, done.restated) == ("done", 0)
    assert figures(company) == before
    assert min(key[4] for key in before if key[0] == "new_users") < str(HORIZON)
    kept = [row for start in (HORIZON,) for row in events(start, LAST).splitlines()[1:]]
    assert rows_of(company, "landed_events") == len(kept)
    assert rows_of(company, "landed_work_items") == 2
    assert rows_of(company, "landed_subscriptions") == 2
    assert rows_of(company, "landed_responses") == 8
    assert judged(company) == judged(first)
    with company.workspace.register.connect() as connection:
        [noted] = register.history(connection)
    assert (noted.horizon, noted.purged_by, noted.rows) == (HORIZON, "test", done.erased)
    archived = sum(pq.read_metadata(file).num_rows for file in company.workspace.archive.iterdir())
    assert archived == 3 + len(kept) + 2 + 2 + 8  # and the organisation's three rows
    assert [path.suffix for path in (company.folder / "warehouse").iterdir()] == [".duckdb"]
    assert run(company, "purge").status == "unchanged"


def test_nothing_that_follows_a_purge_takes_figures_away(company):
    before = figures(company)
    again = run(company, "rebuild")
    assert (again.differs, again.restated) == ((), 0)
    assert figures(company) == before
    company.undo(4)  # the events
    left = figures(company)
    old = {key: value for key, value in before.items() if key[4] < str(HORIZON)}
    assert {key: left.get(key) for key in old} == old
    of_events = [key for key in before if key[0] == "active_users" and key[4] >= str(HORIZON)]
    assert of_events
    assert not [key for key in of_events if key in left]


def test_rows_that_are_past_come_in_no_more(company):
    before = figures(company)
    old = {
        f"Mixpanel events {FIRST}.csv": events(FIRST - timedelta(30), FIRST),
        f"Mixpanel events {LAST + timedelta(8)}.csv": events(FIRST, LAST + timedelta(7)),
        f"Jira {FIRST}.csv": ITEMS,
    }
    first, second, third = company.import_files(old).files
    assert (first.status, third.status) == ("refused", "refused")
    past = [each for each in second.problems if each.reason == "beyond_age"]
    assert [(each.severity, each.details) for each in past] == [
        ("skipped", {"since": str(HORIZON)})
    ]
    assert second.rows.skipped == past[0].rows
    assert second.rows.balanced
    with closing(open_facts(warehouse.current_path(company.workspace))) as facts:
        [(day,)] = facts.execute("select min(day) from landed_events").fetchall()
    assert day == HORIZON
    now = figures(company)
    assert {key: now.get(key) for key in before} == before
    newest = max(company.workspace.archive.glob("*.parquet"), key=lambda path: path.stat().st_mtime)
    assert pq.read_metadata(newest).num_rows == second.rows.read - second.rows.skipped


def test_the_command_says_what_would_go_and_what_it_needs(made):
    asked = ["purge", "--workspace", str(made), "--json"]
    said = json.loads(CliRunner().invoke(vigie, [*asked, "--dry-run"]).output)
    assert (said["dry_run"], said["horizon"]) == (True, str(HORIZON))
    assert said["rows"]["responses"] == 8
    refused = CliRunner().invoke(vigie, asked)
    assert refused.exit_code != 0


def test_the_horizon_is_a_first_of_a_month():
    assert retention.horizon_of(date(2026, 11, 23), 25) == date(2024, 10, 1)
    assert retention.horizon_of(date(2026, 1, 31), 13) == date(2024, 12, 1)
