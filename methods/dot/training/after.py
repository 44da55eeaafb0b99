"""Two steps after training: shrink the predictor, and solve the linear path again."""

from __future__ import annotations

import torch
from torch import Tensor

from methods.dot.inputs.linear_path import LinearPath, least_squares
from methods.dot.inputs.sequences import Sequences
from methods.dot.training.held_out import CHUNK, HeldOut, in_chunks
from methods.dot.training.model import Forecaster

_MOST_FITTED = 200_000  # targets on which the predictor's forecast is projected on the path
_STRETCHES = 20  # stretches in which they lie on longer series


@torch.no_grad()
def shrink(model: Forecaster, validation: HeldOut) -> None:
    r"""Scale the predictor's outputs for each effect by factors fitted on the validation steps.

    For the mean the factor is :math:`s_j = \mathrm{clip}(\langle r_j, f_j \rangle / \langle f_j,
    f_j \rangle, 0, 1)`, with `r` the residual of the linear path: the least-squares factor. It is
    near 0 for an effect of which the predictor has learnt nothing but noise. For the deviation
    :math:`u_j` is the one of 0, 1/4, .., 1 with the highest likelihood.
    """
    both = in_chunks(model.predictor, validation.inputs)
    mean, log_sd = (part[validation.mask] for part in both)
    left = (validation.present - model.linear(validation.inputs))[validation.mask]
    power = mean.square().sum(dim=0).clamp(min=torch.finfo(mean.dtype).tiny)
    model.scale.copy_(((left * mean).sum(dim=0) / power).clamp(0, 1))
    square = (left - model.scale * mean).square() / model.noise.square()
    factors = torch.linspace(0, 1, 5, device=mean.device)
    cost = [(u * log_sd + square * torch.exp(-2 * u * log_sd) / 2).mean(dim=0) for u in factors]
    model.log_scale.copy_(factors[torch.stack(cost).argmin(dim=0)])


def path_of_rest(model: Forecaster, sequences: Sequences) -> LinearPath:
    """Solve the linear path on all targets for the residual of the predictor.

    On very long series the predictor's forecast is projected on a part of the targets only, in
    stretches, because it takes far more time than least squares.
    """
    at, n = sequences.targets, sequences.n_effects
    if len(at) <= _MOST_FITTED:
        return least_squares(sequences, at, sequences.rows[at, :n] - _fitted(model, sequences, at))
    path = least_squares(sequences, at, sequences.rows[at, :n])
    place = torch.arange(len(at), device=at.device) * _STRETCHES / len(at) % 1
    part = at[place < _MOST_FITTED / len(at)]
    learnt = least_squares(sequences, part, _fitted(model, sequences, part))
    return path._replace(coefficients=path.coefficients - learnt.coefficients)


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
