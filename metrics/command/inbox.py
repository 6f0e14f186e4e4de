"""`vigie inbox`: taking once what lies in the inbox; a server does so by itself."""

from __future__ import annotations

from pathlib import Path

import click

from metrics import inbox
from metrics.command.output import answer, as_json, in_workspace, open_workspace

SAID = {
    "loaded": "loaded",
    "unchanged": "the same file again, nothing to change",
    "refused": "refused and put aside",
    "waiting": "not recognised: it waits for a mapping",
    "failed": "could not be loaded now; it is tried again",
}


@click.command("inbox")
@click.option(
    "--settling",
    type=click.FloatRange(min=0),
    default=inbox.SETTLING_SECONDS,
    show_default=True,
    help="Seconds a file must not change before it is taken.",
)
@in_workspace
@as_json
def verb(settling: float, folder: Path | None, wants_json: bool) -> None:
    """Load the files that lie in the workspace's inbox. A served workspace does so by itself."""
    workspace = open_workspace(folder)
    found = inbox.take_once(workspace, settling)
    if wants_json:
        files = [
            {"file": each.name, "status": each.status, "path": each.path, "report": each.report}
            for each in found
        ]
        answer({"files": files})
    elif not found:
        click.echo(f"Nothing is ready in {workspace.path / inbox.FOLDER}.")
    else:
        for each in found:
            click.echo(f"{each.name}: {SAID[each.status]}. Report: {each.report}")
    if any(each.status in ("refused", "waiting", "failed") for each in found):
        raise SystemExit(1)
