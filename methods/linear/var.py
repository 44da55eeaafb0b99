"""VAR: least squares on the lagged values of all variables, with a small ridge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval
from scipy.linalg import cho_factor, cho_solve
from scipy.special import stdtr

from methods.common.lagged import blocks, gram, n_windows, require_windows
from methods.types.arrays import BoolArray, FloatArray
from methods.types.graph import LaggedGraph
from methods.types.knowledge import Constraints
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

    handles = Handles(knowledge=True)

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.01
    ridge: Annotated[float, Interval(ge=1e-10)] = 1e-6
    holdout: Annotated[float, Interval(ge=0, lt=1)] = 0.2

    def discover(
        self,
        series: TimeSeries,
        *,
        max_lag: int,
        rng: np.random.Generator,
        knowledge: Constraints | None = None,
    ) -> LaggedGraph:
        """Return t statistics, p-values, the selected edges and the forecast error.

        A forbidden link is no input of its equation. A required one is selected whatever its test.
        """
        require_windows(series, max_lag, "VAR")
        n = series.n_vars
        cut = round((1 - self.holdout) * n_windows(series, max_lag))
        fitted, held_out = _moments(series.standardized(), max_lag, cut)
        moments = fitted + held_out
        inputs = _inputs(n, max_lag, knowledge)
        coefficients, spread = self._fit(moments, inputs)
        freedom = moments[0, 0] - inputs.sum(axis=0)
        variance = _residual_squares(moments, coefficients) / freedom
        t = np.abs(coefficients[1:]) / np.sqrt(spread[1:] * variance)
        p = 2 * stdtr(freedom, -t)

        def by_lag(values: FloatArray) -> FloatArray:
            return values.reshape(n, max_lag, n).transpose(0, 2, 1)

        required = False if knowledge is None else knowledge.required[:, :, 1:]
        return LaggedGraph.from_lags(
            by_lag(t),
            series.names,
            adjacency=(by_lag(p) < self.alpha) | required,
            p_values=by_lag(p),
            edge_statistics={"coefficient": by_lag(coefficients[1:])},
            forecast_error=self._forecast_error(fitted, held_out, inputs),
        )

    def _fit(self, moments: FloatArray, inputs: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Return coefficients, intercept first, and their variances over that of the residual.

        All have the shape `(1 + n_past, n_vars)` of `inputs`. What is no input has the coefficient
        0 and an infinite variance. Effects with the same inputs are solved together.
        """
        coefficients, spread = np.zeros(inputs.shape), np.full(inputs.shape, np.inf)
        kinds, kind_of = np.unique(inputs, axis=1, return_inverse=True)
        for kind, pattern in enumerate(kinds.T):
            used, effects = np.flatnonzero(pattern), np.flatnonzero(kind_of.ravel() == kind)
            penalty = np.full(len(used), self.ridge * moments[0, 0])
            penalty[0] = 0.0
            squares = moments[np.ix_(used, used)]
            factor = cho_factor(squares + np.diag(penalty))
            inverse = cho_solve(factor, np.eye(len(used)))
            targets = moments[np.ix_(used, len(inputs) + effects)]
            coefficients[np.ix_(used, effects)] = cho_solve(factor, targets)
            # A constant lagged column gives 0 / 0 up to rounding; its t becomes 0.
            least = np.finfo(float).eps * np.diag(inverse)
            variances = np.maximum(np.diag(inverse @ squares @ inverse), least)
            spread[np.ix_(used, effects)] = variances[:, None]
        return coefficients, spread

    def _forecast_error(
        self, fitted: FloatArray, held_out: FloatArray, inputs: BoolArray
    ) -> float | None:
        if held_out[0, 0] == 0 or fitted[0, 0] <= len(inputs):
            return None
        coefficients, _ = self._fit(fitted, inputs)
        return float(np.mean(_residual_squares(held_out, coefficients) / held_out[0, 0]))


def _inputs(n: int, max_lag: int, knowledge: Constraints | None) -> BoolArray:
    """Return which columns of `[1, past]` are inputs of which equation, `(1 + n_past, n_vars)`."""
    inputs = np.ones((1 + n * max_lag, n), dtype=bool)
    if knowledge is not None:
        allowed = ~knowledge.forbidden[:, :, 1:]
        inputs[1:] = allowed.transpose(0, 2, 1).reshape(n * max_lag, n)
    return inputs


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
