"""VARLiNGAM: VAR residuals, DirectLiNGAM, adaptive lasso."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from methods.common.folded import triangle
from methods.common.lagged import blocks, n_windows, require_independent, require_windows
from methods.linear.adaptive_lasso import adaptive_lasso, short_paths_allowed
from methods.linear.causal_order import causal_order
from methods.types.arrays import FloatArray
from methods.types.graph import LaggedGraph
from methods.types.method import DeclinedError, Exact, Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class VARLiNGAM(Method):
    """Linear non-Gaussian structural VAR; the score of an edge is its absolute coefficient.

    The statistic `coefficient` of an edge has its sign.

    The model is `x(t) = sum_{l=0..max_lag} B_l x(t - l) + e(t)` with acyclic `B_0` and
    non-Gaussian, independent `e`. A reduced VAR `x(t) = sum_l M_l x(t - l) + r(t)` is fitted by
    least squares. DirectLiNGAM finds the causal order and `B_0` in `r`, and `B_l = (I - B_0) M_l`.
    Columns are standardised first, for two reasons. The library fits no intercept, and
    coefficients are comparable only in units of standard deviations.

    Windows stay within their segment. Every regression uses the folded series (see
    `methods.common.folded`). Memory that grows with the length is therefore taken only by the
    series, its standardised copy and `r`. On one segment the result is that of
    `lingam.VARLiNGAM(lags=max_lag, criterion=None)`, with the same order and the same edges.
    Coefficients are equal to 1e-6 relative where columns are nearly dependent and to 1e-10
    elsewhere.

    Parameters
    ----------
    prune
        Whether every equation is refitted by adaptive lasso (penalty by BIC), as in the library by
        default. Then an edge is selected if its coefficient is not 0. Without it, no decision is
        made.
    exact
        `fast` is the route described above. `library` runs `lingam.VARLiNGAM` as shipped, on one
        segment of several variables. Its pruning takes time that grows with the square of the
        length.
    order
        `fixed` keeps all lags up to `max_lag`. `bic` keeps the number of lags for which the
        reduced VAR has the smallest BIC, as in the library by default. Later lags then score 0.

    References
    ----------
    Hyvärinen, Zhang, Shimizu and Hoyer, JMLR 11, 2010, pages 1709-1731.
    """

    handles = Handles(instantaneous=True)
    libraries = ("lingam", "sklearn.linear_model")

    prune: bool = True
    exact: Exact = "fast"
    order: Literal["fixed", "bic"] = "fixed"

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return absolute coefficients at lags `0..max_lag` and, if pruned, the edges."""
        require_windows(series, max_lag, "VARLiNGAM")
        require_independent(series, max_lag, "VARLiNGAM")
        standardized = series.standardized()
        if self.exact == "library":
            weights = self._library(standardized, max_lag)
        else:
            lags = _best_order(standardized, max_lag) if self.order == "bic" else max_lag
            weights = self._fast(standardized, lags)
        silent = max_lag + 1 - weights.shape[2]
        weights = np.pad(weights, ((0, 0), (0, 0), (0, silent)))
        edges = weights != 0 if self.prune else None
        # A variable has no effect on itself at the same time.
        np.fill_diagonal(weights[:, :, 0], np.nan)
        if edges is not None:
            np.fill_diagonal(edges[:, :, 0], False)
        signed = {"coefficient": weights}
        return LaggedGraph(np.abs(weights), series.names, edges, edge_statistics=signed)

    def _fast(self, series: TimeSeries, lags: int) -> FloatArray:
        """Return signed coefficients `[cause, effect, lag]` for lags `0..lags`."""
        n, past = series.n_vars, slice(1, series.n_vars * lags + 1)
        folded, count = triangle(series, lags), n_windows(series, lags)
        reduced = _reduced(folded, n)
        order = causal_order(_residuals(series, lags, reduced))
        # Below the first row the columns are centred, as the lasso needs them.
        centred = folded[1:]
        if self.prune:
            instant, lagged = _refitted(centred, order, past, count)
        else:
            residuals = centred[:, past.stop :] - centred[:, past] @ reduced
            instant, _ = _refitted(residuals, order, slice(0), count)
            lagged = reduced - reduced @ instant
        by_lag = lagged.reshape(n, lags, n).transpose(0, 2, 1)
        return np.concatenate([instant[:, :, None], by_lag], axis=2)

    def _library(self, series: TimeSeries, max_lag: int) -> FloatArray:
        """Return the same from `lingam.VARLiNGAM`; it may stop at fewer lags."""
        from lingam import VARLiNGAM as Lingam

        if len(series.segments) > 1 or series.n_vars < 2:
            raise DeclinedError(
                "VARLiNGAM with exact=library takes one segment of at least two variables, found "
                f"{len(series.segments)} of {series.n_vars}; use exact=fast"
            )
        criterion = "bic" if self.order == "bic" else None
        model = Lingam(lags=max_lag, criterion=criterion, prune=self.prune)
        with short_paths_allowed():
            found = model.fit(series.segments[0]).adjacency_matrices_
        return np.asarray(found).transpose(2, 1, 0)


def _reduced(folded: FloatArray, n: int) -> FloatArray:
    """Return the coefficients of the VAR without intercept, `(n * lags, n)`."""
    return np.asarray(np.linalg.lstsq(folded[:, 1:-n], folded[:, -n:], rcond=None)[0])


def _residuals(series: TimeSeries, lags: int, reduced: FloatArray) -> FloatArray:
    n_past = len(reduced)
    return np.concatenate(
        [rows[:, n_past:] - rows[:, :n_past] @ reduced for rows in blocks(series, lags)]
    )


def _refitted(
    rows: FloatArray, order: list[int], past: slice, n_samples: int
) -> tuple[FloatArray, FloatArray]:
    """Return `[cause, effect]` coefficients of each variable on its predecessors and the past."""
    n, lagged_rows = len(order), rows[:, past]
    present = rows[:, -n:]
    instant, lagged = np.zeros((n, n)), np.zeros((lagged_rows.shape[1], n))
    for place, effect in enumerate(order):
        earlier = order[:place]
        columns = np.hstack([present[:, earlier], lagged_rows])
        if columns.shape[1]:
            found = adaptive_lasso(columns, present[:, effect], n_samples)
            instant[earlier, effect], lagged[:, effect] = found[:place], found[place:]
    return instant, lagged


def _best_order(series: TimeSeries, max_lag: int) -> int:
    """Return the number of lags with the smallest `log |S| + log(N) / N * n^2 lags`."""
    n, criteria = series.n_vars, []
    for lags in range(1, max_lag + 1):
        folded, count = triangle(series, lags), n_windows(series, lags)
        rest = folded[:, -n:] - folded[:, 1:-n] @ _reduced(folded, n)
        log_determinant = np.linalg.slogdet(rest.T @ rest / count)[1]
        criteria.append(log_determinant + np.log(count) / count * n * n * lags)
    return 1 + int(np.argmin(criteria))
