"""One cell, run in a process of its own: generate, fit, score, record."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from bench.config.cell import SCHEMA, Cell
from bench.run.isolation.process_tree import isolate, kill_own_children
from bench.run.memory import PeakMemory
from bench.store.record import Record, digest
from bench.store.store import Store
from methods import DeclinedError, LaggedGraph, Method, TimeSeries
from simulators import Sample, stream

CANNOT_WRITE = 74
"""Exit code of a worker that could not write to the store; its last message says why."""

Say = Callable[[tuple[str, Any]], None]


def main(cell: Cell, root: Path, made_by: Mapping[str, Any], pipe: Connection) -> NoReturn:
    """Run a cell, write its record and end the process.

    Prints of the method go to the cell's log. The pipe takes `("phase", name)` at each phase
    and `("cannot write", (errno, reason))`.
    """

    def say(message: tuple[str, Any]) -> None:
        try:
            pipe.send(message)
        except OSError:  # nobody waits for this cell any more
            os._exit(1)

    isolate()
    say(("phase", "generate"))
    store = Store(root)
    try:
        _open_log(store.path(cell.key, ".log"))
        store.clear_drafts(cell.key)
        record, graph, truth = run(cell, say)
        record["made_by"] = {**made_by, "device": _device()}
        if truth is not None:
            record["truth"] = store.write_truth(truth, cell.key)
        store.write(record, graph)
    except OSError as error:
        say(("cannot write", (error.errno, f"{error.strerror}: {error.filename}")))
        os._exit(CANNOT_WRITE)
    _close_log(store.path(cell.key, ".log"))
    kill_own_children()
    # Whatever a library does when an interpreter ends cannot spoil a run that is recorded.
    os._exit(0)


def run(
    cell: Cell, say: Say = lambda _: None
) -> tuple[Record, LaggedGraph | None, LaggedGraph | None]:
    """Return the record of a cell, whatever happens in it, and the graph and truth if any."""
    record, started = base_record(cell), time.perf_counter()
    graph = truth = None
    try:
        system = cell.build_simulator().draw(cell.seed)
        sample = system.generate(cell.n_samples)
        truth = sample.truth_of(system)
        record["properties"] = {k: _defined(v) for k, v in sample.properties.items()}
        record["data"] = _series_digest(sample.series)
        record["cost"]["generate_seconds"] = time.perf_counter() - started
        record["phase"] = "fit"
        say(("phase", "fit"))
        graph = _fit(cell, sample, system.max_lag, record["cost"])
        record["phase"] = "score"
        say(("phase", "score"))
        scoring = time.perf_counter()
        record["metrics"] = metrics(cell.seed, graph, truth)
        record["forecast_error"] = _defined(graph.forecast_error)
        record["cost"]["score_seconds"] = time.perf_counter() - scoring
        record["status"] = "ok"
    except DeclinedError as reason:
        record |= {"status": "declined", "reason": str(reason)}
    except BaseException as error:  # noqa: BLE001 - a failed run is a row, whatever it raised
        record |= {
            "status": "out_of_memory" if _is_out_of_memory(error) else "error",
            "reason": "".join(traceback.format_exception_only(error)).strip(),
            "traceback": traceback.format_exc(),
        }
    record["elapsed"] = time.perf_counter() - started
    return record, graph, truth


def base_record(cell: Cell) -> Record:
    """Return what every record holds, before anything has run; see `bench.store.record`."""
    return {
        "schema": SCHEMA,
        "key": cell.key,
        "status": "crashed",
        "phase": "generate",
        "method": cell.method,
        "n_samples": cell.n_samples,
        "elapsed": None,
        "reason": None,
        "traceback": None,
        "cell": cell.describe(),
        "labels": {"simulator": cell.simulator, "axes": dict(cell.axes)},
        "cost": {},
        "data": None,
        "truth": None,
        "properties": {},
        "metrics": {},
        "forecast_error": None,
    }


def metrics(
    seed: int, graph: LaggedGraph, truth: LaggedGraph
) -> dict[str, dict[str, float | None]]:
    """Return every score by its name, as value, floor and ceiling; None where undefined."""
    from bench.scoring import score

    rows = score(graph, truth, stream(seed, "floor"))
    return {
        row.name: {part: _defined(getattr(row, part)) for part in ("value", "floor", "ceiling")}
        for row in rows
    }


def _fit(cell: Cell, sample: Sample, max_lag: int, cost: dict[str, float]) -> LaggedGraph:
    """Time the method call alone; the truth is not among what it is given."""
    method = cell.build_method()
    series = _visible(sample, cell.regimes_known)
    rng = stream(cell.seed, "method", cell.method)
    _import_libraries(method)
    memory = PeakMemory()
    wall, cpu = time.perf_counter(), time.process_time()
    graph = method.discover(series, max_lag=max_lag, rng=rng)
    cost["wall_seconds"] = time.perf_counter() - wall
    cost["cpu_seconds"] = time.process_time() - cpu
    cost["peak_memory_mib"] = memory.added_mib()
    return graph


def _visible(sample: Sample, regimes_known: bool) -> TimeSeries:
    series = sample.series
    if not regimes_known:
        return series
    return TimeSeries(series.segments, series.names, sample.regimes)


def _import_libraries(method: Method) -> None:
    """Load what the method needs before the clock starts: an import is no cost of the method."""
    for name in method.libraries:
        __import__(name)


def _series_digest(series: TimeSeries) -> str:
    arrays = [np.ascontiguousarray(segment) for segment in series.segments]
    head = repr((series.names, [array.shape for array in arrays])).encode()
    return digest(head, *(array.data.cast("B") for array in arrays))


def _device() -> str:
    """Return the GPU if one was used; asking torch for one would initialise it."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return "cpu"
    return str(torch.cuda.get_device_name())


def _is_out_of_memory(error: BaseException) -> bool:
    """Tell a failed allocation; torch raises a RuntimeError of its own for one on the CPU."""
    names = {cls.__name__ for cls in type(error).__mro__}
    return bool(names & {"MemoryError", "OutOfMemoryError"}) or (
        type(error) is RuntimeError and "can't allocate memory" in str(error)
    )


def _defined(number: float | None) -> float | None:
    """Return None for NaN and infinity, which JSON does not have."""
    return float(number) if number is not None and math.isfinite(number) else None


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
