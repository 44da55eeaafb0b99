"""How often a method finds each edge again, on resamples of a series in blocks.

A resample draws blocks of consecutive windows from the segments, with replacement, until it has as
many windows as the series: the moving-block bootstrap (Künsch, Annals of Statistics 17, 1989, DOI
10.1214/aos/1176347265). A window is the present and the `max_lag` steps before it, so that lagged
relations stay as they are, as in `run_bootstrap_of` of tigramite (Debeire, Gerhardus, Runge and
Eyring, CLeaR 2024). Every block is a segment of its own, so that no window reaches from one block
into another or across a border of the series.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from methods.types.arrays import FloatArray, IntArray
from methods.types.errors import InputError
from methods.types.graph import LaggedGraph
from methods.types.knowledge import Knowledge
from methods.types.method import DeclinedError, Method
from methods.types.series import TimeSeries


def require_segments(method: Method, resamples: int) -> None:
    """Raise unless the method takes segments, which blocks are, and there is a resample."""
    if resamples < 1:
        raise InputError(f"bootstrap: expected at least 1 resample, found {resamples}")
    if not method.handles.segments:
        raise DeclinedError(
            f"{type(method).__name__} takes one segment; the blocks of a bootstrap are segments "
            "of their own"
        )


def with_frequency(
    graph: LaggedGraph,
    method: Method,
    series: TimeSeries,
    *,
    resamples: int,
    seed: int,
    knowledge: Knowledge | None = None,
) -> LaggedGraph:
    """Return the graph with the statistic `frequency`, the share of resamples with each edge.

    Parameters
    ----------
    graph
        What the method found in the series; NaN in the frequency where it has no score.
    method
        Has to decide and to take several segments; see `require_segments`.
    resamples
        Number of resamples, at least 1. The k-th depends on `seed` and k alone.

    Raises
    ------
    DeclinedError
        If the method makes no decision.
    """
    who, max_lag = type(method).__name__, graph.max_lag
    if graph.adjacency is None:
        raise DeclinedError(f"{who} selects no edges, so that none can be counted in a bootstrap")
    known = {} if knowledge is None else {"knowledge": knowledge}
    counts = np.zeros(graph.scores.shape)
    for k in range(resamples):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(k,)))
        again = method.discover(resample(series, max_lag, rng), max_lag=max_lag, rng=rng, **known)
        counts += np.asarray(again.adjacency, dtype=float)
    frequency = np.where(np.isnan(graph.scores), np.nan, counts / resamples)
    return replace(graph, edge_statistics={"frequency": frequency, **graph.edge_statistics})


def resample(series: TimeSeries, max_lag: int, rng: np.random.Generator) -> TimeSeries:
    """Return a series of as many windows, in blocks of `block_length` windows as segments.

    A segment is drawn in proportion to its windows. One that is shorter than a block is a block.
    """
    windows = np.array([len(segment) - max_lag for segment in series.segments])
    length = block_length(int(windows.sum()), max_lag)
    left = int(windows.sum())
    segments: list[FloatArray] = []
    labels: list[IntArray] = []
    while left >= 2:  # no segment has fewer windows
        k = int(rng.choice(len(windows), p=windows / windows.sum()))
        size = min(length, int(windows[k]), left)
        start = int(rng.integers(windows[k] - size + 1))
        rows = slice(start, start + size + max_lag)
        segments.append(series.segments[k][rows])
        if series.regimes is not None:
            labels.append(series.regimes[k][rows])
        left -= size
    regimes = tuple(labels) if labels else None
    return replace(series, segments=tuple(segments), regimes=regimes, times=None, notes=())


def block_length(n_windows: int, max_lag: int) -> int:
    """Return the number of windows of a block.

    It grows with the cube root of the length, which is the best order for a variance (Hall,
    Horowitz and Jing, Biometrika 82, 1995, DOI 10.1093/biomet/82.3.561), and is at least ten times
    `max_lag`, so that few rows are spent on the past of the first windows. Short series have at
    least five blocks if these can be twice as long as `max_lag`.
    """
    wanted = max(round(float(n_windows) ** (1 / 3)), 10 * max_lag)
    return int(max(2, min(wanted, max(n_windows // 5, 2 * max_lag))))
