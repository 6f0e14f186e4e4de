"""`vigie pace`: where KPIs will stand when month and quarter end, beside what was wanted."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from metrics.access import LOCAL_CPO
from metrics.command.output import answer, as_json, in_workspace, open_workspace, table
from metrics.command.scopes import scope_of
from metrics.outlook import PERIODS, SCOPES, Outlook, outlooks

SHOWN = ("kpi", "scope", "period", "actual", "forecast", "landing", "low", "high", "target",
         "budget", "prior_year", "chance", "verdict")  # fmt: skip


@click.command("pace")
@click.argument("names", nargs=-1)
@click.option("--scope", metavar="KIND[:KEY]", help="company, product:KEY or squad:KEY; else all.")
@click.option("--grain", type=click.Choice([str(grain) for grain in PERIODS]))
@in_workspace
@as_json
def verb(
    names: tuple[str, ...],
    scope: str | None,
    grain: str | None,
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Actual to date, forecast and landing of KPIs, beside target, budget and the year before."""
    workspace = open_workspace(folder)
    found = outlooks(
        workspace,
        LOCAL_CPO,
        kpis=names or None,
        scopes=[scope_of(scope, SCOPES)] if scope else None,
        grains=[grain] if grain else None,
    )
    rows = [row_of(outlook) for outlook in found]
    if wants_json:
        answer({"rows": rows})
        return
    click.echo(
        table([[row[name] for name in SHOWN] for row in rows], SHOWN)
        if rows
        else "Nothing to say yet: too few closed figures, or nothing published."
    )


def row_of(outlook: Outlook) -> dict[str, object]:
    """An outlook with the keys of docs/command.md."""
    row = asdict(outlook)
    row |= {
        "scope_kind": outlook.scope.kind,
        "scope": outlook.scope.key or "company",
        "period": outlook.period.key,
        "start": outlook.period.start,
        "end": outlook.period.end,
    }
    return row
