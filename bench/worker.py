"""One cell, run in a process of its own: generate, fit, score, record."""

from __future__ import annotations

import math
import os
import platform
import resource
import sys
import time
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.cells import SCHEMA, Cell
from bench.store import Store
from methods import DeclinedError, LaggedGraph, Method, TimeSeries
from simulators import Sample, stream


def main(cell: Cell, root: Path) -> None:
    """Run a cell and write its record; prints of the method go to the cell's log."""
    store = Store(root)
    log = store.path(cell.key, ".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        record, graph = run(cell)
        sys.stdout.flush()
        sys.stderr.flush()
    if log.stat().st_size == 0:
        log.unlink(missing_ok=True)
    store.write(cell.key, record, graph)


def run(cell: Cell) -> tuple[dict[str, Any], LaggedGraph | None]:
    """Return the record of a cell, whatever happens in it, and the graph if there is one."""
    record = base_record(cell)
    graph = None
    try:
        system = cell.build_simulator().draw(cell.seed)
        sample = system.generate(cell.n_samples)
        record["properties"] = {k: _defined(v) for k, v in sample.properties.items()}
        record["phase"] = "fit"
        graph, record["cost"] = _fit(cell, sample, system.max_lag)
        record["phase"] = "score"
        record["metrics"] = _score(cell, graph, system.truth)
        record["forecast_error"] = _defined(graph.forecast_error)
        record["status"] = "ok"
    except DeclinedError as reason:
        record |= {"status": "declined", "reason": str(reason)}
    except Exception as error:  # noqa: BLE001 - a failed run is a row, whatever failed
        record |= {
            "status": "error",
            "reason": f"{type(error).__name__}: {error}",
            "traceback": traceback.format_exc(),
        }
    return record, graph


def base_record(cell: Cell) -> dict[str, Any]:
    """Return what every record holds, before anything has run."""
    return {
        "schema": SCHEMA,
        "key": cell.key,
        "simulator": {"kind": cell.kind, **cell.simulator_params},
        "method": {"name": cell.method, **cell.method_params},
        "n_samples": cell.n_samples,
        "seed": cell.seed,
        "regimes_known": cell.regimes_known,
        "status": "crashed",
        "phase": "generate",
        "reason": None,
        "metrics": {},
        "host": {"python": platform.python_version(), "machine": platform.machine(), "threads": 1},
        "versions": {name: version(name) for name in ("lagbench", "numpy")},
    }


def _fit(cell: Cell, sample: Sample, max_lag: int) -> tuple[LaggedGraph, dict[str, float]]:
    """Time the method call alone; the truth is not among what it is given."""
    method = cell.build_method()
    series = _visible(sample, cell.regimes_known)
    rng = stream(cell.seed, "method", cell.method)
    _import_libraries(method)
    wall, cpu = time.perf_counter(), time.process_time()
    graph = method.discover(series, max_lag=max_lag, rng=rng)
    cost = {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        # ru_maxrss counts KiB on Linux.
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    return graph, cost


def _visible(sample: Sample, regimes_known: bool) -> TimeSeries:
    series = sample.series
    if not regimes_known:
        return series
    return TimeSeries(series.segments, series.names, sample.regimes)


def _import_libraries(method: Method) -> None:
    """Load what the method needs before the clock starts: an import is no cost of the method."""
    for name in method.libraries:
        __import__(name)


def _score(
    cell: Cell, graph: LaggedGraph, truth: LaggedGraph
) -> dict[str, dict[str, float | None]]:
    from bench.scoring import score

    rows = score(graph, truth, stream(cell.seed, "floor"))
    return {
        row.name: {part: _defined(getattr(row, part)) for part in ("value", "floor", "ceiling")}
        for row in rows
    }


def _defined(number: float | None) -> float | None:
    """Return None for NaN and infinity, which JSON does not have."""
    return number if number is not None and math.isfinite(number) else None
