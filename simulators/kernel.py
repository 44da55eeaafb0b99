"""The compiled step loop: one kernel for every structural system."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulators.units import BUMP, COS, IDENTITY, LEAKY, SOFTPLUS, TANH, VEE, WIGGLE, Program

FloatArray = NDArray[np.float64]


@njit(cache=True)
def phi(code: int, z: float) -> float:
    """Return the value of one of the functions named in `simulators.units`."""
    if code == IDENTITY:
        return z
    if code == TANH:
        return math.tanh(z)
    if code == COS:
        return math.cos(z)
    if code == BUMP:
        return 2.0 * math.exp(-0.5 * z * z) - 1.0
    if code == SOFTPLUS:
        # Written so that exp never overflows.
        return max(z, 0.0) + math.log1p(math.exp(-abs(z))) - math.log(2.0)
    if code == WIGGLE:
        return z + 0.5 * math.sin(z)
    if code == LEAKY:
        return z if z > 0.0 else 0.2 * z
    assert code == VEE
    return z if z > 0.0 else -0.5 * z


@njit(cache=True)
def _sum(program: Program, start: int, stop: int, x: FloatArray, t: int, eps: float) -> float:
    total = 0.0
    for u in range(start, stop):
        z = program.bias[u] + program.noise[u] * eps
        for k in range(program.begin[u], program.begin[u + 1]):
            z += program.coefficient[k] * x[t - program.lag[k], program.cause[k]]
        total += program.weight[u] * phi(program.code[u], z)
    return total


@njit(cache=True)
def _value(program: Program, equation: int, x: FloatArray, t: int, eps: float) -> float:
    first, middle, last = (
        program.first[equation],
        program.scale[equation],
        program.first[equation + 1],
    )
    mean = _sum(program, first, middle, x, t, eps)
    scale = 1.0 + _sum(program, middle, last, x, t, eps)
    value: float = mean + program.sd[equation] * scale * eps
    return value


@njit(cache=True)
def run(program: Program, x: FloatArray, labels: NDArray[np.int64], start: int) -> None:
    """Turn noise into the series, in place.

    Parameters
    ----------
    program
        The compiled equations.
    x
        Shape `(T, n)`; rows from `start` on hold the noise and are overwritten by the series,
        rows before hold the past.
    labels
        The regime of each row, shape `(T,)`.
    start
        First row to compute, at least the largest lag.
    """
    n = x.shape[1]
    for t in range(start, x.shape[0]):
        for effect in program.order[labels[t]]:
            x[t, effect] = _value(program, labels[t] * n + effect, x, t, x[t, effect])


@njit(cache=True)
def response(
    program: Program,
    equation: int,
    x: FloatArray,
    noise: FloatArray,
    start: int,
    cause: int,
    lag: int,
    step: float,
) -> float:
    """Return the mean absolute change of one effect when one cause at one lag moves by `step`.

    Parameters
    ----------
    program, equation
        The compiled equations, and the index of the one to ask.
    x
        A run of the system, shape `(T, n)`; restored before returning.
    noise
        The noise of that run, same shape, used again: everything but the one cause is held.
    start
        First row to average over, at least the largest lag.
    cause, lag, step
        `x_cause(t - lag)` is replaced by itself plus `step`, one `t` at a time.
    """
    effect = equation % x.shape[1]
    total = 0.0
    for t in range(start, x.shape[0]):
        kept = x[t - lag, cause]
        before = _value(program, equation, x, t, noise[t, effect])
        x[t - lag, cause] = kept + step
        total += abs(_value(program, equation, x, t, noise[t, effect]) - before)
        x[t - lag, cause] = kept
    change: float = total / (x.shape[0] - start)
    return change
