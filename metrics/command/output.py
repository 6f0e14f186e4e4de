"""What all verbs share: finding the workspace, saying things to people, saying them as JSON."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import click

from metrics import jobs
from metrics.access import Role, Viewer
from metrics.errors import VigieError
from metrics.intake import plain
from metrics.job import Job, Outcome, Progress
from metrics.register import migrate
from metrics.workspace import SETTINGS_FILE, Workspace

as_json = click.option(
    "--json", "wants_json", is_flag=True, help="Answer as JSON, with the keys of docs/command.md."
)
in_workspace = click.option(
    "--workspace",
    "folder",
    type=click.Path(path_type=Path),
    help="The workspace; else $VIGIE_WORKSPACE, this folder, or ./workspace.",
)


def open_workspace(folder: Path | None) -> Workspace:
    """The workspace asked for; its register is made, or brought up to date, where it is not."""
    workspace = Workspace.open(find_workspace(folder))
    migrate(workspace.register)
    return workspace


def find_workspace(folder: Path | None) -> Path:
    """The folder given, else $VIGIE_WORKSPACE, else this folder, else ./workspace."""
    if folder is not None:
        return folder
    if named := os.environ.get("VIGIE_WORKSPACE"):
        return Path(named)
    here = Path.cwd()
    if not (here / SETTINGS_FILE).exists() and (here / "workspace" / SETTINGS_FILE).exists():
        return here / "workspace"
    return here


def who() -> str:
    """The name to write beside a change."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def asker() -> Viewer:
    """Who is at the terminal; on this machine everyone is taken for the CPO."""
    return Viewer(person=who(), role=Role.CPO)


def answer(content: dict[str, Any]) -> None:
    """Print one JSON document. Dates are ISO, moments are UTC."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=2, default=plain))


def refuse(refusal: VigieError) -> NoReturn:
    """Print a refusal, as JSON when the command line asks for JSON, and exit with its code."""
    if "--json" in sys.argv:
        answer({"error": refusal.as_dict()})
    else:
        click.echo(f"Error: {refusal}", err=True)
    sys.exit(refusal.exit_code)


def checked(outcome: Outcome) -> Outcome:
    """The outcome of a job; raises VigieError when it failed or was cancelled."""
    if outcome.status in ("failed", "cancelled"):
        raise VigieError(outcome.problem, choices=outcome.choices, next_step=outcome.next_step)
    return outcome


def table(rows: Iterable[Sequence[object]], header: Sequence[str]) -> str:
    """Rows as text in columns, numbers to the right."""
    lines = [list(header), *([cell(value) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    numeric = [
        len(lines) > 1 and all(_is_number(line[column]) for line in lines[1:])
        for column in range(len(header))
    ]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


def cell(value: object) -> str:
    """A value as a table's cell: nothing where there is none, six digits of a fraction."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%MZ}"
        case list() | tuple():
            return " ".join("-" if each is None else cell(each) for each in value)
        case _:
            return str(value)


def _is_number(text: str) -> bool:
    return not text or text.replace("-", "", 1).replace(".", "", 1).isdigit()


class ProgressOutput(AbstractContextManager["ProgressOutput"]):
    """Progress on standard error: a bar on a terminal, else a line per step."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._on_terminal = sys.stderr.isatty()
        self._bar: Any = None
        self._shown = 0
        self._said = ""

    def __enter__(self) -> ProgressOutput:
        if self._on_terminal:
            self._bar = click.progressbar(
                length=1000,
                label=self._label,
                file=sys.stderr,
                show_percent=True,
                item_show_func=lambda message: message,
            ).__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, traceback)

    def __call__(self, progress: Progress) -> None:
        if self._bar is not None:
            position = round(progress.done * 1000)
            self._bar.update(max(0, position - self._shown), progress.message[:60])
            self._shown = max(self._shown, position)
            return
        said = progress.message if progress.stage in ("waiting", "landing") else progress.stage
        if said != self._said:
            self._said = said
            click.echo(f"{self._label}: {progress.message}", err=True)


def carried_out(job: Job, label: str) -> Outcome:
    """Run a job to its end, with progress; raises VigieError when it failed or was cancelled."""
    with ProgressOutput(label) as progress:
        return checked(jobs.run(job, progress))


def progress_of(output: ProgressOutput, stage: str) -> Callable[[str, float], None]:
    """A callback (what, share) that shows on `output`, for work done in this process."""
    return lambda what, share: output(Progress(stage, share, what))
