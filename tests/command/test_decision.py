"""`vigie decision`: taken, changed, closed and read back from the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command.test_command import answered, call
from tests.dashboard.published import fill

TOLD = "Simplify the first screen"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("decided")).path


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_WORKSPACE", str(folder))


def test_a_decision_is_taken_changed_closed_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = answered(
        monkeypatch, "decision", "add", TOLD, "--kpi", "activation_rate", "--scope",
        "product:atelier", "--owner", "c-morel", "--due", "2026-12-03", "--expected", "+5 points",
    )  # fmt: skip
    made = taken["decision"]
    assert (made["scope"], made["towards"], made["review_on"]) == (
        "product:atelier", 1, "2026-12-03",
    )  # fmt: skip
    assert taken["alike"] == []
    number = str(made["id"])

    again = answered(
        monkeypatch, "decision", "add", "Simplify first screens", "--scope", "product:atelier",
        "--action", "--of", number,
    )  # fmt: skip
    assert again["alike"] == [made["id"]]
    assert (again["decision"]["kind"], again["decision"]["towards"]) == ("action", 0)

    changed = answered(
        monkeypatch, "decision", "change", number, "--owner", "", "--note", "C. Morel is away"
    )["decision"]
    assert (changed["owner"], changed["what"], changed["version"]) == ("", TOLD, 2)

    open_ = answered(monkeypatch, "decision", "list", "--scope", "product:atelier")["decisions"]
    assert [each["id"] for each in open_] == [again["decision"]["id"], made["id"]]
    closed = answered(monkeypatch, "decision", "close", number, "--note", "It rose")["decision"]
    assert (closed["status"], closed["note"]) == ("closed", "It rose")
    open_ = answered(monkeypatch, "decision", "list", "--kpi", "activation_rate")["decisions"]
    assert open_ == []
    everything = answered(monkeypatch, "decision", "list", "--all")["decisions"]
    assert len(everything) == 2
    versions = answered(monkeypatch, "decision", "history", number)["versions"]
    assert [(each["status"], each["owner"]) for each in versions] == [
        ("open", "c-morel"), ("open", ""), ("closed", ""),
    ]  # fmt: skip
    assert answered(monkeypatch, "decision", "reopen", number)["decision"]["status"] == "open"


def test_minutes_hold_what_was_decided(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(monkeypatch, "decision", "add", "Hire a designer")
    told = answered(monkeypatch, "decision", "minutes")
    assert told["week"] == "2026-W46"
    assert "Hire a designer" in [each["what"] for each in told["taken"]]
    assert set(told) == {"week", "taken", "closed", "due", "comments", "mutes"}
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.minutes_text", str(folder), "2026-W46", "fr"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("# Compte rendu de la revue\u00a0: Semaine\u00a046, 2026")
    assert "Hire a designer" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", " "), 2, "A decision needs words."),
        (("add", "x", "--kpi", "mr"), 2, "mr"),
        (("add", "x", "--scope", "product:nobody"), 2, "nobody"),
        (("add", "x", "--owner", "nobody"), 2, "nobody"),
        (("close", "99"), 1, "There is no decision 99."),
        (("change", "1"), 2, "Nothing is to be changed."),
    ],
)
def test_what_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, said: str
) -> None:
    refused = call(monkeypatch, "decision", *arguments)
    assert refused.exit_code == code
    assert said in refused.stderr
