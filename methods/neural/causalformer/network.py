r"""The causality-aware transformer of CausalFormer and its training.

A window of standardised variables, T steps long, is embedded variable by variable as a whole,
:math:`e_i = \mathrm{norm}(W x_i + b)`, and gives one attention matrix per head,

.. math:: A^h = \mathrm{softmax}\big(M^h \odot Q^h {K^h}^\top / (\tau \sqrt{T d_h})\big),

with a learnt mask `M`. Values are causal convolutions, one kernel per head and pair, divided by
the number of steps that a window holds up to t; heads are added up with weights `o`:

.. math:: z_i(t) = \frac1t \sum_h o_h \sum_j A^h_{ij} \sum_{s \ge 0} \kappa^h_{ijs} x_j(t - s),

where own values begin with s = 1. A feed-forward layer with a leaky ReLU and an output layer,
both for one number at a time, make the forecast of every step but the first.
"""

from __future__ import annotations

import copy
import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import layer_norm, leaky_relu, mse_loss

from methods.common.tensors import windows
from methods.types.series import TimeSeries

_HELD_OUT = 0.1  # share of the windows
_PATIENCE = 10  # epochs without a better validation error
_DECAY_EVERY = 30  # epochs until the step size is divided by 10


class Pass(NamedTuple):
    """What a forward pass leaves: shapes `(W, heads, n, n)`, `(W, n, T - 1)` and the same."""

    attention: Tensor
    mixed: Tensor
    forecast: Tensor


class Network(nn.Module):
    """The transformer; kernels and mask are indexed `[head, effect, cause, ...]`.

    Parameters
    ----------
    n, length
        Number of variables and of the steps of a window.
    width, heads, temperature
        Parameters of `CausalFormer`.
    generator
        Source of the starting weights.
    """

    def __init__(
        self,
        n: int,
        length: int,
        *,
        width: int,
        heads: int,
        temperature: float,
        generator: Generator,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.temperature = temperature * math.sqrt(length * width / heads)

        def he(rows: int, columns: int, spread: int) -> nn.Parameter:
            sd = math.sqrt(2 / spread)
            return nn.Parameter(torch.empty(rows, columns).normal_(0, sd, generator=generator))

        self.embed = he(length, width, length + width)
        self.query = he(width, width, 2 * width)
        self.key = he(width, width, 2 * width)
        self.heads_out = he(1, self.heads, 2 * width)
        self.hidden = he(1, width, 1 + width)
        self.hidden_bias = nn.Parameter(torch.zeros(width))
        self.out = he(width, 1, 1 + width)
        self.offset = nn.Parameter(torch.zeros(1))
        self.embed_bias = nn.Parameter(torch.zeros(width))
        self.kernel = nn.Parameter(torch.ones(self.heads, n, n, length))
        self.mask = nn.Parameter(torch.ones(self.heads, n, n))
        allowed = torch.ones(n, n, length)
        allowed[:, :, 0] -= torch.eye(n)
        self.register_buffer("allowed", allowed)
        self.allowed: Tensor

    def taps(self) -> Tensor:
        """Return kernels with the weight of their head, shape `(heads, n, n, T)`."""
        return self.heads_out[0, :, None, None, None] * self.kernel * self.allowed

    def forward(self, inputs: Tensor) -> Pass:
        """Return the forecasts of windows `(W, n, T)`, as `[window, variable, lag]`.

        Forecasts and what they are made of have shape `(W, n, T - 1)`, the last step first.
        """
        embedded = inputs @ self.embed + self.embed_bias
        embedded = layer_norm(embedded, embedded.shape[-1:])
        query, key = (
            (embedded @ weight).view(*inputs.shape[:2], self.heads, -1).transpose(1, 2)
            for weight in (self.query, self.key)
        )
        scores = self.mask * (query @ key.transpose(2, 3)) / self.temperature
        attention = scores.softmax(dim=3)
        weights = torch.einsum("whij,hijs->wijs", attention, self.taps())
        mixed = torch.einsum("wijs,wjps->wip", weights, unrolled(inputs))
        hidden = leaky_relu(mixed[..., None] * self.hidden[0] + self.hidden_bias)
        return Pass(attention, mixed, (hidden @ self.out)[..., 0] + self.offset)

    def size(self) -> Tensor:
        """Return the mean absolute sums of kernels and masks that the loss penalises."""
        return self.kernel.abs().sum(dim=3).mean() + self.mask.abs().sum(dim=2).mean()


def unrolled(inputs: Tensor) -> Tensor:
    """Return what the convolutions read, shape `(W, n, T - 1, T)` as `[.., position, lag]`.

    Position p is p steps before the last; steps before the window are 0, and all are divided by
    the number of steps that the window holds up to the position.
    """
    length = inputs.shape[2]
    padded = torch.cat([inputs, torch.zeros_like(inputs[:, :, 1:])], dim=2)
    held = torch.arange(length, 1, -1, device=inputs.device)
    return padded.unfold(2, length, 1)[:, :, :-1] / held[:, None]


def cut(series: TimeSeries, length: int, device: str) -> Tensor:
    """Return windows of `length` steps, or of the shortest segment, standardised.

    Shape `(W, n, length)`, as `[window, variable, lag]` with lag 0 the last step.
    """
    length = min(length, *(len(segment) for segment in series.segments))
    past, present = windows(series, length - 1, device)
    return torch.cat([present[:, :, None], past], dim=2)


def fit(
    network: Network,
    inputs: Tensor,
    draws: Generator,
    *,
    penalty: float,
    epochs: int,
    batch_size: int,
    learning_rate: float,
) -> None:
    """Train on windows and leave the weights of the epoch with the lowest validation error.

    Parameters
    ----------
    network
        A new network, on the device of the windows.
    inputs
        Windows, shape `(W, n, T)`.
    draws
        Source of the held-out windows and of the batches, on the same device.
    penalty, epochs, batch_size, learning_rate
        Parameters of `CausalFormer`.
    """
    order = torch.randperm(len(inputs), generator=draws, device=inputs.device)
    held_out, trained_on = order.tensor_split([max(int(_HELD_OUT * len(order)), 1)])
    optimiser = torch.optim.Adam(network.parameters(), lr=learning_rate, amsgrad=True)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, _DECAY_EVERY, 0.1)
    best, kept, since = math.inf, network.state_dict(), 0
    for _ in range(epochs):
        order = torch.randperm(len(trained_on), generator=draws, device=inputs.device)
        for batch in torch.split(trained_on[order], batch_size):
            loss = error(network, inputs[batch]) + penalty * network.size()
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
        schedule.step()
        with torch.no_grad():
            now, since = float(error(network, inputs[held_out])), since + 1
        if now < best:
            best, kept, since = now, copy.deepcopy(network.state_dict()), 0
        if since > _PATIENCE:
            break
    network.load_state_dict(kept)


def error(network: Network, inputs: Tensor) -> Tensor:
    """Return the mean squared error of the forecasts of all steps but the first."""
    return mse_loss(network(inputs).forecast, inputs[:, :, :-1])
