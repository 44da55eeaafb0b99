"""A convolutional network over time steps, which sees the window and nothing before it."""

from __future__ import annotations

import itertools

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.operations import gelu, norm
from methods.dot.predictors.parts import Head, StepEmbedding, matrix


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


class Convolution(nn.Module):
    """Forecasts every effect at every position with a full window.

    The kernels are as equal as can be such that all layers together see `max_lag` steps.

    Parameters
    ----------
    n_inputs, n_effects
        Number of series given and forecast.
    max_lag
        Steps of the window.
    width, layers
        Channels, and number of layers.
    generator
        Source of the starting weights.
    """

    def __init__(
        self,
        n_inputs: int,
        n_effects: int,
        max_lag: int,
        width: int,
        layers: int,
        generator: Generator,
    ) -> None:
        super().__init__()
        ends = [(max_lag - 1) * k // layers for k in range(layers + 1)]  # steps seen by k layers
        self.embed = StepEmbedding(n_inputs, width, generator)
        self.layers = nn.ModuleList(
            Layer(width, 1 + end - start, generator) for start, end in itertools.pairwise(ends)
        )
        self.head = Head(width, n_effects)

    def forward(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to mean and log deviation, `(B, C - max_lag + 1, n_effects)`."""
        states: Tensor = self.embed(series)
        for layer in self.layers:
            states = layer(states)
        mean, log_sd = self.head(states)
        return mean, log_sd
