"""`vigie profile`: drafts for files that nothing knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.register import migrate
from metrics.workspace import Workspace
from tests.command.test_import import answered, call

VISITS = "Datum;Besucher\n01.10.2026;1.234\n02.10.2026;1.300,5\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "ws"
    folder.mkdir()
    (folder / "vigie.toml").write_text("", "utf-8")
    migrate(Workspace.open(folder).register)
    monkeypatch.setenv("VIGIE_WORKSPACE", str(folder))
    return folder


def test_a_draft_is_printed_tried_and_kept(monkeypatch, workspace, tmp_path):
    file = tmp_path / "besucher.csv"
    file.write_text(VISITS, "utf-8")
    printed = call(monkeypatch, "profile", "draft", str(file))
    assert printed.exit_code == 0, printed.output
    mine = tmp_path / "mine.yml"
    mine.write_text(printed.stdout, "utf-8")
    tried = answered(monkeypatch, "import", str(file), "--dry-run", "--profile", str(mine))
    assert [report["rows"]["loaded"] for report in tried["files"]] == [2]
    assert not (workspace / "profiles").exists()
    kept = answered(monkeypatch, "profile", "draft", str(file), "--name", "web", "--keep")
    assert kept["figures"] == {"besucher": "Besucher"}
    known = answered(monkeypatch, "import", str(file), "--dry-run")
    assert [report["profile"] for report in known["files"]] == ["web"]
    listed = answered(monkeypatch, "profile", "list")["profiles"]
    assert [each["name"] for each in listed if each["own"]] == ["web"]


def test_a_draft_that_cannot_be_made_says_why(monkeypatch, workspace, tmp_path):
    file = tmp_path / "colours.csv"
    file.write_text("colour,taste\nred,sweet\n", "utf-8")
    refused = answered(monkeypatch, "profile", "draft", str(file), exit_code=1)
    assert "colour, taste" in refused["error"]["problem"]
    assert "work_items" in refused["error"]["choices"]
    assert call(monkeypatch, "profile", "draft", "none.csv").exit_code == 2
    wrong = answered(
        monkeypatch, "profile", "draft", str(file), "--dataset", "colours", exit_code=2
    )
    assert "colours" in wrong["error"]["problem"]
