"""`vigie rebuild`: the warehouse made again from the archive."""

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
from metrics.intake import versions
from metrics.job import Job


@click.command("rebuild")
@in_workspace
@as_json
def verb(folder: Path | None, wants_json: bool) -> None:
    """Make the warehouse again from the archived files of every import that counts."""
    workspace = open_workspace(folder)
    outcome = carried_out(Job("rebuild", str(workspace.path), who()), "Rebuilding")
    if wants_json:
        answer(versions(outcome) | {"differs": list(outcome.differs)})
        return
    click.echo(
        f"Warehouse {outcome.warehouse_version} is made from the archive; "
        f"{outcome.figures_written} figures written, {outcome.restated} restated."
    )
    if outcome.differs:
        click.echo(f"Not as they were before: {', '.join(outcome.differs)}.")
