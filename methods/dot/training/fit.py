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
from methods.dot.training.model import Forecaster
from methods.types.method import DeclinedError

Build = Callable[[Sequences, LinearPath, Generator], Predictor]
"""Makes a predictor for the data, given the linear path on the training steps."""

_WARM_UP = 20  # updates until the learning rate is at its peak
_CHECK_EVERY = 40  # updates between two looks at the validation steps
_PATIENCE = 4  # looks without improvement before training ends
_HELD_OUT = 2048  # most forecasts per look, which keeps it cheap on long series
_MOST_FITTED = 200_000  # targets of which the predictor's forecast is projected on the path
_STRETCHES = 20  # in which they lie on longer series
_ROWS = 8192  # windows held in memory at once
_FEWEST_HELD_OUT = 20  # steps; with fewer, validation could not tell signal from noise
_CHUNK = 16_384  # forecasts, all effects counted, in one pass without gradients: fits a cache


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


@dataclass(frozen=True)
class HeldOut:
    """Sequences with steps on which a forecast is judged.

    Parameters
    ----------
    inputs, present
        Shapes `(B, context, n_inputs)` and `(B, P, n_effects)`: see `Sequences.take`.
    mask
        Shape `(B, P)`: the positions that count.
    """

    inputs: Tensor
    present: Tensor
    mask: Tensor

    @classmethod
    def of(cls, sequences: Sequences, mask: Tensor) -> HeldOut:
        """Take the sequences that forecast the rows in `mask`, evenly thinned to 2048 steps."""
        starts = sequences.starts(mask)
        most = max(_HELD_OUT // sequences.positions, 1)
        keep = torch.linspace(0, len(starts) - 1, min(len(starts), most))
        inputs, present, at = sequences.take(starts[keep.long().to(starts.device)])
        return cls(inputs, present, mask[at])

    @torch.no_grad()
    def error(self, model: Forecaster) -> float:
        """Return the mean squared error over effects and the steps that count."""
        mean, _ = in_chunks(model, self.inputs)
        return float((mean - self.present)[self.mask].square().mean())

    @torch.no_grad()
    def loss(self, model: Forecaster) -> float:
        """Return the mean of `losses` over effects and the steps that count."""
        mean, log_sd = in_chunks(model, self.inputs)
        return float(losses(model, mean, log_sd, self.present)[self.mask].mean())


@torch.no_grad()
def in_chunks(
    model: Callable[[Tensor], tuple[Tensor, Tensor]], inputs: Tensor
) -> tuple[Tensor, Tensor]:
    """Return mean and log deviation of a model or a predictor, a few sequences at a time."""
    per_sequence = model(inputs[:1])[0].numel()
    parts = [model(part) for part in torch.split(inputs, max(_CHUNK // per_sequence, 1))]
    means, log_sds = zip(*parts, strict=True)
    return torch.cat(means), torch.cat(log_sds)


def losses(model: Forecaster, mean: Tensor, log_sd: Tensor, present: Tensor) -> Tensor:
    r"""Return the loss of every forecast, in the shape of the forecasts.

    .. math:: \frac{(x - \mu)^2}{2 \sigma_0^2} +
              \log \frac{\sigma}{\sigma_0} + \frac{(x - [\mu])^2}{2 \sigma^2} - \frac12

    The mean is learnt by least squares, as in arXiv 2601.05647, and the deviation by maximum
    likelihood for that mean: brackets stop the gradient. A likelihood that trains both lets a
    growing deviation excuse a bad mean (Seitzer et al., 2022, arXiv 2203.09168).
    """
    square = (present - mean).square()
    relative = log_sd - model.noise.log()
    deviation = relative + square.detach() * torch.exp(-2 * log_sd) / 2 - 0.5
    return square / (2 * model.noise.square()) + deviation


def fit(
    sequences: Sequences, options: Options, build: Build, weights: Generator, batches: Generator
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
        How to train.
    build
        Makes the predictor on the CPU, with fresh weights.
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
    if options.linear_path:
        path = _path_of_rest(model, sequences)
        model.coefficients = path.coefficients
    else:
        at = sequences.targets
        path = least_squares(sequences, at, sequences.rows[at, : sequences.n_effects])
    return Trained(model, path.free_variation, error)


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


@torch.no_grad()
def shrink(model: Forecaster, validation: HeldOut) -> None:
    r"""Scale what the predictor says of each effect by what validation confirms of it.

    For the mean :math:`s_j = \mathrm{clip}(\langle r_j, f_j \rangle / \langle f_j, f_j \rangle,
    0, 1)`, with `r` what the linear path leaves: the least-squares factor, which is near 0 for
    an effect in which the predictor has learnt nothing but noise. For the deviation
    :math:`u_j` of 0, 1/4, .., 1 with the highest likelihood.
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
    chunk = max(_CHUNK // (sequences.positions * sequences.n_effects), 1)
    for starts in torch.split(sequences.starts(wanted), chunk):
        inputs, _, at = sequences.take(starts)
        forecast[at] = model.scale * model.predictor(inputs)[0]
    return forecast[rows]
