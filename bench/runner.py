"""Running cells side by side, each in a process of its own that is killed at its time limit."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from bench import worker
from bench.cells import Cell
from bench.settings import Settings
from bench.store import Store


@dataclass(frozen=True)
class _Running:
    process: ForkServerProcess
    cell: Cell
    deadline: float


def run(
    cells: Sequence[Cell], store: Store, settings: Settings
) -> Iterator[tuple[Cell, dict[str, Any]]]:
    """Run the cells without a finished record and yield each with its record as it ends.

    A worker that dies or outlives `settings.time_limit` (seconds) still ends as a record, with
    status `crashed` or `timeout`.
    """
    context = _context(cells)
    todo = iter(cells)
    running: list[_Running] = []
    try:
        while True:
            running += _start(context, todo, store.root, settings, settings.jobs - len(running))
            if not running:
                return
            first = min(item.deadline for item in running)
            sentinels = [item.process.sentinel for item in running]
            wait(sentinels, timeout=max(0.0, first - time.monotonic()))
            for item in list(running):
                if item.process.is_alive() and time.monotonic() < item.deadline:
                    continue
                running.remove(item)
                yield item.cell, _collect(item, store, settings.time_limit)
    finally:
        for item in running:
            item.process.kill()


def _context(cells: Iterable[Cell]) -> ForkServerContext:
    """Return a fork server that loads the libraries of the selected methods when it starts."""
    methods = {cell.method: cell for cell in cells}
    libraries = {name for cell in methods.values() for name in cell.build_method().libraries}
    context = multiprocessing.get_context("forkserver")
    own = ["bench.worker", "bench.scoring", "simulators.structural", "sklearn.metrics"]
    context.set_forkserver_preload([*own, *sorted(libraries)])
    return context


def _start(
    context: ForkServerContext, todo: Iterator[Cell], root: Path, settings: Settings, free: int
) -> list[_Running]:
    started = []
    for _, cell in zip(range(free), todo, strict=False):
        process = context.Process(target=worker.main, args=(cell, root), daemon=True)
        process.start()
        started.append(_Running(process, cell, time.monotonic() + settings.time_limit))
    return started


def _collect(item: _Running, store: Store, time_limit: float) -> dict[str, Any]:
    late = item.process.is_alive()
    if late:
        item.process.kill()
    item.process.join()
    record = store.read(item.cell.key)
    if record is not None and not late and item.process.exitcode == 0:
        return record
    record = worker.base_record(item.cell) | {
        "status": "timeout" if late else "crashed",
        "reason": f"killed after {time_limit:g} s"
        if late
        else f"the worker ended with exit code {item.process.exitcode}",
    }
    store.write(item.cell.key, record)
    return record
