"""A rule from interventions: one lagged input at a time moves by one standard deviation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from methods.dot.predictors.parts import Predictor
from methods.dot.predictors.values import Values
from methods.dot.training.model import Forecaster


@torch.no_grad()
def intervention(model: Forecaster, inputs: Tensor) -> Tensor:
    r"""Return :math:`\mu_{j,t}(x + e_{i,t-l}) - \mu_{j,t}(x)`; see `Rule.of`.

    The unit vector `e` moves one input by its standard deviation, as in the comparison with
    simulated interventions in arXiv 2601.05647. That is far enough to find an effect that the
    gradient at `x` misses.
    """
    path = model.coefficients.flip(2).mT[:, None]
    if isinstance(model.predictor, Values):
        learnt = _of_candidates(model.predictor, inputs)
    else:
        learnt = _of_every_input(model.predictor, inputs, path.shape[2])
    return (path + model.scale[:, None, None, None] * learnt)[None]


def _of_candidates(predictor: Values, inputs: Tensor) -> Tensor:
    """Move the first candidate of every effect at once, then the second, and so on."""
    n, (_, lags, n_inputs) = len(predictor.candidates), inputs.shape
    copies = inputs.expand(n, *inputs.shape)
    before = predictor.own(copies)[0]
    change = torch.zeros_like(copies)
    for place in predictor.candidates.T:
        step = F.one_hot(place, lags * n_inputs).view(n, 1, lags, n_inputs)
        after = predictor.own(copies + step.flip(2))[0]
        change = change + step * (after - before)[:, :, None, None]
    return change


def _of_every_input(predictor: Predictor, inputs: Tensor, max_lag: int) -> Tensor:
    """Move each input at lag 1 in a copy of its own, then at lag 2, and so on."""
    n_inputs = inputs.shape[2]
    before = predictor(inputs)[0][:, -1]
    change = []
    for lag in range(1, max_lag + 1):
        moved = inputs.repeat(n_inputs, 1, 1, 1)
        moved[:, :, -lag] += torch.eye(n_inputs, dtype=inputs.dtype, device=inputs.device)[:, None]
        after = predictor(moved.flatten(0, 1))[0][:, -1]
        change.append(after.view(n_inputs, *before.shape) - before)
    return torch.stack(change).permute(3, 2, 0, 1)
