"""DYNOTEARS: sparse linear effects, acyclic at lag 0, by continuous optimisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from methods.common.lagged import blocks, gram, n_windows, require_independent
from methods.linear.notears import structure
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class DYNOTEARS(Method):
    """Penalised structural VAR; the score of an edge is its absolute coefficient.

    The statistic `coefficient` of an edge has its sign.

    `X` is the present, `Y` the past and `N` the number of windows. `W` holds the coefficients at
    lag 0 and `A` those at the other lags. They solve

        min 1/(2N) |X - X W - Y A|^2 + lambda_w |W|_1 + lambda_a |A|_1
        subject to h(W) = tr exp(W o W) - n = 0.

    The constraint says that `W` is acyclic. As published, `W` and `A` are split into their
    positive and negative parts. L-BFGS-B minimises the augmented Lagrangian
    `... + rho/2 h^2 + mu h` with bounds at 0. `rho` grows tenfold until `h` falls to a quarter;
    then `mu` grows by `rho h`. This ends once `h` is at most 1e-8 or `rho` is 1e16.

    The problem depends on the data only through their second moments. One pass over the series is
    therefore all that grows with its length. The result is that of an optimisation on the windows
    themselves.

    Departures from the source:

    - Columns are standardised, so that scores and penalties mean the same for each. On raw data
      the order of variances tells part of the direction at lag 0 (Reisach, Seiler and Weichwald,
      NeurIPS 2021, arXiv 2102.13647), and the unit decides which edges are selected.
    - A last step is exact. `W` keeps its nonzero entries, the largest first, except those that
      close a cycle. With the others at 0 the problem is convex: one lasso per effect, solved to
      rounding. Then `h` is 0, coefficients are right beyond the digits that L-BFGS-B reaches, and
      they do not depend on the order of columns.

    Parameters
    ----------
    lambda_w, lambda_a
        Penalties at lag 0 and at the other lags (above 0), in units of a standardised column. The
        defaults are those of the authors' code.
    threshold
        An edge is selected if its score is above this (at least 0). The default is that of the
        authors' code.

    References
    ----------
    Pamfil, Sriwattanaworachai, Desai, Pilgerstorfer, Georgatzis, Beaumont and Aragam, AISTATS
    2020, arXiv 2002.00498.
    """

    handles = Handles(instantaneous=True)
    libraries = ("sklearn.linear_model",)

    lambda_w: Annotated[float, Gt(0)] = 0.1
    lambda_a: Annotated[float, Gt(0)] = 0.1
    threshold: Annotated[float, Ge(0)] = 0.0

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return absolute coefficients at lags `0..max_lag` and those above the threshold."""
        n, n_past = series.n_vars, series.n_vars * max_lag
        # With fewer windows than columns some relation is always exact; the penalty copes with it.
        if n_windows(series, max_lag) > n + n_past + 1:
            require_independent(series, max_lag, "DYNOTEARS")
        moments = np.asarray(sum(map(gram, blocks(series.standardized(), max_lag))))
        # Causes in the order of W and A: the present, then the past.
        order = [*range(n_past, n_past + n), *range(n_past)]
        second = moments[1:, 1:][np.ix_(order, order)] / n_windows(series, max_lag)
        penalty = np.full((n + n_past, n), self.lambda_a)
        penalty[:n] = self.lambda_w
        weights = structure(second, penalty)
        lagged = weights[n:].reshape(n, max_lag, n).transpose(0, 2, 1)
        coefficients = np.concatenate([weights[:n, :, None], lagged], axis=2)
        # A variable has no effect on itself at the same time.
        np.fill_diagonal(coefficients[:, :, 0], np.nan)
        scores = np.abs(coefficients)
        return LaggedGraph(
            scores,
            series.names,
            scores > self.threshold,
            edge_statistics={"coefficient": coefficients},
        )
