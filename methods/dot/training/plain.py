"""Training one network on the series as it is, without a linear path."""

from __future__ import annotations

from typing import NamedTuple, Self

import torch
from torch import Generator

from methods.dot.inputs.linear_path import least_squares
from methods.dot.inputs.sequences import Sequences
from methods.dot.options import TrainingOptions
from methods.dot.predictors.parts import Predictor
from methods.dot.training.converge import Course, Watch, train_to_convergence, watch_nothing
from methods.dot.training.held_out import HeldOut
from methods.dot.training.model import Forecaster


class Fitted(NamedTuple):
    """A trained forecaster.

    Parameters
    ----------
    model
        The forecaster, whose linear path is 0; its parameters are frozen.
    error
        Mean squared error on test steps over the variance.
    updates, converged
        How long training went on, and whether it had converged then; see
        `methods.dot.training.converge`.
    """

    model: Forecaster
    error: float
    updates: int
    converged: bool

    @classmethod
    def of(cls, course: Course, sequences: Sequences) -> Self:
        """Return what training has ended with."""
        error = HeldOut.of(sequences, sequences.test).error(course.model)
        return cls(course.model, error, course.updates, course.converged)


def fit(
    network: Predictor,
    sequences: Sequences,
    options: TrainingOptions,
    batches: Generator,
    watch: Watch = watch_nothing,
) -> Fitted:
    """Train a network to convergence.

    Parameters
    ----------
    network
        The network on the CPU, with fresh weights.
    sequences
        The data, on the device to train on.
    options
        How to train.
    batches
        Source of the batches, on the device.
    watch
        Sees the model on its way.
    """
    course = begin(network, sequences, watch)
    train_to_convergence(course, sequences, options, batches)
    return Fitted.of(course, sequences)


def begin(network: Predictor, sequences: Sequences, watch: Watch = watch_nothing) -> Course:
    """Return a network on the device of the data, ready to be trained; see `fit`."""
    n, rows = sequences.n_effects, sequences.rows
    silent = torch.zeros(n, sequences.n_inputs, sequences.max_lag)
    model = Forecaster(network, silent, torch.ones(n)).to(rows.device)
    validation = HeldOut.of(sequences, sequences.validation)
    at = sequences.train.nonzero()[:, 0]
    path = least_squares(sequences, at, rows[at, :n], on="all")
    linear = Forecaster(network, path.coefficients, torch.ones(n)).to(rows.device)
    error = validation.mean_square(linear.linear(validation.inputs))
    return Course(model, validation, error, watch)
