"""`vigie publish`: computing every figure again."""

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


@click.command("publish")
@in_workspace
@as_json
def verb(folder: Path | None, wants_json: bool) -> None:
    """Compute every figure again, after a change of the catalogue or the settings."""
    workspace = open_workspace(folder)
    outcome = carried_out(Job("publish", str(workspace.path), who()), "Publishing")
    if wants_json:
        answer(versions(outcome))
    elif outcome.status == "unchanged":
        click.echo("Every figure was already there; nothing was changed.")
    else:
        click.echo(
            f"Publication {outcome.publication}: {outcome.figures_written} figures written, "
            f"{outcome.figures_closed} replaced, {outcome.restated} restated."
        )
