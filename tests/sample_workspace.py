"""The sample company, made and imported once per test run, whichever workers share it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

import sample_data
from metrics import jobs
from metrics.command.init import lay_out
from metrics.workspace import Workspace

EVENTS = 400_000
#: Exports that the truth does not retell.
UNREAD = ("trello", "Instantan")


@dataclass(frozen=True)
class Sample:
    """Where the exports lie, and the workspace into which they were imported."""

    exports: Path
    workspace: Workspace


def make(root: Path) -> Sample:
    """Make the exports under `root` and import them with one ordinary job, unless that is done."""
    exports, folder, done = root / "exports", root / "workspace", root / "done"
    root.mkdir(exist_ok=True)
    with FileLock(root / "lock"):
        if not done.exists():
            files = sample_data.make(exports, events=EVENTS)
            lay_out(folder, "Groupe Maréval").register.dispose()
            read = [str(file) for file in files if not file.name.startswith(UNREAD)]
            outcome = jobs.run(jobs.Job("import", str(folder), "test", tuple(read)))
            assert outcome.status == "done", outcome
            assert {report.status for report in outcome.files} == {"loaded"}
            assert not [report.file for report in outcome.files if report.rows.quarantined]
            done.touch()
    return Sample(exports, Workspace.open(folder))
