"""The inbox: a folder in which files are put to be imported, by people and by other programs.

A file is taken once it has stopped changing. Whatever becomes of it, a report stands beside it
with the keys that `vigie import --json` gives. Loaded files are put aside for a few days and then
removed, for they hold personal data that nothing else of a workspace keeps. What no profile reads
stays where it is, and is tried again once it or the workspace's profiles have changed.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from metrics import intake
from metrics.errors import VigieError
from metrics.importing.report import FileReport, ImportOptions
from metrics.job import Outcome
from metrics.workspace import Workspace

FOLDER, LOADED, REFUSED, TAKING = "inbox", "loaded", "refused", ".taking"
#: Refused files hold personal data as well; whoever put them there has had time to look.
REFUSED_DAYS = 30
BY = "inbox"
REPORT = ".report.json"
SETTLING_SECONDS = 5.0
RETRY_SECONDS = 300.0
#: What programs call a file that they have not finished writing.
UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart", ".swp")
#: Reasons for which a file waits for someone to map it.
UNMAPPED = ("not_recognised", "no_known_question", "ambiguous")
#: Reasons that may be gone in a while.
PASSING = ("changed_while_read", "no_room", "unreadable")

State = tuple[int, int, int]  # inode, size, modification


@dataclass(frozen=True)
class Taken:
    """What became of one file: 'loaded', 'unchanged', 'refused' (put aside), 'waiting' (for a
    mapping) or 'failed' (to be tried again); and where it and its report are now."""

    name: str
    status: str
    path: Path
    report: Path


@dataclass
class Watch:
    """What was seen of the inbox so far: `take` loads the files that have stopped changing."""

    workspace: Workspace
    settling_seconds: float = SETTLING_SECONDS
    _seen: dict[Path, tuple[State, float]] = field(default_factory=dict)
    _tried: dict[Path, tuple[State, object, float]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.workspace.path / FOLDER

    def ready(self) -> list[Path]:
        """The files that have not changed since they were first seen so, long enough ago."""
        now, found = time.monotonic(), {}
        for path in waiting(self.workspace):
            state = _state(path)
            if state is None:
                continue
            earlier = self._seen.get(path)
            found[path] = earlier if earlier and earlier[0] == state else (state, now)
        self._seen = found
        return [
            path
            for path, (state, since) in found.items()
            if now - since >= self.settling_seconds and not self._tried_already(path, state, now)
        ]

    def take(self) -> list[Taken]:
        """Load what is ready, as one import, and put every file where it belongs."""
        _give_back(self.workspace)
        files = self._set_apart()
        if not files:
            return []
        outcome = intake.load(self.workspace, list(files.values()), ImportOptions(), BY)
        done = []
        for path, apart in files.items():
            state = self._seen[path][0]
            taken = _put_away(self.workspace, apart, outcome, changed=_state(apart) != state)
            done.append(taken)
            if taken.status in ("waiting", "failed"):
                again = RETRY_SECONDS if taken.status == "failed" else float("inf")
                self._tried[taken.path] = (
                    state, _profiles(self.workspace), time.monotonic() + again,
                )  # fmt: skip
        _give_back(self.workspace)
        return done

    def _set_apart(self) -> dict[Path, Path]:
        """What is ready, moved to where nobody replaces it while it is loaded: old path → new."""
        files = {}
        for path in self.ready():
            apart = self.folder / TAKING / path.name
            apart.parent.mkdir(exist_ok=True, mode=0o700)
            try:
                path.replace(apart)
            except FileNotFoundError:
                continue  # taken away by whoever put it there
            if _state(apart) == self._seen[path][0]:
                files[path] = apart
        return files

    def _tried_already(self, path: Path, state: State, now: float) -> bool:
        tried = self._tried.get(path)
        if tried is None or tried[:2] != (state, _profiles(self.workspace)) or now >= tried[2]:
            self._tried.pop(path, None)
            return False
        return True


def waiting(workspace: Workspace) -> list[Path]:
    """The files in the inbox that are to be imported, in the order of their names."""
    folder = workspace.path / FOLDER
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and not path.is_symlink()
        and not path.name.startswith((".", "~$"))
        and not path.name.endswith((REPORT, *UNFINISHED))
    )


def take_once(workspace: Workspace, settling_seconds: float = SETTLING_SECONDS) -> list[Taken]:
    """Take what lies in the inbox and does not change while this waits `settling_seconds`.

    Raises VigieError when another program watches this inbox.
    """
    try:
        with _lock(workspace).acquire(blocking=False):
            watch = Watch(workspace, settling_seconds)
            watch.ready()
            time.sleep(settling_seconds)
            return watch.take()
    except Timeout:
        raise VigieError(
            "Another program watches this inbox.", next_step="Its files are loaded without you."
        ) from None


def keep_watch(workspace: Workspace, stop: threading.Event, every_seconds: float = 2.0) -> None:
    """Take files as they come until `stop` is set; of several servers, one does."""
    watch, lock = Watch(workspace), _lock(workspace)
    while not stop.wait(every_seconds):
        try:
            with lock.acquire(blocking=False):
                while not stop.is_set():
                    watch.take()
                    clear(workspace)
                    stop.wait(every_seconds)
        except Timeout:
            continue  # another one watches; it may end
        except (OSError, VigieError) as error:
            _note(workspace, error)
            stop.wait(RETRY_SECONDS)


def clear(workspace: Workspace) -> list[Path]:
    """Remove loaded and refused files that have lain long enough; reports of loaded ones stay."""
    days = workspace.settings.inbox_days
    removed = []
    for folder, kept_days in ((LOADED, days), (REFUSED, max(days, REFUSED_DAYS))):
        oldest = time.time() - 86_400 * kept_days
        for path in _files(workspace.path / FOLDER / folder):
            stays = folder == LOADED and path.name.endswith(REPORT)
            if not stays and path.stat().st_ctime < oldest:
                path.unlink(missing_ok=True)
                removed.append(path)
    return removed


def _lock(workspace: Workspace) -> FileLock:
    folder = workspace.path / FOLDER
    folder.mkdir(exist_ok=True)
    return FileLock(folder / ".lock")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _profiles(workspace: Workspace) -> tuple[tuple[str, int], ...]:
    """Changes when the workspace's own profiles do."""
    return tuple((path.name, path.stat().st_mtime_ns) for path in _files(workspace.profiles))


