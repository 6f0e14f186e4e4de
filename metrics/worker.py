"""The child process that changes the data: `python -m metrics.worker JOBFILE`.

For tests of what a sudden death leaves, VIGIE_PAUSE_AT=<stage> makes it say that it has reached
that stage and then stand still until it is killed. Stages: copying, copied, landing, landed,
modelling, publishing, judging, judged, flipping, flipped.
"""

from __future__ import annotations

import errno
import gc
import os
import re
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import duckdb
import sqlalchemy as sa

from metrics import importing
from metrics.change import Change, Steps
from metrics.definitions import built_in
from metrics.documents import document_frames
from metrics.edition import compute_all
from metrics.errors import NoRoom, VigieError
from metrics.explaining.cuts import cut_frames
from metrics.importing.profile import load_profiles
from metrics.job import JOB, LINE, Line, Outcome, Progress

#: New objects after which to look for those that only point at each other: looking as often as
#: Python does is a tenth of a small job.
GARBAGE = 50_000


class Cancelled(BaseException):
    """Someone asked the job to stop. Not an error: nothing may catch it on the way up."""


class Output:
    """Standard output as lines of JSON, one per step."""

    def __init__(self) -> None:
        self._asked = sys.stdout

    def say(self, stage: str, done: float, message: str) -> None:
        self.write(Line(progress=Progress(stage, round(done, 4), message)))

    def reached(self, stage: str) -> None:
        if os.environ.get("VIGIE_PAUSE_AT") == stage:
            self.say("paused", 0.0, stage)
            time.sleep(3600)

    def write(self, line: Line) -> None:
        try:
            self._asked.write(LINE.dump_json(line).decode() + "\n")
            self._asked.flush()
        except BrokenPipeError:
            # Whoever asked has gone; the job goes on, for others read its result too.
            self._asked = Path(os.devnull).open("w")  # noqa: SIM115


def prepare() -> None:
    """Read what is the same for every job, ahead of them all."""
    built_in()
    load_profiles()


def main(arguments: list[str], steps: Steps | None = None) -> int:
    """Run the job in the file named; its last line of output holds the outcome."""
    gc.set_threshold(GARBAGE)
    job = JOB.validate_json(Path(arguments[0]).read_bytes())
    steps = steps or Steps(
        importing.land, importing.remove, compute_all, cut_frames, document_frames
    )
    output = Output()
    change: Change | None = None

    def stop(number: int, frame: FrameType | None) -> None:
        if change is None or not change.settled:
            raise Cancelled

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        change = Change(job, steps, output)
        outcome = change.run()
    except Cancelled:
        outcome = Outcome("cancelled", problem="The job was cancelled; nothing was changed.")
    except VigieError as error:
        outcome = Outcome(
            "failed", problem=error.problem, choices=error.choices, next_step=error.next_step,
            no_room=isinstance(error, NoRoom),
        )  # fmt: skip
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        outcome = Outcome(
            "failed",
            problem=f"The job could not go on: {error}",
            next_step="Nothing was changed. Check the disk and the memory, then run it again.",
            no_room=_is_full(error),
        )
    except sa.exc.OperationalError as error:
        full = _is_full(error)
        outcome = Outcome(
            "failed",
            problem=f"The register did not answer: {error.orig}",
            next_step="Nothing was changed. "
            + ("Free some space, then run it again." if full else "Run it again."),
            no_room=full,
        )
    output.write(Line(outcome=outcome))
    return 0 if outcome.status in ("done", "unchanged") else 1


def _is_full(error: Exception) -> bool:
    """Whether what failed is the disk for want of room, as the system or a database says it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return re.search(r"disk is full|no space left", str(error), re.IGNORECASE) is not None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
