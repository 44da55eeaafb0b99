"""How parents act on an effect: each mechanism turns a group of edges into ridge units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from simulators.engine.units import Unit
from simulators.structural.mechanisms.group import Group
from simulators.structural.mechanisms.linear import linear
from simulators.structural.mechanisms.mlp import mlp_additive, mlp_concat
from simulators.structural.mechanisms.monotonic import monotonic
from simulators.structural.mechanisms.nonmonotonic import nonmonotonic
from simulators.structural.mechanisms.piecewise_monotonic import piecewise_monotonic
from simulators.structural.mechanisms.variance import variance

__all__ = ["MECHANISMS", "Group", "MechanismName", "variance"]

MechanismName = Literal[
    "linear", "monotonic", "piecewise_monotonic", "mlp_additive", "mlp_concat", "nonmonotonic"
]

MECHANISMS: Mapping[MechanismName, Callable[[Group], tuple[Unit, ...]]] = {
    "linear": linear,
    "monotonic": monotonic,
    "piecewise_monotonic": piecewise_monotonic,
    "mlp_additive": mlp_additive,
    "mlp_concat": mlp_concat,
    "nonmonotonic": nonmonotonic,
}
"""Mechanisms by name; each returns the mean units of one group of edges."""
