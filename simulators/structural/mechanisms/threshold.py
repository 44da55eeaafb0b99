"""Thresholds: functions that jump, and are flat elsewhere.

    easy    w s(x - c)              c in [-0.7, 0.7]: one jump
    medium  w s(x - c) s(d - x)     c near -0.7 and d near 0.7: inside a band, or outside
    hard    w s(x - c) s(y - d)     c and d in [-0.1, 0.1]: pairs of parents; a band for one left

with the sign `s`, and `|w|` uniform in [0.5, 0.9] with a random sign, all in units of the noise of
the causes. What is medium or hard leaves hardly a linear trace.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simulators.components.graphs import Edge
from simulators.engine.units import STEP, SUMMAND, Unit
from simulators.structural.mechanisms.group import Group, signed


def threshold(group: Group) -> tuple[Unit, ...]:
    """Return jumps and bands of single parents, or of pairs where hard."""
    if group.difficulty == "hard":
        rng = group.stream()
        return tuple(u for edges in group.pairs(rng) for u in _of_pair(group, edges, rng))
    function = _jump if group.difficulty == "easy" else _band
    return tuple(unit for edge in group.edges for unit in function(group, edge))


def _jump(group: Group, edge: Edge) -> tuple[Unit, ...]:
    rng = group.stream(*edge)
    return (group.unit(edge, STEP, signed(rng, 0.5, 0.9), 1.0, rng.uniform(-0.7, 0.7)),)


def _band(group: Group, edge: Edge) -> tuple[Unit, ...]:
    rng = group.stream(*edge)
    middle, half = rng.uniform(-0.2, 0.2), rng.uniform(0.6, 0.9)
    above = group.factor(edge, STEP, 1.0, half - middle)
    return above, group.unit(edge, STEP, signed(rng, 0.5, 0.9), -1.0, half + middle)


def _of_pair(group: Group, edges: tuple[Edge, ...], rng: np.random.Generator) -> tuple[Unit, ...]:
    if len(edges) == 1:
        return _band(group, edges[0])
    first, last = (group.factor(edge, STEP, 1.0, rng.uniform(-0.1, 0.1)) for edge in edges)
    return first, replace(last, weight=group.size * signed(rng, 0.5, 0.9), role=SUMMAND)
