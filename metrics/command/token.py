"""`vigie token`: keys with which programs may bring files in over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from metrics.command.groups import Sentences
from metrics.command.output import answer, as_json, in_workspace, open_workspace, table, who
from metrics.command.types import NUMBER
from metrics.register import tokens


@click.group("token", cls=Sentences)
def verb() -> None:
    """Keys with which programs may bring files in over HTTP."""


@verb.command("create")
@click.argument("name")
@in_workspace
@as_json
def create(name: str, folder: Path | None, wants_json: bool) -> None:
    """Make a token. It is shown once: nobody can read it again."""
    workspace = open_workspace(folder)
    with workspace.register.begin() as connection:
        kept, secret = tokens.create(connection, name, by=who())
    if wants_json:
        answer({"id": kept.id, "name": kept.name, "token": secret})
    else:
        click.echo(
            f"{secret}\n\nToken {kept.id} for {kept.name}. Keep it now: it is not shown again. "
            f"To end it: vigie token revoke {kept.id}"
        )


@verb.command("list")
@in_workspace
@as_json
def show(folder: Path | None, wants_json: bool) -> None:
    """Every token ever made, without the tokens themselves."""
    workspace = open_workspace(folder)
    with workspace.register.connect() as connection:
        found = tokens.everyone(connection)
    if wants_json:
        answer({"tokens": [asdict(token) for token in found]})
        return
    rows = [
        [
            token.id,
            token.name,
            f"{token.created_at:%Y-%m-%d} {token.created_by}",
            f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else "in force",
        ]
        for token in found
    ]
    click.echo(table(rows, ["id", "name", "made", "state"]) if rows else "No token was made yet.")


@verb.command("revoke")
@click.argument("number", metavar="ID", type=NUMBER)
@in_workspace
@as_json
def revoke(number: int, folder: Path | None, wants_json: bool) -> None:
    """End a token: whoever shows it is refused from now on."""
    workspace = open_workspace(folder)
    with workspace.register.begin() as connection:
        ended = tokens.revoke(connection, number, by=who())
    if wants_json:
        answer({"revoked": asdict(ended)})
    else:
        click.echo(f"Token {ended.id} ({ended.name}) is revoked.")
