"""Ridge units, the one building block of every mechanism, and the table the kernel runs.

A variable of a structural system is

    x_j(t) = sum_u w_u phi_u(z_u) + s_j (1 + sum_v w_v phi_v(z_v)) eps_j(t),
    z_u    = sum_k c_uk x_{p_k}(t - l_k) + g_u eps_j(t) + b_u,

with one *mean unit* per `u`, one *scale unit* per `v`, and noise `eps_j` of variance 1. A unit may
also act through those after it: as a *factor* its value multiplies that of the next, and *hidden*
units are added to `z` of the next that is not hidden, which makes products and deeper networks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

IndexArray = NDArray[np.uint64]

# The functions phi; numba reads these as constants. Those from TANH on stay within [-1, 1].
IDENTITY: Final = 0  # z
SOFTPLUS: Final = 1  # log(1 + exp(z)) - log 2
WIGGLE: Final = 2  # z + sin(z) / 2
LEAKY: Final = 3  # z for z > 0, else z / 5
VEE: Final = 4  # z for z > 0, else -z / 2
TANH: Final = 5  # tanh(z)
COS: Final = 6  # cos(z)
BUMP: Final = 7  # 2 exp(-z^2 / 2) - 1
STEP: Final = 8  # 1 for z > 0, else -1
SPLINE: Final = 9  # the cubic B-spline with knots -2, -1, 0, 1, 2
PULSE: Final = 10  # z exp((1 - z^2) / 2)

# Lipschitz constants of the unbounded functions.
LIPSCHITZ: Final = {IDENTITY: 1.0, SOFTPLUS: 1.0, WIGGLE: 1.5, LEAKY: 1.0, VEE: 1.0}

# What becomes of the value of a unit.
SUMMAND: Final = 0  # it is added to the mean, or to the scale
FACTOR: Final = 1  # it multiplies the value of the next unit
HIDDEN: Final = 2  # it is added to z of the next factor or summand


class Input(NamedTuple):
    """`coefficient * x_cause(t - lag)` inside a unit."""

    cause: int
    lag: int
    coefficient: float


@dataclass(frozen=True)
class Unit:
    """One ridge unit `weight * phi_code(inputs + noise * eps(t) + bias)`.

    After factors and hidden units comes the summand that they act through, which is bounded, and
    so are the factors.
    """

    code: int
    weight: float
    inputs: tuple[Input, ...]
    bias: float = 0.0
    noise: float = 0.0
    role: int = SUMMAND

    def lipschitz(self) -> float:
        """Return the Lipschitz constant in the sup-norm, 0 for a bounded unit."""
        steepest = LIPSCHITZ.get(self.code, 0.0) * (self.role == SUMMAND)
        return steepest * abs(self.weight) * sum(abs(i.coefficient) for i in self.inputs)

    def scaled(self, factor: float) -> Unit:
        """Return the unit with what it adds multiplied: of a product, one weight is enough."""
        return replace(self, weight=self.weight * factor) if self.role == SUMMAND else self

    def coupled(self, strength: float) -> Unit:
        """Return the unit with its dependence on the causes multiplied, and that on noise kept."""
        if not self.noise:
            return self.scaled(strength)
        inputs = (i._replace(coefficient=i.coefficient * strength) for i in self.inputs)
        return replace(self, inputs=tuple(inputs))


@dataclass(frozen=True)
class Equation:
    """How one variable follows from the past in one regime; `sd` is the factor of its noise."""

    mean: tuple[Unit, ...]
    scale: tuple[Unit, ...]
    sd: float


class Program(NamedTuple):
    """The equations of all regimes as flat arrays; equation `regime * n + effect`.

    Indices are unsigned: without a sign to test, the kernel takes half the time.
    """

    order: IndexArray  # (regimes, n): effects, causes of lag 0 first
    first: IndexArray  # (equations + 1,): first unit of each equation
    scale: IndexArray  # (equations,): first of its scale units
    sd: NDArray[np.float64]  # (equations,)
    code: IndexArray  # (units,)
    role: IndexArray
    weight: NDArray[np.float64]
    bias: NDArray[np.float64]
    noise: NDArray[np.float64]
    begin: IndexArray  # (units + 1,): first input of each unit
    cause: IndexArray  # (inputs,)
    lag: IndexArray
    coefficient: NDArray[np.float64]


def compile_program(regimes: Sequence[Sequence[Equation]]) -> Program:
    """Flatten `regimes[regime][effect]` into the table that the kernel runs."""
    equations = [equation for regime in regimes for equation in regime]
    units = [unit for e in equations for unit in (*e.mean, *e.scale)]
    inputs = [entry for unit in units for entry in unit.inputs]
    first = _offsets(len(e.mean) + len(e.scale) for e in equations)
    return Program(
        order=np.array([_order(regime) for regime in regimes], dtype=np.uint64),
        first=first,
        scale=first[:-1] + np.array([len(e.mean) for e in equations], dtype=np.uint64),
        sd=np.array([e.sd for e in equations]),
        code=np.array([u.code for u in units], dtype=np.uint64),
        role=np.array([u.role for u in units], dtype=np.uint64),
        weight=np.array([u.weight for u in units]),
        bias=np.array([u.bias for u in units]),
        noise=np.array([u.noise for u in units]),
        begin=_offsets(len(u.inputs) for u in units),
        cause=np.array([i.cause for i in inputs], dtype=np.uint64),
        lag=np.array([i.lag for i in inputs], dtype=np.uint64),
        coefficient=np.array([i.coefficient for i in inputs], dtype=np.float64),
    )


def _offsets(counts: Iterable[int]) -> IndexArray:
    return np.cumsum([0, *counts], dtype=np.uint64)


def _order(regime: Sequence[Equation]) -> list[int]:
    """Return the effects such that a cause at lag 0 comes before its effect."""
    causes = {
        effect: [i.cause for u in (*e.mean, *e.scale) for i in u.inputs if i.lag == 0]
        for effect, e in enumerate(regime)
    }
    return list(TopologicalSorter(causes).static_order())
