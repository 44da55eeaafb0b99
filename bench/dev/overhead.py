"""The time that the harness adds to that of methods, and that of a run with nothing to do."""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from pathlib import Path

import hydra

from bench.cli.run import store_of
from bench.config.cell import Cell
from bench.config.compose import compose, prepare, profile
from bench.config.grid import expand
from bench.config.settings import Settings
from bench.report import write_report
from bench.run.isolation.worker import base_record, run
from bench.run.sweep import sweep
from bench.store.record import load
from bench.store.store import Store


def smoke(folder: Path) -> dict[str, float]:
    """Return the seconds of each part of a sweep of the profile `smoke`, one cell at a time.

    `method` is the methods' own time. `generate and score` is what any benchmark spends.
    `isolation and records` is the rest of the sweep: forking, watching, writing, ending. `start`
    is the time in which the libraries of all methods are loaded, once a sweep; one cell of each
    method runs first, so that the other parts do not contain it.
    """
    cells, settings = profile(["profile=smoke", "jobs=1", f"results_dir={folder}"])
    started = time.perf_counter()
    first = list({cell.method: cell for cell in cells}.values())
    _quietly(first, Store(folder / "first"), settings)
    ready = time.perf_counter()
    _quietly(cells, store_of(settings), settings)
    ended = time.perf_counter()
    method, other, _ = _spent(store_of(settings))
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
    costs = [record["cost"] for record in records]
    return (
        sum(cost["wall_seconds"] for cost in costs),
        sum(cost["generate_seconds"] + cost["score_seconds"] for cost in costs),
        sum(record["elapsed"] for record in records),
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
    record |= {"truth": store.write_truth(truth, cells[0].key), "made_by": {}}
    for cell in cells:
        known = ("key", "cell", "labels")
        store.write(record | {name: base_record(cell)[name] for name in known}, graph)
    return words


def rerun(root: Path, words: list[str]) -> float:
    """Return the seconds of a run that finds every record and reports; its start is excluded."""
    cells, settings = _many(root, words)
    store, times = store_of(settings), []
    for _ in range(3):
        started = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            write_report(cells, sweep(cells, store, settings).scan, store)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _many(root: Path, words: list[str]) -> tuple[list[Cell], Settings]:
    prepare(words)
    with hydra.initialize_config_module("conf", version_base="1.3"):
        settings = compose([*words, f"results_dir={root}/results"])
    return expand(settings), settings
