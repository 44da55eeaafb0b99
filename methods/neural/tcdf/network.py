"""The networks of TCDF, all effects at once.

The forecast of effect j from the windows of all variables i is

    c_j + sum_i p_ij PReLU_ij(b_ij + sum_l w_ijl softmax(s)_ij x_i(t - l)).

This is a depthwise convolution, an activation, and a pointwise convolution that adds the variables
up. The depthwise convolution has one kernel per variable and effect over lags 0..max_lag, without
the own lag 0. Effects share no parameter, so that the sum of their losses trains each by its own
loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor, nn

from methods.common.devices import device_of
from methods.common.tensors import generator_of, uniform, windows
from methods.neural.tcdf.options import Options
from methods.types.arrays import FloatArray
from methods.types.series import TimeSeries

_CHUNK = 131_072  # window-cause-effect triples in one pass; they fit a cache


@dataclass(frozen=True)
class Reading:
    """The values of trained networks behind the decision; arrays are indexed `[cause, effect]`.

    Parameters
    ----------
    attention, softmax
        Attention scores, shape `(n, n)`, and their softmax over causes.
    kernel
        Absolute kernel weights, shape `(n, n, max_lag + 1)`.
    first_loss, last_loss
        Mean squared error of each effect at the first and the last epoch, shape `(n,)`.
    shuffled_loss
        The same after training, with the values of a cause shuffled, shape `(n, n)`.
    """

    attention: FloatArray
    softmax: FloatArray
    kernel: FloatArray
    first_loss: FloatArray
    last_loss: FloatArray
    shuffled_loss: FloatArray


class Networks(nn.Module):
    """The networks of all effects; parameters are indexed `[cause, ..., effect]`."""

    def __init__(self, n: int, n_taps: int, generator: Generator) -> None:
        super().__init__()
        kernel = torch.empty(n, n_taps, n).normal_(0, 0.1, generator=generator)
        self.kernel = nn.Parameter(kernel)
        self.bias = uniform((n, 1, n), n_taps, generator)
        self.pointwise = uniform((n, 1, n), n, generator)
        self.offset = uniform((n,), n, generator)
        self.slope = nn.Parameter(torch.full((n, 1, n), 0.25))
        self.attention = nn.Parameter(torch.ones(n, n))
        allowed = torch.ones(n, n_taps, n)
        allowed[:, 0] -= torch.eye(n)
        self.register_buffer("allowed", allowed)
        self.allowed: Tensor

    def parts(self, inputs: Tensor) -> Tensor:
        """Return the term of each cause in each forecast, shape `(n, W, n)`.

        `inputs` has shape `(n, W, n_taps)`, as `[cause, window, lag]`.
        """
        weight = self.kernel * self.allowed * self.attention.softmax(dim=0)[:, None]
        hidden = torch.baddbmm(self.bias, inputs, weight)
        return self.pointwise * torch.where(hidden > 0, hidden, self.slope * hidden)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the forecasts, shape `(W, n)`."""
        return self.offset + self.parts(inputs).sum(dim=0)


def train(series: TimeSeries, max_lag: int, rng: np.random.Generator, options: Options) -> Reading:
    """Train by full-batch Adam and read the networks; see `TCDF`."""
    device = device_of(options.device)
    inputs, present = _inputs(series, max_lag, device)
    n, n_windows, n_taps = inputs.shape
    model = Networks(n, n_taps, generator_of(rng)).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=options.learning_rate)
    losses = []
    for epoch in range(options.epochs):
        optimiser.zero_grad()
        total = torch.zeros(n, device=device)
        for here, at in _blocks(inputs, present):
            square = (model(here) - at).square().sum(dim=0) / n_windows
            torch.autograd.backward(square.sum())
            total += square.detach()
        optimiser.step()
        if epoch in (0, options.epochs - 1):
            losses.append(total)
    shuffled, _ = _inputs(_shuffled(series, rng), max_lag, device)

    def array(values: Tensor) -> FloatArray:
        return values.detach().cpu().numpy().astype(np.float64)

    return Reading(
        attention=array(model.attention),
        softmax=array(model.attention.softmax(dim=0)),
        kernel=array((model.kernel * model.allowed).abs().transpose(1, 2)),
        first_loss=array(losses[0]),
        last_loss=array(losses[-1]),
        shuffled_loss=array(_shuffled_losses(model, inputs, shuffled, present)),
    )


@torch.no_grad()
def _shuffled_losses(model: Networks, inputs: Tensor, shuffled: Tensor, present: Tensor) -> Tensor:
    """Return the loss of each effect with one cause shuffled, shape `(n, n)`."""
    total = torch.zeros_like(model.attention)
    for (here, at), (other, _) in zip(
        _blocks(inputs, present), _blocks(shuffled, present), strict=True
    ):
        change = model.parts(other) - model.parts(here)
        total += (model(here) + change - at).square().sum(dim=1)
    return total / len(present)


def _inputs(series: TimeSeries, max_lag: int, device: str) -> tuple[Tensor, Tensor]:
    """Return the windows of lags 0..max_lag, shape `(n, W, max_lag + 1)`, and the present."""
    past, present = windows(series, max_lag, device)
    return torch.cat([present[:, :, None], past], dim=2).transpose(0, 1).contiguous(), present


def _blocks(inputs: Tensor, present: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    size = max(_CHUNK // len(inputs) ** 2, 1)
    yield from zip(torch.split(inputs, size, dim=1), torch.split(present, size), strict=True)


def _shuffled(series: TimeSeries, rng: np.random.Generator) -> TimeSeries:
    """Return the series with each column shuffled in time, within its segments."""
    segments = [rng.permuted(segment, axis=0) for segment in series.segments]
    return TimeSeries.from_segments(segments, series.names)
