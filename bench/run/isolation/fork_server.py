"""Fork servers: processes that import once and fork a worker for each cell.

There is one per set of libraries, so that a worker starts with what its method needs and no
more: forking and ending a process costs by its memory, 5 ms with numpy and 30 with torch and
all else. The first has what every worker needs; the others are forked from it and import the
rest. `multiprocessing` has a fork server too, but one a program, with one set of modules.

A server takes requests on a socket, each with the end of a pipe. For a cell, the job comes on
that pipe, and back go what the worker says and, from the server, `("pid", pid)` at the beginning
and `("exit", code)` at the end, where a negative code is a signal. When the runner ends, in
whatever way, its servers find their sockets closed, kill their workers and end.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from bench.run.isolation.process_tree import die_with_parent, kill_tree

_WORKER, _SERVER = b"w", b"s"

_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from bench.run.isolation.fork_server import start; start(int(sys.argv[2]))"
)


class ForkServer:
    """The runner's end of a fork server; see `fork_server`."""

    def __init__(self, requests: socket.socket, process: subprocess.Popen[bytes] | None) -> None:
        self._requests = requests
        self._process = process  # kept, so that it is reaped

    @property
    def alive(self) -> bool:
        """Whether the server runs: its end of the socket closes with it."""
        try:
            return self._requests.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def fork(self, job: tuple[Any, ...]) -> Connection:
        """Run `worker.main(*job, pipe)` in a new process; return our end of the pipe.

        It waits for a server that still imports only if the job is larger than a pipe holds.
        """
        ours, theirs = Pipe()
        with theirs:
            self._send(_WORKER, theirs.fileno())
        with contextlib.suppress(OSError):  # the server is gone: the pipe says so, by its end
            ours.send(job)
        return ours

    def fork_server(self, libraries: Sequence[str]) -> ForkServer:
        """Have a server forked that loads more libraries, without waiting for it."""
        ours, theirs = socket.socketpair()
        ours.sendall(json.dumps(list(libraries)).encode() + b"\n")
        with theirs:
            self._send(_SERVER, theirs.fileno())
        return ForkServer(ours, None)

    def close(self) -> None:
        """End the server and its workers."""
        self._requests.close()
        if self._process is not None:
            self._process.wait()

    def _send(self, what: bytes, end: int) -> None:
        with contextlib.suppress(OSError):  # it is gone: the pipe says so, by its other end
            socket.send_fds(self._requests, [what], [end])


_Key = tuple[tuple[str, ...], str, tuple[str, ...]]

_servers: dict[_Key, ForkServer] = {}


def fork_server(libraries: Sequence[str]) -> ForkServer:
    """Return the server of this process that has loaded some libraries, started if need be."""
    path, folder = tuple(sys.path), os.getcwd()  # noqa: PTH109 - a key
    first = _living((path, folder, ()), lambda: _start(path))
    if not libraries:
        return first
    further = (path, folder, tuple(libraries))
    return _living(further, lambda: first.fork_server(libraries))


def _living(key: _Key, make: Callable[[], ForkServer]) -> ForkServer:
    server = _servers.get(key)
    if server is not None and server.alive:
        return server
    if server is not None:
        server.close()
    _servers[key] = make()
    return _servers[key]


def _start(path: Sequence[str]) -> ForkServer:
    ours, theirs = socket.socketpair()
    end = theirs.fileno()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", _CODE, json.dumps(path), str(end)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # what libraries print when they are imported
            pass_fds=[end],
            start_new_session=True,  # a Ctrl-C is the runner's to handle
        )
    return ForkServer(ours, process)


@atexit.register
def _close_servers() -> None:
    for server in _servers.values():
        server.close()


def start(end: int) -> NoReturn:
    """Load what every worker needs and serve; the first thing that runs in the first server.

    Much is loaded or built at its first use (compiled steps, checks of parameters): half a second
    in all, which one small cell spares every other.
    """
    from bench.config.cell import Cell
    from bench.run.isolation import worker

    importlib.import_module("methods.types.formats")
    worker.run(Cell("warm-up", "random", "structural", {}, {}, 100, 0, False))
    _serve(socket.socket(fileno=end))


def _serve(requests: socket.socket) -> NoReturn:
    """Fork what is asked for until the socket closes."""
    gc.freeze()  # a collection in a child would otherwise copy every page it looks at
    wake, alarm = os.pipe()
    for descriptor in (wake, alarm):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(alarm)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, Connection | None] = {}  # a server's pipe is its own alone
    while True:
        ready, _, _ = select.select([requests.fileno(), wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
            _reap(children)
        if requests.fileno() in ready:
            asked, descriptors, _, _ = socket.recv_fds(requests, 1, 1)
            if not asked:
                break
            pipe = Connection(descriptors[0])
            try:
                pid = os.fork()
            except OSError:  # no memory or no processes left: the runner sees the pipe end
                pipe.close()
                continue
            if pid == 0:
                _close([requests, *filter(None, children.values())], [wake, alarm])
                _become(asked, pipe)
            if asked == _WORKER:
                children[pid] = pipe
                _tell(pipe, ("pid", pid))
            else:
                children[pid] = None
                pipe.close()
    for pid in children:
        kill_tree(pid)
    os._exit(0)


def _close(others: Iterable[socket.socket | Connection], descriptors: Iterable[int]) -> None:
    """Let go, in a child, of what is its parent's."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for other in others:
        other.close()
    for descriptor in descriptors:
        os.close(descriptor)


def _become(asked: bytes, pipe: Connection) -> NoReturn:
    """Run as a worker or as a further server; runs in the child."""
    try:
        if asked == _WORKER:
            from bench.run.isolation import worker

            cell, root, made_by = pipe.recv()
            worker.main(cell, root, made_by, pipe)
        die_with_parent()
        requests = socket.socket(fileno=os.dup(pipe.fileno()))
        pipe.close()
        _serve_with(json.loads(requests.makefile("rb", buffering=0).readline()), requests)
    finally:
        os._exit(1)


def _serve_with(libraries: Sequence[str], requests: socket.socket) -> NoReturn:
    for name in libraries:
        # What cannot be imported fails in its own cells, where the reason is recorded.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    _serve(requests)


def _reap(children: dict[int, Connection | None]) -> None:
    """Tell the runner of each worker that has ended how it did."""
    for pid in list(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        pipe = children.pop(pid) if ended else None
        if pipe is not None:
            with pipe:
                _tell(pipe, ("exit", os.waitstatus_to_exitcode(status)))


def _tell(pipe: Connection, message: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):  # the runner has lost interest
        pipe.send(message)
