"""One cell in a process of its own, watched from outside and killed at its limits."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterable, Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import psutil

from bench import worker
from bench.cells import Cell
from bench.processes import children, kill_tree, resident_bytes
from bench.records import Record, Status
from bench.settings import Limits
from bench.store import Store

PRELOAD = "LAGBENCH_PRELOAD"
"""Environment variable by which the fork server is told what to import."""

_LOG_LIMIT = 16 * 2**20  # bytes
_FAMILY_EVERY = 1.0  # seconds between two looks for what a worker has started


def fork_server(cells: Iterable[Cell], *more: str) -> ForkServerContext:
    """Return a fork server that loads the libraries of the selected methods when it starts.

    The server only imports: nothing in it has started a thread when it forks. `more` names
    further modules to load.
    """
    methods = {cell.method: cell for cell in cells}
    libraries = {name for cell in methods.values() for name in cell.build_method().libraries}
    os.environ[PRELOAD] = ",".join([*more, *sorted(libraries)])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.preload"])
    return context


class Sandbox:
    """A running cell.

    Memory is limited by watching: the resident memory of the worker and of all it has started,
    ten times a second. A limit on address space would be exact, but torch and numba reserve far
    more of it than they use, and a cgroup needs rights that most users lack. Pages shared with
    the fork server (the loaded libraries, up to half a GiB) count.

    Parameters
    ----------
    context
        See `fork_server`.
    cell, store
        What to run and where its record goes.
    limits
        When to kill it.
    made_by
        See `bench.provenance`.
    """

    def __init__(
        self,
        context: ForkServerContext,
        cell: Cell,
        store: Store,
        limits: Limits,
        made_by: Mapping[str, Any],
    ) -> None:
        self.cell = cell
        self._store, self._limits, self._made_by = store, limits, made_by
        self._before = store.signature(cell.key)
        self._system_kills = _system_kills()
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=worker.main, args=(cell, store.root, made_by, theirs)
        )
        self._started = time.monotonic()
        self._process.start()
        theirs.close()
        assert self._process.pid is not None
        self._pid: int = self._process.pid
        self._watched: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            self._watched = [psutil.Process(self._pid)]
        self._looked = self._started
        self._phase, self._cannot_write = "generate", ""

    @property
    def sentinel(self) -> int:
        """What `multiprocessing.connection.wait` takes to wait for the end."""
        return self._process.sentinel

    @property
    def age(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def poll(self) -> bool:
        """Look at the cell, kill it if it is past a limit; True once its record is written.

        Raises
        ------
        OSError
            If the record could not be written: the disk is full or the folder not writable.
        """
        self._listen()
        if not self._process.is_alive():
            self._finish()
            return True
        excess = self._excess()
        if excess is None:
            return False
        self.kill()
        self._fail(*excess)
        return True

    def kill(self) -> None:
        """End the worker and everything it started, without a record."""
        kill_tree(self._pid)
        self._process.join()

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while self._pipe.poll():
                topic, text = self._pipe.recv()
                if topic == "phase":
                    self._phase = text
                else:
                    self._cannot_write = text

    def _excess(self) -> tuple[Status, str] | None:
        """Return the status and reason of a limit that is passed."""
        seconds, gib = self._limits.time_limit, self._limits.memory_limit
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
            self._looked = time.monotonic()
            self._watched = [*self._watched[:1], *children(self._pid)]
        return resident_bytes(self._watched)

    def _finish(self) -> None:
        """Read how the worker ended; write its record if it did not."""
        self._process.join()
        self._listen()
        code = self._process.exitcode
        assert code is not None
        kill_tree(self._pid)  # what it may have left behind
        if code == worker.CANNOT_WRITE and self._cannot_write:
            raise OSError(self._cannot_write)
        if code == 0 and self._store.signature(self.cell.key) != self._before:
            return
        if code == -signal.SIGKILL and _system_kills() > self._system_kills:
            self._fail("out_of_memory", "killed by the system, which had no memory left")
        elif code < 0:
            self._fail("crashed", f"killed by {signal.Signals(-code).name}")
        else:
            self._fail("crashed", f"the process ended with exit code {code} before its record")

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
