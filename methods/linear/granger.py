"""Granger causality by F-tests, pair by pair or given all variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from annotated_types import Interval
from scipy.linalg import solve_triangular
from scipy.special import fdtrc, stdtr

from methods.common.folded import triangle
from methods.common.lagged import dependent, n_windows, require_independent, require_windows
from methods.types.arrays import FloatArray
from methods.types.graph import LaggedGraph
from methods.types.method import DeclinedError, Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class GrangerMultivariate(Method):
    """Granger causality in one vector autoregression of all variables.

    The model is `x(t) = c + sum_l A_l x(t - l) + e(t)`, fitted by least squares. The hypothesis
    for a pair is that all `max_lag` coefficients `b` of the cause vanish in the equation of the
    effect. With `V` their estimated covariance, the statistic `F = b' V^-1 b / max_lag` is
    compared with `F(max_lag, n_vars * (N - n_vars * max_lag - 1))`. This is `test_causality` of
    statsmodels. Its p-value is given at all lags of the pair.

    The test is about pairs and the graph about lags. The score of an edge is therefore the
    absolute t statistic of its lag. If the F-test rejects, an edge is selected at the lag with the
    largest t, and at every other lag whose own t-test rejects as well. The summary graph of the
    selected edges is thus the decision of the F-tests. A variable's own past is tested in the same
    way. The statistic `coefficient` of an edge has its sign, in standard deviations of the effect
    per standard deviation of the cause.

    Scores are those of a VAR without ridge. The method `var` differs in p-values and decision.
    Regressions use the folded series (see `methods.common.folded`), which is as exact as a QR
    decomposition of all windows.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1), by default that of `test_causality`. There is no correction
        for the number of tests.

    References
    ----------
    Granger, Econometrica 37, 1969, DOI 10.2307/1912791. Lütkepohl, New Introduction to Multiple
    Time Series Analysis, 2005, section 3.6, DOI 10.1007/978-3-540-27752-1.
    """

    handles = Handles()

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return t statistics, p-values of the F-tests and the selected edges."""
        require_windows(series, max_lag, "Granger causality")
        require_independent(series, max_lag, "Granger causality")
        n = series.n_vars
        folded = triangle(series.standardized(), max_lag)
        freedom = n_windows(series, max_lag) - n * max_lag - 1
        tests = _regress(folded[:, :-n], folded[:, -n:], max_lag, freedom)
        p = fdtrc(max_lag, n * freedom, tests.f)
        return _graph(series, tests, 2 * stdtr(freedom, -tests.t), p, self.alpha)


@dataclass(frozen=True, kw_only=True)
class GrangerPairwise(Method):
    """Granger causality in a regression for every ordered pair of variables.

    The effect is regressed on a constant, `max_lag` lags of its own and `max_lag` lags of the
    cause. The hypothesis that the cause's coefficients all vanish is tested with `F` against
    `F(max_lag, N - 2 max_lag - 1)`. This is the `ssr_ftest` of `grangercausalitytests` in
    statsmodels. Score, p-value and decision follow from it as in `GrangerMultivariate`. A
    variable's own past is tested in its autoregression, against a constant alone.

    Other variables are not conditioned on. Indirect effects and common causes are therefore found
    too, and the more surely the longer the series. This is the method, not a fault of it.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1). There is no correction for the number of tests.

    References
    ----------
    Granger, Econometrica 37, 1969, DOI 10.2307/1912791.
    """

    handles = Handles()

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return t statistics, p-values of the F-tests and the selected edges."""
        n = series.n_vars
        require_windows(series.take(range(min(2, n))), max_lag, "Pairwise Granger causality")
        folded = triangle(series.standardized(), max_lag)
        t, b, p_t = np.empty((3, n, n, max_lag))
        p, f = np.empty((2, n, n))
        for i, j in _pairs(series, folded, max_lag):
            lags = np.arange(max_lag)
            both = [1 + k * max_lag + lags for k in dict.fromkeys((i, j))]
            design = folded[:, np.concatenate([[0], *both])]
            freedom = n_windows(series, max_lag) - design.shape[1]
            tests = _regress(design, folded[:, [n * max_lag + 1 + j]], max_lag, freedom)
            t[i, j], b[i, j], f[i, j] = tests.t[0, 0], tests.b[0, 0], tests.f[0, 0]
            p_t[i, j] = 2 * stdtr(freedom, -t[i, j])
            p[i, j] = fdtrc(max_lag, freedom, f[i, j])
        return _graph(series, _Tests(t, b, f), p_t, p, self.alpha)


class _Tests(NamedTuple):
    """Per cause and effect: absolute `t` and signed `b`, `(k, e, max_lag)`, and `f`, `(k, e)`."""

    t: FloatArray
    b: FloatArray
    f: FloatArray


def _regress(design: FloatArray, targets: FloatArray, max_lag: int, freedom: int) -> _Tests:
    """Regress `e` targets on a constant and the lags of `k` causes, `(m, 1 + k * max_lag)`."""
    basis, factor = np.linalg.qr(design)
    inverse = solve_triangular(factor, np.eye(len(factor)))
    coefficients = inverse @ (basis.T @ targets)
    variance = np.sum((targets - design @ coefficients) ** 2, axis=0) / freedom
    t = np.abs(coefficients) / np.sqrt(np.outer(np.sum(inverse**2, axis=1), variance))
    blocks = [slice(k, k + max_lag) for k in range(1, len(factor), max_lag)]
    squares = []
    for block in blocks:
        # The covariance of the block is R'R; R comes from the rows of the inverse factor.
        root = np.linalg.qr(inverse[block].T, mode="r")
        squares.append(np.sum(solve_triangular(root, coefficients[block], trans="T") ** 2, axis=0))
    by_t, by_b = (np.array([values[block].T for block in blocks]) for values in (t, coefficients))
    return _Tests(by_t, by_b, squares / variance / max_lag)


def _pairs(series: TimeSeries, folded: FloatArray, max_lag: int) -> Iterator[tuple[int, int]]:
    """Iterate over ordered pairs; decline a pair with linearly dependent columns."""
    n = series.n_vars
    centred = folded[1:, 1:] / np.sqrt(np.sum(folded[1:, 1:] ** 2, axis=0))
    for i in range(n):
        for j in range(n):
            columns = [k * max_lag + lag for k in {i, j} for lag in range(max_lag)]
            columns += [n * max_lag + k for k in {i, j}]
            if dependent(centred[:, columns].T @ centred[:, columns]):
                names = ", ".join(series.names[k] for k in sorted({i, j}))
                raise DeclinedError(
                    "Pairwise Granger causality needs linearly independent columns, found an "
                    f"exact linear relation among the lagged values of {names}; drop one of them"
                )
            yield i, j


def _graph(
    series: TimeSeries, tests: _Tests, p_t: FloatArray, p: FloatArray, alpha: float
) -> LaggedGraph:
    t = tests.t
    places = (p_t < alpha) | (t == t.max(axis=2, keepdims=True))
    return LaggedGraph.from_lags(
        t,
        series.names,
        adjacency=(p < alpha)[:, :, None] & places,
        p_values=np.broadcast_to(p[:, :, None], t.shape),
        edge_statistics={"coefficient": tests.b},
    )
