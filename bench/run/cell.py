"""One cell: generate the series, fit the method, score its graph, and record it all."""

from __future__ import annotations

import math
import resource
import time
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from bench.config.cell import Cell
from bench.run.memory import PeakMemory
from bench.store.record import digest
from bench.store.schema import Cost, Labels, Record, Value
from methods import DeclinedError, InputError, LaggedGraph, Method, TimeSeries
from simulators import Sample, stream

Say = Callable[[tuple[str, Any]], None]


class Outcome(NamedTuple):
    """The record of a cell, and its graph and truth as far as the cell came."""

    record: Record
    graph: LaggedGraph | None
    truth: LaggedGraph | None


class Problem(NamedTuple):
    """What is drawn for a cell: the series and its labels, the largest lag, and the truth."""

    sample: Sample
    max_lag: int
    truth: LaggedGraph


def base_record(cell: Cell, **known: Any) -> Record:
    """Return the record of a cell before anything has run, with the entries in `known`."""
    entries: dict[str, Any] = {
        "key": cell.key,
        "status": "crashed",
        "method": cell.method,
        "n_samples": cell.n_samples,
        "cell": cell.describe(),
        "labels": Labels(simulator=cell.simulator, axes=dict(cell.axes)),
        "metrics": {},
    }
    return Record(**entries | known)


def run(cell: Cell, say: Say = lambda _: None) -> Outcome:
    """Run a cell; whatever happens in it is in its record.

    `say` is told `("phase", name)` when a phase begins.
    """
    record, started = base_record(cell), time.perf_counter()
    graph = truth = None
    try:
        problem = generate(cell, record)
        truth = problem.truth
        _begin(record, "fit", say)
        graph = fit(cell, problem.sample, problem.max_lag, record.cost)
        _begin(record, "score", say)
        score(cell.seed, graph, truth, record)
        record.status = "ok"
    except DeclinedError as reason:
        record.status, record.reason = "declined", str(reason)
    except BaseException as error:  # noqa: BLE001 - a failed run is a row, whatever it raised
        record.status = "out_of_memory" if _is_out_of_memory(error) else "error"
        plain = isinstance(error, InputError)
        record.reason = str(error) if plain else _last_line(error)
        record.traceback = traceback.format_exc()
    record.elapsed = time.perf_counter() - started
    return Outcome(record, graph, truth)


def _last_line(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip()


def _begin(record: Record, phase: str, say: Say) -> None:
    record.phase = phase
    say(("phase", phase))


def generate(cell: Cell, record: Record) -> Problem:
    """Draw the system and its series; describe them in the record."""
    started = time.perf_counter()
    system = cell.build_simulator().draw(cell.seed)
    sample = system.generate(cell.n_samples)
    record.properties = {name: _defined(value) for name, value in sample.properties.items()}
    record.data = _series_digest(sample.series)
    record.n_vars, record.max_lag = sample.series.n_vars, system.max_lag
    record.cost.generate_seconds = time.perf_counter() - started
    return Problem(sample, system.max_lag, sample.truth_of(system))


def fit(cell: Cell, sample: Sample, max_lag: int, cost: Cost) -> LaggedGraph:
    """Run the method on the series and note what the call alone costs.

    CPU seconds are those of this process and of all child processes that have ended.
    """
    method = cell.build_method()
    series = _visible(sample, cell.regimes == "told")
    rng = stream(cell.seed, "method", cell.method)
    _import_libraries(method)
    memory = PeakMemory()
    wall, cpu = time.perf_counter(), _cpu_seconds()
    graph = method.discover(series, max_lag=max_lag, rng=rng)
    cost.wall_seconds = time.perf_counter() - wall
    cost.cpu_seconds = _cpu_seconds() - cpu
    cost.peak_memory_mib = memory.added_mib()
    return graph


def score(seed: int, graph: LaggedGraph, truth: LaggedGraph, record: Record) -> None:
    """Score a graph into a record."""
    started = time.perf_counter()
    record.metrics = metrics(seed, graph, truth)
    record.forecast_error = _defined(graph.forecast_error)
    record.cost.score_seconds = time.perf_counter() - started


def metrics(seed: int, graph: LaggedGraph, truth: LaggedGraph) -> dict[str, Value]:
    """Return every score by its name; None where it is undefined."""
    from bench.scoring import score as scores

    return {
        row.name: Value(
            value=_defined(row.value), floor=_defined(row.floor), ceiling=_defined(row.ceiling)
        )
        for row in scores(graph, truth, stream(seed, "floor"))
    }


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _visible(sample: Sample, told: bool) -> TimeSeries:
    series = sample.series
    if not told:
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


def _is_out_of_memory(error: BaseException) -> bool:
    """Tell a failed allocation; torch raises a RuntimeError of its own for one on the CPU."""
    names = {cls.__name__ for cls in type(error).__mro__}
    return bool(names & {"MemoryError", "OutOfMemoryError"}) or (
        type(error) is RuntimeError and "can't allocate memory" in str(error)
    )


def _defined(number: float | None) -> float | None:
    """Return None for NaN and infinity, which JSON does not have."""
    return float(number) if number is not None and math.isfinite(number) else None
