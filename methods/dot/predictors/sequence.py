"""The base of the predictors over time steps: embedding, layers, head."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from torch import Generator, Tensor, nn

from methods.dot.predictors.parts import Head, LinearEmbedding, Shape, Size


class SequencePredictor(nn.Module):
    """Forecasts every effect at every position with a full window.

    A subclass says which layers there are, and how they map the series to states.

    Parameters
    ----------
    shape
        Shape of the data.
    size
        Size of the network.
    generator
        Source of the starting weights.
    steps_per_token
        Steps that are embedded together as one token.
    """

    embedding: ClassVar[type[LinearEmbedding]] = LinearEmbedding
    """How values become tokens."""

    def __init__(
        self, shape: Shape, size: Size, generator: Generator, steps_per_token: int = 1
    ) -> None:
        super().__init__()
        self.max_lag = shape.max_lag
        self.embed = self.embedding(shape.n_inputs * steps_per_token, size.width, generator)
        self.layers = self.build(shape, size, generator)
        self.head = Head(size.width, shape.n_effects)

    @abstractmethod
    def build(self, shape: Shape, size: Size, generator: Generator) -> nn.Module:
        """Return the layers between embedding and head, with fresh weights."""

    @abstractmethod
    def states(self, series: Tensor) -> Tensor:
        """Map `(B, C, n_inputs)` to states `(B, C - max_lag + 1, width)`.

        State `p` sees the inputs up to `p + max_lag - 1` only.
        """

    def forward(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to mean and log deviation, `(B, C - max_lag + 1, n_effects)`."""
        mean, log_sd = self.head(self.states(series))
        return mean, log_sd
