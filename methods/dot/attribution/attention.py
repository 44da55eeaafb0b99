"""Rules from attention weights, for predictors with one token per lagged value.

Weights show which tokens a forecast uses, not how. They miss values, signs and the perceptron
(Jain and Wallace, 2019, arXiv 1902.10186), and here the linear path.
"""

from __future__ import annotations

import torch
from torch import Tensor

from methods.dot.attribution.gradients import lagged
from methods.dot.predictors.operations import recording
from methods.dot.predictors.parts import Predictor
from methods.dot.predictors.scalars import Scalars
from methods.dot.predictors.values import Values
from methods.dot.training.model import Forecaster


def attention(model: Forecaster, inputs: Tensor) -> Tensor:
    r"""Return the attention of the forecasting token to each lagged value; see `Rule.of`.

    It is the mean over layers and heads. The weights of an effect add up to 1 over the values
    that have a token; the others have weight 0.
    """
    predictor = model.predictor
    if isinstance(predictor, Scalars):
        last_step = [w[:, -inputs.shape[2] :] for w in _of_all_tokens(predictor, inputs)]
        share = torch.stack(last_step).mean(dim=0)[:, : predictor.n_effects]
        return _in_order(share, inputs, model)
    rows = _of_candidates(predictor, inputs)
    return _at_their_places(torch.stack(rows).mean(dim=0), predictor, inputs)


def attention_rollout(model: Forecaster, inputs: Tensor) -> Tensor:
    r"""Return attention through all layers and their skip connections; see `Rule.of`.

    .. math:: \tilde A = \hat A_N \cdots \hat A_1, \qquad \hat A_k = (\bar A_k + I) / 2

    with :math:`\bar A_k` the mean over the heads of layer `k` (Abnar and Zuidema, 2020, arXiv
    2005.00928). The result is the row of the forecasting token.
    """
    predictor = model.predictor
    if isinstance(predictor, Scalars):
        *earlier, last = _of_all_tokens(predictor, inputs)
        last = last[:, -inputs.shape[2] :]
        own = torch.eye(last.shape[2], dtype=last.dtype, device=last.device)[-last.shape[1] :]
        share = ((last + own) / 2)[:, : predictor.n_effects]
        for weights in reversed(earlier):
            share = (share @ weights + share) / 2
        return _in_order(share, inputs, model)
    share = torch.zeros((), device=inputs.device)
    for weights in _of_candidates(predictor, inputs):
        # Candidates attend to nothing, so attention that reaches them stays.
        share = (share + weights) / 2
    return _at_their_places(share, predictor, inputs)


def _of_all_tokens(predictor: Scalars, inputs: Tensor) -> list[Tensor]:
    """Return the weights of each layer, `(S, N, N)`; of the last, those of later rows only."""
    return [weights.mean(dim=1) for weights in predictor.attentions(inputs)]


def _in_order(share: Tensor, inputs: Tensor, model: Forecaster) -> Tensor:
    """Return shares of all tokens, `(S, n_effects, N)`, as one part; see `Rule.of`."""
    return lagged(share.transpose(0, 1).reshape(share.shape[1], *inputs.shape), model)[None]


def _of_candidates(predictor: Predictor, inputs: Tensor) -> list[Tensor]:
    """Return the weights of each layer over the candidates, `(n_effects, S, K)`."""
    with torch.no_grad(), recording() as record:
        predictor(inputs)
    return [weights.mean(dim=3).transpose(1, 2) for weights in record]


def _at_their_places(share: Tensor, predictor: Predictor, inputs: Tensor) -> Tensor:
    """Return shares of the candidates, `(n_effects, S, K)`, as one part; see `Rule.of`."""
    assert isinstance(predictor, Values)
    window = share.new_zeros(*share.shape[:2], inputs[0].numel())
    window.scatter_(2, predictor.candidates[:, None].expand_as(share), share)
    return window.view(1, len(share), *inputs.shape)
