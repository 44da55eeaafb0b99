"""Linear: `x_j = sum_i a_i x_i + noise`, `|a_i|` uniform in [0.2, 0.5] with a random sign."""

from __future__ import annotations

from simulators.engine.units import IDENTITY, Input, Unit
from simulators.structural.mechanisms.group import Group, signed


def linear(group: Group) -> tuple[Unit, ...]:
    """Return one identity unit over all parents."""
    inputs = (
        Input(edge.cause, edge.lag, signed(group.stream(*edge), 0.2, 0.5)) for edge in group.edges
    )
    return (Unit(IDENTITY, 1.0, tuple(inputs)),)
