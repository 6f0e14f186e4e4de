"""A company whose files are imported as anyone would, then asked: for tests of the whole path."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from metrics import importing, models, references
from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.catalogue import load_catalogue
from metrics.contents import Contents
from metrics.importing.report import CoverageSpan, FileReport, ImportOptions
from metrics.journeys import Session
from metrics.organisation import Organisation, Product
from metrics.query import Question, figures_of
from metrics.result import Figure
from metrics.setting import Setting
from metrics.workspace import Workspace
from tests import empty_warehouse

#: Exports are read long after they were written, so that their last day is a whole one.
READ_AT = datetime(2030, 1, 1)

ONE_PRODUCT = Organisation(products=(Product("shop", "Shop"),))


@dataclass
class Company:
    """A workspace in `folder` with its own settings, catalogue and organisation."""

    folder: Path
    settings: Mapping[str, str | int] = field(default_factory=dict)
    organisation: Organisation = ONE_PRODUCT
    catalogue: Mapping[str, str] = field(default_factory=dict)  # file name -> text

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [
            f"{key} = {value!r}" if isinstance(value, int) else f'{key} = "{value}"'
            for key, value in self.settings.items()
        ]
        (self.folder / "vigie.toml").write_text("\n".join(lines), "utf-8")
        for name, text in self.catalogue.items():
            (self.folder / "catalogue").mkdir(exist_ok=True)
            (self.folder / "catalogue" / name).write_text(text, "utf-8")
        self.workspace = Workspace.open(self.folder)
        self.connection: duckdb.DuckDBPyConnection = empty_warehouse.in_memory()
        self.models = models.load_models(self.workspace.catalogue)
        self.definitions = load_catalogue(self.workspace.catalogue, self.models)
        self.spans: list[CoverageSpan] = []
        self.imports = 0

    def load(
        self, name: str, content: str | bytes, *, product: str | None = "shop", **said: Any
    ) -> FileReport:
        """Import one file; every row belongs to `product` unless it is None."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (READ_AT.timestamp(), READ_AT.timestamp()))
        self.imports += 1
        options = ImportOptions(product=product, **said)
        landed = importing.land(
            self.connection, self.workspace, path, self.imports, options, self.organisation,
            lambda dataset, *_: (dataset,), lambda *_: None,
        )  # fmt: skip
        assert landed.report.status == "loaded", landed.report.problems
        self.spans += landed.report.coverage
        references.rebuild(self.connection, self.organisation, self.workspace.settings.currency)
        contents = Contents(self.connection, self.models, self.organisation)
        models.refresh(self.connection, self.models, contents=contents.of_model)
        return landed.report

    @property
    def setting(self) -> Setting:
        return Setting.of(
            self.workspace.settings, self.definitions, self.models, self.organisation, self.spans
        )

    @property
    def session(self) -> Session:
        return Session(self.connection, self.setting, self.workspace.zone, LOCAL_CPO)

    def ask(
        self,
        *names: str,
        by: str = "company",
        grain: Grain | None = None,
        since: date | None = None,
        until: date | None = None,
        where: Mapping[str, str] | None = None,
    ) -> list[Figure]:
        """Figures, as `vigie kpi query` gives them."""
        question = Question(names, by, grain, since, until, where)
        return figures_of(self.connection, self.setting, LOCAL_CPO, question)

    def values(self, name: str, **asked: Any) -> dict[str, float | None]:
        """One KPI's values of the company, by period."""
        return {figure.period: figure.value for figure in self.ask(name, **asked)}


def csv_text(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A file as a tool would write it; None is an empty cell."""
    lines = [",".join(header)]
    lines += [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join(lines) + "\n"
