"""Splines: `x_j = sum_i f_i(x_i) + noise`, each `f_i` a cubic spline with random coefficients.

    f(x) = a (sum_m w_m B((x - k_m) / h) - c),    w_m standard normal,

with the cubic B-spline `B` and knots `k_m`, in units of the noise of the cause, from -3 to 3 in
steps of `h` = 1.5 (easy), 0.75 (medium) or 0.375 (hard); far from the knots `f` is
constant. Under a normal cause of standard deviation 1.5, `c` makes the mean of `f` 0 and `a` its
standard deviation uniform in [0.5, 1].
De Boor 1978, A Practical Guide to Splines, Springer.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from simulators.components.graphs import Edge
from simulators.engine.units import SPLINE, Unit
from simulators.structural.mechanisms.group import POINTS, Group, moments

if TYPE_CHECKING:
    from scipy.interpolate import BSpline

STEPS = {"easy": 1.5, "medium": 0.75, "hard": 0.375}


def spline(group: Group) -> tuple[Unit, ...]:
    """Return the B-splines of one function per parent."""
    return tuple(unit for edge in group.edges for unit in _function(group, edge))


@functools.cache
def _basis() -> BSpline:
    from scipy.interpolate import BSpline

    return BSpline.basis_element(np.arange(-2.0, 3.0), extrapolate=False)


def _function(group: Group, edge: Edge) -> Iterator[Unit]:
    rng, step = group.stream(*edge), STEPS[group.difficulty]
    knots = np.arange(-3.0, 3.0 + step / 2, step)
    weights = rng.standard_normal(len(knots))
    values = np.nan_to_num(_basis()(np.subtract.outer(POINTS, knots) / step)) @ weights
    mean, sd = moments(values)
    size = rng.uniform(0.5, 1.0) / sd
    yield group.constant(edge, -mean * size)
    for weight, knot in zip(weights, knots, strict=True):
        yield group.unit(edge, SPLINE, size * float(weight), 1 / step, -float(knot) / step)
