"""Piecewise linear and monotonic: each parent acts by a kinked line or by a smooth monotone shape.

A kinked line changes its slope once, by the factor 1/5 (still monotone) or -1/2 (a V).
"""

from __future__ import annotations

from simulators.components.graphs import Edge
from simulators.engine.units import LEAKY, VEE, Unit
from simulators.structural.mechanisms.group import Group, signed
from simulators.structural.mechanisms.monotonic import monotone_unit


def piecewise_monotonic(group: Group) -> tuple[Unit, ...]:
    """Return one unit per parent, kinked or monotone with equal probability."""
    return tuple(_unit(group, edge) for edge in group.edges)


def _unit(group: Group, edge: Edge) -> Unit:
    rng = group.stream(*edge)
    if rng.random() < 0.5:
        return monotone_unit(group, edge, rng)
    code = int(rng.choice((LEAKY, VEE)))
    return group.unit(edge, code, signed(rng, 0.3, 0.7), 1.0, rng.uniform(-0.5, 0.5))
