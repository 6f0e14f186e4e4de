"""Files on their way in: kept aside while they are looked at, then handed to a job.

What a browser sends is written to a private folder that lasts as long as the reader's session.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from streamlit.typing import UploadedFile

from dashboard.session import Session
from metrics import importing, intake, rhythm
from metrics.definitions import definitions_of
from metrics.feeds import kpis_fed
from metrics.forkserver import start_ahead
from metrics.importing.container import Part
from metrics.importing.profile import load_profiles
from metrics.importing.report import FileReport, ImportOptions
from metrics.jobs import Job, Outcome, RunningJob, start
from metrics.organisation import Name
from metrics.register.ledger import ImportRecord, history, read_quarantine
from metrics.rhythm import SourceState
from metrics.warehouse import current_path


@dataclass(eq=False)
class Desk:
    """One reader's import in the making: the files, what was said of them, the job at work."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="vigie-uploads-")))
    batch: int = 0  # a new uploader for each batch, so that loaded files leave the screen
    inspected: tuple[object, ...] = ()
    paths: tuple[Path, ...] = ()
    reports: tuple[FileReport, ...] = ()  # of one path several, when it holds several tables
    parts: tuple[Path | Part, ...] = ()  # what each report is of
    kept: str = ""  # what was kept of a mapping, told once
    mapped: int | None = None  # the report whose columns are being mapped
    loadable: tuple[Path, ...] = ()
    options: ImportOptions = field(default_factory=ImportOptions)
    complete: set[str] = field(default_factory=set)  # digests of files declared complete
    job: RunningJob | None = None
    outcome: Outcome | None = None
    ended: str = ""  # the kind of job that the outcome is of

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def look_at(
        self, session: Session, files: Sequence[UploadedFile], options: ImportOptions
    ) -> None:
        """Inspect the files unless these very ones were, with the same options."""
        options = replace(options, complete=tuple(sorted(self.complete)))
        key = (session.publication.id, options, *(file.file_id for file in files))
        if key == self.inspected:
            return
        start_ahead()  # to load them is what comes next
        self.paths = tuple(self._keep(index, file) for index, file in enumerate(files))
        catalogue, models = definitions_of(session.workspace)
        current = current_path(session.workspace)
        by_path = {
            path: importing.inspect(
                session.workspace,
                current,
                [path],
                options,
                session.organisation,
                partial(kpis_fed, catalogue, models),
            )
            for path in self.paths
        }
        self.reports = tuple(report for reports in by_path.values() for report in reports)
        self.parts = tuple(part for path in by_path for part in importing.parts(path))
        self.mapped = None
        self.loadable = tuple(
            path
            for path, reports in by_path.items()
            if any(report.status == "loaded" for report in reports)
        )
        self.options, self.inspected = options, key

    def _keep(self, index: int, file: UploadedFile) -> Path:
        """Write one file under its own last name, which recognition may need."""
        place = self.folder / str(self.batch) / str(index) / intake.last_name(file.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.getbuffer())
        return place

    def map_columns(self, index: int | None) -> None:
        """Begin to map the columns of one report's file; None ends it."""
        self.mapped = index

    def declare(self, sha256: str) -> None:
        """Say, or say no more, that a file is the complete list of what it names."""
        self.complete ^= {sha256}

    def look_again(self) -> None:
        """Forget what was said of the files: how they are read has changed."""
        self.inspected, self.mapped = (), None

    def load(self, session: Session, names: tuple[Name, ...] = ()) -> None:
        """Load what can be, with what was said of the words in it."""
        self._start(
            Job(
                "import",
                str(session.workspace.path),
                by=session.viewer.person,
                files=tuple(str(path) for path in self.loadable),
                options=self.options,
                names=names,
            )
        )

    def name(self, session: Session, names: tuple[Name, ...]) -> None:
        """Say what words of loaded files stand for: figures follow, nothing is imported again."""
        self._start(
            Job("names", str(session.workspace.path), by=session.viewer.person, names=names)
        )

    def undo(self, session: Session, import_id: int) -> None:
        self._start(
            Job("undo", str(session.workspace.path), by=session.viewer.person, import_id=import_id)
        )

    def _start(self, job: Job) -> None:
        if self.job is None:
            self.outcome = None
            self.job = start(job)

    def follow(self) -> bool:
        """Whether the job has ended since the last look; its outcome is then kept."""
        outcome = self.job.poll() if self.job else None
        if outcome is None:
            return False
        self.ended = self.job.job.kind if self.job else ""
        if self.ended == "import" and outcome.status in ("done", "unchanged"):
            self.batch += 1
            self.inspected, self.paths, self.reports, self.loadable = (), (), (), ()
            self.parts, self.mapped = (), None
        self.job, self.outcome = None, outcome
        return True


def profile_names(session: Session) -> list[str]:
    """Every kind of export that can be read, the company's own included."""
    return sorted(profile.name for profile in load_profiles(session.workspace.profiles))


def past_imports(session: Session) -> list[ImportRecord]:
    """The ledger, newest first."""
    with session.workspace.register.connect() as connection:
        return history(connection)


def sources(session: Session) -> tuple[SourceState, ...]:
    """How often each source sends files, what is late, and the weeks made known."""
    return rhythm.sources(session.workspace, session.today)


def quarantined(session: Session, import_id: int) -> list[dict[str, object]]:
    """The rows of an import that were set aside: line, column, reason, text."""
    with session.workspace.register.connect() as connection:
        return [row._asdict() for row in read_quarantine(connection, import_id)]
