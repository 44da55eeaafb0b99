"""DOT: a lagged graph read out of a decoder-only transformer by its gradients.

Source: "Transformer Is Inherently a Causal Learner" (2026), arXiv 2601.05647. A transformer is
trained to forecast every variable one step ahead from the past alone; how strongly the forecast
of an effect depends on one lagged input, averaged over samples, is the score of that edge.

Where we depart from the source:

- tokens are time steps (all variables embedded at once, with sines and cosines of each value)
  instead of single lagged values, and every position of a sequence forecasts its next step,
  which costs a fraction per sample;
- attention heads start out sharp, each on one lag of `1..max_lag`, and may look back further;
- a linear path over the `max_lag` window carries the least-squares forecast, and the
  transformer learns what is left, so that small linear data lose nothing;
- edges are scored by absolute gradients or gradient energy instead of layer-wise relevance
  propagation, in units of the standard deviation of each input given all others;
- two models are trained, and the energy on which they agree is scored.

The row-wise decision (the three strongest per effect) is the paper's. One file per step:
`sequences`, `linear_path`, `model`, `training`, `attribution`, `readout`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from methods.base import Handles, Method
from methods.graph import LaggedGraph
from methods.series import TimeSeries

__all__ = ["DOT"]


@dataclass(frozen=True, kw_only=True)
class DOT(Method):
    """Decoder-only transformer with gradient read-out (arXiv 2601.05647).

    Parameters
    ----------
    members
        Models trained one after the other, each from its own start and with its own held-out
        steps; an edge has to be seen by more than one.
    width
        Size of a token, a multiple of `heads`.
    layers
        Number of transformer layers.
    heads
        Attention heads per layer.
    context
        Longest past that a forecast sees (steps); raised to `2 * max_lag` where that is longer.
    updates
        Most optimiser steps; training ends earlier once validation stops improving.
    batch_size
        Sequences per update, each of `context` steps.
    learning_rate
        Peak learning rate of AdamW, reached after 20 updates and annealed by a cosine.
    weight_decay
        Decay of the weight matrices, in AdamW's decoupled form.
    input_noise
        Noise added to what the transformer sees in training (standard deviations of a variable).
    linear_path
        Forecast by least squares and let the transformer learn the rest.
    attribution
        `gradient`: mean absolute gradient; `gradient_energy`: root of the mean squared gradient
        on which the members agree, negative where they disagree. See `attribute`.
    in_degree
        Edges that the decision keeps per effect.
    device
        Where to train; `auto` takes a GPU if there is one.
    """

    handles: ClassVar[Handles] = Handles(segments=True, nonlinear=True, trained=True)
    libraries = ("torch",)

    members: Annotated[int, Ge(1)] = 2
    width: Annotated[int, Ge(1)] = 64
    layers: Annotated[int, Ge(1)] = 2
    heads: Annotated[int, Ge(1)] = 8
    context: Annotated[int, Ge(2)] = 32
    updates: Annotated[int, Ge(1)] = 600
    batch_size: Annotated[int, Ge(1)] = 16
    learning_rate: Annotated[float, Gt(0), Lt(1)] = 2e-3
    weight_decay: Annotated[float, Ge(0)] = 0.05
    input_noise: Annotated[float, Ge(0)] = 0.3
    linear_path: bool = True
    attribution: Literal["gradient", "gradient_energy"] = "gradient_energy"
    in_degree: Annotated[int, Ge(1)] = 3
    device: Literal["auto", "cpu", "cuda"] = "auto"

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Train on the series and read the graph out; see `Method.discover`.

        Series too short to hold out 20 steps for validation are scored by the linear path alone,
        without a forecast error.

        Raises
        ------
        DeclinedError
            If such a short series meets `linear_path=False`.
        ValueError
            If `width` is not a multiple of `heads`.
        """
        import torch

        from methods.dot.attribution import attribute
        from methods.dot.readout import in_units_of_free_variation, top_per_effect
        from methods.dot.sequences import Sequences
        from methods.dot.training import fit

        if self.width % self.heads:
            raise ValueError(
                f"width: expected a multiple of heads = {self.heads}, found {self.width}; "
                "choose both so that each head gets a whole share"
            )
        gpu = self.device == "cuda" or (self.device == "auto" and torch.cuda.is_available())
        segments = series.standardized().segments
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        members = []
        for member in range(self.members):
            sequences = Sequences.cut(
                segments,
                max_lag,
                self.context,
                "cuda" if gpu else "cpu",
                shift=member / self.members,
            )
            members.append(fit(sequences, self, generator))
        strength = attribute([m.model for m in members], sequences, self.attribution)
        scores = in_units_of_free_variation(strength, members[0].free_variation)
        errors = [m.forecast_error for m in members if m.forecast_error is not None]
        return LaggedGraph.from_lags(
            scores,
            series.names,
            adjacency=top_per_effect(scores, self.in_degree),
            forecast_error=float(np.mean(errors)) if errors else None,
        )
