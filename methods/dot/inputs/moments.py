"""Second moments of the lagged window, over any steps."""

from __future__ import annotations

import torch
from torch import Tensor

from methods.dot.inputs.sequences import Sequences

_CHUNK = 16_384  # windows held in memory at once
_LARGE = 2_048  # inputs of a window; with more, differences are faster


def gram(sequences: Sequences, at: Tensor) -> Tensor:
    """Return the sum of the outer products of the flattened windows before the rows `at`.

    Shape `(inputs, inputs)`, float64, of `max_lag * n_inputs` inputs, nearest step first.
    """
    large = sequences.max_lag * sequences.n_inputs > _LARGE
    return _by_differences(sequences, at) if large else _directly(sequences, at)


def cross(sequences: Sequences, at: Tensor, values: Tensor) -> Tensor:
    """Return the sum of the products of a flattened window and `values`, `(inputs, n_effects)`."""
    lags, inputs, effects = sequences.max_lag, sequences.n_inputs, values.shape[1]
    total = torch.zeros(lags * inputs, effects, dtype=torch.float64, device=at.device)
    for part, y in zip(torch.split(at, _CHUNK), torch.split(values.double(), _CHUNK), strict=True):
        for lag, block in enumerate(total.view(lags, inputs, effects), start=1):
            block.addmm_(sequences.rows[part - lag].double().T, y)
    return total


def _directly(sequences: Sequences, at: Tensor) -> Tensor:
    size = sequences.max_lag * sequences.n_inputs
    total = torch.zeros(size, size, dtype=torch.float64, device=at.device)
    for part in torch.split(at, _CHUNK):
        x = sequences.windows(part).double().flatten(1)
        total.addmm_(x.T, x)
    return total


def _by_differences(sequences: Sequences, at: Tensor) -> Tensor:
    r"""Return the same in a time that grows with `max_lag` and not with its square.

    Blocks with the same difference of lags :math:`\tau` are sums of :math:`x_s x_{s - \tau}^T`
    over steps shifted by one. So each follows from the one before by adding and subtracting the
    terms at the ends of the contiguous stretches of `at`.
    """
    rows, lags, inputs = sequences.rows.double(), sequences.max_lag, sequences.n_inputs
    breaks = torch.where(at.diff() != 1)[0]
    start = at[torch.cat([breaks.new_zeros(1), breaks + 1])]
    end = at[torch.cat([breaks, breaks.new_full((1,), len(at) - 1)])]
    total = rows.new_zeros(lags, inputs, lags, inputs)
    for apart in range(lags):
        block = rows[at - 1].T @ rows[at - 1 - apart]
        for lag in range(lags - apart):
            if lag:
                enters, leaves = start - 1 - lag, end - lag
                block = block + rows[enters].T @ rows[enters - apart]
                block -= rows[leaves].T @ rows[leaves - apart]
            total[lag, :, lag + apart] = block
            total[lag + apart, :, lag] = block.T
    return total.view(lags * inputs, lags * inputs)
