"""One cell in a process of its own, watched from outside and killed at its limits."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from bench.config.cell import Cell
from bench.config.settings import Limits
from bench.run.isolation import worker
from bench.run.isolation.fork_server import fork_server
from bench.run.isolation.process_tree import (
    children,
    kill_all,
    kill_session,
    kill_tree,
    resident_bytes,
)
from bench.store.atomic import STORE_ERRORS
from bench.store.record import Record, Status
from bench.store.store import Store

_LOG_LIMIT = 16 * 2**20  # bytes
_START_LIMIT = 300.0  # seconds that a fork server may take to load a method's libraries
_FAMILY_EVERY = 1.0  # seconds between two looks for what a worker has started


class Sandbox:
    """A running cell.

    Memory is limited by watching: the resident memory of the worker and of all it has started,
    ten times a second. A limit on address space would be exact, but torch and numba reserve far
    more of it than they use, and a cgroup needs rights that most users lack. Pages shared with
    the fork server (the loaded libraries, up to half a GiB) count.

    Parameters
    ----------
    cell, store
        What to run and where its record goes.
    limits
        When to kill it.
    made_by
        See `bench.store.provenance`.
    """

    def __init__(
        self, cell: Cell, store: Store, limits: Limits, made_by: Mapping[str, Any]
    ) -> None:
        self.cell = cell
        self._store, self._limits, self._made_by = store, limits, made_by
        self._before = store.signature(cell.key)
        self._system_kills = _system_kills()
        server = fork_server(sorted(cell.build_method().libraries))
        # A method may change the folder it is in.
        self.pipe: Connection = server.fork((cell, store.root.absolute(), made_by))
        self._started = time.monotonic()  # again once it has been forked
        self._pid: int | None = None
        self._exit: int | None = None
        self._ended = False
        self._watched: list[psutil.Process] = []
        self._looked = 0.0
        self._phase = "generate"
        self._cannot_write: tuple[int, str] | None = None

    @property
    def age(self) -> float:
        """Seconds since its process began."""
        return time.monotonic() - self._started

    def poll(self) -> bool:
        """Look at the cell, kill it if it is past a limit; True once its record is written.

        Raises
        ------
        OSError
            If the record could not be written: the disk is full or the folder not writable.
        """
        self._listen()
        if self._ended:
            self._finish()
            return True
        excess = self._excess()
        if excess is None:
            return False
        self.kill()
        self._fail(*excess)
        return True

    def kill(self) -> None:
        """End the worker and everything it started, without a record.

        One that its server has yet to fork finds its pipe closed, and ends by itself.
        """
        self._listen()
        if self._pid is not None:
            kill_tree(self._pid)
        deadline = time.monotonic() + 3.0
        while self._pid is not None and not self._ended and time.monotonic() < deadline:
            self.pipe.poll(0.1)
            self._listen()
        self.pipe.close()

    def _listen(self) -> None:
        """Take in what the worker and its server have said."""
        try:
            while not self._ended and self.pipe.poll():
                self._hear(*self.pipe.recv())
        except (EOFError, OSError):  # the server is gone, and its workers with it
            self._ended = True

    def _hear(self, topic: str, content: Any) -> None:
        if topic == "pid":
            self._pid, self._started = content, time.monotonic()
            self._looked = self._started
            with contextlib.suppress(psutil.Error):
                self._watched = [psutil.Process(content)]
        elif topic == "phase":
            self._phase = content
        elif topic == "cannot write":
            self._cannot_write = content
        else:
            self._exit, self._ended = content, True

    def _excess(self) -> tuple[Status, str] | None:
        """Return the status and reason of a limit that is passed."""
        seconds, gib = self._limits.time_limit, self._limits.memory_limit
        if self._pid is None:
            late = self.age > _START_LIMIT
            return ("timeout", f"not forked within {_START_LIMIT:g} s") if late else None
        if seconds is not None and self.age > seconds:
            return "timeout", f"killed after {seconds:g} s"
        if gib is not None and self._resident() > gib * 2**30:
            return "out_of_memory", f"killed when its resident memory passed {gib:g} GiB"
        log = self._store.path(self.cell.key, ".log")
        with contextlib.suppress(FileNotFoundError):
            if log.stat().st_size > _LOG_LIMIT:
                os.truncate(log, 0)  # what is printed last is what tells most
        return None

    def _resident(self) -> int:
        if time.monotonic() - self._looked > _FAMILY_EVERY:
            assert self._pid is not None
            self._looked = time.monotonic()
            self._watched = [*self._watched[:1], *children(self._pid)]
        return resident_bytes(self._watched)

    def _finish(self) -> None:
        """Read how the worker ended; write its record if it did not."""
        self.pipe.close()
        if self._pid is not None:  # what it may have left behind
            kill_session(self._pid)
            kill_all(self._watched[1:])
        if self._store.signature(self.cell.key) != self._before:
            return
        if self._cannot_write is not None and self._cannot_write[0] in STORE_ERRORS:
            raise OSError(*self._cannot_write)
        self._fail(*self._crash())

    def _crash(self) -> tuple[Status, str]:
        if self._cannot_write is not None:
            return "crashed", f"could not write its record: {self._cannot_write[1]}"
        if self._exit is None:
            return "crashed", "its fork server ended or could not fork, for want of memory perhaps"
        if self._exit == -signal.SIGKILL and _system_kills() > self._system_kills:
            return "out_of_memory", "killed by the system, which had no memory left"
        if self._exit < 0:
            known = {s.value: s.name for s in signal.Signals}
            return "crashed", f"killed by {known.get(-self._exit, f'signal {-self._exit}')}"
        return "crashed", f"the process ended with exit code {self._exit} before its record"

    def _fail(self, status: Status, reason: str) -> None:
        record = failure(self.cell, status, reason, self._made_by)
        self._store.write(record | {"phase": self._phase, "elapsed": self.age})


def failure(cell: Cell, status: Status, reason: str, made_by: Mapping[str, Any]) -> Record:
    """Return the record of a cell whose worker could not write one."""
    known = {"status": status, "reason": reason, "made_by": dict(made_by)}
    return worker.base_record(cell) | known


def _system_kills() -> int:
    """Return how many processes the system has killed for lack of memory since it started."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return 0
