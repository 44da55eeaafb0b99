"""The forecaster: a linear path over the lagged window plus a decoder-only transformer.

Pre-norm layers of causal attention and GELU; explicit softmax, so that any kind of gradient can
be taken; relative position biases per head instead of position embeddings.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

_PEAK = 6.0  # starting bias of a head towards its lag: e^6 against 1 for every other step


_FREQUENCIES = (1.0, 2.0, 3.0, 4.0)  # radians per standard deviation of a variable


def _with_waves(series: Tensor) -> Tensor:
    """Append sines and cosines of every value, weaker the faster they are, to `(B, C, n_vars)`.

    A linear map of them is a smooth function of each variable, which a perceptron of all
    variables finds far more slowly (periodic embeddings: Gorishniy, Rubachev and Babenko, 2022,
    arXiv 2203.05556).
    """
    waves = [wave(f * series) / f for f in _FREQUENCIES for wave in (torch.sin, torch.cos)]
    return torch.cat([series, *waves], dim=-1)


def _matrix(generator: Generator, rows: int, columns: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(rows, columns, generator=generator) / math.sqrt(columns))


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
        self.query_key_value = _matrix(generator, 3 * width, width)
        self.merge = _matrix(generator, width, width)
        self.up = _matrix(generator, 2 * width, width)
        self.up_bias = nn.Parameter(torch.zeros(2 * width))
        self.down = _matrix(generator, width, 2 * width)
        self.norm_attention = nn.Parameter(torch.ones(width))
        self.norm_perceptron = nn.Parameter(torch.ones(width))
        steps_back = torch.arange(heads) * max(max_lag, heads) // heads % max_lag
        self.position_bias = nn.Parameter(_PEAK * F.one_hot(steps_back, context).float())

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens `(B, C, width)` to tokens of the same shape."""
        hidden = F.layer_norm(tokens, tokens.shape[-1:], self.norm_attention)
        tokens = tokens + self._attend(hidden)
        hidden = F.layer_norm(tokens, tokens.shape[-1:], self.norm_perceptron)
        hidden = F.gelu(F.linear(hidden, self.up, self.up_bias), approximate="tanh")
        return tokens + F.linear(hidden, self.down)

    def _attend(self, hidden: Tensor) -> Tensor:
        batch, steps, width = hidden.shape
        joint = F.linear(hidden, self.query_key_value)
        query, key, value = joint.view(batch, steps, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        logits = query @ key.transpose(-1, -2) / math.sqrt(width // self.heads)
        weights = (logits + self._causal_bias(steps)).softmax(dim=-1)
        return F.linear((weights @ value).transpose(1, 2).reshape(hidden.shape), self.merge)

    def _causal_bias(self, steps: int) -> Tensor:
        """Return `(heads, steps, steps)`: the bias of `t - s`, minus infinity where `s > t`."""
        padded = F.pad(self.position_bias[:, :steps], (steps - 1, 0), value=-math.inf)
        return padded.unfold(-1, steps, 1).flip(-1)


class Forecaster(nn.Module):
    r"""Linear path plus transformer, one step ahead.

    :math:`\hat x_{t+1} = A_1 x_t + \dots + A_L x_{t-L+1} + s \odot f(x_t, x_{t-1}, \dots)`,
    where the head of the transformer `f` starts at zero and `s` is 1 until training has ended.

    Parameters
    ----------
    n_vars, max_lag, context
        Number of variables; steps of the linear path; longest sequence (steps).
    width, layers, heads
        Size of the transformer.
    generator
        Source of the starting weights.
    """

    coefficients: Tensor
    scale: Tensor

    def __init__(
        self,
        n_vars: int,
        max_lag: int,
        context: int,
        *,
        width: int,
        layers: int,
        heads: int,
        generator: Generator,
    ) -> None:
        super().__init__()
        self.max_lag = max_lag
        self.embed = _matrix(generator, width, n_vars * (1 + 2 * len(_FREQUENCIES)))
        self.embed_bias = nn.Parameter(torch.randn(width, generator=generator) / 2)
        self.layers = nn.ModuleList(
            Layer(width, heads, context, max_lag, generator) for _ in range(layers)
        )
        self.norm = nn.Parameter(torch.ones(width))
        self.head = nn.Parameter(torch.zeros(n_vars, width))
        self.head_bias = nn.Parameter(torch.zeros(n_vars))
        self.register_buffer("coefficients", torch.zeros(n_vars, n_vars, max_lag))
        self.register_buffer("scale", torch.ones(n_vars))

    def linear(self, series: Tensor) -> Tensor:
        """Forecast by the linear path; shapes as in `forward`."""
        return F.conv1d(series.transpose(1, 2), self.coefficients).transpose(1, 2)

    def transformer(self, series: Tensor) -> Tensor:
        """Forecast by the transformer, unscaled; shapes as in `forward`."""
        tokens = F.linear(_with_waves(series), self.embed, self.embed_bias)
        for layer in self.layers:
            tokens = layer(tokens)
        tokens = F.layer_norm(tokens[:, self.max_lag - 1 :], tokens.shape[-1:], self.norm)
        return F.linear(tokens, self.head, self.head_bias)

    def forward(self, series: Tensor) -> Tensor:
        """Forecast the next step at every position with a full window.

        `series` has shape `(B, C, n_vars)`; the result `(B, C - max_lag + 1, n_vars)`, where
        entry `p` forecasts the step after input `p + max_lag - 1` and sees nothing later.
        """
        return self.linear(series) + self.scale * self.transformer(series)
