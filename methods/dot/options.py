"""The parameters that methods with a trained forecaster share, and nothing that uses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt

from methods.types.parameters import Parameters

Kind = Literal[
    "gradient",
    "gradient_energy",
    "score_energy",
    "gradient_x_input",
    "integrated_gradients",
    "lrp",
    "lrp_cp",
    "attention",
    "attention_rollout",
    "intervention",
]
"""Names of the attribution rules; see `methods.dot.attribution.rules`."""


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(Parameters):
    """Size of the predictor, and how it is trained.

    Parameters
    ----------
    width
        Size of a hidden state of the predictor.
    layers
        Number of its layers.
    updates
        Most optimiser steps; training ends earlier once validation stops improving.
    batch_size
        Steps forecast per update.
    learning_rate
        Peak learning rate of AdamW, reached after 20 updates and annealed by a cosine.
    weight_decay
        Decay of the weight matrices, in AdamW's decoupled form.
    device
        Where to train; `auto` takes a GPU if there is one.
    """

    width: Annotated[int, Ge(1)] = 32
    layers: Annotated[int, Ge(1)] = 1
    updates: Annotated[int, Ge(1)] = 600
    batch_size: Annotated[int, Ge(1)] = 256
    learning_rate: Annotated[float, Gt(0), Lt(1)] = 3e-3
    weight_decay: Annotated[float, Ge(0)] = 0.05
    device: Literal["auto", "cpu", "cuda"] = "auto"


@dataclass(frozen=True, kw_only=True)
class Options(TrainingOptions):
    """All parameters of the pipeline; those of `TrainingOptions` are among them.

    Parameters
    ----------
    members
        Ensemble size: the number of models. They are trained one after the other, each from its
        own start and with its own held-out steps. With more than one, an edge has to be seen by
        several.
    input_noise
        Standard deviation of the noise added to the predictor's inputs in training, in standard
        deviations of a variable.
    linear_path
        Forecast by least squares, and let the predictor learn the rest.
    attribution
        The rule that reads the models; see `methods.dot.attribution.rules`.
    readout
        The decision: `automatic` at `false_discovery_rate`, `top_per_effect` (`in_degree` edges
        each, as in the source), `top_overall` (`edges` edges) or `threshold`.
    false_discovery_rate
        Share of selected edges that may be false, for `automatic`.
    in_degree, edges, threshold
        For the read-out of that name.
    find_regimes
        Look for regimes in a series without labels; see `methods.regimes.find`.
    instantaneous
        Score links at lag 0 too, from what the forecasts leave; see `methods.dot.instantaneous`.
        Links at other lags are then those of the forecast, which passes through links at lag 0.
    """

    members: Annotated[int, Ge(1)] = 2
    input_noise: Annotated[float, Ge(0)] = 0.2
    linear_path: bool = True
    attribution: Kind = "score_energy"
    readout: Literal["automatic", "top_per_effect", "top_overall", "threshold"] = "automatic"
    false_discovery_rate: Annotated[float, Gt(0), Lt(1)] = 0.1
    in_degree: Annotated[int, Ge(1)] = 3
    edges: Annotated[int, Ge(1)] = 30
    threshold: Annotated[float, Ge(0)] = 0.1
    find_regimes: bool = True
    instantaneous: bool = False
