"""A convolutional network over time steps, which sees the window and nothing before it."""

from __future__ import annotations

import itertools

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.operations import gelu, norm
from methods.dot.predictors.parts import Shape, Size, matrix
from methods.dot.predictors.sequence import SequencePredictor


class Layer(nn.Module):
    """A causal convolution, GELU and a linear map, added to the last step that was convolved.

    Parameters
    ----------
    width
        Channels; twice as many inside.
    kernel
        Steps that one output sees: its own and those before it.
    generator
        Source of the starting weights.
    """

    def __init__(self, width: int, kernel: int, generator: Generator) -> None:
        super().__init__()
        self.kernel = kernel
        self.norm = nn.Parameter(torch.ones(width))
        self.up = matrix(generator, kernel * width, 2 * width)
        self.up_bias = nn.Parameter(torch.zeros(2 * width))
        self.down = matrix(generator, 2 * width, width)

    def forward(self, states: Tensor) -> Tensor:
        """Map `(B, T, width)` to `(B, T - kernel + 1, width)`."""
        seen = norm(states, self.norm).unfold(1, self.kernel, 1).flatten(2)
        return states[:, self.kernel - 1 :] + gelu(seen @ self.up + self.up_bias) @ self.down


class Convolution(SequencePredictor):
    """Forecasts from the last state of convolutions; see `SequencePredictor`.

    All layers together see `max_lag` steps, and their kernels are as equal as that allows.
    """

    def build(self, shape: Shape, size: Size, generator: Generator) -> nn.Module:
        """Return the layers; layer `k` ends at the steps that `k + 1` layers see."""
        ends = [(shape.max_lag - 1) * k // size.layers for k in range(size.layers + 1)]
        kernels = [1 + end - start for start, end in itertools.pairwise(ends)]
        return nn.Sequential(*(Layer(size.width, kernel, generator) for kernel in kernels))

    def states(self, series: Tensor) -> Tensor:
        """Map `(B, C, n_inputs)` to states `(B, C - max_lag + 1, width)`."""
        states: Tensor = self.layers(self.embed(series))
        return states
