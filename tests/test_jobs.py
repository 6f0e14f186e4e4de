"""Jobs as a whole: all or nothing whatever happens, and readers who never notice."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from metrics import warehouse
from metrics.access import LOCAL_CPO
from metrics.catalogue import load_catalogue
from metrics.change import Change, recount
from metrics.engines import open_facts
from metrics.errors import VigieError
from metrics.job import Job, Outcome
from metrics.jobs import RunningJob, run, start
from metrics.models import load_models
from metrics.register import ledger, migrate
from metrics.register.organisation import load_organisation
from metrics.register.series import read_frame
from metrics.register.state import State, read_state
from metrics.register.tables import figures, leases, publications, restatements
from metrics.workspace import Workspace
from tests.made_up_worker import KPIS, STEPS, WEEKS, total

PROGRAM = "tests.made_up_worker"
MODELS = load_models()
CATALOGUE = load_catalogue(None, MODELS)


class Silent:
    def say(self, stage: str, done: float, message: str) -> None:
        pass

    def reached(self, stage: str) -> None:
        pass


@pytest.fixture(autouse=True)
def definitions_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recount, "load_catalogue", lambda *_: CATALOGUE)
    monkeypatch.setattr(recount.models, "load_models", lambda *_: MODELS)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "vigie.toml").write_text("")
    opened = Workspace.open(tmp_path)
    migrate(opened.register)
    return opened


def file(workspace: Workspace, name: str, **content: object) -> str:
    path = workspace.path / name
    path.write_text(json.dumps(content))
    return str(path)


def importing(workspace: Workspace, *files: str) -> Job:
    return Job("import", str(workspace.path), "test", files)


def do(workspace: Workspace, *files: str) -> Outcome:
    """Import in this process, which is quick."""
    return Change(importing(workspace, *files), STEPS, Silent()).run()


def undo(workspace: Workspace, import_id: int) -> Outcome:
    job = Job("undo", str(workspace.path), "someone", import_id=import_id)
    return Change(job, STEPS, Silent()).run()


def seen(workspace: Workspace) -> float | None:
    """What a reader sees: the one value of all figures and of the warehouse; None when empty."""
    with workspace.register.connect() as connection:
        state = read_state(connection)
        values = read_frame(connection, LOCAL_CPO, publication=state.publication_id)["value"]
    if not state.warehouse_version:
        assert values.empty
        return None
    with open_facts(warehouse.path_of(workspace, state.warehouse_version)) as facts:
        stored = total(facts)
    assert len(values) == len(KPIS) * WEEKS
    assert set(values) == {stored}
    return stored


def nothing_left_over(workspace: Workspace) -> None:
    """Whatever a dead job left is gone."""
    with workspace.register.connect() as connection:
        state = read_state(connection)
        for table in (figures, restatements, publications):
            column = table.c.get("from_publication", table.c.get("publication_id"))
            column = table.c.id if column is None else column
            late = connection.execute(sa.select(sa.func.count()).where(column > state[1]))
            assert late.scalar_one() == 0, table.name
        assert connection.execute(sa.select(leases)).all() == []
    newest = max(int(path.stem) for path in workspace.warehouse.glob("*.duckdb"))
    assert newest == state.warehouse_version
    assert not list(workspace.warehouse.glob("*.wal"))


def until_paused(job: RunningJob, stage: str) -> None:
    limit = time.monotonic() + 30
    while job.progress.stage != "paused":
        assert job.poll() is None, job.poll()
        assert time.monotonic() < limit, f"never reached {stage}: {job.progress}"
        time.sleep(0.02)
    assert job.progress.message == stage


def test_an_import_makes_file_figures_and_ledger_current_together(workspace: Workspace) -> None:
    outcome = do(workspace, file(workspace, "a.json", value=3, aside=5))
    assert (outcome.status, outcome.warehouse_version) == ("done", 1)
    assert outcome.figures_written == len(KPIS) * WEEKS
    assert seen(workspace) == 3
    with workspace.register.connect() as connection:
        (record,) = ledger.history(connection)
        assert len(ledger.read_quarantine(connection, record.id)) == 5
        assert len(ledger.read_coverage(connection)) == 1
    assert (record.status, record.rows.quarantined, record.created_by) == ("applied", 5, "test")
    assert outcome.files[0].import_id == record.id
    nothing_left_over(workspace)


def test_a_refused_file_does_not_stop_the_others(workspace: Workspace) -> None:
    outcome = do(
        workspace,
        file(workspace, "a.json", value=3),
        file(workspace, "b.json", other=1),
        file(workspace, "c.json", value=4, day=1),
    )
    assert [report.status for report in outcome.files] == ["loaded", "refused", "loaded"]
    assert [report.import_id for report in outcome.files] == [1, None, 2]
    assert seen(workspace) == 7


def test_nothing_new_makes_no_new_version(workspace: Workspace) -> None:
    same = file(workspace, "a.json", value=3)
    do(workspace, same)
    for again in (do(workspace, same), do(workspace, file(workspace, "b.json", other=1))):
        assert (again.status, again.warehouse_version, again.publication) == ("unchanged", 1, 1)
    assert do(workspace, same, same).files[1].status == "unchanged"
    by_hand = Change(Job("publish", str(workspace.path), "test"), STEPS, Silent()).run()
    assert by_hand.status == "unchanged"
    nothing_left_over(workspace)


def test_the_same_file_twice_in_a_batch_loads_once(workspace: Workspace) -> None:
    same = file(workspace, "a.json", value=3)
    outcome = do(workspace, same, same)
    assert [report.status for report in outcome.files] == ["loaded", "unchanged"]
    assert seen(workspace) == 3


def test_an_organisation_file_counts_for_the_files_after_it(workspace: Workspace) -> None:
    products = file(
        workspace,
        "products.json",
        dataset="products",
        rows=[{"product": "atelier", "name": "Atelier"}],
    )
    first = do(workspace, file(workspace, "a.json", value=1))
    assert first.files[0].unknown_streams == ("atelier",)
    second = do(workspace, products, file(workspace, "b.json", value=2, day=1))
    assert second.files[1].unknown_streams == ()
    with workspace.register.connect() as connection:
        assert [p.name for p in load_organisation(connection).products] == ["Atelier"]
    with open_facts(warehouse.path_of(workspace, 2)) as facts:
        assert facts.execute("select source, stream, product from streams").fetchall() == [
            ("made_up", "atelier", "atelier")
        ]
    undo(workspace, 2)
    with workspace.register.connect() as connection:
        assert load_organisation(connection).products == ()
    with open_facts(warehouse.path_of(workspace, 3)) as facts:
        assert facts.execute("select product from streams").fetchall() == [(None,)]


@pytest.mark.parametrize("order", [(2, 3, 1), (3, 1, 2)])
def test_undo_in_any_order(workspace: Workspace, order: tuple[int, ...]) -> None:
    numbers = {1: 1.0, 2: 20.0, 3: 300.0}
    for day, value in numbers.items():
        do(workspace, file(workspace, f"{day}.json", value=value, day=day))
    for import_id in order:
        outcome = undo(workspace, import_id)
        assert outcome.status == "done"
        del numbers[import_id]
        assert seen(workspace) == sum(numbers.values())
    with workspace.register.connect() as connection:
        records = ledger.history(connection)
        assert {record.undone_by for record in records} == {"someone"}
        assert ledger.read_coverage(connection) == []
    with pytest.raises(VigieError, match="already undone"):
        undo(workspace, 2)
    again = do(workspace, str(workspace.path / "2.json"))
    assert (again.files[0].status, again.files[0].import_id) == ("loaded", 4)


def test_old_versions_are_kept_by_the_stated_rule(workspace: Workspace) -> None:
    for day in range(6):
        do(workspace, file(workspace, f"{day}.json", value=1, day=day))
    kept = sorted(int(path.stem) for path in workspace.warehouse.glob("*.duckdb"))
    assert kept == [3, 4, 5, 6]  # the current one and three before


STAGES = ("copying", "copied", "landing", "publishing", "judging", "flipping", "flipped")


@pytest.mark.parametrize("stage", STAGES)
def test_kill_9_leaves_all_or_nothing(
    workspace: Workspace, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(workspace, file(workspace, "a.json", value=3, aside=2))
    second = file(workspace, "b.json", value=4, day=1, aside=2)
    monkeypatch.setenv("VIGIE_PAUSE_AT", stage)
    job = start(importing(workspace, second), module=PROGRAM)
    until_paused(job, stage)
    monkeypatch.delenv("VIGIE_PAUSE_AT")
    done = stage == "flipped"
    assert seen(workspace) == (7 if done else 3)
    os.kill(job.pid, signal.SIGKILL)
    outcome = job.wait(10)
    assert outcome is not None
    assert outcome.status == "failed"
    assert seen(workspace) == (7 if done else 3)
    with workspace.register.connect() as connection:
        assert len(ledger.history(connection)) == (2 if done else 1)
        assert len(ledger.read_coverage(connection)) == (2 if done else 1)

    began = time.monotonic()
    again = do(workspace, second)
    assert time.monotonic() - began < 10  # nobody waits for the dead
    assert again.status == ("unchanged" if done else "done")
    assert seen(workspace) == 7
    nothing_left_over(workspace)


def test_cancelling_changes_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    do(workspace, file(workspace, "a.json", value=3))
    monkeypatch.setenv("VIGIE_PAUSE_AT", "publishing")
    job = start(importing(workspace, file(workspace, "b.json", value=4, day=1)), module=PROGRAM)
    until_paused(job, "publishing")
    job.cancel()
    outcome = job.wait(20)
    assert outcome is not None
    assert outcome.status == "cancelled"
    assert seen(workspace) == 3
    nothing_left_over(workspace)


def test_two_imports_queue(workspace: Workspace) -> None:
    told: list[str] = []

    def follow(name: str, day: int) -> Callable[[], None]:
        path = file(workspace, name, value=10**day, day=day)

        def work() -> None:
            job = start(importing(workspace, path), module=PROGRAM)
            while (outcome := job.wait(0.01)) is None:
                told.append(job.progress.message)
            outcomes.append(outcome)

        return work

    outcomes: list[Outcome] = []
    with_lease = [threading.Thread(target=follow(f"{day}.json", day)) for day in (0, 1)]
    for thread in with_lease:
        thread.start()
    for thread in with_lease:
        thread.join()
    assert sorted(outcome.warehouse_version for outcome in outcomes) == [1, 2]
    assert any("waits in line" in message for message in told)
    assert seen(workspace) == 11


def test_an_undo_asked_for_while_figures_are_published_waits_for_its_turn(
    workspace: Workspace,
) -> None:
    do(workspace, file(workspace, "0.json", value=1, day=0))
    path = file(workspace, "1.json", value=10, day=1)
    first = start(importing(workspace, path), module=PROGRAM)
    while first.wait(0.001) is None and first.progress.stage != "publishing":
        pass
    second = start(Job("undo", str(workspace.path), "someone", import_id=1), module=PROGRAM)
    outcomes = [job.wait() for job in (first, second)]
    assert [outcome and outcome.status for outcome in outcomes] == ["done", "done"]
    assert [outcome and outcome.warehouse_version for outcome in outcomes] == [2, 3]
    assert seen(workspace) == 10
    nothing_left_over(workspace)


def test_twenty_readers_see_no_error_and_no_mixture(workspace: Workspace) -> None:
    do(workspace, file(workspace, "0.json", value=1))
    over = threading.Event()
    wrong: list[BaseException] = []
    reads: list[float | None] = []

    def read() -> None:
        own = Workspace.open(workspace.path)
        while not over.is_set():
            try:
                reads.append(seen(own))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it must not happen
                wrong.append(error)
                return
            time.sleep(0.1)
        own.register.dispose()

    readers = [threading.Thread(target=read) for _ in range(20)]
    for reader in readers:
        reader.start()
    try:
        path = file(workspace, "1.json", value=10, day=1)
        outcome = run_with(importing(workspace, path))
        undone = undo(workspace, 2)
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert (outcome.status, undone.status) == ("done", "done")
    assert wrong == []
    assert set(reads) == {1.0, 11.0}
    assert len(reads) > 20


def run_with(job: Job) -> Outcome:
    outcome = start(job, module=PROGRAM).wait(60)
    assert outcome is not None
    return outcome


def test_a_job_that_cannot_begin_says_why(tmp_path: Path) -> None:
    outcome = run(Job("publish", str(tmp_path), "test"))
    assert outcome.status == "failed"
    assert "is not a Vigie workspace" in outcome.problem
    assert "vigie init" in outcome.next_step


def test_an_empty_workspace_reads_as_empty(workspace: Workspace) -> None:
    with workspace.register.connect() as connection:
        assert read_state(connection) == State(0, 0)
    assert warehouse.current_path(workspace) is None
    assert seen(workspace) is None
