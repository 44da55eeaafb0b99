r"""A decoder-only transformer over all lagged values, one token each, as in arXiv 2601.05647.

The token of variable `i` at place `p` of a sequence is :math:`x_{i,p}\, w + a_i + b_p`. Tokens of
one step see each other and the past, never the future. The forecast of the next step of variable
`i` is read at its token, at every place with a full window of `max_lag` steps: one forecast where
the sequence is as long as the window, several where it is longer. Time is quadratic in the tokens
of a sequence.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.operations import attend, entering, gelu, norm, recording
from methods.dot.predictors.parts import Shape, Size, matrix

_WEIGHTS = 2**22  # most attention weights of a layer at once: what a cache holds


class Layer(nn.Module):
    """Self-attention and a two-layer perceptron, pre-norm, each added to its input.

    Parameters
    ----------
    width, heads
        Size of a token and number of heads, which share it.
    generator
        Source of the starting weights.
    """

    def __init__(self, width: int, heads: int, generator: Generator) -> None:
        super().__init__()
        self.heads = heads
        self.query = matrix(generator, width, width)
        self.key = matrix(generator, width, width)
        self.value = matrix(generator, width, width)
        self.merge = matrix(generator, width, width)
        self.up = matrix(generator, width, 4 * width)
        self.up_bias = nn.Parameter(torch.zeros(4 * width))
        self.down = matrix(generator, 4 * width, width)
        self.norm_attention = nn.Parameter(torch.ones(width))
        self.norm_perceptron = nn.Parameter(torch.ones(width))

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Map tokens `(B, N, width)` to the last `K` of them, `(B, K, width)`.

        `mask`, shape `(K, N)`, is 0 where a token sees another and minus infinity elsewhere.
        """
        seen = self._attend(norm(tokens, self.norm_attention), mask)
        tokens = tokens[:, -len(mask) :] + seen
        hidden = gelu(norm(tokens, self.norm_perceptron) @ self.up + self.up_bias)
        return tokens + hidden @ self.down

    def _attend(self, hidden: Tensor, mask: Tensor) -> Tensor:
        query = self._by_head(hidden[:, -len(mask) :] @ self.query)
        key, value = (self._by_head(hidden @ by) for by in (self.key, self.value))
        seen: Tensor = attend(query, key, value, mask).transpose(1, 2).flatten(2)
        return seen @ self.merge

    def _by_head(self, tokens: Tensor) -> Tensor:
        return tokens.view(*tokens.shape[:2], self.heads, -1).transpose(1, 2)


class Scalars(nn.Module):
    """Forecasts the mean of every effect from all values of the window; see the module.

    The log deviation stays 0, so that the loss is the squared error. Tokens are in the order of
    the sequence: the farthest step first, its inputs in order.

    Parameters
    ----------
    shape
        Shape of the data.
    size
        Size of the transformer.
    generator
        Source of the starting weights.
    """

    mask: Tensor

    def __init__(self, shape: Shape, size: Size, generator: Generator) -> None:
        super().__init__()
        n_inputs, n_effects, max_lag, context = shape
        self.n_effects = n_effects
        self.heads = size.heads
        self.tokens = n_inputs * context
        self.max_lag = max_lag
        self.embed = nn.Parameter(torch.randn(size.width, generator=generator))
        self.variable = nn.Parameter(torch.randn(n_inputs, size.width, generator=generator))
        self.place = nn.Parameter(torch.randn(context, 1, size.width, generator=generator))
        self.layers = nn.ModuleList(
            Layer(size.width, size.heads, generator) for _ in range(size.layers)
        )
        self.norm = nn.Parameter(torch.ones(size.width))
        self.head = nn.Parameter(torch.zeros(n_effects, size.width))
        self.bias = nn.Parameter(torch.zeros(n_effects))
        step = torch.arange(context).repeat_interleave(n_inputs)
        self.register_buffer("mask", torch.where(step[:, None] < step, -math.inf, 0.0))

    def forward(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to mean and log deviation, `(B, C - max_lag + 1, n_effects)`."""
        # A backward pass needs all parts at once.
        parts = [series] if torch.is_grad_enabled() else torch.split(series, self._at_once())
        mean = torch.cat([self._decode(part) for part in parts])
        return mean, 0 * mean

    @torch.no_grad()
    def attentions(self, series: Tensor) -> list[Tensor]:
        """Return the attention weights of each layer for sequences `(B, C, n_inputs)`.

        Shape `(B, heads, N, N)`, a row per token that attends and a column per token attended
        to; in the last layer only the rows of the steps that forecast. The last `n_inputs` rows
        are those of the last step, of which the first `n_effects` forecast.
        """
        with recording() as record:
            for part in torch.split(series, self._at_once()):
                self._decode(part)
        return [torch.cat(record[k :: len(self.layers)]) for k in range(len(self.layers))]

    def _at_once(self) -> int:
        """Return how many sequences without gradients fit a cache."""
        return max(_WEIGHTS // (self.heads * self.tokens**2), 1)

    def _decode(self, series: Tensor) -> Tensor:
        """Map sequences `(B, C, n_inputs)` to means `(B, C - max_lag + 1, n_effects)`."""
        steps, n_inputs = series.shape[1:]
        embedded = entering(series, series[..., None] * self.embed)
        tokens = (embedded + self.variable + self.place[:steps]).flatten(1, 2)
        mask = self.mask[: steps * n_inputs, : steps * n_inputs]
        for layer in self.layers[:-1]:
            tokens = layer(tokens, mask)
        tokens = self.layers[-1](tokens, mask[(self.max_lag - 1) * n_inputs :])
        by_step = tokens.unflatten(1, (-1, n_inputs))[:, :, : self.n_effects]
        return (norm(by_step, self.norm) * self.head).sum(dim=-1) + self.bias
