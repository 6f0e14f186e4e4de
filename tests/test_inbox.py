"""The inbox: what is taken and when, what becomes of it, and the report beside it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from metrics import inbox, intake
from metrics.change import Change
from metrics.errors import VigieError
from metrics.job import Job, Outcome
from tests.small_workspace import STEPS, Silent, SmallWorkspace

PRODUCTS = "product,name\nforge,Forge\n"
SHOPPING = "fruit,colour\napple,red\n"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallWorkspace]:
    """A company whose jobs run in this process."""
    monkeypatch.setattr(
        intake.jobs, "run", lambda job, on_progress: Change(job, STEPS, Silent()).run()
    )
    return SmallWorkspace(tmp_path / "forge")


def put(company: SmallWorkspace, name: str, content: str | bytes) -> Path:
    path = company.folder / "inbox" / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def said(taken: inbox.Taken) -> dict:
    return json.loads(taken.report.read_text("utf-8"))


def test_files_are_loaded_refused_or_wait_for_a_mapping(company):
    put(company, "products.csv", PRODUCTS)
    put(company, "shopping.csv", SHOPPING)
    put(company, "photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(100))
    put(company, "half.csv.part", PRODUCTS)
    put(company, ".hidden.csv", PRODUCTS)
    found = {each.name: each for each in inbox.take_once(company.workspace, 0)}
    assert {name: each.status for name, each in found.items()} == {
        "photo.csv": "refused",
        "products.csv": "loaded",
        "shopping.csv": "waiting",
    }
    folder = company.folder / "inbox"
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.csv*")) == [
        ".hidden.csv", "half.csv.part", "loaded/products.csv", "loaded/products.csv.report.json",
        "refused/photo.csv", "refused/photo.csv.report.json", "shopping.csv",
        "shopping.csv.report.json",
    ]  # fmt: skip
    report = said(found["products.csv"])
    [file] = report["files"]
    assert (report["became"], file["import_id"], file["rows"]["loaded"]) == ("loaded", 1, 1)
    assert "PNG" in said(found["photo.csv"])["files"][0]["problems"][0]["text"]


def test_a_file_is_taken_once_it_has_stopped_changing(company):
    watch = inbox.Watch(company.workspace, settling_seconds=0.2)
    path = put(company, "products.csv", PRODUCTS[:10])
    assert watch.ready() == []
    time.sleep(0.25)
    path.write_text(PRODUCTS)  # still being written
    assert watch.ready() == []
    assert watch.ready() == []
    time.sleep(0.25)
    assert watch.ready() == [path]
    assert [each.status for each in watch.take()] == ["loaded"]
    assert watch.take() == []


def test_what_waits_is_tried_again_when_it_or_the_profiles_change(company):
    watch = inbox.Watch(company.workspace, settling_seconds=0)
    path = put(company, "shopping.csv", SHOPPING)
    assert [each.status for each in watch.take()] == ["waiting"]
    assert watch.take() == []
    (company.folder / "profiles" / "unrelated.yml").write_text("")
    (company.folder / "profiles" / "unrelated.yml").unlink()
    assert watch.take() == []
    path.write_text(PRODUCTS)
    assert [each.status for each in watch.take()] == ["loaded"]
    assert not path.exists()
    assert not path.with_name("shopping.csv.report.json").exists()


def test_a_failed_import_leaves_the_file_and_says_why(company, monkeypatch):
    def fails(job: Job, on_progress: object) -> Outcome:
        return Outcome("failed", problem="The disk is full.", next_step="Free some space.")

    monkeypatch.setattr(intake.jobs, "run", fails)
    path = put(company, "products.csv", PRODUCTS)
    [taken] = inbox.take_once(company.workspace, 0)
    assert (taken.status, taken.path) == ("failed", path)
    assert path.exists()
    assert said(taken)["error"]["problem"] == "The disk is full."


def test_loaded_files_are_removed_after_the_days_set_and_reports_stay(company):
    put(company, "products.csv", PRODUCTS)
    [taken] = inbox.take_once(company.workspace, 0)
    assert inbox.clear(company.workspace) == []
    company.write("vigie.toml", "inbox_days = 0\n")
    again = SmallWorkspace.again(company.folder)
    assert inbox.clear(again.workspace) == [taken.path]
    assert taken.report.exists()


def test_one_program_watches_an_inbox(company):
    stop = threading.Event()
    put(company, "products.csv", PRODUCTS)
    watcher = threading.Thread(target=inbox.keep_watch, args=(company.workspace, stop, 0.01))
    watcher.start()
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:  # until it holds the inbox
            try:
                inbox.take_once(company.workspace, 0)
            except VigieError as refusal:
                said = refusal.problem
                break
        assert said == "Another program watches this inbox."
    finally:
        stop.set()
        watcher.join()


def test_links_and_folders_are_left_alone(company):
    outside = company.folder / "vigie.toml"
    (company.folder / "inbox" / "link.csv").symlink_to(outside)
    (company.folder / "inbox" / "older").mkdir()
    assert inbox.waiting(company.workspace) == []


def test_a_file_replaced_while_it_is_loaded_is_loaded_next(company, monkeypatch):
    path = put(company, "products.csv", PRODUCTS)
    newer = PRODUCTS + "anvil,Anvil\n"
    run = intake.jobs.run

    def slow(job: Job, on_progress: object) -> Outcome:
        done = run(job, on_progress)
        if not path.exists():
            path.write_text(newer)  # the producer writes its next version meanwhile
        return done

    monkeypatch.setattr(intake.jobs, "run", slow)
    watch = inbox.Watch(company.workspace, settling_seconds=0)
    [first] = watch.take()
    assert (first.status, first.path.read_text()) == ("loaded", PRODUCTS)
    assert path.read_text() == newer
    monkeypatch.setattr(intake.jobs, "run", run)
    [second] = watch.take()
    assert (second.status, second.path.read_text()) == ("loaded", newer)
    assert not inbox.waiting(company.workspace)


def test_a_file_written_on_while_it_is_loaded_is_taken_once_more(company, monkeypatch):
    path = put(company, "products.csv", PRODUCTS)
    run = intake.jobs.run
    with path.open("a") as writer:

        def slow(job: Job, on_progress: object) -> Outcome:
            done = run(job, on_progress)
            writer.write("anvil,Anvil\n")
            writer.flush()
            return done

        monkeypatch.setattr(intake.jobs, "run", slow)
        [taken] = inbox.Watch(company.workspace, settling_seconds=0).take()
    assert (taken.status, taken.path) == ("failed", path)
    assert path.read_text() == PRODUCTS + "anvil,Anvil\n"


def test_what_a_watcher_that_died_had_set_apart_is_loaded(company):
    path = put(company, "products.csv", PRODUCTS)
    watch = inbox.Watch(company.workspace, settling_seconds=0)
    assert list(watch._set_apart()) == [path]
    again = inbox.Watch(company.workspace, settling_seconds=0)
    assert [each.status for each in again.take()] == ["loaded"]


def test_refused_files_go_after_a_month(company, monkeypatch):
    put(company, "photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(100))
    [taken] = inbox.take_once(company.workspace, 0)
    assert inbox.clear(company.workspace) == []
    later = time.time() + 86_400 * (inbox.REFUSED_DAYS + 1)
    monkeypatch.setattr(inbox.time, "time", lambda: later)
    assert inbox.clear(company.workspace) == [taken.path, taken.report]
