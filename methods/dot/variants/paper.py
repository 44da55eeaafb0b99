"""The method of arXiv 2601.05647 as far as it is known."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from methods.common.libraries import TRAINING
from methods.dot.method import DOT
from methods.dot.options import TrainingOptions
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries

__all__ = ["DOTPaper"]


@dataclass(frozen=True, kw_only=True)
class DOTPaper(TrainingOptions, Method):
    """The source: "Transformer Is Inherently a Causal Learner" (2026), arXiv 2601.05647.

    Known, and done here: tokens are the lagged values of the window, with an embedding of the
    variable and of the lag; a decoder-only transformer forecasts the next step and is trained
    by the squared error; layer-wise relevance propagation from the forecast of each effect,
    averaged over samples, scores its causes; the strongest few of each effect are edges.

    Not known, and chosen here: width, depth and heads (the parameters); pre-norm layers with a
    perceptron four times as wide; where a forecast is read (the token of the effect at lag 1)
    and by what (a linear map per variable); AdamW as in `methods.dot.training`, which keeps the
    checkpoint that is best on held-out steps, and its length; the rule of propagation (AttnLRP,
    see `methods.dot.attribution.relevance`); the mean of the absolute relevance over at most
    256 samples, spread evenly over the series; a factor in [0, 1] on the forecast of each effect
    (`methods.dot.training.after.shrink`), fitted on held-out steps. Where it is 0, all causes of
    the effect score 0, and the first few are taken.

    There is one model, without a linear path, without regimes.

    Parameters
    ----------
    heads
        Attention heads per layer; `width`, the size of a token, is a multiple of them.
    in_degree
        Edges selected per effect; the source's figures have 3.

    The others are those of `methods.dot.options.TrainingOptions`.

    Raises
    ------
    ValueError
        If `width` is not a multiple of `heads`.
    """

    handles = Handles(nonlinear=True, stochastic=True)
    libraries = TRAINING

    width: Annotated[int, Ge(1)] = 64
    layers: Annotated[int, Ge(1)] = 2
    heads: Annotated[int, Ge(1)] = 4
    updates: Annotated[int, Ge(1)] = 1000
    batch_size: Annotated[int, Ge(1)] = 64
    weight_decay: Annotated[float, Ge(0)] = 0.01
    in_degree: Annotated[int, Ge(1)] = 3

    def __post_init__(self) -> None:
        self._dot()

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Train on the whole series and read its graph out; see `Method.discover`.

        Raises
        ------
        DeclinedError
            If the series is too short to hold out 20 steps for validation.
        """
        return self._dot().read(series, max_lag, rng)

    def _dot(self) -> DOT:
        return DOT(
            predictor="scalars",
            members=1,
            input_noise=0.0,
            linear_path=False,
            attribution="lrp",
            readout="top_per_effect",
            **dataclasses.asdict(self),
        )
