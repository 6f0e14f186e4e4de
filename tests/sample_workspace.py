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


def exports(root: Path) -> list[Path]:
    """The sample company's export files under `root` in the order to import, made if need be."""
    made = root / "exports.txt"
    root.mkdir(exist_ok=True)
    with FileLock(root / "exports.lock"):
        if not made.exists():
            files = sample_data.make(root / "exports", events=EVENTS)
            made.write_text("\n".join(map(str, files)), "utf-8")
    return [Path(line) for line in made.read_text("utf-8").splitlines()]


def make(root: Path) -> Sample:
    """The exports imported into a workspace under `root` with one ordinary job, if need be."""
    files, folder, done = exports(root), root / "workspace", root / "done"
    with FileLock(root / "lock"):
        if not done.exists():
            lay_out(folder, "Groupe Maréval").register.dispose()
            read = [str(file) for file in files if not file.name.startswith(UNREAD)]
            outcome = jobs.run(jobs.Job("import", str(folder), "test", tuple(read)))
            assert outcome.status == "done", outcome
            assert {report.status for report in outcome.files} == {"loaded"}
            assert not [report.file for report in outcome.files if report.rows.quarantined]
            done.touch()
    return Sample(root / "exports", Workspace.open(folder))
