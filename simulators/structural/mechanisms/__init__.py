"""How parents act on an effect: each mechanism turns a group of edges into ridge units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from simulators.engine.units import Unit
from simulators.structural.mechanisms.gaussian_process import gaussian_process
from simulators.structural.mechanisms.group import Difficulty, Group
from simulators.structural.mechanisms.linear import linear
from simulators.structural.mechanisms.mlp import mlp_additive, mlp_concat
from simulators.structural.mechanisms.monotonic import monotonic
from simulators.structural.mechanisms.nonmonotonic import nonmonotonic
from simulators.structural.mechanisms.piecewise_monotonic import piecewise_monotonic
from simulators.structural.mechanisms.product import product
from simulators.structural.mechanisms.random_network import random_network
from simulators.structural.mechanisms.spline import spline
from simulators.structural.mechanisms.threshold import threshold
from simulators.structural.mechanisms.variance import variance

__all__ = ["MECHANISMS", "Difficulty", "Group", "MechanismName", "variance"]

MechanismName = Literal[
    "linear",
    "monotonic",
    "piecewise_monotonic",
    "mlp_additive",
    "mlp_concat",
    "nonmonotonic",
    "gaussian_process",
    "spline",
    "product",
    "threshold",
    "random_network",
]

MECHANISMS: Mapping[MechanismName, Callable[[Group], tuple[Unit, ...]]] = {
    "linear": linear,
    "monotonic": monotonic,
    "piecewise_monotonic": piecewise_monotonic,
    "mlp_additive": mlp_additive,
    "mlp_concat": mlp_concat,
    "nonmonotonic": nonmonotonic,
    "gaussian_process": gaussian_process,
    "spline": spline,
    "product": product,
    "threshold": threshold,
    "random_network": random_network,
}
"""Mechanisms by name; each returns the mean units of one group of edges."""
