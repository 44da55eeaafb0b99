"""Sortability: regress along increasing variance, lag by lag; a floor that exploits scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from methods.common.lagged import blocks, gram
from methods.types.arrays import FloatArray
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries

# Variances closer than this are equal: rounding must not decide an order.
_TIE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Sortability(Method):
    """Score the standardised coefficient of each lagged value of a variable of lower variance.

    In many simulated systems variance grows along the causal order. On those this rule looks
    skilful without being causal. Every effect is regressed by least squares on the lagged values
    of itself and of all variables whose variance is not above its own. The score is the absolute
    coefficient in units of standard deviations. It is 0 for causes of higher variance. No decision
    is made.

    This is sortnregress carried over to lags. Departures from the source:

    - The source regresses on the predecessors at the same time, not on lagged values.
    - The source uses a sparse penalty, not least squares.

    On columns of equal variance the order is empty, and the rule is a plain vector autoregression.

    References
    ----------
    Reisach, Seiler and Weichwald, NeurIPS 2021, arXiv 2102.13647.
    """

    handles = Handles(trivial=True)

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return the absolute coefficients at lags `1..max_lag`."""
        n, n_past = series.n_vars, series.n_vars * max_lag
        variance = _variance(series)
        moments = np.asarray(sum(gram(rows) for rows in blocks(series.standardized(), max_lag)))
        scores = np.zeros((n, n, max_lag))
        for effect in range(n):
            causes = np.flatnonzero(variance <= variance[effect] * (1 + _TIE))
            lagged = 1 + (causes[:, None] * max_lag + np.arange(max_lag)).ravel()
            terms = np.concatenate([[0], lagged])
            target = moments[terms, 1 + n_past + effect]
            solution = np.linalg.lstsq(moments[np.ix_(terms, terms)], target, rcond=None)[0]
            scores[causes, effect] = np.abs(solution[1:]).reshape(len(causes), max_lag)
        return LaggedGraph.from_lags(scores, series.names)


def _variance(series: TimeSeries) -> FloatArray:
    """Return the variance of each column over all segments, in its own unit."""
    mean = sum(s.sum(axis=0) for s in series.segments) / series.n_samples
    squares = sum(((s - mean) ** 2).sum(axis=0) for s in series.segments)
    return np.asarray(squares / series.n_samples)
