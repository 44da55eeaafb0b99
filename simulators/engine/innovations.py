"""How much of a step no forecast can explain: the variance of its noise, given all before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from methods.types.arrays import FloatArray, IntArray
from simulators.components.noise import draw_noise
from simulators.engine.kernel import run
from simulators.engine.units import Program


def innovation_variance(
    program: Program,
    x: FloatArray,
    labels: IntArray,
    max_lag: int,
    distributions: Sequence[str],
    seed: int,
    states: int,
) -> FloatArray:
    r"""Return the variance of the next step given the past, mean over states of a run.

    .. math:: E \, \mathrm{Var}(x_{j,t} \mid x_{t-1}, x_{t-2}, \dots)
              = \tfrac12 E \, (x_{j,t} - x'_{j,t})^2

    with two draws of the noise of step `t` after the same past. Noise that enters a function or
    scales with a cause counts as it acts there.

    Parameters
    ----------
    program
        The equations of all regimes.
    x, labels
        A run, shape `(T, n)`, and the regime of every row.
    max_lag
        Largest lag, in steps.
    distributions
        Distribution of the noise of every variable.
    seed
        Seed of the two draws.
    states
        Most states, spread evenly over the run.

    Returns
    -------
    ndarray
        One variance per variable, shape `(n,)`.
    """
    last = np.linspace(max_lag, len(x) - 1, min(states, len(x) - max_lag), dtype=np.int64)
    rows = last[:, None] + np.arange(-max_lag, 1)
    regimes = np.repeat(labels[last], max_lag + 1)
    steps = []
    for draw in range(2):
        windows = x[rows]
        windows[:, -1] = draw_noise(tuple(distributions), len(last), seed, "innovation", draw)
        run(program, windows.reshape(-1, x.shape[1]), regimes, max_lag, max_lag + 1)
        steps.append(windows[:, -1].copy())
    variance: FloatArray = np.square(steps[0] - steps[1]).mean(axis=0) / 2
    return variance
