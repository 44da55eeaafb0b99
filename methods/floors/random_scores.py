"""Random: scores drawn from the generator, the floor of every metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class Random(Method):
    """Draw every score uniformly from [0, 1) and select those above `1 - edge_rate`.

    Parameters
    ----------
    edge_rate
        Probability that an edge is selected, independently of the others (0 to 1).
    """

    handles = Handles(trivial=True, stochastic=True)

    edge_rate: Annotated[float, Interval(ge=0, le=1)] = 0.1

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return drawn scores; the series gives only the shape and the names."""
        scores = rng.random((series.n_vars, series.n_vars, max_lag))
        return LaggedGraph.from_lags(scores, series.names, adjacency=scores >= 1 - self.edge_rate)
