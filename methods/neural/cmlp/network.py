"""The networks of cMLP, all effects at once, and their proximal gradient descent.

The parameters of all networks are four tensors whose first axis is the effect. The total objective
is a sum over effects, and its terms share no parameter. One gradient therefore serves all
networks. Every network has its own step size and its own line search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

from methods.common.devices import device_of
from methods.common.tensors import generator_of, uniform, windows
from methods.neural.cmlp.options import Options
from methods.types.arrays import FloatArray
from methods.types.series import TimeSeries

_UNIT = 1 / 8  # standard deviation of the series for which the published penalties were chosen
_FIRST_STEP = 0.05
_STEPS = (1e-8, 1e3)  # range of the Barzilai-Borwein step
_DECREASE = 1e-4  # an accepted step lowers the objective by this share of |change|^2 / (2 step)
_TOLERANCE, _EVERY = 1e-5, 25  # training ends if that many steps gain less than this share
_CHUNK = 65_536  # hidden values of one network in a pass; they fit a cache


class Weights(NamedTuple):
    """Parameters of `m` networks, or a gradient; inputs are cause by cause, lag 1 first.

    Shapes `(m, n * L, H)`, `(m, 1, H)`, `(m, H, 1)` and `(m, 1)`.
    """

    inputs: Tensor
    offsets: Tensor
    outputs: Tensor
    offset: Tensor

    @classmethod
    def draw(cls, m: int, n_inputs: int, hidden: int, generator: Generator) -> Weights:
        """Draw starting weights."""
        return cls(
            uniform((m, n_inputs, hidden), n_inputs, generator),
            uniform((m, 1, hidden), n_inputs, generator),
            uniform((m, hidden, 1), hidden, generator),
            uniform((m, 1), hidden, generator),
        )

    def dot(self, other: Weights) -> Tensor:
        """Return the inner product of each network's parameters, shape `(m,)`."""
        products = (a * b for a, b in zip(self, other, strict=True))
        return torch.stack([p.reshape(len(p), -1).sum(dim=1) for p in products]).sum(dim=0)

    def plus(self, other: Weights, factor: Tensor) -> Weights:
        """Return `self + factor * other` with one factor per network."""
        return Weights(*(a + _like(factor, a) * b for a, b in zip(self, other, strict=True)))

    def where(self, mask: Tensor, other: Weights) -> Weights:
        """Return these parameters for the networks in `mask`, and the other ones elsewhere."""
        pairs = zip(self, other, strict=True)
        return Weights(*(torch.where(_like(mask, a), a, b) for a, b in pairs))


def train(
    series: TimeSeries, max_lag: int, rng: np.random.Generator, options: Options
) -> tuple[FloatArray, FloatArray]:
    """Train all networks and return the norms of their input weights and gradients; see `CMLP`.

    Returns
    -------
    norms, nearness
        Norm of the input weights, and norm of the gradient of the loss with respect to them over
        `penalty * lag`. Both have shape `(n_vars, n_vars, max_lag)`, as
        `[cause, effect, lag - 1]`.
    """
    device = device_of(options.device)
    past, present = (_UNIT * part for part in windows(series, max_lag, device))
    n = series.n_vars
    start = Weights.draw(n, n * max_lag, options.hidden, generator_of(rng))
    start = Weights(*(part.detach().to(device) for part in start))
    weights, gradient = descend(past.flatten(1), present, start, max_lag, options)

    def norms(inputs: Tensor) -> FloatArray:
        by_lag = inputs.reshape(n, n, max_lag, -1).double().norm(dim=3).transpose(0, 1)
        return np.asarray(by_lag.cpu().numpy())

    limits = options.penalty * np.arange(1, max_lag + 1)
    return norms(weights.inputs), norms(gradient.inputs) / limits


