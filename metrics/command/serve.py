"""`vigie serve`: the dashboard, for this machine only."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

import click

from metrics.command.output import answer, as_json, open_workspace
from metrics.errors import VigieError

ADDRESS = "127.0.0.1"


@click.command("serve")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--workspace", "named", type=click.Path(path_type=Path), help="The same as DIR.")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@as_json
def verb(folder: Path | None, named: Path | None, port: int, wants_json: bool) -> None:
    """Open the dashboard of a workspace on http://localhost:8501, until Ctrl-C."""
    workspace = open_workspace(folder or named)
    app = app_file()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            raise VigieError(
                f"Port {port} is taken by another program.",
                next_step=f"Stop it, or choose another: vigie serve --port {port + 1}",
            ) from None
    command = [sys.executable, "-m", "streamlit", "run", str(app)]
    command += ["--server.address", ADDRESS, "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    server = subprocess.Popen(
        command,
        cwd=app.parent.parent,  # where the theme is
        env=os.environ | {"VIGIE_WORKSPACE": str(workspace.path)},
        stdout=subprocess.DEVNULL if wants_json else None,
    )

    def stop(number: int, frame: FrameType | None) -> None:
        server.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    url = f"http://localhost:{port}"
    if wants_json:
        answer({"url": url, "workspace": workspace.path, "pid": server.pid})
    else:
        click.echo(f"Vigie is at {url} (Ctrl-C to stop).")
    sys.stdout.flush()
    code = server.wait()
    if code not in (0, -signal.SIGTERM, -signal.SIGINT):
        raise VigieError(f"The dashboard stopped with code {code}.")


def app_file() -> Path:
    """The dashboard's entry, wherever it is installed."""
    found = importlib.util.find_spec("dashboard")
    for place in (found.submodule_search_locations or []) if found else []:
        if (app := Path(place) / "server.py").exists():
            return app
    raise VigieError(
        "The dashboard is not installed.", next_step="Install Vigie again, with its dashboard."
    )
