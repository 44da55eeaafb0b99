"""One cell: generate the series, have the method fit it, score its graph, and record it all."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from bench.config import Cell
from bench.run.fit import Answer, Task, told
from bench.run.fit import fit as fit_here
from bench.store import Record
from bench.store.record import digest
from bench.store.schema import Labels, Value
from methods import LaggedGraph, TimeSeries
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


def run(
    cell: Cell, say: Say = lambda _: None, fit: Callable[[Task], Answer] = fit_here
) -> Outcome:
    """Run a cell; whatever happens in it is in its record.

    `say` is told `("phase", name)` when a phase begins. `fit` runs the method, in this process
    unless another way is given.
    """
    record, started = base_record(cell), time.perf_counter()
    graph = truth = None
    try:
        problem = generate(cell, record)
        truth = problem.truth
        _begin(record, "fit", say)
        graph = _take(fit(task_of(cell, problem)), record)
        if graph is not None:
            _begin(record, "score", say)
            score(cell.seed, graph, truth, record)
            record.status = "ok"
    except BaseException as error:  # noqa: BLE001 - a failed run is a row, whatever it raised
        record.status, record.reason, record.traceback = told(error)
    record.elapsed = time.perf_counter() - started
    return Outcome(record, graph, truth)


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


def task_of(cell: Cell, problem: Problem) -> Task:
    """Return what the method of a cell is given of its problem."""
    sample = problem.sample
    seeds: Any = stream(cell.seed, "method", cell.method).bit_generator.seed_seq
    return Task(
        (cell.method, cell.method_params, cell.regimes, cell.finder),
        sample.series.segments,
        sample.series.names,
        sample.regimes if cell.regimes == "told" else sample.series.regimes,
        problem.max_lag,
        seeds.entropy,
    )


def _take(answer: Answer, record: Record) -> LaggedGraph | None:
    """Put what is known of a call into the record, and return its graph."""
    report, generated = answer.report, record.cost.generate_seconds
    record.status, record.reason, record.traceback = report.status, report.reason, report.traceback
    record.cost = report.cost.model_copy(update={"generate_seconds": generated})
    record.made_by.device = report.device
    return answer.graph


def score(seed: int, graph: LaggedGraph, truth: LaggedGraph, record: Record) -> None:
    """Score a graph into a record."""
    started = time.perf_counter()
    record.metrics = metrics(seed, graph, truth)
    record.forecast_error = _defined(graph.forecast_error)
    record.converged = graph.converged
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


def _series_digest(series: TimeSeries) -> str:
    arrays = [np.ascontiguousarray(segment) for segment in series.segments]
    head = repr((series.names, [array.shape for array in arrays])).encode()
    return digest(head, *(array.data.cast("B") for array in arrays))


def _defined(number: float | None) -> float | None:
    """Return None for NaN and infinity, which JSON does not have."""
    return float(number) if number is not None and math.isfinite(number) else None
