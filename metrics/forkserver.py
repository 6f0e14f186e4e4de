"""A process that has imported what jobs need, and of which each job is a fork.

Imports cost seconds, a fork milliseconds. The server is a clean interpreter: one thread of Python,
no database open. It ends with the process that started it; its forks go on without either. Each
does what `python -m MODULE ARGUMENTS` would, in the folder and environment of whoever asked.

`multiprocessing` has such a server, but its forks run the main module of whoever asked again
(Streamlit's, say), and whoever asked waits for them at its own end.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO

#: Elsewhere libraries of the system may not outlive a fork.
AVAILABLE = sys.platform == "linux"


class Forked:
    """A fork at work, with what `jobs` needs of `subprocess.Popen`."""

    def __init__(self, stdout: IO[str], status: IO[str]) -> None:
        self.stdout = stdout
        self.returncode: int | None = None
        self._status = status
        self._reading = threading.Lock()
        self._pid = 0

    @property
    def pid(self) -> int:
        """Its process, waited for; raises ProcessLookupError when the server died before it."""
        with self._reading:
            self._pid = self._pid or int(self._status.readline() or 0)
        if not self._pid:
            raise ProcessLookupError("The job was not begun.")
        return self._pid

    def terminate(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int | None:
        """Its return code, waited for; None when the server died before it."""
        with self._status, suppress(ProcessLookupError):
            self._pid = self.pid
            code = self._status.readline()
            self.returncode = int(code) if code else None
        return self.returncode


class ForkServer:
    """The server of this process. It imports the module `preloaded`, and calls its `prepare`."""

    def __init__(self, preloaded: str) -> None:
        self._preloaded = preloaded
        self._requests: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start it unless it was, and return at once: it imports while others go on."""
        with self._lock:
            self._requests = self._requests or self._started()

    def fork(self, module: str, arguments: Sequence[str], stderr: IO[bytes]) -> Forked:
        """A fork that does what `module.main(arguments)` does; raises OSError when none can be."""
        asked = {
            "module": module,
            "arguments": list(arguments),
            "folder": str(Path.cwd()),
            "environment": dict(os.environ),
        }
        said, stdout = os.pipe()
        known, status = os.pipe()
        with tempfile.TemporaryFile() as request:
            request.write(json.dumps(asked).encode())
            request.seek(0)
            try:
                self._ask([request.fileno(), stdout, stderr.fileno(), status])
            except OSError:
                os.close(said)
                os.close(known)
                raise
            finally:
                os.close(stdout)
                os.close(status)
        return Forked(os.fdopen(said, encoding="utf-8"), os.fdopen(known, encoding="ascii"))

    def stop(self) -> None:
        """End it, once it has begun what it was asked for. Its forks go on."""
        with self._lock:
            self._close()

    def _ask(self, descriptors: list[int]) -> None:
        with self._lock:
            try:
                self._send(descriptors)
            except (BrokenPipeError, ConnectionResetError):  # it was killed: another one
                self._close()
                self._send(descriptors)

    def _send(self, descriptors: list[int]) -> None:
        self._requests = self._requests or self._started()
        socket.send_fds(self._requests, [b"fork"], descriptors)

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, self._preloaded, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a fork says itself what it lacks
                pass_fds=[theirs.fileno()],
            )
        return ours

    def _close(self) -> None:
        if self._requests and self._process:
            self._requests.close()
            self._process.wait()
        self._requests = self._process = None


def _serve(requests: socket.socket) -> tuple[str, list[str]]:
    """Fork when asked, until nobody can ask any more. Returns in each fork: what it is to do."""
    running: dict[int, int] = {}  # process -> where its return code is waited for
    ended, ending = socket.socketpair()
    ending.setblocking(False)
    signal.set_wakeup_fd(ending.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([requests, ended], [], [])
        if ended in ready:
            ended.recv(4096)
            for pid, code in _ended(running):
                _tell(running[pid], code)
                os.close(running.pop(pid))
        if requests in ready:
            message, descriptors, _, _ = socket.recv_fds(requests, 16, 4)
            if not message:
                os._exit(0)
            pid = os.fork()
            if not pid:
                break
            *others, running[pid] = descriptors
            _tell(running[pid], pid)
            for descriptor in others:
                os.close(descriptor)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for used in (requests, ended, ending):
        used.close()
    for status in (*running.values(), descriptors[3]):
        os.close(status)
    return _become(*descriptors[:3])


def _ended(running: dict[int, int]) -> list[tuple[int, int]]:
    """The forks that have ended: process, return code (minus the signal that ended it)."""
    found = (os.waitpid(pid, os.WNOHANG) for pid in running)
    return [(pid, os.waitstatus_to_exitcode(status)) for pid, status in found if pid]


def _tell(status: int, number: int) -> None:
    with suppress(BrokenPipeError):  # whoever asked has gone
        os.write(status, b"%d\n" % number)


def _become(request: int, stdout: int, stderr: int) -> tuple[str, list[str]]:
    """Take the place of a new interpreter that was asked for; returns module and arguments."""
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.close(stdout)
    os.close(stderr)
    with os.fdopen(request, "rb") as content:
        asked = json.loads(content.read())
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    if not sys.flags.safe_path:
        sys.path[0] = asked["folder"]
    sys.argv = [asked["module"], *asked["arguments"]]
    return asked["module"], asked["arguments"]


def main(arguments: list[str]) -> int:
    """Serve requests on the socket of that number; in a fork, do what was asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; each fork answers itself
    preloaded, number = arguments
    with suppress(Exception):  # a fork that needs it says why it fails
        import_module(preloaded).prepare()
    module, rest = _serve(socket.socket(fileno=int(number)))
    code: int = import_module(module).main(rest)
    return code


#: The one of this process, for its jobs.
SERVER = ForkServer("metrics.worker")


def start_ahead() -> None:
    """Import what jobs need, aside, so that the next one begins at once."""
    if AVAILABLE:
        with suppress(OSError):
            SERVER.start()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
