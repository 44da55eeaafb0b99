"""What may learn what the linear path leaves: one file per predictor, one interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from torch import Generator, Tensor

from methods.dot.predictors.parts import Size
from methods.dot.predictors.steps import Steps
from methods.dot.predictors.values import Values
from methods.dot.screen import candidates
from methods.dot.sequences import Sequences

if TYPE_CHECKING:
    from methods.dot import DOT


class Predictor(Protocol):
    """A `torch.nn.Module` that forecasts mean and log deviation of what is left."""

    def __call__(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to two tensors `(B, C - max_lag + 1, n_effects)`.

        Both are 0 before training, and entry `p` sees the inputs up to `p + max_lag - 1` only.
        """


def build(
    settings: DOT, sequences: Sequences, coefficients: Tensor, generator: Generator
) -> Predictor:
    """Return the predictor that the settings name, on the CPU, with fresh weights.

    Parameters
    ----------
    settings
        `predictor`, `candidates`, `width`, `layers` and `heads` are read.
    sequences
        The data, for their shape and for the candidates.
    coefficients
        The linear path, shape `(n_effects, n_inputs, max_lag)`, lags from `max_lag` down.
    generator
        Source of the starting weights, on the CPU.
    """
    size = Size(settings.width, settings.layers, settings.heads)
    if settings.predictor == "values":
        chosen = candidates(sequences, coefficients, settings.candidates)
        return Values(chosen.cpu(), size, generator)
    inputs, effects = sequences.rows.shape[1], sequences.n_effects
    return Steps(inputs, effects, sequences.max_lag, sequences.context, size, generator)
