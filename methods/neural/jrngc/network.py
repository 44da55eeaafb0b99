"""The network of JRNGC, its Jacobian in closed form, and its training."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn

from methods.common.tensors import generator_of, uniform, windows
from methods.types.series import TimeSeries

_CHUNK = 2_000_000  # entries of the Jacobian held at once, all windows of a block counted


class Network(nn.Module):
    """The function `z -> V relu(W z + b) + c`."""

    def __init__(self, n_inputs: int, hidden: int, n: int, generator: Generator) -> None:
        super().__init__()
        self.inputs = uniform((hidden, n_inputs), n_inputs, generator)
        self.offsets = uniform((hidden,), n_inputs, generator)
        self.outputs = uniform((n, hidden), hidden, generator)
        self.offset = uniform((n,), hidden, generator)

    def forward(self, past: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(B, n_inputs)` to forecasts `(B, n)` and the Jacobian `(B, n, n_inputs)`."""
        before = past @ self.inputs.T + self.offsets
        active = (before > 0).to(before.dtype)
        forecast = (before * active) @ self.outputs.T + self.offset
        return forecast, (self.outputs * active[:, None]) @ self.inputs


def train(
    series: TimeSeries,
    max_lag: int,
    rng: np.random.Generator,
    *,
    hidden: int,
    penalty: float,
    iterations: int,
    batch_size: int,
    learning_rate: float,
    device: str,
) -> NDArray[np.float64]:
    """Train on random mini-batches; the keywords are parameters of `JRNGC`.

    Batches go through the windows in an order that is shuffled at every pass.

    Returns
    -------
    ndarray
        The mean absolute Jacobian, shape `(n_vars, n_vars, max_lag)` as `[cause, effect,
        lag - 1]`.
    """
    past, present = windows(series, max_lag, device)
    past, n = past.flatten(1), series.n_vars
    generator = generator_of(rng)
    model = Network(n * max_lag, hidden, n, generator).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=learning_rate, fused=True)
    size = min(batch_size, len(past))
    order = torch.empty(0, dtype=torch.long)
    for _ in range(iterations):
        if len(order) < size:
            order = torch.randperm(len(past), generator=generator)
        batch, order = order[:size].to(device), order[size:]
        forecast, jacobian = model(past[batch])
        error = (forecast - present[batch]).square().mean()
        optimiser.zero_grad()
        torch.autograd.backward(error + penalty * jacobian.abs().sum() / size)
        optimiser.step()
    found = mean_absolute_jacobian(model, past).reshape(n, n, max_lag)
    return found.transpose(0, 1).double().cpu().numpy()


@torch.no_grad()
def mean_absolute_jacobian(model: Network, past: Tensor) -> Tensor:
    """Return the mean over windows of the absolute Jacobian, shape `(n, n_inputs)`."""
    total = torch.zeros(len(model.outputs), past.shape[1], device=past.device)
    for block in torch.split(past, max(_CHUNK // total.numel(), 1)):
        total += model(block)[1].abs().sum(dim=0)
    return total / len(past)
