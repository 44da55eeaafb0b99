"""The null distribution of a score: how many false discoveries a threshold lets pass."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import stats

from methods.types.arrays import FloatArray

ExpectedFalse = Callable[[FloatArray], FloatArray]
"""Maps thresholds to the number of false discoveries expected at or above each."""

FEWEST = 100
"""Null scores from which a tail can be estimated."""

_TAIL = 0.2  # share of the null scores that the tail is fitted to
_FEWEST_IN_TAIL = 30
_HEAVIEST = 0.9  # shape; from 1 on the tail has no mean


def of_surrogates(null: FloatArray, size: int) -> ExpectedFalse:
    r"""Return what the scores of inputs that cause nothing let expect.

    Up to a high threshold `u` the null scores above a threshold are counted. Beyond it their
    number is that of a generalised Pareto distribution, fitted to the excesses by
    probability-weighted moments (Hosking and Wallis, 1987, doi 10.1080/00401706.1987.10488243),

    .. math:: \#\{null > u\} \, \Big(1 + \xi \frac{t - u}{\sigma}\Big)^{-1 / \xi},
              \qquad \xi \ge 0

    A count alone cannot say how rare a score above all of them is. With `xi` at least 0 the tail
    is never lighter than an exponential one.

    Parameters
    ----------
    null
        Scores of inputs that cannot be causes, better at least `FEWEST` of them.
    size
        Number of scores that are tested.
    """
    ordered = np.sort(null, axis=None)
    count = min(max(math.ceil(_TAIL * ordered.size), _FEWEST_IN_TAIL), ordered.size // 2)
    above = ordered[-count - 1]
    excess = ordered[-count:] - above
    shape = np.clip(_shape(excess), 0, _HEAVIEST)
    scale = max(float(excess.mean()) * (1 - shape), np.finfo(float).tiny)

    def expected(thresholds: FloatArray) -> FloatArray:
        counted = ordered.size - np.searchsorted(ordered, thresholds, side="left")
        tail = count * stats.genpareto.sf(thresholds - above, shape, scale=scale)
        return np.asarray(np.where(thresholds > above, tail, counted) * size / ordered.size)

    return expected


def _shape(excess: FloatArray) -> float:
    """Return the shape of a generalised Pareto distribution; `excess` ascends from 0."""
    mean = float(excess.mean())
    weights = np.arange(excess.size - 1, -1, -1) / (excess.size - 1)
    weighted = float((weights * excess).mean())
    return 2 - mean / max(mean - 2 * weighted, np.finfo(float).tiny)


def of_student(size: int, freedom: int) -> ExpectedFalse:
    r"""Return what Student's distribution lets expect of `score_energy` for a linear model.

    Multiplied by the conditional standard deviation of its input, the score of an input without
    effect is :math:`|t| / \sqrt d` of a regression coefficient with `d` degrees of freedom.

    Parameters
    ----------
    size
        Number of scores that are tested.
    freedom
        Degrees of freedom, at least 1.
    """

    def expected(thresholds: FloatArray) -> FloatArray:
        t = np.maximum(thresholds, 0) * math.sqrt(freedom)
        return np.asarray(2 * size * stats.t.sf(t, freedom))

    return expected
