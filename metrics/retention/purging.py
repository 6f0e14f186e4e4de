"""Purges as they are asked for: by a person, or by the served workspace once a month is over."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import date, datetime

from metrics import jobs, warehouse
from metrics.engines import open_facts
from metrics.errors import VigieError
from metrics.importing.age import horizon_of
from metrics.job import Job, Outcome
from metrics.register import retention as register
from metrics.retention.facts import due_rows, find_due
from metrics.workspace import Workspace

BY = "retention"
#: A served workspace is left alone for its first hours: whoever opened it is at work with it.
FIRST_SECONDS, EVERY_SECONDS = 14_400.0, 86_400.0


def dry_run(workspace: Workspace) -> tuple[date, dict[str, int]]:
    """The first day of which raw rows are to be kept today, and the rows before it by place."""
    horizon = horizon_of(datetime.now(workspace.zone).date(), workspace.settings.raw_months)
    path = warehouse.current_path(workspace)
    rows: dict[str, int] = {}
    if path is not None:
        with open_facts(path) as facts:
            find_due(facts, horizon)
            rows = due_rows(facts, horizon)
    with workspace.register.connect() as connection:
        old = register.old_imports(connection, horizon)
        if count := register.quarantined(connection, old):
            rows["quarantine"] = count
        if archives := register.undone_archives(connection, old):
            rows["archives of undone imports"] = len(archives)
    return horizon, rows


def purge(workspace: Workspace, stop: threading.Event) -> Outcome:
    """Publish what is pending, then purge, so that what changes is known to be the purge's doing.
    The outcome is the purge's; the publication's where that did not end well."""
    outcome = jobs.start(Job("publish", str(workspace.path), BY)).wait_unless(stop)
    if outcome.status in ("failed", "cancelled"):
        return outcome
    return jobs.start(Job("purge", str(workspace.path), BY)).wait_unless(stop)


def keep_purging(
    workspace: Workspace,
    stop: threading.Event,
    first_seconds: float = FIRST_SECONDS,
    every_seconds: float = EVERY_SECONDS,
) -> None:
    """Purge what has come of age, day after day, until `stop` is set."""
    wait = first_seconds
    while not stop.wait(wait):
        with suppress(VigieError):  # 'vigie check' says what is wrong
            if dry_run(workspace)[1]:
                purge(workspace, stop)
        wait = every_seconds
