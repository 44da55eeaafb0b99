"""Random networks of all parents, with two hidden layers and the noise added.

    x_j = a sum_h w_h tanh(2 / sqrt(6) sum_k v_hk B(g (W_hk x + b_hk)) + c_h) + noise

with the bump `B(z) = 2 exp(-z^2 / 2) - 1`, 6 units in the second layer, each with 6 of its own in
the first, all weights standard normal, `b` and `c` normal of standard deviation 0.5, and gains `g`
= 0.7 (easy), 1.5 (medium) or 3 (hard): the larger, the more the network bends. The factor `a`
makes the standard deviation of the output under standard normal parents the size of their noise.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from methods.types.arrays import FloatArray
from simulators.engine.units import BUMP, HIDDEN, TANH, Unit
from simulators.structural.mechanisms.group import Group

GAINS = {"easy": 0.7, "medium": 1.5, "hard": 3.0}
WIDTH = 6
_ROWS = 1_000


def random_network(group: Group) -> tuple[Unit, ...]:
    """Return the units of both layers, those of the first before the one that they enter."""
    rng, gain = group.stream(), GAINS[group.difficulty]
    last, biases = rng.standard_normal(WIDTH), 0.5 * rng.standard_normal(WIDTH)
    inner = 2.0 / np.sqrt(WIDTH) * rng.standard_normal((WIDTH, WIDTH))
    shifts = gain * 0.5 * rng.standard_normal((WIDTH, WIDTH))
    slopes = np.stack(
        [gain * group.stream(*e).standard_normal((WIDTH, WIDTH)) for e in group.edges]
    )
    parents = rng.standard_normal((_ROWS, len(group.edges)))
    z = np.einsum("te,ehk->thk", parents, slopes) + shifts
    hidden = 2 * np.exp(-0.5 * z**2) - 1
    output = np.tanh((inner * hidden).sum(axis=2) + biases) @ last
    last = last * group.size / output.std()
    return tuple(_units(group, last, biases, inner, shifts, slopes))


def _units(
    group: Group,
    last: FloatArray,
    biases: FloatArray,
    inner: FloatArray,
    shifts: FloatArray,
    slopes: FloatArray,
) -> Iterator[Unit]:
    for h in range(WIDTH):
        for k in range(WIDTH):
            inputs = zip(group.edges, slopes[:, h, k].tolist(), strict=True)
            causes = tuple(group.input(edge, slope) for edge, slope in inputs)
            yield Unit(BUMP, float(inner[h, k]), causes, float(shifts[h, k]), role=HIDDEN)
        yield Unit(TANH, float(last[h]), (), float(biases[h]))
