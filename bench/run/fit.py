"""The method's part of a cell: what it is given, the call, and what comes back.

What it is given is a `Task`, which holds the series and nothing of the system behind it: neither
its truth nor the seed and the parameters by which it could be drawn again. What comes back is
read without unpickling, which would run code of the method's choice.
"""

from __future__ import annotations

import io
import resource
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from bench.config.cell import Status, build_method
from bench.run.memory import PeakMemory
from bench.store.schema import Cost
from methods import DeclinedError, InputError, LaggedGraph, Method, TimeSeries
from methods.regimes.per_regime import Choice
from methods.types.arrays import FloatArray, IntArray


class Task(NamedTuple):
    """All that a method is given, and which it is.

    Parameters
    ----------
    method
        Its name, its parameters, and the choice of regimes with its finder, all as in the cell;
        what `bench.config.cell.build_method` takes.
    segments, names, regimes
        Of the series, see `methods.TimeSeries`; `regimes` is None unless the run tells them.
    max_lag
        Largest lag to score, in steps.
    entropy
        From which the method's generator is made, see `simulators.streams`. It is a hash of the
        cell's seed, which only trying seeds could find; see `bench.run.isolation.reach`.
    """

    method: tuple[str, Mapping[str, Any], Choice, Mapping[str, Any] | None]
    segments: tuple[FloatArray, ...]
    names: tuple[str, ...]
    regimes: tuple[IntArray, ...] | None
    max_lag: int
    entropy: int


class Report(BaseModel):
    """How a call ended, and what it cost; see `bench.store.schema.Record` for the entries."""

    model_config = ConfigDict(extra="forbid")

    status: Status = "ok"
    reason: str | None = None
    traceback: str | None = None
    device: str = "cpu"
    cost: Cost = Cost()


class Answer(NamedTuple):
    """What comes back: the graph, or None where the report says why there is none."""

    report: Report
    graph: LaggedGraph | None


def fit(task: Task) -> Answer:
    """Run the method and note what the call alone costs; whatever happens is in the answer.

    CPU seconds are those of this process and of all child processes that have ended.
    """
    graph, report = None, Report()
    try:
        method = build_method(*task.method)
        series = TimeSeries(task.segments, task.names, task.regimes)
        rng = np.random.Generator(np.random.SFC64(task.entropy))
        _import_libraries(method)
        memory = PeakMemory()
        wall, cpu = time.perf_counter(), _cpu_seconds()
        graph = method.discover(series, max_lag=task.max_lag, rng=rng)
        report.cost.wall_seconds = time.perf_counter() - wall
        report.cost.cpu_seconds = _cpu_seconds() - cpu
        report.cost.peak_memory_mib = memory.added_mib()
    except BaseException as error:  # noqa: BLE001 - a failed run is a row, whatever it raised
        report.status, report.reason, report.traceback = told(error)
    report.device = _device()
    return Answer(report, graph)


def told(error: BaseException) -> tuple[Status, str, str | None]:
    """Return status, reason and traceback of a cell that an error has ended."""
    if isinstance(error, DeclinedError):
        return "declined", str(error), None
    plain = isinstance(error, InputError)
    reason = str(error) if plain else "".join(traceback.format_exception_only(error)).strip()
    status: Status = "out_of_memory" if _is_out_of_memory(error) else "error"
    return status, reason, "".join(traceback.format_exception(error))


def pack(answer: Answer) -> tuple[bytes, bytes]:
    """Return an answer as bytes: its report as JSON and its graph as npz, empty for none."""
    file = io.BytesIO()
    if answer.graph is not None:
        answer.graph.to_npz(file)
    return answer.report.model_dump_json().encode(), file.getvalue()


def unpack(report: bytes, graph: bytes) -> Answer:
    """Return the answer that `pack` has made bytes of.

    Raises
    ------
    ValueError
        If the bytes are none of its making.
    """
    known = Report.model_validate_json(report)
    if known.status != "ok":
        return Answer(known, None)
    return Answer(known, LaggedGraph.from_npz(io.BytesIO(graph)))


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _import_libraries(method: Method) -> None:
    """Load what the method needs before the clock starts: an import is no cost of the method."""
    for name in method.libraries:
        __import__(name)


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
