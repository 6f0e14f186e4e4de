"""`vigie undo`: taking one import back."""

from __future__ import annotations

from pathlib import Path

import click

from metrics.command.output import (
    answer,
    as_json,
    carried_out,
    in_workspace,
    open_workspace,
    who,
)
from metrics.command.types import NUMBER
from metrics.intake import versions
from metrics.job import Job
from metrics.register import ledger


@click.command("undo")
@click.argument("import_id", type=NUMBER)
@in_workspace
@as_json
def verb(import_id: int, folder: Path | None, wants_json: bool) -> None:
    """Take back one import, whatever came after it."""
    workspace = open_workspace(folder)
    with workspace.register.connect() as connection:
        record = ledger.get(connection, import_id)
    job = Job("undo", str(workspace.path), who(), import_id=import_id)
    outcome = carried_out(job, "Undoing")
    if wants_json:
        answer({"import_id": import_id, "file": record.file} | versions(outcome))
    else:
        click.echo(
            f"Import {import_id} ({record.file}) is undone: {outcome.figures_written} figures "
            f"written, {outcome.figures_closed} replaced, {outcome.restated} restated. "
            "To have it again, import the file again."
        )
