"""What `vigie serve` runs: the pages, the API and the inbox of one workspace in one process."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

import streamlit as st

from dashboard.api import Api
from metrics import inbox, retention, upgrade
from metrics.errors import VigieError
from metrics.register import migrate
from metrics.workspace import Workspace

STOPPING_SECONDS = 2.0


@cache
def workspace() -> Workspace:
    """The workspace that the environment names; raises VigieError when there is none."""
    opened = Workspace.open(Path(os.environ.get("VIGIE_WORKSPACE", ".")))
    migrate(opened.register)
    return opened


def _warming(opened: Workspace, stop: threading.Event) -> None:
    from dashboard import warming  # with all that pages import: seconds that nobody waits for

    warming.keep_warm(opened, stop)


def _upgrading(opened: Workspace, stop: threading.Event) -> None:
    with suppress(VigieError):  # the pages say what is wrong
        upgrade.upgrade(opened, stop)


@asynccontextmanager
async def watching(served: st.App) -> AsyncIterator[None]:
    """Take what comes into the inbox, read pages ahead, purge what has come of age, and once bring
    up to date what an earlier program prepared, while the server runs."""
    stop = threading.Event()
    threads: list[threading.Thread] = []
    try:
        opened = workspace()
        threads = [
            threading.Thread(target=work, args=(opened, stop), name=name, daemon=True)
            for name, work in (
                ("vigie-inbox", inbox.keep_watch),
                ("vigie-warming", _warming),
                ("vigie-upgrade", _upgrading),
                ("vigie-retention", retention.keep_purging),
            )
        ]
        for thread in threads:
            thread.start()
    except VigieError:  # the pages say what is wrong with the workspace
        threads = []
    yield
    stop.set()
    for thread in threads:
        thread.join(STOPPING_SECONDS)


app = st.App(Path(__file__).with_name("app.py"), routes=Api(workspace).routes(), lifespan=watching)
