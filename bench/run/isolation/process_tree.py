"""Process trees: a worker apart from its runner, and everything it starts killed with it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def isolate() -> None:
    """Put this process in a session of its own, to die with its parent and be killed first.

    In its own session a worker gets no Ctrl-C from the terminal, and everything it starts can be
    signalled together. The system's out-of-memory killer, if it comes to that, takes the worker
    rather than the runner.
    """
    os.setsid()
    die_with_parent()
    if sys.platform == "linux":
        # A daemon that the worker starts stays among its descendants, by which it is found.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends (Linux; nothing elsewhere)."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended just before
            os._exit(1)


def kill_session(worker: Sequence[psutil.Process]) -> None:
    """Kill the session that a worker leads or has led; nothing where there is none."""
    for process in worker[:1]:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def kill_all(processes: Iterable[psutil.Process]) -> None:
    """Kill processes; psutil makes sure that they are still those that were looked up."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def kill_own_children() -> None:
    """Kill all that this process has started; costs next to nothing if that is nothing."""
    with contextlib.suppress(ChildProcessError):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        kill_all(children([psutil.Process()]))


def children(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Return what the first of some processes has started and still runs; takes milliseconds."""
    for process in processes[:1]:
        with contextlib.suppress(psutil.Error):
            found: list[psutil.Process] = process.children(recursive=True)
            return found
    return []


def resident_bytes(processes: list[psutil.Process]) -> int:
    """Return the resident memory of processes; pages that they share count for each."""
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total
