"""`vigie purge`: raw rows that are older than the settings keep them."""

from __future__ import annotations

from pathlib import Path

import click

from metrics import retention
from metrics.command.output import (
    answer,
    as_json,
    carried_out,
    in_workspace,
    open_workspace,
    who,
)
from metrics.errors import VigieError
from metrics.intake import versions
from metrics.job import Job


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask: it cannot be taken back.")
@in_workspace
@as_json
def verb(dry_run: bool, yes: bool, folder: Path | None, wants_json: bool) -> None:
    """Delete raw rows older than raw_months of the settings. Published figures stay."""
    workspace = open_workspace(folder)
    horizon, due = retention.dry_run(workspace)
    if dry_run or not due:
        if wants_json:
            answer({"dry_run": dry_run, "horizon": horizon, "rows": due, "status": "unchanged"})
        elif due:
            click.echo(f"Before {horizon}: {_told(due)}. Nothing was deleted.")
        else:
            click.echo(f"No raw row is older than {horizon}: there is nothing to purge.")
        return
    if not yes:
        if wants_json:
            raise VigieError("A purge cannot be taken back.", next_step="Add --yes.", exit_code=2)
        click.confirm(
            f"Before {horizon}: {_told(due)}. This cannot be taken back. Delete?", abort=True
        )
    # What is pending is published first: what changes then is known to be the purge's doing.
    carried_out(Job("publish", str(workspace.path), who()), "Publishing")
    outcome = carried_out(Job("purge", str(workspace.path), who()), "Purging")
    if wants_json:
        answer(versions(outcome) | {"dry_run": False, "horizon": horizon, "rows": outcome.erased})
        return
    click.echo(
        f"Purged what lies before {horizon}: {_told(outcome.erased)}. Figures of that time stay as "
        "they were published. Older backups still hold the rows."
    )


def _told(rows: dict[str, int]) -> str:
    return ", ".join(
        f"{count} {'rows' if count != 1 else 'row'} of {place}" for place, count in rows.items()
    )
