"""The verbs that need no data: init, kpi list, show and sql, check, serve, and refusals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from metrics.command import VERBS, vigie
from metrics.command.output import find_workspace
from metrics.workspace import Settings, Workspace


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setattr(sys, "argv", ["vigie", *arguments])
    return CliRunner().invoke(vigie, list(arguments))


def answered(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict[str, Any]:
    result = call(monkeypatch, *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("VIGIE_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "acme"
    assert answered(monkeypatch, "init", str(folder)) == {"workspace": str(folder), "sample": False}
    return folder


def test_every_verb_is_there_and_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    help_text = call(monkeypatch, "--help").output
    documented = Path("docs/command.md").read_text("utf-8")
    for verb in VERBS:
        assert f"\n  {verb} " in help_text
        assert f"`vigie {verb}" in documented
        told = call(monkeypatch, verb, "--help")
        assert told.exit_code == 0
        assert "..." not in told.output.partition("Commands:")[2], "sentences are told whole"


def test_the_written_settings_are_all_settings_with_their_defaults(made: Path) -> None:
    written = tomllib.loads((made / "vigie.toml").read_text("utf-8"))
    assert set(written) == set(Settings.model_fields) - {"languages"}
    assert Settings.model_validate(written) == Settings()
    assert (made / ".secret").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in made.iterdir() if path.is_dir()) == [
        "archive",
        "catalogue",
        "inbox",
        "models",
        "profiles",
        "warehouse",
    ]
    assert [path.name for path in made.parent.iterdir()] == ["acme"]


def test_a_workspace_is_not_made_twice(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(monkeypatch, "init", str(made), "--json")
    assert result.exit_code == 1
    assert "workspace already" in json.loads(result.stdout)["error"]["problem"]


def test_the_workspace_is_found(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = call(monkeypatch, "check")
    assert refused.exit_code == 2
    assert "is not a Vigie workspace" in refused.stderr
    assert "vigie init" in refused.stderr
    monkeypatch.setenv("VIGIE_WORKSPACE", str(made))
    assert find_workspace(None) == made
    monkeypatch.delenv("VIGIE_WORKSPACE")
    made.rename(tmp_path / "workspace")
    assert find_workspace(None) == tmp_path / "workspace"
    monkeypatch.chdir(tmp_path / "workspace")
    assert answered(monkeypatch, "check")["workspace"] == str(tmp_path / "workspace")


def test_the_catalogue_is_listed_shown_and_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    kpis = answered(monkeypatch, "kpi", "list")["kpis"]
    assert len(kpis) >= 15
    assert len({kpi["family"] for kpi in kpis}) == 6
    shown = answered(monkeypatch, "kpi", "show", "active_users")
    (listed,) = [kpi for kpi in kpis if kpi["name"] == "active_users"]
    assert {key: shown[key] for key in listed} == listed
    assert shown["label"]["fr"] != shown["label"]["en"]
    listed = call(monkeypatch, "kpi", "list").output
    assert all(kpi["name"] in listed for kpi in kpis)


def test_a_name_that_does_not_exist_gets_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(monkeypatch, "kpi", "show", "activ_users")
    assert result.exit_code == 2
    assert "Did you mean active_users" in result.stderr


def test_sql_and_queries(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_WORKSPACE", str(made))
    statements = answered(monkeypatch, "kpi", "sql", "active_users")["statements"]
    assert "activity_days" in statements["active_users"]
    empty = call(monkeypatch, "kpi", "query", "active_users")
    assert empty.exit_code == 1
    assert "holds no data yet" in empty.stderr
    bad = call(monkeypatch, "kpi", "query", "active_users", "--where", "country")
    assert (bad.exit_code, "is not a condition" in bad.stderr) == (2, True)
    for option in ("--by=plans", "--where=plans=Pro"):
        refused = call(monkeypatch, "kpi", "sql", "mrr", option)
        assert (refused.exit_code, "choices: plan, channel" in refused.stderr) == (2, True)
    # A ratio is cut where its parts hold the dimension, as when it is asked.
    parts = answered(monkeypatch, "kpi", "sql", "feature_adoption", "--where", "feature=Search")
    assert set(parts["statements"]) == {
        "feature_users",
        "active_users",
        "eligible_feature_users",
    }


def test_a_new_level_is_acknowledged_and_withdrawn(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_WORKSPACE", str(made))
    given = ("baseline", "set", "active_users", "--since", "2026-10-07", "--note", "New plans")
    held = answered(monkeypatch, *given)["baseline"]
    assert (held["scope"], held["since"], held["note"]) == ("company", "2026-10-05", "New plans")
    assert answered(monkeypatch, "baseline", "list")["baselines"] == [held]
    # Said again of the same period, it replaces what was said.
    again = answered(monkeypatch, *given[:-1], "Other plans")["baseline"]
    assert answered(monkeypatch, "baseline", "list")["baselines"] == [again]
    unknown = call(monkeypatch, *given, "--scope", "product:nothing")
    assert (unknown.exit_code, "choices: company" in unknown.stderr) == (2, True)
    answered(monkeypatch, "baseline", "withdraw", str(again["id"]))
    assert answered(monkeypatch, "baseline", "list")["baselines"] == []
    assert call(monkeypatch, "baseline", "withdraw", str(again["id"])).exit_code == 1


def test_check_finds_what_is_missing(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_WORKSPACE", str(made))
    assert answered(monkeypatch, "check")["ok"] is True
    (made / "catalogue" / "mine.yml").write_text("family: nothing\n")
    entry = (
        "family: delivery\nkpis:\n  - name: done\n    label: {en: Done, fr: Fini}\n"
        "    meaning: {en: Done, fr: Fini}\n    kind: flow\n    cadence: week\n"
        "    owner_role: P0\n    model: finished_items\n    expression: '1'\n"
    )
    (made / "catalogue" / "own.yml").write_text(entry)
    result = call(monkeypatch, "check", "--json")
    assert result.exit_code == 1
    wrong = [look for look in json.loads(result.stdout)["checks"] if not look["ok"]]
    assert [look["name"] for look in wrong] == ["catalogue", "catalogue"]
    assert "nobody answers for 'done'" in wrong[1]["message"]
    assert "'P0'" in wrong[1]["next_step"]
    assert "PO" in wrong[1]["next_step"]


def test_files_that_do_not_exist_are_refused_before_anything(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = call(monkeypatch, "import", "nowhere.csv", "--workspace", str(made))
    assert (result.exit_code, "nowhere.csv" in result.stderr) == (2, True)
    result = call(monkeypatch, "import", str(made), "--workspace", str(made))
    assert (result.exit_code, "is a folder" in result.stderr) == (2, True)
    result = call(monkeypatch, "undo", "7", "--workspace", str(made))
    assert (result.exit_code, "no import number 7" in result.stderr) == (2, True)


def test_serve_opens_the_dashboard_on_loopback_and_stops(made: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from metrics.command import main; main()"]
    command += ["serve", str(made), "--port", str(port), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            lines = [server.stdout.readline() for _ in range(5)]
            assert json.loads("".join(lines))["url"] == f"http://localhost:{port}"
            assert healthy(port)
            taken = subprocess.run(command, capture_output=True, text=True, timeout=30)
            assert taken.returncode == 1
            assert "is taken" in json.loads(taken.stdout)["error"]["problem"]
        finally:
            os.kill(server.pid, signal.SIGTERM)
        assert server.wait(15) == 0


def healthy(port: int) -> bool:
    import time

    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.2)
    return False


def test_opening_a_workspace_writes_nothing_but_the_register(made: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    assert Workspace.open(made).settings.company == "My company"
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before
