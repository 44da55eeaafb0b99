"""Multi-layer perceptrons of all parents: one hidden layer of tanh units, random weights.

    mlp_additive: x_j = c sum_h w_h tanh(sum_i W_hi x_i + b_h) + noise
    mlp_concat:   x_j = c sum_h w_h tanh(sum_i W_hi x_i + v_h noise + b_h)

with `W` and `w` standard normal, `b` normal of standard deviation 0.5, `|v|` uniform in [0.5, 1.5]
with a random sign, and `c` the size of the parents' noise (additive), or 1.5 times that of the
effect's (concatenated), over the root of the width.
"""

from __future__ import annotations

import numpy as np

from simulators.engine.units import TANH, Unit
from simulators.structural.mechanisms.group import Group, signed

WIDTH = 8


def mlp_additive(group: Group) -> tuple[Unit, ...]:
    """Return the hidden units of a perceptron whose noise is added to its output."""
    return _perceptron(group, group.size, 0.0)


def mlp_concat(group: Group) -> tuple[Unit, ...]:
    """Return the hidden units of a perceptron that has the noise as one more input."""
    # The noise is no longer added, so the output is larger by the share it would have had.
    return _perceptron(group, 1.5 * float(group.sds[group.effect]), 1.0)


def _perceptron(group: Group, size: float, noise: float) -> tuple[Unit, ...]:
    rng = group.stream()
    weights = size / np.sqrt(WIDTH) * rng.standard_normal(WIDTH)
    biases = 0.5 * rng.standard_normal(WIDTH)
    noises = [noise * signed(rng, 0.5, 1.5) for _ in range(WIDTH)]
    gains = [group.stream(*edge).standard_normal(WIDTH) for edge in group.edges]
    return tuple(
        Unit(
            TANH,
            float(weights[h]),
            tuple(group.input(e, float(g[h])) for e, g in zip(group.edges, gains, strict=True)),
            float(biases[h]),
            noises[h],
        )
        for h in range(WIDTH)
    )