def _state(path: Path) -> State | None:
    """What changes when a file does; None when it is gone."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _give_back(workspace: Workspace) -> None:
    """Put what was set apart and not put away back into the inbox: after a death, or a change."""
    folder = workspace.path / FOLDER
    for path in _files(folder / TAKING):
        path.replace(_free(folder / path.name))


def _put_away(workspace: Workspace, path: Path, outcome: Outcome, *, changed: bool) -> Taken:
    """Put a file that was set apart where it belongs, with its report. One that `changed` while it
    was loaded, by a writer who had it open, holds more than was loaded and is taken once more."""
    reports = [report for report in outcome.files if _is_of(report, path)]
    status = "failed" if changed else _status(outcome, reports)
    folder = workspace.path / FOLDER
    content: dict[str, Any] = intake.answer_of(outcome) | {
        "file": path.name,
        "became": status,
        "at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "files": [intake.file_answer(report) for report in reports],
    }
    if outcome.problem:
        content["error"] = {
            "problem": outcome.problem,
            "choices": list(outcome.choices),
            "next_step": outcome.next_step,
        }
    aside = {"loaded": LOADED, "unchanged": LOADED, "refused": REFUSED}.get(status)
    place = _free(folder / (aside or "") / path.name)
    report = place.with_name(place.name + REPORT)
    place.parent.mkdir(exist_ok=True, mode=0o700)
    report.write_text(
        json.dumps(content, ensure_ascii=False, indent=2, default=intake.plain), "utf-8"
    )
    path.replace(place)
    if aside is not None:
        (folder / f"{path.name}{REPORT}").unlink(missing_ok=True)  # of an earlier try
    return Taken(path.name, status, place, report)


def _is_of(report: FileReport, path: Path) -> bool:
    return report.file == path.name or report.file.startswith(f"{path.name} › ")


def _status(outcome: Outcome, reports: Sequence[FileReport]) -> str:
    if outcome.status not in ("done", "unchanged") or not reports:
        return "failed"
    states = {report.status for report in reports}
    for state in ("loaded", "unchanged"):
        if state in states:
            return state
    reasons = {
        problem.reason
        for report in reports
        for problem in report.problems
        if problem.severity == "refused"
    }
    if reasons & set(PASSING):
        return "failed"
    return "waiting" if reasons & set(UNMAPPED) else "refused"


def _free(path: Path) -> Path:
    """The path, with a number when something is there already."""
    place, number = path, 1
    while place.exists():
        number += 1
        place = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return place


def _note(workspace: Workspace, error: Exception) -> None:
    """Say in the inbox why nothing is taken."""
    file = workspace.path / FOLDER / f"inbox{REPORT}"
    with suppress(OSError):  # a full disk cannot be told on the disk
        file.write_text(json.dumps({"error": {"problem": str(error)}}), "utf-8")
