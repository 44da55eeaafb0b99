"""A decoder over scalar tokens: one per candidate cause, read by one token per effect.

A token is a single lagged value, as in arXiv 2601.05647, but an effect has tokens for its
candidates only (see `methods.dot.inputs.screening`) and weights of its own, so that effects do
not disturb each other. The token that forecasts attends to the candidates; they do not attend to
each other.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.operations import factors, gelu, norm, softmax
from methods.dot.predictors.parts import N_FEATURES, Size, fourier_features, matrix

_KEY = 4  # size of a query and of a key


class Layer(nn.Module):
    """Attention of the forecasting token to the candidates, then a gated perceptron.

    The perceptron multiplies two linear maps, one through a GELU (GEGLU: Shazeer, 2020, arXiv
    2002.05202). Gradient descent finds a product of two inputs in it as a power iteration finds
    an eigenvector. A plain perceptron learns such a product slowly.

    Parameters
    ----------
    n_effects, n_candidates
        Number of effects, each with that many tokens.
    width, heads
        Size of the forecasting token and number of heads, which share it.
    generator
        Source of the starting weights.
    """

    def __init__(
        self, n_effects: int, n_candidates: int, width: int, heads: int, generator: Generator
    ) -> None:
        super().__init__()
        self.heads = heads
        tokens = n_effects * n_candidates
        self.query = matrix(generator, n_effects, width, heads * _KEY)
        self.key = _of_tokens(generator, tokens, heads * _KEY)
        self.value = _of_tokens(generator, tokens, width)
        self.merge = matrix(generator, n_effects, width, width)
        self.up = matrix(generator, n_effects, width, 4 * width)
        self.up_bias = nn.Parameter(torch.zeros(n_effects, 1, 4 * width))
        self.down = matrix(generator, n_effects, 2 * width, width)

    def forward(self, state: Tensor, tokens: Tensor) -> Tensor:
        """Map the state `(n_effects, B, width)` to one of the same shape.

        `tokens` has shape `(n_effects * n_candidates, B, N_FEATURES + 1)`.
        """
        n, batch, width = state.shape
        query = (norm(state) @ self.query).view(n, 1, batch, self.heads, _KEY)
        key = torch.bmm(tokens, self.key).view(n, -1, batch, self.heads, _KEY)
        value = torch.bmm(tokens, self.value).view(n, -1, batch, self.heads, width // self.heads)
        query, key = factors(query, key)
        weights = softmax((query * key).sum(dim=-1) / math.sqrt(_KEY), dim=1)
        weights, value = factors(weights, value)
        seen = (weights[..., None] * value).sum(dim=1).flatten(2)
        state = state + torch.bmm(seen, self.merge)
        gate, linear = torch.baddbmm(self.up_bias, norm(state), self.up).chunk(2, dim=-1)
        gate, linear = factors(gelu(gate), linear)
        return state + torch.bmm(gate * linear, self.down)


class Values(nn.Module):
    """Forecasts every effect from the values of its candidates; see the module.

    Parameters
    ----------
    candidates
        Shape `(n_effects, n_candidates)`: each is an index into the window, `(lag - 1) *
        n_inputs + input`.
    size
        Size of the decoder.
    generator
        Source of the starting weights.
    """

    candidates: Tensor

    def __init__(self, candidates: Tensor, size: Size, generator: Generator) -> None:
        super().__init__()
        n, k = candidates.shape
        self.register_buffer("candidates", candidates)
        self.start = nn.Parameter(torch.randn(n, 1, size.width, generator=generator))
        self.layers = nn.ModuleList(
            Layer(n, k, size.width, size.heads, generator) for _ in range(size.layers)
        )
        self.head = nn.Parameter(torch.zeros(n, size.width, 2))
        self.head_bias = nn.Parameter(torch.zeros(n, 1, 2))

    def forward(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map windows `(B, max_lag, n_inputs)` to mean and log deviation, `(B, 1, n_effects)`."""
        window = series.flip(1).flatten(1).T[self.candidates]  # (n, K, B)
        mean, log_sd = self._decode(window)
        return mean.T[:, None], log_sd.T[:, None]

    def own(self, copies: Tensor) -> tuple[Tensor, Tensor]:
        """Map one copy of the windows per effect, `(n_effects, B, max_lag, n_inputs)`.

        Entry `j` of both results, `(n_effects, B)`, depends on copy `j` alone.
        """
        window = copies.flip(2).flatten(2).transpose(1, 2)  # (n, inputs, B)
        index = self.candidates[:, :, None].expand(-1, -1, window.shape[2])
        return self._decode(window.gather(1, index))

    def _decode(self, values: Tensor) -> tuple[Tensor, Tensor]:
        n, k, batch = values.shape
        tokens = torch.cat([torch.ones_like(values)[..., None], fourier_features(values)], dim=-1)
        tokens = tokens.view(n * k, batch, 1 + N_FEATURES)
        state = self.start.expand(n, batch, -1)
        for layer in self.layers:
            state = layer(state, tokens)
        both = torch.baddbmm(self.head_bias, norm(state), self.head)
        return both[..., 0], both[..., 1]


def _of_tokens(generator: Generator, tokens: int, size: int) -> nn.Parameter:
    """Return a map of each token's Fourier features and of a constant, its embedding."""
    scale = torch.full((1 + N_FEATURES, 1), 2 / math.sqrt(N_FEATURES))
    scale[0] = 1.0
    return nn.Parameter(torch.randn(tokens, 1 + N_FEATURES, size, generator=generator) * scale)
