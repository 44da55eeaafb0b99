"""What runs in the process of a cell: the cell, its log, its record, and the end of it all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from bench.config.cell import Cell
from bench.run.cell import run
from bench.run.isolation.process_tree import isolate, kill_own_children
from bench.store.schema import MadeBy
from bench.store.store import Store

CANNOT_WRITE = 74
"""Exit code of a worker that could not write to the store; its last message says why."""


def main(cell: Cell, root: Path, folder: Path, made_by: MadeBy, pipe: Connection) -> NoReturn:
    """Run a cell in a folder, write its record and end the process.

    Prints of the method go to the log of the cell. The pipe takes `("phase", name)` at each phase
    and `("cannot write", (errno, reason))`.
    """

    def say(message: tuple[str, Any]) -> None:
        try:
            pipe.send(message)
        except OSError:  # nobody waits for this cell any more
            os._exit(1)

    isolate()
    os.chdir(folder)
    store = Store(root)
    log = store.path(cell.key, ".log")
    try:
        _open_log(log)
        store.clear_drafts(cell.key)
        record, graph, truth = run(cell, say)
        record.made_by = made_by.model_copy(update={"device": _device()})
        if truth is not None:
            record.truth = store.write_truth(truth, cell.key)
        store.write(record, graph)
    except OSError as error:
        say(("cannot write", (error.errno, f"{error.strerror}: {error.filename}")))
        os._exit(CANNOT_WRITE)
    _close_log(log)
    kill_own_children()
    # Whatever a library does when an interpreter ends cannot spoil a run that is recorded.
    os._exit(0)


def _device() -> str:
    """Return the GPU if one was used; asking torch for one would initialise it."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return "cpu"
    return str(torch.cuda.get_device_name())


def _open_log(path: Path) -> None:
    """Send what this process prints to a file; appending, so that it can be cut from outside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)


def _close_log(path: Path) -> None:
    """Bring what was printed to the log; a method may have left its output in any state."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).fflush(None)  # what C code has printed
        if path.stat().st_size == 0:
            path.unlink()
