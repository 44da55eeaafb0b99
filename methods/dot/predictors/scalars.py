r"""A decoder-only transformer over all lagged values, one token each, as in arXiv 2601.05647.

The token of variable `i` at lag `l` is :math:`x_{i,t-l}\, w + a_i + b_l`. Tokens of one step see
each other and the past, never the future. The forecast of variable `i` is read at its token at
lag 1, which sees the whole window. Time is quadratic in the `n_inputs * max_lag` tokens.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor, nn

from methods.dot.predictors.operations import entering, factors, gelu, norm, recording, softmax
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
        query, key = factors(query, self._by_head(hidden @ self.key))
        logits = query @ key.mT / math.sqrt(query.shape[-1])
        weights = softmax(logits + mask, dim=-1)
        weights, value = factors(weights, self._by_head(hidden @ self.value))
        seen: Tensor = (weights @ value).transpose(1, 2).flatten(2)
        return seen @ self.merge

    def _by_head(self, tokens: Tensor) -> Tensor:
        return tokens.view(*tokens.shape[:2], self.heads, -1).transpose(1, 2)


class Scalars(nn.Module):
    """Forecasts the mean of every effect from all values of the window; see the module.

    The log deviation stays 0, so that the loss is the squared error. Tokens are in the order of
    the window: the farthest step first, its inputs in order.

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
        n_inputs, n_effects, max_lag, _ = shape
        self.n_effects = n_effects
        self.max_lag = max_lag
        self.heads = size.heads
        self.tokens = n_inputs * max_lag
        self.embed = nn.Parameter(torch.randn(size.width, generator=generator))
        self.variable = nn.Parameter(torch.randn(n_inputs, size.width, generator=generator))
        self.lag = nn.Parameter(torch.randn(max_lag, 1, size.width, generator=generator))
        self.layers = nn.ModuleList(
            Layer(size.width, size.heads, generator) for _ in range(size.layers)
        )
        self.norm = nn.Parameter(torch.ones(size.width))
        self.head = nn.Parameter(torch.zeros(n_effects, size.width))
        self.bias = nn.Parameter(torch.zeros(n_effects))
        step = torch.arange(max_lag).repeat_interleave(n_inputs)
        self.register_buffer("mask", torch.where(step[:, None] < step, -math.inf, 0.0))

    def forward(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, C, n_inputs)` to mean and log deviation, `(B, C - max_lag + 1, n_effects)`."""
        windows = series.unfold(1, self.max_lag, 1).mT
        flat = windows.flatten(0, 1)
        # A backward pass needs all parts at once.
        parts = [flat] if torch.is_grad_enabled() else torch.split(flat, self._at_once())
        means = [self._decode(part) for part in parts]
        mean = torch.cat(means).view(*windows.shape[:2], self.n_effects)
        return mean, 0 * mean

    @torch.no_grad()
    def attentions(self, windows: Tensor) -> list[Tensor]:
        """Return the attention weights of each layer for windows `(B, max_lag, n_inputs)`.

        Shape `(B, heads, N, N)`, a row per token that attends and a column per token attended
        to; in the last layer only the rows of the last step, of which the first `n_effects`
        are the tokens that forecast: `(B, heads, n_inputs, N)`.
        """
        with recording() as record:
            for part in torch.split(windows, self._at_once()):
                self._decode(part)
        return [torch.cat(record[k :: len(self.layers)]) for k in range(len(self.layers))]

    def _at_once(self) -> int:
        """Return how many windows without gradients fit a cache."""
        return max(_WEIGHTS // (self.heads * self.tokens**2), 1)

    def _decode(self, windows: Tensor) -> Tensor:
        """Map windows `(B, max_lag, n_inputs)` to means `(B, n_effects)`."""
        embedded = entering(windows, windows[..., None] * self.embed)
        tokens = (embedded + self.variable + self.lag).flatten(1, 2)
        for layer in self.layers[:-1]:
            tokens = layer(tokens, self.mask)
        tokens = self.layers[-1](tokens, self.mask[-len(self.variable) :])
        read = norm(tokens[:, : self.n_effects], self.norm)
        return (read * self.head).sum(dim=-1) + self.bias
