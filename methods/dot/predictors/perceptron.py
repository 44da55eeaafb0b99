"""A multilayer perceptron over the window, which knows no order of its lagged values."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.operations import gelu, norm
from methods.dot.predictors.parts import Shape, Size, matrix
from methods.dot.predictors.sequence import SequencePredictor


class Layer(nn.Module):
    """A two-layer perceptron added to its input.

    Parameters
    ----------
    width
        Size of the state; twice as many units inside.
    generator
        Source of the starting weights.
    """

    def __init__(self, width: int, generator: Generator) -> None:
        super().__init__()
        self.norm = nn.Parameter(torch.ones(width))
        self.up = matrix(generator, width, 2 * width)
        self.up_bias = nn.Parameter(torch.zeros(2 * width))
        self.down = matrix(generator, 2 * width, width)

    def forward(self, state: Tensor) -> Tensor:
        """Map `(..., width)` to the same shape."""
        hidden = gelu(norm(state, self.norm) @ self.up + self.up_bias)
        return state + hidden @ self.down


class Perceptron(SequencePredictor):
    """Forecasts from a window embedded as one token; see `SequencePredictor`."""

    def __init__(self, shape: Shape, size: Size, generator: Generator) -> None:
        super().__init__(shape, size, generator, steps_per_token=shape.max_lag)

    def build(self, shape: Shape, size: Size, generator: Generator) -> nn.Module:
        """Return the layers."""
        return nn.Sequential(*(Layer(size.width, generator) for _ in range(size.layers)))

    def states(self, series: Tensor) -> Tensor:
        """Map `(B, C, n_inputs)` to states `(B, C - max_lag + 1, width)`."""
        windows = series.unfold(1, self.max_lag, 1).flatten(2)
        states: Tensor = self.layers(self.embed(windows))
        return states
