"""What is worth knowing about a generated series beside its truth."""

from __future__ import annotations

import numpy as np

from methods import LaggedGraph, TimeSeries
from methods.types.arrays import FloatArray

ROWS = 10_000
"""First rows of a series over which the regressions on its past are estimated."""

VISIBLE = 0.05
"""Effects below this, in standard deviations, count as weak: about 1/sqrt(400)."""


def describe(series: TimeSeries, truth: LaggedGraph) -> dict[str, float]:
    """Return the properties of a sample; NaN where one is undefined, as without any edge.

    Returns
    -------
    dict
        `var_sortability` and `r2_sortability`: share of the cause-effect pairs of the summary
        graph in which the effect has the larger variance, or the larger R2 of its regression on
        all other variables at the same step; 0.5 means that sorting is no help.
        `var_sortability_lagged` and `r2_sortability_lagged`: the same of what the past explains,
        as a variance or as R2, in the regression on all variables at lags 1 to `max_lag`.
        `autocorrelation`: correlation at lag 1, mean over the variables.
        `largest_effect`, `smallest_effect`: over all edges of all regimes.
        `weak_edges`: number of edges whose effect is below `VISIBLE` in every regime they are in.

    Notes
    -----
    Var-sortability: Reisach, Seiler and Weichwald 2021, arXiv 2102.13647. R2-sortability: Reisach
    et al. 2023, arXiv 2303.18211. Both count directed paths of an acyclic graph; summary graphs
    of time series have cycles, in which nearly every pair is joined by paths both ways, so we
    count edges between different variables, a tie as one half.
    """
    covariance, lag1 = _moments(series)
    variance = np.diag(covariance)
    explained = _r2_of_past(series, max(truth.max_lag, 1), np.sqrt(variance))
    effects = _effects(truth)
    strongest = effects.max(axis=0)
    present = effects[effects > 0]
    return {
        "var_sortability": _sortability(variance, truth),
        "r2_sortability": _sortability(_r2(covariance), truth),
        "var_sortability_lagged": _sortability(explained * variance, truth),
        "r2_sortability_lagged": _sortability(explained, truth),
        "autocorrelation": float(np.mean(lag1 / variance)),
        "largest_effect": float(present.max()) if present.size else float("nan"),
        "smallest_effect": float(present.min()) if present.size else float("nan"),
        "weak_edges": float(((strongest > 0) & (strongest < VISIBLE)).sum()),
    }


def _effects(truth: LaggedGraph) -> FloatArray:
    """Return the effects of each regime, shape `(regimes, n, n, max_lag + 1)`, 0 for NaN."""
    graphs = list(truth.per_regime.values()) or [truth]
    return np.nan_to_num([graph.scores for graph in graphs])


def _moments(series: TimeSeries) -> tuple[FloatArray, FloatArray]:
    """Return the covariance and the lag-1 autocovariances, with one segment copied at a time."""
    segments = series.segments
    # A product with ones is several times faster than a sum over the rows of a narrow array.
    mean = sum(np.ones(len(s)) @ s for s in segments) / series.n_samples
    square, product = np.zeros((series.n_vars, series.n_vars)), np.zeros(series.n_vars)
    for segment in segments:
        apart = segment - mean
        square += apart.T @ apart
        product += np.einsum("ti,ti->i", apart[1:], apart[:-1])
    pairs = series.n_samples - len(segments)
    return square / series.n_samples, product / pairs


def _r2(covariance: FloatArray) -> FloatArray:
    """Return the R2 of each variable on all others: `1 - 1 / (S_jj (S^-1)_jj)`."""
    sd = np.sqrt(np.diag(covariance))
    precision = np.linalg.pinv(covariance / np.outer(sd, sd), hermitian=True)
    return np.asarray(1 - 1 / np.diag(precision))


def _r2_of_past(series: TimeSeries, max_lag: int, sds: FloatArray) -> FloatArray:
    """Return the R2 of each variable on all variables at lags 1 to `max_lag`."""
    n_past = series.n_vars * max_lag
    products, left = np.zeros((n_past + series.n_vars,) * 2), ROWS
    mean = sum(np.ones(len(s)) @ s for s in series.segments) / series.n_samples
    for segment in series.segments:
        apart = (segment[:left] - mean) / sds
        left -= len(apart)
        if len(apart) <= max_lag:
            continue
        lags = [apart[max_lag - lag : len(apart) - lag] for lag in range(1, max_lag + 1)]
        rows = np.hstack([*lags, apart[max_lag:]])
        products += rows.T @ rows
    past, across = products[:n_past, :n_past], products[:n_past, n_past:]
    explained = (across * (np.linalg.pinv(past, hermitian=True) @ across)).sum(axis=0)
    return np.asarray(explained / np.diag(products)[n_past:])


def _sortability(criterion: FloatArray, truth: LaggedGraph) -> float:
    edges = truth.summary(self_loops=False).adjacency
    assert edges is not None
    causes, effects = np.nonzero(edges)
    # Rounding must not decide between variables that are alike.
    gap = criterion[effects] - criterion[causes]
    tie = np.isclose(gap, 0.0, atol=1e-9 * float(np.abs(criterion).max(initial=0.0)))
    wins = np.where(tie, 0.5, gap > 0)
    return float(wins.mean()) if wins.size else float("nan")
