"""`vigie import`, `undo`, `publish` and `kpi query` on files that the tests write."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from metrics.command import vigie
from metrics.command.importing import told
from metrics.importing.report import FileReport, Problem, RowCounts

FIRST = date(2026, 10, 5)
DAYS = 42


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setattr(sys, "argv", ["vigie", *arguments])
    return CliRunner().invoke(vigie, list(arguments))


def answered(
    monkeypatch: pytest.MonkeyPatch, *arguments: str, exit_code: int = 0
) -> dict[str, Any]:
    result = call(monkeypatch, *arguments, "--json")
    assert result.exit_code == exit_code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def users_of(day: int) -> range:
    """Which users are there on a day: a group that grows by one every week."""
    return range(6 + day // 7)


def written(folder: Path) -> list[str]:
    events = ["Event Name,Time,Distinct ID,Product"]
    for day in range(DAYS):
        moment = datetime.combine(FIRST + timedelta(day), datetime.min.time()).replace(hour=10)
        events += [f"Open,{moment},u{user},Atelier" for user in users_of(day)]
    (folder / "Mixpanel events 2026-11-16.csv").write_text("\n".join(events) + "\n")
    (folder / "products.csv").write_text(
        "product,name,line,stage,launched,vision,north_star,signup_event,activation_event\n"
        "atelier,Atelier,,,,,,,\n"
    )
    (folder / "shopping.csv").write_text("fruit,colour\napple,red\npear,green\n")
    return [
        str(folder / name)
        for name in ("Mixpanel events 2026-11-16.csv", "products.csv", "shopping.csv")
    ]


def digest(folder: Path) -> list[str]:
    """A line per file with its content's digest, made by another process: reading an SQLite file
    in the process that has it open would drop its locks."""
    files = sorted(
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    )
    made = subprocess.run(["sha256sum", *files], capture_output=True, text=True, check=True)
    return made.stdout.splitlines()


def test_from_files_to_figures_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "acme"
    answered(monkeypatch, "init", str(folder))
    monkeypatch.setenv("VIGIE_WORKSPACE", str(folder))
    files = written(tmp_path)

    before = digest(folder)
    dry = answered(monkeypatch, "import", *files, "--dry-run", exit_code=1)
    assert digest(folder) == before
    done = answered(monkeypatch, "import", *files, exit_code=1)  # one file is refused
    assert [file["status"] for file in dry["files"]] == ["loaded", "loaded", "refused"]
    for was, file in zip(dry["files"], done["files"], strict=True):
        rows = file["rows"]
        assert rows == was["rows"]
        assert rows["read"] == sum(
            rows[name] for name in ("loaded", "unchanged", "skipped", "quarantined")
        )
        assert was["import_id"] is None
        assert (file["import_id"] is not None) == (file["status"] == "loaded")
        assert all(problem["text"] for problem in file["problems"])
    events, products, refused = done["files"]
    assert events["rows"]["loaded"] == sum(len(users_of(day)) for day in range(DAYS))
    assert (events["tool"], products["dataset"]) == ("mixpanel", "products")
    assert events["unknown_streams"] == []  # the file of products came after it
    assert "active_users" in events["kpis"]
    assert refused["problems"][0]["severity"] == "refused"

    query = ("kpi", "query", "active_users", "--by", "product", "--grain", "week")
    rows = answered(monkeypatch, *query)["rows"]
    closed = {row["start"]: row["value"] for row in rows if row["closed"]}
    weeks = [FIRST + timedelta(7 * week) for week in range(DAYS // 7)]
    expected = {day.isoformat(): len(users_of((day - FIRST).days)) for day in weeks}
    assert {day: value for day, value in closed.items() if value is not None} == expected
    assert {row["scope"] for row in rows} == {"atelier"}

    again = answered(monkeypatch, "import", *files[:2])
    assert (again["status"], again["publication"]) == ("unchanged", done["publication"])
    assert {file["status"] for file in again["files"]} == {"unchanged"}
    elsewhere = answered(monkeypatch, "import", files[0], "--product", "atelier", exit_code=1)
    assert [problem["reason"] for problem in elsewhere["files"][0]["problems"]] == [
        "known_elsewhere"
    ]
    assert f"vigie undo {events['import_id']}" in elsewhere["files"][0]["problems"][0]["text"]
    assert answered(monkeypatch, "publish")["status"] == "unchanged"

    undone = answered(monkeypatch, "undo", str(events["import_id"]))
    assert undone["figures_closed"] > 0
    assert answered(monkeypatch, *query)["rows"] == []
    refusal = answered(monkeypatch, "undo", str(events["import_id"]), exit_code=1)["error"]
    assert "already undone" in refusal["problem"]
    assert answered(monkeypatch, "check")["ok"] is True


def test_a_dry_run_in_a_workspace_that_nothing_was_imported_into(monkeypatch, tmp_path):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "vigie.toml").write_text("", "utf-8")  # no register yet
    file = tmp_path / "products.csv"
    file.write_text("product,name\natelier,Atelier\n", "utf-8")
    monkeypatch.setenv("VIGIE_WORKSPACE", str(folder))
    dry = answered(monkeypatch, "import", str(file), "--dry-run")
    assert [each["status"] for each in dry["files"]] == ["loaded"]
    assert list(folder.rglob("*.duckdb")) == []


def test_a_remark_that_many_files_share_is_said_once() -> None:
    lacking = Problem("warning", "column_missing", column="Status Category")

    def report(file: str, *more: Problem) -> FileReport:
        return FileReport(
            file, "jira", "jira", "work_items", 1.0, "loaded", RowCounts(read=2, loaded=2),
            problems=(lacking, *more),
        )  # fmt: skip

    own = Problem("warning", "column_missing", column="Resolved")
    lines = told([report("a.csv"), report("b.csv", own), report("c.csv")], done=True).splitlines()
    assert len([line for line in lines if "Status Category" in line]) == 1
    assert "Status Category" in lines[-1]
    assert lines[-2] == "in 3 of these files"
    assert "Resolved" in lines[lines.index("b.csv") + 3]
    few = told([report("a.csv"), report("b.csv")], done=True)
    assert few.count("Status Category") == 2
