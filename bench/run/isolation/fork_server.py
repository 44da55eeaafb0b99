"""What runs in the fork server: libraries are loaded once, and a process forked for each cell.

That of `multiprocessing` listens on a socket with a name, which any process of the same user can
connect to, and have code of its choice run outside the limits of a method. This one has no name:
its requests come through a socket that only the runner holds.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import traceback
from collections.abc import Iterable
from multiprocessing.connection import Connection
from typing import NoReturn

from bench.run.isolation import worker
from bench.run.isolation.process_tree import die_with_parent

_LIMIT = 300  # seconds for all libraries together


def main(control: int, libraries: Iterable[str]) -> None:
    """Load the libraries and serve until the other end of the socket `control` is closed.

    Much besides is loaded or built at its first use (compiled steps, checks of parameters): half
    a second in all, which one small cell spares every other.
    """
    die_with_parent()
    # In a session of its own, so that a Ctrl-C is the runner's to handle.
    os.setsid()
    # What libraries print when they are imported is nobody's output.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    signal.alarm(_LIMIT)
    for name in libraries:
        # What cannot be imported fails in its own cells, where the reason is recorded.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    signal.alarm(0)
    worker.warm_up()
    gc.freeze()  # a collection in a child would otherwise copy every page it looks at
    _Server(socket.socket(fileno=control)).serve()


class _Server:
    """The loop: a request is one byte and the two descriptors of a worker."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._woken, self._wake = os.pipe()
        self._workers: dict[int, Connection] = {}
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # otherwise it would wake nobody
        signal.set_wakeup_fd(self._wake)

    def serve(self) -> None:
        """Fork what is asked for and tell how each process has ended."""
        while True:
            control = self._control.fileno()
            ready, _, _ = select.select([control, self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._reap()
            if control in ready and not self._answer():
                return

    def _answer(self) -> bool:
        """Take one request; False once the runner has closed its end."""
        _, descriptors, *_ = socket.recv_fds(self._control, 1, 2)
        if not descriptors:
            return False
        pipe, status = (Connection(descriptor) for descriptor in descriptors)
        with contextlib.suppress(OSError), pipe:  # if it cannot fork, the closed status says so
            pid = os.fork()
            if pid == 0:
                self._become_worker(pipe, status)
            status.send(pid)
            self._workers[pid] = status
            return True
        status.close()
        return True

    def _become_worker(self, pipe: Connection, status: Connection) -> NoReturn:
        """Give up all that is the server's, and run a cell."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            for end in (self._woken, self._wake):
                os.close(end)
            for other in (status, *self._workers.values()):
                other.close()
            os.set_inheritable(pipe.fileno(), False)
            worker.main(pipe)
        except BaseException:  # noqa: BLE001 - nothing may return into the server's loop
            traceback.print_exc()
        os._exit(1)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                with contextlib.suppress(KeyError, OSError), self._workers.pop(pid) as tell:
                    tell.send(os.waitstatus_to_exitcode(status))
