"""Parts that predictors share: sizes, starting weights, Fourier features, embedding and head."""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol, Self

import torch
from torch import Generator, Tensor, nn

from methods.dot.inputs.sequences import Sequences
from methods.dot.predictors.operations import entering, norm

N_FEATURES = 9
"""Number of features that `fourier_features` makes of one value."""


class Predictor(Protocol):
    """A `torch.nn.Module` that forecasts what the linear path leaves, mean and log deviation."""

    def __call__(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to two tensors `(B, C - max_lag + 1, n_effects)`.

        Both are 0 before training. Entry `p` sees the inputs up to `p + max_lag - 1` only.
        """


class Shape(NamedTuple):
    """Shape of the data.

    Parameters
    ----------
    n_inputs, n_effects
        Number of series given and forecast.
    max_lag, context
        Steps of the window and of the longest sequence.
    """

    n_inputs: int
    n_effects: int
    max_lag: int
    context: int

    @classmethod
    def of(cls, sequences: Sequences) -> Self:
        """Return the shape of some sequences."""
        return cls(sequences.n_inputs, sequences.n_effects, sequences.max_lag, sequences.context)


class Size(NamedTuple):
    """Size of a predictor.

    Parameters
    ----------
    width
        Size of a token or a hidden state.
    layers
        Number of layers.
    heads
        Attention heads per layer, for the predictors that have attention.
    """

    width: int
    layers: int
    heads: int = 1


def matrix(generator: Generator, *shape: int) -> nn.Parameter:
    """Return weights whose columns, along the last axis but one, have expected squared norm 1."""
    return nn.Parameter(torch.randn(*shape, generator=generator) / math.sqrt(shape[-2]))


def fourier_features(values: Tensor) -> Tensor:
    r"""Return each value `x` and its Fourier features along a new last axis of length 9.

    The features are :math:`\sin(f x) / f` and :math:`\cos(f x) / f` for `f = 1, 2, 3, 4` radians
    per standard deviation. A linear map of them is a smooth function of `x`, which a perceptron
    over all values learns far more slowly (periodic embeddings: Gorishniy, Rubachev and Babenko,
    2022, arXiv 2203.05556).
    """
    sin, cos = torch.sin(values), torch.cos(values)
    # The addition theorems take a third of the time.
    sin2, cos2 = 2 * sin * cos, 1 - 2 * sin * sin
    sin3, cos3 = sin2 * cos + cos2 * sin, cos2 * cos - sin2 * sin
    sin4, cos4 = 2 * sin2 * cos2, 1 - 2 * sin2 * sin2
    parts = [values, sin, cos, sin2 / 2, cos2 / 2, sin3 / 3, cos3 / 3, sin4 / 4, cos4 / 4]
    return entering(values, torch.stack(parts, dim=-1))


class LinearEmbedding(nn.Module):
    """One token per time step: a linear map of all its values.

    Parameters
    ----------
    n_inputs, width
        Number of values per step, and size of a token.
    generator
        Source of the starting weights.
    """

    def __init__(self, n_inputs: int, width: int, generator: Generator) -> None:
        super().__init__()
        self.weight = matrix(generator, n_inputs * self.n_features, width)
        self.bias = nn.Parameter(torch.randn(width, generator=generator) / 2)

    n_features = 1
    """Number of features that are made of one value."""

    def features(self, series: Tensor) -> Tensor:
        """Return the features of each value along a new last axis."""
        return entering(series, series[..., None])

    def forward(self, series: Tensor) -> Tensor:
        """Map `(B, C, n_inputs)` to tokens `(B, C, width)`."""
        return self.features(series).flatten(2) @ self.weight + self.bias


class FourierEmbedding(LinearEmbedding):
    """One token per time step: a linear map of the Fourier features of all its values."""

    n_features = N_FEATURES

    def features(self, series: Tensor) -> Tensor:
        """Return `fourier_features`."""
        return fourier_features(series)


class Head(nn.Module):
    """Reads a mean and a log standard deviation per effect; both are 0 before training."""

    def __init__(self, width: int, n_effects: int) -> None:
        super().__init__()
        self.norm = nn.Parameter(torch.ones(width))
        self.weight = nn.Parameter(torch.zeros(width, 2 * n_effects))
        self.bias = nn.Parameter(torch.zeros(2 * n_effects))

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Map tokens `(..., width)` to two tensors `(..., n_effects)`."""
        mean, log_sd = (norm(tokens, self.norm) @ self.weight + self.bias).chunk(2, dim=-1)
        return mean, log_sd
