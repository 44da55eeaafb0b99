"""A multilayer perceptron over the window: all lagged values at once, without any order."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.operations import gelu, norm
from methods.dot.predictors.parts import Head, StepEmbedding, matrix


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


class Perceptron(nn.Module):
    """Forecasts every effect at every position with a full window, from that window.

    Parameters
    ----------
    n_inputs, n_effects
        Number of series given and forecast.
    max_lag
        Steps of the window.
    width, layers
        Size of the state, and number of layers.
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
        self.max_lag = max_lag
        self.embed = StepEmbedding(n_inputs * max_lag, width, generator)
        self.layers = nn.ModuleList(Layer(width, generator) for _ in range(layers))
        self.head = Head(width, n_effects)

    def forward(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to mean and log deviation, `(B, C - max_lag + 1, n_effects)`."""
        state: Tensor = self.embed(series.unfold(1, self.max_lag, 1).flatten(2))
        for layer in self.layers:
            state = layer(state)
        mean, log_sd = self.head(state)
        return mean, log_sd
