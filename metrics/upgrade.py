"""Data that an earlier program prepared: this one prepares them anew when it begins to serve."""

from __future__ import annotations

import threading

from metrics import warehouse
from metrics.jobs import Job, Outcome, start
from metrics.workspace import Workspace

BY = "upgrade"


def is_due(workspace: Workspace) -> bool:
    """Whether an earlier program made the current version of the warehouse."""
    path = warehouse.current_path(workspace)
    return path is not None and warehouse.is_outdated(path)


def upgrade(
    workspace: Workspace, stop: threading.Event, every_seconds: float = 0.5
) -> Outcome | None:
    """Publish all figures anew if that is due, unless `stop` is set meanwhile; readers keep what
    there is until it is done. Raises VigieError when the warehouse cannot be read."""
    if not is_due(workspace):
        return None
    return start(Job("publish", str(workspace.path), by=BY)).wait_unless(stop, every_seconds)
