"""Rules that multiply an input by a gradient: its share in the forecast, in the effect's unit."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from methods.dot.attribution.gradients import gradient, lagged
from methods.dot.training.model import Forecaster

_NODES = 16  # of the Gauss-Legendre rule: exact for polynomials of degree 31


def gradient_x_input(model: Forecaster, inputs: Tensor) -> Tensor:
    r"""Return :math:`x_{i,t-l}\, \partial \mu_{j,t} / \partial x_{i,t-l}`; see `Rule.of`.

    It estimates to first order the change of the forecast when the input is set to its mean, 0
    (Shrikumar et al., 2016, arXiv 1605.01713).
    """
    return gradient(model, inputs) * lagged(inputs, model)


def integrated_gradients(model: Forecaster, inputs: Tensor) -> Tensor:
    r"""Return integrated gradients from the mean of all inputs as baseline; see `Rule.of`.

    .. math:: x_{i,t-l} \int_0^1 \frac{\partial \mu_{j,t}}{\partial x_{i,t-l}}(a\,x)\, da

    by the Gauss-Legendre rule with 16 nodes (Sundararajan, Taly and Yan, 2017, arXiv
    1703.01365). Over all inputs they add up to :math:`\mu(x) - \mu(0)`, up to the error of the
    quadrature. With a context longer than `max_lag` the earlier inputs have a share as well,
    which is not returned.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    total = torch.zeros((), device=inputs.device)
    for node, weight in zip(nodes, weights, strict=True):
        total = total + weight / 2 * gradient(model, (node + 1) / 2 * inputs)
    return total * lagged(inputs, model)
