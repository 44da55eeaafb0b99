"""Stability by construction: the functions of a system are scaled until it must be stable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from methods.types.arrays import FloatArray
from simulators.engine.units import Equation, Unit

_LARGEST_SWING = 0.9  # of the factor of the noise around 1, so that it stays positive
_HALVINGS = 30


def by_row(regimes: Sequence[Sequence[Equation]], rho: float) -> list[list[Equation]]:
    """Scale the units of each effect until their Lipschitz constants sum to at most `rho`.

    One factor per effect over all regimes: an edge they share keeps the same function.
    """
    by_effect = []
    for same in zip(*regimes, strict=True):
        factor = _factor(rho, [sum(u.lipschitz() for u in e.mean) for e in same])
        by_effect.append([_with_mean(e, factor) for e in same])
    return [list(regime) for regime in zip(*by_effect, strict=True)]


def by_radius(
    regimes: Sequence[Sequence[Equation]], own: FloatArray, rate: float, max_lag: int
) -> list[list[Equation]]:
    """Scale all units by one factor until the system contracts by `rate` per step.

    Parameters
    ----------
    regimes
        `[regime][effect]` equations, without the own pasts.
    own
        Coefficient of every variable's own past at lag 1, each below `rate`, shape `(n,)`.
    rate
        Below 1.
    max_lag
        Largest lag, in steps.
    """
    a = np.max([_constants(equations, max_lag) for equations in regimes], axis=0)
    own_part = np.diag(own / rate)
    lagged = np.tensordot(a[:, :, 1:], rate ** -np.arange(1.0, max_lag + 1), axes=1)
    low, high, factor = 0.0, 1.0, 1.0
    for _ in range(_HALVINGS):
        # Non-negative matrices: the companion matrix has a radius of at most `rate` if and only if
        # this one has a radius of at most 1.
        now = np.linalg.inv(np.eye(len(a)) - factor * a[:, :, 0])
        if np.abs(np.linalg.eigvals(now @ (own_part + factor * lagged))).max() <= 1 + 1e-9:
            low = factor
        else:
            high = factor
        if low == 1.0:
            break
        factor = (low + high) / 2
    return [[_with_mean(e, low) for e in equations] for equations in regimes]


def steady(regimes: Sequence[Sequence[Equation]]) -> list[list[Equation]]:
    """Scale the units of the variance, one factor per effect, so that it stays positive."""
    by_effect = []
    for same in zip(*regimes, strict=True):
        factor = _factor(_LARGEST_SWING, [sum(abs(u.weight) for u in e.scale) for e in same])
        by_effect.append([replace(e, scale=_scaled(e.scale, factor)) for e in same])
    return [list(regime) for regime in zip(*by_effect, strict=True)]


def _constants(equations: Sequence[Equation], max_lag: int) -> FloatArray:
    """Return Lipschitz constants `[effect, cause, lag]`."""
    constants = np.zeros((len(equations), len(equations), max_lag + 1))
    for effect, equation in enumerate(equations):
        for unit in equation.mean:
            for entry in unit.inputs:
                alone = replace(unit, inputs=(entry,))
                constants[effect, entry.cause, entry.lag] += alone.lipschitz()
    return constants


def _factor(budget: float, sums: Sequence[float]) -> float:
    return budget / max(*sums, budget)


def _with_mean(equation: Equation, factor: float) -> Equation:
    return replace(equation, mean=_scaled(equation.mean, factor))


def _scaled(units: Sequence[Unit], factor: float) -> tuple[Unit, ...]:
    return tuple(unit.scaled(factor) for unit in units)
