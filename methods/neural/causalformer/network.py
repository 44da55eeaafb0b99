r"""The causality-aware transformer of CausalFormer and its training.

A window of standardised variables is T steps long. Each variable is embedded as a whole,
:math:`e_i = \mathrm{norm}(W x_i + b)`. Each head has one attention matrix,

.. math:: A^h = \mathrm{softmax}\big(M^h \odot Q^h {K^h}^\top / (\tau \sqrt{T d_h})\big),

with a learnt mask `M`. Values are causal convolutions with one kernel per head and pair. They are
divided by the number of steps that a window holds up to t. Heads are added up with weights `o`:

.. math:: z_i(t) = \frac1t \sum_h o_h \sum_j A^h_{ij} \sum_{s \ge 0} \kappa^h_{ijs} x_j(t - s),

where a variable's own values begin with s = 1. A feed-forward layer with a leaky ReLU and an
output layer make the forecast of every step but the first. Both act on one number at a time.
"""

from __future__ import annotations

import copy
import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import layer_norm, leaky_relu, mse_loss

from methods.common.devices import device_of
from methods.common.tensors import generator_of, windows
from methods.neural.causalformer.options import Options
from methods.types.series import TimeSeries

_HELD_OUT = 0.1  # share of the windows
_PATIENCE = 10  # epochs without a better validation error
_DECAY_EVERY = 30  # epochs until the step size is divided by 10


class Pass(NamedTuple):
    """The results of a forward pass.

    The shapes are `(W, heads, n, n)` for the attention, and `(W, n, T - 1)` for the convolutions
    and the forecasts.
    """

    attention: Tensor
    mixed: Tensor
    forecast: Tensor


class Network(nn.Module):
    """The transformer; kernels and mask are indexed `[head, effect, cause, ...]`."""

    def __init__(self, n: int, length: int, options: Options, generator: Generator) -> None:
        super().__init__()
        width, self.heads = options.width, options.heads
        self.temperature = options.temperature * math.sqrt(length * width / self.heads)

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
        """Return kernels times the weight of their head, shape `(heads, n, n, T)`."""
        return self.heads_out[0, :, None, None, None] * self.kernel * self.allowed

    def forward(self, inputs: Tensor) -> Pass:
        """Return the forecasts of windows `(W, n, T)`, as `[window, variable, lag]`.

        Forecasts and the convolutions behind them have shape `(W, n, T - 1)`, the last step first.
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
    """Return the inputs of the convolutions, shape `(W, n, T - 1, T)` as `[.., position, lag]`.

    Position p is p steps before the last. Steps before the window are 0. All values are divided by
    the number of steps that the window holds up to the position.
    """
    length = inputs.shape[2]
    padded = torch.cat([inputs, torch.zeros_like(inputs[:, :, 1:])], dim=2)
    held = torch.arange(length, 1, -1, device=inputs.device)
    return padded.unfold(2, length, 1)[:, :, :-1] / held[:, None]


def cut(series: TimeSeries, length: int, device: str) -> Tensor:
    """Return standardised windows of `length` steps, or of the shortest segment if shorter.

    The shape is `(W, n, length)`, as `[window, variable, lag]`; lag 0 is the last step.
    """
    length = min(length, *(len(segment) for segment in series.segments))
    past, present = windows(series, length - 1, device)
    return torch.cat([present[:, :, None], past], dim=2)


def fit(inputs: Tensor, options: Options, rng: np.random.Generator) -> Network:
    """Train on windows and return the network of the epoch with the lowest validation error."""
    device = device_of(options.device)
    _, n, length = inputs.shape
    network = Network(n, length, options, generator_of(rng)).to(device)
    draws = generator_of(rng, device)
    order = torch.randperm(len(inputs), generator=draws, device=device)
    held_out, trained_on = order.tensor_split([max(int(_HELD_OUT * len(order)), 1)])
    optimiser = torch.optim.Adam(network.parameters(), lr=options.learning_rate, amsgrad=True)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, _DECAY_EVERY, 0.1)
    best, kept, since = math.inf, network.state_dict(), 0
    for _ in range(options.epochs):
        order = torch.randperm(len(trained_on), generator=draws, device=device)
        for batch in torch.split(trained_on[order], options.batch_size):
            loss = error(network, inputs[batch]) + options.penalty * network.size()
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
    return network


def error(network: Network, inputs: Tensor) -> Tensor:
    """Return the mean squared error of the forecasts of all steps but the first."""
    return mse_loss(network(inputs).forecast, inputs[:, :, :-1])
