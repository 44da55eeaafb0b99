"""From attributions to scores, and from scores to a decision."""

from __future__ import annotations

import numpy as np

from methods.dot.null import ExpectedFalse
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
        The same shape.
    """
    return np.asarray(attribution * conditional_sd)


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


def at_false_discovery_rate(
    scores: FloatArray, expected_false: ExpectedFalse, rate: float
) -> BoolArray:
    r"""Select the entries above a threshold that lets few false discoveries pass.

    Above a threshold `t` the share of false discoveries is estimated as

    .. math:: \frac{1 + F(t)}{\#\{scores \ge t\}}

    with `F` the expected number of false ones; the 1 is that of Barber and Candes (2015, doi
    10.1214/15-AOS1337). With fewer than `1 / rate` discoveries this estimate cannot be low enough.
    So where no threshold is allowed by it, the 1 is left out, as by Benjamini and Hochberg (1995,
    doi 10.1111/j.2517-6161.1995.tb02031.x). Where none is allowed by that either, nothing is
    selected.

    They take the lowest threshold with an estimate of at most `rate`, which fills the allowance
    with false discoveries even where edges and the rest lie far apart. Here the threshold lies in
    the widest gap between neighbouring scores, as a ratio, at or above that. Only thresholds count
    that lose at most the share `rate` of the discoveries estimated to be true.

    Parameters
    ----------
    scores
        Scores of the inputs.
    expected_false
        How many false discoveries a threshold lets pass; see `methods.dot.null`.
    rate
        Allowed share of false discoveries (0 to 1).
    """
    ordered = np.sort(scores, axis=None)[::-1]
    false = expected_false(ordered)
    found = np.arange(1, ordered.size + 1)
    allowed = np.flatnonzero((1 + false) / found <= rate)
    if allowed.size == 0:
        allowed = np.flatnonzero(false / found <= rate)
    if allowed.size == 0:
        return np.zeros(scores.shape, dtype=bool)
    true = found - false
    first = np.flatnonzero(true >= (1 - rate) * true[allowed].max())[0]
    # Scores are below 0 where models disagree, and have no ratio.
    positive = np.maximum(np.append(ordered, ordered[-1]), np.finfo(float).tiny)
    gaps = np.log(positive[:-1] / positive[1:])
    return np.asarray(scores >= ordered[first + np.argmax(gaps[first : allowed[-1] + 1])])


def _strongest(row: FloatArray, count: int) -> BoolArray:
    selected = np.zeros(row.shape, dtype=bool)
    selected[np.argsort(-row, kind="stable")[:count]] = True
    return selected
