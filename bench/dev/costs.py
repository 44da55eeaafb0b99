"""What a method takes for a series of some size, measured in a process of its own."""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
from numpy.typing import NDArray

import methods.registry
from methods import LaggedGraph, TimeSeries
from simulators.components.graphs import Graph
from simulators.structural.mechanisms import MechanismName
from simulators.structural.simulator import Structural

_TRAINING = "methods.dot.training.fit.fit"
_ATTRIBUTION = "methods.dot.attribution.rules.attribute"


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
    """What it took.

    Parameters
    ----------
    seconds
        From the series to the graph, on the wall.
    cpu_seconds
        The same, of all threads together.
    training, attribution
        Seconds of these parts, where the method is `dot`.
    peak
        Most resident memory of the whole process, libraries and series included (GiB).
    scores, adjacency
        Of the graph.
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
    """Return what a problem takes in a fresh process, since a peak of memory never falls."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (problem,))


def measure(problem: Problem) -> Cost:
    """Return what a problem takes in this process.

    A short run goes first to load the libraries and to compile; it is not counted.
    """
    method = methods.registry.load(problem.method)(**dict(problem.parameters))
    graph = Graph(n_vars=problem.variables, max_lag=problem.lags)
    system = Structural(graph=graph, mechanism=problem.mechanism).draw(0)
    series = system.generate(problem.steps).series

    def discover(part: TimeSeries) -> LaggedGraph:
        return method.discover(part, max_lag=problem.lags, rng=np.random.default_rng(0))

    discover(TimeSeries((series.segments[0][:200, :3],), series.names[:3]))
    spent = {_TRAINING: 0.0, _ATTRIBUTION: 0.0}
    with ExitStack() as stack:
        for path in spent if problem.method == "dot" else ():
            stack.enter_context(mock.patch(path, _timed(path, spent)))
        wall, cpu = time.perf_counter(), time.process_time()
        found = discover(series)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # Linux counts in KiB
    parts = (spent[_TRAINING], spent[_ATTRIBUTION])
    return Cost(wall, cpu, *parts, peak, found.scores, found.adjacency)


def _timed(path: str, spent: dict[str, float]) -> Callable[..., Any]:
    """Return the function at a path, which adds its seconds to `spent` at every call."""
    module, _, name = path.rpartition(".")
    function = getattr(importlib.import_module(module), name)

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[path] += time.perf_counter() - started

    return timed


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return `b` of the least-squares fit of `value = a * size ** b`."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])
