"""Sparse linear coefficients, acyclic at lag 0, by an augmented Lagrangian on second moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from methods.linear.adaptive_lasso import short_paths_allowed
from methods.types.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from scipy.optimize import Bounds


def structure(second: FloatArray, penalty: FloatArray) -> FloatArray:
    """Return the coefficients `[cause, effect]` that solve the problem of DYNOTEARS.

    Parameters
    ----------
    second
        Second moments of `[X, Y]`, shape `(m, m)`, the `n` present columns first.
    penalty
        Shape `(m, n)`, above 0.
    """
    from scipy.optimize import Bounds

    size = penalty.size
    upper = np.full(penalty.shape, np.inf)
    np.fill_diagonal(upper, 0.0)
    bounds = Bounds(np.zeros(2 * size), np.tile(upper.ravel(), 2))
    parts, multiplier, rho, before = np.zeros(2 * size), 0.0, 1.0, np.inf
    while before > 1e-8 and rho < 1e16:
        while True:
            trial = _minimum(parts, bounds, second, penalty, rho, multiplier)
            h = _cycles(_joined(trial, penalty))[0]
            if h <= before / 4 or rho >= 1e16:
                break
            rho *= 10
        parts, before = trial, h
        multiplier += rho * h
    return _exact(second, penalty, _acyclic(_joined(parts, penalty)))


def _acyclic(weights: FloatArray) -> BoolArray:
    """Return which entries may differ from 0; at lag 0 the largest that close no cycle."""
    n = weights.shape[1]
    free, reaches = np.ones(weights.shape, dtype=bool), np.eye(n, dtype=bool)
    free[:n] = False
    order = np.argsort(-np.abs(weights[:n]), axis=None, kind="stable")
    for cause, effect in zip(*np.unravel_index(order, (n, n)), strict=True):
        if weights[cause, effect] != 0 and not reaches[effect, cause]:
            free[cause, effect] = True
            reaches |= np.outer(reaches[:, cause], reaches[effect])
    return free


def _exact(second: FloatArray, penalty: FloatArray, free: BoolArray) -> FloatArray:
    """Return the minimum over the free entries, from the lasso path of each effect."""
    from sklearn.linear_model import lars_path_gram

    weights = np.zeros(penalty.shape)
    for effect in range(penalty.shape[1]):
        causes = np.flatnonzero(free[:, effect])
        scale = penalty[causes, effect]
        with short_paths_allowed():
            _, _, path = lars_path_gram(
                second[causes, effect] / scale,
                second[np.ix_(causes, causes)] / np.outer(scale, scale),
                n_samples=1,
                alpha_min=1.0,
                method="lasso",
                max_iter=10 * len(causes),
            )
        weights[causes, effect] = path[:, -1] / scale
    return weights


def _minimum(
    start: FloatArray,
    bounds: Bounds,
    second: FloatArray,
    penalty: FloatArray,
    rho: float,
    multiplier: float,
) -> FloatArray:
    """Return the positive and negative parts that minimise the augmented Lagrangian."""
    from scipy.optimize import minimize

    def lagrangian(parts: FloatArray) -> tuple[float, FloatArray]:
        weights = _joined(parts, penalty)
        loss, slope = _loss(weights, second)
        h, cycle_slope = _cycles(weights)
        slope[: len(cycle_slope)] += (rho * h + multiplier) * cycle_slope
        value = loss + rho / 2 * h * h + multiplier * h + penalty.ravel() @ _size(parts)
        return float(value), np.concatenate([(penalty + slope).ravel(), (penalty - slope).ravel()])

    options = {"ftol": 1e-12, "gtol": 1e-7, "maxiter": 15_000, "maxfun": 15_000}
    found = minimize(
        lagrangian, start, method="L-BFGS-B", jac=True, bounds=bounds, options=options
    )
    return np.asarray(found.x)


def _loss(weights: FloatArray, second: FloatArray) -> tuple[float, FloatArray]:
    """Return half the mean squared residual, summed over effects, and its gradient."""
    n = weights.shape[1]
    product = second @ weights
    value = np.trace(second[:n, :n]) / 2 - np.sum(weights * (second[:, :n] - product / 2))
    return float(value), product - second[:, :n]


def _cycles(weights: FloatArray) -> tuple[float, FloatArray]:
    """Return `h` of the part at lag 0 and its gradient."""
    from scipy.linalg import expm

    n = weights.shape[1]
    now = weights[:n]
    exponential = expm(now * now)
    return float(np.trace(exponential) - n), 2 * now * exponential.T


def _joined(parts: FloatArray, penalty: FloatArray) -> FloatArray:
    positive, negative = np.split(parts, 2)
    return np.asarray((positive - negative).reshape(penalty.shape))


def _size(parts: FloatArray) -> FloatArray:
    positive, negative = np.split(parts, 2)
    return np.asarray(positive + negative)
