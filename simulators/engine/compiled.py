"""A drawn system that the kernel runs: its program, its noise, its regimes and its truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from methods import LaggedGraph, TimeSeries
from methods.types.arrays import FloatArray, IntArray
from methods.types.errors import InputError
from simulators.base import Sample
from simulators.components.noise import draw_noise
from simulators.components.regimes import Regimes
from simulators.engine.units import Program
from simulators.properties import describe


@dataclass(frozen=True, eq=False, kw_only=True)
class CompiledSystem:
    """A system of ridge units; see `simulators.base.System`.

    Parameters
    ----------
    names
        Names of the observed variables, the first of the program's variables.
    max_lag
        Largest lag, in steps.
    truth
        The graph over the observed variables.
    program
        The equations of all regimes.
    distributions
        Distribution of the noise of every variable, latent ones included.
    regimes
        When each regime holds.
    burn_in
        Steps dropped at the start of every segment.
    seed
        Seed of the noise and of the regimes.
    observation_sds
        Standard deviation of the noise on what is observed of each variable; None is no noise.
    """

    names: tuple[str, ...]
    max_lag: int
    truth: LaggedGraph
    program: Program
    distributions: tuple[str, ...]
    regimes: Regimes
    seed: int
    burn_in: int
    observation_sds: FloatArray | None = None

    def generate(self, n_samples: int) -> Sample:
        """Return `n_samples` steps over all segments; see `simulators.base.System`."""
        labels = self.regimes.labels(n_samples, self.seed)
        for k, steps in enumerate(labels):
            if len(steps) < self.max_lag + 2:
                raise InputError(
                    f"n_samples: expected at least max_lag + 2 = {self.max_lag + 2} steps in "
                    f"each of {len(labels)} segments, found {len(steps)} in segment {k}; raise "
                    "n_samples"
                )
        series = TimeSeries.from_segments(
            [self._segment(k, steps) for k, steps in enumerate(labels)], self.names
        )
        return Sample(series, labels, describe(series, self.truth))

    def _segment(self, k: int, labels: IntArray) -> FloatArray:
        """Run one segment from zero, in place of its noise, and drop the burn-in."""
        from simulators.engine.kernel import run  # with numba, which loads slowly

        before = self.burn_in
        x = draw_noise(self.distributions, before + len(labels), self.seed, "segment", k)
        x[: self.max_lag] = 0.0
        run(self.program, x, np.pad(labels, (before, 0), mode="edge"), self.max_lag)
        return x[before:, : len(self.names)] + self._observation(k, len(labels))

    def _observation(self, k: int, n_rows: int) -> FloatArray | float:
        if self.observation_sds is None or not self.observation_sds.any():
            return 0.0
        gaussian = ("gaussian",) * len(self.names)
        noise = draw_noise(gaussian, n_rows, self.seed, "observation", k)
        return noise * self.observation_sds
