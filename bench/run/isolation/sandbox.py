"""One cell in a process of its own, watched from outside and killed at its limits."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import psutil

from bench.config import Cell, Limits
from bench.config.cell import Status
from bench.run.cell import base_record
from bench.run.isolation import server
from bench.run.isolation.process_tree import children, kill_all, kill_session, resident_bytes
from bench.run.isolation.worker import Order
from bench.store import MadeBy, Store
from bench.store.atomic import STORE_ERRORS

_LOG_LIMIT = 16 * 2**20  # bytes
_FAMILY_EVERY = 1.0  # seconds between two looks for what a worker has started
_LAST_WORDS = 3.0  # seconds that a killed worker may take to end


class Sandbox:
    """A running cell.

    Memory is limited by watching: the resident memory of the process that is at work (the
    method's, or before and after it the worker that generates and scores) and of all it has
    started, ten times a second. A limit on address space would be exact, but torch and numba
    reserve far more of it than they use, and a cgroup needs rights that most users lack. Pages
    shared with the fork server (the loaded libraries, up to half a GiB) count.

    Parameters
    ----------
    cell, store
        What to run and where its record goes.
    limits
        When to kill it.
    made_by
        See `bench.store.provenance`.
    """

    def __init__(self, cell: Cell, store: Store, limits: Limits, made_by: MadeBy) -> None:
        self.cell = cell
        self._store, self._limits, self._made_by = store, limits, made_by
        self._before = store.signature(cell.key)
        self._system_kills = _system_kills()
        self._phase = "generate"
        self._cannot_write: tuple[int, str] | None = None
        self._temporary = Path(tempfile.mkdtemp(prefix="lagbench-"))
        self._process: server.Worker | None = None
        self._pipe: Connection | None = None
        self._worker: list[psutil.Process] = []
        self._method: list[psutil.Process] = []
        self._watched: list[psutil.Process] = []
        with contextlib.suppress(EOFError, OSError):  # the server has ended: `poll` records it
            self._process = server.start()
            self._pipe = self._process.pipe
            self._worker = _processes(self._process.pid)
            root, folder = store.root.absolute(), Path.cwd()
            self._pipe.send(Order(cell, root, folder, self._temporary, made_by))
        self._started = self._looked = time.monotonic()
        self._watched = self._worker

    @property
    def age(self) -> float:
        """Seconds since its process began."""
        return time.monotonic() - self._started

    @property
    def waits(self) -> list[Any]:
        """What becomes ready when there is something to see."""
        if self._process is None or self._pipe is None:
            return []
        return [self._process.sentinel, *([] if self._pipe.closed else [self._pipe])]

    def poll(self) -> bool:
        """Look at the cell, kill it if it is past a limit; True once its record is written.

        Raises
        ------
        OSError
            If the record could not be written: the disk is full or the folder not writable.
        """
        self._listen()
        if self._process is None or self._process.exitcode is not None:
            self._finish(None)
            return True
        excess = self._excess()
        if excess is None:
            return False
        self.kill()
        self._finish(excess)
        return True

    def kill(self) -> None:
        """End the worker and everything it started, without a record."""
        if self._process is None or self._process.exitcode is not None:
            return  # its process id may be somebody else's by now
        family = children(self._worker)
        # First the worker, so that it starts no more; then its session, then who left the session.
        kill_all(self._worker)
        kill_session(self._worker)
        kill_all(family)
        self._process.join(_LAST_WORDS)
        self._tidy()

    def _listen(self) -> None:
        """Take in what the worker has said."""
        try:
            while self._pipe is not None and not self._pipe.closed and self._pipe.poll():
                topic, content = self._pipe.recv()
                if topic == "method":
                    self._method = _processes(content)
                elif topic == "phase":
                    self._phase = content
                    self._watched = self._method if content == "fit" else self._worker
                else:
                    self._cannot_write = content
        except (EOFError, OSError):  # it has closed its end; whether it has ended, its exit says
            assert self._pipe is not None
            self._pipe.close()

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
            self._watched = [*self._watched[:1], *children(self._watched)]
        return resident_bytes(self._watched)

    def _finish(self, excess: tuple[Status, str] | None) -> None:
        """Clear up after the worker; write its record unless it did so itself.

        A worker that has written its record has ended well, even if it was killed for being late
        while it was closing down.
        """
        self._listen()
        if self._pipe is not None:
            self._pipe.close()
        kill_session(self._worker)  # what it may have left behind
        kill_all(self._watched)
        self._tidy()
        if self._store.signature(self.cell.key) != self._before:
            return
        if self._cannot_write is not None and self._cannot_write[0] in STORE_ERRORS:
            raise OSError(*self._cannot_write)
        status, reason = excess or self._crash()
        self._store.write(
            base_record(
                self.cell,
                status=status,
                reason=reason,
                phase=self._phase,
                elapsed=self.age,
                made_by=self._made_by,
            )
        )

    def _tidy(self) -> None:
        shutil.rmtree(self._temporary, ignore_errors=True)

    def _crash(self) -> tuple[Status, str]:
        code = server.GONE if self._process is None else self._process.exitcode
        if self._cannot_write is not None:
            return "crashed", f"could not write its record: {self._cannot_write[1]}"
        if code is None or code == server.GONE:
            return "crashed", "its fork server ended or could not fork, for want of memory perhaps"
        if code == -signal.SIGKILL and _system_kills() > self._system_kills:
            return "out_of_memory", "killed by the system, which had no memory left"
        if code < 0:
            known = {s.value: s.name for s in signal.Signals}
            return "crashed", f"killed by {known.get(-code, f'signal {-code}')}"
        return "crashed", f"the process ended with exit code {code} before its record"


def wait_for(sandboxes: list[Sandbox], timeout: float) -> None:
    """Wait until one of some cells has something to be seen, or the seconds have passed."""
    wait([end for sandbox in sandboxes for end in sandbox.waits], timeout)


def _processes(pid: int) -> list[psutil.Process]:
    """Return the process of an id; none where it has ended already."""
    with contextlib.suppress(psutil.Error):
        return [psutil.Process(pid)]
    return []


def _system_kills() -> int:
    """Return how many processes the system has killed for lack of memory since it started."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return 0
