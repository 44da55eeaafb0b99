"""The compiled step loop: one kernel for every structural system."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from methods.types.arrays import FloatArray, IntArray
from methods.types.errors import InputError
from simulators.engine.units import (
    BUMP,
    COS,
    FACTOR,
    HIDDEN,
    IDENTITY,
    LEAKY,
    PULSE,
    SOFTPLUS,
    SPLINE,
    STEP,
    TANH,
    VEE,
    WIGGLE,
    IndexArray,
    Program,
)


@njit(cache=True)
def phi(code: int, z: float) -> float:
    """Return the value of one of the functions named in `simulators.engine.units`."""
    if code == IDENTITY:
        return z
    if code >= TANH:
        return _bounded(code, z)
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
def _bounded(code: int, z: float) -> float:
    if code == TANH:
        return math.tanh(z)
    if code == COS:
        return math.cos(z)
    if code == BUMP:
        return 2.0 * math.exp(-0.5 * z * z) - 1.0
    if code == STEP:
        return 1.0 if z > 0.0 else -1.0
    if code == PULSE:
        return z * math.exp(0.5 - 0.5 * z * z)
    assert code == SPLINE
    far = abs(z)
    if far < 1.0:
        return 2.0 / 3.0 + far * far * (0.5 * far - 1.0)
    return max(2.0 - far, 0.0) ** 3 / 6.0


def run(program: Program, x: FloatArray, labels: IntArray, start: int, stride: int = 1) -> None:
    """Turn noise into the series, in place.

    Parameters
    ----------
    program
        The compiled equations.
    x
        Shape `(T, n)`, contiguous; the rows to compute hold the noise and are overwritten by the
        series.
    labels
        The regime of each row, shape `(T,)`.
    start, stride
        The rows to compute: `start`, `start + stride`, ...; `start` is at least the largest lag.
    """
    if not x.flags.c_contiguous:
        raise InputError("x: expected a contiguous array to write to, found a view of another")
    n = np.uint64(x.shape[1])
    _steps(
        x.ravel(),
        n,
        np.uint64(start),
        np.uint64(stride),
        labels.view(np.uint64),
        program.order,
        program.first[:-1],
        program.scale,
        program.first[1:],
        program.sd,
        program.code,
        program.role,
        program.weight,
        program.bias,
        program.noise,
        program.begin[:-1],
        program.begin[1:],
        program.cause - program.lag * n,
        program.coefficient,
    )


# Flat arrays as single arguments, and one loop without calls: a tuple of arrays, or a function per
# equation, makes this 3 to 10 times slower.
@njit(cache=True)
def _steps(
    x: FloatArray,  # (T * n,)
    n: np.uint64,
    start: np.uint64,
    stride: np.uint64,
    labels: IndexArray,
    order: IndexArray,
    mean: IndexArray,  # first mean unit, first scale unit, and end, of each equation
    scale: IndexArray,
    end: IndexArray,
    sd: FloatArray,
    code: IndexArray,
    role: IndexArray,
    weight: FloatArray,
    bias: FloatArray,
    noise: FloatArray,
    first: IndexArray,  # first input and end of each unit
    last: IndexArray,
    back: IndexArray,  # position of each input relative to the row, modulo 2**64
    coefficient: FloatArray,
) -> None:
    for t in range(start, np.uint64(len(labels)), stride):
        row, label = t * n, labels[t]
        for position in range(np.uint64(order.shape[1])):
            effect = order[label, position]
            equation = label * n + effect
            eps = x[row + effect]
            total, factor = 0.0, 1.0
            product, inner = 1.0, 0.0
            for u in range(mean[equation], end[equation]):
                z = bias[u] + noise[u] * eps
                for k in range(first[u], last[u]):
                    z += coefficient[k] * x[row + back[k]]
                if role[u] == HIDDEN:
                    inner += weight[u] * phi(code[u], z)
                    continue
                value = weight[u] * phi(code[u], z + inner) * product
                inner = 0.0
                if role[u] == FACTOR:
                    product = value
                    continue
                product = 1.0
                if u < scale[equation]:
                    total += value
                else:
                    factor += value
            x[row + effect] = total + sd[equation] * factor * eps
