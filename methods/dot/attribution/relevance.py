r"""Layer-wise relevance propagation: the share of each input in the forecast.

The relevance of the output is the forecast. Each layer passes the relevance of its output on to
its inputs, by the rules in `methods.dot.predictors.operations`. The relevance of an input is the
sum over its features in the predictor, plus its term :math:`a_{jil}\, x_{i,t-l}` of the linear
path. The shares of biases and of position embeddings belong to no input.
"""

from __future__ import annotations

import torch
from torch import Tensor

from methods.dot.attribution.gradients import lagged, per_effect
from methods.dot.predictors.operations import Propagation, propagating
from methods.dot.training.model import Forecaster, own


def lrp(model: Forecaster, inputs: Tensor) -> Tensor:
    """Return relevances by AttnLRP (Achtibat et al., 2024, arXiv 2402.05602); see `Rule.of`.

    They do not add up to the forecast, because a softmax does not conserve relevance.
    """
    return _relevance(model, inputs, "lrp")


def lrp_cp(model: Forecaster, inputs: Tensor) -> Tensor:
    """Return relevances with attention weights held constant; see `Rule.of`.

    They add up to the forecast where biases have no share (Ali et al., 2022, arXiv 2202.07304),
    and miss an input that acts on attention weights or gates only.
    """
    return _relevance(model, inputs, "lrp_cp")


def _relevance(model: Forecaster, inputs: Tensor, rule: Propagation) -> Tensor:
    copies = per_effect(model, inputs)
    with propagating(rule):
        learnt = own(model.predictor, copies)[0] * model.scale[:, None]
    # The gradient is the relevance, see `operations.entering`.
    relevance = lagged(torch.autograd.grad(learnt.sum(), copies)[0], model)
    path = model.coefficients.flip(2).mT[:, None] * lagged(inputs, model)
    return (relevance + path)[None]
