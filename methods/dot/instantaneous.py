"""Links at lag 0: what the forecasts leave of two variables at the same step.

Forecasts from the past explain no effect that is faster than the sampling. Such effects remain in
the residuals. Where these are not Gaussian, their causal order is found as in VAR-LiNGAM
(Hyvärinen, Zhang, Shimizu and Hoyer, 2010, JMLR 11, pages 1709-1731), whose linear autoregression
is here the forecaster. Where more than one is Gaussian no order can be told, and a link is a
partial correlation given all other residuals, without a direction.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from methods.linear.causal_order import causal_order
from methods.types.arrays import BoolArray, FloatArray
from methods.types.marks import Marks

T = TypeVar("T", bound=np.generic)

_GAUSSIAN = 0.01  # p-value of the test of Jarque and Bera from which a residual counts as Gaussian


class LinksNow(NamedTuple):
    """Links at lag 0, arrays `[cause, effect]` of shape `(n_vars, n_vars)`.

    Parameters
    ----------
    scores
        Size of a t statistic over the root of its degrees of freedom, as at other lags; NaN on the
        diagonal. Without a direction both have it; against the order it is 0.
    p_values
        Of the t tests, 1 against the order; NaN on the diagonal.
    adjacency
        Selected links with a direction.
    marks
        `-->`, or `o-o` for a selected link without a direction; see `methods.types.marks`.
    """

    scores: FloatArray
    p_values: FloatArray
    adjacency: BoolArray
    marks: Marks


def links_now(residuals: FloatArray, rate: float) -> LinksNow:
    """Find the links of residuals `(W, n_vars)` at a false-discovery rate (0 to 1).

    Pairs are selected by the procedure of Benjamini and Hochberg (1995).
    """
    steps, n = residuals.shape
    freedom = max(steps - n, 1)
    ordered = np.sum(stats.jarque_bera(residuals, axis=0).pvalue >= _GAUSSIAN) <= 1
    t = _in_order(residuals, freedom) if ordered else _given_all(residuals, freedom)
    p = 2 * stats.t.sf(np.abs(t), freedom)
    pair = np.triu_indices(n, 1)
    adjusted = np.ones((n, n))
    adjusted[pair] = stats.false_discovery_control(np.fmin(p, p.T)[pair])
    linked = (np.fmin(adjusted, adjusted.T) <= rate) & (t != 0)
    marks = np.full((n, n), "", dtype="<U3")
    marks[linked] = "-->" if ordered else "o-o"
    if ordered:
        marks[linked.T] = "<--"
    for array in (t, p):
        np.fill_diagonal(array, np.nan)
    return LinksNow(np.abs(t) / np.sqrt(freedom), p, linked & ordered, marks)


def at_lag_0(array: NDArray[T], now: NDArray[T]) -> NDArray[T]:
    """Return an array `[cause, effect, lag]` with other entries at lag 0."""
    return np.concatenate([now[:, :, None], array[:, :, 1:]], axis=2)


def _in_order(residuals: FloatArray, freedom: int) -> FloatArray:
    """Return t statistics of every variable on those before it in the causal order, else 0."""
    order = causal_order(residuals)
    t = np.zeros((len(order), len(order)))
    centred = residuals - residuals.mean(axis=0)
    for place, effect in enumerate(order[1:], start=1):
        causes = order[:place]
        inverse = np.linalg.pinv(centred[:, causes].T @ centred[:, causes])
        fit = inverse @ (centred[:, causes].T @ centred[:, effect])
        left = centred[:, effect] - centred[:, causes] @ fit
        t[causes, effect] = fit / np.sqrt(np.diag(inverse) * (left @ left) / freedom)
    return t


def _given_all(residuals: FloatArray, freedom: int) -> FloatArray:
    """Return t statistics of the partial correlations, 0 on the diagonal."""
    precision = np.linalg.pinv(np.cov(residuals.T))
    scale = np.sqrt(np.diag(precision))
    r = np.clip(-precision / np.outer(scale, scale), -1 + 1e-12, 1 - 1e-12)
    r = (r + r.T) / 2  # of which rounding leaves one direction ahead
    np.fill_diagonal(r, 0)
    return np.asarray(r * np.sqrt(freedom / (1 - r * r)))
