"""`vigie init`: a new workspace, empty or with the sample company."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from metrics.command.importing import loaded
from metrics.command.output import ProgressOutput, answer, as_json, progress_of
from metrics.errors import VigieError
from metrics.importing.report import ImportOptions
from metrics.intake import versions
from metrics.job import Outcome
from metrics.register import migrate
from metrics.workspace import SETTINGS_FILE, UNNAMED, Workspace

SAMPLE_FILES = "sample_exports"
SAMPLE_COMPANY = "Groupe Maréval"


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--sample", is_flag=True, help="Fill it with a fictional company.")
@click.option(
    "--events",
    type=click.IntRange(min=1_000),
    default=400_000,
    show_default=True,
    help="Rows of product events of the sample company.",
)
@as_json
def verb(folder: Path, sample: bool, events: int, wants_json: bool) -> None:
    """Make a workspace in DIR: settings with comments, folders, a register."""
    if (folder / SETTINGS_FILE).exists():
        raise VigieError(
            f"{folder} is a workspace already.",
            next_step=f"Use it as it is, with 'vigie import' or 'vigie serve {folder}'.",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {"workspace": folder.resolve(), "sample": sample}
    # Made aside and moved at the end: an interrupted 'init' leaves no half workspace behind.
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as aside:
        made = Path(aside)
        workspace = lay_out(made, SAMPLE_COMPANY if sample else UNNAMED)
        if sample:
            paths = exports(made / SAMPLE_FILES, events)
            outcome = loaded(workspace, tuple(paths), ImportOptions())
            content |= versions(outcome) | {"files": in_brief(outcome)}
        workspace.register.dispose()
        move(made, folder)
    if wants_json:
        answer(content)
        return
    click.echo(f"{folder} is ready.")
    for line in by_tool(content.get("files", [])):
        click.echo(f"  {line}")
    if not sample:
        click.echo(
            f"Write the company's name, time zone and currency into {folder / SETTINGS_FILE}."
        )
    click.echo(f"Next: vigie {'serve' if sample else 'import FILE… --workspace'} {folder}")


def lay_out(folder: Path, company: str) -> Workspace:
    """Write settings, folders and an empty register; returns the workspace."""
    template = files("metrics.command").joinpath("settings.toml").read_text("utf-8")
    settings = template.replace("{company}", json.dumps(company, ensure_ascii=False))
    for name in ("warehouse", "archive", "catalogue", "models", "profiles", "inbox"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / SETTINGS_FILE).write_text(settings, "utf-8")
    workspace = Workspace.open(folder)
    migrate(workspace.register)
    _ = workspace.secret
    return workspace


def exports(folder: Path, events: int) -> Sequence[Path]:
    """Make the sample company's export files."""
    import sample_data

    with ProgressOutput("Making the sample company") as output:
        return sample_data.make(folder, events=events, progress=progress_of(output, "landing"))


def in_brief(outcome: Outcome) -> list[dict[str, Any]]:
    """Per file: name, tool, status, row counts, import number."""
    return [
        {
            "file": report.file,
            "tool": report.tool,
            "status": report.status,
            "rows": vars(report.rows),
            "import_id": report.import_id,
        }
        for report in outcome.files
    ]


def by_tool(files: Sequence[dict[str, Any]]) -> list[str]:
    """One line per tool: how many files and rows; last, the files that nothing reads yet."""
    read: dict[str, list[int]] = {}
    for file in files:
        if file["status"] != "refused":
            counts = read.setdefault(file["tool"], [0, 0])
            counts[0] += 1
            counts[1] += file["rows"]["loaded"]
    lines = [f"{tool}: {count} files, {rows:,} rows loaded" for tool, (count, rows) in read.items()]
    refused = sum(file["status"] == "refused" for file in files)
    if refused:
        lines.append(
            f"{refused} files of tools that Vigie does not read yet stay in {SAMPLE_FILES}"
        )
    return lines


def move(made: Path, folder: Path) -> None:
    """Put everything in place, the settings last: only they make a folder a workspace."""
    folder.mkdir(exist_ok=True)
    for item in sorted(made.iterdir(), key=lambda path: path.name == SETTINGS_FILE):
        target = folder / item.name
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            raise VigieError(
                f"{target} is in the way.", next_step="Choose an empty folder, or move it aside."
            )
        item.replace(target)
