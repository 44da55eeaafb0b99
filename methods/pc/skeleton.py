"""The stable skeleton of the PC algorithm by Fisher's z, from one correlation matrix."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from math import sqrt

import numpy as np
from scipy.special import ndtri

from methods.types.arrays import BoolArray, FloatArray, IntArray

_EPS = np.finfo(float).eps
_CHUNK = 2048  # conditioning sets at once; bounds memory


def skeleton(
    correlations: FloatArray, n_samples: int, alpha: float, unlinked: BoolArray | None = None
) -> tuple[BoolArray, FloatArray]:
    """Return which pairs of `(p, p)` columns stay adjacent, and their smallest statistics.

    The search starts from all pairs and runs over `k = 0, 1, ...`. Every pair `x, y` that is still
    adjacent is tested given every set `S` of `k` other neighbours of `x` or of `y`. The statistic
    is `z = sqrt(N - k - 3) |atanh(r_xy|S)|`. All pairs with a two-sided p-value above `alpha` for
    some set are removed together, so that the order of columns does not matter. Sets are taken in
    bulk: one solution serves all neighbours of `x`. The correlations must be positive definite.
    Pairs in `unlinked` are known not to be adjacent; they are not tested, and their statistic is
    infinite.

    References
    ----------
    Colombo and Maathuis, JMLR 15, 2014, pages 3741-3782, algorithm 4.1.
    """
    kept = ~np.eye(len(correlations), dtype=bool)
    if unlinked is not None:
        kept &= ~unlinked
    smallest = np.full(correlations.shape, np.inf)
    size = 0
    while kept.sum(axis=1).max() > size:
        for x in np.flatnonzero(kept.sum(axis=1) > size).tolist():
            near = np.flatnonzero(kept[x])
            z = sqrt(n_samples - size - 3) * _smallest_atanh(correlations, x, near, size)
            smallest[x, near] = np.minimum(smallest[x, near], z)
        smallest = np.minimum(smallest, smallest.T)
        kept &= smallest >= -ndtri(alpha / 2)
        size += 1
    return kept, smallest


def _smallest_atanh(correlations: FloatArray, x: int, near: IntArray, size: int) -> FloatArray:
    """Return the smallest `|atanh(r)|` of `x` and each of `near`, given `size` others of these."""
    smallest = np.full(len(near), np.inf)
    own, among = correlations[x, near], correlations[np.ix_(near, near)]
    for chosen in _subsets(len(near), size):
        # Least squares of x and of all neighbours on each set, from the normal equations.
        within = among[chosen[:, :, None], chosen[:, None, :]]
        of_x, of_near = own[chosen][:, :, None], among[chosen]
        slopes = np.linalg.solve(within, np.concatenate([of_x, of_near], axis=2))
        left_of_x = 1 - np.sum(of_x * slopes[:, :, :1], axis=1)
        left = 1 - np.sum(of_near * slopes[:, :, 1:], axis=1)
        shared = own - np.sum(of_near * slopes[:, :, :1], axis=1)
        np.put_along_axis(left, chosen, 1.0, axis=1)
        np.put_along_axis(shared, chosen, np.inf, axis=1)
        # Rounding may give a negative residual variance to columns that nearly depend on others.
        r = np.abs(shared) / np.sqrt(np.maximum(left_of_x, _EPS) * np.maximum(left, _EPS))
        smallest = np.minimum(smallest, r.min(axis=0))
    return np.asarray(np.arctanh(np.minimum(smallest, 1 - _EPS)))


def _subsets(n: int, size: int) -> Iterator[IntArray]:
    """Iterate over all subsets of `0..n-1` of a size, in arrays of shape `(B, size)`."""
    every = combinations(range(n), size)
    while block := list(islice(every, _CHUNK)):
        yield np.array(block, dtype=np.int64).reshape(len(block), size)
