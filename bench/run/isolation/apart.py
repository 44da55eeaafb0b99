"""The method of a cell in a process of its own, which has never held more than its task.

The process is forked before anything of the cell has arrived in its parent, so that no frame, no
object and no freed page of it has ever known system, truth or seed; what it may read is in
`bench.run.isolation.reach`. Its answer is taken as bytes that are not to be trusted.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
import tempfile
from multiprocessing import Pipe, reduction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, NoReturn

from bench.run.fit import Answer, Report, Task, fit, pack, unpack
from bench.run.isolation import reach
from bench.run.isolation.process_tree import die_with_parent, kill_own_children

_LOOK_EVERY = 0.1  # seconds between two looks at whether it has ended without an answer
_LARGEST = 2**31  # bytes of an answer


class Room(NamedTuple):
    """Where a method runs.

    Parameters
    ----------
    folder
        Its working folder.
    temporary
        A folder of its own, for temporary files.
    hidden
        What it may not see, see `bench.run.isolation.reach.close_off`.
    """

    folder: Path
    temporary: Path
    hidden: tuple[Path, ...]


class Apart:
    """The process of a method, seen from its parent; made before the parent knows its cell."""

    def __init__(self, *not_its: Connection) -> None:
        self._pipe, theirs = Pipe()
        self.pid = os.fork()
        if self.pid == 0:
            for end in (self._pipe, *not_its):
                end.close()
            _live(theirs)
        theirs.close()
        self._status: int | None = None

    def enter(self, room: Room) -> None:
        """Have it go where it is to run, and print where this process does."""
        self._pipe.send(room)
        reduction.send_handle(self._pipe, 1, self.pid)

    def fit(self, task: Task) -> Answer:
        """Have it run the method, and end it; ends as it does if it ends without an answer."""
        try:
            self._pipe.send(task)
            while not self._pipe.poll(_LOOK_EVERY):
                if self._has_ended() and not self._pipe.poll():
                    raise EOFError
            parts = [self._pipe.recv_bytes(_LARGEST) for _ in range(2)]
        except (EOFError, OSError):
            self._end_alike()
        self.end()
        try:
            return unpack(*parts)
        except Exception as error:  # noqa: BLE001 - it may have sent anything
            reason = f"the method's process sent what is no answer ({type(error).__name__})"
            return Answer(Report(status="error", reason=reason), None)

    def end(self) -> None:
        """Kill it and all that it has started."""
        if not self._has_ended():
            os.kill(self.pid, signal.SIGKILL)
            _, self._status = os.waitpid(self.pid, 0)
        kill_own_children()

    def _has_ended(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None

    def _end_alike(self) -> NoReturn:
        """End this process by the exit code or signal that ended the method's."""
        if self._status is None:
            _, self._status = os.waitpid(self.pid, 0)
        kill_own_children()
        code = os.waitstatus_to_exitcode(self._status)
        if code < 0:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            with contextlib.suppress(OSError):  # SIGKILL has no handler to be set back
                signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
        os._exit(code)


def _live(pipe: Connection) -> NoReturn:
    """Run one method; `pipe` leads to the parent."""
    die_with_parent()
    try:
        room = pipe.recv()
        log = reduction.recv_handle(pipe)
        for output in (1, 2):
            os.dup2(log, output)
        os.close(log)
        os.chdir(room.folder)
        os.environ["TMPDIR"] = tempfile.tempdir = str(room.temporary)
        reach.close_off(room.folder, room.temporary, room.hidden)
        report, graph = pack(fit(pipe.recv()))
        _flush()
        pipe.send_bytes(report)
        pipe.send_bytes(graph)
    except (EOFError, BrokenPipeError):  # the parent has ended
        os._exit(1)
    # Whatever a library does when an interpreter ends cannot spoil a run that is over.
    os._exit(0)


def _flush() -> None:
    """Bring what was printed to the log; a method may have left its output in any state."""
    for output in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            output.flush()
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).fflush(None)  # what C code has printed
