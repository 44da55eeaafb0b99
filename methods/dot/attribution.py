"""How strongly each forecast depends on each lagged input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from methods.dot.model import Forecaster
from methods.dot.sequences import Sequences

_WINDOWS = 256  # most samples to average over
_CHUNK = 64  # samples whose graph is held in memory at once


def attribute(
    models: Sequence[Forecaster],
    sequences: Sequences,
    kind: Literal["gradient", "gradient_energy"],
) -> NDArray[np.float64]:
    r"""Aggregate the gradients of the next-step forecasts over samples.

    With :math:`G^m_{ijl} = \partial \hat x_{j,t} / \partial x_{i,t-l}` of model `m` in
    standardised units, over samples spread evenly over the series:

    - `gradient` is :math:`E\,|\bar G_{ijl}|`, the mean over models inside;
    - `gradient_energy` is the energy on which models agree, as a root that keeps its sign:
      :math:`e = E\,G^m_{ijl} G^{m'}_{ijl}` averaged over pairs of models, then
      :math:`\mathrm{sign}(e) \sqrt{|e|}`. What one model learnt from noise adds to its own
      energy :math:`E\,(G^m)^2`, which a single model is scored by, but not to this.

    Both equal the absolute coefficient where the forecast is linear. Gradients are never
    averaged over samples with their sign: an even function would vanish. Energy is, up to the
    noise variance, the quantity of the theorem in arXiv 2601.05647.

    The parameters of the models must be frozen. Samples see the context of training, and only
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
        forecasts = [model(inputs)[:, -1].sum(dim=0) for model in models]
        for effect in range(n):
            gradients = torch.stack(
                [
                    torch.autograd.grad(forecast[effect], inputs, retain_graph=True)[0]
                    for forecast in forecasts
                ]
            )
            lagged = gradients[:, :, -lags:].flip(2)
            total[:, effect] += _size(lagged, kind).sum(dim=0).T
    mean = total.double().cpu().numpy() / len(picked)
    return mean if kind == "gradient" else np.sign(mean) * np.sqrt(np.abs(mean))


def _size(gradients: Tensor, kind: Literal["gradient", "gradient_energy"]) -> Tensor:
    """Combine the models, the first axis."""
    models = len(gradients)
    if kind == "gradient":
        return gradients.mean(dim=0).abs()
    if models == 1:
        return gradients[0].square()
    pairs = gradients.sum(dim=0).square() - gradients.square().sum(dim=0)
    return pairs / (models * (models - 1))
