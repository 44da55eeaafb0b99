"""Non-monotonic: even and periodic functions and products of parents, where correlation is blind.

    periodic  a cos(g x + b)         g in [2.5, 3.2], any phase b
    even      a (2 exp(-(g x)^2 / 2) - 1)    g near 1.5
    product   a sin(g x) sin(g y) = a (cos(g x - g y) - cos(g x + g y)) / 2    g in [1, 1.6]

An even function of a symmetric cause, or a product with an independent symmetric factor, has no
linear trace. An effect is itself a cause, so what it adds has to stay symmetric too: a periodic
function is when it wraps several times, the even one at the gain where its median is its middle,
a product always. What is left is a correlation of a few hundredths at most.

These gains are those of the difficulty medium. Hard functions have twice as large ones, so that
they wave twice as fast, and easy ones half as large ones, of which correlation sees something.
"""

from __future__ import annotations

import numpy as np

from simulators.components.graphs import Edge
from simulators.engine.units import BUMP, COS, Unit
from simulators.structural.mechanisms.group import Group, signed

SPEED = {"easy": 0.5, "medium": 1.0, "hard": 2.0}


def nonmonotonic(group: Group) -> tuple[Unit, ...]:
    """Return a product for every pair of parents with probability 1/2, single functions else."""
    rng = group.stream()
    edges = [group.edges[k] for k in rng.permutation(len(group.edges))]
    units: list[Unit] = []
    while edges:
        first = edges.pop()
        if edges and edges[-1].cause != first.cause and rng.random() < 0.5:
            units += _product(group, first, edges.pop(), rng)
        else:
            units.append(_single(group, first))
    return tuple(units)


def _single(group: Group, edge: Edge) -> Unit:
    rng, speed = group.stream(*edge), SPEED[group.difficulty]
    if rng.random() < 0.5:
        return group.unit(edge, BUMP, signed(rng, 0.5, 0.9), speed * rng.uniform(1.3, 1.6))
    gain, phase = rng.uniform(2.5, 3.2), rng.uniform(0.0, 2 * np.pi)
    return group.unit(edge, COS, signed(rng, 0.6, 1.0), speed * gain, phase)


def _product(group: Group, a: Edge, b: Edge, rng: np.random.Generator) -> list[Unit]:
    weight = 0.5 * group.size * signed(rng, 0.8, 1.2)
    x, y = SPEED[group.difficulty] * rng.uniform(1.0, 1.6, size=2)
    return [
        Unit(COS, -sign * weight, (group.input(a, x), group.input(b, sign * y)))
        for sign in (-1.0, 1.0)
    ]
