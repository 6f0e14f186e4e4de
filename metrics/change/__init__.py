"""A change to the data, from the lease to the flip, as the child process makes it.

It works on a copy that nobody reads and writes figures under a number that nobody reads, then
makes both current in one short transaction. It may be killed at any moment.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from metrics import erasure, warehouse
from metrics.change import drafting
from metrics.change.draft import Draft, Drafted, Purging
from metrics.change.recount import Recount
from metrics.change.steps import Listener, Steps
from metrics.definitions import definitions_of
from metrics.engines import open_facts
from metrics.job import Job, Outcome
from metrics.leftovers import sweep_archive, sweep_scratch
from metrics.publish import Published, clean, finish
from metrics.register import ledger, migrate, retention
from metrics.register.leases import Lease, take
from metrics.register.organisation import load_organisation, write_rows
from metrics.register.state import State, flip, read_state
from metrics.workspace import Workspace

__all__ = ["Change", "Steps"]


class Change:
    """One job, from the lease to the flip."""

    def __init__(self, job: Job, steps: Steps, listener: Listener) -> None:
        self.job = job
        self._steps = steps
        self._listener = listener
        self._say = listener.say
        self._reached = listener.reached
        self.workspace = Workspace.open(Path(job.workspace))
        self.register = self.workspace.register
        self._definitions = definitions_of(self.workspace)
        self.settled = False  # True from the moment the flip begins: too late to cancel

    def run(self) -> Outcome:
        """Do the job. Raises VigieError or Cancelled when nothing was changed."""
        migrate(self.register)
        self._say("waiting", 0.0, "Waiting for the register.")
        with take(self.register, "publisher", self._say_who_holds_it) as lease:
            self._tidy(lease)
            with self.register.connect() as connection:
                state = read_state(connection)
            self._say("copying", 0.01, "Copying the warehouse.")
            self._reached("copying")
            path = warehouse.path_of(self.workspace, state.warehouse_version + 1)
            try:
                anew = self.job.kind == "rebuild"
                warehouse.draft(self.workspace, state.warehouse_version, empty=anew)
                self._reached("copied")
                drafted, published = self._work(lease, path, state)
                if published is None or not self._worth_it(drafted, published, state):
                    path.unlink()
                    self._tidy(lease)
                    return Outcome(
                        "unchanged", drafted.files, state.publication_id, state.warehouse_version
                    )
                new = State(
                    state.warehouse_version + 1, published.publication or state.publication_id
                )
                self._flip(lease, path, new, drafted, published)
            except BaseException:
                if not self.settled:
                    # First what needs the lease: once it is lost the file may be someone else's.
                    self._tidy(lease)
                    path.unlink(missing_ok=True)
                raise
            self._reached("flipped")
            gone = drafted.erasing or drafted.purging
            erasure.settle(self.workspace)
            warehouse.sweep(self.workspace, new.warehouse_version)
        return Outcome(
            "done",
            drafted.files,
            new.publication_id,
            new.warehouse_version,
            published.rows_written,
            published.rows_closed,
            published.restated,
            differs=drafted.differs,
            erased=gone.rows if gone else {},
        )

    def _work(self, lease: Lease, path: Path, state: State) -> tuple[Drafted, Published | None]:
        with open_facts(path, read_only=False) as facts:
            draft = Draft(
                self.job, self.workspace, facts, lease, self._steps, self._listener,
                self._definitions,
            )  # fmt: skip
            drafted = drafting.drafted(draft, state)
            if not drafted.touched:
                return drafted, None
            published = Recount(draft).run(state, drafted)
            if drafted.erasing:
                erasure.erase_names(facts, drafted.erasing.person, drafted.erasing.number)
            self._reached("judged")
        if drafted.erasing or drafted.purging:
            warehouse.compact(path)
        return drafted, published

    def _worth_it(self, drafted: Drafted, published: Published, state: State) -> bool:
        """Publishing by hand makes a version only when it changes a figure, or when an earlier
        program made the current one."""
        return bool(
            drafted.staged
            or drafted.undone
            or self.job.names
            or drafted.erasing
            or drafted.purging
            or self.job.kind == "rebuild"
            or published.publication
            or not state.warehouse_version
            or warehouse.is_outdated(warehouse.path_of(self.workspace, state.warehouse_version))
        )

    def _write_names(self, connection: sa.Connection) -> None:
        """Keep what words stand for, and the products and squads that are new by it."""
        now = datetime.now(UTC).replace(tzinfo=None)
        products, squads = load_organisation(connection).founded(self.job.names)
        for table, rows in (("products", products), ("squads", squads), ("names", self.job.names)):
            write_rows(connection, table, [asdict(row) for row in rows], None, now)

    def _flip(
        self, lease: Lease, path: Path, new: State, drafted: Drafted, published: Published
    ) -> None:
        self._say("finishing", 0.98, "Making it current.")
        self._reached("flipping")
        warehouse.seal(path)
        self.settled = True
        try:
            with self.register.begin() as connection:
                lease.hold(connection)
                ledger.apply(connection, drafted.staged)
                for number in drafted.undone:
                    ledger.undo(connection, number, by=self.job.by)
                for number, spans in drafted.coverage.items():
                    ledger.cover(connection, number, spans)
                if self.job.names:
                    self._write_names(connection)
                if drafted.purging:
                    self._note_purge(connection, drafted.purging)
                if drafted.erasing:
                    person, number = drafted.erasing.person, drafted.erasing.number
                    erasure.erase_register(connection, person, number)
                    erasure.note(
                        connection, number, erasure.Erased(drafted.erasing.rows), by=self.job.by
                    )
                finish(connection, published)
                flip(connection, new)
        except BaseException:
            self.settled = False
            raise

    def _note_purge(self, connection: sa.Connection, purging: Purging) -> None:
        retention.forget_quarantine(connection, purging.imports)
        retention.forget_archives(connection, purging.archives)
        retention.note(
            connection, purging.number, purging.horizon, purging.rows, purging.kept, by=self.job.by
        )

    def _say_who_holds_it(self, holder: str) -> None:
        self._say("waiting", 0.0, f"Another job is at work ({holder}); this one waits in line.")

    def _tidy(self, lease: Lease) -> None:
        """Remove what a job that did not finish, this one or a dead one, has left behind."""
        sweep_scratch()
        clean(self.register, lease)  # raises when the lease is lost: the rest may be another's
        sweep_archive(self.workspace.archive)
        erasure.settle(self.workspace)
        with self.register.begin() as connection:
            lease.hold(connection)
            archives = ledger.remove_staged(connection)
        for archive in archives:
            (self.workspace.archive / archive).unlink(missing_ok=True)
