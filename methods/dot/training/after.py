"""Two steps after training: shrink the predictor, and solve the linear path again."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from methods.dot.inputs.linear_path import LinearPath, On, regressions
from methods.dot.inputs.sequences import Sequences
from methods.dot.training.held_out import CHUNK, HeldOut, in_chunks
from methods.dot.training.model import Forecaster

_MOST_FITTED = 200_000  # targets on which the predictor's forecast is projected on the path
_PRICE = 2.0  # of a factor, in units of the squared t statistic: that of Akaike's criterion
_STRETCHES = 20  # stretches in which they lie on longer series


@torch.no_grad()
def shrink(model: Forecaster, validation: HeldOut) -> None:
    r"""Scale the predictor's outputs for each effect by factors fitted on the validation steps.

    For the mean let :math:`b_j = \langle r_j, f_j \rangle / \langle f_j, f_j \rangle` be the
    least-squares factor, with `r` the residual of the linear path, and `z` its `t` statistic. The
    factor is :math:`s_j = \mathrm{clip}(b_j (1 - 2 / z_j^2), 0, 1)`, the positive part of a
    shrunk estimate (James and Stein, 1961), and 0 for a negative one: an effect of which the
    predictor has learnt nothing but noise keeps its linear path alone. For the deviation
    :math:`u_j` is the one of 0, 1/4, .., 1 with the highest likelihood, where that is at least 1
    nat above 0's.
    """
    outputs = in_chunks(model.predictor, validation.inputs)
    mean, log_sd = (part[validation.mask] for part in outputs)
    left = (validation.present - model.linear(validation.inputs))[validation.mask]
    power = mean.square().sum(dim=0).clamp(min=torch.finfo(mean.dtype).tiny)
    both = (left * mean).sum(dim=0)
    factor = both / power
    spread = (left - factor * mean).square().mean(dim=0)
    z2 = (both.square() / (power * spread)).clamp(min=torch.finfo(mean.dtype).tiny)
    shrunk = factor.clamp(min=0) * (1 - _PRICE / z2).clamp(min=0)
    model.scale.copy_(shrunk.clamp(max=1))
    square = (left - model.scale * mean).square() / model.noise.square()
    factors = torch.linspace(0, 1, 5, device=mean.device)
    cost = [(u * log_sd + square * torch.exp(-2 * u * log_sd) / 2).mean(dim=0) for u in factors]
    each = torch.stack(cost)
    each[0] -= 1 / len(left)
    model.log_scale.copy_(factors[each.argmin(dim=0)])


def paths_of_rest(
    model: Forecaster, sequences: Sequences, each_on: Sequence[On]
) -> list[LinearPath]:
    """Regress the residual of the predictor at all targets, on each choice of inputs.

    On very long series the predictor's forecast is projected on a part of the targets only, in
    stretches, because it takes far more time than least squares.
    """
    at, n = sequences.targets, sequences.n_effects
    if len(at) <= _MOST_FITTED:
        rest = sequences.rows[at, :n] - _fitted(model, sequences, at)
        return regressions(sequences, at, rest, each_on)
    paths = regressions(sequences, at, sequences.rows[at, :n], each_on)
    place = torch.arange(len(at), device=at.device) * _STRETCHES / len(at) % 1
    part = at[place < _MOST_FITTED / len(at)]
    learnt = regressions(sequences, part, _fitted(model, sequences, part), each_on)
    return [
        path._replace(coefficients=path.coefficients - of.coefficients, each=path.each - of.each)
        for path, of in zip(paths, learnt, strict=True)
    ]


@torch.no_grad()
def residuals(model: Forecaster, path: LinearPath, sequences: Sequences) -> Tensor:
    """Return what the forecasts leave of every target, shape `(W, n_effects)`."""
    at, flat = sequences.targets, path.flat()
    left = sequences.rows[at, : sequences.n_effects] - _fitted(model, sequences, at)
    chunks = [sequences.windows(part).flatten(1) @ flat for part in torch.split(at, CHUNK)]
    return left - torch.cat(chunks)


@torch.no_grad()
def _fitted(model: Forecaster, sequences: Sequences, rows: Tensor) -> Tensor:
    """Return the scaled predictor's mean of every row given, shape `(W, n_effects)`."""
    forecast = sequences.rows.new_zeros(len(sequences.rows), sequences.n_effects)
    if not model.scale.any():
        return forecast[rows]
    wanted = torch.zeros_like(sequences.train)
    wanted[rows] = True
    chunk = max(CHUNK // (sequences.positions * sequences.n_effects), 1)
    for starts in torch.split(sequences.starts(wanted), chunk):
        inputs, _, at = sequences.take(starts)
        forecast[at] = model.scale * model.predictor(inputs)[0]
    return forecast[rows]
