r"""Training until the held-out error stays where it is.

AdamW runs at a constant rate, and what is judged and kept is a moving average of its weights over
the last tenth of the updates (Polyak and Juditsky, 1992, doi:10.1137/0330046). So the length need
not be known before, as the schedule of an annealed rate would ask.

Let :math:`e_u` be the lowest held-out error of the average in the first `u` updates. Training has
converged at `u` where all of these hold:

- :math:`e_u > 0.995\, e_{u/2}`: the second half of all updates gained less than half a per cent.
  The patience grows with the length, so that a plateau ends nothing unless it is as long as all
  that came before it.
- :math:`1 - e_u \ge 0.9\, (1 - e_{LS})` or :math:`e_u \le 1.01\, e_{LS}`: the network explains
  nearly what least squares over the window explains. Attention models stay on a plateau before
  they learn anything; this tells it from the end.
- `u` is at least 500.

It has also converged where the error is five per cent above its lowest. Then the network fits
noise, which more updates only make worse. The weights with the lowest error are kept.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable

import torch
from torch import Generator, nn

from methods.dot.inputs.sequences import Sequences
from methods.dot.options import TrainingOptions
from methods.dot.training.held_out import HeldOut
from methods.dot.training.model import Forecaster
from methods.dot.training.optimise import WARM_UP, adamw

_CHECK_EVERY = 50  # updates
_FEWEST = 500  # updates before the error may be called steady
_GAIN = 0.005
_SHARE, _BEHIND = 0.9, 1.01
_RISE = 1.05
_AVERAGED = 0.1  # share of the updates that the average reaches back


Watch = Callable[[int, Forecaster], None]
"""Is shown the number of updates and the averaged model, every 50 updates."""


def watch_nothing(update: int, averaged: Forecaster) -> None:
    """Look away."""


class Progress:
    """The held-out errors of the averaged weights so far, and what they say.

    Parameters
    ----------
    least_squares
        Held-out error of least squares over the window.
    """

    def __init__(self, least_squares: float) -> None:
        self._least_squares = least_squares
        self._errors: list[float] = []

    def add(self, error: float) -> bool:
        """Note the error after another 50 updates; return whether it is the lowest so far."""
        self._errors.append(error)
        return error == min(self._errors)

    @property
    def converged(self) -> bool:
        """Whether training has converged; see the module."""
        if not self._errors:
            return False
        lowest = list(itertools.accumulate(self._errors, min))
        if not self._errors[-1] <= _RISE * lowest[-1]:
            return True
        if len(lowest) * _CHECK_EVERY < _FEWEST:
            return False
        linear = self._least_squares
        learnt = lowest[-1] <= max(1 - _SHARE * (1 - linear), _BEHIND * linear)
        return learnt and lowest[-1] > (1 - _GAIN) * lowest[len(lowest) // 2 - 1]


def train_to_convergence(
    model: Forecaster,
    sequences: Sequences,
    validation: HeldOut,
    least_squares: float,
    options: TrainingOptions,
    generator: Generator,
    watch: Watch = watch_nothing,
) -> tuple[int, bool]:
    """Train the predictor by the squared error; leave its best weights in the model.

    Parameters
    ----------
    model
        The forecaster, whose linear path is 0.
    sequences, validation
        The data, and the steps on which the model is judged.
    least_squares
        Mean squared error of least squares on these steps.
    options
        How to train; `updates` is the most.
    generator
        Source of the batches.
    watch
        Sees the model on its way.

    Returns
    -------
    tuple
        The number of updates, and whether training has converged with them.
    """
    optimiser, averaged = adamw(model, options), copy.deepcopy(model)
    progress, kept = Progress(least_squares), copy.deepcopy(model.state_dict())
    for update in range(1, options.updates + 1):
        for group in optimiser.param_groups:
            group["lr"] = options.learning_rate * min(1, update / WARM_UP)
        _step(model, optimiser, sequences, options.batch_size, generator)
        _average(averaged, model, 1 / (1 + _AVERAGED * update))
        if update % _CHECK_EVERY == 0:
            if progress.add(validation.error(averaged)):
                kept = copy.deepcopy(averaged.state_dict())
            watch(update, averaged)
            if progress.converged:
                break
    model.load_state_dict(kept)
    return update, progress.converged


def _step(
    model: Forecaster,
    optimiser: torch.optim.Optimizer,
    sequences: Sequences,
    batch_size: int,
    generator: Generator,
) -> None:
    """Take one step down the mean squared error over the training steps of a batch."""
    starts = sequences.draw(-(-batch_size // sequences.positions), generator)
    inputs, present, at = sequences.take(starts)
    mean, _ = model.predictor(inputs)
    weight = sequences.train[at].float()
    loss = ((mean - present).square().mean(dim=-1) * weight).sum() / weight.sum()
    optimiser.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()


@torch.no_grad()
def _average(averaged: Forecaster, model: Forecaster, share: float) -> None:
    """Move the averaged weights towards those of the model."""
    for old, new in zip(averaged.parameters(), model.parameters(), strict=True):
        old.lerp_(new, share)
