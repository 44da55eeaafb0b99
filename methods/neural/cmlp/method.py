"""cMLP: one multilayer perceptron per effect with a penalty that selects causes and lags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt

from methods.common.devices import device_of
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class CMLP(Method):
    """Componentwise MLP with the hierarchical group lasso on the weights of its inputs.

    The network of effect j, one hidden ReLU layer, minimises

        mean_t (x_j(t) - f_j(past))^2 + ridge |V|^2
            + penalty sum_i sum_k |(W_ik, ..., W_iL)|_2,

    with `W_il` the weights from `x_i(t - l)` to the hidden units and `V` those of the output.
    The groups are nested: what sets lag k of a cause to 0 sets all later lags to 0, so that a
    penalty selects causes and, for each, its longest lag; shorter lags of a cause are in.
    Weights are exactly 0 or not, which is the decision.

    The score of a selected edge is `1 + |W_il|_2`. The paper ranks edges by a sweep over
    penalties; here, with one, an edge that is not selected scores how near it is to being so:
    the norm of the gradient of the loss at `W_il = 0` over `penalty * l`, the value above which
    that weight alone would leave 0. This is at most 1 at a minimum, and cut there.

    The nets do not share weights and are trained at once, each with a step of its own: proximal
    gradient with line search (the paper's algorithm 1), started from the step of Barzilai and
    Borwein, until the sum of the objectives falls by less than 1e-5 of itself in 25 steps. That
    takes some hundred steps where a fixed step of 0.05 takes tens of thousands.

    A penalty has a unit. The published ones belong to the authors' demonstration, a VAR(3) of 10
    variables and 1000 steps whose series have a standard deviation of 1/8; here all series are
    scaled to that. The demonstration gets 98 of the 100 entries of its summary graph right, an F1
    of 0.952; for ours on such a system see the profile `home_ground`.

    Departures: scaling and score, as said; the stopping rule; no sweep over penalties and none
    of the paper's other penalties.

    Parameters
    ----------
    hidden
        Hidden units of each network.
    penalty
        Weight of the group lasso; more selects less.
    ridge
        Weight of the squared output weights.
    iterations
        Most steps; each takes all windows.
    device
        Where to train; `auto` takes a GPU if there is one.

    References
    ----------
    Tank, Covert, Foti, Shojaie and Fox, IEEE TPAMI 44, 2022, arXiv 1802.05842. Defaults are those
    of the authors' demonstration. Line search and first step: Gong et al., ICML 2013,
    arXiv 1303.4434.
    """

    handles: ClassVar[Handles] = Handles(nonlinear=True, trained=True)
    libraries = ("torch",)

    hidden: Annotated[int, Ge(1)] = 100
    penalty: Annotated[float, Gt(0)] = 0.002
    ridge: Annotated[float, Ge(0)] = 0.01
    iterations: Annotated[int, Ge(1)] = 50_000
    device: Literal["auto", "cpu", "cuda"] = "auto"

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Train all networks and read the norms and zeros of their input weights."""
        from methods.neural.cmlp.network import train

        norms, nearness = train(
            series,
            max_lag,
            rng,
            hidden=self.hidden,
            penalty=self.penalty,
            ridge=self.ridge,
            iterations=self.iterations,
            device=device_of(self.device),
        )
        selected = norms > 0
        scores = np.where(selected, 1 + norms, np.minimum(nearness, 1))
        return LaggedGraph.from_lags(scores, series.names, adjacency=selected)
