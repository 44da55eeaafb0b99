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

    Numerical libraries get one thread each while the method runs, and their own number back
    after it: small matrices are several times slower with more, and the result is the same on
    every machine.

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
        Links that are forbidden or required, and tiers: a mapping such as
        `{"forbidden": ["river -> rain"]}`, or `methods.types.knowledge.Knowledge`, which also
        reads files and tigramite's `link_assumptions`. Most methods decline it.
    bootstrap
        Number of resamples of the series in blocks; 0 for none. The statistic `frequency` of an
        edge is the share of them in which it is found again; see `methods.bootstrap`.
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
    if isinstance(method, Method):
        if parameters:
            raise InputError(
                f"parameters: expected none beside a method that is built, found {[*parameters]}"
            )
        built = method
    else:
        built = methods.registry.load(method)(**parameters)
    known = {} if knowledge is None else {"knowledge": Knowledge.of(knowledge)}
    with one_thread(built):
        run: dict[str, Any] = {"max_lag": max_lag, "rng": np.random.default_rng(seed), **known}
        if not bootstrap:
            return built.discover(data, **run)  # type: ignore[arg-type]
        require_segments(built, bootstrap)
        series = data
        if not isinstance(data, TimeSeries):
            series = TimeSeries.from_frame(data, max_lag=max_lag)
        graph = built.discover(series, **run)  # type: ignore[arg-type]
        return with_frequency(graph, built, series, resamples=bootstrap, seed=seed, **known)  # type: ignore[arg-type]


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
