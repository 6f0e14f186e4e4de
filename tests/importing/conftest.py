"""A workspace, a draft warehouse, and a way to land text as a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from metrics.engines import open_facts
from metrics.importing import inspect, land, parts
from metrics.importing.landed_tables import create_tables
from metrics.importing.report import FileReport, ImportOptions, Landed
from metrics.organisation import Name, Organisation, Product, Squad
from metrics.workspace import Workspace

ORGANISATION = Organisation(
    products=[Product("alpha", "Alpha"), Product("beta", "Beta")],
    squads=[Squad("core", "Core")],
    names=[Name("squad", "jira", "COR", "core")],
)
SAID_NOTHING = ImportOptions()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "vigie.toml").write_text("")
    return Workspace.open(folder)


class Desk:
    """Lands and inspects files on one draft; import ids count up from 1."""

    def __init__(self, workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> None:
        self.workspace, self.connection = workspace, connection
        self.imports: dict[tuple[str, datetime], int] = {}
        self.last_id = 0

    def known(self, sha256: str, observed_at: datetime) -> int | None:
        return self.imports.get((sha256, observed_at))

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.workspace.path.parent / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(
        self,
        name: str,
        content: str | bytes,
        options: ImportOptions = SAID_NOTHING,
        arrived_at: datetime | None = None,
    ) -> Landed:
        self.last_id += 1
        [part] = parts(self.file(name, content))
        landed = land(
            self.connection, self.workspace, part, self.last_id, options, ORGANISATION,
            lambda dataset, *_: (dataset,), self.known, None, arrived_at,
        )  # fmt: skip
        report = landed.report
        assert report.rows.balanced
        if report.status == "loaded" and report.observed_at is not None:
            self.imports[report.sha256, report.observed_at] = self.last_id
        return landed

    def inspect(
        self, name: str, content: str | bytes, options: ImportOptions = SAID_NOTHING
    ) -> FileReport:
        path = self.file(name, content)
        [report] = inspect(
            self.workspace, None, [path], options, ORGANISATION, lambda dataset, *_: (dataset,)
        )
        assert report.rows.balanced
        return report

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.connection.execute(query).fetchall()

    def contents(self) -> dict[str, object]:
        """What counts, whatever imports it came from."""
        views = ("events", "ledger", "work_items", "subscription_versions", "responses", "deals",
                 "sprints", "observations", "work_item_versions", "initiative_versions",
                 "initiatives")  # fmt: skip
        return {
            view: sorted(map(str, self.rows(f"select * from {view}")))  # noqa: S608
            for view in views
        }


@pytest.fixture
def desk(workspace: Workspace, tmp_path: Path) -> Iterator[Desk]:
    connection = open_facts(tmp_path / "draft.duckdb", read_only=False)
    create_tables(connection)
    yield Desk(workspace, connection)
    connection.close()


@pytest.fixture
def real_exports() -> Path:
    folder = os.environ.get("VIGIE_REAL_EXPORTS")
    if not folder:
        pytest.skip("VIGIE_REAL_EXPORTS does not name a folder of real exports")
    return Path(folder)
