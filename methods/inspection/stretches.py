"""The stretches of one variable in which tests for trend and season look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from methods.types.arrays import FloatArray
from methods.types.reading.rows import Unit

SHORTEST = 30
"""Fewest steps for a test of trend, unit root or season."""

_UNITS = 20


def stretches_of(units: Sequence[Unit], column: int) -> list[FloatArray]:
    """Return one variable of the longest units on their full grids of steps.

    Missing values are put on a straight line between their neighbours. Units of fewer than
    `SHORTEST` steps, and those in which the variable stands still, are left out.
    """
    found = []
    for unit in sorted(units, key=lambda unit: -len(unit.steps))[:_UNITS]:
        seen = np.isfinite(unit.values[:, column])
        steps, values = unit.steps[seen], unit.values[seen, column]
        # A grid of mostly empty steps would hold more invented values than measured ones.
        if len(steps) < SHORTEST or 2 * len(steps) < steps[-1] - steps[0]:
            continue
        if values.max() - values.min() > 1e-12 * np.abs(values).max():
            found.append(np.interp(np.arange(steps[0], steps[-1] + 1), steps, values))
    return found
