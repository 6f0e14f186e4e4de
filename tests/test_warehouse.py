from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from metrics import warehouse
from metrics.engines import open_facts
from metrics.errors import VigieError
from metrics.register import migrate
from metrics.register.state import State, flip
from metrics.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "vigie.toml").write_text("kept_versions = 2")
    opened = Workspace.open(tmp_path)
    migrate(opened.register)
    return opened


def current(workspace: Workspace, version: int) -> None:
    with workspace.register.begin() as connection:
        flip(connection, State(version, 0))


def test_the_first_draft_has_the_schema(workspace: Workspace) -> None:
    path = warehouse.draft(workspace, 0)
    assert path.name == "1.duckdb"
    with open_facts(path) as facts:
        tables = {row[0] for row in facts.execute("show tables").fetchall()}
        versions = facts.execute("select version from schema_version order by 1").fetchall()
    assert {"landed_events", "events", "streams", "winning_slices"} <= tables
    assert versions == [(number,) for number, _, _ in warehouse.migrations()]
    assert warehouse.current_path(workspace) is None
    current(workspace, 1)
    assert warehouse.current_path(workspace) == path


def test_a_draft_is_a_copy_that_leaves_the_current_file_alone(workspace: Workspace) -> None:
    first = warehouse.draft(workspace, 0)
    current(workspace, 1)
    before = first.read_bytes()
    with open_facts(first) as reader:
        second = warehouse.draft(workspace, 1)
        with open_facts(second, read_only=False) as writer:
            writer.execute("insert into streams values ('jira', 'ATL', 'atelier', null)")
        assert reader.execute("select count(*) from streams").fetchone() == (0,)
    assert first.read_bytes() == before
    assert not list(workspace.warehouse.glob("*.wal"))


def test_what_dead_jobs_left_and_old_versions_go_but_never_the_current_one(
    workspace: Workspace,
) -> None:
    workspace.warehouse.mkdir()
    for name in (
        "1.duckdb", "2.duckdb", "3.duckdb", "4.duckdb", "5.duckdb", "5.duckdb.wal", "9.duckdb",
        "notes.txt",
    ):  # fmt: skip
        (workspace.warehouse / name).touch()
    removed = warehouse.sweep(workspace, 4)
    assert [path.name for path in removed] == [
        "1.duckdb", "5.duckdb", "5.duckdb.wal", "9.duckdb",
    ]  # fmt: skip
    assert sorted(path.name for path in workspace.warehouse.iterdir()) == [
        "2.duckdb", "3.duckdb", "4.duckdb", "notes.txt",
    ]  # fmt: skip


def test_an_older_file_is_brought_up_to_date_in_its_copy(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.draft(workspace, 0)
    known = warehouse.migrations()
    added = (*known, (9000, "extra", "create table extra (x integer);"))
    monkeypatch.setattr(warehouse, "migrations", lambda: list(added))
    with open_facts(warehouse.draft(workspace, 1), read_only=False) as facts:
        assert facts.execute("select count(*) from extra").fetchone() == (0,)
        assert warehouse.migrate(facts) == []
    broken = (*added, (9001, "broken", "create table half (x integer); create tabel other (x);"))
    monkeypatch.setattr(warehouse, "migrations", lambda: list(broken))
    with (
        open_facts(warehouse.path_of(workspace, 2), read_only=False) as facts,
        pytest.raises(duckdb.ParserException),
    ):
        warehouse.migrate(facts)


def test_a_missing_file_and_a_full_disk_are_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(VigieError, match=r"7\.duckdb is missing"):
        warehouse.draft(workspace, 7)
    warehouse.draft(workspace, 0)

    class Full:
        free = 1 << 20

    monkeypatch.setattr("shutil.disk_usage", lambda path: Full)
    with pytest.raises(VigieError, match="no room for a copy"):
        warehouse.draft(workspace, 1)


def left_in_log(workspace: Workspace) -> Path:
    """A draft whose rows closing left beside the file."""
    path = warehouse.draft(workspace, 0)
    with open_facts(path, read_only=False) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute("create table held as select range as i from range(200_000)")
    assert path.with_name("1.duckdb.wal").exists()
    return path


def test_a_sealed_draft_is_whole_in_its_file(workspace: Workspace) -> None:
    path = left_in_log(workspace)
    warehouse.seal(path)
    assert not path.with_name("1.duckdb.wal").exists()
    current(workspace, 1)
    with open_facts(warehouse.draft(workspace, 1)) as connection:
        assert connection.execute("select count(*) from held").fetchall() == [(200_000,)]


def test_a_draft_for_which_the_disk_has_no_room_is_not_sealed(workspace: Workspace) -> None:
    path = left_in_log(workspace)
    code = (
        "import resource, sys; from pathlib import Path; from metrics import warehouse\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "try: warehouse.seal(Path(sys.argv[1]))\n"
        "except OSError: sys.exit(3)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == 3
