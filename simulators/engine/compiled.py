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

_STATES = 1_000  # over which the noise of a step is averaged


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
        states = max(_STATES // len(labels), 10)
        runs = [self._segment(k, steps, states) for k, steps in enumerate(labels)]
        series = TimeSeries.from_segments([observed for observed, _ in runs], self.names)
        weights = [len(steps) for steps in labels]
        innovation = np.average([variance for _, variance in runs], axis=0, weights=weights)
        properties = describe(series, self.truth)
        total = np.var(np.concatenate(series.segments), axis=0)
        return Sample(
            series, labels, properties | {"noise_share": float(np.mean(innovation / total))}
        )

    def _segment(self, k: int, labels: IntArray, states: int) -> tuple[FloatArray, FloatArray]:
        """Run one segment from zero, in place of its noise, and drop the burn-in.

        Returns what is observed, and the part of its variance that its past leaves.
        """
        # With numba, which loads slowly.
        from simulators.engine.innovations import innovation_variance
        from simulators.engine.kernel import run

        before, n = self.burn_in, len(self.names)
        x = draw_noise(self.distributions, before + len(labels), self.seed, "segment", k)
        x[: self.max_lag] = 0.0
        padded = np.pad(labels, (before, 0), mode="edge")
        run(self.program, x, padded, self.max_lag)
        variance = innovation_variance(
            self.program, x, padded, self.max_lag, self.distributions, self.seed, states
        )[:n]
        if self.observation_sds is not None:
            variance = variance + np.square(self.observation_sds)
        return x[before:, :n] + self._observation(k, len(labels)), variance

    def _observation(self, k: int, n_rows: int) -> FloatArray | float:
        if self.observation_sds is None or not self.observation_sds.any():
            return 0.0
        gaussian = ("gaussian",) * len(self.names)
        noise = draw_noise(gaussian, n_rows, self.seed, "observation", k)
        return noise * self.observation_sds
