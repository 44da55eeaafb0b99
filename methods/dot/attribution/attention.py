"""Rules from attention weights, for predictors with one token per lagged value.

Weights say where a forecast looks, not what it makes of it: they know neither values nor signs
nor the perceptron (Jain and Wallace, 2019, arXiv 1902.10186), nor the linear path.
"""

from __future__ import annotations

import torch
from torch import Tensor

from methods.dot.model import Forecaster
from methods.dot.predictors.operations import recording
from methods.dot.predictors.values import Values


def attention(model: Forecaster, inputs: Tensor) -> Tensor:
    r"""Return the weight of each lagged value for the token that forecasts; see `Rule.of`.

    The mean :math:`\bar A` over layers and heads. Weights of an effect add up to 1 over its
    tokens, and values without a token have none.
    """
    layers = _layers(model, inputs)
    return _at_their_places(torch.stack(layers).mean(dim=0), model, inputs)


def attention_rollout(model: Forecaster, inputs: Tensor) -> Tensor:
    r"""Return attention through all layers and the paths around them; see `Rule.of`.

    .. math:: \tilde A = \hat A_N \cdots \hat A_1, \qquad \hat A_k = (\bar A_k + I) / 2

    with :math:`\bar A_k` the mean over the heads of layer `k` (Abnar and Zuidema, 2020, arXiv
    2005.00928); the row of the token that forecasts is read.
    """
    layers = _layers(model, inputs)
    share = torch.zeros_like(layers[0])
    for weights in layers:
        # Tokens of values attend to nothing, so they keep what reaches them.
        share = (share + weights) / 2
    return _at_their_places(share, model, inputs)


def _layers(model: Forecaster, inputs: Tensor) -> list[Tensor]:
    """Return the weights of each layer over the candidates, `(n_effects, S, K)`, mean of heads."""
    assert isinstance(model.predictor, Values)
    with torch.no_grad(), recording() as record:
        model.predictor(inputs)
    return [weights.mean(dim=3).transpose(1, 2) for weights in record]


def _at_their_places(share: Tensor, model: Forecaster, inputs: Tensor) -> Tensor:
    """Return the shares of the candidates as one part; see `Rule.of`."""
    assert isinstance(model.predictor, Values)
    n, samples, _ = share.shape
    place = model.predictor.candidates[:, None].expand_as(share)
    window = share.new_zeros(n, samples, inputs[0].numel()).scatter(2, place, share)
    return window.view(1, n, samples, *inputs.shape[1:])
