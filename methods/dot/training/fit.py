"""Training a forecaster: least squares first, then the predictor on the residual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from methods.dot.inputs.linear_path import (
    FEWEST_HELD_OUT,
    LinearPath,
    best_on,
    least_squares,
)
from methods.dot.inputs.sequences import Sequences
from methods.dot.options import Options
from methods.dot.predictors.parts import Predictor
from methods.dot.training.after import paths_of_rest, shrink
from methods.dot.training.held_out import HeldOut
from methods.dot.training.model import Forecaster
from methods.dot.training.optimise import optimise
from methods.types.method import DeclinedError

Build = Callable[[Sequences, LinearPath, Generator], Predictor]
"""Makes a predictor for the data, given the linear path on the training steps."""

_ROWS = 8192  # windows held in memory at once


@dataclass(frozen=True)
class Trained:
    """A trained forecaster.

    Parameters
    ----------
    model
        The forecaster; its parameters are frozen.
    path
        The linear path of its residual at all targets. It gives the scores.
    beside
        The same on all inputs, real ones and surrogates, which gives the decision.
    forecast_error
        Mean squared error on test steps over the variance, or None where nothing was held out.
    """

    model: Forecaster
    path: LinearPath
    beside: LinearPath
    forecast_error: float | None


def fit(
    sequences: Sequences, options: Options, build: Build, weights: Generator, batches: Generator
) -> Trained:
    """Train a forecaster.

    The linear path is solved on the training steps and stays fixed while AdamW trains the
    predictor. The checkpoint with the lowest validation loss is kept and scaled (see `shrink`).
    At the end the linear path is solved again, on all steps, for the residual of the predictor.

    Parameters
    ----------
    sequences
        The data, on the device to train on.
    options
        How to train.
    build
        Makes the predictor on the CPU, with fresh weights.
    weights, batches
        Sources of the starting weights (on the CPU), and of batches and input noise (on the
        device).

    Raises
    ------
    DeclinedError
        If the series is too short to train and there is no linear path.
    """
    trained_on = sequences.train.nonzero()[:, 0]
    n, on = sequences.n_effects, best_on(sequences) if options.linear_path else "own"
    path = least_squares(sequences, trained_on, sequences.rows[trained_on, :n], on=on)
    if not options.linear_path:
        path = path.silent()
    predictor = build(sequences, path, weights)
    noise = _noise(sequences, trained_on, path)
    model = Forecaster(predictor, path.coefficients, noise).to(sequences.rows.device)
    error = _train(model, sequences, options, batches)
    model.requires_grad_(False)
    path, beside = paths_of_rest(model, sequences, [on, "all"])
    if not options.linear_path:
        path, beside = path.silent(), beside.silent()
    return Trained(model, path, beside, error)


def _noise(sequences: Sequences, at: Tensor, path: LinearPath) -> Tensor:
    """Return the standard deviation of the path's residual, shape `(n_effects,)`."""
    total = torch.zeros(sequences.n_effects, device=at.device)
    flat = path.flat()
    for part in torch.split(at, _ROWS):
        left = sequences.rows[part, : sequences.n_effects]
        total += (left - sequences.windows(part).flatten(1) @ flat).square().sum(dim=0)
    # Columns that a ridge forecasts exactly still need a unit to be measured in.
    return (total / len(at)).sqrt().clamp(min=1e-6)


def _train(
    model: Forecaster, sequences: Sequences, options: Options, batches: Generator
) -> float | None:
    """Train and shrink the predictor; return the error on test steps, None without any.

    A series too short for validation is left to the linear path: the predictor is scaled to 0.
    """
    if int(sequences.validation.sum()) >= FEWEST_HELD_OUT:
        validation = HeldOut.of(sequences, sequences.validation)
        optimise(model, sequences, validation, options, batches)
        shrink(model, validation)
        return HeldOut.of(sequences, sequences.test).error(model)
    if not options.linear_path:
        raise DeclinedError(
            f"{len(sequences.targets)} forecastable steps are too few to train on; "
            "give a longer series or set linear_path=true"
        )
    model.scale.zero_()
    model.log_scale.zero_()
    return None
