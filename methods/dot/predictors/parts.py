"""What predictors share: starting weights, waves of a value, the two heads."""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.operations import entering, norm

N_WAVES = 9
"""Numbers that `waves` makes of one value."""


def matrix(generator: Generator, *shape: int) -> nn.Parameter:
    """Return weights whose columns, along the last axis but one, have expected squared norm 1."""
    return nn.Parameter(torch.randn(*shape, generator=generator) / math.sqrt(shape[-2]))


def waves(values: Tensor) -> Tensor:
    r"""Append a last axis with each value `x` and its waves.

    They are :math:`\sin(f x) / f` and :math:`\cos(f x) / f` for `f = 1, 2, 3, 4` radians per
    standard deviation. A linear map of them is a smooth function of `x`, which a perceptron of
    all values finds far more slowly (periodic embeddings: Gorishniy, Rubachev and Babenko, 2022,
    arXiv 2203.05556).
    """
    sin, cos = torch.sin(values), torch.cos(values)
    sin2, cos2 = 2 * sin * cos, 1 - 2 * sin * sin  # by addition theorems: a third of the cost
    sin3, cos3 = sin2 * cos + cos2 * sin, cos2 * cos - sin2 * sin
    sin4, cos4 = 2 * sin2 * cos2, 1 - 2 * sin2 * sin2
    parts = [values, sin, cos, sin2 / 2, cos2 / 2, sin3 / 3, cos3 / 3, sin4 / 4, cos4 / 4]
    return entering(values, torch.stack(parts, dim=-1))


class Predictor(Protocol):
    """A `torch.nn.Module` that forecasts what the linear path leaves, mean and log deviation."""

    def __call__(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to two tensors `(B, C - max_lag + 1, n_effects)`.

        Both are 0 before training. Entry `p` sees the inputs up to `p + max_lag - 1` only.
        """


class Size(NamedTuple):
    """Size of a predictor: of a token, in layers, and in attention heads per layer."""

    width: int
    layers: int
    heads: int


class StepEmbedding(nn.Module):
    """One token per time step: a linear map of the waves of all its values.

    Parameters
    ----------
    n_inputs, width
        Number of series, and size of a token.
    generator
        Source of the starting weights.
    """

    def __init__(self, n_inputs: int, width: int, generator: Generator) -> None:
        super().__init__()
        self.weight = matrix(generator, n_inputs * N_WAVES, width)
        self.bias = nn.Parameter(torch.randn(width, generator=generator) / 2)

    def forward(self, series: Tensor) -> Tensor:
        """Map `(B, C, n_inputs)` to tokens `(B, C, width)`."""
        return waves(series).flatten(2) @ self.weight + self.bias


class Head(nn.Module):
    """A mean and a log standard deviation for each of `n_effects`, both 0 before training."""

    def __init__(self, width: int, n_effects: int) -> None:
        super().__init__()
        self.norm = nn.Parameter(torch.ones(width))
        self.weight = nn.Parameter(torch.zeros(width, 2 * n_effects))
        self.bias = nn.Parameter(torch.zeros(2 * n_effects))

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Map tokens `(..., width)` to two tensors `(..., n_effects)`."""
        mean, log_sd = (norm(tokens, self.norm) @ self.weight + self.bias).chunk(2, dim=-1)
        return mean, log_sd
