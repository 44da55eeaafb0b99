"""NTS-NOTEARS: convolutions over the window, with an acyclicity constraint at lag 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from methods.neural.nts_notears.options import Options
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class NTSNOTEARS(Options, Method):
    """Nonparametric DAG learning over lags `0..max_lag` by continuous optimisation.

    The network of effect j takes the standardised window through `filters` filters,

        f_j = c_j + sum_m v_jm sigmoid(b_jm + sum_il w_ijlm x_i(t - l)).

    All networks together minimise

        1/2 sum_j mean_t (x_j(t) - f_j)^2 + l1 |w|_1 + l2 / 2 (|w|^2 + |v|^2)

    subject to `h = tr exp(A) - n = 0` with `A_ij = sum_m w_ij0m^2`: no cycle at lag 0. An
    augmented Lagrangian meets the constraint. Each of its problems is solved by L-BFGS-B in 64
    bits with `w` split into its positive and negative part. The score of an edge is `|w_ijl|_2`
    over the filters. An edge is selected if its score is at least `threshold`.

    For its accuracy see the profile `home_ground`.

    Departures from the authors' code:

    - Training ends at `h <= 1e-8`, the default of their function. Their demonstration runs on
      until the weight of the constraint is 1e16.
    - There is no prior knowledge.
    - Without `instantaneous`, which they always have, there is no constraint.
    - The networks of all effects are one matrix product.

    The parameters are those of `Options`.

    References
    ----------
    Sun, Schulte, Liu and Poupart, AISTATS 2023, PMLR 206, arXiv 2109.04286. Defaults are those of
    the authors' demonstration.
    """

    libraries = ("torch", "scipy.optimize")

    @property
    def handles(self) -> Handles:
        """Lag 0 is scored if it is in the model."""
        return Handles(instantaneous=self.instantaneous, nonlinear=True, stochastic=True)

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Solve the problem and read the norms of the filters."""
        from methods.neural.nts_notears.network import train

        norms = train(series, max_lag, rng, self)
        if not self.instantaneous:
            return LaggedGraph.from_lags(norms, series.names, adjacency=norms >= self.threshold)
        selected = norms >= self.threshold
        np.fill_diagonal(norms[:, :, 0], np.nan)
        return LaggedGraph(norms, series.names, selected)
