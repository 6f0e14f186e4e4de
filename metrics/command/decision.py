"""`vigie decision`: what was decided, what is to be done, and what became of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from metrics.command.groups import Sentences
from metrics.command.output import answer, as_json, asker, in_workspace, open_workspace, table
from metrics.command.scopes import scope_in, text_of
from metrics.command.types import DAY, NUMBER
from metrics.definitions import catalogue_of
from metrics.errors import VigieError, unknown
from metrics.pages.alike import alike
from metrics.pages.meeting import agenda
from metrics.pages.review import weekly_review
from metrics.register import decisions
from metrics.register.organisation import load_organisation
from metrics.workspace import Workspace

TOWARDS = {"up": 1, "down": -1, "none": 0}
#: The module that writes minutes as people read them: it is of the dashboard, and knows its words.
WRITER = "dashboard.minutes_text"


@click.group("decision", cls=Sentences)
def verb() -> None:
    """Decisions and actions: taken, changed, closed, read back as minutes."""


@verb.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are closed as well.")
@click.option("--kpi", default=None)
@click.option("--scope", default=None, metavar="KIND[:KEY]")
@in_workspace
@as_json
def list_(
    everything: bool, kpi: str | None, scope: str | None, folder: Path | None, wants_json: bool
) -> None:
    """The open decisions and actions, newest first."""
    workspace = open_workspace(folder)
    kpis = None if kpi is None else [_kpi(workspace, kpi)]
    with workspace.register.connect() as connection:
        organisation = load_organisation(connection)
        scopes = None if scope is None else [scope_in(organisation, scope)]
        found = decisions.all_decisions(connection, asker(), kpis=kpis, scopes=scopes)
    shown = [each for each in found if everything or each.status == decisions.OPEN]
    if wants_json:
        answer({"decisions": [row_of(each) for each in shown]})
        return
    columns = ("id", "kind", "status", "scope", "kpi", "owner", "review_on", "what")
    rows = [[row_of(each)[name] for name in columns] for each in shown]
    click.echo(table(rows, columns) if rows else "No decision is open: 'vigie decision add'.")


@verb.command("add")
@click.argument("what")
@click.option("--scope", default="company", show_default=True, metavar="KIND[:KEY]")
@click.option("--kpi", default="", help="What it is to move; else it is about the scope.")
@click.option("--why", default="")
@click.option("--expected", default="", help="The effect that is expected, in words.")
@click.option("--towards", type=click.Choice(list(TOWARDS)), default=None, help="Where KPI goes.")
@click.option("--owner", default="", help="The key of a person.")
@click.option("--due", type=DAY, default=None, help="When it comes back to the review.")
@click.option("--action", is_flag=True, help="An action, due on a day, not a decision.")
@click.option("--of", "part_of", type=NUMBER, default=None, help="The decision it carries out.")
@in_workspace
@as_json
def add(
    what: str,
    scope: str,
    kpi: str,
    why: str,
    expected: str,
    towards: str | None,
    owner: str,
    due: date | None,
    action: bool,
    part_of: int | None,
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Take a decision, or note an action; one like it that is open is told.

    \b
    Example:
      vigie decision add "Shorten the sign-up form" --scope product:atelier \\
        --kpi activation_rate --owner morel --due 2026-12-14
    """
    workspace = open_workspace(folder)
    name = _kpi(workspace, kpi) if kpi else ""
    good = catalogue_of(workspace)[name].direction if name else 0
    with workspace.register.begin() as connection:
        organisation = load_organisation(connection)
        _check_person(owner, [person.person for person in organisation.people])
        place = scope_in(organisation, scope)
        held = decisions.open_decisions(connection, asker(), kind=None)
        made = decisions.decide(
            connection,
            asker(),
            kpi=name,
            scope=place,
            what=what,
            why=why,
            expected=expected,
            towards=good if towards is None and not action else TOWARDS[towards or "none"],
            owner=owner,
            review_on=due,
            kind=decisions.ACTION if action else decisions.DECISION,
            part_of=part_of,
        )
    near = [found.decision.id for found in alike(made.what, made.kpi, made.scope, held)]
    if wants_json:
        answer({"decision": row_of(made), "alike": near})
        return
    click.echo(f"{made.kind.capitalize()} {made.id}: {made.what}")
    if near:
        click.echo(f"Open already, and like it: {', '.join(map(str, near))}.")


