"""What the harness adds to the time of methods, and what a run costs that has nothing to do."""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from pathlib import Path
from typing import NamedTuple

import hydra
import psutil

from bench.config import Cell, Settings, expand
from bench.config.compose import compose, prepare, profile
from bench.report.run_report import write_report
from bench.run.cell import base_record, run
from bench.run.fit import Answer, Report
from bench.run.isolation import worker
from bench.run.sweep import sweep
from bench.store import Store
from bench.store.record import load


class Spent(NamedTuple):
    """Seconds of the clock, and of all processors together."""

    wall: float
    cpu: float

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.wall - other.wall, self.cpu - other.cpu)


def smoke(folder: Path) -> dict[str, Spent]:
    """Return what each part of a sweep of the profile `smoke` takes, one cell at a time.

    `method` is the methods' own time; `generate and score` any benchmark spends, and is measured
    here once more with the stored graphs; `isolation and records` is the rest of the sweep:
    forking, watching, writing, ending. `start` is the fork servers loading the libraries of all
    methods, once a sweep; it is taken out by running one cell of each method first. On a machine
    with other work the clock measures how processes wait for each other; the processors' seconds
    do not.
    """
    cells, settings = profile(["profile=smoke", "jobs=1", f"results_dir={folder}"])
    first, store = Store(folder / "first"), Store.of(settings.results_dir, settings.name)
    begin = _now()
    _quietly(list({cell.method: cell for cell in cells}.values()), first, settings)
    ready = _now()
    _quietly(cells, store, settings)
    swept = _now() - ready
    method, other = _method(store), _replayed(cells, store)
    return {
        "method": method,
        "generate and score": other,
        "isolation and records": swept - method - other,
        "start": ready - begin - _method(first),
    }


def _now() -> Spent:
    """Return the clock, and what this process, its children and their children have taken."""
    own = psutil.Process()
    times = [process.cpu_times()[:4] for process in (own, *own.children())]
    return Spent(time.perf_counter(), float(sum(map(sum, times))))


def _quietly(cells: list[Cell], store: Store, settings: Settings) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        sweep(cells, store, settings)


def _method(store: Store) -> Spent:
    """Return what the methods of a store have taken."""
    costs = [load(entry.path).cost for entry in store.scan().entries.values()]
    return Spent(
        sum(cost.wall_seconds or 0.0 for cost in costs),
        sum(cost.cpu_seconds or 0.0 for cost in costs),
    )


def _replayed(cells: list[Cell], store: Store) -> Spent:
    """Return what cells take in this process where the method's answer is known."""
    worker.warm_up()
    begin = _now()
    for cell in cells:
        stored = store.graphs(cell.key)
        run(cell, fit=lambda _: Answer(Report(), stored[0] if stored else None))  # noqa: B023
    return _now() - begin


def fill(root: Path, n: int) -> list[str]:
    """Put `n` records of one real cell, under as many grid points, into a store; return its words.

    The words are the overrides that plan exactly these cells.
    """
    levels = [k / n for k in range(n // 10)]
    words = [
        "method=[random]",
        "simulator=linear",
        "n_samples=100",
        "name=many",
        f"seeds={list(range(10))}".replace(" ", ""),
        f"+grid.rho={[0.1 + level for level in levels]}".replace(" ", ""),
    ]
    cells, _ = _many(root, words)
    record, graph, truth = run(cells[0])
    store = Store(root / "results" / "many")
    assert truth is not None
    record.truth = store.write_truth(truth, cells[0].key)
    for cell in cells:
        own = base_record(cell)
        named = {"key": own.key, "cell": own.cell, "labels": own.labels}
        store.write(record.model_copy(update=named), graph)
    return words


def rerun(root: Path, words: list[str]) -> tuple[float, float]:
    """Return the seconds of the first report, and of the same run after it, start excluded."""
    cells, settings = _many(root, words)
    store, times = Store.of(settings.results_dir, settings.name), []
    for _ in range(4):
        started = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            write_report(cells, sweep(cells, store, settings).scan, store)
        times.append(time.perf_counter() - started)
    return times[0], statistics.median(times[1:])


def _many(root: Path, words: list[str]) -> tuple[list[Cell], Settings]:
    prepare(words)
    with hydra.initialize_config_module("conf", version_base="1.3"):
        settings = compose([*words, f"results_dir={root}/results"])
    return expand(settings), settings
