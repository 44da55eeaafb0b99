"""From a frame to its lagged graph in one call, for notebooks and scripts."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

import methods.registry
from methods.bootstrap import require_segments, with_frequency
from methods.types.errors import InputError
from methods.types.graph import LaggedGraph
from methods.types.knowledge import Knowledge
from methods.types.method import Method
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    import pandas as pd


def discover(
    data: pd.DataFrame | TimeSeries,
    max_lag: int,
    method: str | Method = "dot",
    *,
    seed: int = 0,
    knowledge: Knowledge | Mapping[str, Any] | None = None,
    bootstrap: int = 0,
    **parameters: Any,
) -> LaggedGraph:
    """Find the lagged graph of a frame, as `lagbench discover` does.

    Numerical libraries get one thread each while the method runs, and their own number back after
    it. Small matrices are slower with more, and the result is the same on every machine.

    Parameters
    ----------
    data
        One row per time step and one column per variable; see `TimeSeries.from_frame`, which also
        takes several units, missing values, trends and seasons. Or such a series.
    max_lag
        Largest lag, in rows, at least 1.
    method
        A name of `lagbench list methods`, `module:Class`, or a method that has been built.
    seed
        Seed of the method's random numbers, at least 0.
    knowledge
        What is known of links, such as `{"forbidden": ["river -> rain"]}`; see
        `methods.types.knowledge`. Most methods decline it.
    bootstrap
        Number of resamples, 0 for none, of which `frequency` counts those that find an edge again;
        see `methods.bootstrap`.
    parameters
        Parameters of the method, as `alpha=0.01`; see `docs/methods.md`.

    Returns
    -------
    LaggedGraph
        Scores as `[cause, effect, lag]`, and what else the method knows.

    Raises
    ------
    DeclinedError
        If the method does not take this problem.
    ValueError
        For an unknown method, a wrong parameter, or data that cannot be used.

    Examples
    --------
    >>> from methods import discover
    >>> graph = discover(frame, max_lag=5, method="pcmci", alpha=0.01)  # doctest: +SKIP
    """
    built = _built(method, parameters)
    known: dict[str, Any] = {} if knowledge is None else {"knowledge": Knowledge.of(knowledge)}
    if bootstrap:
        require_segments(built, bootstrap)
    with one_thread(built):
        rng = np.random.default_rng(seed)
        graph = built.discover(data, max_lag=max_lag, rng=rng, **known)  # type: ignore[arg-type]
        return _again(graph, built, data, bootstrap, seed, known) if bootstrap else graph


def _again(
    graph: LaggedGraph,
    method: Method,
    data: pd.DataFrame | TimeSeries,
    resamples: int,
    seed: int,
    known: Mapping[str, Any],
) -> LaggedGraph:
    """Return the graph with the share of resamples in which each edge is found again."""
    if not isinstance(data, TimeSeries):
        data = TimeSeries.from_frame(data, max_lag=graph.max_lag)
    return with_frequency(graph, method, data, resamples=resamples, seed=seed, **known)


def _built(method: str | Method, parameters: Mapping[str, Any]) -> Method:
    """Return a method with its parameters; one that is built already takes none."""
    if not isinstance(method, Method):
        return methods.registry.load(method)(**parameters)
    if parameters:
        raise InputError(
            f"parameters: expected none beside a method that is built, found {[*parameters]}"
        )
    return method


@contextmanager
def one_thread(method: Method) -> Iterator[None]:
    """Have the libraries that a method uses run on one thread each inside of the `with`."""
    from threadpoolctl import threadpool_limits

    for name in method.libraries:  # what is loaded later would start with threads of its own
        importlib.import_module(name)
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch else 1
    with threadpool_limits(1):
        try:
            if torch:
                torch.set_num_threads(1)
            yield
        finally:
            if torch:
                torch.set_num_threads(threads)
