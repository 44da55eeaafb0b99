"""Tensors for the neural methods: generators, starting weights, windows."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Generator, Tensor, nn

from methods.types.series import TimeSeries


def generator_of(rng: np.random.Generator, device: str = "cpu") -> Generator:
    """Return a generator of the device, seeded by the next number of `rng`."""
    return torch.Generator(device).manual_seed(int(rng.integers(2**63)))


def uniform(shape: tuple[int, ...], fan_in: int, generator: Generator) -> nn.Parameter:
    """Return weights drawn uniformly from `+-1 / sqrt(fan_in)`, as in PyTorch's linear layers."""
    bound = 1 / math.sqrt(fan_in)
    return nn.Parameter(torch.empty(shape).uniform_(-bound, bound, generator=generator))


def windows(series: TimeSeries, max_lag: int, device: str) -> tuple[Tensor, Tensor]:
    """Return `past[w, cause, lag - 1]` and `present[w, effect]` of every window, in float32.

    The shapes are `(W, n_vars, max_lag)` and `(W, n_vars)`. Columns are standardised over all
    segments. No window crosses a segment border.
    """
    parts = list(series.standardized().windows(max_lag))
    past, present = (np.concatenate(part).astype(np.float32) for part in zip(*parts, strict=True))
    return torch.from_numpy(past).to(device), torch.from_numpy(present).to(device)
