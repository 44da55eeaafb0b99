"""From attributions to scores, and from scores to a decision."""

from __future__ import annotations

import numpy as np
from scipy import stats

from methods.types.arrays import BoolArray, FloatArray


def in_conditional_standard_deviations(
    attribution: FloatArray, conditional_sd: FloatArray
) -> FloatArray:
    r"""Multiply each attribution by the conditional standard deviation of its input.

    :math:`S_{ijl} = A_{ijl}\,\sigma(x_{i,t-l} \mid \text{other inputs})`: the change of the effect
    when an input moves by one standard deviation given all other inputs. On a linear forecast
    this ranks the inputs of an effect by their t-statistic. So a coefficient that is large only
    because collinear inputs leave it undetermined does not outrank one that is certain.

    Parameters
    ----------
    attribution
        Shape `(n_inputs, n_effects, max_lag)`, `[cause, effect, lag - 1]`.
    conditional_sd
        Shape `(n_inputs, max_lag)`, `[cause, lag - 1]`.
    """
    return np.asarray(attribution * conditional_sd[:, None])


def top_per_effect(scores: FloatArray, in_degree: int) -> BoolArray:
    """Select the `in_degree` highest scores of every effect: the source's row-wise top-k.

    `scores` has shape `(n_vars, n_vars, max_lag)`, `[cause, effect, lag - 1]`; among equal
    scores the smaller cause and lag win.
    """
    n, effects, lags = scores.shape
    by_effect = scores.transpose(1, 0, 2).reshape(effects, -1)
    selected = np.stack([_strongest(row, in_degree) for row in by_effect])
    return selected.reshape(effects, n, lags).transpose(1, 0, 2)


def top_overall(scores: FloatArray, edges: int) -> BoolArray:
    """Select the `edges` highest scores: the source's global top-k; ties as above."""
    return _strongest(scores.ravel(), edges).reshape(scores.shape)


def above_threshold(scores: FloatArray, threshold: float) -> BoolArray:
    """Select the entries above a fixed score."""
    return np.asarray(scores > threshold)


def at_false_discovery_rate(scores: FloatArray, null: FloatArray, rate: float) -> BoolArray:
    r"""Select the entries above a threshold that lets few false discoveries pass.

    Above a threshold `t` the share of false discoveries is estimated as

    .. math:: \frac{1 + \#\{null \ge t\}}{\#\{scores \ge t\}}

    (Barber and Candes, 2015, doi 10.1214/15-AOS1337). They pair every input with its own
    knockoff; here the null is pooled, as in target-decoy searches (Elias and Gygi, 2007, doi
    10.1038/nmeth1019). They take the lowest threshold with an estimate of at most `rate`, which
    fills the allowance with false discoveries even where edges and the rest lie far apart.

    Here the threshold lies in the widest gap between neighbouring scores, as a ratio, at or above
    the lowest allowed one. Only thresholds count that lose at most the share `rate` of the
    discoveries estimated to be true, :math:`\#\{scores \ge t\} - \#\{null \ge t\}`. With fewer
    than `1 / rate` discoveries no estimate can be that low; then all entries above the largest
    null score are selected.

    Parameters
    ----------
    scores, null
        Scores of the inputs, and of as many inputs that cannot be causes.
    rate
        Allowed share of false discoveries (0 to 1).
    """
    ordered = np.sort(scores, axis=None)[::-1]
    false = null.size - np.searchsorted(np.sort(null, axis=None), ordered, side="left")
    found = np.arange(1, ordered.size + 1)
    allowed = np.flatnonzero((1 + false) / found <= rate)
    if allowed.size == 0:
        return np.asarray(scores > null.max())
    true = found - false
    first = np.flatnonzero(true >= (1 - rate) * true[allowed].max())[0]
    # Scores are below 0 where models disagree, and have no ratio.
    positive = np.maximum(np.append(ordered, ordered[-1]), np.finfo(float).tiny)
    gaps = np.log(positive[:-1] / positive[1:])
    return np.asarray(scores >= ordered[first + np.argmax(gaps[first : allowed[-1] + 1])])


def student_null(shape: tuple[int, ...], steps: int) -> FloatArray:
    r"""Return the null scores of `score_energy` for a linear model, by Student's distribution.

    Multiplied by the conditional standard deviation of its input, the score of an input without
    effect is :math:`|t| / \sqrt d` of a least-squares coefficient with `d` degrees of freedom,
    `steps` less one per input. The result holds the quantiles of that, in the given shape of
    scores, `[cause, effect, lag - 1]`.
    """
    freedom = max(steps - shape[0] * shape[2], 1)
    size = int(np.prod(shape))
    middle = (np.arange(size) + 0.5) / size
    return np.asarray(stats.t.isf(middle / 2, freedom) / np.sqrt(freedom)).reshape(shape)


def _strongest(row: FloatArray, count: int) -> BoolArray:
    selected = np.zeros(row.shape, dtype=bool)
    selected[np.argsort(-row, kind="stable")[:count]] = True
    return selected
