"""A decoder-only transformer over time steps: every position of a sequence forecasts the next.

A token is a whole time step with all its variables. That costs a fraction of one token per
lagged value, and a forecast may look back further than `max_lag`. Layers are pre-norm, with
causal attention and GELU. The softmax is explicit, so that every gradient rule applies. Each head
has relative position biases instead of position embeddings.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from methods.dot.predictors.operations import factors, gelu, norm, softmax
from methods.dot.predictors.parts import FourierEmbedding, Shape, Size, matrix
from methods.dot.predictors.sequence import SequencePredictor

_PEAK = 6.0  # starting bias of a head towards its lag: e^6 against 1 for every other step


class Layer(nn.Module):
    """Causal self-attention and a two-layer perceptron, each added to its input.

    Parameters
    ----------
    width, heads
        Size of a token and number of heads, which share it.
    context
        Longest sequence (steps).
    max_lag
        The heads start out on the lags `1..max_lag`, as evenly as their number allows.
    generator
        Source of the starting weights.
    """

    def __init__(
        self, width: int, heads: int, context: int, max_lag: int, generator: Generator
    ) -> None:
        super().__init__()
        self.heads = heads
        self.query_key_value = matrix(generator, width, 3 * width)
        self.merge = matrix(generator, width, width)
        self.up = matrix(generator, width, 2 * width)
        self.up_bias = nn.Parameter(torch.zeros(2 * width))
        self.down = matrix(generator, 2 * width, width)
        self.norm_attention = nn.Parameter(torch.ones(width))
        self.norm_perceptron = nn.Parameter(torch.ones(width))
        steps_back = torch.arange(heads) * max(max_lag, heads) // heads % max_lag
        self.position_bias = nn.Parameter(_PEAK * F.one_hot(steps_back, context).float())

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens `(B, C, width)` to tokens of the same shape."""
        tokens = tokens + self._attend(norm(tokens, self.norm_attention))
        hidden = gelu(norm(tokens, self.norm_perceptron) @ self.up + self.up_bias)
        return tokens + hidden @ self.down

    def _attend(self, hidden: Tensor) -> Tensor:
        batch, steps, width = hidden.shape
        joint = hidden @ self.query_key_value
        query, key, value = joint.view(batch, steps, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key = factors(query, key)
        logits = query @ key.transpose(-1, -2) / math.sqrt(width // self.heads)
        weights, value = factors(softmax(logits + self._causal_bias(steps), dim=-1), value)
        seen: Tensor = (weights @ value).transpose(1, 2).reshape(hidden.shape)
        return seen @ self.merge

    def _causal_bias(self, steps: int) -> Tensor:
        """Return `(heads, steps, steps)`: the bias of `t - s`, minus infinity where `s > t`."""
        padded = F.pad(self.position_bias[:, :steps], (steps - 1, 0), value=-math.inf)
        return padded.unfold(-1, steps, 1).flip(-1)


class Steps(SequencePredictor):
    """Forecasts from the token of the last step; see `SequencePredictor`."""

    embedding = FourierEmbedding

    def build(self, shape: Shape, size: Size, generator: Generator) -> nn.Module:
        """Return the layers."""
        return nn.Sequential(
            *(
                Layer(size.width, size.heads, shape.context, shape.max_lag, generator)
                for _ in range(size.layers)
            )
        )

    def states(self, series: Tensor) -> Tensor:
        """Map `(B, C, n_inputs)` to states `(B, C - max_lag + 1, width)`."""
        tokens: Tensor = self.layers(self.embed(series))
        return tokens[:, self.max_lag - 1 :]