def descend(
    past: Tensor, present: Tensor, weights: Weights, max_lag: int, options: Options
) -> tuple[Weights, Weights]:
    """Minimise by proximal gradient with line search; return the weights and their gradient.

    A network takes a step if it lowers its objective enough. Otherwise it halves the next step.
    """
    penalty = options.penalty
    smooth, gradient = loss(past, present, weights, options.ridge)
    value = smooth + penalty * hierarchy(weights.inputs, max_lag)
    step = torch.full_like(value, _FIRST_STEP)
    before = float(value.sum())
    for iteration in range(1, options.iterations + 1):
        tried = weights.plus(gradient, -step)
        tried = tried._replace(inputs=shrunk(tried.inputs, penalty * step, max_lag))
        smooth, slope = loss(past, present, tried, options.ridge)
        reached = smooth + penalty * hierarchy(tried.inputs, max_lag)
        change = tried.plus(weights, -torch.ones_like(step))
        squared = change.dot(change)
        accepted = reached <= value - _DECREASE / 2 * squared / step
        curved = change.dot(slope.plus(gradient, -torch.ones_like(step))).abs()
        step = torch.where(accepted, (squared / curved).nan_to_num(1.0).clamp(*_STEPS), step / 2)
        weights, gradient = tried.where(accepted, weights), slope.where(accepted, gradient)
        value = torch.where(accepted, reached, value)
        if iteration % _EVERY == 0:
            now = float(value.sum())
            if before - now < _TOLERANCE * now:
                break
            before = now
    return weights, gradient


def loss(past: Tensor, present: Tensor, weights: Weights, ridge: float) -> tuple[Tensor, Weights]:
    """Return the smooth part of each network's objective, shape `(m,)`, and its gradient."""
    parts = Weights(*(part.requires_grad_() for part in (w.detach().clone() for w in weights)))
    m, _, hidden = parts.inputs.shape
    total = torch.zeros(m, device=past.device)
    size = max(_CHUNK // hidden, 1)
    for here, at in zip(torch.split(past, size), torch.split(present, size), strict=True):
        units = torch.baddbmm(parts.offsets, here.expand(m, *here.shape), parts.inputs).relu()
        error = (units @ parts.outputs)[:, :, 0] + parts.offset - at.T
        squares = error.square().sum(dim=1) / len(past)
        torch.autograd.backward(squares.sum())
        total += squares.detach()
    shrinkage = ridge * parts.outputs.square().sum(dim=(1, 2))
    torch.autograd.backward(shrinkage.sum())
    gradient = Weights(*(part.grad for part in parts if part.grad is not None))
    return total + shrinkage.detach(), gradient


def hierarchy(inputs: Tensor, max_lag: int) -> Tensor:
    """Return the hierarchical penalty of each network, shape `(m,)`."""
    squares = _by_cause(inputs, max_lag).square().sum(dim=3)
    return squares.flip(2).cumsum(dim=2).sqrt().sum(dim=(1, 2))


def shrunk(inputs: Tensor, threshold: Tensor, max_lag: int) -> Tensor:
    """Return the proximal map of `threshold * hierarchy`, one threshold per network.

    For nested groups it applies the map of each group in turn, the smallest group first (Jenatton
    et al., JMLR 12, 2011, arXiv 1009.2139). The first group is the longest lag alone, the second
    adds the lag before it, and so on.
    """
    left = _by_cause(inputs, max_lag).clone()
    threshold = threshold[:, None, None, None]
    for lag in reversed(range(max_lag)):
        norm = left[:, :, lag:].square().sum(dim=(2, 3), keepdim=True).sqrt()
        left[:, :, lag:] *= torch.where(norm > threshold, 1 - threshold / norm, 0.0)
    return left.reshape(inputs.shape)


def _by_cause(inputs: Tensor, max_lag: int) -> Tensor:
    """Return a view of the input weights as `[effect, cause, lag - 1, hidden]`."""
    return inputs.reshape(len(inputs), -1, max_lag, inputs.shape[2])


def _like(per_network: Tensor, parameter: Tensor) -> Tensor:
    return per_network.reshape(-1, *[1] * (parameter.ndim - 1))
