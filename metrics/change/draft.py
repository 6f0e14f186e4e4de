"""One job's draft of the warehouse: what it is made with, and what the job did to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb
import sqlalchemy as sa

from metrics import erasure
from metrics.change.steps import Listener, Steps
from metrics.definitions import Definitions
from metrics.importing.report import CoverageSpan, FileReport
from metrics.job import Job
from metrics.publish import Cause
from metrics.register.leases import Lease
from metrics.workspace import Workspace


@dataclass(frozen=True)
class Draft:
    """One job at work on one draft, open as `facts`, under the lease of the publisher."""

    job: Job
    workspace: Workspace
    facts: duckdb.DuckDBPyConnection
    lease: Lease
    steps: Steps
    listener: Listener
    definitions: Definitions

    @property
    def register(self) -> sa.Engine:
        return self.workspace.register

    def say(self, stage: str, done: float, message: str) -> None:
        self.listener.say(stage, done, message)

    def reached(self, stage: str) -> None:
        self.listener.reached(stage)


@dataclass(frozen=True)
class Erasing:
    """Who is erased by this job, under which number, and the rows that went so far."""

    person: erasure.Person
    number: int
    rows: dict[str, int]


@dataclass(frozen=True)
class Purging:
    """Which rows this job purges: those before a day, from the facts, the archive and the
    quarantine of `imports`; under which number, and how many went. `archives` are left by undone
    imports; `kept` are figures that would have changed, filled as figures are computed."""

    number: int
    horizon: date
    rows: dict[str, int]
    imports: tuple[int, ...]
    archives: tuple[str, ...]
    kept: list[tuple[int, date]] = field(default_factory=list)


@dataclass(frozen=True)
class Drafted:
    """What a job did to its draft, before anything is current."""

    files: tuple[FileReport, ...]
    staged: tuple[int, ...]
    undone: tuple[int, ...]
    cause: Cause
    touched: bool  # False: the draft is the same as the current version
    erasing: Erasing | None = None
    purging: Purging | None = None
    differs: tuple[str, ...] = ()
    #: What imports that stay make known from now on, where that is not what they did.
    coverage: Mapping[int, tuple[CoverageSpan, ...]] = field(default_factory=dict)
