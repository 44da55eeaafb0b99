"""VARLiNGAM from the parts of lingam: VAR residuals, DirectLiNGAM, adaptive lasso."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from methods.base import Handles, Method
from methods.graph import LaggedGraph
from methods.series import FloatArray, TimeSeries
from methods.unrolled import blocks, require_independent, require_windows


@dataclass(frozen=True, kw_only=True)
class VARLiNGAM(Method):
    """Linear non-Gaussian structural VAR; the score of an edge is its absolute coefficient.

    The model is `x(t) = sum_{l=0..max_lag} B_l x(t - l) + e(t)` with acyclic `B_0` and
    non-Gaussian, independent `e`. A reduced VAR `x(t) = sum_l M_l x(t - l) + r(t)` is fitted by
    least squares, DirectLiNGAM finds the causal order and `B_0` in `r`, and
    `B_l = (I - B_0) M_l`. Columns are standardised first: the library fits no intercept, and a
    coefficient is comparable to another only in units of standard deviations.

    `lingam.VARLiNGAM` glues segments and prunes in time that grows with the square of the
    length, so its steps are taken here one by one, on windows that stay within their segment,
    with the library's own `DirectLiNGAM` and adaptive lasso. On one segment the result is that
    of `lingam.VARLiNGAM(lags=max_lag, criterion=None)`.

    Parameters
    ----------
    prune
        Whether every equation is refitted by adaptive lasso (penalty by BIC), as the library
        does by default. Then an edge is selected where its coefficient is not 0; without, no
        decision is made.

    References
    ----------
    Hyvärinen, Zhang, Shimizu and Hoyer, JMLR 11, 2010, pages 1709-1731. DirectLiNGAM: Shimizu
    et al., JMLR 12, 2011, pages 1225-1248.
    """

    handles = Handles(instantaneous=True)
    libraries = ("lingam",)

    prune: bool = True

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return absolute coefficients at lags `0..max_lag` and, if pruned, the edges."""
        from lingam import DirectLiNGAM

        require_windows(series, max_lag, "VARLiNGAM")
        require_independent(series, max_lag, "VARLiNGAM")
        n, n_past = series.n_vars, series.n_vars * max_lag
        rows = np.concatenate(list(blocks(series.standardized(), max_lag)))
        past, present = rows[:, :n_past], rows[:, n_past:]
        reduced = np.linalg.lstsq(past, present, rcond=None)[0]
        with _short_paths_allowed():
            model = DirectLiNGAM().fit(present - past @ reduced)
            if self.prune:
                instant, lagged = _pruned(past, present, model.causal_order_)
            else:
                instant = model.adjacency_matrix_.T
                lagged = reduced - reduced @ instant
        weights = np.concatenate(
            [instant[:, :, None], lagged.reshape(n, max_lag, n).transpose(0, 2, 1)], axis=2
        )
        scores = np.abs(weights)
        # A variable has no effect on itself at the same time.
        np.fill_diagonal(scores[:, :, 0], np.nan)
        return LaggedGraph(scores, series.names, weights != 0 if self.prune else None)


def _pruned(
    past: FloatArray, present: FloatArray, order: list[Any]
) -> tuple[FloatArray, FloatArray]:
    """Refit each variable on its predecessors and the past; `[cause, effect]` coefficients."""
    from lingam.utils import predict_adaptive_lasso

    n, n_past = present.shape[1], past.shape[1]
    instant, lagged = np.zeros((n, n)), np.zeros((n_past, n))
    for place, effect in enumerate(order):
        earlier = order[:place]
        columns = np.column_stack([present[:, earlier], past, present[:, effect]])
        predictors = list(range(place + n_past))
        coefficients = predict_adaptive_lasso(columns, predictors, len(predictors))
        instant[earlier, effect] = coefficients[:place]
        lagged[:, effect] = coefficients[place:]
    return instant, lagged


@contextmanager
def _short_paths_allowed() -> Iterator[None]:
    """Silence the lasso where nearly equal columns end its path early.

    BIC then chooses among the part of the path that was reached, which is what the library does.
    """
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
