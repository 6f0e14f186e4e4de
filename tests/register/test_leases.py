from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time

import pytest
import sqlalchemy as sa

from metrics.register import leases as module
from metrics.register.leases import LeaseLostError, take
from metrics.register.tables import leases


def held_by(register: sa.Engine, holder: str, lasts: float = 60) -> None:
    with register.begin() as connection:
        connection.execute(
            sa.insert(leases).values(
                name="publisher", holder=holder, expires_at=time.time() + lasts
            )
        )


def test_only_one_holds_it_and_the_next_waits_in_line(register: sa.Engine) -> None:
    waited: list[str] = []
    order: list[str] = []

    def second() -> None:
        with take(register, "publisher", waited.append):
            order.append("second")

    with take(register, "publisher") as first:
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.6)
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]
    assert waited == [first.holder]
    with register.connect() as connection:
        assert connection.execute(sa.select(leases)).all() == []


def test_a_dead_holder_of_this_machine_is_taken_over_at_once(register: sa.Engine) -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    held_by(register, f"{socket.gethostname()}:{child.pid}:x")
    began = time.monotonic()
    with take(register, "publisher"):
        assert time.monotonic() - began < 2


@pytest.mark.skipif(sys.platform != "linux", reason="zombies are told apart through /proc")
def test_a_killed_child_that_nobody_waited_for_is_dead(register: sa.Engine) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    held_by(register, f"{socket.gethostname()}:{child.pid}:x")
    child.kill()
    try:
        with take(register, "publisher"):
            pass
    finally:
        child.wait()


def test_a_holder_elsewhere_is_taken_over_when_its_time_is_up(register: sa.Engine) -> None:
    held_by(register, "elsewhere:1:x", lasts=0.7)
    waited: list[str] = []
    with take(register, "publisher", waited.append):
        assert waited == ["elsewhere:1:x"]


def test_a_living_holder_keeps_it(register: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LASTS", 0.6)
    monkeypatch.setattr(module, "BEAT", 0.1)
    with take(register, "publisher") as lease:
        time.sleep(1.2)
        with register.begin() as connection:
            lease.hold(connection)
            (row,) = connection.execute(sa.select(leases)).all()
        assert row.expires_at > time.time()
        assert row.holder.startswith(f"{socket.gethostname()}:{os.getpid()}:")


def test_a_lost_lease_says_so_and_is_not_given_back(register: sa.Engine) -> None:
    with take(register, "publisher") as lease:
        with register.begin() as connection:
            connection.execute(sa.update(leases).values(holder="elsewhere:1:x"))
        with (
            register.begin() as connection,
            pytest.raises(LeaseLostError, match="taken over"),
        ):
            lease.hold(connection)
    with register.connect() as connection:
        assert connection.execute(sa.select(leases.c.holder)).scalars().all() == ["elsewhere:1:x"]
