"""A recurrent network over time steps: long short-term memory."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.parts import Head, StepEmbedding


class Recurrent(nn.Module):
    """Forecasts every effect at every position with a full window, from all steps before.

    Long short-term memory (Hochreiter and Schmidhuber, 1997, doi:10.1162/neco.1997.9.8.1735) in
    layers, over the same embedding of a step as the transformer over steps has. Relevance rules
    have none for its gates and pass through them by their gradients.

    Parameters
    ----------
    n_inputs, n_effects
        Number of series given and forecast.
    max_lag
        Steps of the window.
    width, layers
        Size of the hidden state, and number of layers.
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
        self.embed = StepEmbedding(n_inputs, width, generator)
        # Without memory at first, because its own start is drawn from the global generator.
        self.memory = nn.LSTM(width, width, layers, batch_first=True, device="meta")
        self.memory.to_empty(device="cpu")
        for weight in self.memory.parameters():
            start = torch.randn(weight.shape, generator=generator) / width**0.5
            weight.data.copy_(start if weight.ndim == 2 else torch.zeros_like(start))
        self.head = Head(width, n_effects)

    def forward(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to mean and log deviation, `(B, C - max_lag + 1, n_effects)`."""
        states, _ = self.memory(self.embed(series))
        mean, log_sd = self.head(states[:, self.max_lag - 1 :])
        return mean, log_sd
