"""Monotonic: `x_j = sum_i f_i(x_i) + noise`, each `f_i` of a random monotone shape and sign.

The shapes are a saturating one, `tanh(g x)`, a one-sided one, `log(1 + exp(g x))`, and a
staircase, `g x + sin(g x) / 2`.
"""

from __future__ import annotations

import numpy as np

from simulators.components.graphs import Edge
from simulators.engine.units import SOFTPLUS, TANH, WIGGLE, Unit
from simulators.structural.mechanisms.group import Group, signed


def monotonic(group: Group) -> tuple[Unit, ...]:
    """Return one monotone unit per parent."""
    return tuple(monotone_unit(group, edge, group.stream(*edge)) for edge in group.edges)


def monotone_unit(group: Group, edge: Edge, rng: np.random.Generator) -> Unit:
    """Draw shape, gain and weight; the mean slope of an unbounded shape is that of `linear`."""
    code = int(rng.choice((TANH, SOFTPLUS, WIGGLE)))
    if code == TANH:
        return group.unit(edge, TANH, signed(rng, 0.4, 0.8), rng.uniform(1.0, 1.5))
    gain = rng.uniform(2.0, 4.0)
    # Half of a softplus is flat, so twice the weight gives the same mean slope.
    weight = signed(rng, 0.2, 0.5) / gain * (2.0 if code == SOFTPLUS else 1.0)
    return group.unit(edge, code, weight, gain)
