"""Gaussian process: `x_j = sum_i f_i(x_i) + noise`, each `f_i` a draw with its own length scale.

The draws have the covariance `exp(-(x - y)^2 / (2 l^2))`, by random Fourier features,

    f(x) = a (sum_m w_m cos(g_m x + b_m) - c),    w_m standard normal, g_m normal of sd 1 / l,

with `m` from 1 to 16 and any phase `b_m`; `l` is log-uniform, in units of the noise of the cause,
in [1, 3] (easy), [0.5, 1] (medium) or [0.2, 0.4] (hard). Under a normal cause of
standard deviation 1.5, `c` makes the mean of `f` 0 and `a` its standard deviation uniform in
[0.5, 1], so that what is harder is not weaker. Rahimi and Recht 2007, Random features for
large-scale kernel machines, NeurIPS 20.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulators.components.graphs import Edge
from simulators.engine.units import COS, Unit
from simulators.structural.mechanisms.group import POINTS, Group, moments

LENGTHS = {"easy": (1.0, 3.0), "medium": (0.5, 1.0), "hard": (0.2, 0.4)}
FEATURES = 16


def gaussian_process(group: Group) -> tuple[Unit, ...]:
    """Return the Fourier features of one function per parent."""
    return tuple(unit for edge in group.edges for unit in _function(group, edge))


def _function(group: Group, edge: Edge) -> Iterator[Unit]:
    rng = group.stream(*edge)
    low, high = np.log(LENGTHS[group.difficulty])
    gains = rng.standard_normal(FEATURES) / np.exp(rng.uniform(low, high))
    phases = rng.uniform(0.0, 2 * np.pi, FEATURES)
    weights = rng.standard_normal(FEATURES)
    values = np.cos(np.outer(POINTS, gains) + phases) @ weights
    mean, sd = moments(values)
    size = rng.uniform(0.5, 1.0) / sd
    yield group.constant(edge, -mean * size)
    for weight, gain, phase in zip(weights, gains, phases, strict=True):
        yield group.unit(edge, COS, size * float(weight), float(gain), float(phase))
