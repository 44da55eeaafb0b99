"""Lorenz-96, a ring of variables with published chaotic dynamics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Interval
from numba import njit

from methods import LaggedGraph, TimeSeries
from methods.types.arrays import FloatArray
from methods.types.errors import InputError
from simulators.base import Sample, Simulator
from simulators.components.graphs import Edge
from simulators.engine.effects import truth
from simulators.properties import describe
from simulators.streams import stream

_BURN_IN = 1_000  # sampled steps
_PILOT = 2_000  # sampled steps
_LONGEST_STEP = 0.01  # time units, of the integrator


@dataclass(frozen=True, kw_only=True)
class Lorenz96(Simulator):
    """Lorenz-96: `dx_i/dt = (x_{i+1} - x_{i-2}) x_{i-1} - x_i + forcing`, indices modulo `n_vars`.

    Parameters
    ----------
    n_vars
        Number of variables, at least 4.
    forcing
        The constant force; chaotic from about 8 on.
    interval
        Time between two samples, in the units of the equation (0.05 is 6 hours of weather).
    max_lag
        Largest lag of the truth, in samples; all edges have lag 1.

    Raises
    ------
    ValueError
        If the system comes to rest, `forcing <= 1 / max_k(cos(2 pi k / n) - cos(4 pi k / n))`.

    Notes
    -----
    Lorenz 1996, "Predictability: a problem partly solved", ECMWF Seminar on Predictability,
    volume 1; doi 10.1017/CBO9780511617652.004. Integrated by the classical Runge-Kutta method of
    order 4 with steps of at most 0.01 from a random start near `forcing`, after 1000 samples of
    burn-in. There is no noise: the seed chooses the start.

    The window truth is `x_{i-2}, x_{i-1}, x_i, x_{i+1} -> x_i` at lag 1, from sample to sample.
    That is the graph of the equation; within one interval influence also spreads to variables
    further away, which the truth leaves out. Next to the edges that is little with a forcing of 8
    or 10 and an interval of 0.05. With a forcing of 30 and an interval of 0.1 it is not: about one
    in five of the other pairs then acts more strongly than the weakest edge. An edge's effect is
    measured through the flow over one interval, with the others held at its start: see
    `simulators.engine.effects`.
    """

    n_vars: Annotated[int, Ge(4)] = 10
    forcing: Annotated[float, Ge(1)] = 8.0
    interval: Annotated[float, Interval(gt=0, le=1)] = 0.05
    max_lag: Annotated[int, Ge(1)] = 5

    def __post_init__(self) -> None:
        angles = 2 * np.pi * np.arange(self.n_vars) / self.n_vars
        least = 1 / float(np.max(np.cos(angles) - np.cos(2 * angles)))
        if self.forcing <= least:
            raise InputError(
                f"forcing: expected more than {least:.4g}, below which {self.n_vars} variables "
                f"come to rest, found {self.forcing:g}"
            )

    def draw(self, seed: int) -> Lorenz96System:
        """Draw a start; see `simulators.base.Simulator`."""
        start = self.forcing + 0.01 * stream(seed, "start").standard_normal(self.n_vars)
        start = self.flow(start, _BURN_IN)[-1]
        names = tuple(f"X{i}" for i in range(self.n_vars))
        effects = self._effects(self.flow(start, _PILOT))
        return Lorenz96System(
            config=self,
            names=names,
            max_lag=self.max_lag,
            truth=truth([effects], names, self.max_lag, instantaneous=False),
            start=start,
        )

    def flow(self, start: FloatArray, n_samples: int) -> FloatArray:
        """Return the `n_samples` states that follow `start`, shape `(n_samples, n_vars)`."""
        substeps = int(np.ceil(self.interval / _LONGEST_STEP))
        x = np.empty((n_samples, self.n_vars))
        _integrate(x, start, self.forcing, self.interval / substeps, substeps)
        return x

    def _next(self, states: FloatArray) -> FloatArray:
        return np.concatenate([self.flow(state, 1) for state in states])

    def _effects(self, states: FloatArray) -> dict[Edge, float]:
        sds, following = states.std(axis=0), self._next(states)
        effects: dict[Edge, float] = {}
        for cause in range(self.n_vars):
            moved = states + sds[cause] * (np.arange(self.n_vars) == cause)
            change = np.abs(self._next(moved) - following).mean(axis=0)
            for shift in (-1, 0, 1, 2):
                effect = (cause + shift) % self.n_vars
                effects[Edge(cause, effect, 1)] = float(change[effect] / sds[effect])
        return effects


@dataclass(frozen=True, eq=False, kw_only=True)
class Lorenz96System:
    """A Lorenz-96 system with its start; see `simulators.base.System`."""

    config: Lorenz96
    names: tuple[str, ...]
    max_lag: int
    truth: LaggedGraph
    start: FloatArray

    def generate(self, n_samples: int) -> Sample:
        """Return the `n_samples` states after the start; see `simulators.base.System`."""
        if n_samples < self.max_lag + 2:
            raise InputError(
                f"n_samples: expected at least max_lag + 2 = {self.max_lag + 2}, found {n_samples}"
            )
        series = TimeSeries.from_array(self.config.flow(self.start, n_samples), self.names)
        return Sample(series, (np.zeros(n_samples, np.int64),), describe(series, self.truth))


@njit(cache=True)
def _slope(x: FloatArray, forcing: float) -> FloatArray:
    n = len(x)
    slope = np.empty(n)
    for i in range(n):
        slope[i] = (x[(i + 1) % n] - x[i - 2]) * x[i - 1] - x[i] + forcing
    return slope


@njit(cache=True)
def _integrate(x: FloatArray, start: FloatArray, forcing: float, h: float, substeps: int) -> None:
    """Fill `x` with the states after `start`, `substeps` Runge-Kutta steps of `h` apart."""
    state = start.copy()
    for t in range(len(x)):
        for _ in range(substeps):
            k1 = _slope(state, forcing)
            k2 = _slope(state + 0.5 * h * k1, forcing)
            k3 = _slope(state + 0.5 * h * k2, forcing)
            k4 = _slope(state + h * k3, forcing)
            state += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        x[t] = state
