"""Linear: `x_j = sum_i a_i x_i + noise`, `|a_i|` uniform in [0.2, 0.5] with a random sign."""

from __future__ import annotations

from simulators.mechanisms.group import Group, signed
from simulators.units import IDENTITY, Input, Unit


def linear(group: Group) -> tuple[Unit, ...]:
    """Return one identity unit over all parents."""
    inputs = (
        Input(edge.cause, edge.lag, signed(group.stream(*edge), 0.2, 0.5)) for edge in group.edges
    )
    return (Unit(IDENTITY, 1.0, tuple(inputs)),)
