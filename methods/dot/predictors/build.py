"""What may learn what the linear path leaves: one file per predictor, one interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from torch import Generator, Tensor

from methods.dot.inputs.linear_path import LinearPath
from methods.dot.inputs.screening import candidates
from methods.dot.inputs.sequences import Sequences
from methods.dot.predictors.parts import Size
from methods.dot.predictors.scalars import Scalars
from methods.dot.predictors.steps import Steps
from methods.dot.predictors.values import Values

if TYPE_CHECKING:
    from methods.dot.method import DOT


class Predictor(Protocol):
    """A `torch.nn.Module` that forecasts mean and log deviation of what is left."""

    def __call__(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to two tensors `(B, C - max_lag + 1, n_effects)`.

        Both are 0 before training, and entry `p` sees the inputs up to `p + max_lag - 1` only.
        """


def decoder(
    settings: DOT, sequences: Sequences, path: LinearPath, generator: Generator
) -> Predictor:
    """Return the transformer that the settings name; see `Forecasting.build`."""
    size = Size(settings.width, settings.layers, settings.heads)
    if settings.predictor == "values":
        chosen = candidates(sequences, path, settings.candidates)
        return Values(chosen.cpu(), size, generator)
    inputs, effects = sequences.rows.shape[1], sequences.n_effects
    if settings.predictor == "scalars":
        return Scalars(inputs, effects, sequences.max_lag, size, generator)
    return Steps(inputs, effects, sequences.max_lag, sequences.context, size, generator)
