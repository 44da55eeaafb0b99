"""Heteroscedastic noise: parents that act on the variance of an effect and not on its mean.

The noise of the effect is multiplied by `1 + sum_i w_i tanh(g_i x_i)`, `|w_i|` in [0.6, 0.9]; the
weights are scaled down where several parents would make the factor negative.
"""

from __future__ import annotations

from simulators.engine.units import TANH, Unit
from simulators.structural.mechanisms.group import Group, signed


def variance(group: Group) -> tuple[Unit, ...]:
    """Return one scale unit per parent."""
    units = []
    for edge in group.edges:
        rng = group.stream(*edge)
        gain = group.input(edge, rng.uniform(1.0, 2.0))
        units.append(Unit(TANH, signed(rng, 0.6, 0.9), (gain,)))
    return tuple(units)
