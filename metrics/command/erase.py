"""`vigie erase`: a person taken out of everything that is kept."""

from __future__ import annotations

from pathlib import Path

import click

from metrics import erasure
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


@click.command("erase")
@click.argument("person")
@click.option(
    "--as",
    "known_as",
    default="",
    metavar="TOOL:KIND",
    help="Whose identifier it is: mixpanel:user.",
)
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask: it cannot be taken back.")
@in_workspace
@as_json
def verb(
    person: str, known_as: str, dry_run: bool, yes: bool, folder: Path | None, wants_json: bool
) -> None:
    """Take a person out of facts, archive, quarantine and register. It cannot be undone.

    PERSON is an e-mail address, a name, or what a tool calls them.
    """
    if not person.strip():
        raise VigieError(
            "Whom to erase was not said.",
            next_step="Name an address, a person, or what a tool calls them.",
            exit_code=2,
        )
    workspace = open_workspace(folder)
    if dry_run:
        rows = erasure.foresee(workspace, person, known_as)
        if wants_json:
            answer({"dry_run": True, "erased": rows})
        else:
            click.echo(f"Would be deleted or changed: {_told(rows)}. Nothing was changed.")
        return
    if not yes:
        if wants_json:
            raise VigieError(
                "An erasure cannot be taken back.", next_step="Add --yes.", exit_code=2
            )
        click.confirm(
            f"Take '{person}' out of everything that is kept? This cannot be taken back.",
            abort=True,
        )
    job = Job("erase", str(workspace.path), who(), person=person, known_as=known_as)
    outcome = carried_out(job, "Erasing")
    if wants_json:
        answer(versions(outcome) | {"dry_run": False, "erased": outcome.erased})
        return
    click.echo(
        f"Erased: rows deleted or changed: {_told(outcome.erased)}. {outcome.restated} figures "
        "restated, with the erasure as their cause.\nErase them in the tools too, or exports bring "
        "them back; older backups, and files that wait in the inbox, still hold them."
    )


def _told(rows: dict[str, int]) -> str:
    return ", ".join(f"{count} in {place}" for place, count in rows.items())
