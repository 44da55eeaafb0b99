"""Training the forecaster: least squares first, then the predictor on what is left."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from methods.dot.inputs.linear_path import LinearPath, least_squares
from methods.dot.inputs.sequences import Sequences
from methods.dot.options import Options
from methods.dot.predictors.parts import Predictor
from methods.dot.training.held_out import CHUNK, HeldOut, losses, shrink
from methods.dot.training.model import Forecaster
from methods.types.method import DeclinedError

_WARM_UP = 20  # updates until the learning rate is at its peak
_CHECK_EVERY = 40  # updates between two looks at the validation steps
_PATIENCE = 4  # looks without improvement before training ends
_MOST_FITTED = 200_000  # targets of which the predictor's forecast is projected on the path
_STRETCHES = 20  # in which they lie on longer series
_ROWS = 8192  # windows held in memory at once
_FEWEST_HELD_OUT = 20  # steps; with fewer, validation could not tell signal from noise

Build = Callable[[Sequences, LinearPath, Generator], Predictor]


@dataclass(frozen=True)
class Trained:
    """A trained forecaster.

    Parameters
    ----------
    model
        Parameters are frozen.
    free_variation
        Shape `(n_inputs, max_lag)`: see `LinearPath`.
    forecast_error
        Mean squared error on test steps over the variance, or None where nothing was held out.
    """

    model: Forecaster
    free_variation: Tensor
    forecast_error: float | None


def fit(
    sequences: Sequences,
    options: Options,
    build: Build,
    weights: Generator,
    batches: Generator,
) -> Trained:
    """Train a forecaster as the module says.

    The linear path is solved on the training steps and stays as it is while AdamW trains the
    predictor, of which the checkpoint with the lowest validation loss is kept and scaled (see
    `shrink`). At the end the linear path is solved again, on all steps, for what the predictor
    leaves.

    Parameters
    ----------
    sequences
        The data, on the device to train on.
    options
        The parameters of the method.
    build
        Returns the predictor to train; see `Forecasting.build`.
    weights, batches
        Sources of the starting weights (on the CPU) and of batches and input noise (on the
        device).

    Raises
    ------
    DeclinedError
        If the series is too short to train and there is no linear path.
    """
    trained_on = sequences.train.nonzero()[:, 0]
    present = sequences.rows[trained_on, : sequences.n_effects]
    path = least_squares(sequences, trained_on, present)
    if not options.linear_path:
        path = path._replace(coefficients=torch.zeros_like(path.coefficients))
    predictor = build(sequences, path, weights)
    noise = _noise(sequences, trained_on, path)
    model = Forecaster(predictor, path.coefficients, noise).to(sequences.rows.device)
    error = None
    if int(sequences.validation.sum()) >= _FEWEST_HELD_OUT:
        validation = HeldOut.of(sequences, sequences.validation)
        _train(model, sequences, validation, options, batches)
        shrink(model, validation)
        error = HeldOut.of(sequences, sequences.test).error(model)
    elif options.linear_path:
        model.scale.zero_()
        model.log_scale.zero_()
    else:
        raise DeclinedError(
            f"{len(sequences.targets)} forecastable steps are too few to train on; "
            "give a longer series or set linear_path=true"
        )
    model.requires_grad_(False)
    return Trained(model, _last_path(model, sequences, options).free_variation, error)


def _last_path(model: Forecaster, sequences: Sequences, options: Options) -> LinearPath:
    """Solve the linear path on all targets, and give it to a model that has one."""
    if not options.linear_path:
        at = sequences.targets
        return least_squares(sequences, at, sequences.rows[at, : sequences.n_effects])
    path = _path_of_rest(model, sequences)
    model.coefficients = path.coefficients
    return path


def _noise(sequences: Sequences, at: Tensor, path: LinearPath) -> Tensor:
    """Return the standard deviation of what the linear path leaves, shape `(n_effects,)`."""
    total = torch.zeros(sequences.n_effects, device=at.device)
    flat = path.flat()
    for part in torch.split(at, _ROWS):
        left = sequences.rows[part, : sequences.n_effects]
        total += (left - sequences.windows(part).flatten(1) @ flat).square().sum(dim=0)
    # Columns that a ridge forecasts exactly still need a unit to be measured in.
    return (total / len(at)).sqrt().clamp(min=1e-6)


def _train(
    model: Forecaster,
    sequences: Sequences,
    validation: HeldOut,
    options: Options,
    generator: Generator,
) -> None:
    """Run AdamW until validation stops improving; leave the best checkpoint in the model."""
    optimiser = _optimiser(model, options)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: (
            min(1, (step + 1) / _WARM_UP) * (1 + math.cos(math.pi * step / options.updates)) / 2
        ),
    )
    best, kept, since = validation.loss(model), copy.deepcopy(model.state_dict()), 0
    for update in range(1, options.updates + 1):
        starts = sequences.draw(-(-options.batch_size // sequences.positions), generator)
        loss = _loss(model, sequences, starts, options.input_noise, generator)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if update % _CHECK_EVERY == 0 or update == options.updates:
            error, since = validation.loss(model), since + 1
            if error < best:
                best, kept, since = error, copy.deepcopy(model.state_dict()), 0
            if since == _PATIENCE:
                break
    model.load_state_dict(kept)


def _optimiser(model: Forecaster, options: Options) -> torch.optim.AdamW:
    matrices = [p for p in model.parameters() if min(p.shape) > 1 and p.ndim > 1]
    others = [p for p in model.parameters() if min(p.shape) == 1 or p.ndim == 1]
    groups: list[dict[str, Any]] = [
        {"params": matrices},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups,
        lr=options.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=options.weight_decay,
        fused=True,
    )


def _loss(
    model: Forecaster, sequences: Sequences, starts: Tensor, noise: float, generator: Generator
) -> Tensor:
    """Return the mean loss over the training steps in a batch.

    Noise on the input makes the predictor smooth between the samples; the linear path, which is
    already solved, sees the series as it is.
    """
    inputs, present, at = sequences.take(starts)
    draw = torch.randn(inputs.shape, generator=generator, device=inputs.device)
    mean, log_sd = model.predictor(inputs + noise * draw)
    each = losses(model, model.linear(inputs) + mean, model.noise.log() + log_sd, present)
    weight = sequences.train[at].float()
    return (each.mean(dim=-1) * weight).sum() / weight.sum()


def _path_of_rest(model: Forecaster, sequences: Sequences) -> LinearPath:
    """Solve the linear path on all targets for what the predictor leaves of them.

    On very long series, what the predictor says is projected on a part of the targets, in
    stretches: it costs far more to compute than least squares.
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
