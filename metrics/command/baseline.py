"""`vigie baseline`: saying that a KPI has a new level, so that it is judged on what came since."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from metrics.calendar import Calendar
from metrics.command.groups import Sentences
from metrics.command.output import answer, as_json, asker, in_workspace, open_workspace, table
from metrics.command.scopes import scope_in, text_of
from metrics.command.types import DAY, NUMBER
from metrics.definitions import catalogue_of
from metrics.register import baselines
from metrics.register.organisation import load_organisation

ANEW = "Figures are judged anew at the next `vigie publish` or import."


@click.group("baseline", cls=Sentences)
def verb() -> None:
    """Baselines: the level shifts that someone has acknowledged."""


@verb.command("set")
@click.argument("kpi")
@click.option("--scope", default="company", show_default=True, metavar="KIND[:KEY]")
@click.option(
    "--since",
    type=DAY,
    required=True,
    help="A day of the first period of the new level.",
)
@click.option("--note", default="", help="What brought the new level about.")
@in_workspace
@as_json
def set_(
    kpi: str, scope: str, since: date, note: str, folder: Path | None, wants_json: bool
) -> None:
    """Acknowledge a shift: from that period on KPI is judged on what came since."""
    workspace = open_workspace(folder)
    entry, settings = catalogue_of(workspace)[kpi], workspace.settings
    calendar = Calendar(settings.first_weekday, settings.fiscal_year_start)
    period = calendar.period(entry.cadence, since)
    with workspace.register.begin() as connection:
        held = baselines.acknowledge(
            connection,
            asker(),
            kpi=entry.name,
            scope=scope_in(load_organisation(connection), scope),
            since=period.start,
            note=note,
        )
    if wants_json:
        answer({"baseline": _row(held)})
    else:
        click.echo(f"Baseline {held.id}: {kpi} of {scope} has a new level since {period.key}.")
        click.echo(ANEW)


@verb.command("list")
@in_workspace
@as_json
def list_(folder: Path | None, wants_json: bool) -> None:
    """The baselines that hold."""
    with open_workspace(folder).register.connect() as connection:
        rows = [_row(held) for held in baselines.acknowledged(connection, asker())]
    if wants_json:
        answer({"baselines": rows})
        return
    shown = ("id", "kpi", "scope", "since", "acknowledged_by", "note")
    click.echo(
        table([[row[name] for name in shown] for row in rows], shown)
        if rows
        else "No baselines: every KPI is judged on all of its history that counts."
    )


@verb.command("withdraw")
@click.argument("number", type=NUMBER)
@in_workspace
@as_json
def withdraw(number: int, folder: Path | None, wants_json: bool) -> None:
    """Take a baseline back."""
    with open_workspace(folder).register.begin() as connection:
        baselines.withdraw(connection, asker(), number)
    if wants_json:
        answer({"withdrawn": number})
    else:
        click.echo(f"Baseline {number} is withdrawn. {ANEW}")


def _row(held: baselines.Baseline) -> dict[str, Any]:
    return asdict(held) | {"scope": text_of(held.scope)}