@verb.command("change")
@click.argument("number", metavar="ID", type=NUMBER)
@click.option("--what", default=None)
@click.option("--why", default=None)
@click.option("--expected", default=None)
@click.option("--towards", type=click.Choice(list(TOWARDS)), default=None)
@click.option("--owner", default=None)
@click.option("--due", type=DAY, default=None)
@click.option("--note", default="", help="Why it changes.")
@in_workspace
@as_json
def change(
    number: int,
    what: str | None,
    why: str | None,
    expected: str | None,
    towards: str | None,
    owner: str | None,
    due: date | None,
    note: str,
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Word a decision anew; what it said before stays."""
    given: dict[str, Any] = {"what": what, "why": why, "expected": expected, "owner": owner}
    said = {name: value for name, value in given.items() if value is not None}
    if due is not None:
        said["review_on"] = due
    if towards is not None:
        said["towards"] = TOWARDS[towards]
    if not said:
        raise VigieError(
            "Nothing is to be changed.", next_step="Say what: --what, --owner, --due …", exit_code=2
        )
    workspace = open_workspace(folder)
    with workspace.register.begin() as connection:
        people = [person.person for person in load_organisation(connection).people]
        _check_person(owner or "", people)
        seen = decisions.decision(connection, asker(), number).version
        held = decisions.change(connection, asker(), number, seen=seen, note=note, **said)
    _told(held, "changed", wants_json)


@verb.command("close")
@click.argument("number", metavar="ID", type=NUMBER)
@click.option("--note", default="", help="What came of it.")
@in_workspace
@as_json
def close(number: int, note: str, folder: Path | None, wants_json: bool) -> None:
    """Close a decision, or say that an action is done."""
    with open_workspace(folder).register.begin() as connection:
        seen = decisions.decision(connection, asker(), number)
        if seen.status == decisions.CLOSED:
            raise VigieError(
                f"Decision {number} is closed already.",
                next_step=f"To open it again: vigie decision reopen {number}",
            )
        held = decisions.close(connection, asker(), number, seen=seen.version, note=note)
    _told(held, "closed", wants_json)


@verb.command("reopen")
@click.argument("number", metavar="ID", type=NUMBER)
@click.option("--note", default="", help="Why it is open again.")
@in_workspace
@as_json
def reopen(number: int, note: str, folder: Path | None, wants_json: bool) -> None:
    """Open a closed decision again."""
    with open_workspace(folder).register.begin() as connection:
        seen = decisions.decision(connection, asker(), number)
        held = decisions.reopen(connection, asker(), number, seen=seen.version, note=note)
    _told(held, "open again", wants_json)


@verb.command("history")
@click.argument("number", metavar="ID", type=NUMBER)
@in_workspace
@as_json
def history(number: int, folder: Path | None, wants_json: bool) -> None:
    """Every version of a decision, the first one first, with who wrote it and when."""
    with open_workspace(folder).register.connect() as connection:
        found = decisions.history(connection, asker(), number)
    if wants_json:
        answer({"versions": [row_of(each) for each in found]})
        return
    rows = [
        [
            each.version,
            f"{each.changed_at or each.decided_at:%Y-%m-%d %H:%M}",
            each.changed_by or each.decided_by,
            each.status,
            " ".join(part for part in (each.what, each.note) if part),
        ]
        for each in found
    ]
    click.echo(table(rows, ("version", "at", "by", "status", "what")))


@verb.command("minutes")
@click.option("--week", default=None, metavar="WEEK", help="2026-W46; else the latest closed one.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@in_workspace
@as_json
def minutes(week: str | None, lang: str, folder: Path | None, wants_json: bool) -> None:
    """The minutes of a review as Markdown, or what they hold as JSON."""
    workspace = open_workspace(folder)
    reviewed = weekly_review(workspace, asker(), week=week)
    if not wants_json:
        command = [sys.executable, "-m", WRITER, str(workspace.path), reviewed.week.key, lang]
        sys.exit(subprocess.run(command, check=False).returncode)
    latest = week is None or reviewed.week == weekly_review(workspace, asker()).week
    held = agenda(workspace, asker(), week=reviewed.week, latest=latest)
    answer(
        {
            "week": reviewed.week.key,
            "taken": [row_of(each) for each in held.taken],
            "closed": [row_of(each) for each in held.closed],
            "due": [row_of(each.decision) | {"days_late": each.days_late} for each in held.due],
            "comments": [asdict(each) | {"scope": text_of(each.scope)} for each in held.comments],
            "mutes": [asdict(each) | {"scope": text_of(each.scope)} for each in held.mutes],
        }
    )


def row_of(decision: decisions.Decision) -> dict[str, Any]:
    """A decision with the keys of docs/command.md."""
    return asdict(decision) | {"scope": text_of(decision.scope)}


def _told(held: decisions.Decision, became: str, wants_json: bool) -> None:
    if wants_json:
        answer({"decision": row_of(held)})
    else:
        click.echo(f"{held.kind.capitalize()} {held.id} is {became}: {held.what}")


def _kpi(workspace: Workspace, name: str) -> str:
    return catalogue_of(workspace)[name].name


def _check_person(person: str, known: list[str]) -> None:
    if person and person not in known:
        raise unknown("person", person, known)
