"""The fork server: a process that imports libraries once and forks a worker for each cell.

It is the one of `multiprocessing`. What it loads is said in an environment variable and loaded by
`preload`, because its own list of modules cannot survive a library that is broken.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

PRELOAD = "LAGBENCH_PRELOAD"
"""The variable: a JSON object with `path`, the import path, and `libraries`, module names."""

_KNOWN = (None, *multiprocessing.get_all_start_methods())
_context = multiprocessing.get_context("forkserver")


def prepare(libraries: Iterable[str]) -> None:
    """Have the server load libraries; it is restarted if it runs without one of them.

    Nothing that this process has started may be running.
    """
    if multiprocessing.get_start_method(allow_none=True) not in _KNOWN:
        # A launcher has set one of its own, which workers would ask for and not find.
        multiprocessing.set_start_method("forkserver", force=True)
    known = json.loads(os.environ.get(PRELOAD, "{}"))
    wanted = set(libraries)
    if known.get("path") == sys.path and wanted <= set(known["libraries"]):
        return
    os.environ[PRELOAD] = json.dumps({"path": sys.path, "libraries": sorted(wanted)})
    _context.set_forkserver_preload(["bench.run.isolation.preload"])
    forkserver._forkserver._stop()  # type: ignore[attr-defined]  # multiprocessing has no other


def start(target: Callable[..., Any], *arguments: Any) -> tuple[ForkServerProcess, Connection]:
    """Call `target(*arguments, pipe)` in a new process; return it and our end of the pipe.

    Raises
    ------
    EOFError, OSError
        If the server has ended, or cannot fork.
    """
    ours, theirs = _context.Pipe(duplex=False)
    with theirs:
        process = _context.Process(target=target, args=(*arguments, theirs))
        process.start()
    return process, ours
