"""Rules from gradients of the forecast distribution with respect to its inputs."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from methods.dot.training.model import Forecaster


def gradient(model: Forecaster, inputs: Tensor) -> Tensor:
    r"""Return :math:`\partial \mu_{j,t} / \partial x_{i,t-l}`; see `Rule.of`.

    It equals the coefficient where the forecast is linear.
    """
    copies = per_effect(model, inputs)
    mean, _ = model.own(copies)
    return lagged(torch.autograd.grad(mean.sum(), copies)[0], model)[None]


def score(model: Forecaster, inputs: Tensor) -> Tensor:
    r"""Return two parts whose squares add up to the energy of the score; see `Rule.of`.

    .. math:: \frac{1}{\sigma} \frac{\partial \mu}{\partial x}, \quad
              \sqrt 2\, \frac{\partial \log \sigma}{\partial x}; \qquad
              E\,\Big(\frac{\partial \log p(x_{j,t} | past)}{\partial x_{i,t-l}}\Big)^2 =
              E \Big[ \frac{(\partial \mu)^2}{\sigma^2} + 2 (\partial \log \sigma)^2 \Big]

    for a normal distribution. This is the quantity of the theorem in arXiv 2601.05647, with the
    expectation over the present in closed form, which has a third of the variance of a sampled
    one. The second part finds an edge that acts on the variance only.
    """
    copies = per_effect(model, inputs)
    mean, log_sd = model.own(copies)
    of_mean = torch.autograd.grad(mean.sum(), copies, retain_graph=True)[0]
    of_log_sd = torch.autograd.grad(log_sd.sum(), copies)[0]
    of_mean = of_mean / log_sd.detach().exp()[:, :, None, None]
    return torch.stack([lagged(of_mean, model), math.sqrt(2) * lagged(of_log_sd, model)])


def per_effect(model: Forecaster, inputs: Tensor) -> Tensor:
    """Return a copy of the inputs per effect, with gradients: `(n_effects, S, C, n_inputs)`."""
    return inputs.expand(len(model.noise), *inputs.shape).contiguous().requires_grad_()


def lagged(values: Tensor, model: Forecaster) -> Tensor:
    """Return the last `max_lag` steps of the axis before the last, nearest first."""
    return values[..., -model.coefficients.shape[2] :, :].flip(-2)
