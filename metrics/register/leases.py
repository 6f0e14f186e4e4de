"""Leases: one publisher at a time, and no waiting for a dead one."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa

from metrics.errors import VigieError
from metrics.register.tables import leases

LASTS = 30.0  # seconds without a sign of life before another may take the lease
BEAT = 5.0
RETRY = 0.25


class LeaseLostError(VigieError):
    """Another process has taken the lease: nothing more may be written under it."""


class Lease:
    """A lease held by this process, renewed by a thread until it is released.

    `hold` is the guard: called first in every transaction that needs the lease, it renews the
    lease in that very transaction, or raises LeaseLostError so that nothing is written.
    """

    def __init__(self, register: sa.Engine, name: str, holder: str) -> None:
        self.name = name
        self.holder = holder
        self._register = register
        self._released = threading.Event()
        self._heart = threading.Thread(target=self._beat, name=f"lease-{name}", daemon=True)
        self._heart.start()

    def hold(self, connection: sa.Connection) -> None:
        renewed = connection.execute(
            sa.update(leases)
            .where(leases.c.name == self.name, leases.c.holder == self.holder)
            .values(expires_at=time.time() + LASTS)
        )
        if renewed.rowcount != 1:
            raise LeaseLostError(
                "Another job has taken over while this one was not answering.",
                next_step="Nothing was changed by this job: run it again.",
            )

    def release(self) -> None:
        self._released.set()
        self._heart.join()
        with self._register.begin() as connection:
            connection.execute(
                sa.delete(leases).where(leases.c.name == self.name, leases.c.holder == self.holder)
            )

    def _beat(self) -> None:
        while not self._released.wait(BEAT):
            try:
                with self._register.begin() as connection:
                    self.hold(connection)
            except LeaseLostError:
                return  # the next transaction of the job itself finds out and stops
            except sa.exc.OperationalError:
                continue  # a busy register; there is time for several more tries

    def __enter__(self) -> Lease:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


def take(
    register: sa.Engine, name: str, on_wait: Callable[[str], None] = lambda holder: None
) -> Lease:
    """Take a lease, waiting in line for as long as a living process holds it.

    `on_wait` hears who holds it, once per holder. A holder on this machine that has died, or one
    that has given no sign of life for 30 s, is taken over.
    """
    mine = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    told = ""
    while True:
        holder = _try(register, name, mine)
        if holder is None:
            return Lease(register, name, mine)
        if holder != told:
            told = holder
            on_wait(holder)
        time.sleep(RETRY)


def _try(register: sa.Engine, name: str, mine: str) -> str | None:
    """Take the lease and return None, or return who holds it."""
    expiry = time.time() + LASTS
    with register.connect() as connection:
        held = connection.execute(sa.select(leases).where(leases.c.name == name)).one_or_none()
    try:
        with register.begin() as connection:
            if held is None:
                connection.execute(
                    sa.insert(leases).values(name=name, holder=mine, expires_at=expiry)
                )
                return None
            if held.expires_at < time.time() or _dead(held.holder):
                taken = connection.execute(
                    sa.update(leases)
                    .where(
                        leases.c.name == name,
                        leases.c.holder == held.holder,
                        leases.c.expires_at == held.expires_at,
                    )
                    .values(holder=mine, expires_at=expiry)
                )
                return None if taken.rowcount == 1 else str(held.holder)
    except sa.exc.IntegrityError:
        return "another process"  # it was free a moment ago, and someone was quicker
    return str(held.holder)


def _dead(holder: str) -> bool:
    """Whether a holder was a process of this machine that no longer runs."""
    host, pid, _ = holder.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    # A killed child that its parent has not waited for still answers to its number.
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False
