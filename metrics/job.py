"""A job: a change to the data, as the parent asks for it and as the child reports on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

from metrics.importing.report import FileReport, ImportOptions
from metrics.organisation import Name


@dataclass(frozen=True)
class Job:
    """What to change. `files` and `options` are for an import, `import_id` for an undo, `person`
    and `known_as` for an erasure (see `erasure.find`).

    `names` are what tools' words stand for from now on: of the kind 'names' alone, or with an
    import, whose rows they place. A product or squad that one names and nobody knows is a new one.
    """

    kind: Literal["import", "undo", "publish", "names", "erase", "rebuild", "purge"]
    workspace: str
    by: str
    files: tuple[str, ...] = ()
    options: ImportOptions = field(default_factory=ImportOptions)
    import_id: int | None = None
    names: tuple[Name, ...] = ()
    person: str = ""
    known_as: str = ""


@dataclass(frozen=True)
class Progress:
    """Where a job is. `done` is a fraction of the whole job.

    `stage`: waiting, copying, landing, modelling, publishing, judging, finishing.
    """

    stage: str
    done: float
    message: str


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    `status`: 'done' (a new version is current), 'unchanged' (nothing to change), 'cancelled' and
    'failed' (nothing was changed; `problem` says why, `choices` and `next_step` what to do).
    """

    status: Literal["done", "unchanged", "cancelled", "failed"]
    files: tuple[FileReport, ...] = ()
    publication: int = 0  # the current one after the job
    warehouse_version: int = 0
    figures_written: int = 0
    figures_closed: int = 0
    restated: int = 0
    differs: tuple[str, ...] = ()  # of a rebuild: tables that are not as they were
    erased: dict[str, int] = field(default_factory=dict)  # by an erasure or purge: place -> rows
    problem: str = ""
    choices: tuple[str, ...] = ()
    next_step: str = ""
    no_room: bool = False  # it failed because the disk is full


@dataclass(frozen=True)
class Line:
    """One line of a child's output."""

    progress: Progress | None = None
    outcome: Outcome | None = None


JOB = TypeAdapter(Job)
LINE = TypeAdapter(Line)
