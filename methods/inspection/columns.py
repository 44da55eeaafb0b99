"""Variables one by one, and those that repeat each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from methods.types.arrays import FloatArray

_FEW = 5
_FAR = 6.0


def standing(values: FloatArray, names: Sequence[str]) -> list[str]:
    """Return the variables without two different values."""
    return [
        name
        for name, column in zip(names, values.T, strict=True)
        if len(np.unique(column[np.isfinite(column)])) < 2
    ]


def copies(values: FloatArray, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of variables of which one is the other, up to unit and sign.

    The correlation is 1 up to rounding wherever both are there.
    """
    found = []
    for j in range(len(names)):
        for i in range(j):
            both = np.isfinite(values[:, [i, j]]).all(axis=1)
            x, y = values[both, i], values[both, j]
            if len(x) > 2 and np.ptp(x) > 0 and np.ptp(y) > 0:
                r = float(np.corrcoef(x, y)[0, 1])
                if abs(r) > 1 - 1e-10:
                    found.append((names[i], names[j]))
    return found


def few_values(values: FloatArray, names: Sequence[str]) -> list[str]:
    """Return the variables of at most five different values, two or more."""
    counts = [len(np.unique(column[np.isfinite(column)])) for column in values.T]
    return [name for name, count in zip(names, counts, strict=True) if 2 <= count <= _FEW]


def outliers(column: FloatArray) -> int:
    """Return the number of values more than 6 standard deviations from the median.

    The standard deviation is 1.4826 times the median distance from the median, as in a normal
    distribution. It is 0 if more than half of the values are equal; then none is counted.
    """
    seen = column[np.isfinite(column)]
    distance = np.abs(seen - np.median(seen)) if len(seen) else seen
    spread = 1.4826 * float(np.median(distance)) if len(seen) else 0.0
    return int((distance > _FAR * spread).sum()) if spread > 0 else 0
