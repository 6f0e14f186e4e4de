"""An office that imports files and asks for figures: the whole public path, without a register."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from metrics import models, references
from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.contents import Contents
from metrics.importing import land, verbatims
from metrics.importing.report import CoverageSpan, FileReport, ImportOptions
from metrics.organisation import Organisation
from metrics.query import Question, figures_of
from metrics.result import Figure
from metrics.setting import Setting
from metrics.themes import load_themes
from metrics.workspace import Workspace
from tests import empty_warehouse
from tests.facts import CATALOGUE, MODELS


class Office:
    """A workspace in `folder` with a warehouse of what was imported. `organisation` may change."""

    def __init__(self, folder: Path, organisation: Organisation, settings: str = "") -> None:
        folder.mkdir(exist_ok=True)
        (folder / "vigie.toml").write_text(settings, "utf-8")
        self.folder = folder
        self.organisation = organisation
        self.workspace = Workspace.open(folder)
        self.connection = empty_warehouse.in_file(folder / "draft.duckdb")
        self.spans: list[CoverageSpan] = []
        self.last_id = 0

    def land(self, name: str, text: str | bytes, observed_at: datetime | None = None) -> FileReport:
        """Import one file; refuses to go on with one that did not load whole."""
        self.last_id += 1
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        landed = land(
            self.connection, self.workspace, path, self.last_id,
            ImportOptions(observed_at=observed_at), self.organisation,
            lambda dataset, *_: (dataset,), lambda *_: None,
        )  # fmt: skip
        assert landed.report.status == "loaded", landed.report.problems
        assert not landed.quarantine
        self.spans += landed.report.coverage
        return landed.report

    def ask(self, *names: str, by: str = "company", grain: Grain | None = None) -> list[Figure]:
        """Figures of what is known now, prepared as a publication prepares them."""
        settings = self.workspace.settings
        references.rebuild(self.connection, self.organisation, settings.currency)
        verbatims.refresh(self.connection, self.organisation, load_themes(self.folder))
        contents = Contents(self.connection, MODELS, self.organisation)
        models.refresh(self.connection, MODELS, contents=contents.of_model)
        setting = Setting.of(settings, CATALOGUE, MODELS, self.organisation, self.spans)
        return figures_of(self.connection, setting, LOCAL_CPO, Question(names, by, grain))

    def value(self, name: str, period: str, **asked: object) -> float | None:
        """The one figure of the company, or of a member ('member') or scope ('scope')."""
        member, scope = asked.pop("member", ""), asked.pop("scope", "")
        [figure] = [
            figure
            for figure in self.ask(name, **asked)  # type: ignore[arg-type]
            if figure.period == period and figure.member == member and figure.scope.key == scope
        ]
        return figure.value
