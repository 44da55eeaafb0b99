"""The network of CUTS+: a gated recurrent unit per variable, whose inputs a graph masks.

The input of effect j at a step is the vector `x * g_j`: the values of all variables, with 0 for
those that have no edge to j. Gates are linear in this vector and in the hidden state of j, with
weights that all variables share. Only the starting state and the decoder belong to one variable:

    r, u = sigmoid(W [x * g_j] + U h_j),  c = tanh(W_c [x * g_j] + U_c (r h_j)),
    h_j <- u h_j + (1 - u) c,
    e = lrelu(E_2 [lrelu(E_1 h_j), h_j]),  forecast_j = d_j . [e, h_j] + d_j0.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import leaky_relu

from methods.common.tensors import uniform


class Network(nn.Module):
    """Forecasts of all variables from their past, through one graph per window."""

    def __init__(self, n: int, width: int, generator: Generator) -> None:
        super().__init__()

        def weights(*shape: int, fan_in: int) -> nn.Parameter:
            return uniform(shape, fan_in, generator)

        self.hear = weights(3 * width, n, fan_in=n + width)
        self.recall = weights(3 * width, width, fan_in=n + width)
        self.gate_bias = weights(3 * width, fan_in=n + width)
        self.start = nn.Parameter(torch.zeros(n, width))
        self.first = weights(width, width, fan_in=width)
        self.first_bias = weights(width, fan_in=width)
        self.second = weights(width, 2 * width, fan_in=2 * width)
        self.second_bias = weights(width, fan_in=2 * width)
        self.decode = weights(n, 2 * width, fan_in=2 * width)
        self.decode_bias = weights(n, fan_in=2 * width)

    def forward(self, past: Tensor, graphs: Tensor) -> Tensor:
        """Return the forecasts, shape `(W, n)`.

        Parameters
        ----------
        past
            Shape `(W, n, max_lag)` as `[window, cause, lag - 1]`.
        graphs
            Shape `(W, n, n)` as `[window, cause, effect]`; 0 hides a cause from an effect.
        """
        state = self.start.expand(len(past), -1, -1)
        for lag in range(past.shape[2], 0, -1):
            heard = (past[:, :, lag - 1, None] * graphs).transpose(1, 2)
            state = self._step(heard @ self.hear.T + self.gate_bias, state)
        encoded = leaky_relu(state @ self.first.T + self.first_bias)
        encoded = torch.cat([encoded, state], dim=2)
        encoded = leaky_relu(encoded @ self.second.T + self.second_bias)
        encoded = torch.cat([encoded, state], dim=2)
        return (encoded * self.decode).sum(dim=2) + self.decode_bias

    def _step(self, heard: Tensor, state: Tensor) -> Tensor:
        """Return the next state, shape `(W, n, width)`, from the inputs of the three gates."""
        width = state.shape[2]
        by_state = state @ self.recall[: 2 * width].T
        reset, keep = torch.sigmoid(heard[:, :, : 2 * width] + by_state).chunk(2, dim=2)
        new = torch.tanh(heard[:, :, 2 * width :] + (reset * state) @ self.recall[2 * width :].T)
        return keep * state + (1 - keep) * new
