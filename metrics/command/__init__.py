"""The `vigie` command: one module per verb, each loaded only when it is asked for."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from metrics.command.groups import Sentences
from metrics.errors import VigieError

#: Verb -> the module that holds it, in the order of `vigie --help`.
VERBS = {
    "init": "init",
    "import": "importing",
    "inbox": "inbox",
    "profile": "profile",
    "names": "names",
    "undo": "undo",
    "erase": "erase",
    "purge": "purge",
    "rebuild": "rebuild",
    "publish": "publish",
    "decision": "decision",
    "baseline": "baseline",
    "kpi": "kpi",
    "pace": "pace",
    "journey": "journey",
    "token": "token",
    "serve": "serve",
    "check": "check",
}
#: Verbs that run a job. What it needs is imported beside what they need themselves.
JOBS = {"import", "inbox", "names", "undo", "erase", "purge", "rebuild", "publish"}


class Verbs(Sentences):
    """A group whose verbs are imported when they are called, so that help comes at once."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module = importlib.import_module(f"metrics.command.{VERBS[name]}")
        verb: click.Command = module.verb
        return verb

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if arguments[0] in JOBS and not {"-h", "--help", "--dry-run"} & set(arguments):
            from metrics import forkserver

            forkserver.start_ahead()
        return super().resolve_command(context, arguments)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except VigieError as refusal:
            from metrics.command.output import refuse

            refuse(refusal)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vigie")
def vigie() -> None:
    """Product governance from the exports you already have.

    Every verb takes --json, shows progress on standard error and exits with 0 (done), 1 (something
    was refused or is wrong) or 2 (the command was not understood).

    \b
    First steps:
      vigie init acme
      vigie import people.csv products.csv events.csv --workspace acme
      vigie serve acme
    """


def main() -> None:
    """The entry point of the `vigie` command."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    vigie()
