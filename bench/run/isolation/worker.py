"""What runs in the process of a cell: the cell, its log, its record, and the end of it all.

The method runs in a child of it, see `bench.run.isolation.apart`.
"""

from __future__ import annotations

import contextlib
import os
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from bench.config import Cell
from bench.run.cell import run
from bench.run.fit import fit, pack, unpack
from bench.run.isolation.apart import Apart, Room
from bench.run.isolation.process_tree import isolate
from bench.store import MadeBy, Store

CANNOT_WRITE = 74
"""Exit code of a worker that could not write to the store; its last message says why."""


class Order(NamedTuple):
    """What a worker is to do.

    Parameters
    ----------
    cell
        The cell to run.
    root
        Folder of its store.
    folder, temporary
        Working folder, and where the method's temporary files go.
    made_by
        See `bench.store.provenance`.
    """

    cell: Cell
    root: Path
    folder: Path
    temporary: Path
    made_by: MadeBy


def main(pipe: Connection) -> NoReturn:
    """Take an order from the pipe, run its cell, write its record and end the process.

    The pipe takes `("method", process id)` at first, `("phase", name)` at each phase and
    `("cannot write", (errno, reason))`. What is printed goes to the log of the cell.
    """

    def say(message: tuple[str, Any]) -> None:
        try:
            pipe.send(message)
        except OSError:  # nobody waits for this cell any more
            os._exit(1)

    isolate()
    method = Apart(pipe)  # first of all, while there is nothing to be known here
    say(("method", method.pid))
    order: Order = pipe.recv()
    os.chdir(order.folder)
    cell, store = order.cell, Store(order.root)
    log = store.path(cell.key, ".log")
    try:
        _open_log(log)
        store.clear_drafts(cell.key)
        method.enter(Room(order.folder, order.temporary, hidden(order)))
        record, graph, truth = run(cell, say, method.fit)
        method.end()
        record.made_by = order.made_by.model_copy(update={"device": record.made_by.device})
        if truth is not None:
            record.truth = store.write_truth(truth, cell.key)
        store.write(record, graph)
    except OSError as error:
        say(("cannot write", (error.errno, f"{error.strerror}: {error.filename}")))
        os._exit(CANNOT_WRITE)
    _close_log(log)
    # Whatever a library does when an interpreter ends cannot spoil a run that is recorded.
    os._exit(0)


def hidden(order: Order) -> tuple[Path, ...]:
    """Return what the method of a cell may not see, though it may lie in its working folder.

    All results, or, where it works among them, those with a store in them; and the folder of
    recorded series.
    """
    results = order.root.parent
    path = order.cell.simulator_params.get("path")
    recorded = [order.folder / path] if isinstance(path, str) else []
    if not order.folder.is_relative_to(results):
        return results, *recorded
    stores = (found.parent for found in results.glob("*/cells"))
    return order.root, *stores, results / ".hydra", *recorded


def warm_up() -> None:
    """Run a small cell here, of a system that is in no benchmark: no seed is negative."""
    cell = Cell("warm-up", "random", "structural", {}, {}, 100, -1, "own")
    run(cell, fit=lambda task: unpack(*pack(fit(task))))


def _open_log(path: Path) -> None:
    """Send what this process prints to a file; appending, so that it can be cut from outside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def _close_log(path: Path) -> None:
    """Remove a log that is empty."""
    with contextlib.suppress(OSError):
        if path.stat().st_size == 0:
            path.unlink()
