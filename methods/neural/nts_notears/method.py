"""NTS-NOTEARS: convolutions over the window, with an acyclicity constraint at lag 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt

from methods.common.devices import device_of
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class NTSNOTEARS(Method):
    """Nonparametric DAG learning over lags `0..max_lag` by continuous optimisation.

    The network of effect j sees the standardised window through `filters` filters,

        f_j = c_j + sum_m v_jm sigmoid(b_jm + sum_il w_ijlm x_i(t - l)),

    and all networks together minimise

        1/2 sum_j mean_t (x_j(t) - f_j)^2 + l1 |w|_1 + l2 / 2 (|w|^2 + |v|^2)

    subject to `h = tr exp(A) - n = 0`, `A_ij = sum_m w_ij0m^2`: no cycle at lag 0. The constraint
    is met by an augmented Lagrangian, each problem solved by L-BFGS-B in 64 bits with `w` split
    into its positive and negative part. The score of an edge is `|w_ijl|_2` over the filters; it
    is selected from `threshold` on.

    For its accuracy see the profile `home_ground`.

    Departures: training ends where `h <= 1e-8`, the default of the authors' function, while their
    demonstration runs on until the weight of the constraint is 1e16; no prior knowledge; without
    `instantaneous`, which they always have, the constraint falls away. The networks of all effects
    are one matrix product.

    Parameters
    ----------
    filters
        Filters of each network.
    l1
        Weight of the absolute filter weights.
    l2
        Weight of the squared weights.
    threshold
        Smallest score of a selected edge.
    instantaneous
        Whether lag 0 is in the model; without it, only lags from 1 on are scored.
    device
        Where to compute the objective; `auto` takes a GPU if there is one.

    References
    ----------
    Sun, Schulte, Liu and Poupart, AISTATS 2023, PMLR 206, arXiv 2109.04286. Defaults are those of
    the authors' demonstration.
    """

    libraries = ("torch", "scipy.optimize")

    filters: Annotated[int, Ge(1)] = 10
    l1: Annotated[float, Ge(0)] = 0.005
    l2: Annotated[float, Ge(0)] = 0.01
    threshold: Annotated[float, Gt(0)] = 0.3
    instantaneous: bool = True
    device: Literal["auto", "cpu", "cuda"] = "auto"

    @property
    def handles(self) -> Handles:
        """Lag 0 is scored where it is in the model."""
        return Handles(instantaneous=self.instantaneous, nonlinear=True, trained=True)

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Solve the problem and read the norms of the filters."""
        from methods.neural.nts_notears.network import train

        norms = train(
            series,
            max_lag,
            rng,
            filters=self.filters,
            l1=self.l1,
            l2=self.l2,
            instantaneous=self.instantaneous,
            device=device_of(self.device),
        )
        if not self.instantaneous:
            return LaggedGraph.from_lags(norms, series.names, adjacency=norms >= self.threshold)
        selected = norms >= self.threshold
        np.fill_diagonal(norms[:, :, 0], np.nan)
        return LaggedGraph(norms, series.names, selected)
