"""The runner's side of the fork server, which imports libraries once and forks for each cell."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

GONE = 1000
"""What stands for the exit code of a process whose fork server has ended before it."""

_CODE = """
import json, os, sys
asked = json.loads(os.environ.pop("LAGBENCH_FORK_SERVER"))
sys.path[:] = asked["path"]
from bench.run.isolation import fork_server
fork_server.main(asked["control"], asked["libraries"])
"""


class Worker:
    """A process that the fork server has forked, to run `bench.run.isolation.worker.main`.

    Parameters
    ----------
    pipe
        Our end of the pipe to it, both ways.
    status
        Through which the server tells its process id, and its exit code once it has ended.

    Raises
    ------
    EOFError, OSError
        If the server has ended, or cannot fork.
    """

    def __init__(self, pipe: Connection, status: Connection) -> None:
        self.pipe = pipe
        self.sentinel = status
        self.pid: int = status.recv()
        self._exitcode: int | None = None

    @property
    def exitcode(self) -> int | None:
        """The exit code, negative for a signal; None while the process runs."""
        if self._exitcode is None and self.sentinel.poll():
            try:
                self._exitcode = self.sentinel.recv()
            except (EOFError, OSError):
                self._exitcode = GONE
        return self._exitcode

    def join(self, timeout: float) -> None:
        """Wait until it has ended, or the seconds have passed."""
        wait([self.sentinel], timeout)


class _Server:
    """A fork server that runs."""

    def __init__(self, libraries: set[str]) -> None:
        self.path, self.libraries = list(sys.path), libraries
        self._control, theirs = socket.socketpair()
        with theirs:
            asked = {
                "path": self.path,
                "control": theirs.fileno(),
                "libraries": sorted(libraries),
            }
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CODE],
                env={**os.environ, "LAGBENCH_FORK_SERVER": json.dumps(asked)},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def runs(self) -> bool:
        return self._process.poll() is None

    def fork(self) -> Worker:
        (ours, theirs), (status, tell) = Pipe(), Pipe(duplex=False)
        with theirs, tell, contextlib.ExitStack() as unless_it_works:
            unless_it_works.enter_context(ours)
            unless_it_works.enter_context(status)
            socket.send_fds(self._control, [b"+"], [theirs.fileno(), tell.fileno()])
            # Otherwise our copy of its end would hide that the server has closed its own.
            tell.close()
            worker = Worker(ours, status)
            unless_it_works.pop_all()
            return worker

    def end(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()


_server: _Server | None = None


def prepare(libraries: Iterable[str]) -> None:
    """Have the server load libraries; it is restarted if it runs without one of them.

    Nothing that this process has started may be running.
    """
    global _server
    wanted = set(libraries)
    if _server is not None and _server.path == sys.path and wanted <= _server.libraries:
        return
    stop()
    _server = _Server(wanted)


def start() -> Worker:
    """Return a new process, forked by the server, which is started again if it has ended.

    Raises
    ------
    EOFError, OSError
        If the server has just ended, or cannot fork.
    """
    global _server
    if _server is None or not _server.runs():
        libraries = set() if _server is None else _server.libraries
        stop()
        _server = _Server(libraries)
    return _server.fork()


@atexit.register
def stop() -> None:
    """End the server, if one runs."""
    global _server
    if _server is not None:
        _server.end()
        _server = None
