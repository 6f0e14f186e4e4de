"""Forks of a server that has imported all: each as an interpreter of its own would be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from metrics.forkserver import AVAILABLE, Forked, ForkServer

PROGRAM = __name__
pytestmark = pytest.mark.skipif(not AVAILABLE, reason="jobs have interpreters of their own here")


def prepare() -> None:
    """Part of the program that the server here runs: it has nothing to read ahead."""


def main(arguments: list[str]) -> int:
    """The other part: do what the test asks, in a fork."""
    match arguments:
        case ["tell"]:
            found = [str(Path.cwd()), sys.argv, sys.path[0], os.environ.get("VIGIE_PAUSE_AT")]
            print(json.dumps(found))
            return 3
        case ["fail"]:
            raise OSError("no such luck")
        case ["stand still"]:
            print("standing", flush=True)
            time.sleep(60)
        case ["answer", place]:
            print("standing", flush=True)
            until(Path(place, "asked").exists)
            Path(place, "answered").touch()
    return 0


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not true() and time.monotonic() < limit:
        time.sleep(0.01)
    assert true()


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    started = ForkServer(PROGRAM)
    yield started
    started.stop()


@pytest.fixture
def complaints(tmp_path: Path) -> Path:
    return tmp_path / "stderr.txt"


def forked(server: ForkServer, complaints: Path, *arguments: str) -> Forked:
    with complaints.open("wb") as stderr:
        return server.fork(PROGRAM, arguments, stderr)


def ended(fork: Forked) -> tuple[str, int | None]:
    with fork.stdout:
        return fork.stdout.read(), fork.wait()


def test_a_fork_has_the_folder_and_environment_of_whoever_asks(
    server: ForkServer, complaints: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> tuple[Any, int | None]:
        said, code = ended(forked(server, complaints, "tell"))
        return json.loads(said), code

    here, argv = str(Path.cwd()), [PROGRAM, "tell"]
    assert told() == ([here, argv, here, None], 3)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_PAUSE_AT", "copying")
    assert told() == ([str(tmp_path), argv, str(tmp_path), "copying"], 3)
    monkeypatch.delenv("VIGIE_PAUSE_AT")
    assert told()[0][-1] is None


def test_what_a_fork_complains_of_is_kept_apart(server: ForkServer, complaints: Path) -> None:
    assert ended(forked(server, complaints, "fail")) == ("", 1)
    assert complaints.read_text().endswith("OSError: no such luck\n")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_one_fork_and_no_other(
    server: ForkServer, complaints: Path, number: signal.Signals
) -> None:
    one, other = (forked(server, complaints, "stand still") for _ in range(2))
    for fork in (one, other):
        assert fork.stdout.readline() == "standing\n"
    os.kill(one.pid, number)
    assert ended(one) == ("", -number)
    os.kill(other.pid, 0)
    other.terminate()
    assert ended(other) == ("", -signal.SIGTERM)


def test_a_server_that_was_killed_is_replaced(
    server: ForkServer, complaints: Path, tmp_path: Path
) -> None:
    outliving = forked(server, complaints, "answer", str(tmp_path))
    outliving.stdout.readline()
    before = Path(f"/proc/{outliving.pid}/stat").read_text().rpartition(")")[2].split()[1]
    os.kill(int(before), signal.SIGKILL)
    Path(tmp_path, "asked").touch()
    assert ended(outliving) == ("", None)
    assert Path(tmp_path, "answered").exists()
    assert ended(forked(server, complaints, "tell"))[1] == 3


def test_a_fork_outlives_whoever_asked_and_its_server(tmp_path: Path) -> None:
    code = (
        "import sys, signal, os\n"
        "from pathlib import Path\n"
        "from metrics.forkserver import ForkServer\n"
        f"with Path(os.devnull).open('wb') as stderr:\n"
        f"    fork = ForkServer({PROGRAM!r}).fork({PROGRAM!r}, sys.argv[1:], stderr)\n"
        "fork.stdout.readline()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, "answer", str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    Path(tmp_path, "asked").touch()
    until(Path(tmp_path, "answered").exists)
