"""The forecaster: a linear path over the lagged window plus a predictor that learns the rest."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from methods.dot.predictors.parts import Predictor


class Forecaster(nn.Module):
    r"""A normal distribution of the next step given the past.

    :math:`x_{j,t} \sim N(\mu_j, \sigma_j^2)` with :math:`\mu = A_1 x_{t-1} + \dots + A_L x_{t-L}
    + s \odot f` and :math:`\log \sigma = \log \sigma_0 + u \odot g`. Here `f` and `g` are the two
    outputs of the predictor, which are 0 before training. The factors `s` and `u` are 1 during
    training; see `methods.dot.training.after.shrink`.

    Parameters
    ----------
    predictor
        Maps `(B, C, n_inputs)` to two tensors `(B, P, n_effects)`, `P = C - max_lag + 1`.
    coefficients
        The linear path, shape `(n_effects, n_inputs, max_lag)`, lags from `max_lag` down.
    noise
        :math:`\sigma_0`, shape `(n_effects,)`: standard deviation of the path's residual.
    """

    coefficients: Tensor
    noise: Tensor
    scale: Tensor
    log_scale: Tensor

    def __init__(self, predictor: Predictor, coefficients: Tensor, noise: Tensor) -> None:
        super().__init__()
        self.predictor = predictor
        self.register_buffer("coefficients", coefficients)
        self.register_buffer("noise", noise)
        self.register_buffer("scale", torch.ones_like(noise))
        self.register_buffer("log_scale", torch.ones_like(noise))

    def linear(self, series: Tensor) -> Tensor:
        """Forecast by the linear path, `(B, C, n_inputs)` to `(B, P, n_effects)`."""
        if series.shape[1] == self.coefficients.shape[2]:  # one window: a product is cheaper
            return (series.flatten(1) @ self.coefficients.permute(2, 1, 0).flatten(0, 1))[:, None]
        return F.conv1d(series.transpose(1, 2), self.coefficients).transpose(1, 2)

    def forward(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log deviation of the next step at every position with a full window.

        `series` has shape `(B, C, n_inputs)`; both results `(B, P, n_effects)`, where entry `p`
        forecasts the step after input `p + max_lag - 1` and sees nothing later.
        """
        mean, log_sd = self.predictor(series)
        return (
            self.linear(series) + self.scale * mean,
            self.noise.log() + self.log_scale * log_sd,
        )

    def own(self, copies: Tensor) -> tuple[Tensor, Tensor]:
        """Forecast the step after each sequence, every effect from a copy of its own.

        `copies` has shape `(n_effects, B, C, n_inputs)`; entry `j` of both results, `(n_effects,
        B)`, depends on copy `j` alone, so that one backward pass gives the gradients of all
        effects.
        """
        window = copies[:, :, -self.coefficients.shape[2] :]
        mean, log_sd = own(self.predictor, copies)
        linear = torch.einsum("jbti,jit->jb", window, self.coefficients)
        return (
            linear + self.scale[:, None] * mean,
            self.noise.log()[:, None] + self.log_scale[:, None] * log_sd,
        )


def own(predictor: Predictor, copies: Tensor) -> tuple[Tensor, Tensor]:
    """Return the last forecast of effect `j` from copy `j`; see `Forecaster.own`.

    Predictors whose effects share weights forecast all effects from every copy.
    """
    if hasattr(predictor, "own"):
        mean, log_sd = predictor.own(copies)
        return mean, log_sd
    n = len(copies)
    mean, log_sd = predictor(copies.flatten(0, 1))
    each = torch.arange(n, device=copies.device)
    return mean[:, -1].view(n, -1, n)[each, :, each], log_sd[:, -1].view(n, -1, n)[each, :, each]
