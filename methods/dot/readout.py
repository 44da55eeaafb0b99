"""From attributions to scores and a decision."""

from __future__ import annotations

import numpy as np
from scipy import stats

from methods.types.arrays import BoolArray, FloatArray


def in_units_of_free_variation(strength: FloatArray, free_variation: FloatArray) -> FloatArray:
    r"""Multiply each attribution by the standard deviation of its input given all other inputs.

    :math:`S_{ijl} = A_{ijl}\,\sigma(x_{i,t-l} \mid \text{other inputs})`: how far the effect
    moves when an input moves as far as it does on its own. On a linear forecast this ranks the
    inputs of an effect by their t-statistic, so a coefficient that is large only because
    collinear inputs leave it undetermined does not outrank one that is certain.

    Parameters
    ----------
    strength
        Shape `(n_inputs, n_effects, max_lag)`, `[cause, effect, lag - 1]`.
    free_variation
        Shape `(n_inputs, max_lag)`, `[cause, lag - 1]`.
    """
    return np.asarray(strength * free_variation[:, None])


def top_per_effect(scores: FloatArray, in_degree: int) -> BoolArray:
    """Select the `in_degree` strongest entries of every effect: the paper's row-wise top-k.

    `scores` has shape `(n_vars, n_vars, max_lag)`, `[cause, effect, lag - 1]`; among equal
    scores the smaller cause and lag win.
    """
    n, effects, lags = scores.shape
    by_effect = scores.transpose(1, 0, 2).reshape(effects, -1)
    selected = np.stack([_strongest(row, in_degree) for row in by_effect])
    return selected.reshape(effects, n, lags).transpose(1, 0, 2)


def top_overall(scores: FloatArray, edges: int) -> BoolArray:
    """Select the `edges` strongest entries: the paper's global top-k; ties as above."""
    return _strongest(scores.ravel(), edges).reshape(scores.shape)


def above_threshold(scores: FloatArray, threshold: float) -> BoolArray:
    """Select the entries above a fixed score."""
    return np.asarray(scores > threshold)


def at_false_discovery_rate(scores: FloatArray, null: FloatArray, rate: float) -> BoolArray:
    r"""Select the entries above a threshold above which few discoveries are false.

    `null` are the scores of as many inputs that cannot be causes. Above a threshold `t` the
    share of false discoveries is estimated as

    .. math:: \frac{1 + \#\{null \ge t\}}{\#\{scores \ge t\}}

    (Barber and Candes, 2015, doi 10.1214/15-AOS1337, who pair every input with its own
    knockoff; here the null is one crowd, as in target-decoy searches: Elias and Gygi, 2007, doi
    10.1038/nmeth1019). They take the lowest threshold with an estimate of at most `rate`, and so
    fill the allowance with false discoveries even where edges and the rest lie far apart. We
    look upwards from there for the widest gap between neighbouring scores, as a ratio, among the
    thresholds that give up at most the share `rate` of the discoveries that are estimated to be
    true, :math:`\#\{scores \ge t\} - \#\{null \ge t\}`. With fewer than `1 / rate`
    discoveries no estimate can be that low; then the entries above all of the null are selected.
    """
    ordered = np.sort(scores, axis=None)[::-1]
    false = null.size - np.searchsorted(np.sort(null, axis=None), ordered, side="left")
    found = np.arange(1, ordered.size + 1)
    allowed = np.flatnonzero((1 + false) / found <= rate)
    if allowed.size == 0:
        return np.asarray(scores > null.max())
    true = found - false
    first = np.flatnonzero(true >= (1 - rate) * true[allowed].max())[0]
    # Where models disagree a score is below 0, and a ratio says nothing.
    positive = np.maximum(np.append(ordered, ordered[-1]), np.finfo(float).tiny)
    gaps = np.log(positive[:-1] / positive[1:])
    return np.asarray(scores >= ordered[first + np.argmax(gaps[first : allowed[-1] + 1])])


def student_null(shape: tuple[int, ...], steps: int) -> FloatArray:
    r"""Return what `score_energy` says of inputs that linear models need not hear.

    In units of the free variation of its input that score is :math:`|t| / \sqrt d` of a least
    squares coefficient with `d` degrees of freedom: `steps` less one per input. Returned are the
    quantiles of the absolute value of Student's `t`, an array of the given shape, that of scores
    `[cause, effect, lag - 1]`.
    """
    freedom = max(steps - shape[0] * shape[2], 1)
    size = int(np.prod(shape))
    middle = (np.arange(size) + 0.5) / size
    return np.asarray(stats.t.isf(middle / 2, freedom) / np.sqrt(freedom)).reshape(shape)


def _strongest(row: FloatArray, count: int) -> BoolArray:
    selected = np.zeros(row.shape, dtype=bool)
    selected[np.argsort(-row, kind="stable")[:count]] = True
    return selected
