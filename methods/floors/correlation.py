"""Correlation: the absolute lagged cross-correlation, a floor for linear methods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from methods.common.lagged import blocks, correlation, gram, pairwise_correlation
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class Correlation(Method):
    """Score `|corr(x_cause(t - lag), x_effect(t))|` over all windows; no decision is made.

    Where values are missing, each correlation is over the windows that have both of its values.

    The score does not account for autocorrelation or common causes. Any other method has to do
    better than this.
    """

    handles = Handles(trivial=True, missing=True)

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return the absolute correlations at lags `1..max_lag`."""
        n, n_past = series.n_vars, series.n_vars * max_lag
        if series.has_missing:
            correlations = pairwise_correlation(series, max_lag)
        else:
            moments = sum(gram(rows) for rows in blocks(series.standardized(), max_lag))
            correlations = correlation(np.asarray(moments))
        across = np.abs(correlations[:n_past, n_past:])
        return LaggedGraph.from_lags(
            across.reshape(n, max_lag, n).transpose(0, 2, 1), series.names
        )
