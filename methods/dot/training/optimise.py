"""AdamW on the predictor, with early stopping on the validation steps."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Generator, Tensor, nn

from methods.dot.inputs.sequences import Sequences
from methods.dot.options import Options, TrainingOptions
from methods.dot.training.held_out import HeldOut, losses
from methods.dot.training.model import Forecaster

WARM_UP = 20
"""Updates until the learning rate is at its peak."""

_CHECK_EVERY = 40  # updates between two evaluations on the validation steps
_PATIENCE = 4  # evaluations without improvement before training ends


def optimise(
    model: Forecaster,
    sequences: Sequences,
    validation: HeldOut,
    options: Options,
    generator: Generator,
) -> None:
    """Run AdamW until validation stops improving; leave the best checkpoint in the model."""
    optimiser = adamw(model.parameters(), options)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: _share_of_peak(step, options.updates)
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


def _share_of_peak(step: int, updates: int) -> float:
    """Return the learning rate over its peak: a linear warm-up, then a cosine."""
    return min(1, (step + 1) / WARM_UP) * (1 + math.cos(math.pi * step / updates)) / 2


def adamw(
    weights: Iterable[Tensor], options: TrainingOptions, stacked: bool = False
) -> torch.optim.AdamW:
    """Return AdamW, which decays matrices only.

    Parameters
    ----------
    weights
        The weights to train.
    options
        Rate and decay.
    stacked
        Whether the first axis of all weights is one over networks.
    """
    matrices: list[Tensor] = []
    others: list[Tensor] = []
    for weight in weights:
        shape = weight.shape[stacked:]
        (matrices if len(shape) > 1 and min(shape) > 1 else others).append(weight)
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

    Noise on its inputs makes the predictor smooth between samples. The linear path, which is
    already solved, sees the series without noise.
    """
    inputs, present, at = sequences.take(starts)
    draw = torch.randn(inputs.shape, generator=generator, device=inputs.device)
    mean, log_sd = model.predictor(inputs + noise * draw)
    each = losses(model, model.linear(inputs) + mean, model.noise.log() + log_sd, present)
    weight = sequences.train[at].float()
    return (each.mean(dim=-1) * weight).sum() / weight.sum()
