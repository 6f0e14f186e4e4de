"""A workspace on disk with files that a test writes, imported as `vigie import` does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from metrics import importing
from metrics.access import LOCAL_CPO
from metrics.catalogue.loading import parts_of
from metrics.change import Change, Steps
from metrics.command.init import lay_out
from metrics.definitions import Definitions, definitions_of
from metrics.documents import document_frames
from metrics.edition import compute_all
from metrics.explaining.cuts import cut_frames
from metrics.importing.report import ImportOptions
from metrics.job import Job, Outcome
from metrics.register.series import read_frame
from metrics.result import Scope
from metrics.workspace import Workspace

STEPS = Steps(importing.land, importing.remove, compute_all, cut_frames, document_frames)


@contextmanager
def only(*kpis: str) -> Iterator[None]:
    """Publish these KPIs and what they are made of alone: all of them take seconds a job. A KPI
    that the company does not have, or not yet, is passed over."""

    def few(workspace: Workspace) -> Definitions:
        catalogue, models = definitions_of(workspace)
        wanted, left = set[str](), list(kpis)
        while left:
            name = left.pop()
            if name in catalogue.entries:
                wanted.add(name)
                left += parts_of(catalogue[name])
        found = {name: kpi for name, kpi in catalogue.entries.items() if name in wanted}
        return Definitions(replace(catalogue, entries=found), models)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("metrics.change.definitions_of", few)
        yield


class Silent:
    def say(self, stage: str, done: float, message: str) -> None:
        pass

    def reached(self, stage: str) -> None:
        pass


def loaded(folder: Path, files: dict[str, str]) -> Path:
    """The folder of a company made of these files, all of which load, to be copied."""
    company = SmallWorkspace(folder)
    done = company.import_files(files)
    assert [report.status for report in done.files] == ["loaded"] * len(files), done.files
    company.workspace.register.dispose()
    return folder


class SmallWorkspace:
    """A company's folder, and what is done with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace: Workspace = lay_out(folder, "Forge")

    @classmethod
    def again(cls, folder: Path) -> SmallWorkspace:
        """The same folder opened anew, after its settings were changed."""
        opened = cls.__new__(cls)
        opened.folder, opened.workspace = folder, Workspace.open(folder)
        return opened

    def write(self, name: str, text: str) -> Path:
        """Write a file of the company's own under its folder."""
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def import_files(self, files: dict[str, str], **options: object) -> Outcome:
        """Import files given as name → text, as one change."""
        inbox = self.folder / "inbox"
        for name, text in files.items():
            (inbox / name).write_text(text, "utf-8")
        paths = tuple(str(inbox / name) for name in files)
        return self._do(
            Job("import", str(self.folder), "test", paths, options=ImportOptions(**options))
        )

    def publish(self) -> Outcome:
        return self._do(Job("publish", str(self.folder), "test"))

    def undo(self, import_id: int) -> Outcome:
        return self._do(Job("undo", str(self.folder), "test", import_id=import_id))

    def published(self, kpi: str) -> dict[str, float]:
        """What readers see of a KPI of the company: value by period, in its shortest grain."""
        with self.workspace.register.connect() as connection:
            rows = read_frame(
                connection, LOCAL_CPO, kpis=[kpi], scopes=[Scope("company", "")], grains=["week"]
            )
        known = rows[rows["value"].notna()]
        return dict(zip(known["period"], known["value"], strict=True))

    def _do(self, job: Job) -> Outcome:
        return Change(job, STEPS, Silent()).run()
