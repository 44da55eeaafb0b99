"""Products of odd functions of parents: of `tanh(u)` or the pulse `u exp((1 - u^2) / 2)`.

    medium  pairs of parents, w f(x) f(y)
    easy    the same, and each parent by itself, w f(x) / 2
    hard    one product of all parents, w f(x) f(y) .. f(z)

with `u = g x`, `g` uniform in [0.8, 1.6], `|w|` in [1.2, 1.8] times the size of the parents' noise
and a random sign. A parent that finds no other is multiplied with itself, less the mean of that. A
product has no linear trace where a factor is symmetric and independent of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from simulators.components.graphs import Edge
from simulators.engine.units import COS, PULSE, SUMMAND, TANH, Unit
from simulators.structural.mechanisms.group import Group, signed


def product(group: Group) -> tuple[Unit, ...]:
    """Return products of pairs, or one of all parents, and single functions where easy."""
    rng = group.stream()
    together = [group.edges] if group.difficulty == "hard" else group.pairs(rng)
    units = [unit for edges in together for unit in _product(group, edges, rng)]
    if group.difficulty == "easy":
        units += [_single(group, edge) for edge in group.edges]
    return tuple(units)


def _product(group: Group, edges: Sequence[Edge], rng: np.random.Generator) -> Iterator[Unit]:
    weight = group.size * signed(rng, 1.2, 1.8)
    factors = [_odd(group, edge, rng) for edge in edges]
    if len(edges) == 1:
        factors = 2 * factors
        # About the mean of the square of either function of a standard normal cause.
        yield Unit(COS, -0.45 * weight, ())
    yield from factors[:-1]
    yield replace(factors[-1], weight=weight, role=SUMMAND)


def _single(group: Group, edge: Edge) -> Unit:
    rng = group.stream(*edge)
    weight = 0.5 * group.size * signed(rng, 1.2, 1.8)
    return replace(_odd(group, edge, rng), weight=weight, role=SUMMAND)


def _odd(group: Group, edge: Edge, rng: np.random.Generator) -> Unit:
    return group.factor(edge, int(rng.choice((TANH, PULSE))), rng.uniform(0.8, 1.6))
