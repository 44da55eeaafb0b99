"""Training the forecaster: least squares first, then the transformer on what is left."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Generator, Tensor, nn

from methods.base import DeclinedError
from methods.dot.linear_path import least_squares
from methods.dot.model import Forecaster
from methods.dot.sequences import Sequences

if TYPE_CHECKING:
    from methods.dot import DOT

_WARM_UP = 20  # updates until the learning rate is at its peak
_CHECK_EVERY = 20  # updates between two looks at the validation steps
_PATIENCE = 4  # looks without improvement before training ends
_HELD_OUT_SEQUENCES = 256  # most sequences per look, which keeps it cheap on long series
_FEWEST_HELD_OUT = 20  # steps; with fewer, validation could not tell signal from noise
_CHUNK = 256  # sequences in one forward pass without gradients


@dataclass(frozen=True)
class Trained:
    """A trained forecaster.

    Parameters
    ----------
    model
        Parameters are frozen.
    free_variation
        Shape `(n_vars, max_lag)`: see `least_squares`.
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
        Shapes `(B, context, n_vars)` and `(B, P, n_vars)`: see `Sequences.take`.
    mask
        Shape `(B, P)`: the positions that count.
    """

    inputs: Tensor
    present: Tensor
    mask: Tensor

    @classmethod
    def of(cls, sequences: Sequences, mask: Tensor) -> HeldOut:
        """Take the sequences that forecast the rows in `mask`, evenly thinned to 256 at most."""
        starts = sequences.starts(mask)
        keep = torch.linspace(0, len(starts) - 1, min(len(starts), _HELD_OUT_SEQUENCES))
        inputs, present, at = sequences.take(starts[keep.long().to(starts.device)])
        return cls(inputs, present, mask[at])

    @torch.no_grad()
    def error(self, model: Forecaster) -> float:
        """Return the mean squared error over variables and the steps that count."""
        return float((model(self.inputs) - self.present)[self.mask].square().mean())


def fit(sequences: Sequences, settings: DOT, generator: Generator) -> Trained:
    """Train a forecaster as the module says.

    The linear path is solved on the training steps and stays as it is while AdamW trains the
    transformer, of which the checkpoint with the lowest validation error is kept and scaled (see
    `shrink`). At the end the linear path is solved again, on all steps, for what the
    transformer leaves.

    Raises
    ------
    DeclinedError
        If the series is too short to train and there is no linear path.
    """
    n = sequences.rows.shape[1]
    model = Forecaster(
        n,
        sequences.max_lag,
        sequences.context,
        width=settings.width,
        layers=settings.layers,
        heads=settings.heads,
        generator=generator,
    ).to(sequences.rows.device)
    error = None
    if int(sequences.validation.sum()) >= _FEWEST_HELD_OUT:
        if settings.linear_path:
            at = sequences.train.nonzero()[:, 0]
            model.coefficients, _ = least_squares(sequences, at, sequences.rows[at])
        validation = HeldOut.of(sequences, sequences.validation)
        _train(model, sequences, validation, settings, generator)
        shrink(model, validation)
        error = HeldOut.of(sequences, sequences.test).error(model)
    elif settings.linear_path:
        model.scale.zero_()
    else:
        raise DeclinedError(
            f"{len(sequences.targets)} forecastable steps are too few to train a transformer; "
            "give a longer series or set linear_path=true"
        )
    model.requires_grad_(False)
    left = sequences.rows[sequences.targets] - _fitted(model, sequences)
    coefficients, free_variation = least_squares(sequences, sequences.targets, left)
    if settings.linear_path:
        model.coefficients = coefficients
    return Trained(model, free_variation, error)


def _train(
    model: Forecaster,
    sequences: Sequences,
    validation: HeldOut,
    settings: DOT,
    generator: Generator,
) -> None:
    """Run AdamW until validation stops improving; leave the best checkpoint in the model."""
    optimiser = _optimiser(model, settings)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: (
            min(1, (step + 1) / _WARM_UP) * (1 + math.cos(math.pi * step / settings.updates)) / 2
        ),
    )
    best, kept, since = validation.error(model), copy.deepcopy(model.state_dict()), 0
    for update in range(1, settings.updates + 1):
        starts = torch.randint(
            sequences.last_start + 1, (settings.batch_size,), generator=generator
        )
        loss = _loss(model, sequences, starts, settings.input_noise, generator)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if update % _CHECK_EVERY == 0 or update == settings.updates:
            error, since = validation.error(model), since + 1
            if error < best:
                best, kept, since = error, copy.deepcopy(model.state_dict()), 0
            if since == _PATIENCE:
                break
    model.load_state_dict(kept)


def _optimiser(model: Forecaster, settings: DOT) -> torch.optim.AdamW:
    matrices = [p for p in model.parameters() if p.ndim == 2]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    groups: list[dict[str, Any]] = [
        {"params": matrices},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups,
        lr=settings.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=settings.weight_decay,
        fused=True,
    )


def _loss(
    model: Forecaster, sequences: Sequences, starts: Tensor, noise: float, generator: Generator
) -> Tensor:
    """Return the mean squared error over the training steps in a batch.

    Noise on the input makes the transformer smooth between the samples; the linear path, which
    is already solved, sees the series as it is.
    """
    inputs, present, at = sequences.take(starts)
    draw = torch.randn(inputs.shape, generator=generator).to(inputs.device)
    forecast = model.linear(inputs) + model.transformer(inputs + noise * draw)
    weight = sequences.train[at].float()
    squares = (forecast - present).square().mean(dim=-1)
    return (squares * weight).sum() / weight.sum().clamp(min=1)


@torch.no_grad()
def shrink(model: Forecaster, validation: HeldOut) -> None:
    r"""Scale the transformer's part in each effect by what validation confirms of it.

    :math:`s_j = \mathrm{clip}(\langle r_j, f_j \rangle / \langle f_j, f_j \rangle, 0, 1)`, with
    `r` what the linear path leaves: the least-squares factor, which is near 0 for an effect in
    which the transformer has learnt nothing but noise.
    """
    learnt = model.transformer(validation.inputs)[validation.mask]
    left = (validation.present - model.linear(validation.inputs))[validation.mask]
    power = learnt.square().sum(dim=0).clamp(min=torch.finfo(learnt.dtype).tiny)
    model.scale.copy_(((left * learnt).sum(dim=0) / power).clamp(0, 1))


@torch.no_grad()
def _fitted(model: Forecaster, sequences: Sequences) -> Tensor:
    """Return the scaled transformer's forecast of every target, shape `(W, n_vars)`."""
    forecast = torch.zeros_like(sequences.rows)
    everything = torch.zeros_like(sequences.train)
    everything[sequences.targets] = True
    for starts in torch.split(sequences.starts(everything), _CHUNK):
        inputs, _, at = sequences.take(starts)
        forecast[at] = model.scale * model.transformer(inputs)
    return forecast[sequences.targets]
