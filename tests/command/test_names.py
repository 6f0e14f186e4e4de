"""`vigie names`: words in use, and saying whom they stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.register import migrate
from metrics.workspace import Workspace
from tests.command.test_import import answered

PRODUCTS = "product,name\natelier,Atelier\n"
EVENTS = "Event Name,Time,Distinct ID,Product\nOpen,2026-10-05 10:00:00,u1,Atelier EU\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "ws"
    folder.mkdir()
    (folder / "vigie.toml").write_text("", "utf-8")
    migrate(Workspace.open(folder).register)
    monkeypatch.setenv("VIGIE_WORKSPACE", str(folder))
    return folder


def test_a_word_is_suggested_and_said(monkeypatch, workspace, tmp_path):
    assert answered(monkeypatch, "names", "list") == {"names": []}
    files = {
        "products.csv": PRODUCTS,
        "people.csv": "person,name\nmorel,Claire Morel\n",
        "names.csv": "kind,source,alias,target\nperson,*,C. Morel,morel\nproduct,jira,OLD,\n",
        "Mixpanel events 2026-10-20.csv": EVENTS,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    answered(monkeypatch, "import", *(str(tmp_path / name) for name in files))
    [word] = answered(monkeypatch, "names", "list")["names"]
    atelier = {"kind": "product", "key": "atelier"}
    assert (word["word"], word["owner"], word["suggestion"]) == ("Atelier EU", None, atelier)
    set_ = ("names", "set", "mixpanel", "Atelier EU")
    for wrong, told in (
        ((*set_,), "one product"),
        ((*set_, "--squad", "x"), "cannot be a squad"),
        ((*set_, "--product", "x"), "x"),
        (("names", "set", "mixpanel", "Nope", "--nobody"), "Nope"),
        (("names", "set", "jira", "Nope", "--nobody"), "jira"),
    ):
        refused = answered(monkeypatch, *wrong, exit_code=2)
        assert told in refused["error"]["problem"]
    done = answered(monkeypatch, *set_, "--product", "atelier")
    assert done["status"] == "done"
    [word] = answered(monkeypatch, "names", "list")["names"]
    assert (word["owner"], word["answered"]) == (atelier, True)
    checks = {each["name"]: each for each in answered(monkeypatch, "check")["checks"]}
    assert checks["organisation"]["ok"], "people's names and words that are nobody's are no mistake"
