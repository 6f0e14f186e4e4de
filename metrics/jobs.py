"""Jobs as their parent sees them: started, followed, cancelled. The parent writes nothing."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from metrics.forkserver import AVAILABLE, SERVER, Forked
from metrics.job import JOB, LINE, Job, Outcome, Progress

__all__ = ["Job", "Outcome", "Progress", "RunningJob", "run", "start"]


#: In the workspace: all that the last job which ended before its end had to say.
LAST_FAILURE = "last_failure.txt"


def _begun(module: str, file: str, stderr: IO[bytes]) -> Forked | subprocess.Popen[str]:
    """The job's process: a fork of one that has imported all, or an interpreter of its own."""
    if AVAILABLE:
        with suppress(OSError):
            return SERVER.fork(module, [file], stderr)
    return subprocess.Popen(
        [sys.executable, "-m", module, file],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        encoding="utf-8",
    )


class RunningJob:
    """A job at work in a child process. It goes on when this object is forgotten."""

    def __init__(self, job: Job, module: str) -> None:
        self.job = job
        self.progress = Progress("waiting", 0.0, "Starting.")
        self._outcome: Outcome | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="vigie-job-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        self._complaints = folder / "stderr.txt"
        file = folder / "job.json"
        file.write_bytes(JOB.dump_json(job))
        with self._complaints.open("wb") as complaints:
            self._process = _begun(module, str(file), complaints)
        self._listener = threading.Thread(target=self._listen, name="vigie-job", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> Outcome | None:
        """The outcome, or None while the job runs; `progress` says where it is."""
        return None if self._listener.is_alive() else self._ended()

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Wait for the outcome; None when `timeout` seconds were not enough."""
        self._listener.join(timeout)
        return self.poll()

    def wait_unless(self, stop: threading.Event, every_seconds: float = 0.5) -> Outcome:
        """Wait for the outcome; the job is asked to stop once `stop` is set."""
        while (outcome := self.wait(every_seconds)) is None:
            if stop.is_set():
                self.cancel()
        return outcome

    def cancel(self) -> None:
        """Ask the job to stop. Either nothing was changed or all of it; the outcome says which."""
        if self._listener.is_alive():
            self._process.terminate()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            try:
                line = LINE.validate_json(text)
            except ValidationError:
                continue  # something a library printed
            if line.progress is not None:
                self.progress = line.progress
            if line.outcome is not None:
                self._outcome = line.outcome
        self._process.stdout.close()
        self._process.wait()

    def _ended(self) -> Outcome:
        if self._outcome is None:
            said = self._complaints.read_text("utf-8", errors="replace")
            errors = re.findall(r"^[A-Za-z_][\w.]*: .*$", said, re.MULTILINE)
            details = Path(self.job.workspace) / LAST_FAILURE
            with suppress(OSError):  # a full disk must not hide what happened
                details.write_text(said, "utf-8")
                details.chmod(0o600)
            self._outcome = Outcome(
                "failed",
                problem="The job ended before its end: "
                + (errors[-1] if errors else f"code {self._process.returncode}."),
                next_step="Either all of it is there or nothing: look at the imports, try again. "
                f"Details: {details}",
            )
        self._folder.cleanup()
        return self._outcome


def start(job: Job, *, module: str = "metrics.worker") -> RunningJob:
    """Start a job and return at once. `module` is the program that does it."""
    return RunningJob(job, module)


def run(job: Job, on_progress: Callable[[Progress], None] = lambda progress: None) -> Outcome:
    """Run a job to its end, telling `on_progress` each time it moves."""
    running = start(job)
    told: Progress | None = None
    try:
        while (outcome := running.wait(0.05)) is None:
            if running.progress != told:
                told = running.progress
                on_progress(told)
    except KeyboardInterrupt:
        running.cancel()
        outcome = running.wait()
        assert outcome is not None
    return outcome
