"""Training several networks of the same shape at once, which keeps a GPU busy.

One network of 10 variables and 5 lags uses a few per cent of a GPU, because every update waits for
many small kernels. With the weights of all networks stacked along a new first axis, each kernel
serves all of them (`torch.func.vmap`). Batches, updates and the end of training are those of each
network alone, see `methods.dot.training.converge`. A network that has converged is carried along
until the last one has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Generator, Tensor
from torch.func import functional_call, stack_module_state, vmap

from methods.dot.inputs.sequences import Sequences
from methods.dot.options import TrainingOptions
from methods.dot.predictors.operations import written_out
from methods.dot.predictors.parts import Predictor
from methods.dot.training.converge import (
    Course,
    average,
    batch,
    is_time,
    squared_error,
    warm_up,
)
from methods.dot.training.optimise import adamw
from methods.dot.training.plain import Fitted, begin

Weights = dict[str, Tensor]
"""The weights of all networks by name, with a first axis over the networks."""


def fit_together(
    networks: Sequence[Predictor],
    data: Sequence[Sequences],
    options: TrainingOptions,
    batches: Sequence[Generator],
) -> list[Fitted]:
    """Train networks of the same shape, each on data of its own.

    Parameters
    ----------
    networks, data, batches
        One entry per network; see `methods.dot.training.plain.fit`.
    options
        How to train all of them.
    """
    courses = [begin(*each) for each in zip(networks, data, strict=True)]
    weights, buffers = stack_module_state([course.model for course in courses])
    averaged = {name: tensor.detach().clone() for name, tensor in weights.items()}
    optimiser = adamw(weights.values(), options, stacked=True)
    for update in range(1, options.updates + 1):
        warm_up(optimiser, update, options)
        drawn = [batch(d, options.batch_size, g) for d, g in zip(data, batches, strict=True)]
        optimiser.zero_grad()
        torch.autograd.backward(_loss(courses[0], weights, buffers, drawn))
        _clip(weights.values())
        optimiser.step()
        average(averaged.values(), weights.values(), update)
        if is_time(update, options) and not _look(courses, averaged, update):
            break
    for course in courses:
        course.end()
    return [Fitted.of(*each) for each in zip(courses, data, strict=True)]


def _loss(
    course: Course, weights: Weights, buffers: Weights, drawn: Sequence[tuple[Tensor, ...]]
) -> Tensor:
    """Return the sum of the losses of all networks, each on its own batch."""

    def forecast(own: Weights, fixed: Weights, inputs: Tensor) -> Tensor:
        mean: Tensor = functional_call(course.model, (own, fixed), (inputs,))[0]
        return mean

    inputs, present, weight = (torch.stack(parts) for parts in zip(*drawn, strict=True))
    with written_out():
        means = vmap(forecast)(weights, buffers, inputs)
    return torch.stack(
        [squared_error(*each) for each in zip(means, present, weight, strict=True)]
    ).sum()


def _clip(weights: Iterable[Tensor]) -> None:
    """Scale the gradient of each network down to a norm of at most 1."""
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    norms = torch.stack([g.flatten(1).square().sum(dim=1) for g in gradients]).sum(dim=0).sqrt()
    factors = (1 / (norms + 1e-6)).clamp(max=1)
    for gradient in gradients:
        gradient *= factors.view(-1, *[1] * (gradient.ndim - 1))


def _look(courses: Sequence[Course], averaged: Weights, update: int) -> bool:
    """Judge the networks that still train; return whether any goes on."""
    for k, course in enumerate(courses):
        if not course.converged:
            own = {name: tensor[k] for name, tensor in averaged.items()}
            course.averaged.load_state_dict(own, strict=False)
            course.look(update)
    return not all(course.converged for course in courses)
