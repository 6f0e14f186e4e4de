"""Files imported as anyone's are, and what figures they amount to: the public path, in memory."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from metrics import models, references
from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.contents import Contents
from metrics.importing import land
from metrics.importing.report import CoverageSpan, FileReport, ImportOptions
from metrics.organisation import Organisation
from metrics.query import Question, figures_of
from metrics.result import Figure
from metrics.setting import Setting
from metrics.workspace import Workspace
from tests import empty_warehouse
from tests.facts import CATALOGUE, MODELS, ORGANISATION


class Imported:
    """A workspace under `folder` into which texts are imported as files."""

    def __init__(self, folder: Path, organisation: Organisation = ORGANISATION) -> None:
        self.organisation = organisation
        home = folder / "workspace"
        home.mkdir(exist_ok=True)
        (home / "vigie.toml").write_text("")
        self.workspace = Workspace.open(home)
        self.folder = folder
        self.connection: duckdb.DuckDBPyConnection = empty_warehouse.in_memory()
        self.spans: list[CoverageSpan] = []
        self.reports: list[FileReport] = []

    def file(
        self, name: str, content: str, *, observed: str = "2026-03-02", product: str | None = None
    ) -> FileReport:
        """Import one text as an export taken on that day."""
        path = self.folder / name
        path.write_text(content, "utf-8")
        options = ImportOptions(observed_at=datetime.fromisoformat(observed), product=product)
        landed = land(
            self.connection, self.workspace, path, len(self.reports) + 1, options,
            self.organisation, lambda *_: (), lambda *_: None,
        )  # fmt: skip
        report = landed.report
        assert report.status == "loaded", report.problems
        assert report.rows.balanced
        self.reports.append(report)
        self.spans += report.coverage
        return report

    def ask(self, *names: str, by: str = "product", grain: Grain | None = None) -> list[Figure]:
        references.rebuild(self.connection, self.organisation)
        contents = Contents(self.connection, MODELS, self.organisation)
        models.refresh(self.connection, MODELS, contents=contents.of_model)
        setting = Setting.of(
            self.workspace.settings, CATALOGUE, MODELS, self.organisation, self.spans
        )
        return figures_of(self.connection, setting, LOCAL_CPO, Question(names, by, grain))

    def values(
        self, name: str, *, by: str = "product", grain: Grain | None = None
    ) -> dict[tuple[str, str], float | str | None]:
        """Value, or the reason for its absence, by scope (or member of the cut) and period."""
        return {
            (figure.member if figure.dimension else figure.scope.key, figure.period): (
                figure.reason if figure.value is None else figure.value
            )
            for figure in self.ask(name, by=by, grain=grain)
            if figure.closed
        }
