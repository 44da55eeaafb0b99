"""Fork servers: processes that import once and fork a worker for each cell.

There is one per set of libraries, so that a worker starts with what its method needs and no
more: forking and ending a process costs by its memory, 5 ms with numpy and 30 with torch and
all else. `multiprocessing` has a fork server too, but one a program, with one set of modules.

The runner sends the server one end of a pipe for each cell. On it go the job, and back what the
worker says and, from the server, `("pid", pid)` at the beginning and `("exit", code)` at the
end, where a negative code is a signal. When the runner ends, in whatever way, its servers find
their socket closed, kill their workers and end.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from bench.processes import kill_tree

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from bench.forkserver import serve; serve(int(sys.argv[2]), sys.argv[3:])"
)


class ForkServer:
    """The runner's end of a fork server; see `fork_server`."""

    def __init__(self, libraries: Sequence[str]) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            path, end = json.dumps(sys.path), str(theirs.fileno())
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, path, end, *libraries],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a Ctrl-C is the runner's to handle
            )

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self._process.poll() is None

    def fork(self, job: tuple[Any, ...]) -> Connection:
        """Have `bench.worker.main(*job, pipe)` run in a new process; return our end of the pipe.

        It does not wait: the server may still be importing.
        """
        ours, theirs = Pipe()
        ours.send(job)
        with theirs, contextlib.suppress(BrokenPipeError):  # then the pipe says so, by its end
            socket.send_fds(self._socket, [b"f"], [theirs.fileno()])
        return ours


def fork_server(libraries: Sequence[str]) -> ForkServer:
    """Return the server of this process that has loaded some libraries, started if need be."""
    where = (tuple(libraries), tuple(sys.path), os.getcwd())  # noqa: PTH109 - a key
    server = _cached(where)
    if not server.alive:
        _cached.cache_clear()
        server = _cached(where)
    return server


@functools.cache
def _cached(where: tuple[tuple[str, ...], tuple[str, ...], str]) -> ForkServer:
    return ForkServer(where[0])


def serve(end: int, libraries: Sequence[str]) -> NoReturn:
    """Import, then fork until the socket closes; runs in the server."""
    _load(libraries)
    requests = socket.socket(fileno=end)
    wake, alarm = os.pipe()
    for descriptor in (wake, alarm):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(alarm)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    workers: dict[int, Connection] = {}
    while True:
        ready, _, _ = select.select([requests, wake], [], [])
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
            _reap(workers)
        if requests in ready:
            asked, descriptors, _, _ = socket.recv_fds(requests, 1, 1)
            if not asked:
                break
            pipe = Connection(descriptors[0])
            pid = _fork(pipe, [requests, *workers.values()])
            workers[pid] = pipe
            _tell(pipe, ("pid", pid))
    for pid in workers:
        kill_tree(pid)
    os._exit(0)


def _load(libraries: Sequence[str]) -> None:
    """Load what every worker needs, and what the methods of this server's workers do.

    Much is loaded or built at its first use (compiled steps, checks of parameters): half a second
    in all, which one small cell spares every other.
    """
    from bench import worker
    from bench.cells import Cell

    for name in libraries:
        # What cannot be imported fails in its own cells, where the reason is recorded.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    importlib.import_module("methods.formats")
    worker.run(Cell("warm-up", "random", "structural", {}, {}, 100, 0, False))
    gc.freeze()  # a collection in a worker would otherwise copy every page it looks at


def _fork(pipe: Connection, not_its: Sequence[socket.socket | Connection]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        from bench import worker

        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in not_its:
            other.close()
        worker.main(*pipe.recv(), pipe)
    finally:
        os._exit(1)


def _reap(workers: dict[int, Connection]) -> None:
    """Tell the runner of each worker that has ended how it did."""
    for pid in list(workers):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with workers.pop(pid) as pipe:
                _tell(pipe, ("exit", os.waitstatus_to_exitcode(status)))


def _tell(pipe: Connection, message: tuple[str, int]) -> None:
    with contextlib.suppress(BrokenPipeError):  # the runner has lost interest
        pipe.send(message)
