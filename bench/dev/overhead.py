"""What the harness adds to the time of methods, and what a run costs that has nothing to do."""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from pathlib import Path

import hydra

from bench.config import Cell, Settings, expand
from bench.config.compose import compose, prepare, profile
from bench.report.run_report import write_report
from bench.run.cell import base_record, run
from bench.run.sweep import sweep
from bench.store import Store
from bench.store.record import load


def smoke(folder: Path) -> dict[str, float]:
    """Return the seconds of each part of a sweep of the profile `smoke`, one cell at a time.

    `method` is the methods' own time; `generate and score` any benchmark spends; `isolation and
    records` is the rest of the sweep: forking, watching, writing, ending. `start` is the fork
    servers loading the libraries of all methods, once a sweep; it is taken out by running one
    cell of each method first.
    """
    cells, settings = profile(["profile=smoke", "jobs=1", f"results_dir={folder}"])
    started = time.perf_counter()
    first = list({cell.method: cell for cell in cells}.values())
    _quietly(first, Store(folder / "first"), settings)
    ready = time.perf_counter()
    _quietly(cells, Store.of(settings.results_dir, settings.name), settings)
    ended = time.perf_counter()
    method, other, _ = _spent(Store.of(settings.results_dir, settings.name))
    return {
        "method": method,
        "generate and score": other,
        "isolation and records": ended - ready - method - other,
        "start": ready - started - _spent(Store(folder / "first"))[2],
    }


def _quietly(cells: list[Cell], store: Store, settings: Settings) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        sweep(cells, store, settings)


def _spent(store: Store) -> tuple[float, float, float]:
    """Return the seconds of methods, of generating and scoring, and of whole cells."""
    records = [load(entry.path) for entry in store.scan().entries.values()]
    costs = [record.cost for record in records]
    return (
        sum(cost.wall_seconds or 0.0 for cost in costs),
        sum((cost.generate_seconds or 0.0) + (cost.score_seconds or 0.0) for cost in costs),
        sum(record.elapsed or 0.0 for record in records),
    )


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
