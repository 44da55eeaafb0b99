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

It has also converged where, after 100 updates or more, the error is five per cent above its
lowest. Then the network fits noise, which more updates only make worse. The weights with the
lowest error are kept. On a short series those are of the first few updates, which are looked at
often.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import torch
from torch import Generator, Tensor, nn

from methods.dot.inputs.sequences import Sequences
from methods.dot.options import TrainingOptions
from methods.dot.training.held_out import HeldOut
from methods.dot.training.model import Forecaster
from methods.dot.training.optimise import WARM_UP, adamw

_EVERY, _AT_FIRST = 50, 5  # updates between two looks at the held-out steps, in the first 50
_FEWEST = 500  # updates before the error may be called steady
_FEWEST_RISEN = 100  # updates before it may be called risen
_GAIN = 0.005
_SHARE, _BEHIND = 0.9, 1.01
_RISE = 1.05
_AVERAGED = 0.1  # share of the updates that the average reaches back

Watch = Callable[[int, Forecaster], None]
"""Is shown the number of updates and the averaged model at every look."""


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
        self._errors: dict[int, float] = {}

    def add(self, update: int, error: float) -> bool:
        """Note the error after some updates; return whether it is the lowest so far."""
        self._errors[update] = error
        return error == min(self._errors.values())

    @property
    def converged(self) -> bool:
        """Whether training has converged; see the module."""
        if not self._errors:
            return False
        update, error = next(reversed(self._errors.items()))
        lowest = self._lowest(update)
        if update >= _FEWEST_RISEN and not error <= _RISE * lowest:
            return True
        if update < _FEWEST:
            return False
        linear = self._least_squares
        learnt = lowest <= max(1 - _SHARE * (1 - linear), _BEHIND * linear)
        return learnt and lowest > (1 - _GAIN) * self._lowest(update / 2)

    def _lowest(self, until: float) -> float:
        return min(error for update, error in self._errors.items() if update <= until)


class Course:
    """A model in training: its averaged weights, their errors, and the best of them.

    Parameters
    ----------
    model
        The forecaster to train, whose linear path is 0.
    validation
        The steps on which it is judged.
    least_squares
        Mean squared error of least squares on these steps.
    watch
        Sees the model on its way.
    """

    def __init__(
        self,
        model: Forecaster,
        validation: HeldOut,
        least_squares: float,
        watch: Watch = watch_nothing,
    ) -> None:
        self.model, self.averaged = model, copy.deepcopy(model).requires_grad_(False)
        self.updates = 0
        self._validation, self._watch = validation, watch
        self._progress, self._kept = Progress(least_squares), copy.deepcopy(model.state_dict())

    @property
    def converged(self) -> bool:
        """Whether training has converged."""
        return self._progress.converged

    def look(self, update: int) -> None:
        """Judge the averaged weights."""
        self.updates = update
        if self._progress.add(update, self._validation.error(self.averaged)):
            self._kept = copy.deepcopy(self.averaged.state_dict())
        self._watch(update, self.averaged)

    def end(self) -> None:
        """Leave the best weights in the model."""
        self.model.load_state_dict(self._kept)
        self.model.requires_grad_(False)


def train_to_convergence(
    course: Course, sequences: Sequences, options: TrainingOptions, generator: Generator
) -> None:
    """Train the predictor by the squared error, for `options.updates` at most.

    Parameters
    ----------
    course
        The model and how it is judged.
    sequences
        The data.
    options
        How to train.
    generator
        Source of the batches.
    """
    model, optimiser = course.model, adamw(course.model.parameters(), options)
    for update in range(1, options.updates + 1):
        warm_up(optimiser, update, options)
        optimiser.zero_grad()
        torch.autograd.backward(_loss(model, sequences, options.batch_size, generator))
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average(course.averaged.parameters(), model.parameters(), update)
        if is_time(update, options):
            course.look(update)
            if course.converged:
                break
    course.end()


def is_time(update: int, options: TrainingOptions) -> bool:
    """Return whether to look at the held-out steps after an update."""
    return update % (_EVERY if update > _EVERY else _AT_FIRST) == 0 or update == options.updates


def warm_up(optimiser: torch.optim.Optimizer, update: int, options: TrainingOptions) -> None:
    """Set the learning rate of an update, which is constant after the first few."""
    for group in optimiser.param_groups:
        group["lr"] = options.learning_rate * min(1, update / WARM_UP)


@torch.no_grad()
def average(averaged: Iterable[Tensor], weights: Iterable[Tensor], update: int) -> None:
    """Move averaged weights towards the present ones."""
    share = 1 / (1 + _AVERAGED * update)
    for old, new in zip(averaged, weights, strict=True):
        old.lerp_(new, share)


def _loss(
    model: Forecaster, sequences: Sequences, batch_size: int, generator: Generator
) -> Tensor:
    """Return the mean squared error over the training steps of a batch."""
    inputs, present, weight = batch(sequences, batch_size, generator)
    return squared_error(model.predictor(inputs)[0], present, weight)


def batch(sequences: Sequences, size: int, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Draw sequences that forecast about `size` steps.

    Returns inputs and rows to forecast, see `Sequences.take`, and 1 where a row is for training,
    else 0.
    """
    inputs, present, at = sequences.take(
        sequences.draw(-(-size // sequences.positions), generator)
    )
    return inputs, present, sequences.train[at].float()


def squared_error(mean: Tensor, present: Tensor, weight: Tensor) -> Tensor:
    """Return the mean squared error over effects and the steps with weight 1."""
    return ((mean - present).square().mean(dim=-1) * weight).sum() / weight.sum()
