"""Persistence: every variable depends on its own last value and on nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class Persistence(Method):
    """Score 1 and select every self-edge at lag 1, score 0 everywhere else.

    The data are not used. This is the floor for systems whose self-edges are forced.
    """

    handles = Handles(trivial=True)

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return the self-edges at lag 1."""
        selected = np.zeros((series.n_vars, series.n_vars, max_lag), dtype=bool)
        selected[:, :, 0] = np.eye(series.n_vars, dtype=bool)
        return LaggedGraph.from_lags(selected, series.names, adjacency=selected)
