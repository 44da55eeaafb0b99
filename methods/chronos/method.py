"""Chronos: a lagged graph read out of a pretrained forecaster by its gradients.

The forecaster is Chronos-2. All variables of a window are given as one group, so that the forecast
of one can use the past of all. The score of an edge is the mean absolute gradient, over windows,
of the median forecast of the effect one step ahead with respect to the lagged input. The model
reads patches of several steps (16 in the published weights). The gradient within a patch still
tells its steps apart.

The variants of the source are `adaptation` none or norm, each without and with `node_embeddings`.
The source leaves some choices open. These are ours:

- the context;
- the size of random node embeddings;
- the training;
- gradients instead of layer-wise relevance propagation, whose rules do not cover this model.

One file per step: `windows`, `forecaster`, `adaptation`, `attribution`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

import numpy as np

from methods.chronos.options import Options
from methods.common.libraries import TRAINING
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries

__all__ = ["Chronos"]


@dataclass(frozen=True, kw_only=True)
class Chronos(Options, Method):
    """Pretrained Chronos-2, zero-shot or with its normalisation trained, read by gradients.

    Needs the extra `chronos` and weights on this machine; it downloads nothing. The published
    weights (120 million parameters) are made for a GPU.

    The parameters are those of `Options`.

    References
    ----------
    Gradients, and adaptation of the normalisation alone: "Transformer Is Inherently a Causal
    Learner" (2026), arXiv 2601.05647. Forecaster: Ansari et al. 2025, "Chronos-2: From Univariate
    to Universal Forecasting", arXiv 2510.15821.
    """

    handles: ClassVar[Handles] = Handles(nonlinear=True, stochastic=True)
    # A runner imports these first, so an absent optional package must not be among them.
    libraries = (*TRAINING, "chronos") if find_spec("chronos") else TRAINING

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Load the checkpoint, adapt it and read the graph out; see `Method.discover`.

        The forecast error is that of the last fifth of the windows, on which nothing is trained.

        Raises
        ------
        UnavailableError
            If the package or the weights are not on this machine.
        DeclinedError
            If the checkpoint sees less than `max_lag` steps, or if a variable is constant in each
            window that is read.
        ValueError
            If `checkpoint` holds another model.
        """
        import torch

        from methods.chronos.adaptation import adapt
        from methods.chronos.attribution import attribute, forecast_error
        from methods.chronos.forecaster import Forecaster, load
        from methods.chronos.windows import Windows
        from methods.common.devices import device_of
        from methods.dot.readout import top_per_effect

        device = device_of(self.device)
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        nodes = generator if self.node_embeddings else None
        forecaster = Forecaster(load(self.checkpoint), series.n_vars, nodes).to(device)
        segments = series.standardized().segments
        windows = Windows.cut(segments, max_lag, self.context, forecaster.longest_context, device)
        if self.adaptation == "norm":
            adapt(forecaster, windows, self, generator)
        scores = attribute(forecaster, windows, max_lag)
        return LaggedGraph.from_lags(
            scores,
            series.names,
            adjacency=top_per_effect(scores, self.in_degree),
            forecast_error=forecast_error(forecaster, windows),
        )
