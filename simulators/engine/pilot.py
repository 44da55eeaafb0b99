"""Pilot runs: a system run for some thousand steps in each regime by itself, and checked."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from methods.types.arrays import FloatArray
from simulators.components.noise import draw_noise
from simulators.engine.units import Program

STEPS = 5_000
"""Length of a pilot run in steps, after its burn-in."""

_LARGEST = 1e3


def burn_in(max_lag: int, rate: float = 0.0) -> int:
    """Return the steps dropped at the start of a run: 100 times the largest lag or more.

    With a `rate` below 1 by which the start fades every `max_lag` steps, a thousandth is left.
    """
    fading = math.ceil(math.log(1e-3) / math.log(rate)) if rate > 0 else 0
    return max(100, fading) * max_lag


class UnstableError(ValueError):
    """Raised for a run that is not finite, not bounded, or drifts."""


@dataclass(frozen=True, eq=False)
class Pilot:
    """One run of one regime: the series and its noise, shape `(STEPS + max_lag, n)`.

    The first `max_lag` rows are the past of the first step.
    """

    x: FloatArray
    noise: FloatArray
    sds: FloatArray


def run_pilots(
    program: Program, distributions: tuple[str, ...], sds: FloatArray, max_lag: int, seed: int
) -> list[Pilot]:
    """Run every regime by itself from zero, and check each run.

    Parameters
    ----------
    program, distributions
        The equations of all regimes, and each variable's distribution of noise.
    sds
        Standard deviation of each variable's noise, the yardstick of the check.
    max_lag
        Largest lag, in steps.
    seed
        Seed of the system.

    Raises
    ------
    UnstableError
        If a run is not stable; see `check_stable`.
    """
    from simulators.engine.kernel import run  # with numba, which loads slowly

    pilots = []
    for regime in range(len(program.order)):
        noise = draw_noise(distributions, burn_in(max_lag) + STEPS, seed, "pilot", regime)
        noise[:max_lag] = 0.0
        x = noise.copy()
        run(program, x, np.full(len(x), regime), max_lag)
        x, noise = x[-STEPS - max_lag :], noise[-STEPS - max_lag :]
        check_stable(x, sds, f"regime {regime} of the system")
        pilots.append(Pilot(x, noise, x.std(axis=0)))
    return pilots


def check_stable(x: FloatArray, sds: FloatArray, what: str) -> None:
    """Raise UnstableError unless a run is finite, bounded and without drift.

    Bounded means within 1000 standard deviations of the noise; without drift, that the means of
    the two halves differ by less than one standard deviation of the run.
    """
    half = len(x) // 2
    with np.errstate(all="ignore"):
        peak = np.max(np.abs(x) / sds)
        drift = np.max(np.abs(x[half:].mean(axis=0) - x[:half].mean(axis=0)) / x.std(axis=0))
    # Written so that NaN fails.
    if not (peak < _LARGEST and drift < 1.0):
        raise UnstableError(
            f"{what}: expected a stable run, found values up to {peak:.3g} standard deviations of "
            f"the noise (at most {_LARGEST:g}) and a drift of {drift:.3g} standard deviations "
            "between its halves (at most 1); draw with another seed"
        )
