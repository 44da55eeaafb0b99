"""A series cut by regime, and the union of the graphs of its regimes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from methods.types.arrays import IntArray
from methods.types.graph import LaggedGraph
from methods.types.marks import combined
from methods.types.series import TimeSeries, standing_still


def by_regime(
    series: TimeSeries, labels: tuple[IntArray, ...] | None, max_lag: int
) -> dict[int, TimeSeries]:
    """Return a series per regime, with the stays in that regime as its segments.

    Stays shorter than `max_lag + 2` rows are left out. So are regimes without a longer stay, and
    regimes in which a variable is constant. The whole series is regime 0 if there are no labels or
    if no regime is left.
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
    moving = [k for k in sorted(stays) if not standing_still(stays[k]).any()]
    if not moving:
        return {0: series}
    return {k: TimeSeries.from_segments(stays[k], series.names) for k in moving}


def windows_of(parts: Mapping[int, TimeSeries], max_lag: int) -> dict[int, int]:
    """Return the number of windows in the series of each regime."""
    return {k: sum(len(s) - max_lag for s in part.segments) for k, part in parts.items()}


def union(
    graphs: Mapping[int, LaggedGraph],
    found: tuple[IntArray, ...] | None,
    windows: Mapping[int, int] | None = None,
) -> LaggedGraph:
    """Return one graph of all regimes, which also holds the graph of each.

    The score of an edge is the largest of its scores in the regimes, of those that have one. An
    edge is selected if any regime selects it. Its mark is that on which the regimes agree, with a
    cross at an end where they do not. Its other statistics are means over regimes. So is the
    forecast error, which is relative to the variance within the regime.

    Parameters
    ----------
    graphs
        Graphs of the same names and shape.
    found
        The labels, one array per segment, if the method found them itself.
    windows
        Number of windows of each regime. Noise in a score is proportional to one over the root of
        this number. Each score is therefore first multiplied by the root of its number over the
        largest number. Otherwise the noise of a short regime would hide the other regimes. Without
        `windows` scores are compared as they are.
    """
    every = list(graphs.values())
    rests = np.array([1 if windows is None else windows[k] for k in graphs], dtype=float)
    shares = np.sqrt(rests / rests.max())
    errors = [g.forecast_error for g in every if g.forecast_error is not None]
    decided = [g.adjacency for g in every if g.adjacency is not None]
    marks = [g.marks for g in every if g.marks is not None]
    names = every[0].edge_statistics
    return LaggedGraph(
        np.fmax.reduce([share * g.scores for share, g in zip(shares, every, strict=True)]),
        every[0].names,
        np.any(decided, axis=0) if decided else None,
        per_regime=graphs,
        forecast_error=float(np.mean(errors)) if errors else None,
        regimes=found,
        edge_statistics={k: np.mean([g.edge_statistics[k] for g in every], axis=0) for k in names},
        marks=combined(marks) if marks else None,
    )
