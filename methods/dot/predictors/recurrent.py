"""A recurrent network over time steps: long short-term memory.

Source: Hochreiter and Schmidhuber, 1997, doi:10.1162/neco.1997.9.8.1735.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.parts import Shape, Size
from methods.dot.predictors.sequence import SequencePredictor


class Recurrent(SequencePredictor):
    """Forecasts from all earlier steps of a sequence; see `SequencePredictor`.

    There are no relevance rules for the gates, so relevance passes through them by their
    gradients.
    """

    def build(self, shape: Shape, size: Size, generator: Generator) -> nn.Module:
        """Return the layers of memory; biases start at 0."""
        # Made without storage, because its own start is drawn from the global generator.
        memory = nn.LSTM(size.width, size.width, size.layers, batch_first=True, device="meta")
        memory.to_empty(device="cpu")
        for weight in memory.parameters():
            start = torch.randn(weight.shape, generator=generator) / size.width**0.5
            weight.data.copy_(start if weight.ndim == 2 else torch.zeros_like(start))
        return memory

    def states(self, series: Tensor) -> Tensor:
        """Map `(B, C, n_inputs)` to states `(B, C - max_lag + 1, width)`."""
        states: Tensor = self.layers(self.embed(series))[0]
        return states[:, self.max_lag - 1 :]
