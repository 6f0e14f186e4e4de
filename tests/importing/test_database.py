"""Tables and queries of databases: read only, every row accounted for, nothing secret kept."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from metrics import intake
from metrics.change import Change
from metrics.command import vigie
from metrics.errors import VigieError
from metrics.importing import inspect
from metrics.importing.database import Asked, extract
from metrics.importing.report import FileReport, ImportOptions
from metrics.organisation import Organisation
from tests.small_workspace import STEPS, Silent, SmallWorkspace

EVENTS = 25_000  # more than one batch
MADE = """
create table track as select
    case when i % 7 = 0 then 'Sign up' else 'Use' end as "Event Name",
    timestamp '2026-03-02 09:00:00' + i * interval 1 minute as "Time",
    'u' || i % 50 as "Distinct ID", 'Alpha' as "Product"
from range(?) as t(i)
"""


@pytest.fixture
def duck(tmp_path: Path) -> Path:
    path = tmp_path / "analytics.duckdb"
    with closing(duckdb.connect(str(path))) as made:
        made.execute(MADE, [EVENTS])
        made.execute("create schema old")
        made.execute("create table old.stock as select 'apple' as fruit, 1 as n")
    return path


@pytest.fixture
def lite(tmp_path: Path) -> Path:
    path = tmp_path / "crm.sqlite"
    with closing(sqlite3.connect(path)) as made:
        made.execute(
            'create table "deals" ("Record ID" text, "Deal Name" text, "Deal Stage" text, '
            '"Close Date" text, "Amount" numeric, "Create Date" text, "Product" text)'
        )
        made.executemany(
            "insert into deals values (?, ?, ?, ?, ?, ?, ?)",
            [
                (str(n), f"D{n}\nof two lines", "Closed won", "2026-02-01", 10.5 * n, "2026-01-01",
                 "Alpha")
                for n in range(30)
            ],
        )  # fmt: skip
        made.commit()
    return path


def looked_at(workspace, file: Path) -> FileReport:  # type: ignore[no-untyped-def]
    [report] = inspect(
        workspace, None, [file], ImportOptions(), Organisation(), lambda dataset, *_: (dataset,)
    )
    assert report.rows.balanced
    return report


def test_a_table_of_a_duckdb_file_is_read_to_its_last_row(workspace, duck, tmp_path):
    before = duck.read_bytes()
    file = extract(str(duck), Asked(table="track"), tmp_path)
    report = looked_at(workspace, file)
    assert (report.file, report.dataset, report.rows.read) == ("analytics.track", "events", EVENTS)
    assert report.rows.loaded == EVENTS
    assert duck.read_bytes() == before
    same = extract(f"duckdb:///{duck}", Asked(query="select * from track order by 2;"), tmp_path)
    again = looked_at(workspace, same)
    assert (again.file, again.rows.loaded) == ("analytics.query", EVENTS)


@pytest.mark.parametrize("way", ["path", "address"])
def test_a_table_of_another_database_is_read_to_its_last_row(workspace, lite, tmp_path, way):
    before = lite.read_bytes()
    database = str(lite) if way == "path" else f"sqlite:///{lite}"
    report = looked_at(workspace, extract(database, Asked(table="deals"), tmp_path))
    assert (report.file, report.dataset) == ("crm.deals", "deals")
    assert (report.rows.read, report.rows.loaded) == (30, 30)
    asked = Asked(query='select * from deals where "Amount" > 100 -- large ones')
    assert looked_at(workspace, extract(database, asked, tmp_path)).rows.read == 20
    assert lite.read_bytes() == before


@pytest.mark.parametrize(
    "query",
    [
        "delete from deals",
        "select 1; delete from deals",
        "with gone as (delete from deals returning *) select * from gone",
        "create table x as select 1",
        "attach 'x' as y",
        "pragma query_only = off",
        "select from where",
    ],
)
def test_only_a_select_is_run(lite, duck, tmp_path, query):
    for database in (lite, duck):
        with pytest.raises(VigieError) as refused:
            extract(str(database), Asked(query=query), tmp_path)
        assert refused.value.exit_code == 2


def test_what_is_not_there_is_refused_with_the_choices(lite, duck, tmp_path):
    for database, name, near in ((lite, "deal", "deals"), (duck, "old.stok", "old.stock")):
        with pytest.raises(VigieError) as refused:
            extract(str(database), Asked(table=name), tmp_path)
        assert near in str(refused.value)
    with pytest.raises(VigieError, match="nothing_like_it"):
        extract(str(lite), Asked(query="select nothing_like_it from deals"), tmp_path)
    (tmp_path / "plain.csv").write_text("a,b\n1,2\n")
    with pytest.raises(VigieError, match="neither a DuckDB nor an SQLite"):
        extract(str(tmp_path / "plain.csv"), Asked(table="a"), tmp_path)
    with pytest.raises(VigieError, match="no file"):
        extract(str(tmp_path / "gone.duckdb"), Asked(table="a"), tmp_path)


@pytest.mark.parametrize(
    "address",
    ["nosuch://me:hunter2@host/db", "postgresql+nodriver://me:hunter2@host/db", "://me:hunter2@"],
)
def test_an_address_is_never_told(tmp_path, address):
    with pytest.raises(VigieError) as refused:
        extract(address, Asked(table="deals"), tmp_path)
    assert "hunter2" not in str(refused.value)


def test_the_command_imports_a_table_and_keeps_no_address(
    lite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        intake.jobs, "run", lambda job, on_progress: Change(job, STEPS, Silent()).run()
    )
    company = SmallWorkspace(tmp_path / "forge")
    arguments = ["import", "--table", "deals", "--workspace", str(company.folder), "--json"]
    monkeypatch.setenv("VIGIE_SOURCE", str(lite))
    monkeypatch.setattr(sys, "argv", ["vigie", *arguments])
    done = CliRunner().invoke(vigie, arguments)
    [file] = json.loads(done.stdout)["files"]
    assert (file["file"], file["status"], file["rows"]["loaded"]) == ("crm.deals", "loaded", 30)
    again = CliRunner().invoke(vigie, arguments)
    assert json.loads(again.stdout)["files"][0]["status"] == "unchanged"
    with company.workspace.register.connect() as connection:
        rows = connection.exec_driver_sql("select * from imports").all()
    assert str(tmp_path) not in str(rows)
    [kept] = company.workspace.archive.iterdir()
    assert str(tmp_path).encode() not in kept.read_bytes()


def test_a_command_line_that_names_nothing_is_refused(monkeypatch):
    for arguments in (["import"], ["import", "--table", "deals"]):
        monkeypatch.setattr(sys, "argv", ["vigie", *arguments])
        assert CliRunner().invoke(vigie, arguments).exit_code == 2
