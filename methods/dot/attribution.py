"""How strongly each forecast depends on each lagged input."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from methods.dot.model import Forecaster
from methods.dot.sequences import Sequences

_WINDOWS = 256  # most samples to average over
_CHUNK = 64  # samples whose graph is held in memory at once


def attribute(
    model: Forecaster, sequences: Sequences, kind: Literal["gradient", "gradient_energy"]
) -> NDArray[np.float64]:
    r"""Aggregate the gradients of the next-step forecasts over samples.

    With :math:`G_{ijl} = \partial \hat x_{j,t} / \partial x_{i,t-l}` in standardised units,
    `gradient` is :math:`E|G_{ijl}|` and `gradient_energy` is :math:`\sqrt{E\,G_{ijl}^2}`, over
    samples spread evenly over the series; both equal the absolute coefficient where the forecast
    is linear. Signed gradients are never averaged: an even function would vanish. Energy is,
    up to the noise variance, the quantity of the theorem in arXiv 2601.05647.

    The parameters of the model must be frozen. Samples see the context of training, and only
    the forecast at the end of a sequence is read, because positions of one sequence interact.

    Returns
    -------
    ndarray
        Shape `(n_vars, n_vars, max_lag)`, `[cause, effect, lag - 1]`.
    """
    n, lags = sequences.rows.shape[1], sequences.max_lag
    spread = np.linspace(0, len(sequences.targets) - 1, min(len(sequences.targets), _WINDOWS))
    picked = sequences.targets[torch.as_tensor(spread.astype(np.int64))]
    total = torch.zeros(n, n, lags, device=picked.device)
    for at in torch.split(picked, _CHUNK):
        inputs = sequences.take(at - sequences.context)[0].requires_grad_()
        forecast = model(inputs)[:, -1].sum(dim=0)
        for effect in range(n):
            (gradient,) = torch.autograd.grad(forecast[effect], inputs, retain_graph=True)
            lagged = gradient[:, -lags:].flip(1)
            size = lagged.abs() if kind == "gradient" else lagged.square()
            total[:, effect] += size.sum(dim=0).T
    mean = total.double().cpu().numpy() / len(picked)
    return mean if kind == "gradient" else np.sqrt(mean)
