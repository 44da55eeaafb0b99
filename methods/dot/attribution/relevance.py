r"""Layer-wise relevance propagation: the share of each input in the forecast.

The forecast is the relevance of the output, and each layer hands the relevance of what it makes
down to what it makes it of, by the rules in `methods.dot.predictors.operations`. An input has
the relevance of the features that a predictor makes of it, plus its term :math:`a_{jil}\,
x_{i,t-l}` of the linear path. What falls to biases, and to embeddings of places, is no input's.
"""

from __future__ import annotations

import torch
from torch import Tensor

from methods.dot.attribution.gradients import lagged, per_effect
from methods.dot.predictors.operations import Propagation, propagating
from methods.dot.training.model import Forecaster, own


def lrp(model: Forecaster, inputs: Tensor) -> Tensor:
    """Return relevances by AttnLRP (Achtibat et al., 2024, arXiv 2402.05602); see `Rule.of`.

    They do not add up to the forecast: a softmax keeps a part of what it is given.
    """
    return _relevance(model, inputs, "lrp")


def lrp_cp(model: Forecaster, inputs: Tensor) -> Tensor:
    """Return relevances with attention weights held constant; see `Rule.of`.

    They add up to the forecast where no bias takes a part (Ali et al., 2022, arXiv 2202.07304),
    and miss an input that acts on attention weights or gates alone.
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
