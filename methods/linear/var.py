"""VAR: least squares on the lagged values of all variables, with a small ridge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval
from scipy.linalg import cho_factor, cho_solve
from scipy.special import stdtr

from methods.common.lagged import blocks, gram, n_windows, require_windows
from methods.types.arrays import FloatArray
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class VAR(Method):
    """Linear vector autoregression; the score of an edge is the absolute t statistic.

    The model is `x(t) = c + sum_l A_l x(t - l) + e(t)`. Let `z` be the standardised past,
    `S = Z'Z` its second moments and `R = N * ridge * I`. The coefficients are
    `b = (S + R)^-1 Z'y`, with the covariance `s^2 (S + R)^-1 S (S + R)^-1`. Here `s^2` is the
    residual sum of squares over `N - n_vars * max_lag - 1`. An edge is selected if its two-sided
    p-value is below `alpha`. The statistic `coefficient` of an edge has its sign, in standard
    deviations of the effect per standard deviation of the cause. Second moments are added up over
    blocks of windows. Only a standardised copy of the series takes memory that grows with its
    length.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1). The default 0.01 leaves about one false edge per hundred
        candidates; there is no correction for their number.
    ridge
        Penalty relative to the variance of a standardised column (at least 1e-10, which keeps the
        matrix positive definite). The default does not change coefficients that are well
        determined. Exact copies of a column share their coefficient equally.
    holdout
        Share of the windows (0 to 1), the last ones, that give the forecast error of a fit to the
        others. It is relative to the variance of the whole series. Scores use every window. 0
        means no forecast error.

    References
    ----------
    Lütkepohl, New Introduction to Multiple Time Series Analysis, 2005, section 3.2,
    DOI 10.1007/978-3-540-27752-1. Ridge: Hoerl and Kennard, Technometrics 12, 1970,
    DOI 10.1080/00401706.1970.10488634.
    """

    handles = Handles()

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.01
    ridge: Annotated[float, Interval(ge=1e-10)] = 1e-6
    holdout: Annotated[float, Interval(ge=0, lt=1)] = 0.2

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return t statistics, p-values, the selected edges and the forecast error."""
        require_windows(series, max_lag, "VAR")
        n, n_past = series.n_vars, series.n_vars * max_lag
        cut = round((1 - self.holdout) * n_windows(series, max_lag))
        fitted, held_out = _moments(series.standardized(), max_lag, cut)
        moments = fitted + held_out
        coefficients, inverse = self._fit(moments, n_past)
        freedom = moments[0, 0] - n_past - 1
        variance = _residual_squares(moments, coefficients) / freedom
        spread = np.diag(inverse @ moments[: n_past + 1, : n_past + 1] @ inverse)
        # A constant lagged column gives 0 / 0 up to rounding; its t becomes 0.
        spread = np.maximum(spread, np.finfo(float).eps * np.diag(inverse))
        t = np.abs(coefficients[1:]) / np.sqrt(np.outer(spread[1:], variance))
        p = 2 * stdtr(freedom, -t)

        def by_lag(values: FloatArray) -> FloatArray:
            return values.reshape(n, max_lag, n).transpose(0, 2, 1)

        return LaggedGraph.from_lags(
            by_lag(t),
            series.names,
            adjacency=by_lag(p) < self.alpha,
            p_values=by_lag(p),
            edge_statistics={"coefficient": by_lag(coefficients[1:])},
            forecast_error=self._forecast_error(fitted, held_out, n_past),
        )

    def _fit(self, moments: FloatArray, n_past: int) -> tuple[FloatArray, FloatArray]:
        """Return coefficients `(1 + n_past, n_vars)`, intercept first, and `(S + R)^-1`."""
        past = slice(n_past + 1)
        penalty = np.full(n_past + 1, self.ridge * moments[0, 0])
        penalty[0] = 0.0
        factor = cho_factor(moments[past, past] + np.diag(penalty))
        inverse = cho_solve(factor, np.eye(n_past + 1))
        return cho_solve(factor, moments[past, n_past + 1 :]), inverse

    def _forecast_error(
        self, fitted: FloatArray, held_out: FloatArray, n_past: int
    ) -> float | None:
        if held_out[0, 0] == 0 or fitted[0, 0] <= n_past + 1:
            return None
        coefficients, _ = self._fit(fitted, n_past)
        return float(np.mean(_residual_squares(held_out, coefficients) / held_out[0, 0]))


def _moments(series: TimeSeries, max_lag: int, cut: int) -> tuple[FloatArray, FloatArray]:
    """Return the second moments of the first `cut` windows and of the others."""
    size, seen = series.n_vars * (max_lag + 1) + 1, 0
    fitted, held_out = np.zeros((size, size)), np.zeros((size, size))
    for rows in blocks(series, max_lag):
        here = max(0, cut - seen)
        fitted += gram(rows[:here])
        held_out += gram(rows[here:])
        seen += len(rows)
    return fitted, held_out


def _residual_squares(moments: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Return the sum of squared residuals per variable, from the moments alone."""
    n = coefficients.shape[1]
    combination = np.vstack([-coefficients, np.eye(n)])
    squares = np.einsum("ij,ij->j", combination, moments @ combination)
    # An exact fit leaves only rounding, possibly negative; t statistics have to stay finite.
    return np.asarray(np.maximum(squares, np.finfo(float).eps * moments[0, 0]))
