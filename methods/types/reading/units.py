"""Units of a panel: whether they differ in level, and values without level and scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import f as f_distribution

from methods.types.arrays import FloatArray

_LEVEL = 0.01


def standardised(values: FloatArray) -> FloatArray:
    """Return the values of one unit with mean 0 and standard deviation 1 in each column.

    A column that stands still in this unit becomes 0.
    """
    with np.errstate(invalid="ignore"):
        seen = np.isfinite(values)
        counts = np.maximum(seen.sum(axis=0), 1)
        mean = np.where(seen, values, 0.0).sum(axis=0) / counts
        rest = values - mean
        spread = np.sqrt((np.where(seen, rest, 0.0) ** 2).sum(axis=0) / counts)
    still = spread <= 4 * np.finfo(float).eps * np.abs(mean)
    return np.asarray(np.where(still & seen, 0.0, rest) / np.where(still, 1.0, spread))


def differing(units: Sequence[FloatArray], names: Sequence[str]) -> dict[str, float]:
    """Return the variables in which the units differ in level, each with its p-value.

    The test is an analysis of variance between units. Rows of one unit follow each other in time,
    so that they count for fewer than they are: for `n (1 - r) / (1 + r)`, with `r` the
    autocorrelation at lag 1 within units. The level of 0.01 is shared by the variables. Where
    hardly any row counts, no difference is found.

    References
    ----------
    Effective number of rows: Bayley and Hammersley, Supplement to the Journal of the Royal
    Statistical Society 8, 1946, DOI 10.2307/2983560. Correction of `r` in short series: Kendall,
    Biometrika 41, 1954, DOI 10.1093/biomet/41.3-4.403.
    """
    found = {}
    for k, name in enumerate(names):
        p = _level_test([unit[:, k][np.isfinite(unit[:, k])] for unit in units])
        if p < _LEVEL / len(names):
            found[name] = p
    return found


def _level_test(columns: Sequence[FloatArray]) -> float:
    """Return the p-value of equal means, 1 if there are too few rows to tell."""
    columns = [column for column in columns if len(column) > 2]
    if len(columns) < 2:
        return 1.0
    rests = [column - column.mean() for column in columns]
    within = sum(float(rest @ rest) for rest in rests)
    if within == 0:
        return 1.0
    lengths = np.array([len(column) for column in columns])
    r = sum(float(rest[1:] @ rest[:-1]) for rest in rests) / within
    n = float(lengths.mean())
    r = min(max((n * r + 1) / max(n - 3, 1), 0.0), 0.99)  # Kendall's correction for short units
    each = (1 + r) / (1 - r)  # rows that count for one
    sizes = lengths / each
    free = float(sizes.sum()) - len(columns)
    if free < 1:
        return 1.0
    means = np.array([column.mean() for column in columns])
    between = float(sizes @ (means - sizes @ means / sizes.sum()) ** 2) / (len(columns) - 1)
    variance = within / float((lengths - each).sum())
    return float(f_distribution.sf(between / variance, len(columns) - 1, free))
