"""A series cut by regime, and the graphs of its regimes put together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from methods.graph import LaggedGraph
from methods.series import TimeSeries

IntArray = NDArray[np.int64]


def by_regime(
    series: TimeSeries, labels: tuple[IntArray, ...] | None, max_lag: int
) -> dict[int, TimeSeries]:
    """Return the stays in each regime as the segments of a series of its own.

    Stays shorter than `max_lag + 2` rows are left out, and regimes without a longer one. Without
    labels, or where no regime is left, the whole series is regime 0.
    """
    if labels is None:
        return {0: series}
    stays: dict[int, list[NDArray[np.float64]]] = {}
    for segment, label in zip(series.segments, labels, strict=True):
        borders = np.flatnonzero(np.diff(label)) + 1
        for stay, regime in zip(
            np.split(segment, borders), label[np.append(0, borders)], strict=True
        ):
            if len(stay) >= max_lag + 2:
                stays.setdefault(int(regime), []).append(stay)
    if not stays:
        return {0: series}
    return {k: TimeSeries.from_segments(stays[k], series.names) for k in sorted(stays)}


def union(graphs: Mapping[int, LaggedGraph], found: tuple[IntArray, ...] | None) -> LaggedGraph:
    """Return one graph of all regimes, which holds theirs.

    An edge scores what it scores in the regime where it is strongest, and is selected where it
    is in any regime; its other statistics and the forecast error are means over regimes.

    Parameters
    ----------
    graphs
        Graphs of the same names and shape, each with an adjacency.
    found
        The labels, one array per segment, where the method found them itself.
    """
    every = list(graphs.values())
    errors = [g.forecast_error for g in every if g.forecast_error is not None]
    names = every[0].edge_statistics
    return LaggedGraph(
        np.max([g.scores for g in every], axis=0),
        every[0].names,
        np.any([g.adjacency for g in every if g.adjacency is not None], axis=0),
        per_regime=graphs,
        forecast_error=float(np.mean(errors)) if errors else None,
        regimes=found,
        edge_statistics={k: np.mean([g.edge_statistics[k] for g in every], axis=0) for k in names},
    )
