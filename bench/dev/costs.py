"""The time and memory that a method needs for a series of some size, in a fresh process."""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import methods.registry
from methods import LaggedGraph, TimeSeries
from simulators.components.graphs import Graph
from simulators.structural.mechanisms import MechanismName
from simulators.structural.simulator import Structural

# Functions of `dot` whose calls are timed: training, attribution.
_PARTS = ("methods.dot.training.fit.fit", "methods.dot.attribution.rules.attribute")


class Problem(NamedTuple):
    """A method with some parameters (name, value) on a series of this size, seed 0.

    By default effects are monotonic and not linear, where validation would end the training of
    `dot` after a few updates.
    """

    method: str = "dot"
    variables: int = 10
    lags: int = 5
    steps: int = 10_000
    parameters: tuple[tuple[str, Any], ...] = ()
    mechanism: MechanismName = "monotonic"


class Cost(NamedTuple):
    """What a problem took.

    Parameters
    ----------
    seconds
        Wall time from the series to the graph.
    cpu_seconds
        Processor time of all threads together.
    training, attribution
        Wall seconds of these two parts of `dot`; 0 for other methods.
    peak
        Largest resident memory of the process, with libraries and series (GiB).
    scores, adjacency
        Those of the graph.
    """

    seconds: float
    cpu_seconds: float
    training: float
    attribution: float
    peak: float
    scores: NDArray[np.float64]
    adjacency: NDArray[np.bool_] | None


@functools.cache
def cost(problem: Problem) -> Cost:
    """Return the cost of a problem in a fresh process, because a peak of memory never falls."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (problem,))


def measure(problem: Problem) -> Cost:
    """Return the cost of a problem in this process.

    A short run before it loads the libraries and compiles; it is not counted.
    """
    method = methods.registry.load(problem.method)(**dict(problem.parameters))
    graph = Graph(n_vars=problem.variables, max_lag=problem.lags)
    system = Structural(graph=graph, mechanism=problem.mechanism).draw(0)
    series = system.generate(problem.steps).series

    def discover(part: TimeSeries) -> LaggedGraph:
        return method.discover(part, max_lag=problem.lags, rng=np.random.default_rng(0))

    discover(TimeSeries((series.segments[0][:200, :3],), series.names[:3]))
    seconds: dict[str, float] = dict.fromkeys(_PARTS, 0.0)
    with ExitStack() as stack:
        for path in _PARTS if problem.method == "dot" else ():
            stack.enter_context(_timed(path, seconds))
        wall, cpu = time.perf_counter(), time.process_time()
        found = discover(series)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # Linux counts in KiB
    training, attribution = (seconds[path] for path in _PARTS)
    return Cost(wall, cpu, training, attribution, peak, found.scores, found.adjacency)


@contextmanager
def _timed(path: str, seconds: dict[str, float]) -> Iterator[None]:
    """Add the wall seconds of every call of the function at a path to `seconds[path]`."""
    home, _, name = path.rpartition(".")
    module = importlib.import_module(home)
    function = getattr(module, name)

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            seconds[path] += time.perf_counter() - started

    setattr(module, name, timed)
    try:
        yield
    finally:
        setattr(module, name, function)


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return `b` of the least-squares fit of `value = a * size ** b`."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])
