"""Files on their way in, from the command, the inbox or the API: one way to look at them or load
them, and one answer about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from metrics import importing, jobs, warehouse
from metrics.definitions import definitions_of
from metrics.feeds import kpis_fed
from metrics.importing.reasons import explain
from metrics.importing.report import FileReport, ImportOptions
from metrics.job import Job, Outcome, Progress
from metrics.register.organisation import load_organisation
from metrics.workspace import Workspace

#: Bytes of a file name that every file system takes.
LONGEST_NAME = 200


def last_name(given: str) -> str:
    """The name under which an upload is kept: its own last one, which recognition may need,
    with its ending, at a length that file systems take."""
    name = PurePosixPath(given.replace("\\", "/")).name
    name = "".join(letter for letter in name if letter.isprintable())
    name = name.encode()[-LONGEST_NAME:].decode(errors="ignore")
    return name if name not in ("", ".", "..") else "file"


def look_at(
    workspace: Workspace, files: Sequence[Path], options: ImportOptions
) -> list[FileReport]:
    """What importing the files would do; writes nothing."""
    catalogue, models = definitions_of(workspace)
    with workspace.register.connect() as connection:
        organisation = load_organisation(connection)
    return importing.inspect(
        workspace,
        warehouse.current_path(workspace),
        files,
        options,
        organisation,
        partial(kpis_fed, catalogue, models),
    )


def load(
    workspace: Workspace,
    files: Sequence[Path],
    options: ImportOptions,
    by: str,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Outcome:
    """Run the import of the files to its end. The outcome may be a failure: nothing is raised."""
    job = Job(
        "import",
        str(workspace.path),
        by,
        files=tuple(str(file.resolve()) for file in files),
        options=options,
    )
    return jobs.run(job, on_progress)


def answer_of_look(reports: Iterable[FileReport]) -> dict[str, Any]:
    """The answer about files that were only looked at, with the keys of docs/command.md."""
    return {"dry_run": True, "files": [file_answer(report) for report in reports]}


def answer_of(outcome: Outcome) -> dict[str, Any]:
    """The answer about files of an import that ran to its end."""
    files = [file_answer(report) for report in outcome.files]
    return {"dry_run": False} | versions(outcome) | {"files": files}


def file_answer(report: FileReport) -> dict[str, Any]:
    """A report with the keys of docs/command.md."""
    content = asdict(report)
    content["problems"] = [
        asdict(problem) | {"text": explain(problem, "en")} for problem in report.problems
    ]
    content["period"] = (
        {"start": report.period[0], "end": report.period[1]} if report.period else None
    )
    return content


def versions(outcome: Outcome) -> dict[str, Any]:
    """The keys that everything that changes data answers with."""
    return {
        "status": outcome.status,
        "publication": outcome.publication,
        "warehouse_version": outcome.warehouse_version,
        "figures_written": outcome.figures_written,
        "figures_closed": outcome.figures_closed,
        "restated": outcome.restated,
    }


def plain(value: object) -> object:
    """The JSON form of what JSON has no form for: days are ISO, moments are UTC and end in Z."""
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
